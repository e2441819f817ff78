"""Ce qui attend un second gestionnaire, ce qui vient de changer : les mots qu'on en montre."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.equipe.enums import EtatChangement, SujetChangement
from recouvrement.equipe.erreurs import NommeParUnSeul
from recouvrement.equipe.lectures.membres import nommes_par_un_seul
from recouvrement.equipe.models import Changement
from recouvrement.equipe.regles import DUREE_POUR_DEFAIRE
from recouvrement.socle.formats import iban, moment

CHAMPS = {
    "iban": "IBAN",
    "bic": "BIC",
    "nom_expediteur": "Nom d'expéditeur",
    "courriel_expediteur": "Adresse d'expéditeur",
    "courriel_reponse": "Adresse de réponse",
    "envois_geles": "Envois",
    "archive": "Créancier",
    "role": "Rôle",
}


@dataclass(frozen=True, slots=True)
class Ligne:
    """Un champ, ce qu'il était, ce qu'il devient."""

    champ: str
    avant: str
    apres: str


@dataclass(frozen=True, slots=True)
class Vu:
    """Un changement tel que cette personne le voit, et ce qu'elle peut y faire."""

    changement: Changement
    lignes: list[Ligne]
    attend: bool
    se_defait: bool
    est_le_mien: bool
    # Pourquoi son accord ne compterait pas ; vide : il compte.
    sans_voix: str


def lignes(changement: Changement, *, masque: bool = False) -> list[Ligne]:
    """Les seuls champs qui bougent ; `masque` : un courriel ne montre pas l'IBAN entier."""
    ecrire = _masque if masque else _clair
    return [
        Ligne(
            CHAMPS.get(nom, nom),
            ecrire(nom, changement.avant.get(nom)),
            ecrire(nom, valeur),
        )
        for nom, valeur in changement.apres.items()
        if changement.avant.get(nom) != valeur
    ]


def changements_vus(creancier: Creancier, *, par: Utilisateur, maintenant: datetime) -> list[Vu]:
    """Ce qui attend, puis ce qui a changé depuis un jour."""
    recents = (
        Changement.objects.pour(creancier)
        .filter(
            Q(etat=EtatChangement.EN_ATTENTE, expire_le__gt=maintenant)
            | Q(etat=EtatChangement.APPLIQUE, decide_le__gt=maintenant - DUREE_POUR_DEFAIRE)
        )
        .select_related("demande_par", "decide_par")
        .order_by("-id")
    )
    sans_voix = NommeParUnSeul.message if _sans_voix(creancier, recents, par, maintenant) else ""
    vus = [
        Vu(
            changement,
            lignes(changement),
            attend=changement.attend(maintenant=maintenant),
            se_defait=changement.se_defait(maintenant=maintenant),
            est_le_mien=changement.demande_par_id == par.pk,
            sans_voix=sans_voix,
        )
        for changement in recents
    ]
    return sorted(vus, key=lambda vu: not vu.attend)


def _sans_voix(
    creancier: Creancier, recents: Iterable[Changement], par: Utilisateur, maintenant: datetime
) -> bool:
    """Rien n'attend son accord : on ne cherche pas qui l'a nommé."""
    attendu = any(c.attend(maintenant=maintenant) and c.demande_par_id != par.pk for c in recents)
    return attendu and par.pk in nommes_par_un_seul(creancier, maintenant=maintenant)


def avis_d_iban(creancier: Creancier, *, maintenant: datetime) -> list[str]:
    """Ce que tout aperçu d'un document doit dire de l'IBAN qu'il imprime ; vide le plus souvent."""
    sujet = Changement.objects.pour(creancier).filter(sujet=SujetChangement.IBAN)
    phrases = []
    for changement in (
        sujet.filter(
            Q(etat=EtatChangement.EN_ATTENTE, expire_le__gt=maintenant)
            | Q(etat=EtatChangement.APPLIQUE, decide_le__gt=maintenant - DUREE_POUR_DEFAIRE)
        )
        .select_related("demande_par", "decide_par")
        .order_by("id")
    ):
        if changement.etat == EtatChangement.EN_ATTENTE:
            phrases.append(
                f"Changement d'IBAN demandé le {moment(changement.demande_le)} par "
                f"{changement.demande_par} : il attend un second gestionnaire, et l'IBAN écrit "
                "ici reste celui d'avant."
            )
        else:
            accord = (
                f", approuvé par {changement.decide_par}"
                if changement.decide_par_id != changement.demande_par_id
                else ""
            )
            phrases.append(
                f"IBAN changé le {moment(changement.decide_le)} par "
                f"{changement.demande_par}{accord}."
            )
    return phrases


def _clair(nom: str, valeur: Any) -> str:
    return MOTS[nom](valeur) if nom in MOTS else str(valeur or "")


def _masque(nom: str, valeur: Any) -> str:
    """« FR76 … 0189 » : de quoi le reconnaître, pas de quoi le voler d'une boîte aux lettres."""
    if nom == "iban" and valeur:
        return f"{valeur[:4]} … {valeur[-4:]}"
    return _clair(nom, valeur)


MOTS: dict[str, Callable[[Any], str]] = {
    "iban": lambda valeur: iban(valeur) if valeur else "",
    "envois_geles": lambda geles: "gelés" if geles else "ouverts",
    "archive": lambda archive: "archivé" if archive else "en activité",
    "role": lambda role: Role(role).label if role else "aucun accès",
}
