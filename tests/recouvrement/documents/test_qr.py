from decimal import Decimal
from io import BytesIO

import pytest
import segno
from PIL import Image

from recouvrement.documents.regles.qr import qr_de_virement, qr_de_virement_png

VIREMENT = {
    "nom": "Menuiserie Kerbrat",
    "iban": "FR7630006000011234567890189",
    "montant": Decimal("7112.96"),
    "reference": "MD-94",
}


def test_le_code_se_dessine_en_svg_sans_style_ni_script():
    dessin = qr_de_virement(**VIREMENT)

    assert dessin.startswith("<svg")
    assert "style" not in dessin
    assert "script" not in dessin


def test_l_image_jointe_est_un_png():
    assert qr_de_virement_png(**VIREMENT).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "change",
    [
        {"iban": ""},
        {"iban": "pas un iban"},
        {"montant": Decimal("0.00")},
        {"montant": Decimal("1000000000.00")},
        {"bic": "X"},
    ],
)
def test_hors_de_la_norme_il_n_y_a_pas_de_code(change):
    assert qr_de_virement(**VIREMENT | change) == ""
    assert qr_de_virement_png(**VIREMENT | change) == b""


def test_un_nom_et_un_libelle_trop_longs_sont_coupes_a_la_norme():
    assert qr_de_virement(**VIREMENT | {"nom": "N" * 200, "reference": "R" * 300})


@pytest.mark.parametrize("nom", ["Menuiserie Kerbrat", "Wałęsa & Fils"])
def test_l_image_est_celle_que_dessine_la_bibliotheque(nom):
    attendu, notre = BytesIO(), qr_de_virement_png(**VIREMENT | {"nom": nom})
    jeu, numero = ("utf-8", "1") if "ł" in nom else ("iso-8859-1", "2")
    lignes = ["BCD", "002", numero, "SCT", "", nom, VIREMENT["iban"], "EUR7112.96", "", "", "MD-94"]
    code = segno.make_qr("\n".join(lignes).encode(jeu), error="m", boost_error=False, mask=2)
    code.save(attendu, kind="png", scale=4, border=4)

    with Image.open(BytesIO(notre)) as a, Image.open(attendu) as b:
        assert a.size == b.size
        assert a.convert("L").tobytes() == b.convert("L").tobytes()
