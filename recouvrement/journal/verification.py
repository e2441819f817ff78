"""Relire les chaînes et dire ce qui n'y est plus comme on l'a écrit. Lecture pure.

Au fil de l'eau : la mémoire ne dépend pas du nombre d'entrées.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import F

from recouvrement.journal.ancres import Ancre, lire_les_ancres
from recouvrement.journal.chaine import INSTANCE, ORIGINE, condense, empreinte_de, texte_de
from recouvrement.journal.evenements import Evenement
from recouvrement.journal.horodatage import fautes_d_horodatage
from recouvrement.journal.immuable import fautes_de_garde
from recouvrement.journal.models import Ancrage, Chaine, Maillon
from recouvrement.journal.scellement import en_attente

# Une transaction lente ou deux horloges mal réglées ne sont pas une fraude.
TOLERANCE = timedelta(hours=1)
AVANCE = timedelta(minutes=5)
MONTREES = 200
CHAMPS = (
    *("chaine", "rang", "prec", "empreinte", "texte", "scelle_le", "entree_id"),
    *("entree__creancier_id", "entree__a", "entree__acteur_id", "entree__evenement"),
    *("entree__libelle", "entree__cible_type", "entree__cible_id", "entree__donnees"),
    *("entree__sel", "entree__effacees_le"),
)


@dataclass(frozen=True, slots=True)
class Faute:
    chaine: int
    rang: int
    code: str
    phrase: str

    @property
    def cle(self) -> str:
        """Ce qu'une prise d'acte nomme : la même faute, la même clé."""
        return f"{self.chaine}:{self.rang}:{self.code}"

    def __str__(self) -> str:
        ou = "instance" if self.chaine == INSTANCE else f"créancier {self.chaine}"
        return f"{ou}, rang {self.rang} : {self.phrase}" if self.chaine >= 0 else self.phrase


# Ce qui ne tient à aucune chaîne : les gardes de la base, le fichier des ancres.
HORS_CHAINE = -1


@dataclass(slots=True)
class Parcours:
    rang: int = 0
    empreinte: str = ORIGINE
    jusqu_a: datetime | None = None
    fautes: int = 0


@dataclass(slots=True)
class Bilan:
    entrees: int = 0
    en_attente: int = 0
    ancres: int = 0
    chaines: dict[int, Parcours] = field(default_factory=dict)
    fautes: list[Faute] = field(default_factory=list)
    actees: list[Faute] = field(default_factory=list)
    nombre: int = 0
    admises: frozenset[str] = frozenset()

    def constater(self, chaine: int, rang: int, code: str, phrase: str) -> None:
        faute = Faute(chaine, rang, code, phrase)
        if faute.cle in self.admises:
            self.actees.append(faute)
            return
        self.nombre += 1
        if chaine in self.chaines:
            self.chaines[chaine].fautes += 1
        if len(self.fautes) < MONTREES:
            self.fautes.append(faute)


def verifier_chaines(*, maintenant: datetime) -> Bilan:
    """Tout ce qui a été changé, ôté, déplacé, ajouté après coup ou daté d'un autre jour."""
    ancres, rompues = lire_les_ancres()
    bilan = Bilan(ancres=len(ancres), admises=frozenset(c for a in ancres for c in a.constats))
    for phrase in [
        *_accelerations(),
        *fautes_de_garde(),
        *rompues,
        *fautes_d_horodatage(ancres),
    ]:
        bilan.constater(HORS_CHAINE, 0, phrase, phrase)
    attendues = {
        (chaine, rang): (empreinte, ancre)
        for ancre in ancres
        for chaine, (rang, empreinte) in ancre.tetes.items()
    }
    tetes = _tetes()
    effacees: dict[int, tuple[int, int]] = {}
    dites: set[int] = set()
    for chaine, lignes in groupby(_maillons(), key=lambda ligne: ligne[0]):
        _parcourir(bilan, chaine, lignes, attendues, effacees, dites)
    _comparer_aux_tetes(bilan, tetes)
    _comparer_aux_ancres(bilan, ancres, attendues)
    for numero, (chaine, rang) in effacees.items():
        if numero not in dites:
            bilan.constater(chaine, rang, "effacee", "données effacées sans que rien ne le dise")
    _regarder_l_attente(bilan, maintenant)
    return bilan


def _maillons() -> Iterator[tuple[Any, ...]]:
    # Clé étrangère obligatoire, donc jointure interne : une entrée effacée fait un trou de rang.
    return (
        Maillon.objects.order_by("chaine", "rang").values_list(*CHAMPS).iterator(chunk_size=2_000)
    )


