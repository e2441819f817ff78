"""Ce que tout Python et tout PostgreSQL annoncés doivent savoir faire, sans outil de test.

    SMTP_URL=… python tests/appuis/fumee.py [--sans-migrer] [--demonstration]

Migre la base, charge la démonstration si on la demande, prévoit et envoie une relance au premier
jour ouvré, à dix heures : le jour où la suite tourne n'y change rien.
"""

import os
import sys
from datetime import datetime, time, timedelta
from pathlib import Path

RACINE = Path(__file__).resolve().parents[2]


def main() -> None:
    sys.path.insert(0, str(RACINE))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recouvrement.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    if "--sans-migrer" not in sys.argv:
        call_command("migrate", verbosity=0, interactive=False)
    if "--demonstration" in sys.argv:
        call_command("demo")
    envoyer_une_relance(timezone.now())


def envoyer_une_relance(maintenant: datetime) -> None:
    from recouvrement.socle.temps import PARIS, jour_de
    from relances.actions.battement import battre
    from relances.enums import EtatRelance
    from relances.models import Relance
    from relances.regles.calendrier import jour_ouvre
    from tests.fabriques.clients import un_client
    from tests.fabriques.factures import une_facture

    jour = jour_ouvre(jour_de(maintenant) + timedelta(days=1))
    dix_heures = datetime.combine(jour, time(10), tzinfo=PARIS)
    facture = une_facture(
        client=un_client(courriel="fumee@duval.example"),
        date_emission=jour - timedelta(days=35),
        date_echeance=jour - timedelta(days=5),
    )
    bilan = battre(dix_heures, horloge=lambda: dix_heures)
    relance = Relance.objects.pour(facture.creancier).get()
    if relance.etat != EtatRelance.FAITE:
        sys.exit(f"La relance n'est pas partie ({relance.get_etat_display()}) : {bilan}")
    print(f"Python {sys.version.split()[0]} : {bilan}")


if __name__ == "__main__":
    main()
