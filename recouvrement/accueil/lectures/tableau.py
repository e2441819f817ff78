"""Le tableau de bord : combien est échu, est-ce que cela s'améliore, qui doit, que décider."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from factures.lectures import Tranche, balance_agee, encaisse_par_mois, plus_gros_debiteurs
from factures.models import Facture, Imputation
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO
from recouvrement.socle.templatetags.formats import euros
from recouvrement.socle.temps import debut_du_mois
from relances.enums import Palier
from relances.lectures.paliers import par_palier
from relances.models import Promesse

MOIS_MONTRES = 12
SEMAINES_PROMISES = 6


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

    @property
    def precedente(self) -> Decimal | None:
        return self.courbe[-2].valeur if len(self.courbe) > 1 else None

    @property
    def evolution(self) -> Decimal | None:
        """En pour cent du mois précédent ; rien si l'on partait de zéro."""
        if not self.precedente:
            return None
        return (self.valeur - self.precedente) * 100 / self.precedente

    @property
    def baisse(self) -> Decimal:
        return abs(self.evolution or ZERO)

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
        if evolution is None or self.baisser_est_mieux is None or abs(evolution) < Decimal("0.1"):
            return ""
        return "solde" if (evolution < 0) == self.baisser_est_mieux else "echu"


@dataclass(frozen=True, slots=True)
class LignePalier:
    palier: int
    nom: str
    nombre: int
    montant: Decimal
    part: Decimal

    @property
    def ton(self) -> str:
        if self.palier >= Palier.CONTENTIEUX:
            return "contentieux"
        return "demeure" if self.palier == Palier.MISE_EN_DEMEURE else "echu"


@dataclass(frozen=True, slots=True)
class Segment:
    """Une tranche de la balance, à sa place dans la barre (en pour cent de la largeur)."""

    rang: int
    cle: str
    libelle: str
    nombre: int
    total: Decimal
    part: Decimal
    debut: Decimal

    @property
    def x(self) -> str:
        return f"{self.debut:.2f}"

    @property
    def x_texte(self) -> str:
        return f"{self.debut + Decimal('0.5'):.2f}"

    @property
    def largeur(self) -> str:
        return f"{self.part:.2f}"

    @property
    def est_large(self) -> bool:
        return self.part >= 7


@dataclass(frozen=True, slots=True)
class Semaine:
    debut: date
    montant: Decimal
    nombre: int


@dataclass(frozen=True, slots=True)
class TableauDeBord:
    chiffres: list[Chiffre]
    tranches: list[Tranche]
    encours: Decimal
    nombre: int
    debiteurs: list
    paliers: list[LignePalier]
    promis: list[Semaine]
    promis_total: Decimal
    avoirs: Decimal

    @property
    def segments(self) -> list[Segment]:
        debut, segments = ZERO, []
        for rang, tranche in enumerate(self.tranches):
            part = tranche.total * 100 / self.encours if self.encours else ZERO
            segments.append(
                Segment(
                    rang, tranche.cle, tranche.libelle, tranche.nombre, tranche.total, part, debut
                )
            )
            debut += part
        return segments

    @property
    def est_vide(self) -> bool:
        return not self.nombre and not any(c.valeur for c in self.chiffres)


def tableau_de_bord(creanciers: Sequence[Creancier], *, au: date) -> TableauDeBord:
    """Tout ce que montre la page, en un nombre de requêtes qui ne dépend pas des factures."""
    tranches = balance_agee(creanciers, au=au)
    echu = sum((t.total for t in tranches if t.cle != "a_echoir"), ZERO)
    encours = sum((t.total for t in tranches), ZERO)
    echus, encours_passes = _passe(creanciers, au=au)
    encaisse = [Point(p.mois, p.total) for p in encaisse_par_mois(creanciers, au=au)]
    promis = _promis(creanciers, au=au)
    return TableauDeBord(
        chiffres=[
            Chiffre("Échu", echu, "€", [*echus, Point(au, echu)], baisser_est_mieux=True),
            Chiffre("Encours total", encours, "€", [*encours_passes, Point(au, encours)]),
            _dso(creanciers, encours, au=au),
            Chiffre(
                "Encaissé ce mois",
                encaisse[-1].valeur if encaisse else ZERO,
                "€",
                encaisse,
            ),
        ],
        tranches=tranches,
        encours=encours,
        nombre=sum(t.nombre for t in tranches),
        debiteurs=plus_gros_debiteurs(creanciers, au=au, combien=10),
        paliers=_paliers(creanciers, echu, au=au),
        promis=promis,
        promis_total=sum((s.montant for s in promis), ZERO),
        avoirs=Facture.objects.parmi(creanciers)
        .avoirs()
        .filter(solde__gt=0)
        .aggregate(total=Sum("solde"))["total"]
        or ZERO,
    )


def _passe(creanciers: Sequence[Creancier], *, au: date) -> tuple[list[Point], list[Point]]:
    """Échu et encours au premier de chacun des mois passés.

    Le reste dû d'alors = le reste dû d'aujourd'hui + ce qui a été imputé depuis. Deux requêtes
    groupées par mois suffisent : on ne relit pas l'histoire ligne à ligne.
    """
    premiers = [debut_du_mois(au, recul=n) for n in range(MOIS_MONTRES - 2, -1, -1)]
    ouvertes = (
        Facture.objects.parmi(creanciers)
        .ouvertes()
        .order_by()
        .values(emise=TruncMonth("date_emission"), due=TruncMonth("date_echeance"))
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
    restes = [(r["emise"], r["due"], None, r["total"]) for r in ouvertes]
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


def _dso(creanciers: Sequence[Creancier], encours: Decimal, *, au: date) -> Chiffre:
    """Délai moyen de paiement : encours ÷ facturé des 90 derniers jours × 90."""
    facture = (
        Facture.objects.parmi(creanciers)
        .creances()
        .filter(date_emission__gt=au - timedelta(days=90), date_emission__lte=au)
        .aggregate(total=Sum("montant_ttc"))["total"]
        or ZERO
    )
    jours = (encours * 90 / facture).quantize(Decimal(1)) if facture else ZERO
    return Chiffre("Délai de paiement (DSO)", jours, "jours", [])


def _paliers(creanciers: Sequence[Creancier], echu: Decimal, *, au: date) -> list[LignePalier]:
    factures = Facture.objects.parmi(creanciers).ouvertes().echues(au=au)
    lus = par_palier(factures)
    lignes = []
    for palier in Palier:
        nombre, montant = lus.get(palier.value, (0, ZERO))
        lignes.append(
            LignePalier(
                palier.value,
                "Pas encore relancé" if palier == Palier.A_ECHOIR else palier.label,
                nombre,
                montant,
                montant * 100 / echu if echu else ZERO,
            )
        )
    return lignes


def _promis(creanciers: Sequence[Creancier], *, au: date) -> list[Semaine]:
    lundi = au - timedelta(days=au.weekday())
    promesses = (
        Promesse.objects.parmi(creanciers)
        .en_cours()
        .filter(pour_le__gte=lundi, pour_le__lt=lundi + timedelta(weeks=SEMAINES_PROMISES))
        .values_list("pour_le", "montant")
    )
    semaines = []
    par_semaine: dict[int, list[Decimal]] = {n: [] for n in range(SEMAINES_PROMISES)}
    for pour_le, montant in promesses:
        par_semaine[(pour_le - lundi).days // 7].append(montant)
    for n, montants in par_semaine.items():
        semaines.append(Semaine(lundi + timedelta(weeks=n), sum(montants, ZERO), len(montants)))
    return semaines
