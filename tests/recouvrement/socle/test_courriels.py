"""Toutes les adresses d'une cellule."""

import pytest

from recouvrement.socle.saisies.identifiants import lire_courriels


@pytest.mark.parametrize(
    ("texte", "lues", "refusees"),
    [
        ("", (), ()),
        ("a@u.example, b@u.example", ("a@u.example", "b@u.example"), ()),
        ("a@u.example\nb@u.example", ("a@u.example", "b@u.example"), ()),
        ("a@u.example b@u.example", ("a@u.example", "b@u.example"), ()),
        ("a@u.example / b@u.example", ("a@u.example", "b@u.example"), ()),
        ("MAILTO:a@u.example?subject=Facture", ("a@u.example",), ()),
        ('"Duval; Fils" <a@u.example>; Compta <b@u.example>', ("a@u.example", "b@u.example"), ()),
        ("Compta <mailto:a@u.example>", ("a@u.example",), ()),
        ("A@U.example, A@u.EXAMPLE", ("A@u.example",), ()),
        ("néant", (), ("néant",)),
        ("a@b, c@d.fr", ("c@d.fr",), ("a@b",)),
    ],
)
def test_les_adresses_d_une_cellule_se_lisent_toutes(texte, lues, refusees):
    assert lire_courriels(texte) == (lues, refusees)
