"""Les étapes par où une facture peut entrer dans les relances, par leur nom."""

from factures.signals import etapes_demandees
from recouvrement.comptes.models import Creancier


def etapes_d_entree(creancier: Creancier, *, actuelle: int = 0) -> list[tuple[int, str]]:
    """Rang et nom, dans l'ordre ; au-delà de la dernière, une entrée déjà choisie se garde."""
    reponses = etapes_demandees.send(sender=Creancier, creancier=creancier)
    noms = [nom for _, rendus in reponses for nom in rendus or ()]
    etapes = list(enumerate(noms)) or [(0, "La première étape du scénario")]
    if actuelle >= len(etapes):
        etapes.append((actuelle, "Après la dernière étape"))
    return etapes
