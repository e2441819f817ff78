"""Relire les chaînes et dire ce qui n'y est plus comme on l'a écrit. Lecture pure.

Au fil de l'eau : la mémoire ne dépend pas du nombre d'entrées.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Any

from django.db.models import F

from recouvrement.journal.ancres import Ancre, lire_les_ancres
from recouvrement.journal.chaine import (
    INSTANCE,
    ORIGINE,
    condense,
    empreinte_de,
    resume_scelle,
    texte_de,
)
from recouvrement.journal.evenements import Evenement
from recouvrement.journal.horodatage import fautes_d_horodatage
from recouvrement.journal.immuable import fautes_de_garde
from recouvrement.journal.models import Ancrage, Chaine, Maillon
from recouvrement.journal.scellement import en_attente
from recouvrement.journal.sql import replace_sonne
from recouvrement.journal.temoins import Planchers, constats_actes
from recouvrement.socle import formats

# Une transaction lente ou deux horloges mal réglées ne sont pas une fraude.
TOLERANCE = timedelta(hours=1)
AVANCE = timedelta(minutes=5)
MONTREES = 200
CHAMPS = (
    *("chaine", "rang", "prec", "empreinte", "texte", "scelle_le", "entree_id"),
    *("entree__creancier_id", "entree__a", "entree__acteur_id", "entree__evenement"),
    *("entree__libelle", "entree__cible_type", "entree__cible_id", "entree__donnees"),
    *("entree__sel", "entree__effacees_le", "entree__geste_id"),
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
    # Toutes, quand `fautes` n'en montre que les premières.
    cles: list[str] = field(default_factory=list)
    admises: frozenset[str] = frozenset()

    def constater(self, chaine: int, rang: int, code: str, phrase: str) -> bool:
        """Vrai si l'on en avait pris acte."""
        faute = Faute(chaine, rang, code, phrase)
        if faute.cle in self.admises:
            self.actees.append(faute)
            return True
        self.nombre += 1
        self.cles.append(faute.cle)
        if chaine in self.chaines:
            self.chaines[chaine].fautes += 1
        if len(self.fautes) < MONTREES:
            self.fautes.append(faute)
        return False


@dataclass(slots=True)
class Reperes:
    """Ce que les ancres et les entrées déjà lues font attendre des suivantes."""

    attendues: dict[tuple[int, int], tuple[str, Ancre]]
    planchers: Planchers
    actes: frozenset[int]
    effacees: dict[int, tuple[int, int]] = field(default_factory=dict)
    dites: set[int] = field(default_factory=set)


def verifier_chaines(*, maintenant: datetime) -> Bilan:
    """Tout ce qui a été changé, ôté, déplacé, ajouté après coup ou daté d'un autre jour."""
    # La base d'abord : une ancre ajoutée pendant la lecture est au fichier avant d'être en base.
    ancrages = list(Ancrage.objects.order_by("numero"))
    ancres, rompues = lire_les_ancres()
    connues = {ancrage.empreinte for ancrage in ancrages}
    sures = [ancre for ancre in ancres if ancre.empreinte in connues]
    actes, admises = constats_actes(sures)
    bilan = Bilan(ancres=len(ancres), admises=admises)
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
    reperes = Reperes(attendues, Planchers(sures), actes)
    for chaine, lignes in groupby(_maillons(), key=lambda ligne: ligne[0]):
        _parcourir(bilan, chaine, lignes, reperes)
    _comparer_aux_tetes(bilan, tetes)
    _comparer_aux_ancres(bilan, ancres, ancrages, attendues)
    for numero, (chaine, rang) in reperes.effacees.items():
        if numero not in reperes.dites:
            bilan.constater(chaine, rang, "effacee", "données effacées sans que rien ne le dise")
    _regarder_l_attente(bilan, maintenant)
    return bilan


def _maillons() -> Iterator[tuple[Any, ...]]:
    # Clé étrangère obligatoire, donc jointure interne : une entrée effacée fait un trou de rang.
    return (
        Maillon.objects.order_by("chaine", "rang").values_list(*CHAMPS).iterator(chunk_size=2_000)
    )


def _parcourir(bilan: Bilan, chaine: int, lignes: Iterable[Any], reperes: Reperes) -> None:
    parcours = bilan.chaines[chaine] = Parcours()
    plus_grand, plus_tard = 0, None
    for ligne in lignes:
        (_, rang, prec, empreinte, texte, scelle, numero, creancier, a, acteur) = ligne[:10]
        (evenement, libelle, cible_type, cible_id, donnees, sel, effacees_le, geste) = ligne[10:]
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
            resume = resume_scelle(texte)
            reperes.effacees[numero] = (chaine, rang)
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
            geste=geste,
        )
        if texte != attendu:
            bilan.constater(
                chaine, rang, "contenu", f"l'entrée a été changée ({_ecart(texte, attendu)})"
            )
        if evenement == Evenement.DONNEES_EFFACEES:
            numeros = donnees.get("entrees") if isinstance(donnees, dict) else None
            if isinstance(numeros, list) and all(type(n) is int for n in numeros):
                reperes.dites.update(numeros)
            else:
                bilan.constater(chaine, rang, "trace", "trace d'effacement illisible")
        plus_grand, plus_tard = _dater(bilan, ligne, reperes, plus_grand, plus_tard)
        ancre = reperes.attendues.pop((chaine, rang), None)
        if ancre and ancre[0] != empreinte:
            bilan.constater(chaine, rang, "ancre", f"n'est plus celle ancrée le {ancre[1].jour}")
        parcours.rang, parcours.empreinte, parcours.jusqu_a = rang, empreinte, a


