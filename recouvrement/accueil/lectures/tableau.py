"""Le tableau de bord : combien est échu, est-ce que cela s'améliore, qui doit, que décider."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.utils.http import urlencode

from factures.lectures import Debiteur, Tranche, encaisse_par_mois, plus_gros_debiteurs
from factures.lectures.synthese import balances_agees, encaisse_du_mois, ensemble
from factures.models import Facture
from recouvrement.accueil.lectures.chiffres import Chiffre, Point, dso, passe
from recouvrement.comptes.models import Creancier
from recouvrement.socle import formats
from recouvrement.socle.formats import euros
from recouvrement.socle.montants import ZERO
from recouvrement.socle.pages.courbes import Colonne, Graduation, colonnes, graduations
from relances.enums import Palier
from relances.lectures.paliers import par_palier
from relances.models import Promesse

SEMAINES_PROMISES = 6


def periode(du: date, au: date) -> str:
    """Le filtre « du, au » d'une liste, tel que son adresse l'écrit."""
    return urlencode({"du": du.isoformat(), "au": au.isoformat()})


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
    def court(self) -> str:
        """« 31 à 60 j » : ce qui tient au-dessus d'un segment."""
        return self.libelle.replace("Plus de ", "> ").replace(" jours", " j")

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

    @property
    def est_sombre(self) -> bool:
        """Les plus vieilles tranches : le texte s'y écrit en clair."""
        return self.rang > 3


@dataclass(frozen=True, slots=True)
class Semaine:
    debut: date
    montant: Decimal
    nombre: int

    @property
    def fin(self) -> date:
        return self.debut + timedelta(days=6)

    @property
    def libelle(self) -> str:
        return formats.jour_court(self.debut)

    @property
    def periode(self) -> str:
        """Le filtre de la liste qui montre ses promesses."""
        return periode(self.debut, self.fin)


@dataclass(frozen=True, slots=True)
class Mois:
    le: date
    echu: Decimal
    encours: Decimal


@dataclass(frozen=True, slots=True)
class Ligne:
    """Un créancier dans le tableau de tous : chaque nombre ouvre sa liste."""

    creancier: Creancier
    tranches: list[Tranche]
    encaisse: Decimal
    promis: Decimal

    @property
    def encours(self) -> Decimal:
        return sum((t.total for t in self.tranches), ZERO)

    @property
    def echu(self) -> Decimal:
        return sum((t.total for t in self.tranches if t.cle != "a_echoir"), ZERO)


@dataclass(frozen=True, slots=True)
class TableauDeBord:
    chiffres: list[Chiffre]
    tranches: list[Tranche]
    encours: Decimal
    nombre: int
    debiteurs: list[Debiteur]
    paliers: list[LignePalier]
    promis: list[Semaine]
    promis_total: Decimal
    avoirs: Decimal
    # Rempli quand ils sont plusieurs.
    lignes: list[Ligne]

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
    def echu(self) -> Decimal:
        return self.chiffres[0].valeur

    @property
    def nombre_echu(self) -> int:
        return sum(palier.nombre for palier in self.paliers)

    @property
    def promis_nombre(self) -> int:
        return sum(semaine.nombre for semaine in self.promis)

    @property
    def semaines_promises(self) -> str:
        return periode(self.promis[0].debut, self.promis[-1].fin)

    @property
    def promis_en_mots(self) -> str:
        """L'histogramme, pour qui ne le voit pas."""
        return ", ".join(f"Semaine du {s.libelle} : {euros(s.montant, 0)}" for s in self.promis)

    @property
    def encaisse_ce_mois(self) -> Decimal:
        return self.chiffres[3].valeur

    @property
    def mois(self) -> list[Mois]:
        """Ce que les courbes dessinent, en nombres."""
        deux = zip(self.chiffres[0].courbe, self.chiffres[1].courbe, strict=True)
        return [Mois(echu.le, echu.valeur, encours.valeur) for echu, encours in deux]

    @property
    def encaisse_par_mois(self) -> list[Point]:
        return self.chiffres[3].courbe

    @property
    def colonnes(self) -> list[Colonne]:
        return colonnes([(s.libelle, s.montant) for s in self.promis])

    @property
    def graduations(self) -> list[Graduation]:
        return graduations([(s.libelle, s.montant) for s in self.promis])

    @property
    def echu_des_premiers(self) -> Decimal:
        return sum((d.echu for d in self.debiteurs), ZERO)

    @property
    def part_des_premiers(self) -> Decimal:
        return self.echu_des_premiers * 100 / self.echu if self.echu else ZERO

    @property
    def est_vide(self) -> bool:
        return not self.nombre and not any(c.valeur for c in self.chiffres)


