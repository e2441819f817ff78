"""Ce qu'une personne décide d'une relance : valider, retoucher, reporter, annuler, trancher."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.regles.adresses import une_ligne
from recouvrement.courriel.regles.cadence import BAIL_DATA
from recouvrement.journal.actions import inscrire, poser
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.annulations import retirer
from relances.actions.planification import envoi_suivant
from relances.courriels.adresses import adresse_d_expedition
from relances.enums import EtatRelance
from relances.evenements import Evenement
from relances.lectures.faits import adresses, fenetre_de
from relances.models import Relance
from relances.regles import textes
from relances.regles.calendrier import jour_ouvre, prochaine_ouverture

# Un ouvrier figé peut encore tenir une ligne ouverte : on attend que ce soit impossible.
ATTENTE_AVANT_RENVOI = BAIL_DATA + timedelta(minutes=15)


@transaction.atomic
def valider(relance: Relance, *, maintenant: datetime, acteur: Utilisateur) -> Relance:
    """Laisse partir une relance qui attendait une personne, aux prochaines heures d'envoi."""
    relance = _verrouiller(relance)
    if relance.etat == EtatRelance.PLANIFIEE:
        return relance
    if relance.etat != EtatRelance.A_VALIDER:
        raise ErreurMetier("Cette relance n'attend plus de validation.")
    geste = poser(Genre.VALIDATION, creancier=relance.creancier, acteur=acteur)
    _remettre_en_file(relance, geste, maintenant=maintenant)
    _inscrire_la_decision(Evenement.RELANCE_VALIDEE, relance, geste)
    return relance


@transaction.atomic
def retoucher(relance: Relance, *, sujet: str, texte: str, acteur: Utilisateur) -> Relance:
    """Change les mots de cette relance seulement ; le scénario garde les siens."""
    relance = _verrouiller(relance)
    if relance.etat not in (EtatRelance.A_VALIDER, EtatRelance.PLANIFIEE):
        raise ErreurMetier("Ce message est déjà parti, ou ne partira plus.")
    if relance.envoi and relance.envoi.etat in (EtatEnvoi.RECLAME, EtatEnvoi.DATA):
        raise ErreurMetier("Ce message est en train de partir.")
    try:
        textes.verifier(sujet, blocs=False)
        textes.verifier(texte)
    except textes.TexteRefuse as refus:
        raise ErreurMetier(str(refus)) from refus
    relance.sujet = une_ligne(sujet, nom="L'objet")
    relance.texte = texte
    relance.save(update_fields=["sujet", "texte"])
    geste = poser(Genre.DECISION, creancier=relance.creancier, acteur=acteur)
    _inscrire_la_decision(Evenement.RELANCE_RETOUCHEE, relance, geste)
    return relance


@transaction.atomic
def reporter(relance: Relance, *, au: date, acteur: Utilisateur) -> Relance:
    """La représente au prochain jour ouvré."""
    relance = _verrouiller(relance)
    if relance.etat not in (EtatRelance.A_VALIDER, EtatRelance.A_FAIRE):
        raise ErreurMetier("Cette relance ne peut plus être reportée.")
    zone = relance.creancier.zone_feries
    relance.prevue_le = jour_ouvre(au + timedelta(days=1), zone)
    relance.save(update_fields=["prevue_le"])
    geste = poser(Genre.DECISION, creancier=relance.creancier, acteur=acteur)
    _inscrire_la_decision(Evenement.RELANCE_REPORTEE, relance, geste, au=relance.prevue_le)
    return relance


@transaction.atomic
def annuler(relance: Relance, *, motif: str, acteur: Utilisateur) -> Relance:
    """La retient : elle ne partira pas, et son étape ne sera pas proposée à nouveau."""
    motif = une_ligne(motif, nom="Le motif")
    if not motif:
        raise ErreurMetier("Dites pourquoi cette relance ne part pas.")
    relance = _verrouiller(relance)
    if relance.etat == EtatRelance.ECHEC:
        geste = poser(Genre.DECISION, creancier=relance.creancier, acteur=acteur)
        _changer(relance, EtatRelance.ANNULEE, geste, motif=motif)
        _inscrire_la_decision(Evenement.RELANCE_ANNULEE, relance, geste, motif=motif)
        return relance
    geste = poser(Genre.RETENUE, creancier=relance.creancier, acteur=acteur)
    if not retirer(
        relance.creancier,
        [relance.pk],
        motif=motif,
        acteur=acteur,
        etapes_passees=True,
        geste=geste,
    ):
        raise ErreurMetier("Cette relance est déjà partie, ou ne partira plus.")
    return _verrouiller(relance)


