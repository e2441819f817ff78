"""Revenir sur ce qu'un geste a fait des relances : faites, validées, retenues, retirées, écrites.

Ce qui attendait revient en attente, sauf ce qu'un autre geste retient encore : il lui revient, et
l'annuler le rendra. Un message que l'automate avait prévu ne repart pas ainsi : retenu, il revient
à valider, avec ses retouches ; retiré, la planification le propose de nouveau.
"""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from factures.lectures.reclamable import EN_PARTIE
from factures.models import Facture, Litige
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.journal.actions import inscrire
from recouvrement.journal.effets import Effet, Question, Retour
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.annulations import ENVOIS_RETIRABLES, retirer, retirer_les_factures
from relances.actions.planification import ADRESSE_A_CORRIGER
from relances.enums import ETATS_EN_ATTENTE, Canal, EtatCourrier, EtatRelance, Issue
from relances.evenements import Evenement
from relances.lectures.faits import adresses
from relances.lectures.verdict import (
    DE_LA_FACTURE,
    Cadre,
    faits_du_creancier,
    que_rien_n_arrete,
)
from relances.lectures.verdict.client import EFFACE, FUSION, PROCEDURE_COLLECTIVE
from relances.models import Appel, Courrier, Promesse, Relance, RelanceFacture
from relances.regles.faits import Usage

PARTIE = "La relance est partie."
REMPLACEE = "Une autre décision l'a remplacée depuis."
SUIVIE = "L'étape suivante est partie depuis."
PLUS_DUE = "Facture soldée, contestée ou confiée"
FINIE = "Ce qui a été écrit est parti, ou a été retiré depuis."
# Parties, ou peut-être.
PARTIES = (EtatRelance.FAITE, EtatRelance.INCERTAINE)
# Ce qui ne passera pas avec le temps : le reste se redemande au départ.
RETIENNENT = (*DE_LA_FACTURE, PROCEDURE_COLLECTIVE, FUSION, EFFACE)


def _retenues(question: Question) -> Iterator[tuple[int, str]]:
    relances = Relance.objects.pour(question.creancier)
    passees = relances.filter(
        Q(decision_geste__in=question.de(Genre.APPEL, Genre.DEPOT), etat=EtatRelance.FAITE)
        | Q(decision_geste__in=question.de(Genre.RETENUE), etat=EtatRelance.ANNULEE)
    )
    for geste in passees.filter(Exists(_lignes_suivantes())).values_list(
        "decision_geste", flat=True
    ):
        yield geste, SUIVIE
    decisions = question.de(Genre.VALIDATION, Genre.RETENUE)
    decidees = relances.filter(decision_geste__in=decisions).select_related("envoi")
    tiennent = {relance.decision_geste_id: relance for relance in decidees}
    for geste in decisions:
        if geste not in tiennent:
            yield geste, REMPLACEE
        elif not _peut_se_reprendre(tiennent[geste]):
            yield geste, PARTIE
    ecrites = relances.filter(geste__in=question.de(Genre.RELANCE))
    for geste in ecrites.exclude(etat__in=ETATS_EN_ATTENTE).values_list("geste", flat=True):
        yield geste, FINIE


def _peut_se_reprendre(relance: Relance) -> bool:
    if relance.etat == EtatRelance.ANNULEE:
        return True
    envoi = relance.envoi
    return (
        relance.etat == EtatRelance.PLANIFIEE
        and envoi is not None
        and envoi.etat in ENVOIS_RETIRABLES
    )


def _lignes_suivantes() -> QuerySet[RelanceFacture]:
    """Une étape plus haute, partie depuis pour une facture de cette relance."""
    return RelanceFacture.objects.filter(
        creancier=OuterRef("creancier"),
        relance__gt=OuterRef("pk"),
        relance__etat__in=PARTIES,
        est_vivante=True,
        facture__lignes_de_relance__relance=OuterRef("pk"),
        facture__lignes_de_relance__cycle=F("cycle"),
    ).exclude(cle_etape="")


