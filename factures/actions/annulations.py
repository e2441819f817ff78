"""Rien ne s'efface : un règlement s'annule par une écriture de sens contraire."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import transaction

from factures.actions import grand_livre
from factures.actions.annonces import annoncer_effet
from factures.actions.encaissements import relire_chez_son_client
from factures.actions.references import rouvrir_la_reference
from factures.erreurs import AnnulationImpossible, EncaissementDejaAnnule
from factures.evenements import Evenement
from factures.models import Encaissement
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import annuler, inscrire, inscrire_lot, poser
from recouvrement.journal.effets import Effet, Question, Retour
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.formats import jour

# Le temps de se raviser ; après, l'annulation se motive.
DELAI_POUR_DEFAIRE = timedelta(minutes=10)


@transaction.atomic
def annuler_encaissement(
    encaissement: Encaissement, *, motif: str, acteur: Utilisateur | None, le: date
) -> Encaissement:
    """Chèque rejeté, saisie erronée : rend la contre-écriture, et ses factures sont redues."""
    encaissement = relire_chez_son_client(encaissement)
    _verifier(encaissement, le=le)
    fait = encaissement.geste
    if fait is not None and fait.genre == Genre.REGLEMENT:
        geste = annuler(fait, acteur=acteur)
    else:
        # Venu d'un import, ou d'avant les gestes : lui seul s'annule.
        geste = poser(Genre.CONTRE_ECRITURE, creancier=encaissement.creancier, acteur=acteur)
    return contre_passer(encaissement, motif=motif, le=le, geste=geste, est_une_erreur=False)


def _verifier(encaissement: Encaissement, *, le: date) -> None:
    if encaissement.annule_id:
        raise AnnulationImpossible("Une contre-écriture ne s'annule pas : saisissez le règlement.")
    if Encaissement.objects.pour(encaissement.creancier).filter(annule=encaissement).exists():
        raise EncaissementDejaAnnule
    if le < encaissement.recu_le:
        raise AnnulationImpossible(
            f"L'annulation ne peut pas précéder le règlement, reçu le {jour(encaissement.recu_le)}."
        )


def contre_passer(
    encaissement: Encaissement, *, motif: str, le: date, geste: Geste, est_une_erreur: bool
) -> Encaissement:
    acteur = geste.auteur
    contre, rendues, effet = grand_livre.contrepasser(
        encaissement, le=le, motif=motif, geste=geste, est_une_erreur=est_une_erreur
    )
    inscrire(
        Evenement.REGLEMENT_ANNULE,
        cible=encaissement,
        acteur=acteur,
        geste=geste,
        motif=motif,
        montant=encaissement.montant,
        le=le,
    )
    inscrire_lot(
        Evenement.REGLEMENT_RETIRE,
        cibles=[
            (
                part.facture,
                {
                    "encaissement": encaissement.pk,
                    "montant": part.total,
                    "accessoires": part.accessoires,
                    "reste": part.facture.solde,
                    "motif": motif,
                },
            )
            for part in rendues
        ],
        acteur=acteur,
        geste=geste,
    )
    annoncer_effet(encaissement.creancier, effet, geste)
    rouvrir_la_reference(encaissement)
    return contre


def _retenues(question: Question) -> Iterator[tuple[int, str]]:
    siens = Encaissement.objects.pour(question.creancier).filter(
        geste__in=question.de(Genre.REGLEMENT)
    )
    for geste, saisi_par, saisi_le in siens.values_list("geste", "saisi_par", "saisi_le"):
        if question.acteur is None or saisi_par != question.acteur.pk:
            yield geste, "Le règlement a été saisi par un autre : annulez-le en disant pourquoi."
        elif question.maintenant - saisi_le >= DELAI_POUR_DEFAIRE:
            yield geste, "Saisi il y a plus de dix minutes : annulez-le en disant pourquoi."


def _defaire(retour: Retour) -> None:
    """Pour qui vient de saisir, sans motif à donner."""
    if retour.geste.genre != Genre.REGLEMENT:
        return
    for encaissement in Encaissement.objects.pour(retour.creancier).filter(geste=retour.geste):
        encaissement = relire_chez_son_client(encaissement)
        le = max(retour.le, encaissement.recu_le)
        _verifier(encaissement, le=le)
        contre_passer(
            encaissement,
            motif="Saisie annulée aussitôt",
            le=le,
            geste=retour.annulation,
            est_une_erreur=True,
        )


REGLEMENTS = Effet(_retenues, _defaire)
