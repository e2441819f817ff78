"""Le scénario d'un créancier : on ne le modifie pas, on en publie une nouvelle version."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.courriel.regles.adresses import une_ligne
from recouvrement.journal.actions import inscrire
from recouvrement.socle.erreurs import ErreurMetier
from relances.enums import Canal, Declenchement
from relances.evenements import Evenement
from relances.models import Etape, Scenario
from relances.regles import textes
from relances.regles.scenario_initial import ETAPES_INITIALES, EtapeDecrite

NOM_INITIAL = "Scénario de relance"
ETAPES_MAX = 20


def scenario_en_vigueur(creancier: Creancier) -> Scenario | None:
    scenario: Scenario | None = Scenario.objects.pour(creancier).en_vigueur().first()
    return scenario


@transaction.atomic
def scenario_par_defaut(creancier: Creancier) -> Scenario:
    """Le scénario en vigueur ; à défaut, le premier, posé ici une fois pour toutes."""
    existant = scenario_en_vigueur(creancier)
    if existant is not None:
        return existant
    # Le créancier est le verrou : deux battements n'en posent qu'un.
    Creancier.objects.select_for_update(no_key=True).get(pk=creancier.pk)
    existant = scenario_en_vigueur(creancier)
    if existant is not None:
        return existant
    return _ecrire(creancier, NOM_INITIAL, ETAPES_INITIALES, version=1, acteur=None)


@transaction.atomic
def publier_scenario(
    creancier: Creancier,
    *,
    nom: str,
    etapes: Sequence[EtapeDecrite],
    maintenant: datetime,
    acteur: Utilisateur,
) -> Scenario:
    """Remplace le scénario en vigueur. Une étape qui garde sa clé reste faite là où elle l'est."""
    etapes = ranger(etapes)
    Creancier.objects.select_for_update(no_key=True).get(pk=creancier.pk)
    actuel = scenario_en_vigueur(creancier)
    if actuel is not None:
        Scenario.objects.pour(creancier).filter(pk=actuel.pk).update(remplace_le=maintenant)
    derniere = Scenario.objects.pour(creancier).order_by("-version").first()
    version = derniere.version + 1 if derniere else 1
    return _ecrire(
        creancier,
        une_ligne(nom, nom="Le nom", longueur=100) or NOM_INITIAL,
        etapes,
        version=version,
        acteur=acteur,
    )


def ranger(etapes: Sequence[EtapeDecrite]) -> list[EtapeDecrite]:
    """Les étapes dans l'ordre des délais, leurs textes vérifiés, une clé chacune."""
    if not etapes:
        raise ErreurMetier("Un scénario a au moins une étape.")
    if len(etapes) > ETAPES_MAX:
        raise ErreurMetier(f"Un scénario compte au plus {ETAPES_MAX} étapes.")
    rangees = sorted(etapes, key=lambda e: e.delai)
    prises: set[str] = set()
    resultat = []
    for etape in rangees:
        _verifier(etape)
        cle = _cle_libre(etape.cle or slugify(etape.nom)[:30] or "etape", prises)
        prises.add(cle)
        resultat.append(EtapeDecrite(**asdict(etape) | {"cle": cle}))
    return resultat


def _verifier(etape: EtapeDecrite) -> None:
    if etape.canal != Canal.COURRIEL and etape.declenchement != Declenchement.MANUEL:
        raise ErreurMetier(f"« {etape.nom} » : seul un courriel peut partir sans une personne.")
    if etape.canal == Canal.COURRIEL:
        if etape.declenchement == Declenchement.MANUEL:
            raise ErreurMetier(f"« {etape.nom} » : un courriel part seul ou attend sa validation.")
        if not (etape.sujet.strip() and etape.texte.strip()):
            raise ErreurMetier(f"« {etape.nom} » : un courriel a un objet et un texte.")
    try:
        for sujet in (etape.sujet, etape.sujet_en):
            une_ligne(sujet, nom="L'objet", longueur=200)
            textes.verifier(sujet, blocs=False)
        for texte in (etape.texte, etape.texte_en):
            textes.verifier(texte)
    except textes.TexteRefuse as refus:
        raise ErreurMetier(f"« {etape.nom} » : {refus}") from refus


def _cle_libre(souhaitee: str, prises: set[str]) -> str:
    cle, n = souhaitee, 2
    while cle in prises:
        cle, n = f"{souhaitee[:36]}-{n}", n + 1
    return cle


def _ecrire(
    creancier: Creancier,
    nom: str,
    etapes: Sequence[EtapeDecrite],
    *,
    version: int,
    acteur: Utilisateur | None,
) -> Scenario:
    scenario = Scenario.objects.create(
        creancier=creancier, nom=nom, version=version, publie_par=acteur
    )
    Etape.objects.bulk_create(
        Etape(creancier=creancier, scenario=scenario, rang=rang, **asdict(etape))
        for rang, etape in enumerate(etapes)
    )
    inscrire(Evenement.SCENARIO_PUBLIE, cible=scenario, acteur=acteur, version=version, nom=nom)
    return scenario
