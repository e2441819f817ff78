"""Comment un refus se montre : à côté de sa saisie, sur sa page, en annonce ; jamais en vert.

Une vue n'attrape pas `ErreurMetier` elle-même : elle dit ici où la phrase doit paraître.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest

from recouvrement.socle.erreurs import ErreurMetier

traces = logging.getLogger(__name__)

type Champ = str | Callable[[ErreurMetier], str | None] | None


@dataclass(slots=True)
class Refus:
    """`phrase` : vide tant que rien n'est refusé."""

    phrase: str = ""

    def __enter__(self) -> Self:
        return self

    # `bool` : le bloc peut s'arrêter là, et ce qui le suit se lire.
    def __exit__(self, _genre: object, erreur: BaseException | None, _trace: object) -> bool:
        if not isinstance(erreur, ErreurMetier):
            return False
        traces.info("Refus montré : %s", type(erreur).__name__)
        self.phrase = erreur.message
        return True


def refus_a_montrer() -> Refus:
    """La page qui suit montre elle-même la phrase ; ce qui est dans le bloc s'arrête là."""
    return Refus()


@contextmanager
def refus_dans(formulaire: BaseForm, champ: Champ = None) -> Iterator[None]:
    """La phrase sous son champ, ou en tête ; la saisie reste, la vue la rend en 422."""
    try:
        yield
    except ErreurMetier as erreur:
        traces.info("Refus montré : %s", type(erreur).__name__)
        formulaire.add_error(champ(erreur) if callable(champ) else champ, erreur.message)


@contextmanager
def refus_annonce(request: HttpRequest) -> Iterator[Refus]:
    """Là où la vue repart : la page d'arrivée le dit en rouge, et ne l'efface pas d'elle-même."""
    with refus_a_montrer() as refus:
        yield refus
    if refus.phrase:
        annoncer_un_refus(request, refus.phrase)


def annoncer_un_refus(request: HttpRequest, phrase: str) -> None:
    messages.error(request, phrase)
