from datetime import date
from decimal import Decimal

import pytest

from recouvrement.documents.contextes import Echelonnement
from recouvrement.documents.regles.typographie import adresse_postale, en_lettres, typographie
from recouvrement.socle.erreurs import ErreurMetier


@pytest.mark.parametrize(
    ("saisi", "imprime"),
    [
        ("l'échéance", "l’échéance"),
        ("payer ?", "payer\u202f?"),
        ("Objet : rappel", "Objet\xa0: rappel"),
        ("« oui »", "«\xa0oui\xa0»"),
        ("capital de 1 208 000 €", "capital de 1\u202f208\u202f000\xa0€"),
        ("n° 12", "n°\xa012"),
        ("1er semestre", "1<sup>er</sup> semestre"),
        ("le 3 septembre", "le 3\xa0septembre"),
        ("ci-dessous", '<span class="nowrap">ci-dessous</span>'),
    ],
)
def test_les_insecables_et_les_apostrophes_se_posent(saisi, imprime):
    assert typographie(f"<p>{saisi}</p>") == f"<p>{imprime}</p>"


@pytest.mark.parametrize(
    "intact",
    [
        '<a title="l\'an : 3 %">',
        "<style>p : x ;</style>",
        "<textarea>l'an ?</textarea>",
        "<blockquote data-tel-quel>s'ils concernent : tout</blockquote>",
    ],
)
def test_ni_les_balises_ni_les_citations_de_loi_ne_changent(intact):
    assert typographie(intact) == intact


@pytest.mark.parametrize(
    ("somme", "lettres"),
    [
        ("0.00", "zéro euro"),
        ("1.01", "un euro et un centime"),
        ("80.00", "quatre-vingts euros"),
        ("71.91", "soixante et onze euros et quatre-vingt-onze centimes"),
        ("200080.00", "deux cent mille quatre-vingts euros"),
        ("1000000.00", "un million d’euros"),
        ("1234567.89", None),
    ],
)
def test_les_sommes_s_ecrivent_en_lettres(somme, lettres):
    attendu = lettres or (
        "un million deux cent trente-quatre mille cinq cent soixante-sept euros "
        "et quatre-vingt-neuf centimes"
    )
    assert en_lettres(Decimal(somme)) == attendu


def test_l_adresse_suit_la_norme_postale():
    assert adresse_postale("Maison Kerval", "27, rue du Chantier-Neuf", "44000 Nantes") == [
        "Maison Kerval",
        "27 RUE DU CHANTIER NEUF",
        "44000 NANTES",
    ]


def test_une_adresse_de_sept_lignes_se_refuse():
    with pytest.raises(ErreurMetier, match="abrégez-la"):
        adresse_postale("Établissements " + "Kerguistel-Le Guennec " * 6, "x " * 60, "44000 Nantes")


def test_un_echelonnement_paie_la_somme_entiere():
    deux = [(date(2026, 10, 15), Decimal("60.00")), (date(2026, 11, 16), Decimal("40.00"))]

    plan = Echelonnement.de(Decimal("100.00"), deux)

    assert [v.reste for v in plan.versements] == [Decimal("40.00"), Decimal("0.00")]
    with pytest.raises(ErreurMetier, match="égaler"):
        Echelonnement.de(Decimal("100.01"), deux)