def tableau_de_bord(creanciers: Sequence[Creancier], *, au: date) -> TableauDeBord:
    """Tout ce que montre la page, en un nombre de requêtes qui ne dépend pas des factures."""
    balances = balances_agees(creanciers, au=au)
    tranches = ensemble(balances.values())
    echu = sum((t.total for t in tranches if t.cle != "a_echoir"), ZERO)
    encours = sum((t.total for t in tranches), ZERO)
    echus, encours_passes = passe(creanciers, au=au)
    encaisse = [Point(p.mois, p.total) for p in encaisse_par_mois(creanciers, au=au)]
    promises = _promises(creanciers, au=au)
    promis = _par_semaine(promises, au=au)
    return TableauDeBord(
        chiffres=[
            Chiffre("Échu", echu, "€", [*echus, Point(au, echu)], baisser_est_mieux=True),
            Chiffre("Encours total", encours, "€", [*encours_passes, Point(au, encours)]),
            dso(creanciers, Point(au, encours), encours_passes[-1]),
            Chiffre("Encaissé ce mois", encaisse[-1].valeur, "€", encaisse, est_du_mois=True),
        ],
        tranches=tranches,
        encours=encours,
        nombre=sum(t.nombre for t in tranches),
        debiteurs=plus_gros_debiteurs(creanciers, au=au, combien=10),
        paliers=_paliers(creanciers, tranches, au=au),
        promis=promis,
        promis_total=sum((s.montant for s in promis), ZERO),
        avoirs=Facture.objects.parmi(creanciers)
        .avoirs()
        .filter(solde__gt=0)
        .aggregate(total=Sum("solde"))["total"]
        or ZERO,
        lignes=_lignes(creanciers, balances, promises, au=au) if len(creanciers) > 1 else [],
    )


def _lignes(
    creanciers: Sequence[Creancier],
    balances: dict[int, list[Tranche]],
    promises: list[tuple[int, date, Decimal]],
    *,
    au: date,
) -> list[Ligne]:
    encaisse = encaisse_du_mois(creanciers, au=au)
    promis: dict[int, Decimal] = {}
    for creancier, _, montant in promises:
        promis[creancier] = promis.get(creancier, ZERO) + montant
    return [
        Ligne(c, balances[c.pk], encaisse.get(c.pk, ZERO), promis.get(c.pk, ZERO))
        for c in creanciers
    ]


def _paliers(
    creanciers: Sequence[Creancier], tranches: list[Tranche], *, au: date
) -> list[LignePalier]:
    """Tout l'échu de la balance est à un palier ; ce qui n'en a atteint aucun reste à relancer."""
    lus = par_palier(creanciers, au=au)
    echues = [tranche for tranche in tranches if tranche.cle != "a_echoir"]
    echu = sum((tranche.total for tranche in echues), ZERO)
    lus[Palier.A_ECHOIR] = (
        sum(tranche.nombre for tranche in echues) - sum(nombre for nombre, _ in lus.values()),
        echu - sum((montant for _, montant in lus.values()), ZERO),
    )
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


def _promises(creanciers: Sequence[Creancier], *, au: date) -> list[tuple[int, date, Decimal]]:
    lundi = _lundi(au)
    return list(
        Promesse.objects.parmi(creanciers)
        .en_cours()
        .filter(pour_le__gte=lundi, pour_le__lt=lundi + timedelta(weeks=SEMAINES_PROMISES))
        .values_list("creancier", "pour_le", "montant")
    )


def _par_semaine(promises: list[tuple[int, date, Decimal]], *, au: date) -> list[Semaine]:
    lundi = _lundi(au)
    par_semaine: dict[int, list[Decimal]] = {n: [] for n in range(SEMAINES_PROMISES)}
    for _, pour_le, montant in promises:
        par_semaine[(pour_le - lundi).days // 7].append(montant)
    return [
        Semaine(lundi + timedelta(weeks=n), sum(montants, ZERO), len(montants))
        for n, montants in par_semaine.items()
    ]


def _lundi(au: date) -> date:
    return au - timedelta(days=au.weekday())
