from decimal import Decimal

import pytest

from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.montants import arrondir


@pytest.mark.parametrize(
    ("valeur", "arrondi"),
    [("3.405", "3.41"), ("3.404", "3.40"), ("2", "2.00"), ("-1.005", "-1.01")],
)
def test_le_demi_centime_s_arrondit_vers_le_haut(valeur, arrondi):
    assert str(arrondir(Decimal(valeur))) == arrondi


def test_un_refus_porte_la_phrase_a_lire():
    class Refus(ErreurMetier):
        message = "La facture est soldée."

    assert str(Refus()) == "La facture est soldée."
    assert Refus("Elle l'est depuis hier.").message == "Elle l'est depuis hier."
