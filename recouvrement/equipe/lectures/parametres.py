from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier

# (libellé, page, rôle qu'elle demande)
ONGLETS = (
    ("Résumé", "equipe:parametres", Role.LECTURE),
    ("Identité", "equipe:identite", Role.GESTIONNAIRE),
    ("Envois", "equipe:envois", Role.GESTIONNAIRE),
    ("Équipe", "equipe:equipe", Role.LECTURE),
    ("Scénario", "relances:scenario", Role.LECTURE),
    ("Imports", "factures:importer", Role.ASSISTANTE),
    ("Journal", "equipe:journal", Role.GESTIONNAIRE),
    ("Données personnelles", "vie_privee:conservation", Role.GESTIONNAIRE),
)
MANQUES = (
    ("adresse", "l'adresse"),
    ("siren", "le SIREN"),
    ("representant", "le représentant légal"),
    ("iban", "l'IBAN"),
    ("courriel_expediteur", "l'adresse d'expéditeur"),
)


@dataclass(frozen=True, slots=True)
class Onglet:
    libelle: str
    url: str
    courant: bool


def onglets(creancier: Creancier, role: str, *, vue: str) -> list[Onglet]:
    return [
        Onglet(libelle, url, page == vue)
        for libelle, page, exige in ONGLETS
        if Role(role).couvre(exige) and (url := adresse(page, creancier.code))
    ]


def ce_qui_manque(creancier: Creancier) -> list[str]:
    """Ce sans quoi une relance ou une lettre serait incomplète."""
    return [mot for champ, mot in MANQUES if not getattr(creancier, champ)]


def adresse(page: str, *args: Any) -> str:
    try:
        return reverse(page, args=args)
    except NoReverseMatch:
        return ""