def _dater(
    bilan: Bilan, ligne: Any, reperes: Reperes, plus_grand: int, plus_tard: datetime | None
) -> tuple[int, datetime | None]:
    """Les numéros suivent le temps, et une ancre passée n'attend plus rien d'avant elle.

    Une panne du travailleur n'ancre rien : ce qu'elle retarde n'en est pas soupçonné. Une horloge
    remise à l'heure se prend en acte une fois : le temps repart de l'entrée prise en acte.
    """
    chaine, rang, scelle, numero, a = ligne[0], ligne[1], ligne[5], ligne[6], ligne[8]
    if a > scelle + AVANCE:
        bilan.constater(chaine, rang, "postdatee", "datée d'après son scellement")
        return max(plus_grand, numero), plus_tard
    if numero in reperes.actes:
        return max(plus_grand, numero), a
    plancher = reperes.planchers.avant(chaine, rang)
    apres_coup = plus_tard is not None and (
        (numero > plus_grand and a < plus_tard - TOLERANCE)
        or (numero < plus_grand and scelle - a > 2 * TOLERANCE)
    )
    if apres_coup or (plancher is not None and a < plancher - TOLERANCE):
        dit = "antidatée, ou l'horloge de la machine avait reculé"
        if bilan.constater(chaine, rang, "antidatee", dit):
            return max(plus_grand, numero), a
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


def _comparer_aux_ancres(
    bilan: Bilan,
    ancres: list[Ancre],
    ancrages: list[Ancrage],
    restantes: dict[tuple[int, int], tuple[str, Ancre]],
) -> None:
    for (chaine, rang), (_, ancre) in restantes.items():
        bilan.constater(
            chaine, rang, "ancre", f"ancrée le {ancre.jour}, cette entrée n'est plus là"
        )
    lignes = {ancre.numero: ancre.empreinte for ancre in ancres}
    for ancrage in ancrages:
        if lignes.get(ancrage.numero) != ancrage.empreinte:
            laquelle = f"L'ancre n° {ancrage.numero} du {formats.jour(ancrage.a)}"
            quoi = f"{laquelle} manque au fichier des ancres"
            bilan.constater(HORS_CHAINE, ancrage.numero, "ancrage", f"{quoi}, ou y a changé.")
    # Relues : celle qu'on ajoutait pendant la lecture est maintenant en base.
    connues = set(Ancrage.objects.values_list("empreinte", flat=True))
    for ancre in ancres:
        if ancre.empreinte not in connues:
            bilan.constater(
                HORS_CHAINE,
                ancre.numero,
                f"ligne-{ancre.empreinte[:16]}",
                f"La ligne n° {ancre.numero} du fichier des ancres n'est pas de la base : ajoutée "
                "à la main, ou d'une base d'avant une restauration.",
            )
    for avant, ancre in pairwise(ancres):
        # Une prise d'acte dit elle-même pourquoi.
        if ancre.a < avant.a - TOLERANCE and not ancre.constats:
            bilan.constater(
                HORS_CHAINE,
                ancre.numero,
                "recul",
                f"L'ancre n° {ancre.numero} est datée d'avant celle qui la précède.",
            )


def _regarder_l_attente(bilan: Bilan, maintenant: datetime) -> None:
    """Une entrée récente attend le battement ; une ancienne a été glissée, ou sa chaîne est rompue.

    Sa date n'est pas lue : elle peut être illisible, et c'est ce qui l'empêche d'être scellée.
    """
    attente = en_attente()
    bilan.en_attente = attente.count()
    recentes = (maintenant - TOLERANCE, maintenant + AVANCE)
    for numero, creancier in attente.exclude(a__range=recentes).values_list("pk", "creancier_id"):
        chaine = creancier or INSTANCE
        bilan.chaines.setdefault(chaine, Parcours())
        bilan.constater(
            chaine,
            0,
            f"attente-{numero}",
            f"l'entrée {numero} n'a jamais été scellée : glissée, ou sa chaîne est rompue",
        )


def _accelerations() -> list[str]:
    """SQLite sans `recursive_triggers` : REPLACE efface une ligne gardée sans rien sonner."""
    if replace_sonne():
        return []
    return ["SQLite tourne sans recursive_triggers : REPLACE y effacerait sans être refusé."]


def _tetes() -> dict[int, tuple[int, str]]:
    return {
        numero: (rang, empreinte)
        for numero, rang, empreinte in Chaine.objects.values_list("numero", F("rang"), "empreinte")
    }


def _ecart(scelle: str, present: str) -> str:
    try:
        ecrit = json.loads(scelle)
    except ValueError:
        return "texte illisible"
    lu = json.loads(present)
    noms = sorted({*lu, *ecrit})
    return ", ".join(nom for nom in noms if ecrit.get(nom) != lu.get(nom)) or "écriture"
