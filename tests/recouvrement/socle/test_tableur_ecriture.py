"""Ce que l'on exporte n'est jamais une formule, et reste calculable."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from recouvrement.socle.tableur.ecriture import classeur, flux_csv, neutraliser
from recouvrement.socle.tableur.lecture import lire_csv

PIEGES = [
    "=1+1",
    "+33 1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\x00=1",
    "  =1",
    "\u00a0=1",
    "＝1+1",
]


def relire(octets: bytes):
    return load_workbook(io.BytesIO(octets)).active


@pytest.mark.parametrize("piege", PIEGES)
def test_une_amorce_de_formule_est_neutralisee_dans_un_csv(piege):
    assert neutraliser(piege).startswith("'")


@pytest.mark.parametrize("sain", ["", "Durand", "A=B", "12 rue", "O'Brien", "(=)"])
def test_un_texte_ordinaire_ne_change_pas(sain):
    assert neutraliser(sain) == sain


def test_un_classeur_garde_montants_dates_et_texte():
    feuille = relire(
        classeur(
            "Factures / mars [2026]",
            ["Numéro", "=Piège", "Montant"],
            [
                ["F-1", date(2026, 3, 12), Decimal("1234.56")],
                ["=1+1", datetime(2026, 3, 12, 7, 30, tzinfo=UTC), Decimal("-5")],
                [None, True, 3],
                ["#N/A", "ligne\nsuivante\x07", ""],
            ],
        )
    )
    assert feuille.title == "Factures   mars  2026"
    rangees = [[cellule.value for cellule in rangee] for rangee in feuille.iter_rows()]
    assert rangees[0] == ["Numéro", "=Piège", "Montant"]
    assert rangees[1] == ["F-1", datetime(2026, 3, 12), 1234.56]
    assert rangees[2] == ["=1+1", datetime(2026, 3, 12, 8, 30), -5]
    assert rangees[3] == [None, "oui", 3]
    assert rangees[4] == ["#N/A", "ligne\nsuivante", None]
    assert feuille["C2"].number_format == "#,##0.00"
    assert {cellule.data_type for rangee in feuille.iter_rows() for cellule in rangee} <= set("snd")


def test_un_csv_s_ouvre_dans_un_tableur_francais():
    octets = b"".join(
        flux_csv(
            ["Numéro", "Jour", "Montant", "Note"],
            [["F-1", date(2026, 3, 12), Decimal("-1234.50"), 'dit "oui"; puis =non']],
        )
    )
    assert octets.startswith(b"\xef\xbb\xbf")
    feuille = lire_csv(octets)
    assert feuille.lignes[0].cellules == (
        "F-1",
        "12/03/2026",
        "-1234,50",
        'dit "oui"; puis =non',
    )


@given(st.text(max_size=40))
def test_aucun_texte_ne_devient_une_formule_dans_un_csv(texte):
    lu = b"".join(flux_csv([], [[texte]])).decode("utf-8-sig")
    cellules = [
        c for ligne in csv.reader(io.StringIO(lu, newline=""), delimiter=";") for c in ligne
    ]
    for cellule in cellules:
        assert cellule.lstrip()[:1] not in set("=+-@＝\x00") or cellule.startswith("'")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=20))
def test_aucun_texte_ne_devient_une_formule_dans_un_classeur(textes):
    feuille = relire(classeur("Export", ["Texte"], [[texte] for texte in textes]))
    assert {c.data_type for rangee in feuille.iter_rows() for c in rangee} <= {"s", "n"}
