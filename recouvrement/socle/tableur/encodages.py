"""Dans quel encodage un texte est écrit : sûr, ou à demander avec ce qu'il en donnerait.

UTF-8 se prouve. Huit bits ne disent rien d'eux-mêmes : Windows-1252, Mac Roman et le DOS se lisent
tous. On ne retient Windows-1252 que si lui seul fait des mots français.
"""

import re
from dataclasses import dataclass

LETTRES = "àâäáãçéèêëîïíìñôöóòûüùúÿœæß"
FRANCAISES = LETTRES + LETTRES.upper()
SIGNES = "€«»°’‘“”–—…·§²³ªº \u202fµ±×½¼¾•®©™\u200b"
NOMS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "cp850": "DOS (850)",
    "iso8859_15": "Latin-9",
    "utf-16-le": "UTF-16 (petit-boutien)",
    "utf-16-be": "UTF-16 (gros-boutien)",
}
HUIT_BITS = ("cp1252", "mac_roman", "cp850", "iso8859_15")
_MOT_ETRANGE = re.compile(
    # Une capitale accentuée dans un mot en minuscules, un signe au milieu d'un mot, une lettre
    # accentuée seule : ce que donne un encodage pour un autre.
    rf"[a-z{LETTRES}][{LETTRES.upper()}]|[A-Z][{LETTRES}][A-Z]"
    rf"|[^\W\d_][^\w\s\x00-\x7f’‘ \u202f·–—][^\W\d_]"
    rf"|(?<![\w])[{LETTRES.upper().replace('À', '').replace('É', '')}](?![\w’'])"
)
_CONTROLES = re.compile(r"[\x00-\x08\x0e-\x1f\x80-\x9f\ud800-\udfff\ufffe\uffff]")
EXTRAITS, LONGUEUR_EXTRAIT = 3, 60


@dataclass(frozen=True, slots=True)
class Lecture:
    """Un encodage possible, et ce qu'on y lirait."""

    code: str
    nom: str
    extrait: str


def encodage_sur(octets: bytes) -> str:
    """Le code de l'encodage, ou vide : une personne doit le choisir."""
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in octets:
        return ""
    try:
        octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        plausibles = [code for code in HUIT_BITS[:3] if _est_plausible(octets, code)]
        return "cp1252" if plausibles == ["cp1252"] else ""
    return "utf-8-sig"


def est_du_texte_large(octets: bytes) -> bool:
    """De l'UTF-16 qui ne le dit pas : un octet nul sur deux, tous du même côté."""
    debut = octets[:4096]
    pairs, impairs = debut[::2].count(0), debut[1::2].count(0)
    moitie = len(debut) // 2
    return moitie > 0 and max(pairs, impairs) > 0.7 * moitie and min(pairs, impairs) == 0


def lectures_possibles(octets: bytes) -> tuple[Lecture, ...]:
    """Ceux qui décodent le fichier, avec les mots où ils se voient ; deux pareils, un seul."""
    if b"\x00" in octets and not est_du_texte_large(octets):
        return ()
    codes = ("utf-16-le", "utf-16-be") if b"\x00" in octets else HUIT_BITS
    vues: dict[str, Lecture] = {}
    for code in codes:
        try:
            texte = octets.decode(code)
        except UnicodeDecodeError:
            continue
        if _CONTROLES.search(texte):
            continue
        extrait = _extrait(texte)
        vues.setdefault(extrait, Lecture(code, NOMS[code], extrait))
    return tuple(vues.values())


def _est_plausible(octets: bytes, code: str) -> bool:
    try:
        texte = octets.decode(code)
    except UnicodeDecodeError:
        return False
    etrangers = {c for c in texte if ord(c) > 127} - set(FRANCAISES) - set(SIGNES)
    return not etrangers and not _MOT_ETRANGE.search(texte)


def _extrait(texte: str) -> str:
    """Les premières lignes qui ont autre chose que de l'ASCII."""
    lignes = [ligne for ligne in texte.splitlines() if not ligne.isascii()] or texte.splitlines()
    dits = []
    for ligne in lignes[:EXTRAITS]:
        rang = next((i for i, c in enumerate(ligne) if ord(c) > 127), 0)
        debut = max(rang - LONGUEUR_EXTRAIT // 2, 0)
        lisible = "".join(c if c.isprintable() else "·" for c in ligne)
        dits.append(lisible[debut : debut + LONGUEUR_EXTRAIT])
    return " ⏎ ".join(dits)
