"""Les promesses : une par client, qui arrête les relances jusqu'à sa date."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from clients.actions.verrou import CHEZ_UN_EFFACE, verrouiller
from clients.erreurs import ClientEfface
from clients.models import Client
from factures.models import Facture
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire, poser
from recouvrement.journal.effets import Effet, Question, Retour
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle import formats
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.montants import ZERO
from relances.actions.annulations import annuler_en_attente
from relances.evenements import Evenement
from relances.lectures.promesses import faits_de
from relances.models import Appel, Promesse
from relances.regles.promesses import couverte_le

SANS_PROMESSE = (
    "Procédure collective : une créance d'avant le jugement ne se paye ni ne se promet, elle se "
    "déclare (C. com., art. L622-7 et L622-24)."
)


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
    geste: Geste | None = None,
) -> Promesse:
    """Enregistre la promesse, remplace la précédente et retire ce qui devait partir d'ici là."""
    if montant <= 0:
        raise ErreurMetier("Le montant promis doit être supérieur à zéro.")
    if pour_le < le:
        raise ErreurMetier("La date promise est déjà passée.")
    client = verrouiller(client)
    if client.procedure_collective_le is not None:
        raise ErreurMetier(SANS_PROMESSE)
    geste = geste or poser(Genre.PROMESSE, creancier=client.creancier, acteur=acteur)
    for ancienne in Promesse.objects.pour(client.creancier).filter(client=client).en_cours():
        _clore(ancienne, le=le, est_tenue=None, geste=geste)
    promesse = Promesse.objects.create(
        creancier=client.creancier,
        client=client,
        appel=appel,
        montant=montant,
        pour_le=pour_le,
        faite_le=le,
        note=note,
        auteur=acteur,
        geste=geste,
    )
    promesse.factures.set(factures)
    inscrire(
        Evenement.PROMESSE_FAITE,
        cible=promesse,
        acteur=acteur,
        geste=geste,
        client=client.pk,
        montant=montant,
        pour_le=pour_le,
    )
    annuler_en_attente(
        client,
        motif=f"Promesse de paiement pour le {formats.jour(pour_le)}",
        acteur=acteur,
        geste=geste,
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
    geste = poser(Genre.CONSTAT, creancier=promesse.creancier, acteur=acteur)
    _clore(promesse, le=le, est_tenue=est_tenue, geste=geste)
    inscrire(
        Evenement.PROMESSE_TENUE if est_tenue else Evenement.PROMESSE_ROMPUE,
        cible=promesse,
        acteur=acteur,
        geste=geste,
        client=promesse.client_id,
    )
    return promesse


@transaction.atomic
def accorder_les_promesses(client: Client, geste: Geste | None) -> None:
    """Ce que l'argent reçu dit d'elles, après tout ce qui a pu changer l'un ou les autres."""
    clore_les_promesses_tenues(client, geste)
    rouvrir_les_promesses_dementies(client, geste)


@transaction.atomic
def clore_les_promesses_tenues(client: Client, geste: Geste | None = None) -> int:
    """Après un règlement : la promesse que les sommes reçues depuis couvrent est tenue."""
    tenues = 0
    # Close par une annulation, elle se lirait annulée : c'est l'argent qui la tient.
    par = None if geste is None or geste.genre == Genre.ANNULATION else geste
    promesses = Promesse.objects.pour(client.creancier).filter(client=client).en_cours()
    for promesse in promesses.select_related("close_geste"):
        valables = [recu for recu in faits_de([promesse])[promesse.pk].recus if recu.est_valable]
        if le := couverte_le(valables, promesse.montant):
            _clore(promesse, le=le, est_tenue=True, geste=par)
            inscrire(
                Evenement.PROMESSE_TENUE,
                cible=promesse,
                acteur=None,
                geste=geste,
                client=promesse.client_id,
            )
            tenues += 1
    return tenues


@transaction.atomic
def rouvrir_les_promesses_dementies(client: Client, geste: Geste | None = None) -> int:
    """Après un règlement annulé : la promesse qu'il avait tenue ne l'est plus.

    Celle qu'une personne a dite tenue le reste, et une promesse en cours n'est pas doublée.
    """
    promesses = Promesse.objects.pour(client.creancier).filter(client=client)
    if promesses.en_cours().exists():
        return 0
    derniere = promesses.filter(est_tenue=True).order_by("-faite_le", "-pk").first()
    if derniere is None or promesses.filter(pk__gt=derniere.pk).qui_tiennent().exists():
        return 0
    if derniere.close_geste is not None and derniere.close_geste.genre == Genre.CONSTAT:
        return 0
    recus = faits_de([derniere])[derniere.pk].recus
    # D'avant les gestes, rien ne dit qui l'a close : des règlements le pouvaient-ils ?
    avec_annules = sum((recu.montant for recu in recus), ZERO)
    restent = sum((recu.montant for recu in recus if recu.est_valable), ZERO)
    if not restent < derniere.montant <= avec_annules:
        return 0
    _rouvrir(derniere, acteur=None, geste=geste)
    return 1


def _verrouiller(promesse: Promesse) -> Promesse:
    relu: Promesse = (
        Promesse.objects.pour(promesse.creancier)
        .select_for_update(of=("self",))
        .get(pk=promesse.pk)
    )
    return relu


def _clore(promesse: Promesse, *, le: date, est_tenue: bool | None, geste: Geste | None) -> None:
    promesse.close_le, promesse.est_tenue, promesse.close_geste = le, est_tenue, geste
    promesse.save(update_fields=["close_le", "est_tenue", "close_geste"])


def _rouvrir(promesse: Promesse, *, acteur: Utilisateur | None, geste: Geste | None) -> None:
    promesse.close_le = promesse.est_tenue = promesse.close_geste = None
    promesse.save(update_fields=["close_le", "est_tenue", "close_geste"])
    inscrire(
        Evenement.PROMESSE_ROUVERTE,
        cible=promesse,
        acteur=acteur,
        geste=geste,
        client=promesse.client_id,
    )


def _retenues(question: Question) -> Iterator[tuple[int, str]]:
    promesses = Promesse.objects.pour(question.creancier)
    closes = Q(est_tenue__isnull=False)
    for geste, efface_le, est_tenue in promesses.filter(
        closes | CHEZ_UN_EFFACE, geste__in=question.numeros
    ).values_list("geste", "client__efface_le", "est_tenue"):
        dite = f"La promesse a été {'tenue' if est_tenue else 'dite non tenue'} depuis."
        yield geste, ClientEfface.message if efface_le else dite
    en_cours = Q(client__in=promesses.en_cours().values("client"))
    for geste, efface_le in promesses.filter(
        en_cours | CHEZ_UN_EFFACE, close_geste__in=question.de(Genre.CONSTAT)
    ).values_list("close_geste", "client__efface_le"):
        yield (
            geste,
            ClientEfface.message if efface_le else "Une autre promesse est en cours depuis.",
        )


def _defaire(retour: Retour) -> None:
    """La sienne ne compte plus ; ce qu'elle avait remplacé revient à celle qui la suit.

    Un constat annulé rend la promesse à son cours. L'argent reçu entre-temps a le dernier mot.
    """
    promesses = Promesse.objects.pour(retour.creancier)
    for sienne in promesses.filter(geste=retour.geste).order_by("pk"):
        client = verrouiller(sienne.client)
        sienne = _verrouiller(sienne)
        if sienne.est_tenue is not None:
            raise ErreurMetier("La promesse a été close pendant ce temps.")
        suivante = None if sienne.close_le is None else (sienne.close_le, sienne.close_geste)
        _clore(sienne, le=retour.le, est_tenue=None, geste=retour.annulation)
        inscrire(
            Evenement.PROMESSE_ANNULEE,
            cible=sienne,
            acteur=retour.acteur,
            geste=retour.annulation,
            client=sienne.client_id,
        )
        for remplacee in promesses.filter(close_geste=retour.geste, est_tenue=None):
            if suivante is None:
                _rouvrir(remplacee, acteur=retour.acteur, geste=retour.annulation)
            else:
                _clore(remplacee, le=suivante[0], est_tenue=None, geste=suivante[1])
        accorder_les_promesses(client, retour.annulation)
    if retour.geste.genre == Genre.CONSTAT:
        for constatee in promesses.filter(close_geste=retour.geste):
            client = verrouiller(constatee.client)
            _rouvrir(constatee, acteur=retour.acteur, geste=retour.annulation)
            accorder_les_promesses(client, retour.annulation)


PROMESSES = Effet(_retenues, _defaire)
