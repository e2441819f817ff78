from clients.lectures.doublons import Doublon, doublons_probables
from clients.lectures.liste import ChiffresListe, Criteres, lignes_export, liste_filtree

__all__ = [
    "ChiffresListe",
    "Criteres",
    "Doublon",
    "doublons_probables",
    "lignes_export",
    "liste_filtree",
]
