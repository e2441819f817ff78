"""Les chiffres de tête du tableau de bord : où l'on en est, et où l'on en était."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, Sum
from django.db.models.functions import TruncMonth

from factures.models import Facture, Imputation
from recouvrement.comptes.models import Creancier
from recouvrement.socle.formats import euros, jour_court, pluriel, pourcent
from recouvrement.socle.montants import ZERO
from recouvrement.socle.temps import debut_du_mois

MOIS_MONTRES = 12
FENETRE = timedelta(days=90)
UN_JOUR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Point:
    le: date
    valeur: Decimal


@dataclass(frozen=True, slots=True)
class Chiffre:
    """Un chiffre de tête, sa courbe sur douze mois et ce qu'il était le mois d'avant."""

    titre: str
    valeur: Decimal
    unite: str
    courbe: list[Point]
    baisser_est_mieux: bool | None = None
    # Ce qu'il était, et quand, si la courbe ne le dit pas.
    avant: Point | None = None
    definition: str = ""
    # Un mois commencé ne se compare pas à un mois entier : on dit seulement ce qu'il fut.
    est_du_mois: bool = False

    @property
    def _avant(self) -> Point | None:
        return self.avant or (self.courbe[-2] if len(self.courbe) > 1 else None)

    @property
    def precedente(self) -> Decimal | None:
        return self._avant.valeur if self._avant else None

    @property
    def depuis(self) -> date | None:
        return self._avant.le if self._avant else None

    @property
    def en_jours(self) -> bool:
        return self.unite == "jours"

    @property
    def ecart(self) -> Decimal | None:
        """En jours, ce qui a été gagné ou perdu ; rien si l'on ne peut pas comparer."""
        return None if self.precedente is None else self.valeur - self.precedente

    @property
    def evolution(self) -> Decimal | None:
        """En pour cent du mois précédent ; rien si l'on partait de zéro."""
        if not self.precedente:
            return None
        return (self.valeur - self.precedente) * 100 / self.precedente

    @property
    def comparaison(self) -> str:
        """Ce qu'on en dit d'un coup d'œil ; vide, s'il n'y a rien à quoi comparer."""
        if self.est_du_mois:
            return f"{euros(self.precedente, 0)} tout le mois dernier" if self.precedente else ""
        dit = self._ecart_dit if self.en_jours else self._evolution_dite
        mieux = ", mieux" if self.ton == "solde" else ""
        return f"{dit} depuis le {jour_court(self.depuis)}{mieux}" if dit else ""

    @property
    def _ecart_dit(self) -> str:
        if self.ecart is None:
            return ""
        if not self.ecart:
            return "comme"
        return f"{'▼' if self.ecart < 0 else '▲'} {pluriel(abs(self.ecart), 'jour')}"

    @property
    def _evolution_dite(self) -> str:
        if self.evolution is None:
            return ""
        fleche = "▼" if self.evolution < 0 else "▲"
        return f"{fleche} {pourcent(abs(self.evolution), 1)}"

    @property
    def legende(self) -> str:
        """La courbe dite en mots."""
        valeurs = [point.valeur for point in self.courbe]
        return (
            f"{self.titre} sur {len(valeurs)} mois : de {euros(valeurs[0], 0)} à "
            f"{euros(valeurs[-1], 0)}, au plus {euros(max(valeurs), 0)}"
        )

    @property
    def ton(self) -> str:
        evolution = self.evolution
        if (
            self.est_du_mois
            or evolution is None
            or self.baisser_est_mieux is None
            or abs(evolution) < Decimal("0.1")
        ):
            return ""
        return "solde" if (evolution < 0) == self.baisser_est_mieux else "echu"


def passe(creanciers: Sequence[Creancier], *, au: date) -> tuple[list[Point], list[Point]]:
    """Échu et encours au premier de chacun des mois passés.

    Le reste dû d'alors = le reste dû d'aujourd'hui + ce qui a été imputé depuis. Deux requêtes
    groupées suffisent : on ne relit pas l'histoire ligne à ligne.
    """
    # Le premier du mois, « depuis le mois dernier » remonte d'un mois entier.
    hier = au - UN_JOUR
    premiers = [debut_du_mois(hier, recul=n) for n in range(MOIS_MONTRES - 2, -1, -1)]
    ouvertes = (
        Facture.objects.parmi(creanciers)
        .ouvertes()
        .order_by()
        # Par jour : bien moins cher pour la base que de ramener chaque date à son mois.
        .values_list("date_emission", "date_echeance")
        .annotate(total=Sum("solde"))
    )
    imputees = (
        Imputation.objects.parmi(creanciers)
        .filter(le__gte=premiers[0], facture__est_avoir=False)
        .order_by()
        .values(
            paye=TruncMonth("le"),
            emise=TruncMonth("facture__date_emission"),
            due=TruncMonth("facture__date_echeance"),
        )
        .annotate(total=Sum("montant"))
    )
    restes: list[tuple[date, date, date | None, Decimal]]
    restes = [(emise, due, None, total) for emise, due, total in ouvertes]
    restes += [(r["emise"], r["due"], r["paye"], r["total"]) for r in imputees]
    echus, encours = [], []
    for premier in premiers:
        connus = [
            (due, total)
            for emise, due, paye, total in restes
            if emise < premier and (paye is None or paye >= premier)
        ]
        echus.append(Point(premier, sum((t for due, t in connus if due < premier), ZERO)))
        encours.append(Point(premier, sum((t for _, t in connus), ZERO)))
    return echus, encours


def dso(creanciers: Sequence[Creancier], encours: Point, avant: Point) -> Chiffre:
    """Délai moyen de paiement : l'encours rapporté au facturé des 90 jours qui le précèdent."""
    ici, alors = _facture_avant(encours.le + UN_JOUR), _facture_avant(avant.le)
    factures = (
        Facture.objects.parmi(creanciers)
        .creances()
        .filter(date_emission__gte=avant.le - FENETRE, date_emission__lte=encours.le)
        .aggregate(
            ici=Sum("montant_ttc", filter=ici, default=ZERO),
            alors=Sum("montant_ttc", filter=alors, default=ZERO),
        )
    )
    jours = _jours(encours.valeur, factures["ici"])
    return Chiffre(
        "Délai de paiement (DSO)",
        jours or ZERO,
        "jours",
        [],
        baisser_est_mieux=True,
        avant=(
            None if (j := _jours(avant.valeur, factures["alors"])) is None else Point(avant.le, j)
        ),
        definition="encours ÷ facturé des 90 derniers jours × 90",
    )


def _facture_avant(jour: date) -> Q:
    return Q(date_emission__gte=jour - FENETRE, date_emission__lt=jour)


def _jours(encours: Decimal, facture: Decimal) -> Decimal | None:
    return Decimal(round(encours * FENETRE.days / facture)) if facture else None
