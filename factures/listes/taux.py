"""La table des taux en vigueur, déclarée."""

from recouvrement.droit.taux import LigneTaux
from recouvrement.socle.formats import jour, pourcent
from recouvrement.socle.listes import Colonne, Tableau

TABLEAU_DES_TAUX: Tableau[LigneTaux] = Tableau(
    nom="Taux",
    colonnes=(
        Colonne(titre="À compter du", valeur=lambda taux: taux.effet, format=jour, est_titre=True),
        Colonne(titre="Taux", gabarit="factures/taux.html#serie"),
        Colonne(titre="Valeur", valeur=lambda taux: taux.valeur, format=pourcent, classe="montant"),
    ),
)
