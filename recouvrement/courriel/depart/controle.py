"""Avant tout départ : cette base est-elle bien celle de ce lieu et de ce carnet ?

Une sauvegarde restaurée, une copie lancée ailleurs enverraient de nouveau ce qui est parti. Le
premier écart gèle l'instance ; ce que le carnet sait parti devient incertain.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import batched

from django.conf import settings
from django.db import transaction

from recouvrement.courriel.actions.instance import geler, verrouiller
from recouvrement.courriel.carnet import Carnet, Entete, Fait
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.evenements import Evenement
from recouvrement.courriel.metier import DEJA_COMPOSE, Metier
from recouvrement.courriel.models import Envoi, Instance
from recouvrement.journal.actions import inscrire
from recouvrement.socle import formats

# Les états où la base croit que rien n'est parti.
PAS_PARTIS = (EtatEnvoi.RETENU, EtatEnvoi.A_ENVOYER, EtatEnvoi.RECLAME)
LOT = 500
DERNIERS = 20
# De quoi retrouver les derniers envoyés, même si plusieurs ouvriers y écrivent ensemble.
RECUL_OCTETS = 64 * 1024


@dataclass(slots=True)
class Rapprochement:
    """Ce que le carnet sait parti depuis la dernière fois, et que la base ignore."""

    fin: int
    en_attente: dict[str, Fait] = field(default_factory=dict)
    absents: int = 0

    @property
    def nombre(self) -> int:
        return len(self.en_attente) + self.absents


def carnet_pret(maintenant: datetime, *, metiers: Mapping[str, Metier]) -> Carnet | None:
    """Le carnet où écrire les départs ; None : l'instance est gelée, peut-être à l'instant.

    `CarnetFerme` s'il ne s'ouvre pas : rien ne doit partir, et cela se dit.
    """
    carnet = Carnet(settings.JOURNAL_ENVOIS)
    with transaction.atomic():
        instance = verrouiller()
        if instance.gelee_le is not None:
            return None
        motif = (
            _adopter(instance, carnet, maintenant=maintenant, metiers=metiers)
            if instance.carnet_a_adopter
            else _verifier(instance, carnet, maintenant=maintenant, metiers=metiers)
        )
        if motif:
            geler(motif, maintenant=maintenant, acteur=None)
            return None
    return carnet


def _verifier(
    instance: Instance, carnet: Carnet, *, maintenant: datetime, metiers: Mapping[str, Metier]
) -> str:
    """La raison de tout arrêter ; vide : tout concorde."""
    if instance.identite not in ("", settings.INSTANCE):
        return (
            f"Cette base est celle de l'instance « {instance.identite} », et celle-ci est "
            f"« {settings.INSTANCE} » : copie ou restauration."
        )
    entete = carnet.entete()
    if entete is None and instance.carnet:
        return f"Le journal des départs a disparu ({carnet.chemin})."
    if entete is None:
        entete = carnet.creer(settings.INSTANCE, maintenant=maintenant)
    if entete.instance != settings.INSTANCE:
        return f"Le journal des départs est celui d'une autre instance, « {entete.instance} »."
    if instance.carnet and instance.carnet != entete.numero:
        return "Le journal des départs n'est pas celui que cette base connaît."
    depuis = max(instance.carnet_octets, entete.octets)
    if carnet.taille() < depuis:
        return "Le journal des départs est plus court que ce que cette base en connaît."
    trouve = _rapprocher(carnet, depuis=depuis)
    if inconnus := _inconnus_du_carnet(carnet, entete, depuis=depuis):
        return (
            f"{inconnus} messages envoyés que le journal des départs ne connaît pas : "
            "il a été changé, ou la base vient d'ailleurs."
        )
    if trouve.nombre:
        _rendre_incertains(trouve, maintenant=maintenant, metiers=metiers)
    _connaitre(instance, entete, trouve.fin)
    if trouve.nombre:
        return (
            f"La base est plus ancienne que le journal des départs : {trouve.nombre} messages "
            f"partis depuis, dont {trouve.absents} qu'elle ne connaît pas."
        )
    return ""


def _adopter(
    instance: Instance, carnet: Carnet, *, maintenant: datetime, metiers: Mapping[str, Metier]
) -> str:
    """Une personne a rendu les envois : cette base et ce lieu vont désormais ensemble."""
    entete = carnet.entete()
    if entete is not None:
        connu = instance.carnet == entete.numero and instance.carnet_octets <= carnet.taille()
        depuis = max(instance.carnet_octets, entete.octets) if connu else entete.octets
        trouve = _rapprocher(carnet, depuis=depuis)
        _rendre_incertains(trouve, maintenant=maintenant, metiers=metiers)
        if entete.instance != settings.INSTANCE:
            carnet.ecarter()
            entete = None
    if entete is None:
        entete = carnet.creer(settings.INSTANCE, maintenant=maintenant)
    instance.carnet_a_adopter = False
    _connaitre(instance, entete, carnet.taille())
    return ""


def _connaitre(instance: Instance, entete: Entete, octets: int) -> None:
    instance.identite, instance.carnet = settings.INSTANCE, entete.numero
    instance.carnet_octets = octets
    instance.save(update_fields=["identite", "carnet", "carnet_octets", "carnet_a_adopter"])


def _rapprocher(carnet: Carnet, *, depuis: int) -> Rapprochement:
    """Ce qui est écrit après `depuis`, comparé à la base.

    L'ordre des lectures compte : un refus s'écrit au carnet avant que la base ne remette le
    message dans la file. Vu dans la file, son refus est donc déjà dans la suite du carnet.
    """
    fin = carnet.taille()
    partis = _partis({}, carnet.faits(depuis=depuis, jusqu_a=fin))
    trouve = Rapprochement(fin)
    for lot in batched(list(partis), LOT):
        etats = dict(
            Envoi.objects.systeme().filter(message_id__in=lot).values_list("message_id", "etat")
        )
        trouve.absents += len(set(lot) - set(etats))
        trouve.en_attente |= {
            identifiant: partis[identifiant]
            for identifiant, etat in etats.items()
            if etat in PAS_PARTIS
        }
    if trouve.en_attente:
        encore = _partis(dict(trouve.en_attente), carnet.faits(depuis=fin))
        trouve.en_attente = {
            identifiant: fait
            for identifiant, fait in trouve.en_attente.items()
            if identifiant in encore
        }
    return trouve


def _partis(connus: dict[str, Fait], faits: Iterable[Fait]) -> dict[str, Fait]:
    """Les messages dont la dernière ligne est un départ."""
    for fait in faits:
        if fait.est_depart:
            connus[fait.message_id] = fait
        else:
            connus.pop(fait.message_id, None)
    return connus


def _rendre_incertains(
    trouve: Rapprochement, *, maintenant: datetime, metiers: Mapping[str, Metier]
) -> None:
    for identifiant, fait in trouve.en_attente.items():
        with transaction.atomic():
            envoi = Envoi.objects.systeme().select_related("creancier").get(message_id=identifiant)
            metier = metiers.get(envoi.nature, DEJA_COMPOSE)
            metier.verrouiller(envoi)
            envoi.octets, envoi.data_a = envoi.octets or b"", fait.le
            motif = f"Parti le {formats.jour(fait.le)} d'après le journal des départs"
            touche = (
                Envoi.objects.systeme()
                .filter(pk=envoi.pk, etat__in=PAS_PARTIS)
                .update(
                    etat=EtatEnvoi.INCERTAIN,
                    jeton=None,
                    bail=None,
                    octets=envoi.octets,
                    data_a=fait.le,
                    fini_a=maintenant,
                    reponse=motif,
                )
            )
            if touche:
                metier.non_parti(envoi, EtatEnvoi.INCERTAIN, motif, maintenant=maintenant)
                inscrire(Evenement.ENVOI_RAPPROCHE, cible=envoi, acteur=None, parti_le=fait.le)


def _inconnus_du_carnet(carnet: Carnet, entete: Entete, *, depuis: int) -> int:
    """Combien des derniers envoyés depuis qu'il est ouvert n'y figurent pas.

    La base d'abord, le carnet ensuite et jusqu'au bout : un départ s'y écrit avant.
    """
    envoyes = set(
        Envoi.objects.systeme()
        .filter(etat=EtatEnvoi.ENVOYE)
        # La démonstration raconte des départs qui n'ont pas eu lieu.
        .exclude(creancier__est_demonstration=True)
        .order_by("-pk")
        .values_list("message_id", "data_a")[:DERNIERS]
    )
    manquent = {identifiant for identifiant, le in envoyes if le and le >= entete.ouvert_le}
    if not manquent:
        return 0
    for debut in (max(entete.octets, depuis - RECUL_OCTETS), entete.octets):
        for fait in carnet.faits(depuis=debut):
            manquent.discard(fait.message_id)
        if not manquent:
            return 0
    return len(manquent)
