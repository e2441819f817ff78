"""Les données livrées : ni trou, ni recouvrement, chaque ligne sourcée."""

import csv
from datetime import date, timedelta
from decimal import Decimal

import pytest

from recouvrement.droit import feries
from recouvrement.droit.conditions import CONDITIONS
from recouvrement.droit.frais import tarifs
from recouvrement.droit.procedures import fiches
from recouvrement.droit.sources import DONNEES, Confiance, lire
from recouvrement.droit.taux import Serie, premier_jour, semestre, table_publiee

# Les vingt-quatre semestres, relus un à un le 28/11/2026 : (légal professionnel, légal particulier,
# BCE). Arrêtés semestriels et opérations principales de refinancement.
RELUS = {
    (2015, 1): ("0.93", "4.06", "0.05"),
    (2015, 2): ("0.99", "4.29", "0.05"),
    (2016, 1): ("1.01", "4.54", "0.05"),
    (2016, 2): ("0.93", "4.35", "0.00"),
    (2017, 1): ("0.90", "4.16", "0.00"),
    (2017, 2): ("0.90", "3.94", "0.00"),
    (2018, 1): ("0.89", "3.73", "0.00"),
    (2018, 2): ("0.88", "3.60", "0.00"),
    (2019, 1): ("0.86", "3.40", "0.00"),
    (2019, 2): ("0.87", "3.26", "0.00"),
    (2020, 1): ("0.87", "3.15", "0.00"),
    (2020, 2): ("0.84", "3.11", "0.00"),
    (2021, 1): ("0.79", "3.14", "0.00"),
    (2021, 2): ("0.76", "3.12", "0.00"),
    (2022, 1): ("0.76", "3.13", "0.00"),
    (2022, 2): ("0.77", "3.15", "0.00"),
    (2023, 1): ("2.06", "4.47", "2.50"),
    (2023, 2): ("4.22", "6.82", "4.00"),
    (2024, 1): ("5.07", "8.01", "4.50"),
    (2024, 2): ("4.92", "8.16", "4.25"),
    (2025, 1): ("3.71", "7.21", "3.15"),
    (2025, 2): ("2.76", "6.65", "2.15"),
    (2026, 1): ("2.62", "6.67", "2.15"),
    (2026, 2): ("2.75", "6.84", "2.40"),
}


@pytest.mark.parametrize("serie", list(Serie))
def test_chaque_serie_va_de_2015_a_2026_sans_trou_ni_doublon(serie):
    effets = [date.fromisoformat(x["effet"]) for x in lire("taux.csv") if x["serie"] == serie]
    attendus = [premier_jour(n) for n in range(2015 * 2, 2026 * 2 + 2)]
    assert effets == attendus


def test_chaque_taux_est_source_et_porte_sa_certitude():
    for ligne in lire("taux.csv"):
        assert ligne["source"].strip(), ligne
        assert Confiance(ligne["confiance"])
        assert 0 <= Decimal(ligne["valeur"]) <= 10


@pytest.mark.parametrize(("annee", "rang"), list(RELUS))
def test_les_taux_relus_sont_ceux_de_la_table(annee, rang):
    numero = semestre(date(annee, 1 if rang == 1 else 7, 1))
    table = table_publiee()
    lus = tuple(
        str(table.ligne(serie, numero).valeur)
        for serie in (Serie.LEGAL_PROFESSIONNEL, Serie.LEGAL_PARTICULIER, Serie.BCE)
    )
    assert lus == RELUS[annee, rang]


def test_le_seul_taux_incertain_est_le_legal_particulier_du_second_semestre_2026():
    incertains = [(x.serie, x.effet) for x in table_publiee() if x.confiance.a_confirmer]
    assert incertains == [(Serie.LEGAL_PARTICULIER, date(2026, 7, 1))]


def test_chaque_voie_a_ses_conditions_sa_source_et_sa_certitude():
    assert set(fiches()) == set(CONDITIONS)
    for fiche in fiches().values():
        assert fiche.source
        assert fiche.fondement
        assert fiche.cout
        assert fiche.duree


@pytest.mark.parametrize(
    ("code", "dits"),
    [
        ("IP_TC", ["30,23 €", "01/03/2026", "250 salariés", "constitutionnalité"]),
        ("IP_ALSACE_MOSELLE", ["30,23 €", "à confirmer"]),
        ("FOND_TC", ["montant 2026 non trouvé", "3 ou 5 %"]),
        ("CREANCES_COM_INCONTESTEES", ["à confirmer avec l'étude"]),
        ("IP_TJ", ["1635 bis Q III 7°"]),
    ],
)
def test_le_cout_d_une_voie_est_celui_du_28_novembre_2026(code, dits):
    assert all(dit in fiches()[code].cout for dit in dits)
    assert "33,47" not in fiches()[code].cout


def test_les_creances_commerciales_incontestees_sont_a_l_article_l126_1():
    """Loi n° 2026-307 du 23/04/2026, en vigueur le 25 ; le silence y vaut non-contestation."""
    fiche = fiches()["CREANCES_COM_INCONTESTEES"]
    assert fiche.fondement.startswith("CPCE L126-1")
    assert "25/04/2026" in fiche.entre
    assert "le silence vaut non-contestation" in fiche.delais
    assert fiche.confiance is Confiance.INCERTAIN


def test_une_personne_publique_se_prescrit_par_quatre_ans_et_l_ecrit_interrompt():
    fiche = fiches()["DEBITEUR_PUBLIC_B2G"]
    assert "68-1250" in fiche.fondement
    assert "réclamation écrite interrompt" in fiche.prescription


def test_chaque_tarif_est_source():
    for tarif in tarifs().values():
        assert tarif.fondement
        assert 0 <= tarif.minimum <= tarif.maximum


def test_la_table_des_tribunaux_est_legere_et_designe_des_juridictions_connues():
    assert (DONNEES / "tribunaux.csv").stat().st_size <= 1_500_000
    rangs = {ligne["rang"] for ligne in lire("juridictions.csv")} | {""}
    with (DONNEES / "tribunaux.csv").open(encoding="utf-8") as fichier:
        communes = list(csv.DictReader(fichier, delimiter=";"))
    assert len(communes) > 34_000
    assert len({c["insee"] for c in communes}) == len(communes)
    assert {c["commercial"] for c in communes} | {c["judiciaire"] for c in communes} <= rangs


def test_les_douze_tribunaux_des_activites_economiques():
    noms = [x["nom"] for x in lire("juridictions.csv") if "activités économiques" in x["nom"]]
    assert len(noms) == 12


def test_les_feries_d_une_annee_en_metropole_sont_onze():
    annee = [date(2027, 1, 1) + timedelta(days=rang) for rang in range(365)]
    jours = [jour for jour in annee if feries.est_ferie(jour)]
    assert len(jours) == 11
    assert date(2027, 3, 29) in jours  # lundi de Pâques
    assert date(2027, 5, 6) in jours  # Ascension
