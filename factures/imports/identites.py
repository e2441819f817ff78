"""Ce qui dit qu'une partie lue est telle personne : ses identifiants, puis son nom et son lieu."""

import re
from collections.abc import Iterable, Iterator

from clients.regles import nom_de_recherche, noyau
from factures.imports.types import PartieLue
from recouvrement.droit import lieux
from recouvrement.socle.formats import siren as siren_lisible


def siren_de(siren: str, siret: str, tva: str) -> str:
    """Le SIREN, où qu'il soit écrit : seul, dans un SIRET, ou dans un numéro de TVA français.

    >>> siren_de("", "", "FR83900100207")
    '900100207'
    """
    if siren or siret:
        return siren or siret[:9]
    return tva[4:] if re.fullmatch(r"FR[0-9A-Z]{2}[0-9]{9}", tva) else ""


def tva_etrangere(tva: str) -> str:
    """Une TVA française ne dit rien de plus que son SIREN."""
    return "" if tva.startswith("FR") else tva


def cle_de(partie: PartieLue) -> str:
    """Ce à quoi répond une personne, une fois pour toutes les lignes qui disent la même chose."""
    return "|".join(
        (
            nom_de_recherche(partie.nom),
            lieux.normaliser(partie.ville),
            siren_de(partie.siren, partie.siret, partie.tva),
            tva_etrangere(partie.tva),
            partie.code.casefold(),
        )
    )


def memes_mots(un: str, autre: str) -> bool:
    """Deux écritures d'un même nom, forme juridique et ordre mis à part.

    >>> memes_mots("SARL Menuiserie Tanguy", "TANGUY MENUISERIE")
    True
    """
    return sorted(noyau(un).split()) == sorted(noyau(autre).split())


def se_contredisent(*valeurs: str) -> bool:
    """Deux valeurs connues et différentes."""
    return len({valeur for valeur in valeurs if valeur}) > 1


def decrire(nom: str, *, siren: str = "", code: str = "", ville: str = "") -> str:
    """« Alpha » (SIREN 732 829 320, Rennes) : de quoi reconnaître une fiche."""
    details = [
        f"code {code}" if code else "",
        f"SIREN {siren_lisible(siren)}" if siren else "",
        ville,
    ]
    dits = ", ".join(filter(None, details))
    return f"« {nom} » ({dits})" if dits else f"« {nom} »"


# En deçà, une lettre de différence fait un autre nom.
LONGUEUR_MIN = 5


def voisinage(nom: str) -> Iterator[str]:
    """Le nom sans sa forme ni ses espaces, puis privé d'une lettre : deux noms à une faute près
    partagent une variante. Un chiffre ne s'ôte pas : « Dépôt 1 » n'est pas « Dépôt 2 ».
    """
    compact = noyau(nom).replace(" ", "")
    yield compact
    if len(compact) >= LONGUEUR_MIN:
        for rang, lettre in enumerate(compact):
            if lettre.isalpha():
                yield compact[:rang] + compact[rang + 1 :]


class Homonymes:
    """Ce que tout un dépôt dit de chaque nom : un nom nu n'y désigne pas deux personnes."""

    def __init__(self, parties: Iterable[PartieLue]) -> None:
        self.profils: dict[str, set[tuple[str, str, str, str]]] = {}
        self.juges: dict[str, bool] = {}
        for partie in parties:
            nom = nom_de_recherche(partie.nom)
            if nom:
                self.profils.setdefault(nom, set()).add(_profil(partie))

    def se_confondent(self, partie: PartieLue) -> bool:
        """Plusieurs personnes du dépôt portent ce nom, et rien ne dit laquelle est celle-ci."""
        cle = cle_de(partie)
        if cle not in self.juges:
            siens = _profil(partie)
            possibles = [
                profil
                for profil in self.profils.get(nom_de_recherche(partie.nom), ())
                if not any(se_contredisent(*paire) for paire in zip(siens, profil, strict=True))
            ]
            self.juges[cle] = any(se_contredisent(*vus) for vus in zip(*possibles, strict=True))
        return self.juges[cle]


def _profil(partie: PartieLue) -> tuple[str, str, str, str]:
    return (
        partie.code.casefold(),
        siren_de(partie.siren, partie.siret, partie.tva),
        tva_etrangere(partie.tva),
        lieux.normaliser(partie.ville),
    )
