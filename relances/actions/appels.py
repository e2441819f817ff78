"""Consigner un appel : l'issue, la note, et ce qui suit, en une écriture."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from clients.actions import marquer_coordonnee
from clients.actions.verrou import CHEZ_UN_EFFACE, verrouiller
from clients.enums import GenreCoordonnee, Validite
from clients.erreurs import ClientEfface
from clients.models import Client, Contact, Coordonnee
from factures.actions import ouvrir_litige
from factures.enums import MotifLitige
from factures.models import Facture
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import inscrire, poser
from recouvrement.journal.effets import Effet, Question, Retour
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle import formats
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.temps import instant_de, jour_de
from relances.actions.annulations import annuler_en_attente
from relances.actions.promesses import promettre
from relances.enums import ISSUES_NON_JOINT, Canal, EtatRelance, Issue
from relances.evenements import Evenement
from relances.models import Appel, Relance
from relances.regles.calendrier import jour_ouvre

# Après tant d'essais sans réponse, on ne rappelle plus : l'étape suivante change de canal.
TENTATIVES_MAX = 3
JOURS_ENTRE_TENTATIVES = 2
HEURE_DE_RAPPEL = time(9)
FAUX_NUMERO = "Mauvais numéro"


@dataclass(frozen=True, slots=True)
class Suite:
    """Ce que l'appel a appris, selon son issue ; le reste est vide."""

    montant: Decimal | None = None
    pour_le: date | None = None
    rappel_le: datetime | None = None
    motif_litige: str = ""
    paye_le: date | None = None
    factures: tuple[Facture, ...] = ()


@transaction.atomic
def consigner_appel(
    client: Client,
    *,
    issue: Issue,
    maintenant: datetime,
    acteur: Utilisateur,
    contact: Contact | None = None,
    numero: str = "",
    note: str = "",
    suite: Suite | None = None,
    cle_saisie: UUID | None = None,
) -> Appel:
    """Enregistre l'appel et ses suites ; le même formulaire posté deux fois rend le même appel."""
    suite = suite or Suite()
    # Le client est le verrou : deux envois du même formulaire passent l'un après l'autre.
    client = verrouiller(client)
    if cle_saisie:
        deja: Appel | None = (
            Appel.objects.pour(client.creancier).filter(cle_saisie=cle_saisie).first()
        )
        if deja is not None:
            return deja
    relance = _appel_prevu(client)
    geste = poser(Genre.APPEL, creancier=client.creancier, acteur=acteur)
    appel = Appel.objects.create(
        creancier=client.creancier,
        client=client,
        contact=contact,
        numero=numero,
        relance=relance,
        issue=issue,
        note=note,
        appele_le=maintenant,
        auteur=acteur,
        cle_saisie=cle_saisie,
        geste=geste,
    )
    _clore_les_rappels(client, sauf=appel, maintenant=maintenant)
    _appliquer(appel, geste, suite=suite, relance=relance, maintenant=maintenant)
    inscrire(
        Evenement.APPEL_CONSIGNE,
        cible=appel,
        acteur=acteur,
        geste=geste,
        client=client.pk,
        issue=issue,
        rappel_le=appel.rappel_le,
    )
    return appel


@transaction.atomic
def clore_rappel(appel: Appel, *, maintenant: datetime, acteur: Utilisateur) -> Geste | None:
    """Une personne dit qu'il n'y a plus à rappeler ; sans rappel qui attende, rien à dire."""
    attendent = Appel.objects.pour(appel.creancier).filter(pk=appel.pk).qui_attendent()
    if not attendent.select_for_update(of=("self",)).exists():
        return None
    geste = poser(Genre.RAPPEL, creancier=appel.creancier, acteur=acteur)
    attendent.update(rappel_clos_le=maintenant, rappel_clos_geste=geste)
    inscrire(Evenement.RAPPEL_CLOS, cible=appel, acteur=acteur, geste=geste, client=appel.client_id)
    return geste


def _barrer(retour: Retour) -> None:
    """L'appel reste au fil, barré ; les rappels qu'il avait clos attendent de nouveau."""
    appels = Appel.objects.pour(retour.creancier)
    for appel in appels.filter(geste=retour.geste).select_related("client"):
        verrouiller(appel.client)
        appel.annule_le = retour.maintenant
        appel.save(update_fields=["annule_le"])
        inscrire(
            Evenement.APPEL_ANNULE,
            cible=appel,
            acteur=retour.acteur,
            geste=retour.annulation,
            client=appel.client_id,
        )
    for rappel in appels.filter(rappel_clos_geste=retour.geste):
        # Un appel de plus en aurait tenu lieu.
        suivant = (
            appels.filter(client=rappel.client_id, annule_le=None, geste__gt=retour.geste.pk)
            .order_by("geste")
            .first()
        )
        rappel.rappel_clos_le = suivant.appele_le if suivant else None
        rappel.rappel_clos_geste_id = suivant.geste_id if suivant else None
        rappel.save(update_fields=["rappel_clos_le", "rappel_clos_geste"])


def _retenus(question: Question) -> Iterator[tuple[int, str]]:
    appels = Appel.objects.pour(question.creancier)
    effaces = appels.filter(CHEZ_UN_EFFACE, geste__in=question.de(Genre.APPEL))
    for geste in effaces.values_list("geste", flat=True):
        yield geste, ClientEfface.message


