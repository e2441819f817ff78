"""Ce que montre la page d'un dossier."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings

from contentieux.models import (
    DocumentDossier,
    Dossier,
    DossierFacture,
    EvenementDossier,
    Frais,
    PieceDossier,
)
from contentieux.regles import est_un_tae
from factures.enums import NatureDecision
from factures.lectures import DecompteClient, decompte_client
from factures.lectures.decisions import DecisionLue, decisions_valables
from factures.models import Facture, Piece
from recouvrement.documents.contextes import LigneDeduite, partie_du_creancier
from recouvrement.droit.contribution import SEUIL, Contribution, Demandeur, contribution_tae
from recouvrement.socle.montants import ZERO
from relances.courriels.reclamation import Reclamation


@dataclass(frozen=True, slots=True)
class PieceABord:
    """Une pièce que le bordereau range, ou pourrait ranger."""

    cle: int
    intitule: str
    rang: int | None = None

    @property
    def est_rangee(self) -> bool:
        return self.rang is not None

    @property
    def geste(self) -> str:
        return "Garder" if self.est_rangee else "Ajouter"

    @property
    def nom(self) -> str:
        return f"la pièce {self.rang}" if self.est_rangee else self.intitule


@dataclass(frozen=True, slots=True)
class FicheDossier:
    dossier: Dossier
    factures: list[Facture]
    decompte: DecompteClient
    deduites: tuple[LigneDeduite, ...]
    evenements: list[EvenementDossier]
    frais: list[Frais]
    pieces: list[PieceDossier]
    disponibles: list[Piece]
    documents: list[DocumentDossier]
    manques: list[str]
    decisions: list[DecisionLue]

    @property
    def contribution(self) -> Contribution | None:
        return contribution_du_dossier(self.dossier, demande=self.net)

    @property
    def bordereau(self) -> list[PieceABord]:
        return [
            *(PieceABord(p.piece_id, p.intitule, p.rang) for p in self.pieces if p.piece_id),
            *(PieceABord(piece.pk, piece.intitule) for piece in self.disponibles),
        ]

    @property
    def net(self) -> Decimal:
        return self.decompte.total - sum((d.montant for d in self.deduites), ZERO)

    @property
    def est_non_avenue(self) -> bool:
        """Vrai si son ordonnance a été signifiée trop tard : rien ne s'en exécute."""
        return _non_avenue(self.decisions)

    @property
    def total_frais(self) -> Decimal:
        return sum((frais.montant for frais in self.frais), ZERO)


def factures_du_dossier(dossier: Dossier) -> list[Facture]:
    lignes = (
        DossierFacture.objects.pour(dossier.creancier)
        .filter(dossier=dossier)
        .select_related("facture")
        .order_by("facture__date_echeance", "facture_id")
    )
    factures = [ligne.facture for ligne in lignes]
    for facture in factures:
        facture.creancier, facture.client = dossier.creancier, dossier.client
    return factures


def en_sa_faveur(
    dossier: Dossier, factures: Sequence[Facture], *, au: date
) -> tuple[LigneDeduite, ...]:
    """Ce qui se déduit de la demande, ligne par ligne."""
    reclamation = Reclamation.de(dossier.creancier, dossier.client, factures, au=au, langue="fr")
    return reclamation.lignes_deduites


def fiche_dossier(dossier: Dossier, *, au: date) -> FicheDossier:
    creancier = dossier.creancier
    factures = factures_du_dossier(dossier)
    pieces = list(
        PieceDossier.objects.pour(creancier).filter(dossier=dossier).select_related("piece")
    )
    return FicheDossier(
        dossier=dossier,
        factures=factures,
        decompte=decompte_client(dossier.client, au=dossier.arrete_au or au, factures=factures),
        deduites=en_sa_faveur(dossier, factures, au=dossier.arrete_au or au),
        evenements=list(
            EvenementDossier.objects.pour(creancier)
            .filter(dossier=dossier)
            .select_related("auteur", "geste__annulation")
        ),
        frais=list(Frais.objects.pour(creancier).filter(dossier=dossier).order_by("le", "pk")),
        pieces=pieces,
        disponibles=list(
            Piece.objects.pour(creancier)
            .filter(client=dossier.client)
            .exclude(pk__in=[piece.piece_id for piece in pieces])
            .select_related("facture")
            .order_by("pk")
        ),
        documents=list(
            DocumentDossier.objects.pour(creancier)
            .filter(dossier=dossier)
            .select_related("document")
            .order_by("-pk")
        ),
        manques=manques(dossier),
        decisions=_distinctes(decisions_valables(factures)),
    )


