"""Le journal comme on le lit : les clefs deviennent des mots, les objets des liens."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.equipe.lectures.parametres import adresse
from recouvrement.journal.models import Entree
from recouvrement.socle import formats

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
    "genre_terme": "délai compté en",
    "jour_terme": "le (jour du mois suivant)",
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
    def automate(self) -> str:
        """Qui, quand ce n'est personne : une connexion refusée n'a pas d'auteur connu."""
        return "Automate" if self.entree.creancier_id else "Automate ou inconnu"

    @property
    def concerne(self) -> str:
        """La personne à qui l'on a fait cela, si ce n'est pas elle."""
        return self.sur if self.entree.cible_id != self.entree.acteur_id else ""

    @property
    def phrase(self) -> str:
        return " · ".join(f"{nom} : {dit}" for nom, dit in self.details)

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


def entrees_de_l_instance() -> QuerySet[Entree]:
    """Ce qui n'est à aucun créancier : comptes, liens donnés, gels, taux, connexions."""
    return Entree.objects.systeme().filter(creancier=None).select_related("acteur")


def de_ou_sur(personne: int) -> Q:
    """Ce que cette personne a fait, et ce qu'on lui a fait."""
    return Q(acteur=personne) | Q(cible_type=UTILISATEUR, cible_id=personne)


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
