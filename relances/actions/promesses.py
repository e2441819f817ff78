"""Les promesses : une par client, qui arrête les relances jusqu'à sa date."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Sum

from clients.actions.verrou import verrouiller
from clients.models import Client
from factures.models import Encaissement, Facture
from factures.models.encaissement import EncaissementQuerySet
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire
from recouvrement.socle import formats
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.montants import ZERO
from relances.actions.annulations import retirer
from relances.evenements import Evenement
from relances.models import Appel, Promesse, Relance


@transaction.atomic
def promettre(
    client: Client,
    *,
    montant: Decimal,
    pour_le: date,
    le: date,
    acteur: Utilisateur,
    appel: Appel | None = None,
    factures: Iterable[Facture] = (),
    note: str = "",
) -> Promesse:
    """Enregistre la promesse, remplace la précédente et retire ce qui devait partir d'ici là."""
    if montant <= 0:
        raise ErreurMetier("Le montant promis doit être supérieur à zéro.")
    if pour_le < le:
        raise ErreurMetier("La date promise est déjà passée.")
    client = verrouiller(client)
    for ancienne in Promesse.objects.pour(client.creancier).filter(client=client).en_cours():
        _clore(ancienne, le=le, est_tenue=None)
    promesse = Promesse.objects.create(
        creancier=client.creancier,
        client=client,
        appel=appel,
        montant=montant,
        pour_le=pour_le,
        faite_le=le,
        note=note,
        auteur=acteur,
    )
    promesse.factures.set(factures)
    inscrire(
        Evenement.PROMESSE_FAITE,
        cible=promesse,
        acteur=acteur,
        client=client.pk,
        montant=montant,
        pour_le=pour_le,
    )
    annuler_en_attente(
        client, motif=f"Promesse de paiement pour le {formats.jour(pour_le)}", acteur=acteur
    )
    return promesse


@transaction.atomic
def constater_promesse(
    promesse: Promesse, *, est_tenue: bool, le: date, acteur: Utilisateur | None
) -> Promesse:
    """Une personne dit ce qu'il en est : tenue ou non."""
    promesse = _verrouiller(promesse)
    if promesse.close_le is not None:
        raise ErreurMetier("Cette promesse est déjà close.")
    _clore(promesse, le=le, est_tenue=est_tenue)
    inscrire(
        Evenement.PROMESSE_TENUE if est_tenue else Evenement.PROMESSE_ROMPUE,
        cible=promesse,
        acteur=acteur,
        client=promesse.client_id,
    )
    return promesse


@transaction.atomic
def clore_les_promesses_tenues(client: Client) -> int:
    """Après un règlement : la promesse que les sommes reçues depuis couvrent est tenue."""
    tenues = 0
    for promesse in Promesse.objects.pour(client.creancier).filter(client=client).en_cours():
        recu = (
            _recus_depuis(promesse)
            .valables()
            .aggregate(total=Sum("montant"), dernier=Max("recu_le"))
        )
        if (recu["total"] or ZERO) >= promesse.montant:
            _clore(promesse, le=recu["dernier"], est_tenue=True)
            inscrire(
                Evenement.PROMESSE_TENUE, cible=promesse, acteur=None, client=promesse.client_id
            )
            tenues += 1
    return tenues


@transaction.atomic
def rouvrir_les_promesses_dementies(client: Client) -> int:
    """Après un règlement annulé : la promesse qu'il avait tenue ne l'est plus.

    Celle qu'une personne a dite tenue sans règlement qui la couvre le reste, et une promesse
    en cours n'est pas doublée.
    """
    promesses = Promesse.objects.pour(client.creancier).filter(client=client)
    if promesses.en_cours().exists():
        return 0
    derniere = promesses.filter(est_tenue=True).order_by("-faite_le", "-pk").first()
    if derniere is None or promesses.filter(pk__gt=derniere.pk).exists():
        return 0
    recus = _recus_depuis(derniere).filter(annule=None)
    avec_annules = recus.aggregate(total=Sum("montant"))["total"] or ZERO
    restent = recus.valables().aggregate(total=Sum("montant"))["total"] or ZERO
    if not restent < derniere.montant <= avec_annules:
        return 0
    derniere.close_le = derniere.est_tenue = None
    derniere.save(update_fields=["close_le", "est_tenue"])
    inscrire(Evenement.PROMESSE_ROUVERTE, cible=derniere, acteur=None, client=client.pk)
    return 1


def _recus_depuis(promesse: Promesse) -> EncaissementQuerySet:
    encaissements = Encaissement.objects.pour(promesse.creancier)
    return encaissements.filter(client=promesse.client_id, recu_le__gte=promesse.faite_le)


def annuler_en_attente(client: Client, *, motif: str, acteur: Utilisateur | None) -> int:
    """Retire les relances du client qui n'ont pas commencé à partir ; l'étape reste à faire."""
    en_attente = Relance.objects.pour(client.creancier).filter(client=client).en_attente()
    return len(
        retirer(
            client.creancier, en_attente.values_list("pk", flat=True), motif=motif, acteur=acteur
        )
    )


def _verrouiller(promesse: Promesse) -> Promesse:
    return (
        Promesse.objects.pour(promesse.creancier)
        .select_for_update(of=("self",))
        .get(pk=promesse.pk)
    )


def _clore(promesse: Promesse, *, le: date, est_tenue: bool | None) -> None:
    promesse.close_le = le
    promesse.est_tenue = est_tenue
    promesse.save(update_fields=["close_le", "est_tenue"])
