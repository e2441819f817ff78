"""Les mentions : ce qu'une facture doit porter, ce qu'une lettre doit reproduire ou taire.

Facture : C. com., art. L441-9, I, L441-10, II, D441-5, R123-237, R526-27. Lettre d'un mandataire :
CPCE, art. R124-4, qui fait reproduire les alinéas 2 et 3 de l'article L111-8.

>>> [m.code for m in manquantes({"echeance", "taux_penalites", "identite"}, Regime.B2B)]
['indemnite', 'escompte']
>>> manquantes({"identite"}, Regime.B2C)[0].code
'echeance'
>>> interdits("Ce courrier interrompt la prescription.")
('« interrompt la prescription » : une mise en demeure ne le fait pas',)
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from recouvrement.droit.regimes import Regime
from recouvrement.droit.sources import Confiance

# CPCE, art. L111-8, alinéas 2 et 3 : à reproduire à l'identique (R124-4, 5°).
L111_8_ALINEA_2: Final = (
    "Les frais de recouvrement entrepris sans titre exécutoire restent à la charge du créancier, "
    "sauf s'ils concernent un acte dont l'accomplissement est prescrit par la loi au créancier. "
    "Toute stipulation contraire est réputée non écrite, sauf disposition législative contraire."
)
L111_8_ALINEA_3: Final = (
    "Cependant, le créancier qui justifie du caractère nécessaire des démarches entreprises pour "
    "recouvrer sa créance peut demander au juge de l'exécution de laisser tout ou partie des frais "
    "ainsi exposés à la charge du débiteur de mauvaise foi."
)

TOUS: Final = frozenset(Regime)
PROFESSIONNELS: Final = frozenset({Regime.B2B, Regime.B2G})


@dataclass(frozen=True, slots=True)
class Mention:
    """Une mention, les régimes qui l'exigent, son article."""

    code: str
    libelle: str
    regimes: frozenset[Regime]
    fondement: str
    confiance: Confiance


MENTIONS_FACTURE: Final = (
    Mention(
        "echeance",
        "date à laquelle le règlement doit intervenir",
        TOUS,
        "C. com., art. L441-9, I",
        Confiance.DE_MEMOIRE,
    ),
    Mention(
        "taux_penalites",
        "taux des pénalités exigibles le jour suivant la date de règlement",
        PROFESSIONNELS,
        "C. com., art. L441-9, I et L441-10, II",
        Confiance.VU,
    ),
    Mention(
        "indemnite",
        "indemnité forfaitaire de 40 €",
        PROFESSIONNELS,
        "C. com., art. L441-9, I et D441-5",
        Confiance.DE_MEMOIRE,
    ),
    Mention(
        "escompte",
        "conditions d'escompte, ou leur absence",
        PROFESSIONNELS,
        "C. com., art. L441-9, I",
        Confiance.DE_MEMOIRE,
    ),
    Mention(
        "identite",
        "identité du vendeur : SIREN, RCS ou RNE, forme, capital et siège, ou « EI »",
        TOUS,
        "C. com., art. R123-237, R123-238 et R526-27",
        Confiance.VU_TIERS,
    ),
)

ELEMENTS_R124_4: Final = (
    ("recouvreur", "nom et adresse de celui qui recouvre, et qu'il exerce cette activité"),
    ("creancier", "nom et adresse du créancier"),
    ("sommes", "fondement et montant dû, en distinguant principal, intérêts et accessoires"),
    ("paiement", "indication d'avoir à payer et modalités de paiement"),
    ("l111_8", "alinéas 2 et 3 de l'article L111-8, reproduits"),
)

# Ce qu'un écrit amiable ne peut pas dire, et pourquoi.
EXPRESSIONS_INTERDITES: Final = (
    (
        r"frais\s+de\s+(?:recouvrement|dossier|relance)(?!\s+entrepris)",
        "ces frais restent à la charge du créancier (CPCE, art. L111-8)",
    ),
    (r"interrompt\s+la\s+prescription", "une mise en demeure ne le fait pas"),
    (r"huissiers?(?:\s+de\s+justice)?", "la profession est celle de commissaire de justice"),
    (r"tribunal\s+d['’]instance", "remplacé par le tribunal judiciaire le 01/01/2020"),
    (r"signification|commandement\s+de\s+payer", "mot d'un acte officiel (C. pén., art. 433-13)"),
    (r"dernier\s+avis\s+avant\s+saisie", "imite un acte officiel (C. pén., art. 433-13)"),
    (r"vous\s+devriez", "le produit informe, il ne conseille pas (loi n° 71-1130, art. 54)"),
)
# Entre professionnels, la loi elle-même nomme ainsi les 40 €.
NOM_LEGAL_DES_40_EUROS: Final = re.compile(
    r"indemnité\s+forfaitaire\s+(?:de\s+40\s*€\s+)?pour\s+frais\s+de\s+recouvrement", re.IGNORECASE
)


def exigees(regime: Regime) -> tuple[Mention, ...]:
    """Les mentions que ce régime exige sur une facture."""
    return tuple(mention for mention in MENTIONS_FACTURE if regime in mention.regimes)


def proposees(regime: Regime) -> tuple[Mention, ...]:
    """Celles à chercher sur la facture : toutes, tant que la qualité du débiteur est à établir."""
    return MENTIONS_FACTURE if regime is Regime.INCONNU else exigees(regime)


def manquantes(presentes: Collection[str], regime: Regime) -> tuple[Mention, ...]:
    """Les mentions exigées qui ne figurent pas parmi les codes présents."""
    return tuple(mention for mention in exigees(regime) if mention.code not in presentes)


def manquants_r124_4(presents: Collection[str]) -> tuple[str, ...]:
    """Ce qui manque à la lettre d'un mandataire ; une omission est punie (R124-7).

    >>> manquants_r124_4({"recouvreur", "creancier", "sommes", "paiement"})
    ("alinéas 2 et 3 de l'article L111-8, reproduits",)
    """
    return tuple(libelle for code, libelle in ELEMENTS_R124_4 if code not in presents)


def interdits(texte: str) -> tuple[str, ...]:
    """Les expressions d'un écrit amiable que la loi ne permet pas, chacune avec sa raison.

    >>> interdits(L111_8_ALINEA_2)
    ()
    """
    reste = NOM_LEGAL_DES_40_EUROS.sub("", texte)
    fautes = []
    for motif, raison in EXPRESSIONS_INTERDITES:
        trouve = re.search(rf"\b(?:{motif})\b", reste, re.IGNORECASE)
        if trouve:
            fautes.append(f"« {trouve.group()} » : {raison}")
    return tuple(fautes)
