from datetime import UTC, datetime
from itertools import count

from recouvrement.comptes.models import Creancier
from recouvrement.courriel.enums import EtatEnvoi, NatureEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.exploitation.models import Controle
from recouvrement.journal.models import EtatJournal

numeros = count(1)


def un_envoi(creancier: Creancier | None, **champs) -> Envoi:
    """À envoyer depuis le 2 mars 2026 à 10 h ; transmis, s'il est dit incertain ou envoyé."""
    n = next(numeros)
    valeurs = {
        "creancier": creancier,
        "nature": NatureEnvoi.INVITATION if creancier else NatureEnvoi.COMPTE,
        "cle": f"essai:{n}",
        "message_id": f"<essai-{n}@localhost>",
        "destinataire": "compta@debiteur.example",
        "expediteur": "compta@kerbrat.example",
        "sujet": f"Facture {n}",
        "pas_avant": datetime(2026, 3, 2, 9, tzinfo=UTC),
    }
    if champs.get("etat") in (EtatEnvoi.INCERTAIN, EtatEnvoi.ENVOYE):
        valeurs |= {"octets": b"x", "data_a": datetime(2026, 3, 2, 9, 1, tzinfo=UTC)}
    return Envoi.objects.create(**valeurs | champs)


def une_nuit_passee(le: datetime) -> None:
    """La vérification de la nuit et la relecture du journal, finies sans rien trouver."""
    Controle.objects.create(commence_le=le, fini_le=le)
    EtatJournal.objects.update_or_create(pk=1, defaults={"verifie_le": le})