@transaction.atomic
def liberer(relance: Relance, *, maintenant: datetime, acteur: Utilisateur) -> Relance:
    """Un message gardé faute de serveur repart, maintenant qu'il y en a un."""
    if settings.SERVEUR_SMTP is None:
        raise ErreurMetier("Aucun serveur d'envoi n'est réglé : rien ne peut partir.")
    relance = _verrouiller(relance)
    _refuser_si_archive(relance.creancier)
    pas_avant = prochaine_ouverture(maintenant, fenetre_de(relance.creancier))
    libere = relance.envoi_id is not None and (
        Envoi.objects.pour(relance.creancier)
        .filter(pk=relance.envoi_id, etat=EtatEnvoi.RETENU)
        .update(etat=EtatEnvoi.A_ENVOYER, pas_avant=pas_avant)
    )
    if not libere or relance.etat != EtatRelance.PLANIFIEE:
        raise ErreurMetier("Ce message n'est plus gardé.")
    geste = poser(Genre.DECISION, creancier=relance.creancier, acteur=acteur)
    _inscrire_la_decision(Evenement.RELANCE_VALIDEE, relance, geste)
    return relance


@transaction.atomic
def renvoyer(relance: Relance, *, maintenant: datetime, acteur: Utilisateur) -> Relance:
    """Un message refusé ou incertain repart sous un nouvel identifiant ; l'ancien reste écrit."""
    relance = _verrouiller(relance)
    ancien = relance.envoi
    if relance.etat not in (EtatRelance.INCERTAINE, EtatRelance.ECHEC) or ancien is None:
        raise ErreurMetier("Seul un message refusé ou incertain se renvoie.")
    if relance.etat == EtatRelance.INCERTAINE:
        des = renvoi_possible_le(ancien)
        if des is not None and maintenant < des:
            raise ErreurMetier("Attendez : ce message est peut-être encore en chemin.")
    relance.tour += 1
    relance.faite_le = None
    geste = poser(Genre.DECISION, creancier=relance.creancier, acteur=acteur)
    nouveau = _remettre_en_file(relance, geste, maintenant=maintenant)
    _inscrire_la_decision(
        Evenement.RELANCE_RENVOYEE,
        relance,
        geste,
        ancien=ancien.message_id,
        nouveau=nouveau.message_id,
    )
    return relance


@transaction.atomic
def trancher(
    relance: Relance, *, est_arrivee: bool, maintenant: datetime, acteur: Utilisateur
) -> Relance:
    """Une personne dit ce qu'il en est d'un envoi incertain : arrivé, ou à laisser là."""
    relance = _verrouiller(relance)
    if relance.etat != EtatRelance.INCERTAINE:
        raise ErreurMetier("Cet envoi n'est plus incertain.")
    geste = poser(Genre.DECISION, creancier=relance.creancier, acteur=acteur)
    if est_arrivee:
        if relance.envoi_id is not None:
            Envoi.objects.pour(relance.creancier).filter(
                pk=relance.envoi_id, etat=EtatEnvoi.INCERTAIN
            ).update(etat=EtatEnvoi.ENVOYE, fini_a=maintenant)
        relance.faite_le = relance.faite_le or maintenant
        _changer(relance, EtatRelance.FAITE, geste, motif="Arrivée confirmée")
    else:
        _changer(relance, EtatRelance.ANNULEE, geste, motif="Envoi incertain abandonné")
    _inscrire_la_decision(Evenement.RELANCE_TRANCHEE, relance, geste, est_arrivee=est_arrivee)
    return relance


def renvoi_possible_le(envoi: Envoi) -> datetime | None:
    return envoi.data_a + ATTENTE_AVANT_RENVOI if envoi.data_a else None


def _remettre_en_file(relance: Relance, geste: Geste, *, maintenant: datetime) -> Envoi:
    creancier = relance.creancier
    _refuser_si_archive(creancier)
    connues = adresses(creancier, clients=[relance.client_id])
    relance.destinataire = connues.get(relance.client_id, "")
    if not relance.destinataire:
        raise ErreurMetier("Aucune adresse de courriel utilisable pour ce client.")
    envoi = relance.envoi = envoi_suivant(
        creancier,
        relance,
        expediteur=adresse_d_expedition(creancier),
        pas_avant=prochaine_ouverture(maintenant, fenetre_de(creancier)),
    )
    _changer(relance, EtatRelance.PLANIFIEE, geste, motif="")
    return envoi


def _refuser_si_archive(creancier: Creancier) -> None:
    if creancier.archive_le is not None:
        raise ErreurMetier("Ce créancier est archivé : rien ne part en son nom.")


def _changer(relance: Relance, etat: EtatRelance, geste: Geste, *, motif: str) -> None:
    relance.etat, relance.motif = etat, motif
    relance.decidee_par, relance.decision_geste = geste.auteur, geste
    relance.save(
        update_fields=[
            *("etat", "motif", "decidee_par", "decision_geste", "faite_le"),
            *("tour", "envoi", "destinataire"),
        ]
    )


def _inscrire_la_decision(
    evenement: Evenement, relance: Relance, geste: Geste, **donnees: Any
) -> None:
    inscrire(
        evenement,
        cible=relance,
        acteur=geste.auteur,
        geste=geste,
        client=relance.client_id,
        **donnees,
    )


def _verrouiller(relance: Relance) -> Relance:
    relu: Relance = (
        Relance.objects.pour(relance.creancier)
        .select_related("creancier", "envoi", "etape")
        .select_for_update(of=("self",))
        .get(pk=relance.pk)
    )
    return relu