def decisions_du_dossier(dossier: Dossier) -> list[DecisionLue]:
    """Les ordonnances d'injonction de ses factures, chacune de leurs lignes."""
    jugees = decisions_valables(factures_du_dossier(dossier))
    return [
        lue
        for lues in jugees.values()
        for lue in lues
        if lue.decision.nature == NatureDecision.INJONCTION
    ]


def est_non_avenue(dossier: Dossier) -> bool:
    return _non_avenue(decisions_du_dossier(dossier))


def _non_avenue(lues: Iterable[DecisionLue]) -> bool:
    """La dernière ordonnance compte : une autre a pu être obtenue depuis."""
    ordonnances = [x for x in lues if x.decision.nature == NatureDecision.INJONCTION]
    return bool(ordonnances) and ordonnances[-1].execution.non_avenue


def _distinctes(jugees: Mapping[int, list[DecisionLue]]) -> list[DecisionLue]:
    """Une par décision, quel que soit le nombre de factures qu'elle a jugées."""
    return list({lue.cle: lue for lues in jugees.values() for lue in lues}.values())


def contribution_du_dossier(dossier: Dossier, *, demande: Decimal) -> Contribution | None:
    """Ce qu'il faudra verser, ou ce qu'il reste à dire pour le savoir ; rien ailleurs."""
    if not est_un_tae(dossier.tribunal) or demande <= SEUIL:
        return None
    dit = dossier.requete
    salaries = dit.get("salaries")
    demandeur = Demandeur(
        personne_physique=not partie_du_creancier(dossier.creancier).est_morale,
        salaries=int(salaries) if salaries else None,
        chiffre_d_affaires=_decimal(dit.get("chiffre_d_affaires")),
        benefice=_decimal(dit.get("benefice")),
        revenu_par_part=_decimal(dit.get("revenu_par_part")),
    )
    return contribution_tae(
        demande, demandeur, devant_un_tae=True, active=settings.CONTRIBUTION_TAE
    )


def _decimal(saisi: str | None) -> Decimal | None:
    """Vide : pas encore dit, et non zéro."""
    return Decimal(saisi) if saisi else None


def _identite_du_demandeur(dossier: Dossier) -> list[tuple[str, object]]:
    """À peine de nullité (CPC, art. 54, 3°) : une société n'a pas les mentions d'une personne."""
    creancier, dit = dossier.creancier, dossier.requete
    if partie_du_creancier(creancier).est_morale:
        return [("le représentant légal du créancier", creancier.representant)]
    if not creancier.forme_juridique:
        return [("la forme juridique du créancier, ou « EI »", "")]
    article = "(CPC, art. 54)"
    return [
        (f"la profession du créancier {article}", dit.get("profession")),
        (f"la nationalité du créancier {article}", dit.get("nationalite")),
        (f"la date et le lieu de naissance du créancier {article}", dit.get("naissance")),
    ]


def manques(dossier: Dossier) -> list[str]:
    """Ce qui manque encore à la requête pour être complète ; dit, jamais deviné."""
    creancier, client = dossier.creancier, dossier.client
    return [
        phrase
        for phrase, est_la in (
            ("le tribunal", dossier.tribunal),
            ("le fondement de la créance", dossier.requete.get("fondement")),
            ("la date d'arrêté du décompte", dossier.arrete_au),
            ("le SIREN du créancier", creancier.siren),
            ("le siège ou le domicile du créancier", creancier.adresse and creancier.ville),
            *_identite_du_demandeur(dossier),
            ("l'adresse du débiteur", client.adresse and client.ville),
            ("la qualité du débiteur", not client.qualite_a_etablir),
            (
                "la forme juridique du débiteur",
                client.forme_juridique or client.nature == "particulier",
            ),
        )
        if not est_la
    ]
