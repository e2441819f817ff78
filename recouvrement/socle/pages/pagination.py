"""Pagination par clé : la dernière page d'une liste d'un million de lignes coûte la première.

On ne saute pas de lignes, on repart de la clé de la dernière ligne vue. Le jeton porté par
l'adresse est signé pour une liste et un ordre : faux, périmé ou d'un autre tri, il est ignoré.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ObjectDoesNotExist
from django.db import models
from django.db.models import F, Q

SUIVANT, PRECEDENT = "+", "-"
# datetime avant date, dont il hérite.
CODES: tuple[tuple[str, type, Any], ...] = (
    ("t", datetime, datetime.fromisoformat),
    ("d", date, date.fromisoformat),
    ("n", Decimal, Decimal),
    ("u", UUID, UUID),
)


@dataclass(frozen=True, slots=True)
class Page[M: models.Model]:
    """Des lignes, et les jetons des pages voisines (None : il n'y en a pas)."""

    objets: list[M]
    suivant: str | None = None
    precedent: str | None = None

    def __iter__(self) -> Iterator[M]:
        return iter(self.objets)

    def __len__(self) -> int:
        return len(self.objets)

    @property
    def est_unique(self) -> bool:
        return self.suivant is None and self.precedent is None


@dataclass(frozen=True, slots=True)
class Cle:
    chemin: str
    descendante: bool
    peut_manquer: bool

    def ordre(self, *, inverse: bool) -> models.expressions.OrderBy:
        expression = F(self.chemin)
        # Les deux bases rangent NULL à l'opposé l'une de l'autre : il va toujours en dernier.
        options = {}
        if self.peut_manquer:
            options = {"nulls_first": True} if inverse else {"nulls_last": True}
        descend = self.descendante is not inverse
        return expression.desc(**options) if descend else expression.asc(**options)

    def au_dela(self, valeur: Any, *, inverse: bool) -> Q | None:
        """Ce qui vient strictement après `valeur` ; None si rien ne le peut."""
        if valeur is None:
            return Q(**{f"{self.chemin}__isnull": False}) if inverse else None
        sens = "lt" if self.descendante is not inverse else "gt"
        condition = Q(**{f"{self.chemin}__{sens}": valeur})
        if self.peut_manquer and not inverse:
            condition |= Q(**{f"{self.chemin}__isnull": True})
        return condition

    def egale(self, valeur: Any) -> Q:
        if valeur is None:
            return Q(**{f"{self.chemin}__isnull": True})
        return Q(**{self.chemin: valeur})


def paginer[M: models.Model](
    qs: models.QuerySet[M], *, ordre: Sequence[str], apres: str | None = None, taille: int = 50
) -> Page[M]:
    """La page qui suit (ou précède) le jeton `apres`, dans l'ordre des champs de `ordre`.

    La clé primaire départage toujours. Un champ d'une relation (« client__nom ») suppose un
    `select_related` ; une annotation convient si sa valeur est exacte (pas un flottant).
    """
    cles = _cles(qs.model, ordre)
    sel = f"pagination:{qs.model._meta.label_lower}:{','.join(ordre)}"
    sens, valeurs = _lire(apres, sel=sel, nombre=len(cles))
    inverse = sens == PRECEDENT
    lignes = qs.order_by(*(cle.ordre(inverse=inverse) for cle in cles))
    if valeurs is not None:
        lignes = lignes.filter(_depuis(cles, valeurs, inverse=inverse))
    objets = list(lignes[: taille + 1])
    encore, objets = len(objets) > taille, objets[:taille]
    if valeurs is not None and (not objets or (inverse and not encore)):
        # Revenue au bord, ou vidée entre-temps : la première page, pleine.
        return paginer(qs, ordre=ordre, taille=taille)
    if inverse:
        objets.reverse()
    return Page(
        objets,
        suivant=_jeton(objets[-1], cles, SUIVANT, sel) if encore or inverse else None,
        precedent=_jeton(objets[0], cles, PRECEDENT, sel) if valeurs is not None else None,
    )


def ordonner[M: models.Model](qs: models.QuerySet[M], ordre: Sequence[str]) -> models.QuerySet[M]:
    """Toutes les lignes, dans l'ordre même de la pagination."""
    return qs.order_by(*(cle.ordre(inverse=False) for cle in _cles(qs.model, ordre)))


def _cles(modele: type[models.Model], ordre: Sequence[str]) -> tuple[Cle, ...]:
    cles = [
        Cle(champ.lstrip("-"), champ.startswith("-"), _peut_manquer(modele, champ.lstrip("-")))
        for champ in ordre
    ]
    if not {cle.chemin for cle in cles} & {"pk", modele._meta.pk.name}:
        cles.append(Cle("pk", bool(cles and cles[-1].descendante), False))
    return tuple(cles)


def _peut_manquer(modele: type[models.Model], chemin: str) -> bool:
    peut = False
    for nom in chemin.split("__"):
        if nom == "pk":
            return peut
        try:
            champ = modele._meta.get_field(nom)
        except FieldDoesNotExist:
            return True  # une annotation
        peut = peut or bool(champ.null)
        modele = champ.related_model or modele
    return peut


def _depuis(cles: tuple[Cle, ...], valeurs: list[Any], *, inverse: bool) -> Q:
    """(a > x) ou (a = x et b > y) ou… : l'ordre lexicographique, sens et absences compris."""
    condition, debut = Q(pk__in=[]), Q()
    for cle, valeur in zip(cles, valeurs, strict=True):
        au_dela = cle.au_dela(valeur, inverse=inverse)
        if au_dela is not None:
            condition |= debut & au_dela
        debut &= cle.egale(valeur)
    premiere, borne = cles[0], valeurs[0]
    if borne is not None and not premiere.peut_manquer:
        # Redondant, mais c'est la borne que l'index sait suivre.
        sens = "lte" if premiere.descendante is not inverse else "gte"
        condition &= Q(**{f"{premiere.chemin}__{sens}": borne})
    return condition


def _jeton(objet: Any, cles: tuple[Cle, ...], sens: str, sel: str) -> str:
    return signing.dumps([sens, *(_coder(_valeur(objet, c.chemin)) for c in cles)], salt=sel)


def _lire(jeton: str | None, *, sel: str, nombre: int) -> tuple[str, list[Any] | None]:
    if not jeton:
        return SUIVANT, None
    try:
        sens, *valeurs = signing.loads(jeton, salt=sel)
        if sens not in (SUIVANT, PRECEDENT) or len(valeurs) != nombre:
            return SUIVANT, None
        return sens, [_decoder(valeur) for valeur in valeurs]
    except (signing.BadSignature, ArithmeticError, TypeError, ValueError):
        return SUIVANT, None


def _valeur(objet: Any, chemin: str) -> Any:
    if hasattr(objet, chemin):
        return getattr(objet, chemin)
    for nom in chemin.split("__"):
        if objet is None:
            return None
        try:
            objet = getattr(objet, nom)
        except ObjectDoesNotExist:
            return None
    return objet


def _coder(valeur: Any) -> Any:
    if isinstance(valeur, models.Model):
        return valeur.pk
    for code, nature, _ in CODES:
        if isinstance(valeur, nature):
            return [code, str(valeur)]
    return valeur


def _decoder(valeur: Any) -> Any:
    if isinstance(valeur, list):
        code, texte = valeur
        return next(lire for lettre, _, lire in CODES if lettre == code)(texte)
    return valeur
