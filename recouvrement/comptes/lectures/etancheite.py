"""Ce que la base contient respecte-t-il la cloison ? Répond par introspection des modèles."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import F, Q

from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.comptes.models import Creancier


@dataclass(frozen=True, slots=True)
class Lien:
    """Deux chemins d'une même table qui doivent mener au même créancier."""

    modele: type[models.Model]
    gauche: str
    droite: str

    def __str__(self) -> str:
        return f"{self.modele._meta.label} : {self.gauche} ≠ {self.droite}"

    def traversees(self) -> models.QuerySet[Any]:
        """Les lignes en faute : les deux créanciers sont connus et diffèrent."""
        return self.modele._base_manager.filter(
            ~Q(**{self.gauche: F(self.droite)}),
            **{f"{self.gauche}__isnull": False, f"{self.droite}__isnull": False},
        ).order_by()


def liens() -> Iterator[Lien]:
    """Toute paire de relations (clés étrangères, tables de liaison comprises) d'une même ligne."""
    for modele in apps.get_models(include_auto_created=True):
        if modele._meta.proxy or not modele._meta.managed:
            continue
        chemins = list(_chemins(modele))
        if issubclass(modele, ModeleCloisonne):
            for chemin in chemins:
                yield Lien(modele, "creancier", chemin)
        else:
            for gauche, droite in combinations(chemins, 2):
                yield Lien(modele, gauche, droite)


def _chemins(modele: type[models.Model]) -> Iterator[str]:
    for champ in modele._meta.concrete_fields:
        cible: Any = champ.related_model
        if not champ.is_relation or not isinstance(cible, type):
            continue
        if issubclass(cible, ModeleCloisonne):
            yield f"{champ.name}__creancier"
        elif issubclass(cible, Creancier) and not issubclass(modele, ModeleCloisonne):
            yield champ.name


def fautes() -> list[tuple[Lien, list[Any]]]:
    """Chaque lien traversé, avec les clés des lignes en cause."""
    trouvees = []
    for lien in liens():
        cles = list(lien.traversees().values_list("pk", flat=True)[:100])
        if cles:
            trouvees.append((lien, cles))
    return trouvees