def _defaire(retour: Retour) -> None:
    relances = Relance.objects.pour(retour.creancier)
    siennes = relances.filter(decision_geste=retour.geste).select_for_update(of=("self",))
    for relance in siennes.order_by("pk"):
        match relance.etat:
            case EtatRelance.FAITE if relance.envoi_id is None:
                relance.faite_le = None
                _remettre_en_attente(relance, retour)
            case EtatRelance.PLANIFIEE if retour.geste.genre == Genre.VALIDATION:
                _remettre_a_valider(relance, retour)
            case EtatRelance.ANNULEE if _peut_revenir(relance, retour):
                _remettre_en_attente(relance, retour)
    lignes = RelanceFacture.objects.pour(retour.creancier)
    _rendre(lignes.filter(retiree_geste=retour.geste, relance__etat__in=ETATS_EN_ATTENTE), retour)
    ecrites = relances.filter(geste=retour.geste).en_attente()
    retirer(
        retour.creancier,
        ecrites.values_list("pk", flat=True),
        motif="Geste annulé",
        acteur=retour.acteur,
        geste=retour.annulation,
    )


def _peut_revenir(relance: Relance, retour: Retour) -> bool:
    """Retenu, le message revient à relire ; retiré, l'automate le prévoit de nouveau."""
    prevu = relance.envoi_id is not None and relance.etape_id is not None
    return not prevu or retour.geste.genre == Genre.RETENUE


def _remettre_a_valider(relance: Relance, retour: Retour) -> None:
    """Son message ne part plus ; un autre naîtra si l'on valide de nouveau."""
    repris = relance.envoi_id is not None and (
        Envoi.objects.pour(retour.creancier)
        .filter(pk=relance.envoi_id, etat__in=ENVOIS_RETIRABLES)
        .update(etat=EtatEnvoi.ANNULE, jeton=None, bail=None, reponse="Validation annulée")
    )
    if not repris:
        raise ErreurMetier(PARTIE)
    relance.envoi = None
    _changer(relance, EtatRelance.A_VALIDER, retour)


def _remettre_en_attente(relance: Relance, retour: Retour) -> None:
    """De nouveau à faire ou à valider, pour les factures que plus rien ne retient."""
    lignes = RelanceFacture.objects.pour(retour.creancier).filter(relance=relance)
    # Faite ou retenue, son étape comptait ; ce que l'automate a prévu à sa suite attendra.
    _retirer_les_suivantes(relance, lignes.vivantes(), retour)
    tient = _rendre(lignes.filter(Q(est_vivante=True) | Q(retiree_geste=retour.geste)), retour)
    courriers = Courrier.objects.pour(retour.creancier).filter(relance=relance)
    if not lignes.vivantes().exists():
        _laisser_retiree(relance, tient, retour)
        courriers.a_poster().update(etat=EtatCourrier.ANNULE)
        return
    relance.envoi = None
    etat = EtatRelance.A_FAIRE
    if relance.canal == Canal.COURRIEL:
        connues = (
            {} if relance.destinataire else adresses(retour.creancier, clients=[relance.client_id])
        )
        relance.destinataire = relance.destinataire or connues.get(relance.client_id, "")
        etat = EtatRelance.A_VALIDER if relance.destinataire else EtatRelance.A_FAIRE
    _changer(relance, etat, retour)
    # Une relance en attente n'a qu'une lettre, et elle attendait la poste.
    courriers.filter(etat=EtatCourrier.ANNULE).update(etat=EtatCourrier.A_POSTER)


def _retirer_les_suivantes(
    relance: Relance, lignes: QuerySet[RelanceFacture], retour: Retour
) -> None:
    """Nées depuis ce geste, et pour ses factures seulement : une autre du message y reste."""
    factures = list(lignes.values_list("facture", flat=True))
    suivantes = Relance.objects.pour(retour.creancier).en_attente()
    suivantes = suivantes.filter(
        creee_le__gt=retour.geste.a,
        geste=None,
        lignes__est_vivante=True,
        lignes__facture__in=factures,
    ).exclude(pk=relance.pk)
    retirer_les_factures(
        retour.creancier,
        factures,
        motif="L'étape d'avant est de nouveau à faire",
        acteur=retour.acteur,
        geste=retour.annulation,
        relances=list(suivantes.values_list("pk", flat=True)),
    )


def _laisser_retiree(relance: Relance, tient: Geste | None, retour: Retour) -> None:
    """Au geste qui la retient encore : l'annuler la rendra."""
    etait_faite = relance.etat == EtatRelance.FAITE
    relance.etat, relance.decision_geste = EtatRelance.ANNULEE, tient
    relance.decidee_par = tient.auteur if tient else None
    relance.motif = tient.get_genre_display() if tient else PLUS_DUE
    relance.save(update_fields=["etat", "faite_le", "motif", "decidee_par", "decision_geste"])
    if etait_faite:
        inscrire(
            Evenement.RELANCE_ANNULEE,
            cible=relance,
            acteur=retour.acteur,
            geste=retour.annulation,
            client=relance.client_id,
            motif=relance.motif,
        )


