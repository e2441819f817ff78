"""La commune d'un débiteur, d'après ce que porte son adresse : un code, un nom, tels qu'écrits.

Un nom se compare tel que `lieux` le lit. Une commune fusionnée se retrouve par son ancien nom
ou son ancien code. Plusieurs réponses sont une question ; ce qui ne concorde pas se confirme.

>>> [c.nom for c in chercher(code_postal="93000", nom="BOBIGNY CEDEX").communes]
['Bobigny']
>>> [c.nom for c in chercher(nom="st etienne", code_postal="42000").communes]
['Saint-Étienne']
>>> [c.nom for c in chercher(code_postal="92919").communes]  # La Défense, CEDEX
['Puteaux']
>>> chercher(nom="Lyon", code_postal="69007").a_confirmer
False
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from recouvrement.droit.lieux import VILLES_A_ARRONDISSEMENTS, normaliser
from recouvrement.droit.sources import lire


@dataclass(frozen=True, slots=True)
class Commune:
    """Une commune d'aujourd'hui, ou un arrondissement municipal."""

    insee: str
    nom: str
    codes_postaux: tuple[str, ...]
    commercial: str
    judiciaire: str
    reserve: bool

    @property
    def departement(self) -> str:
        """« 2A », « 974 », « 69 »."""
        return self.insee[:3] if self.insee.startswith(("97", "98")) else self.insee[:2]


@dataclass(frozen=True, slots=True)
class Lieu:
    """Les communes qui répondent ; plusieurs : à demander. `a_confirmer` : rien ne concorde."""

    communes: tuple[Commune, ...]
    a_confirmer: bool = False


def chercher(
    *, insee: str | None = None, code_postal: str | None = None, nom: str | None = None
) -> Lieu:
    """Les communes de cette adresse ; le code commune décide, sinon le nom et le code postal."""
    index = _index()
    if insee is not None and insee in index.vers:
        return Lieu(index.lire([index.vers[insee]]))
    code = (code_postal or "").replace(" ", "")
    du_code = index.par_code.get(code, frozenset())
    cle = normaliser(nom or "")
    du_nom = index.par_nom.get(cle, frozenset())
    if not du_nom and cle.rpartition(" ")[0] in VILLES_A_ARRONDISSEMENTS:
        # Un rang qui n'existe pas : la ville, à confirmer.
        du_nom = index.par_nom[cle.rpartition(" ")[0]]
    if du_nom and du_code:
        communs = du_nom & du_code
        if communs:
            return Lieu(index.lire(communs))
    # Le nom d'usage d'une commune du même code : « Saint-Ouen », « Cherbourg ».
    debuts = {
        i for i in du_code if cle and f"{normaliser(index.communes[i].nom)} ".startswith(f"{cle} ")
    }
    if len(debuts) == 1:
        return Lieu(index.lire(debuts))
    if du_nom and du_code:
        # Le code d'un bureau voisin, une faute de frappe : le nom, s'il est du département.
        voisins = {i for i in du_nom if i[:2] == code[:2]}
        return Lieu(index.lire(voisins or du_code), a_confirmer=True)
    if du_code:
        # Un lieu-dit, un quartier d'affaires : le code postal seul répond.
        return Lieu(index.lire(du_code), a_confirmer=bool(cle))
    proches = {i for i in du_nom if code and i[:2] == code[:2]}
    return Lieu(index.lire(proches or du_nom), a_confirmer=bool(code and du_nom))


@dataclass(frozen=True, slots=True)
class _Index:
    communes: dict[str, Commune]
    vers: dict[str, str]
    par_nom: dict[str, frozenset[str]]
    par_code: dict[str, frozenset[str]]

    def lire(self, codes: Iterable[str]) -> tuple[Commune, ...]:
        """Une ville et ses arrondissements n'en font qu'une réponse : la plus précise."""
        gardes = set(codes)
        gardes -= {ville for insee in gardes if (ville := _ville_de(insee))}
        return tuple(sorted((self.communes[i] for i in gardes), key=lambda c: (c.nom, c.insee)))


def _ville_de(insee: str) -> str | None:
    """La ville dont ce code est un arrondissement : Paris, Marseille, Lyon."""
    if insee.startswith("751"):
        return "75056"
    if insee.startswith("132") and "13201" <= insee <= "13216":
        return "13055"
    return "69123" if "69381" <= insee <= "69389" else None


@cache
def _index() -> _Index:
    """Les tables des communes, lues au premier usage."""
    juridictions = {"": ""} | {x["rang"]: x["nom"] for x in lire("juridictions.csv")}
    communes = {
        x["insee"]: Commune(
            insee=x["insee"],
            nom=x["nom"],
            codes_postaux=tuple(x["codes_postaux"].split()),
            commercial=juridictions[x["commercial"]],
            judiciaire=juridictions[x["judiciaire"]],
            reserve=bool(x["reserve"]),
        )
        for x in lire("tribunaux.csv")
    }
    vers = {insee: insee for insee in communes}
    noms: dict[str, set[str]] = {}
    codes: dict[str, set[str]] = {}
    for commune in communes.values():
        noms.setdefault(normaliser(commune.nom), set()).add(commune.insee)
        for code in commune.codes_postaux:
            codes.setdefault(code, set()).add(commune.insee)
    for ligne in lire("communes_anciennes.csv"):
        vers.setdefault(ligne["ancien"], ligne["insee"])
        if ligne["nom"]:
            noms.setdefault(normaliser(ligne["nom"]), set()).add(ligne["insee"])
    for ligne in lire("cedex.csv"):
        for code in ligne["codes"].split():
            codes.setdefault(code, set()).add(ligne["insee"])
    return _Index(
        communes,
        vers,
        {nom: frozenset(trouves) for nom, trouves in noms.items()},
        {code: frozenset(trouves) for code, trouves in codes.items()},
    )
