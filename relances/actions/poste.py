"""Ce que devient une lettre scellée : postée, suivie, annulée avant la poste."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction

from clients.actions import marquer_adresse
from factures.actions.pieces import Fichier
from factures.actions.verification import constater_mise_en_demeure
from factures.actions.verrous import verrouiller_clients
from factures.enums import NaturePiece
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import annuler, inscrire, poser
from recouvrement.journal.effets import Effet, Question, Retour
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.temps import jour_de
from relances.actions.preuves import Preuve, retirer_les_preuves_de_depot, verser_preuve
from relances.enums import EtatCourrier, EtatRelance
from relances.evenements import Evenement
from relances.models import Courrier, MiseEnDemeure, Relance, RelanceFacture

POSTE = ["etat", "poste_le", "poste_par", "poste_geste", "numero_suivi", "preuve_depot"]
# D'un état du recommandé, ceux qui peuvent suivre.
SUITES = {
    EtatCourrier.POSTE: (
        EtatCourrier.PRESENTE,
        EtatCourrier.AVISE,
        EtatCourrier.DISTRIBUE,
        EtatCourrier.REFUSE,
        EtatCourrier.NPAI,
    ),
    EtatCourrier.PRESENTE: (EtatCourrier.AVISE, EtatCourrier.DISTRIBUE, EtatCourrier.REFUSE),
    EtatCourrier.AVISE: (EtatCourrier.DISTRIBUE, EtatCourrier.NON_RECLAME, EtatCourrier.REFUSE),
}


def poster(
    courrier: Courrier,
    *,
    le: date,
    numero_suivi: str,
    maintenant: datetime,
    acteur: Utilisateur,
    preuve: Preuve | None = None,
) -> Courrier:
    """La lettre est partie : c'est seulement là que l'étape est faite."""
    recu = preuve.ouvrir(courrier.creancier) if preuve else None
    return _poster(
        courrier, le=le, numero_suivi=numero_suivi, maintenant=maintenant, acteur=acteur, recu=recu
    )


@transaction.atomic
def _poster(
    courrier: Courrier,
    *,
    le: date,
    numero_suivi: str,
    maintenant: datetime,
    acteur: Utilisateur,
    recu: Fichier | None,
) -> Courrier:
    courrier = _verrouiller(courrier)
    if courrier.etat == EtatCourrier.ANNULE:
        raise ErreurMetier("Ce courrier est annulé.")
    if le < jour_de(courrier.prepare_le):
        raise ErreurMetier("Cette date précède la préparation de la lettre.")
    geste = poser(Genre.DEPOT, creancier=courrier.creancier, acteur=acteur)
    if courrier.etat == EtatCourrier.A_POSTER:
        courrier.etat = EtatCourrier.POSTE
        courrier.poste_le = le
        courrier.poste_par, courrier.poste_geste = acteur, geste
        Relance.objects.pour(courrier.creancier).filter(pk=courrier.relance_id).update(
            etat=EtatRelance.FAITE, faite_le=maintenant, decidee_par=acteur, decision_geste=geste
        )
    courrier.numero_suivi = numero_suivi.strip()[:30] or courrier.numero_suivi
    if recu is not None:
        courrier.preuve_depot = verser_preuve(
            courrier, recu, nature=NaturePiece.PREUVE_DEPOT, le=le, geste=geste
        )
    courrier.save(update_fields=POSTE)
    inscrire(
        Evenement.COURRIER_POSTE,
        cible=courrier,
        acteur=acteur,
        geste=geste,
        client=courrier.client_id,
        le=le,
        numero=courrier.numero_suivi,
    )
    return courrier


def suivre(
    courrier: Courrier,
    *,
    etat: EtatCourrier,
    le: date,
    acteur: Utilisateur,
    preuve: Preuve | None = None,
) -> Courrier:
    """Ce que dit la poste du recommandé : présenté, distribué, refusé, non réclamé, NPAI."""
    avis = preuve.ouvrir(courrier.creancier) if preuve else None
    return _suivre(courrier, etat=etat, le=le, acteur=acteur, avis=avis)


@transaction.atomic
def _suivre(
    courrier: Courrier,
    *,
    etat: EtatCourrier,
    le: date,
    acteur: Utilisateur,
    avis: Fichier | None,
) -> Courrier:
    courrier = _verrouiller(courrier)
    if etat not in SUITES.get(EtatCourrier(courrier.etat), ()):
        raise ErreurMetier(f"Un courrier « {courrier.get_etat_display()} » ne devient pas cela.")
    if courrier.poste_le and le < courrier.poste_le:
        raise ErreurMetier("Cette date précède le dépôt à la poste.")
    geste = poser(Genre.SUIVI, creancier=courrier.creancier, acteur=acteur)
    courrier.etat, courrier.suivi_geste = etat, geste
    if etat == EtatCourrier.NPAI:
        marquer_adresse(
            courrier.client,
            invalide_le=le,
            motif="Courrier rendu : n'habite pas à l'adresse",
            acteur=acteur,
        )
    if etat in (EtatCourrier.PRESENTE, EtatCourrier.AVISE):
        courrier.presente_le = courrier.presente_le or le
    else:
        courrier.distribue_le = le
    if avis is not None:
        courrier.avis_reception = verser_preuve(
            courrier, avis, nature=NaturePiece.AVIS, le=le, geste=geste
        )
    courrier.save(
        update_fields=["etat", "presente_le", "distribue_le", "avis_reception", "suivi_geste"]
    )
    if etat == EtatCourrier.DISTRIBUE and _est_une_mise_en_demeure(courrier):
        # Contre un particulier, les intérêts ne courent qu'à partir de là (C. civ., art. 1344-1).
        lignes = RelanceFacture.objects.pour(courrier.creancier).filter(relance=courrier.relance_id)
        factures = [ligne.facture for ligne in lignes.select_related("facture__creancier")]
        constater_mise_en_demeure(factures, recue_le=le, acteur=acteur)
    inscrire(
        Evenement.COURRIER_SUIVI,
        cible=courrier,
        acteur=acteur,
        geste=geste,
        client=courrier.client_id,
        etat=etat,
        le=le,
    )
    return courrier


@transaction.atomic
def annuler_courrier(courrier: Courrier, *, motif: str, acteur: Utilisateur) -> Courrier:
    """Avant la poste seulement ; la lettre scellée reste au dossier, annulée."""
    courrier = _verrouiller(courrier)
    if courrier.etat != EtatCourrier.A_POSTER:
        raise ErreurMetier("Une lettre postée ne s'annule pas.")
    if courrier.geste is None:
        geste = poser(Genre.DECISION, creancier=courrier.creancier, acteur=acteur)
    else:
        geste = annuler(courrier.geste, acteur=acteur)
    _annuler(courrier, motif=motif, geste=geste)
    return courrier


def _annuler(courrier: Courrier, *, motif: str, geste: Geste) -> None:
    courrier.etat = EtatCourrier.ANNULE
    courrier.save(update_fields=["etat"])
    creancier = courrier.creancier
    Relance.objects.pour(creancier).filter(pk=courrier.relance_id).update(
        etat=EtatRelance.ANNULEE, motif=motif[:250], decision_geste=geste
    )
    RelanceFacture.objects.pour(creancier).vivantes().filter(relance=courrier.relance_id).update(
        est_vivante=False, retiree_geste=geste
    )
    inscrire(
        Evenement.COURRIER_ANNULE,
        cible=courrier,
        acteur=geste.auteur,
        geste=geste,
        client=courrier.client_id,
    )


def _retenues(question: Question) -> Iterator[tuple[int, str]]:
    courriers = Courrier.objects.pour(question.creancier)
    preparees = courriers.filter(geste__in=question.numeros).exclude(etat=EtatCourrier.A_POSTER)
    for geste, etat in preparees.values_list("geste", "etat"):
        est_annulee = etat == EtatCourrier.ANNULE
        yield geste, "La lettre est déjà annulée." if est_annulee else "La lettre est postée."
    depots = question.de(Genre.DEPOT)
    posees = dict(courriers.filter(poste_geste__in=depots).values_list("poste_geste", "etat"))
    for geste in depots:
        if geste not in posees:
            yield geste, "Une preuve ajoutée après le dépôt ne s'annule pas : déposez la bonne."
        elif posees[geste] != EtatCourrier.POSTE:
            yield geste, "La poste en a dit plus depuis."


def _defaire(retour: Retour) -> None:
    """Avant la poste, la lettre s'annule ; dite postée par erreur, elle attend de nouveau."""
    courriers = Courrier.objects.pour(retour.creancier).select_related("creancier")
    courriers = courriers.select_for_update(of=("self",))
    for courrier in courriers.filter(geste=retour.geste, etat=EtatCourrier.A_POSTER):
        _annuler(courrier, motif="Lettre annulée avant la poste", geste=retour.annulation)
    for courrier in courriers.filter(poste_geste=retour.geste):
        courrier.etat = EtatCourrier.A_POSTER
        courrier.poste_le = courrier.poste_par = courrier.poste_geste = None
        courrier.numero_suivi = ""
        courrier.save(update_fields=POSTE)
        retirer_les_preuves_de_depot(courrier, retour.geste, retour.annulation)
        inscrire(
            Evenement.DEPOT_ANNULE,
            cible=courrier,
            acteur=retour.acteur,
            geste=retour.annulation,
            client=courrier.client_id,
        )


def _est_une_mise_en_demeure(courrier: Courrier) -> bool:
    return MiseEnDemeure.objects.pour(courrier.creancier).filter(courrier=courrier).exists()


def _verrouiller(courrier: Courrier) -> Courrier:
    """Après son client, comme qui revient sur un geste."""
    courriers = Courrier.objects.pour(courrier.creancier)
    siens = courriers.filter(pk=courrier.pk).values_list("client", flat=True)
    verrouiller_clients(courrier.creancier, siens)
    relu: Courrier = (
        courriers.select_for_update(of=("self",))
        .select_related("creancier", "client", "geste")
        .get(pk=courrier.pk)
    )
    return relu


COURRIERS = Effet(_retenues, _defaire)
