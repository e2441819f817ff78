"""Montants et dates tels qu'on les écrit : lus exactement, ou refusés en français."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recouvrement.socle.saisies.valeurs import (
    ValeurRefusee,
    decimale_de,
    lire_date,
    lire_montant,
    lire_texte,
    nettoyer,
)

MONTANTS = st.decimals(
    min_value=Decimal("-999999999.99"), max_value=Decimal("999999999.99"), places=2
)
JOURS = st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31))


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [
        ("1 234,56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1\u00a0234,56 €", "1234.56"),
        ("1\u202f234,56\u00a0€", "1234.56"),
        ("1'234.50", "1234.50"),
        ("(12,00)", "-12.00"),
        ("12,00-", "-12.00"),
        ("− 320,00", "-320.00"),
        ("-320", "-320.00"),
        ("+5", "5.00"),
        ("1234,5 €", "1234.50"),
        ("EUR 1234.5", "1234.50"),
        ("12 euros", "12.00"),
        ("1.234.567", "1234567.00"),
        ("1 234 567", "1234567.00"),
        ("12,5000", "12.50"),
        (",5", "0.50"),
        ("0", "0.00"),
        ("-0", "0.00"),
        (1234.5, "1234.50"),
        (0.1 + 0.2, "0.30"),
        (12, "12.00"),
        (Decimal("3.4"), "3.40"),
    ],
)
def test_un_montant_se_lit_comme_on_l_ecrit(ecrit, lu):
    montant = lire_montant(ecrit)
    assert montant == Decimal(lu)
    assert str(montant) == lu


@pytest.mark.parametrize("vide", [None, "", "  ", "\u00a0"])
def test_une_cellule_vide_n_est_ni_zero_ni_une_date(vide):
    assert lire_montant(vide) is None
    assert lire_date(vide) is None


@pytest.mark.parametrize(
    ("ecrit", "raison"),
    [
        ("1.234", "1 234,00 ou 1,234"),
        ("1,234", "1 234,00 ou 1,234"),
        ("1.284.50", "1 284,50 € ?"),
        ("0,125", "deux décimales"),
        (119.988, "119,99 ?"),
        ("12 34,5", "mal séparés"),
        ("1.234 567,89", "mal séparés"),
        ("1,2,3", "mal séparés"),
        ("douze", "n'est pas un montant"),
        ("1e5", "n'est pas un montant"),
        ("--5", "n'est pas un montant"),
        ("$ 12", "est en $"),
        ("12 CHF", "est en CHF"),
        ("1000000000", "milliard"),
        (1e300, "milliard"),
        (float("nan"), "n'est pas un montant"),
        (float("inf"), "n'est pas un montant"),
        (True, "n'est pas un montant"),
        (date(2026, 3, 12), "n'est pas un montant"),
    ],
)
def test_un_montant_douteux_est_refuse_en_disant_pourquoi(ecrit, raison):
    with pytest.raises(ValeurRefusee) as refus:
        lire_montant(ecrit)
    assert raison in refus.value.message


def test_le_signe_decimal_connu_tranche_l_ambigu():
    assert lire_montant("1.234", decimale=",") == 1234
    assert lire_montant("1,234", decimale=".") == 1234
    with pytest.raises(ValeurRefusee, match="deux décimales"):
        lire_montant("1,234", decimale=",")


def test_un_texte_montre_son_signe_decimal_ou_n_en_montre_pas():
    assert [decimale_de(t) for t in ("1 234,5", "1,234.56", "1.234,56", "1.234", "12")] == [
        ",",
        ".",
        ",",
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("ecrite", "jour"),
    [
        ("12/03/2026", date(2026, 3, 12)),
        ("2/3/2026", date(2026, 3, 2)),
        ("12-03-26", date(2026, 3, 12)),
        ("12.03.2026", date(2026, 3, 12)),
        ("2026-03-12", date(2026, 3, 12)),
        ("2026/03/12", date(2026, 3, 12)),
        ("20260312", date(2026, 3, 12)),
        ("2026-03-12T08:30:00+01:00", date(2026, 3, 12)),
        ("12/03/2026 08:30", date(2026, 3, 12)),
        ("12 mars 2026", date(2026, 3, 12)),
        ("1er août 2026", date(2026, 8, 1)),
        ("12-févr.-26", date(2026, 2, 12)),
        (datetime(2026, 3, 12, 8, 30), date(2026, 3, 12)),
        (date(2026, 3, 12), date(2026, 3, 12)),
        (46093, date(2026, 3, 12)),
        (46093.5, date(2026, 3, 12)),
        ("46093", date(2026, 3, 12)),
        (20260312, date(2026, 3, 12)),
    ],
)
def test_une_date_se_lit_jour_avant_mois(ecrite, jour):
    assert lire_date(ecrite) == jour


@pytest.mark.parametrize(
    ("ecrite", "raison"),
    [
        ("31/11/26", "le 31 novembre 2026 n'existe pas"),
        ("29/02/2026", "le 29 février 2026 n'existe pas"),
        ("03/25/2026", "il n'y a pas de mois 25"),
        ("12/03/1998", "entre 2000 et 2099"),
        (date(1998, 3, 12), "entre 2000 et 2099"),
        ("12 marsouin 2026", "mois inconnu"),
        ("demain", "n'est pas une date"),
        ("12/03-2026", "n'est pas une date"),
        (12, "n'est pas une date"),
        (float("nan"), "n'est pas une date"),
        (True, "n'est pas une date"),
    ],
)
def test_une_date_impossible_est_refusee_en_disant_pourquoi(ecrite, raison):
    with pytest.raises(ValeurRefusee) as refus:
        lire_date(ecrite)
    assert raison in refus.value.message


def francais(montant: Decimal, *, milliers: str, decimale: str, symbole: str) -> str:
    ecrit = f"{montant:,.2f}".translate({ord(","): milliers, ord("."): decimale})
    return f"{ecrit}{symbole}"


@given(
    MONTANTS,
    st.sampled_from([(" ", ","), ("\u202f", ","), (".", ","), (",", "."), ("'", "."), ("", ",")]),
    st.sampled_from(["", " €", "\u00a0€", " EUR"]),
)
def test_un_montant_ecrit_puis_relu_est_le_meme(montant, separateurs, symbole):
    milliers, decimale = separateurs
    ecrit = francais(montant, milliers=milliers, decimale=decimale, symbole=symbole)
    assert lire_montant(ecrit) == montant


@given(MONTANTS)
def test_un_montant_passe_par_un_tableur_est_le_meme(montant):
    assert lire_montant(float(montant)) == montant


@given(JOURS, st.sampled_from(["%d/%m/%Y", "%d-%m-%y", "%Y-%m-%d", "%Y%m%d", "%d.%m.%Y"]))
def test_une_date_ecrite_puis_relue_est_la_meme(jour, format_ecrit):
    assert lire_date(jour.strftime(format_ecrit)) == jour


@given(st.one_of(st.text(max_size=30), st.floats(), st.integers()))
def test_une_cellule_quelconque_se_lit_ou_se_refuse(cellule):
    for lire in (lire_montant, lire_date):
        try:
            lire(cellule)
        except ValeurRefusee as refus:
            assert refus.message.endswith((".", "?)."))  # noqa: PT017 -- le message est l'objet


@given(st.text(max_size=40))
def test_nettoyer_rend_toujours_le_meme_texte_sans_commandes(texte):
    propre = nettoyer(texte)
    assert nettoyer(propre) == propre
    assert not set(propre) & set("\x00\t\r\n\u00a0\u202f\ufeff")


def test_un_nombre_entier_du_tableur_redevient_ses_chiffres():
    assert lire_texte(404833048.0) == "404833048"
    assert lire_texte(date(2026, 3, 12)) == "12/03/2026"
