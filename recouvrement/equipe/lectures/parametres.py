import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import NoReverseMatch, reverse

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier
from recouvrement.journal.models import Entree

# (libellé, page, rôle qu'elle demande)
ONGLETS = (
    ("Résumé", "equipe:parametres", Role.LECTURE),
    ("Identité", "equipe:identite", Role.GESTIONNAIRE),
    ("Envois", "equipe:envois", Role.GESTIONNAIRE),
    ("Équipe", "equipe:equipe", Role.LECTURE),
    ("Scénario", "relances:scenario", Role.LECTURE),
    ("Imports", "factures:importer", Role.ASSISTANTE),
    ("Journal", "equipe:journal", Role.GESTIONNAIRE),
)
MANQUES = (
    ("adresse", "l'adresse"),
    ("siren", "le SIREN"),
    ("representant", "le représentant légal"),
    ("iban", "l'IBAN"),
    ("courriel_expediteur", "l'adresse d'expéditeur"),
)
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
}
PARIS = ZoneInfo("Europe/Paris")
JOUR = re.compile(r"\d{4}-\d\d-\d\d")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*[+-]\d\d:\d\d$")
MONTANT = re.compile(r"-?\d+\.\d\d")


@dataclass(frozen=True, slots=True)
class Onglet:
    libelle: str
    url: str
    courant: bool


def onglets(creancier: Creancier, role: str, *, vue: str) -> list[Onglet]:
    return [
        Onglet(libelle, url, page == vue)
        for libelle, page, exige in ONGLETS
        if Role(role).couvre(exige) and (url := _adresse(page, creancier.code))
    ]


def ce_qui_manque(creancier: Creancier) -> list[str]:
    """Ce sans quoi une relance ou une lettre serait incomplète."""
    return [mot for champ, mot in MANQUES if not getattr(creancier, champ)]


@dataclass(frozen=True, slots=True)
class LigneJournal:
    entree: Entree
    details: list[tuple[str, str]]
    url: str


def ligne_journal(entree: Entree, creancier: Creancier) -> LigneJournal:
    page = PAGES.get(entree.cible_type)
    donnees = dict(entree.donnees)
    client = donnees.pop("client", None)
    if page:
        url = _adresse(page, creancier.code, entree.cible_id)
    else:
        # Une relance, un appel : la fiche de leur client dit tout ce qui les entoure.
        url = _adresse("accueil:client", creancier.code, client) if isinstance(client, int) else ""
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
        entree, [(MOTS.get(n, n.replace("_", " ")), v) for n, v in details if v], url
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
        return f"{date.fromisoformat(texte):%d/%m/%Y}"
    if INSTANT.match(texte):
        return f"{datetime.fromisoformat(texte).astimezone(PARIS):%d/%m/%Y à %H:%M}"
    if MONTANT.fullmatch(texte):
        return texte.replace(".", ",")
    return texte if len(texte) <= 120 else f"{texte[:119]}…"


def _adresse(page: str, *args: Any) -> str:
    try:
        return reverse(page, args=args)
    except NoReverseMatch:
        return ""
