"""Consigner un appel : l'issue, la note, et ce qui suit, en une écriture."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from clients.actions import marquer_coordonnee
from clients.actions.verrou import verrouiller
from clients.enums import GenreCoordonnee, Validite
from clients.models import Client, Contact, Coordonnee
from factures.actions import clore_litige, ouvrir_litige
from factures.enums import IssueLitige, MotifLitige
from factures.models import Facture, Litige
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire
from recouvrement.socle import formats
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.temps import instant_de, jour_de, lundi_ou_apres
from relances.actions.promesses import annuler_en_attente, promettre
from relances.enums import ISSUES_NON_JOINT, Canal, EtatRelance, Issue
from relances.evenements import Evenement
from relances.models import Appel, Promesse, Relance

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
        deja = Appel.objects.pour(client.creancier).filter(cle_saisie=cle_saisie).first()
        if deja is not None:
            return deja
    relance = _appel_prevu(client)
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
    )
    _clore_les_rappels(client, sauf=appel, maintenant=maintenant)
    _appliquer(appel, suite=suite, relance=relance, maintenant=maintenant, acteur=acteur)
    inscrire(
        Evenement.APPEL_CONSIGNE,
        cible=appel,
        acteur=acteur,
        client=client.pk,
        issue=issue,
        rappel_le=appel.rappel_le,
    )
    return appel


@transaction.atomic
def annuler_appel(appel: Appel, *, maintenant: datetime, acteur: Utilisateur) -> Appel:
    """« Annuler » : l'appel reste au fil, barré ; sa promesse et son rappel ne comptent plus."""
    appel = Appel.objects.pour(appel.creancier).select_for_update(of=("self",)).get(pk=appel.pk)
    if appel.annule_le is not None:
        return appel
    appel.annule_le = maintenant
    appel.save(update_fields=["annule_le"])
    le = jour_de(maintenant)
    _defaire_la_promesse(appel, le=le, acteur=acteur)
    _defaire_les_litiges(appel, le=le, acteur=acteur)
    _defaire_le_faux_numero(appel, le=le, acteur=acteur)
    if appel.relance_id and appel.relance.etat == EtatRelance.FAITE:
        Relance.objects.pour(appel.creancier).filter(pk=appel.relance_id).update(
            etat=EtatRelance.A_FAIRE, faite_le=None
        )
    # Les rappels que cet appel avait clos attendent de nouveau.
    Appel.objects.pour(appel.creancier).filter(
        client=appel.client_id, rappel_clos_le=appel.appele_le
    ).update(rappel_clos_le=None)
    inscrire(Evenement.APPEL_ANNULE, cible=appel, acteur=acteur, client=appel.client_id)
    return appel


def _defaire_la_promesse(appel: Appel, *, le: date, acteur: Utilisateur) -> None:
    """La sienne ne compte plus ; celle qu'elle avait remplacée vaut de nouveau."""
    siennes = Promesse.objects.pour(appel.creancier).filter(client=appel.client_id)
    for promesse in siennes.filter(appel=appel).en_cours():
        promesse.close_le = le
        promesse.save(update_fields=["close_le"])
        inscrire(Evenement.PROMESSE_ANNULEE, cible=promesse, acteur=acteur, client=appel.client_id)
        remplacee = (
            siennes.filter(pk__lt=promesse.pk, close_le=promesse.faite_le, est_tenue=None)
            .exclude(appel__annule_le__isnull=False)
            .order_by("-pk")
            .first()
        )
        if remplacee is not None:
            remplacee.close_le = None
            remplacee.save(update_fields=["close_le"])


def _defaire_les_litiges(appel: Appel, *, le: date, acteur: Utilisateur) -> None:
    if appel.issue != Issue.CONTESTE:
        return
    ouverts = Litige.objects.pour(appel.creancier).ouverts()
    for litige in ouverts.filter(
        facture__client=appel.client_id,
        ouvert_le=jour_de(appel.appele_le),
        ouvert_par=appel.auteur_id,
        detail=appel.note,
    ):
        clore_litige(litige, issue=IssueLitige.INFONDE, note="Appel annulé", le=le, acteur=acteur)


def _defaire_le_faux_numero(appel: Appel, *, le: date, acteur: Utilisateur) -> None:
    if appel.issue != Issue.MAUVAIS_NUMERO or not appel.numero:
        return
    for coordonnee in Coordonnee.objects.pour(appel.creancier).filter(
        client=appel.client_id,
        genre=GenreCoordonnee.TELEPHONE,
        valeur=appel.numero,
        validite=Validite.INVALIDE,
        motif=FAUX_NUMERO,
    ):
        marquer_coordonnee(coordonnee, validite=Validite.INCONNUE, le=le, acteur=acteur)


@transaction.atomic
def clore_rappel(appel: Appel, *, maintenant: datetime, acteur: Utilisateur) -> None:
    Appel.objects.pour(appel.creancier).filter(pk=appel.pk, rappel_clos_le=None).update(
        rappel_clos_le=maintenant
    )
    inscrire(Evenement.RAPPEL_CLOS, cible=appel, acteur=acteur, client=appel.client_id)


def _appliquer(
    appel: Appel,
    *,
    suite: Suite,
    relance: Relance | None,
    maintenant: datetime,
    acteur: Utilisateur,
) -> None:
    """Une ligne par issue : ce qu'elle arrête, ce qu'elle prévoit."""
    jour = jour_de(maintenant)
    client = appel.client
    if appel.issue in ISSUES_NON_JOINT:
        _non_joint(appel, relance=relance, maintenant=maintenant, jour=jour, acteur=acteur)
        return
    _faire(relance, maintenant=maintenant, acteur=acteur)
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
            annuler_en_attente(client, motif=motif, acteur=acteur)
            _rappeler(appel, _a_neuf_heures(jour + timedelta(days=3)))
        case Issue.DELAI:
            _rappeler(appel, suite.rappel_le or _a_neuf_heures(jour + timedelta(days=7)))


def _non_joint(
    appel: Appel,
    *,
    relance: Relance | None,
    maintenant: datetime,
    jour: date,
    acteur: Utilisateur,
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
                acteur=acteur,
            )
    if _tentatives(appel, relance, jour=jour) >= TENTATIVES_MAX:
        _faire(relance, maintenant=maintenant, acteur=acteur)
    elif appel.issue != Issue.MAUVAIS_NUMERO:
        _rappeler(appel, _a_neuf_heures(jour + timedelta(days=JOURS_ENTRE_TENTATIVES)))


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


def _faire(relance: Relance | None, *, maintenant: datetime, acteur: Utilisateur) -> None:
    if relance is None:
        return
    relance.etat = EtatRelance.FAITE
    relance.faite_le = maintenant
    relance.decidee_par = acteur
    relance.save(update_fields=["etat", "faite_le", "decidee_par"])
    inscrire(Evenement.RELANCE_FAITE, cible=relance, acteur=acteur)


def _rappeler(appel: Appel, le: datetime) -> None:
    appel.rappel_le = le
    appel.save(update_fields=["rappel_le"])


def _clore_les_rappels(client: Client, *, sauf: Appel, maintenant: datetime) -> None:
    """Le nouvel appel tient lieu de tous les rappels qui attendaient."""
    Appel.objects.pour(client.creancier).filter(
        client=client, rappel_le__isnull=False, rappel_clos_le=None
    ).exclude(pk=sauf.pk).update(rappel_clos_le=maintenant)


def _a_neuf_heures(jour: date) -> datetime:
    return instant_de(lundi_ou_apres(jour), HEURE_DE_RAPPEL)
