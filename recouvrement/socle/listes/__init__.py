"""Une liste se déclare (colonnes, filtres, tris, sommes, lot, fichier) ; tout le reste en vient."""

from recouvrement.socle.listes.criteres import (
    Criteres,
    Filtre,
    Genre,
    Onglet,
    Onglets,
    choix,
    jours,
    montant,
    par_champ,
    recherche,
    tris,
)
from recouvrement.socle.listes.fichiers import emporter, fichier_de_tableur
from recouvrement.socle.listes.grilles import TableauMontre, en_jours, en_temps, pied
from recouvrement.socle.listes.grilles import montrer as montrer_tableau
from recouvrement.socle.listes.listes import Champ, Fichier, Liste, Mots, Vide
from recouvrement.socle.listes.pages import ListeMontree, montrer, onglets_montres
from recouvrement.socle.listes.tableaux import Colonne, Geste, Lot, Tableau

__all__ = [
    "Champ",
    "Colonne",
    "Criteres",
    "Fichier",
    "Filtre",
    "Genre",
    "Geste",
    "Liste",
    "ListeMontree",
    "Lot",
    "Mots",
    "Onglet",
    "Onglets",
    "Tableau",
    "TableauMontre",
    "Vide",
    "choix",
    "emporter",
    "en_jours",
    "en_temps",
    "fichier_de_tableur",
    "jours",
    "montant",
    "montrer",
    "montrer_tableau",
    "onglets_montres",
    "par_champ",
    "pied",
    "recherche",
    "tris",
]
