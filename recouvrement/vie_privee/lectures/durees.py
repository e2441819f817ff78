from recouvrement.comptes.models import Creancier
from recouvrement.droit.conservation import DU_CREANCIER
from recouvrement.vie_privee.models import Duree


def durees_de(creancier: Creancier) -> dict[str, int]:
    """En mois, par sorte : celles qu'il a choisies, sinon les habituelles."""
    habituelles = {sorte.cle: sorte.mois for sorte in DU_CREANCIER}
    return habituelles | dict(Duree.objects.pour(creancier).values_list("genre", "mois"))
