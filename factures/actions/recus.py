"""Sceller un reçu : ce qu'un règlement a payé, tel que le débiteur peut le garder."""

from datetime import datetime

from factures.documents import GABARIT_RECU, contexte_du_recu, donnees_du_recu
from factures.erreurs import RecuImpossible
from factures.lectures.recu import Recu
from recouvrement.comptes.models import Utilisateur
from recouvrement.documents.actions.scelles import sceller
from recouvrement.documents.models import Document
from recouvrement.socle import formats
from recouvrement.socle.temps import jour_de

NATURE_RECU = "recu"


def sceller_recu(recu: Recu, *, maintenant: datetime, acteur: Utilisateur) -> Document:
    """Refuse un règlement annulé, et ce qui n'est pas une somme reçue."""
    encaissement = recu.encaissement
    if encaissement.est_neutralise:
        raise RecuImpossible("Ce règlement est annulé : il n'y a plus rien à en donner reçu.")
    if not encaissement.est_de_l_argent:
        raise RecuImpossible("Rien n'est entré : ce n'est pas une somme reçue.")
    return sceller(
        encaissement.creancier,
        nature=NATURE_RECU,
        titre=f"Reçu de {encaissement.client.nom}, {formats.jour(encaissement.recu_le)}",
        nom_fichier=f"recu-{encaissement.pk}-{encaissement.recu_le:%Y-%m-%d}.pdf",
        gabarit=GABARIT_RECU,
        contexte=contexte_du_recu(recu, le=jour_de(maintenant)),
        donnees=donnees_du_recu(recu),
        maintenant=maintenant,
        acteur=acteur,
    )
