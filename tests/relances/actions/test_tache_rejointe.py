"""Une facture sortie d'une tâche par un litige y revient quand le litige se clôt."""

from datetime import UTC, date, datetime

import pytest

from factures.actions import clore_litige, ouvrir_litige
from factures.enums import IssueLitige, MotifLitige
from relances.actions.planification import planifier
from relances.enums import Canal, EtatRelance
from relances.models import Relance, RelanceFacture
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db
LUNDI = date(2026, 3, 2)
DIX_HEURES = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_elle_revient_dans_sa_tache_sans_arreter_la_planification():
    client = un_client(courriel=None)
    acteur = un_utilisateur(chez=client.creancier)
    # Sans adresse de courriel, l'étape est une tâche à faire.
    echue = {"date_emission": date(2026, 1, 5), "date_echeance": date(2026, 2, 20)}
    une, autre = une_facture(client=client, **echue), une_facture(client=client, **echue)
    planifier(client.creancier, au=LUNDI, maintenant=DIX_HEURES)
    tache = Relance.objects.pour(client.creancier).get(etat=EtatRelance.A_FAIRE)
    assert tache.canal == Canal.COURRIEL

    litige = ouvrir_litige(
        une, motif=MotifLitige.AUTRE, montant_conteste=None, detail="", le=LUNDI, acteur=acteur
    )
    clore_litige(litige, issue=IssueLitige.INFONDE, note="", le=LUNDI, acteur=acteur)
    planifier(client.creancier, au=LUNDI, maintenant=DIX_HEURES)

    lignes = RelanceFacture.objects.pour(client.creancier).filter(relance=tache, est_vivante=True)
    assert set(lignes.values_list("facture", flat=True)) == {une.pk, autre.pk}
