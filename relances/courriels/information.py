"""L'information due au débiteur à la première communication (RGPD, art. 14)."""

from recouvrement.comptes.models import Creancier
from recouvrement.documents.contextes import partie_du_creancier
from relances.regles import textes
from relances.regles.information import information_du_debiteur


def information_de(creancier: Creancier, langue: str) -> str:
    """Le responsable est le créancier, quel que soit le mode : qui relance agit pour lui."""
    partie = partie_du_creancier(creancier)
    adresse = ", ".join(partie.adresse)
    return information_du_debiteur(
        creancier.nom, adresse=adresse, courriel=partie.courriel, anglais=langue == "en"
    )


def informer(creancier: Creancier, texte: str, valeurs: dict[str, str], langue: str) -> str:
    """La notice du premier message, vide si le texte en porte une à lui ; `valeurs` la reçoit."""
    information = information_de(creancier, langue)
    valeurs |= {"premier_contact": "1", "information": information}
    propre = textes.mentionne(texte, "premier_contact")
    return "" if propre and not textes.mentionne(texte, "information") else information