def _parcourir(bilan, chaine, lignes, attendues, effacees, dites) -> None:
    parcours = bilan.chaines[chaine] = Parcours()
    plus_grand, plus_tard = 0, None
    for ligne in lignes:
        (_, rang, prec, empreinte, texte, scelle, numero, creancier, a, acteur) = ligne[:10]
        (evenement, libelle, cible_type, cible_id, donnees, sel, effacees_le) = ligne[10:]
        bilan.entrees += 1
        if rang != parcours.rang + 1:
            bilan.constater(chaine, parcours.rang + 1, "trou", "une entrée a été ôtée")
        elif prec != parcours.empreinte:
            bilan.constater(chaine, rang, "lien", "ne suit pas l'entrée qui la précède")
        if empreinte != empreinte_de(prec, chaine, rang, texte):
            bilan.constater(chaine, rang, "empreinte", "le texte scellé a été changé")
        if (creancier or INSTANCE) != chaine:
            bilan.constater(chaine, rang, "creancier", "l'entrée est passée à une autre chaîne")
        if effacees_le is None:
            resume = condense(sel, donnees)
        else:
            resume = _resume_scelle(texte)
            effacees[numero] = (chaine, rang)
            if sel or donnees:
                bilan.constater(chaine, rang, "effacee", "dite effacée, elle ne l'est pas")
        attendu = texte_de(
            entree=numero,
            a=a,
            acteur=acteur,
            evenement=evenement,
            libelle=libelle,
            cible=f"{cible_type}:{cible_id}",
            donnees=resume,
            scelle=scelle,
        )
        if texte != attendu:
            bilan.constater(
                chaine, rang, "contenu", f"l'entrée a été changée ({_ecart(texte, attendu)})"
            )
        if evenement == Evenement.DONNEES_EFFACEES and isinstance(donnees.get("entrees"), list):
            dites.update(donnees["entrees"])
        plus_grand, plus_tard = _dater(bilan, ligne, plus_grand, plus_tard)
        ancre = attendues.pop((chaine, rang), None)
        if ancre and ancre[0] != empreinte:
            bilan.constater(chaine, rang, "ancre", f"n'est plus celle ancrée le {ancre[1].jour}")
        parcours.rang, parcours.empreinte, parcours.jusqu_a = rang, empreinte, a


def _dater(bilan, ligne, plus_grand: int, plus_tard: datetime | None) -> tuple[int, datetime]:
    """Les numéros suivent le temps : une entrée glissée après coup y contrevient."""
    chaine, rang, scelle, numero, a = ligne[0], ligne[1], ligne[5], ligne[6], ligne[8]
    if a > scelle + AVANCE:
        bilan.constater(chaine, rang, "postdatee", "datée d'après son scellement")
        return max(plus_grand, numero), plus_tard
    if plus_tard is not None and (
        (numero > plus_grand and a < plus_tard - TOLERANCE)
        or (numero < plus_grand and scelle - a > 2 * TOLERANCE)
    ):
        bilan.constater(
            chaine, rang, "antidatee", "antidatée, ou l'horloge de la machine avait reculé"
        )
    return max(plus_grand, numero), max(a, plus_tard or a)


def _comparer_aux_tetes(bilan: Bilan, avant: dict[int, tuple[int, str]]) -> None:
    """Les têtes lues avant le parcours, et après : on scelle pendant que l'on vérifie."""
    apres = _tetes()
    for chaine, (rang, _) in avant.items():
        parcours = bilan.chaines.setdefault(chaine, Parcours())
        if parcours.rang < rang:
            bilan.constater(chaine, parcours.rang + 1, "tete", "la fin de la chaîne est coupée")
    for chaine, parcours in bilan.chaines.items():
        rang, empreinte = apres.get(chaine, (0, ORIGINE))
        if parcours.rang > rang:
            bilan.constater(chaine, rang + 1, "tete", "des entrées dépassent la tête de la chaîne")
        elif parcours.rang == rang and parcours.empreinte != empreinte:
            bilan.constater(chaine, rang, "tete", "la tête de la chaîne ne dit pas la même")


def _comparer_aux_ancres(bilan: Bilan, ancres: list[Ancre], restantes: dict) -> None:
    for (chaine, rang), (_, ancre) in restantes.items():
        bilan.constater(
            chaine, rang, "ancre", f"ancrée le {ancre.jour}, cette entrée n'est plus là"
        )
    lignes = {ancre.numero: ancre.empreinte for ancre in ancres}
    for ancrage in Ancrage.objects.order_by("numero"):
        if lignes.get(ancrage.numero) != ancrage.empreinte:
            quoi = (
                f"L'ancre n° {ancrage.numero} du {ancrage.a:%d/%m/%Y} manque au fichier des ancres"
            )
            bilan.constater(HORS_CHAINE, ancrage.numero, "ancrage", f"{quoi}, ou y a changé.")


def _regarder_l_attente(bilan: Bilan, maintenant: datetime) -> None:
    """Une entrée récente attend le battement ; une ancienne a été glissée, ou tout dort."""
    attente = en_attente()
    bilan.en_attente = attente.count()
    for entree in attente.filter(a__lt=maintenant - TOLERANCE)[:MONTREES]:
        chaine = entree.creancier_id or INSTANCE
        bilan.chaines.setdefault(chaine, Parcours())
        bilan.constater(
            chaine,
            0,
            f"attente-{entree.pk}",
            f"l'entrée {entree.pk}, du {entree.a:%d/%m/%Y}, n'a jamais été scellée",
        )


def _accelerations() -> list[str]:
    """SQLite sans `recursive_triggers` : REPLACE efface une ligne gardée sans rien sonner."""
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as curseur:
        curseur.execute("PRAGMA recursive_triggers")
        if curseur.fetchone()[0]:
            return []
    return ["SQLite tourne sans recursive_triggers : REPLACE y effacerait sans être refusé."]


def _tetes() -> dict[int, tuple[int, str]]:
    return {
        numero: (rang, empreinte)
        for numero, rang, empreinte in Chaine.objects.values_list("numero", F("rang"), "empreinte")
    }


def _resume_scelle(texte: str) -> str:
    try:
        return str(json.loads(texte)["donnees"])
    except (ValueError, KeyError, TypeError):
        return ""


def _ecart(scelle: str, present: str) -> str:
    try:
        ecrit = json.loads(scelle)
    except ValueError:
        return "texte illisible"
    lu = json.loads(present)
    return ", ".join(nom for nom in lu if ecrit.get(nom) != lu[nom]) or "écriture"
