from datetime import date
from decimal import Decimal

import pytest

from recouvrement.droit.grille import grille
from recouvrement.droit.regimes import Regime
from recouvrement.droit.sources import Confiance
from recouvrement.droit.taux import (
    LigneTaux,
    Serie,
    TableTaux,
    TauxInconnu,
    semestre,
    semestre_suivant_manquant,
    table_publiee,
)

PREMIER_2027 = date(2027, 1, 1)


def taux_bce(jour: date, table: TableTaux | None = None) -> Decimal:
    return (table or table_publiee()).ligne(Serie.BCE, semestre(jour)).valeur


def trois_taux_de_2027():
    return [LigneTaux(serie, PREMIER_2027, Decimal("2.65"), "relevé") for serie in Serie]


@pytest.mark.parametrize("jour", [date(2022, 7, 1), date(2022, 7, 27), date(2022, 12, 31)])
def test_le_taux_du_semestre_est_celui_de_son_premier_jour(jour):
    assert taux_bce(jour) == Decimal("0.00")


def test_un_semestre_inconnu_n_emprunte_pas_le_precedent():
    with pytest.raises(TauxInconnu) as erreur:
        table_publiee().ligne(Serie.LEGAL_PROFESSIONNEL, semestre(PREMIER_2027))
    assert erreur.value.debut == PREMIER_2027
    assert "créancier professionnel" in str(erreur.value)


def test_en_2024_le_plancher_depassait_le_taux_suppletif():
    semestre_2 = semestre(date(2024, 7, 1))
    avis = grille(Regime.B2B, Decimal("14.50"))[semestre_2].avertissement

    assert grille(Regime.B2B, None)[semestre_2].taux == Decimal("14.25")
    assert "plancher de 14,76 % (3 fois le taux légal) ; taux supplétif de 14,25 %" in avis


def test_l_alerte_vient_quinze_jours_avant_le_semestre_manquant():
    assert semestre_suivant_manquant(date(2026, 12, 16)) is None
    assert semestre_suivant_manquant(date(2026, 12, 17)) == PREMIER_2027
    assert semestre_suivant_manquant(date(2027, 2, 1)) == PREMIER_2027


def test_l_alerte_cesse_quand_les_trois_taux_sont_saisis():
    table = table_publiee().avec(trois_taux_de_2027()[:2])
    assert semestre_suivant_manquant(date(2026, 12, 31), table) == PREMIER_2027
    table = table.avec(trois_taux_de_2027())
    assert semestre_suivant_manquant(date(2026, 12, 31), table) is None


def test_l_operateur_corrige_une_ligne_sans_toucher_la_table_livree():
    corrige = LigneTaux(Serie.BCE, date(2026, 7, 1), Decimal("2.50"), "BCE", Confiance.VU)
    assert taux_bce(date(2026, 8, 1), table_publiee().avec([corrige])) == Decimal("2.50")
    assert taux_bce(date(2026, 8, 1)) == Decimal("2.40")


@pytest.mark.parametrize(
    ("effet", "valeur", "source"),
    [
        (date(2027, 1, 2), Decimal("2"), "BCE"),
        (date(2027, 1, 1), Decimal("-1"), "BCE"),
        (date(2027, 1, 1), Decimal("2"), "  "),
    ],
)
def test_une_ligne_mal_datee_negative_ou_sans_source_est_refusee(effet, valeur, source):
    with pytest.raises(ValueError, match="Un taux"):
        LigneTaux(Serie.BCE, effet, valeur, source)
