"""Ce qu'un import change d'une facture connue : des champs, un paiement de plus, un de moins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from factures.actions import grand_livre
from factures.actions.annonces import annoncer_effet
from factures.actions.annulations import contre_passer
from factures.actions.parts import Correction, Versement
from factures.actions.trop_percus import rendre_les_trop_percus
from factures.actions.verrous import verrouiller_clients, verrouiller_factures
from factures.actions.visees import NOTE
from factures.enums import Moyen
from factures.erreurs import ImportDejaTraite
from factures.evenements import Evenement
from factures.models import Encaissement, Facture, Importation, Piece
from recouvrement.comptes.models import Creancier
from recouvrement.journal.actions import inscrire_lot
from recouvrement.journal.models import Geste
from recouvrement.socle.base.lots import inserer_fiches
from recouvrement.socle.montants import ZERO
from recouvrement.socle.temps import jour_de

PENDANT_CE_TEMPS = "Des factures ont changé pendant ce temps : relisez l'aperçu."
RESTE_REMONTE = "Le reste dû est remonté dans un import"


class AvecPiece(Protocol):
    """Une facture, et le PDF d'où elle vient."""

    facture: Facture
    piece: Piece | None


@dataclass(slots=True)
class FactureRevue:
    """Une facture connue, ce qui en change, ce qui en est payé de plus."""

    facture: Facture
    change: dict[str, Any] = field(default_factory=dict)
    paye: Decimal = ZERO
    piece: Piece | None = None
    # Les règlements qu'une personne a dit d'annuler, et le jour du paiement si elle le sait.
    annule: tuple[int, ...] = ()
    paye_le: date | None = None

    @property
    def date_emission(self) -> date:
        emission: date = self.change.get("date_emission", self.facture.date_emission)
        return emission


def revoir(
    revues: Sequence[FactureRevue],
    importation: Importation,
    geste: Geste,
    maintenant: datetime,
) -> None:
    if not revues:
        return
    creancier, aujourdhui = importation.creancier, jour_de(maintenant)
    a_annuler = [revue for revue in revues if revue.annule]
    verrouiller_clients(creancier, {revue.facture.client_id for revue in a_annuler})
    relues = verrouiller_factures(creancier, [revue.facture.pk for revue in revues])
    for revue in revues:
        jugee, revue.facture = revue.facture, relues[revue.facture.pk]
        if (jugee.solde, jugee.montant_ttc) != (revue.facture.solde, revue.facture.montant_ttc):
            raise ImportDejaTraite(PENDANT_CE_TEMPS)
    if a_annuler:
        _annuler(creancier, a_annuler, aujourdhui, geste)
        relues = verrouiller_factures(creancier, relues)
        for revue in revues:
            revue.facture = relues[revue.facture.pk]
    versements = [
        Versement(r.facture, r.paye, r.paye_le or max(aujourdhui, r.date_emission))
        for r in revues
        if r.paye
    ]
    recus, effet = grand_livre.mettre_a_jour(
        [Correction(r.facture, r.change) for r in revues if r.change],
        versements,
        moyen=Moyen.DEJA_VERSE,
        geste=geste,
        note=NOTE,
    )
    inscrire_lot(
        Evenement.FACTURE_MISE_A_JOUR,
        cibles=[
            (r.facture, {"import": importation.pk, "apres": r.change, "paye": r.paye})
            for r in revues
        ],
        acteur=geste.auteur,
        geste=geste,
    )
    inscrire_les_versements(recus, versements, geste)
    ranger_les_pieces(revues, geste)
    corrigees = [revue.facture.pk for revue in revues if revue.change]
    rendre_les_trop_percus(creancier, acteur=geste.auteur, factures=corrigees, geste=geste)
    annoncer_effet(creancier, effet, geste)


def _annuler(
    creancier: Creancier, revues: Sequence[FactureRevue], aujourdhui: date, geste: Geste
) -> None:
    """Le reste dû est remonté, et une personne l'a dit : ce qui l'avait payé se contre-passe."""
    pks = [pk for revue in revues for pk in revue.annule]
    recus = Encaissement.objects.pour(creancier).select_related("client").filter(pk__in=pks)
    for recu in recus.order_by("pk"):
        recu.creancier = creancier
        contre_passer(
            recu,
            motif=RESTE_REMONTE,
            le=max(aujourdhui, recu.recu_le),
            geste=geste,
            est_une_erreur=False,
        )


def inscrire_les_versements(
    recus: Sequence[Encaissement], versements: Sequence[Versement], geste: Geste
) -> None:
    inscrire_lot(
        Evenement.REGLEMENT_IMPUTE,
        cibles=[
            (
                verse.facture,
                {"encaissement": recu.pk, "montant": verse.montant, "reste": verse.facture.solde},
            )
            for recu, verse in zip(recus, versements, strict=True)
        ],
        acteur=geste.auteur,
        geste=geste,
    )


def ranger_les_pieces(lignes: Iterable[AvecPiece], geste: Geste) -> None:
    pieces = []
    for ligne in lignes:
        if ligne.piece is not None:
            ligne.piece.facture, ligne.piece.client_id = ligne.facture, ligne.facture.client_id
            ligne.piece.geste = geste
            pieces.append(ligne.piece)
    inserer_fiches(pieces)