APPELS = Effet(_retenus, _barrer)


def _appliquer(
    appel: Appel,
    geste: Geste,
    *,
    suite: Suite,
    relance: Relance | None,
    maintenant: datetime,
) -> None:
    """Une ligne par issue : ce qu'elle arrête, ce qu'elle prévoit."""
    jour = jour_de(maintenant)
    client, acteur = appel.client, appel.auteur
    if appel.issue in ISSUES_NON_JOINT:
        _non_joint(appel, geste, relance=relance, maintenant=maintenant, jour=jour)
        return
    _faire(relance, geste, maintenant=maintenant)
    match appel.issue:
        case Issue.PROMET:
            if suite.montant is None or suite.pour_le is None:
                raise ErreurMetier("Une promesse a un montant et une date.")
            promettre(
                client,
                montant=suite.montant,
                pour_le=suite.pour_le,
                le=jour,
                acteur=acteur,
                appel=appel,
                factures=suite.factures,
                geste=geste,
            )
        case Issue.CONTESTE:
            if not suite.factures:
                raise ErreurMetier("Dites quelle facture est contestée.")
            for facture in suite.factures:
                ouvrir_litige(
                    facture,
                    motif=suite.motif_litige or MotifLitige.AUTRE,
                    montant_conteste=None,
                    detail=appel.note,
                    le=jour,
                    acteur=acteur,
                    geste=geste,
                )
        case Issue.RAPPELER:
            if suite.rappel_le is None:
                raise ErreurMetier("Dites quand rappeler.")
            _rappeler(appel, suite.rappel_le)
        case Issue.PAYE:
            # Une parole ne solde rien : on vérifie le compte, puis on rappelle.
            motif = "Dit avoir payé" + (
                f" le {formats.jour(suite.paye_le)}" if suite.paye_le else ""
            )
            annuler_en_attente(client, motif=motif, acteur=acteur, geste=geste)
            _rappeler(appel, _a_neuf_heures(jour + timedelta(days=3), client.creancier))
        case Issue.DELAI:
            _rappeler(
                appel, suite.rappel_le or _a_neuf_heures(jour + timedelta(days=7), client.creancier)
            )


def _non_joint(
    appel: Appel,
    geste: Geste,
    *,
    relance: Relance | None,
    maintenant: datetime,
    jour: date,
) -> None:
    if appel.issue == Issue.MAUVAIS_NUMERO and appel.numero:
        for coordonnee in Coordonnee.objects.pour(appel.creancier).filter(
            client=appel.client, genre=GenreCoordonnee.TELEPHONE, valeur=appel.numero
        ):
            marquer_coordonnee(
                coordonnee,
                validite=Validite.INVALIDE,
                motif=FAUX_NUMERO,
                le=jour,
                acteur=appel.auteur,
                geste=geste,
            )
    if _tentatives(appel, relance, jour=jour) >= TENTATIVES_MAX:
        _faire(relance, geste, maintenant=maintenant)
    elif appel.issue != Issue.MAUVAIS_NUMERO:
        _rappeler(
            appel, _a_neuf_heures(jour + timedelta(days=JOURS_ENTRE_TENTATIVES), appel.creancier)
        )


def _tentatives(appel: Appel, relance: Relance | None, *, jour: date) -> int:
    """Essais sans réponse depuis le début de l'étape en cours ; sans étape, depuis un mois."""
    essais = Appel.objects.pour(appel.creancier).filter(
        client=appel.client_id, relance=relance, issue__in=ISSUES_NON_JOINT, annule_le=None
    )
    if relance is None:
        essais = essais.filter(appele_le__gte=instant_de(jour - timedelta(days=30)))
    return essais.count()


def _appel_prevu(client: Client) -> Relance | None:
    return (
        Relance.objects.pour(client.creancier)
        .filter(client=client, canal=Canal.TELEPHONE, etat=EtatRelance.A_FAIRE)
        .order_by("pk")
        .first()
    )


def _faire(relance: Relance | None, geste: Geste, *, maintenant: datetime) -> None:
    if relance is None:
        return
    relance.etat = EtatRelance.FAITE
    relance.faite_le = maintenant
    relance.decidee_par, relance.decision_geste = geste.auteur, geste
    relance.save(update_fields=["etat", "faite_le", "decidee_par", "decision_geste"])
    inscrire(Evenement.RELANCE_FAITE, cible=relance, acteur=geste.auteur, geste=geste)


def _rappeler(appel: Appel, le: datetime) -> None:
    appel.rappel_le = le
    appel.save(update_fields=["rappel_le"])


def _clore_les_rappels(client: Client, *, sauf: Appel, maintenant: datetime) -> None:
    """Le nouvel appel tient lieu de tous les rappels qui attendaient."""
    attendent = Appel.objects.pour(client.creancier).filter(client=client).qui_attendent()
    attendent.exclude(pk=sauf.pk).update(rappel_clos_le=maintenant, rappel_clos_geste=sauf.geste)


def _a_neuf_heures(jour: date, creancier: Creancier) -> datetime:
    return instant_de(jour_ouvre(jour, creancier.zone_feries), HEURE_DE_RAPPEL)
