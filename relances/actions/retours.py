"""Revenir sur ce qu'un geste a fait des relances : faites, validées, retenues, retirées, écrites.

Ce qui attendait revient en attente. Un message que l'automate avait prévu ne repart pas ainsi :
la planification le propose de nouveau, à la relecture de qui valide.
"""

from collections.abc import Iterator

from django.db.models import Exists, F, OuterRef, QuerySet

from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.journal.actions import inscrire
from recouvrement.journal.effets import Effet, Question, Retour
from recouvrement.journal.evenements import Genre
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.annulations import ENVOIS_RETIRABLES, retirer
from relances.enums import ETATS_EN_ATTENTE, Canal, EtatCourrier, EtatRelance
from relances.evenements import Evenement
from relances.models import Courrier, Relance, RelanceFacture

PARTIE = "La relance est partie."
REMPLACEE = "Une autre décision l'a remplacée depuis."
SUIVIE = "L'étape suivante est partie depuis."
FINIE = "Ce qui a été écrit est parti, ou a été retiré depuis."
# Parties, ou peut-être.
PARTIES = (EtatRelance.FAITE, EtatRelance.INCERTAINE)


def _retenues(question: Question) -> Iterator[tuple[int, str]]:
    relances = Relance.objects.pour(question.creancier)
    faites = relances.filter(
        decision_geste__in=question.de(Genre.APPEL, Genre.DEPOT), etat=EtatRelance.FAITE
    )
    for geste in faites.filter(Exists(_lignes_suivantes())).values_list(
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
                _remettre_a_faire(relance, retour)
            case EtatRelance.PLANIFIEE if retour.geste.genre == Genre.VALIDATION:
                _remettre_a_valider(relance, retour)
            case EtatRelance.ANNULEE:
                _remettre_en_attente(relance, retour)
    _rendre_les_lignes(retour)
    ecrites = relances.filter(geste=retour.geste).en_attente()
    retirer(
        retour.creancier,
        ecrites.values_list("pk", flat=True),
        motif="Geste annulé",
        acteur=retour.acteur,
        geste=retour.annulation,
    )


def _remettre_a_faire(relance: Relance, retour: Retour) -> None:
    """L'étape reste à faire ; ce que l'automate avait prévu à sa suite attendra."""
    relance.faite_le = None
    _changer(relance, EtatRelance.A_FAIRE, retour)
    factures = RelanceFacture.objects.pour(retour.creancier).vivantes().filter(relance=relance)
    suivantes = Relance.objects.pour(retour.creancier).en_attente()
    suivantes = suivantes.filter(
        pk__gt=relance.pk, geste=None, lignes__est_vivante=True,
        lignes__facture__in=factures.values("facture"),
    )  # fmt: skip
    retirer(
        retour.creancier,
        list(suivantes.values_list("pk", flat=True).distinct()),
        motif="L'étape d'avant est de nouveau à faire",
        acteur=retour.acteur,
        geste=retour.annulation,
    )


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
    """Retirée par ce geste : de nouveau à faire ou à valider, si ses factures y sont encore."""
    if relance.envoi_id is not None and relance.etape_id is not None:
        return
    lignes = RelanceFacture.objects.pour(retour.creancier).filter(relance=relance)
    lignes.filter(pk__in=_a_rendre(retour).filter(relance=relance).values("pk")).update(
        est_vivante=True, retiree_geste=None
    )
    if not lignes.vivantes().exists():
        return
    relance.envoi = None
    etat = EtatRelance.A_VALIDER if relance.canal == Canal.COURRIEL else EtatRelance.A_FAIRE
    _changer(relance, etat, retour)
    # Une relance en attente n'a qu'une lettre, et elle attendait la poste.
    Courrier.objects.pour(retour.creancier).filter(
        relance=relance, etat=EtatCourrier.ANNULE
    ).update(etat=EtatCourrier.A_POSTER)


def _rendre_les_lignes(retour: Retour) -> None:
    """Les factures que ce geste avait ôtées d'une relance qui attend encore."""
    a_rendre = _a_rendre(retour).filter(relance__etat__in=ETATS_EN_ATTENTE)
    rendues = list(a_rendre.values_list("pk", flat=True))
    RelanceFacture.objects.pour(retour.creancier).filter(pk__in=rendues).update(
        est_vivante=True, retiree_geste=None
    )


def _a_rendre(retour: Retour) -> QuerySet[RelanceFacture]:
    """Encore dues, du même cycle, et dont l'étape n'a pas été reprise ailleurs depuis."""
    ailleurs = RelanceFacture.objects.filter(
        creancier=OuterRef("creancier"),
        facture=OuterRef("facture"),
        cle_etape=OuterRef("cle_etape"),
        cycle=OuterRef("cycle"),
        est_vivante=True,
    ).exclude(cle_etape="")
    return (
        RelanceFacture.objects.pour(retour.creancier)
        .filter(
            retiree_geste=retour.geste,
            facture__solde__gt=0,
            facture__cycle=F("cycle"),
            facture__contentieux_depuis=None,
        )
        .exclude(Exists(ailleurs))
    )


def _changer(relance: Relance, etat: EtatRelance, retour: Retour) -> None:
    """Comme avant le geste : décidée par qui l'avait écrite, ou par personne."""
    relance.etat, relance.decision_geste = etat, None
    relance.decidee_par = relance.geste.auteur if relance.geste else None
    relance.motif = "Décidé hors scénario" if relance.geste else ""
    relance.save(
        update_fields=[
            *("etat", "faite_le", "envoi", "motif", "decidee_par", "decision_geste"),
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
