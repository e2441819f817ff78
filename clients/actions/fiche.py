from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from clients.actions.verrou import verrouiller
from clients.erreurs import CodeClientPris, SuspensionImpossible
from clients.evenements import Evenement
from clients.models import Client, Note
from clients.regles import ce_qui_manque
from clients.signals import regime_change
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import inscrire

REGIME = frozenset({"nature", "procedure_collective_le"})
ADRESSE = frozenset({"adresse", "complement", "code_postal", "ville", "pays"})


@transaction.atomic
def creer_client(creancier: Creancier, *, acteur: Utilisateur | None, **champs: Any) -> Client:
    """Crée la fiche ; `est_a_completer=True` pour un nom venu d'un import."""
    client = _ecrire(Client(creancier=creancier, **champs))
    inscrire(Evenement.CLIENT_CREE, cible=client, acteur=acteur, nom=client.nom)
    return client


@transaction.atomic
def modifier_client(client: Client, *, acteur: Utilisateur | None, **champs: Any) -> Client:
    """Change ce qui diffère. La fiche n'est plus « à compléter » dès que rien ne manque."""
    client = verrouiller(client)
    changes = {
        nom: [getattr(client, nom), valeur]
        for nom, valeur in champs.items()
        if getattr(client, nom) != valeur
    }
    for nom, (_, valeur) in changes.items():
        setattr(client, nom, valeur)
    if client.est_a_completer and "est_a_completer" not in champs and not ce_qui_manque(client):
        client.est_a_completer = False
        changes["est_a_completer"] = [True, False]
    if client.adresse_invalide_le and not changes.keys().isdisjoint(ADRESSE):
        changes["adresse_invalide_le"] = [client.adresse_invalide_le, None]
        client.adresse_invalide_le = None
    if changes:
        _ecrire(client, update_fields=list(changes))
        inscrire(Evenement.CLIENT_MODIFIE, cible=client, acteur=acteur, changes=changes)
    if changes.keys() & REGIME:
        regime_change.send(sender=Client, clients=[client], acteur=acteur, geste=None)
    return client


@transaction.atomic
def marquer_adresse(
    client: Client, *, invalide_le: date | None, motif: str, acteur: Utilisateur
) -> Client:
    """L'adresse postale est à revoir depuis ce jour ; None : une personne l'a confirmée."""
    client = verrouiller(client)
    if client.adresse_invalide_le == invalide_le:
        return client
    client.adresse_invalide_le = invalide_le
    client.save(update_fields=["adresse_invalide_le"])
    inscrire(
        Evenement.ADRESSE_MARQUEE,
        cible=client,
        acteur=acteur,
        invalide_le=invalide_le,
        motif=motif,
    )
    return client


@transaction.atomic
def suspendre(
    client: Client, *, le: date, jusqu_au: date | None, motif: str, acteur: Utilisateur
) -> Client:
    """Plus aucune relance ne part jusqu'au jour dit, ou jusqu'à nouvel ordre."""
    if jusqu_au is not None and jusqu_au < le:
        raise SuspensionImpossible
    client = verrouiller(client)
    client.suspendu_le, client.suspendu_jusqu_au, client.suspendu_motif = le, jusqu_au, motif
    client.save(update_fields=["suspendu_le", "suspendu_jusqu_au", "suspendu_motif"])
    inscrire(
        Evenement.RELANCES_SUSPENDUES,
        cible=client,
        acteur=acteur,
        le=le,
        jusqu_au=jusqu_au,
        motif=motif,
    )
    return client


@transaction.atomic
def reprendre(client: Client, *, acteur: Utilisateur) -> Client:
    client = verrouiller(client)
    if client.suspendu_le is None:
        return client
    motif = client.suspendu_motif
    client.suspendu_le = client.suspendu_jusqu_au = None
    client.suspendu_motif = ""
    client.save(update_fields=["suspendu_le", "suspendu_jusqu_au", "suspendu_motif"])
    inscrire(Evenement.RELANCES_REPRISES, cible=client, acteur=acteur, motif=motif)
    return client


@transaction.atomic
def noter(client: Client, *, texte: str, est_a_savoir: bool, acteur: Utilisateur) -> Note:
    client = verrouiller(client)
    note = Note.objects.create(
        creancier=client.creancier,
        client=client,
        texte=texte,
        est_a_savoir=est_a_savoir,
        auteur=acteur,
    )
    inscrire(Evenement.NOTE_ECRITE, cible=client, acteur=acteur, note=note.pk)
    return note


@transaction.atomic
def ranger_note(note: Note, *, acteur: Utilisateur) -> Note:
    """Elle reste dans le fil, mais n'est plus « à savoir »."""
    notes = Note.objects.pour(note.creancier)
    notes.select_for_update(of=("self",)).get(pk=note.pk)
    note = notes.select_related("client").get(pk=note.pk)
    if note.est_a_savoir:
        note.est_a_savoir = False
        note.save(update_fields=["est_a_savoir"])
        inscrire(Evenement.NOTE_RANGEE, cible=note.client, acteur=acteur, note=note.pk)
    return note


def _ecrire(client: Client, **options: Any) -> Client:
    try:
        with transaction.atomic():
            client.save(**options)
    except IntegrityError as erreur:
        pris = client.code and (
            Client.objects.pour(client.creancier)
            .filter(code=client.code)
            .exclude(pk=client.pk)
            .exists()
        )
        if pris:
            raise CodeClientPris from erreur
        raise
    return client
