"""Ce que les ancres attestent : un plancher de date par entrée, et les constats pris en acte."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from recouvrement.journal.ancres import Ancre
from recouvrement.journal.chaine import INSTANCE, condense, resume_scelle
from recouvrement.journal.evenements import Evenement
from recouvrement.journal.models import Maillon


class Planchers:
    """Pour chaque rang, la date de la dernière ancre posée avant qu'il soit scellé.

    Tout était scellé juste avant d'ancrer : une entrée qui n'y était pas encore est d'après.
    """

    def __init__(self, ancres: Sequence[Ancre]) -> None:
        self._avant = _planchers(ancres)
        # Chaîne → (rang, numéro d'ordre de l'ancre), dans l'ordre du registre.
        self._tetes: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for ordre, ancre in enumerate(ancres):
            for chaine, (rang, _) in ancre.tetes.items():
                self._tetes[chaine].append((rang, ordre))
        for tetes in self._tetes.values():
            # Les rangs se demandent dans l'ordre : la prochaine ancre est en bout de liste.
            tetes.reverse()

    def avant(self, chaine: int, rang: int) -> datetime | None:
        """À demander par rangs croissants."""
        tetes = self._tetes.get(chaine, [])
        while tetes and tetes[-1][0] < rang:
            tetes.pop()
        return self._avant[tetes[-1][1] if tetes else -1]


def _planchers(ancres: Sequence[Ancre]) -> list[datetime | None]:
    """Avant chaque ancre, puis après la dernière : la date de celle d'avant qui se laisse croire.

    Suivie d'une ancre plus ancienne qu'elle, une ancre est d'une horloge qui avait avancé.
    """
    plus_tot: datetime | None = None
    croyables = []
    for ancre in reversed(ancres):
        croyables.append(plus_tot is None or ancre.a <= plus_tot)
        plus_tot = ancre.a if plus_tot is None else min(plus_tot, ancre.a)
    planchers: list[datetime | None] = [None]
    for ancre, croyable in zip(ancres, reversed(croyables), strict=True):
        planchers.append(ancre.a if croyable else planchers[-1])
    return planchers


def constats_actes(ancres: Sequence[Ancre]) -> tuple[frozenset[int], frozenset[str]]:
    """Les prises d'acte tenues des deux côtés, et leurs constats.

    La ligne du registre ne suffit pas : une entrée scellée nomme son empreinte et ses constats.
    """
    dits = {ancre.empreinte: ancre.constats for ancre in ancres if ancre.constats}
    entrees, admises = set(), set()
    scellees = Maillon.objects.filter(chaine=INSTANCE, entree__evenement=Evenement.CONSTATS_ACTES)
    if dits:
        for numero, texte, sel, donnees in scellees.values_list(
            "entree_id", "texte", "entree__sel", "entree__donnees"
        ):
            if not isinstance(donnees, dict) or condense(sel, donnees) != resume_scelle(texte):
                continue
            ligne, cles = donnees.get("ligne"), donnees.get("constats")
            if isinstance(ligne, str) and ligne in dits and isinstance(cles, list):
                entrees.add(numero)
                admises.update(set(dits[ligne]).intersection(c for c in cles if type(c) is str))
    return frozenset(entrees), frozenset(admises)
