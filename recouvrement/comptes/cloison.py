"""La cloison entre créanciers : une requête qui n'en nomme aucun lève, au lieu de tout rendre."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models.lookups import Exact
from django.db.models.sql.where import AND


class HorsCloison(RuntimeError):
    """Une requête sur des données de créancier n'a pas dit pour lequel : faute de programme."""


class QuerySetCloisonne[M: models.Model](models.QuerySet[M]):
    """S'ouvre par `pour`, `parmi`, `systeme`, ou en suivant la relation d'un objet déjà obtenu."""

    _ouverte = False

    def pour(self, creancier: models.Model) -> Self:
        return self.filter(creancier=creancier)._ouvrir()

    def parmi(self, creanciers: Iterable[models.Model | int]) -> Self:
        return self.filter(creancier__in=list(creanciers))._ouvrir()

    def systeme(self) -> Self:
        """Tous les créanciers : réservé au battement, aux commandes et aux vérifications."""
        return self.all()._ouvrir()

    def _ouvrir(self) -> Self:
        self._ouverte = True
        return self

    def _clone(self) -> Self:
        # Django fait passer toute requête dérivée par ici ; ses types ne publient que le public.
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._ouverte = self._ouverte
        return clone

    def _add_hints(self, **hints: Any) -> None:
        super()._add_hints(**hints)  # type: ignore[misc]
        # Django annonce ainsi une relation suivie depuis un objet (client.factures).
        if "instance" in hints:
            self._ouverte = True

    def _exiger_cloison(self) -> None:
        if not self._est_ouverte():
            raise HorsCloison(f"{self.model.__name__} : requête sans créancier (.pour(creancier)).")

    def _est_ouverte(self) -> bool:
        return self._ouverte or self.query.is_empty() or self._nomme_le_creancier()

    def _nomme_le_creancier(self) -> bool:
        """`creancier=` une ligne ou sa clé : ni une liste (`parmi` la dit), requête ou colonne."""
        champ = self.model._meta.get_field("creancier")
        racine = self.query.where
        return (
            not self.query.combinator
            and racine.connector == AND
            and not racine.negated
            and any(
                isinstance(condition, Exact)
                and getattr(condition.lhs, "target", None) is champ
                and not hasattr(condition.rhs, "resolve_expression")
                for condition in racine.children
            )
        )

    def _reunir(self, reunion: Self, *autres: models.QuerySet[Any]) -> Self:
        """Deux requêtes réunies ne sont ouvertes que si chacune l'était."""
        reunion._ouverte = all(
            requete._est_ouverte()
            for requete in (self, *autres)
            if isinstance(requete, QuerySetCloisonne)
        )
        return reunion

    def __or__(self, autre: models.QuerySet[Any]) -> Self:
        return self._reunir(super().__or__(autre), autre)

    def __xor__(self, autre: models.QuerySet[Any]) -> Self:
        return self._reunir(super().__xor__(autre), autre)

    def union(self, *autres: models.QuerySet[Any], **options: Any) -> Self:
        return self._reunir(super().union(*autres, **options), *autres)

    def raw(self, *_: Any, **__: Any) -> Any:
        raise HorsCloison(f"{self.model.__name__} : du SQL brut ne dit pas pour quel créancier.")

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._exiger_cloison()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        self._exiger_cloison()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        if self._result_cache is None:
            self._exiger_cloison()
        return super().count()

    def exists(self) -> bool:
        if self._result_cache is None:
            self._exiger_cloison()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._exiger_cloison()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._exiger_cloison()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._exiger_cloison()
        return super().delete()


class ModeleCloisonne(models.Model):
    """Une ligne qui appartient à un créancier, et à lui seul."""

    creancier = models.ForeignKey("comptes.Creancier", on_delete=models.PROTECT, related_name="+")

    objects = QuerySetCloisonne.as_manager()

    class Meta:
        abstract = True
