"""Met en forme les feuilles de style : une déclaration par ligne. `--check` : dit seulement."""

import sys
from pathlib import Path

import cssbeautifier

FEUILLES = Path(__file__).resolve().parent.parent / "static"


def mettre_en_forme(texte: str) -> str:
    reglages = cssbeautifier.default_options()
    reglages.indent_size = 2
    reglages.end_with_newline = True
    reglages.space_around_combinator = True
    return cssbeautifier.beautify(texte, reglages)


def main() -> int:
    constater = "--check" in sys.argv
    autres = []
    for feuille in sorted(FEUILLES.rglob("*.css")):
        texte = feuille.read_text(encoding="utf-8")
        if (forme := mettre_en_forme(texte)) != texte:
            autres.append(str(feuille.relative_to(FEUILLES.parent)))
            if not constater:
                feuille.write_text(forme, encoding="utf-8")
    if constater and autres:
        sys.stderr.write("À mettre en forme (.ci/feuilles.py) : " + ", ".join(autres) + "\n")
    return 1 if constater and autres else 0


if __name__ == "__main__":
    sys.exit(main())
