"""Les conditions de règlement telles que les écrivent factures et tableurs ; au doute, rien."""

import re

from factures.imports.entetes import normaliser
from recouvrement.droit.terme import DELAI_MAXIMAL, JOUR_MAXIMAL, GenreTerme, Terme

COMPTANT = {
    "comptant", "a reception", "reception", "recep", "a reception de facture", "immediat",
    "a reception de la facture", "immediate", "due on receipt", "upon receipt", "payable comptant",
}  # fmt: skip
NOMBRES = {
    "quarante cinq": "45", "dix": "10", "quinze": "15", "vingt": "20", "trente": "30",
    "soixante": "60",
}  # fmt: skip
# Des mots qui ne changent rien au jour.
SANS_EFFET = re.compile(
    r"\b(conditions? de (reglement|paiement)|delais? de (reglement|paiement)|reglement|paiement"
    r"|payable|echeance|par|virement( bancaire)?|cheque|prelevement|traite|lcr|vir|sous|delai de"
    r"|terme|payment|within"
    r"|(a (compter|partir) de |apres |de )?(la |l )?date (de (la )?facture|de facturation"
    r"|d emission)( de la facture)?|a (compter|partir) de (la facture|l emission)"
    r"|date facture|apres (la )?(facture|facturation|emission)|ddf|civil|calendaires?)\b"
)
ABREGES = (
    (r"\bdendmonth\b", "jours fin de mois"),
    (r"\bf d m\b|\bfdm\b|\bfm\b|\beom\b|\bend ?(of )?month\b|\bfin (du )?mois\b", "fin de mois"),
    (r"\b(fin (de (la )?)?)?decade\b|\bfdd\b", "fin de decade"),
    (r"\b(jrs?|j|jour|jours|days?|d)\b", "jours"),
    (r"\b(jours?) nets?\b", "jours"),
    (r"\bnets? ([0-9]+)( jours)?\b", r"\1 jours"),
    (r"\b(a|le|au|du|la) fin de\b", "fin de"),
    (r"^([0-9]+) fin de\b", r"\1 jours fin de"),
)
JOURS = r"(?P<jours>[0-9]{1,3}) jours"
LE = r"(?P<le>(?:le|au) (?P<jour>[0-9]{1,2})(?: du mois)?(?: suivant)?)"
FORMES = (
    (GenreTerme.NETS, rf"{JOURS}"),
    (GenreTerme.FIN_DE_MOIS, rf"(?:{JOURS} )?fin de mois(?: {LE})?"),
    (GenreTerme.FIN_DE_MOIS, r"(?:le )?(?P<jour>[0-9]{1,2}) du mois suivant"),
    (
        GenreTerme.FIN_DE_MOIS_PUIS,
        rf"fin de mois (?:puis |plus )?{JOURS}"
        r"|(?P<apres>[0-9]{1,3}) jours (?:apres|a compter de|a partir de) (?:la )?fin de mois",
    ),
    (GenreTerme.DECADE, rf"(?:{JOURS} )?fin de decade"),
    (GenreTerme.DECADE_PUIS, rf"fin de decade (?:puis |plus )?{JOURS}"),
)


def lire_conditions(texte: str) -> Terme | None:
    """Le terme que dit ce texte, s'il n'a qu'une lecture.

    >>> def vu(texte: str) -> str:
    ...     return str(lire_conditions(texte))
    >>> vu("45 j FDM"), vu("Fin de mois + 45 jours"), vu("30 jours fin de mois le 10")
    ('45 jours fin de mois', 'fin de mois puis 45 jours', '30 jours fin de mois, le 10')
    >>> vu("Paiement à 30 jours nets"), vu("À réception"), vu("30 jours fin de décade")
    ('30 jours nets', 'comptant', '30 jours fin de décade')
    >>> vu("2 % à 8 jours, 30 jours net"), vu("À la commande"), vu("30 jours le 10")
    ('None', 'None', 'None')
    """
    vu = _depouiller(texte)
    if vu in COMPTANT:
        return Terme(GenreTerme.NETS, 0)
    if re.fullmatch(r"[0-9]{1,3}", vu):
        vu = f"{vu} jours"
    for genre, forme in FORMES:
        if trouve := re.fullmatch(forme, vu):
            return _terme(genre, trouve.groupdict())
    return None


def _depouiller(texte: str) -> str:
    vu = re.sub(r"(?<=[0-9])(?=[a-z])", " ", normaliser(texte[:200]))
    for lettres, chiffres in NOMBRES.items():
        vu = re.sub(rf"\b{lettres}\b", chiffres, vu)
    vu = " ".join(SANS_EFFET.sub(" ", vu).split())
    for motif, plein in ABREGES:
        vu = re.sub(motif, plein, vu)
    vu = re.sub(r"^(a|de|net|nets) (?=[0-9]|fin|reception)", "", vu) if vu not in COMPTANT else vu
    return re.sub(r"^([0-9]+ jours) nets?$", r"\1", vu)


def _terme(genre: GenreTerme, vu: dict[str, str | None]) -> Terme | None:
    jours = int(vu.get("jours") or vu.get("apres") or 0)
    jour = int(ecrit) if (ecrit := vu.get("jour")) else None
    if jours > DELAI_MAXIMAL or (jour is not None and not 1 <= jour <= JOUR_MAXIMAL):
        return None
    if genre == GenreTerme.FIN_DE_MOIS_PUIS and not jours:
        genre = GenreTerme.FIN_DE_MOIS
    if genre == GenreTerme.DECADE_PUIS and not jours:
        genre = GenreTerme.DECADE
    return Terme(genre, jours, jour)
