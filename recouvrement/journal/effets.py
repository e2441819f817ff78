"""Revenir sur un geste : chaque sorte de faits dit ce qui l'en empêche, et comment s'en défaire.

Rien ne se retrouve par ressemblance : un fait qui ne désigne pas le geste n'est pas de lui.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import annuler
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.temps import jour_de

# Ce que dit un fait dont le geste n'est pas connu.
D_AVANT = (
    "Ne peut plus être annulé : enregistré avant la mise à jour qui relie un geste à ses effets."
)
DEJA = "Déjà annulé."
# Ceux sur lesquels on ne revient pas, quoi qu'ils aient écrit.
SANS_RETOUR = {
    Genre.ANNULATION: "Une annulation ne s'annule pas : refaites le geste.",
    Genre.IMPUTATION: "L'emploi d'un règlement ne se défait qu'en annulant le règlement.",
    Genre.CONTRE_ECRITURE: "Une contre-écriture ne s'annule pas : saisissez le règlement.",
    Genre.DECISION: "Cette décision se remplace par une autre : elle ne s'annule pas.",
    Genre.SUIVI: "Ce qu'a dit la poste ne s'annule pas : notez ce qui a suivi.",
    Genre.DOSSIER: "Un dossier ouvert ne s'annule pas : il se clôt.",
    Genre.ISSUE_DOSSIER: "Un dossier clos ne se rouvre pas : ouvrez-en un autre.",
}


@dataclass(frozen=True, slots=True)
class Question:
    """Ces gestes d'un créancier peuvent-ils encore être annulés, par elle, maintenant ?"""

    creancier: Creancier
    gestes: Sequence[Geste]
    acteur: Utilisateur | None
    maintenant: datetime

    @property
    def numeros(self) -> list[int]:
        return [geste.pk for geste in self.gestes]

    def de(self, *genres: Genre) -> list[int]:
        return [geste.pk for geste in self.gestes if geste.genre in genres]


@dataclass(frozen=True, slots=True)
class Retour:
    """Le geste défait, celui qui le défait, et l'heure qu'il est."""

    geste: Geste
    annulation: Geste
    maintenant: datetime

    @property
    def creancier(self) -> Creancier:
        return self.geste.creancier

    @property
    def acteur(self) -> Utilisateur | None:
        return self.annulation.auteur

    @property
    def le(self) -> date:
        return jour_de(self.maintenant)


@dataclass(frozen=True, slots=True)
class Effet:
    """Une sorte de faits. `retenues` : numéro d'un geste, et pourquoi on ne peut plus y revenir."""

    retenues: Callable[[Question], Iterator[tuple[int, str]]]
    defaire: Callable[[Retour], None]


def empechements(question: Question, effets: Iterable[Effet]) -> dict[int, str]:
    """La première raison de chaque geste qui ne s'annule plus ; les autres n'y sont pas.

    Autant de requêtes pour un geste que pour trente.
    """
    raisons: dict[int, str] = {}
    if not question.gestes:
        return raisons
    annules = Geste.objects.pour(question.creancier).filter(annule__in=question.numeros)
    for numero in annules.values_list("annule_id", flat=True):
        raisons[numero] = DEJA
    for geste in question.gestes:
        if geste.genre in SANS_RETOUR:
            raisons.setdefault(geste.pk, SANS_RETOUR[Genre(geste.genre)])
    for effet in effets:
        for numero, phrase in effet.retenues(question):
            raisons.setdefault(numero, phrase)
    return raisons


@transaction.atomic
def revenir(
    geste: Geste,
    effets: Sequence[Effet],
    *,
    verrouiller: Callable[[Geste], None],
    acteur: Utilisateur | None,
    maintenant: datetime,
) -> Geste:
    """Annule un geste et tout ce qu'il a écrit, ou dit pourquoi pas ; deux clics en font un.

    `verrouiller` prend d'abord ce que verrouillent en premier les actions des faits du geste : ce
    qui l'empêche, lu après, ne change plus.
    """
    verrouiller(geste)
    # no_key : l'annulation qui le désigne n'attend pas ce verrou.
    verrou = Geste.objects.pour(geste.creancier).select_for_update(of=("self",), no_key=True)
    verrou.get(pk=geste.pk)
    deja: Geste | None = Geste.objects.pour(geste.creancier).filter(annule=geste).first()
    if deja is not None:
        return deja
    question = Question(geste.creancier, [geste], acteur, maintenant)
    if raison := empechements(question, effets).get(geste.pk):
        raise ErreurMetier(raison)
    retour = Retour(geste, annuler(geste, acteur=acteur), maintenant)
    for effet in effets:
        effet.defaire(retour)
    return retour.annulation
