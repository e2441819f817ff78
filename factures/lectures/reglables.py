"""Ce qu'un règlement reçu un jour donné peut payer d'une facture : son nominal, puis le reste."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F

from clients.models import Client
from factures.lectures.calcul import Calculs, ordre_du_droit
from factures.models import Facture
from recouvrement.droit.faits import FaitPaiement
from recouvrement.droit.taux import TauxInconnu
from recouvrement.socle.montants import ZERO

PASSES = 6


@dataclass(frozen=True, slots=True)
class Reglable:
    facture: Facture
    accessoires: Decimal

    @property
    def solde(self) -> Decimal:
        return self.facture.solde

    @property
    def total(self) -> Decimal:
        return self.solde + self.accessoires


class Reglables:
    """Les factures d'un client, devant un règlement reçu ce jour et dans cet ordre."""

    def __init__(
        self, client: Client, factures: Sequence[Facture], *, le: date, ordre: str = ""
    ) -> None:
        self.le, self.ordre = le, ordre_du_droit(ordre)
        self.factures = factures
        self.calculs = Calculs(client, factures)

    def lignes(self) -> list[Reglable]:
        return [Reglable(facture, self.accessoires(facture)) for facture in self.factures]

    def taux(self, facture: Facture) -> Decimal:
        """Celui qui court ce jour-là : l'intérêt que le débiteur a d'acquitter cette dette."""
        try:
            periodes = self.calculs.decompte(facture, self.le).periodes
        except TauxInconnu:
            return ZERO
        return periodes[-1].taux if periodes else ZERO

    def accessoires(self, facture: Facture) -> Decimal:
        """Ce que le décompte laisserait dû, le nominal payé : intérêts et 40 €.

        Arrêté au plus tardif de ce jour et du dernier paiement connu. Reçu avant un autre, il
        épargne des intérêts que celui-ci a payés : on cherche ce qui éteint sans rien de trop.
        """
        le = max(self.le, facture.date_emission)
        au = max(le, self.calculs.dernier_paiement(facture))
        nominal = self._paiement(facture.solde, le)
        try:
            du = self.calculs.decompte(facture, au, nominal)
            trouve, essai = ZERO, du.total
            for _ in range(PASSES if essai else 0):
                apres = self.calculs.decompte(facture, au, nominal, self._paiement(essai, le))
                if de_trop := apres.excedent - du.excedent:
                    essai -= de_trop
                    continue
                trouve = essai
                if not apres.total:
                    break
                essai += apres.total
        except TauxInconnu:
            return ZERO
        return trouve

    def _paiement(self, montant: Decimal, le: date) -> FaitPaiement:
        return FaitPaiement(montant, le, ordre=self.ordre)


def reglables_du_client(client: Client, *, le: date) -> list[Reglable]:
    """Les factures ouvertes, puis les soldées dont des accessoires restent à payer ce jour-là."""
    ouvertes = Facture.objects.pour(client.creancier).filter(client=client).ouvertes()
    factures = [*ouvertes.order_by("date_echeance", "pk"), *reglees_en_retard(client)]
    lignes = Reglables(client, factures, le=le).lignes()
    return [ligne for ligne in lignes if ligne.total]


def reglees_en_retard(client: Client) -> list[Facture]:
    """Payées après leur échéance : leurs intérêts et leurs 40 € ont pu rester dus."""
    return list(
        Facture.objects.pour(client.creancier)
        .creances()
        .filter(client=client, solde=0, soldee_le__gt=F("date_echeance"))
        .order_by("date_echeance", "pk")
    )
