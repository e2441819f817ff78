"""docs/securite.md ne cite que des essais qui existent."""

import re

from recouvrement.environnement import RACINE

PAGE = (RACINE / "docs/securite.md").read_text(encoding="utf-8")


def test_chaque_essai_cite_existe():
    cites = re.findall(r"`((?:tests|docs)/[\w/.]+)`", PAGE)
    assert len(cites) > 25
    assert [chemin for chemin in cites if not (RACINE / chemin).is_file()] == []


def test_chaque_campagne_citee_existe():
    campagnes = {
        mot for ligne in re.findall(r"--campagne ([\w ]+)`", PAGE) for mot in ligne.split()
    }
    assert campagnes
    assert [n for n in campagnes if not (RACINE / f"tests/campagnes/test_{n}.py").is_file()] == []


def test_chaque_chapitre_applicable_a_son_verdict():
    verdicts = dict(re.findall(r"^\| (V\d+) [^|]+\| ([^|]+?) \|", PAGE, re.MULTILINE))
    assert set(verdicts) == {f"V{n}" for n in range(1, 17)} - {"V9", "V10"}
    assert set(verdicts.values()) <= {"tient", "en partie", "manque"}
