"""L'encodage d'un CSV : prouvé, seul à faire des mots français, ou demandé."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recouvrement.socle.tableur.encodages import encodage_sur, lectures_possibles
from recouvrement.socle.tableur.lecture import EncodageDouteux, FichierIllisible, lire_csv

PHRASES = (
    "Numéro;Échéance;Réglé\n1;Société Générale d'Élagage;à réception\n",
    "NUMÉRO;ÉCHÉANCE\n1;CAFÉ À BREST\n",
    "n;nom\n1;Dûment reçu, où ? Noël, maïs, Œuvre, cœur\n",
    "n;nom\n1;Garçon & Frères — « Müller »\n",
)


@pytest.mark.parametrize("phrase", PHRASES)
@pytest.mark.parametrize(
    ("encodage", "sur"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("cp1252", "cp1252"),
    ],
)
def test_ce_qui_se_prouve_ne_se_demande_pas(phrase, encodage, sur):
    assert encodage_sur(phrase.encode(encodage)) == sur


@pytest.mark.parametrize("phrase", PHRASES)
@pytest.mark.parametrize("encodage", ["mac_roman", "utf-16-le", "utf-16-be"])
def test_ce_qui_est_douteux_se_demande_et_la_bonne_lecture_est_proposee(phrase, encodage):
    octets = phrase.encode(encodage, "replace")
    with pytest.raises(EncodageDouteux) as doute:
        lire_csv(octets)
    juste = next(vue for vue in doute.value.lectures if vue.code == encodage)
    premiere = next(ligne for ligne in phrase.splitlines() if not ligne.isascii())
    assert juste.extrait.startswith(premiere[:10])
    assert lire_csv(octets, encodage=encodage).lignes[0].cellules[0] == "1"


def test_une_ancienne_lecture_du_dos_se_demande():
    assert "cp850" in [v.code for v in lectures_possibles("Société".encode("cp850"))]
    assert encodage_sur("Société".encode("cp850")) == ""


def test_du_binaire_ne_se_demande_pas():
    with pytest.raises(FichierIllisible, match="n'est pas du texte"):
        lire_csv(b"a;b\n1;\x00\x01\x02")


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), max_size=80))
def test_tout_texte_en_utf8_est_sur(texte):
    assert encodage_sur(texte.encode()) in ("utf-8-sig", "utf-16")
