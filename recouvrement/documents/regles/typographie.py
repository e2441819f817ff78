"""Écrire en français imprimé : insécables, apostrophes, sommes en lettres, adresse postale."""

import re
from decimal import Decimal

from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.formats import FINE, INSECABLE
from recouvrement.socle.temps import MOIS

UNITES = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
    *("onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit"),
    "dix-neuf",
)
DIZAINES = {
    2: "vingt",
    3: "trente",
    4: "quarante",
    5: "cinquante",
    6: "soixante",
    8: "quatre-vingt",
}


def _moins_de_cent(n: int) -> str:
    if n < 20:
        return UNITES[n]
    dizaine, unite = divmod(n, 10)
    if dizaine in (7, 9):
        dizaine, unite = dizaine - 1, unite + 10
    nom = DIZAINES[dizaine]
    if unite == 0:
        return nom + ("s" if dizaine == 8 else "")
    if unite in (1, 11) and dizaine != 8:
        return f"{nom} et {UNITES[unite]}"
    return f"{nom}-{UNITES[unite]}"


def _moins_de_mille(n: int, *, final: bool = True) -> str:
    """`final` : rien ne suit ce groupe, donc « cents » et « quatre-vingts » gardent leur s."""
    centaines, reste = divmod(n, 100)
    mots = []
    if centaines:
        pluriel = "s" if centaines > 1 and not reste and final else ""
        mots += ([] if centaines == 1 else [UNITES[centaines]]) + ["cent" + pluriel]
    if reste or not centaines:
        texte = _moins_de_cent(reste)
        mots.append(
            texte if final else texte.removesuffix("s") if texte == "quatre-vingts" else texte
        )
    return " ".join(mots)


def entier_en_lettres(n: int) -> str:
    millions, reste = divmod(n, 1_000_000)
    milliers, unites = divmod(reste, 1000)
    mots = []
    if millions:
        mots.append(_moins_de_mille(millions) + (" millions" if millions > 1 else " million"))
    if milliers:
        mots.append("mille" if milliers == 1 else _moins_de_mille(milliers, final=False) + " mille")
    if unites or not mots:
        mots.append(_moins_de_mille(unites))
    return " ".join(mots)


def en_lettres(montant: Decimal) -> str:
    """
    >>> en_lettres(Decimal("5962.80"))
    'cinq mille neuf cent soixante-deux euros et quatre-vingts centimes'
    """
    entiers, centimes = divmod(int(montant * 100), 100)
    liaison = "d’" if entiers >= 1_000_000 and entiers % 1_000_000 == 0 else ""
    texte = f"{entier_en_lettres(entiers)} {liaison}euro{'s' if entiers > 1 else ''}"
    if centimes:
        texte += f" et {entier_en_lettres(centimes)} centime{'s' if centimes > 1 else ''}"
    return texte


_TEL_QUEL = (
    r"<(style|script|svg|textarea|title)\b.*?</\1>"
    r"|<blockquote[^>]*data-tel-quel.*?</blockquote>|<[^>]+>"
)
_REGLES = [
    (re.compile(motif), par)
    for motif, par in (
        (r"(?<=\w)'(?=\w)", "’"),
        (r" (?=[;!?%])", FINE),
        (r" (?=[:»€])|(?<=«) ", INSECABLE),
        (r"(?<=\d) (?=\d{3}(?: \d{3})*[ \u00a0\u202f]?€)", FINE),
        (r"(?<=\d) (?=(?:€|jours?|mois|points?|ans?|pages?|factures?)\b)", INSECABLE),
        (
            r"(?<=\bn°) |(?<=\bart\.) |(?<=\b[LRDM]\.) (?=[\dA-ZÉ])|(?<=\bMme) "
            r"|(?<=\bC\.) (?=(?:com|civ|pén)\.)",
            INSECABLE,
        ),
        (rf"(?<=\d) (?=(?:{'|'.join(MOIS)})\b)|(?<=\b1er) (?=(?:{'|'.join(MOIS)})\b)", INSECABLE),
        (r"(?<=\bPièce) (?=\d|n°)|(?<=\b[Pp]ièces) (?=\d)", INSECABLE),
        (r"\b([Cc]i)-(après|dessous|dessus|joint)", r'<span class="nowrap">\1-\2</span>'),
        (
            rf"\b1(er|re)(?=[ {INSECABLE}](?:semestre|trimestre|{'|'.join(MOIS)})\b)",
            r"1<sup>\1</sup>",
        ),
        (rf"\b(\d+)e(?=[ {INSECABLE}](?:semestre|trimestre)\b)", r"\1<sup>e</sup>"),
    )
]


def typographie(html: str) -> str:
    """Pose les insécables dans le texte : ni dans une balise, ni dans une citation de loi."""

    def composer(texte: str) -> str:
        for motif, par in _REGLES:
            texte = motif.sub(par, texte)
        return texte

    morceaux, debut = [], 0
    for tel_quel in re.finditer(_TEL_QUEL, html, re.S):
        morceaux += [composer(html[debut : tel_quel.start()]), tel_quel[0]]
        debut = tel_quel.end()
    return "".join([*morceaux, composer(html[debut:])])


def adresse_postale(*lignes: str) -> list[str]:
    """NF Z 10-011 : six lignes de 38 signes au plus, les dernières en capitales."""
    voie, commune = (re.sub(r"[^\w ]+", " ", x).upper() for x in lignes[-2:])
    sortie = []
    for ligne in [*lignes[:-2], voie, commune]:
        morceau = ""
        for mot in ligne.split():
            if len(morceau) + 1 + len(mot) > 38:
                sortie.append(morceau)
                morceau = mot
            else:
                morceau = f"{morceau} {mot}".strip()
        sortie.append(morceau)
    if len(sortie) > 6:
        raise ErreurMetier(
            f"L'adresse du client tient sur {len(sortie)} lignes : abrégez-la, l'enveloppe en "
            "montre six."
        )
    return sortie
