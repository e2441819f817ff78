"""Le journal comme on le lit : les clefs deviennent des mots, les objets des liens."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from django.db.models import Q, QuerySet
from django.http import QueryDict

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.equipe.lectures.parametres import adresse
from recouvrement.journal.models import Entree
from recouvrement.socle import formats
from recouvrement.socle.temps import instant_de

# Les pages qui montrent l'objet d'une entrée du journal.
PAGES = {
    "clients.client": "accueil:client",
    "factures.facture": "factures:detail",
    "contentieux.dossier": "contentieux:dossier",
}


# Les clefs du journal sont des identifiants : elles se lisent avec leurs accents.
MOTS = {
    "etape": "étape",
    "etat": "état",
    "numero": "numéro",
    "date_emission": "émise le",
    "date_echeance": "échéance",
    "recu_le": "reçu le",
    "rappel_le": "rappel le",
    "apres": "après",
    "role": "rôle",
    "nature_piece": "nature de la pièce",
    "zone_feries": "jours fériés",
    "delai_paiement": "délai de paiement",
    "ecart_minimal": "écart minimal",
    "envois_geles": "envois gelés",
    "complement": "complément",
    "telephone": "téléphone",
    "representant": "représentant",
    "entrees": "entrées",
    "chaines": "chaînes",
    "adresse_condensee": "adresse inconnue (condensée)",
    "essais_dans_l_heure": "essais dans l'heure",
}
UTILISATEUR = Utilisateur._meta.label_lower
JOUR = re.compile(r"\d{4}-\d\d-\d\d")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*[+-]\d\d:\d\d$")
MONTANT = re.compile(r"-?\d+\.\d\d")


@dataclass(frozen=True, slots=True)
class LigneJournal:
    entree: Entree
    details: list[tuple[str, str]]
    url: str
    sur: str = ""

    @property
    def effacees(self) -> bool:
        """Ce qu'elle disait de quelqu'un a été effacé ; le fait et sa preuve restent."""
        return self.entree.effacees_le is not None


def ligne_journal(entree: Entree, creancier: Creancier | None, *, sur: str = "") -> LigneJournal:
    page = PAGES.get(entree.cible_type)
    donnees = dict(entree.donnees)
    client = donnees.pop("client", None)
    if creancier is None:
        url = ""
    elif page:
        url = adresse(page, creancier.code, entree.cible_id)
    else:
        # Une relance, un appel : la fiche de leur client dit tout ce qui les entoure.
        url = adresse("accueil:client", creancier.code, client) if isinstance(client, int) else ""
    changes = donnees.pop("changes", None) or {}
    # PostgreSQL ne garde pas l'ordre des clefs d'un objet : l'alphabet est le même partout.
    details = [(nom, _lisible(valeur)) for nom, valeur in sorted(donnees.items())]
    if isinstance(changes, dict):
        details += [
            (nom, " → ".join(_lisible(valeur) or "vide" for valeur in paire))
            for nom, paire in changes.items()
            if isinstance(paire, list)
        ]
    return LigneJournal(
        entree, [(MOTS.get(n, n.replace("_", " ")), v) for n, v in details if v], url, sur
    )


def _lisible(valeur: Any) -> str:
    match valeur:
        case None | "":
            return ""
        case True:
            return "oui"
        case False:
            return "non"
        case list():
            return ", ".join(_lisible(element) for element in valeur)
        case dict():
            return ", ".join(f"{nom} {_lisible(element)}" for nom, element in valeur.items())
    texte = str(valeur)
    if JOUR.fullmatch(texte):
        return formats.jour(date.fromisoformat(texte))
    if INSTANT.match(texte):
        return formats.moment(datetime.fromisoformat(texte))
    if MONTANT.fullmatch(texte):
        return texte.replace(".", ",")
    return texte if len(texte) <= 120 else f"{texte[:119]}…"


COLONNES = ("Quand", "Qui", "Quoi", "Sur", "Détails")


@dataclass(frozen=True, slots=True)
class CriteresJournal:
    """Ce que la page de l'instance laisse choisir ; une valeur fausse est ignorée."""

    evenement: str = ""
    personne: int | None = None
    du: date | None = None
    au: date | None = None

    @classmethod
    def lire(cls, donnees: QueryDict) -> Self:
        personne = donnees.get("personne", "")
        return cls(
            evenement=donnees.get("evenement", "")[:60],
            personne=int(personne)
            if personne.isascii() and personne.isdecimal() and len(personne) < 10
            else None,
            du=_jour(donnees.get("du", "")),
            au=_jour(donnees.get("au", "")),
        )

    @property
    def sont_actifs(self) -> bool:
        return self != CriteresJournal()


def entrees_de_l_instance(criteres: CriteresJournal) -> QuerySet[Entree]:
    """Ce qui n'est à aucun créancier : comptes, liens donnés, gels, taux, connexions."""
    entrees = Entree.objects.systeme().filter(creancier=None).select_related("acteur")
    if criteres.evenement:
        entrees = entrees.filter(evenement=criteres.evenement)
    if criteres.personne is not None:
        entrees = entrees.filter(
            Q(acteur=criteres.personne) | Q(cible_type=UTILISATEUR, cible_id=criteres.personne)
        )
    if criteres.du:
        entrees = entrees.filter(a__gte=instant_de(criteres.du))
    if criteres.au:
        entrees = entrees.filter(a__lt=instant_de(criteres.au + timedelta(days=1)))
    return entrees


def evenements_de_l_instance() -> list[tuple[str, str]]:
    """Ceux qui s'y trouvent, et leur nom."""
    vus = Entree.objects.systeme().filter(creancier=None).order_by("libelle")
    return list(dict(vus.values_list("evenement", "libelle").distinct()).items())


def lignes_de_l_instance(entrees: Iterable[Entree]) -> list[LigneJournal]:
    """Avec le nom de la personne concernée : une requête pour toutes."""
    entrees = list(entrees)
    noms = {
        compte.pk: str(compte)
        for compte in Utilisateur.objects.filter(
            pk__in={e.cible_id for e in entrees if e.cible_type == UTILISATEUR}
        )
    }
    return [
        ligne_journal(
            entree,
            None,
            sur=noms.get(entree.cible_id, "") if entree.cible_type == UTILISATEUR else "",
        )
        for entree in entrees
    ]


def lignes_export(entrees: QuerySet[Entree]) -> Iterator[tuple[Any, ...]]:
    noms = {compte.pk: str(compte) for compte in Utilisateur.objects.all()}
    for entree in entrees.order_by("-id").iterator(chunk_size=2_000):
        ligne = ligne_journal(entree, None)
        sur = noms.get(entree.cible_id, "") if entree.cible_type == UTILISATEUR else ""
        details = " · ".join(f"{nom} : {valeur}" for nom, valeur in ligne.details)
        yield (entree.a, str(entree.acteur or "Automate"), entree.libelle, sur, details)


def _jour(texte: str) -> date | None:
    try:
        return date.fromisoformat(texte)
    except ValueError:
        return None
