"""Écrire au journal, dans la transaction de l'appelant."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.evenements import Evenement, Genre
from recouvrement.journal.models import Entree, Geste
from recouvrement.socle.base.effacement import sans_trace
from recouvrement.socle.base.lots import inserer_fiches


def poser(genre: Genre, *, creancier: Creancier, acteur: Utilisateur | None) -> Geste:
    """Le geste d'une personne, dans la transaction de tout ce qu'il écrit."""
    return Geste.objects.create(creancier=creancier, genre=genre, auteur=acteur)


def annuler(geste: Geste, *, acteur: Utilisateur | None) -> Geste:
    """Le geste qui annule celui-là ; ses effets se défont dans la transaction de l'appelant."""
    return Geste.objects.create(
        creancier=geste.creancier, genre=Genre.ANNULATION, auteur=acteur, annule=geste
    )


def inscrire(
    evenement: models.TextChoices,
    *,
    cible: models.Model,
    acteur: Utilisateur | None,
    creancier: Creancier | None = None,
    geste: Geste | None = None,
    **donnees: Any,
) -> Entree:
    """Ajoute une entrée ; `acteur` None = l'automate ; créancier pris sur la cible, sinon donné.

    Le libellé est figé avec l'entrée : le journal n'a pas à connaître les apps qui l'écrivent.
    """
    return Entree.objects.create(**_valeurs(evenement, cible, acteur, creancier, geste, donnees))


def inscrire_lot(
    evenement: models.TextChoices,
    *,
    cibles: Iterable[tuple[models.Model, dict[str, Any]]],
    acteur: Utilisateur | None,
    geste: Geste | None = None,
) -> None:
    """Une entrée par cible, en une écriture : ce qui sert aux imports et à la planification."""
    inserer_fiches(
        [
            Entree(**_valeurs(evenement, cible, acteur, None, geste, donnees))
            for cible, donnees in cibles
        ]
    )


@transaction.atomic
def effacer_donnees(
    entrees: Iterable[Entree], *, motif: str, acteur: Utilisateur | None, maintenant: datetime
) -> int:
    """Efface ce que ces entrées disaient de quelqu'un, et leur sel : la chaîne reste valide.

    Ce qui reste (qui, quand, quoi, sur quel numéro) et le condensé ne permettent plus de deviner.
    L'effacement s'inscrit lui-même, et ne s'efface pas : sans cette ligne, il serait une faute.
    """
    par_chaine: dict[int | None, list[Entree]] = defaultdict(list)
    for entree in sorted(entrees, key=lambda e: e.pk):
        if entree.effacees_le is None and entree.evenement != Evenement.DONNEES_EFFACEES:
            par_chaine[entree.creancier_id].append(entree)
    if par_chaine:
        sans_trace()
    nombre = 0
    for lot in par_chaine.values():
        numeros = [entree.pk for entree in lot]
        nombre += (
            Entree.objects.systeme()
            .filter(pk__in=numeros, effacees_le=None)
            .update(donnees={}, sel="", effacees_le=maintenant)
        )
        inscrire(
            Evenement.DONNEES_EFFACEES, cible=lot[0], acteur=acteur, motif=motif, entrees=numeros
        )
    return nombre


def _valeurs(
    evenement: models.TextChoices,
    cible: models.Model,
    acteur: Utilisateur | None,
    creancier: Creancier | None,
    geste: Geste | None,
    donnees: dict[str, Any],
) -> dict[str, Any]:
    creancier_id = creancier.pk if creancier else getattr(cible, "creancier_id", None)
    if creancier_id is None and isinstance(cible, Creancier):
        creancier_id = cible.pk
    return {
        "creancier_id": creancier_id,
        "acteur": acteur,
        "geste": geste,
        "evenement": evenement.value,
        "libelle": str(evenement.label),
        "cible_type": cible._meta.label_lower,
        "cible_id": cible.pk,
        "donnees": {nom: _en_json(valeur) for nom, valeur in donnees.items()},
    }


def _en_json(valeur: Any) -> Any:
    """Montants et dates en texte : le journal garde ce qu'on a lu, sans flottant."""
    match valeur:
        case Decimal():
            return str(valeur)
        case datetime() | date():
            return valeur.isoformat()
        case list() | tuple():
            return [_en_json(element) for element in valeur]
        case dict():
            return {str(cle): _en_json(element) for cle, element in valeur.items()}
        case models.Model():
            return valeur.pk
        case _:
            return valeur