def _rendre(lignes: QuerySet[RelanceFacture], retour: Retour) -> Geste | None:
    """Rend à leurs relances les factures que rien ne retient ; les autres, au geste qui les tient.

    Rend le premier de ces gestes.
    """
    tiennent = _qui_tient(lignes, retour)
    rendues = set(_dues(lignes, retour).values_list("pk", flat=True)) - set(tiennent)
    par_geste: dict[int | None, list[int]] = defaultdict(list)
    for pk in lignes.values_list("pk", flat=True):
        if pk not in rendues:
            par_geste[tiennent.get(pk)].append(pk)
    toutes = RelanceFacture.objects.pour(retour.creancier)
    toutes.filter(pk__in=rendues).update(est_vivante=True, retiree_geste=None)
    for geste, retenues in par_geste.items():
        toutes.filter(pk__in=retenues).update(est_vivante=False, retiree_geste=geste)
    gestes = Geste.objects.pour(retour.creancier).filter(pk__in=[g for g in par_geste if g])
    premier: Geste | None = gestes.order_by("pk").first()
    return premier


def _dues(lignes: QuerySet[RelanceFacture], retour: Retour) -> QuerySet[RelanceFacture]:
    """Que le verdict laisse réclamer, du même cycle, et dont l'étape n'est pas reprise ailleurs."""
    creancier = retour.creancier
    cadre = Cadre(creancier, faits_du_creancier(creancier), retour.le)
    factures = Facture.objects.pour(creancier)
    dues = que_rien_n_arrete(factures, cadre, Usage.PARTIR, regles=RETIENNENT)
    ailleurs = RelanceFacture.objects.filter(
        creancier=OuterRef("creancier"),
        facture=OuterRef("facture"),
        cle_etape=OuterRef("cle_etape"),
        cycle=OuterRef("cycle"),
        est_vivante=True,
    ).exclude(Q(cle_etape="") | Q(pk=OuterRef("pk")))
    return lignes.filter(facture__in=dues.values("pk"), facture__cycle=F("cycle")).exclude(
        Exists(ailleurs)
    )


def _qui_tient(lignes: QuerySet[RelanceFacture], retour: Retour) -> dict[int, int | None]:
    """Ce qui aurait retiré la ligne sans lui : litige, promesse d'après, « dit avoir payé »."""
    creancier, clients = retour.creancier, lignes.values("relance__client")
    litiges = Litige.objects.pour(creancier).ouverts().filter(facture__in=lignes.values("facture"))
    litiges = litiges.exclude(EN_PARTIE)
    contestees = dict(litiges.values_list("facture", "geste"))
    depuis = {"client__in": clients, "geste__gt": retour.geste.pk}
    promesses = Promesse.objects.pour(creancier).attendues(au=retour.le).filter(**depuis)
    payes = Appel.objects.pour(creancier).filter(issue=Issue.PAYE, annule_le=None, **depuis)
    par_client: dict[int, int] = {}
    for faits in (promesses, payes):
        for client, geste in faits.order_by("geste").values_list("client", "geste"):
            par_client[client] = min(geste, par_client.get(client, geste))
    tiennent: dict[int, int | None] = {}
    for pk, facture, client in lignes.values_list("pk", "facture", "relance__client"):
        if client in par_client:
            tiennent[pk] = par_client[client]
        elif facture in contestees:
            tiennent[pk] = contestees[facture]
    return tiennent


def _changer(relance: Relance, etat: EtatRelance, retour: Retour) -> None:
    """Comme avant le geste : décidée par qui l'avait écrite, ou par personne."""
    relance.etat, relance.decision_geste = etat, None
    relance.decidee_par = relance.geste.auteur if relance.geste else None
    relance.motif = "Décidé hors scénario" if relance.geste else ""
    if relance.canal == Canal.COURRIEL and etat == EtatRelance.A_FAIRE:
        relance.motif = ADRESSE_A_CORRIGER
    relance.save(
        update_fields=[
            *("etat", "faite_le", "envoi", "motif", "decidee_par", "decision_geste"),
            "destinataire",
        ]
    )
    inscrire(
        Evenement.RELANCE_RENDUE,
        cible=relance,
        acteur=retour.acteur,
        geste=retour.annulation,
        client=relance.client_id,
        etat=etat,
    )


RELANCES = Effet(_retenues, _defaire)
