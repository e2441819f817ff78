"""Le compte d'une facture, que l'on avance de jour en jour et de paiement en paiement.

Seul `decompte` s'en sert : lui dit la règle, ce module la déroule. C'est la boucle la plus
fréquente du produit ; elle évite donc les appels et les objets inutiles.
"""

from calendar import isleap
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from recouvrement.droit.delais import delai
from recouvrement.droit.faits import (
    INTERETS_DABORD,
    REELLE,
    Convention,
    Decompte,
    FaitFacture,
    FaitPaiement,
    ImputationPaiement,
    PeriodeInteret,
)
from recouvrement.droit.grille import GRACE, UN_JOUR, Grille, GrilleDeGrace, grille
from recouvrement.droit.mois import ajouter_ans
from recouvrement.droit.regimes import QUALITE_A_ETABLIR, Regime
from recouvrement.droit.taux import TableTaux, semestre
from recouvrement.socle.montants import ZERO, arrondir

JAMAIS = date.max
MOIS_AVANT_MAJORATION = 2
TAUX_REGLEMENTAIRE = "Débiteur public : le taux est fixé par décret, le taux stipulé est écarté."
# Une renonciation totale abandonne tout ce qui court : on le compte, rien n'en est dû.
SANS_LIMITE = Decimal("Infinity")
INDEMNITE_UNIQUE = (
    "Une seule indemnité de 40 € pour cette facture payable en plusieurs fois : la première "
    "échéance manquée la porte (C. com., art. D441-5, lecture prudente, à confirmer)."
)
DIVISEUR = {365: Decimal(36500), 366: Decimal(36600)}


def depart_des_interets(
    facture: FaitFacture, convention: Convention, regime: Regime
) -> date | None:
    """La veille du premier jour qui porte intérêt ; None si rien ne court encore.

    Entre professionnels et contre un débiteur public : l'échéance. Autrement : la réception de la
    mise en demeure, ou à défaut la condamnation (C. civ., art. 1231-7), jamais avant l'échéance.
    """
    if not regime.regles.porte_interet:
        return None
    if not regime.regles.sur_mise_en_demeure:
        return facture.echeance
    causes = [
        jour
        for jour in (
            convention.mise_en_demeure_recue_le,
            convention.condamnee_le or convention.jugement_executoire_le,
        )
        if jour is not None
    ]
    return max(facture.echeance, min(causes)) if causes else None


type Phase = tuple[date, Grille | GrilleDeGrace]


def _phases(convention: Convention, regime: Regime, table: TableTaux | None) -> tuple[Phase, ...]:
    """Les grilles successives : avant la décision exécutoire, après, puis majorée."""
    phases, simple = _phases_sans_grace(convention, regime, table)
    debut, fin = convention.jugement_executoire_le, convention.grace_jusqu_au
    if debut is None or fin is None:
        return phases
    # Le taux légal court, sans majoration ; les pénalités ne sont pas encourues (1343-5).
    pendant = GRACE if simple is None else simple
    avant = [(min(borne, debut), grille) for borne, grille in phases]
    premiere = next(rang for rang, (borne, _) in enumerate(phases) if borne >= debut)
    apres = tuple(phase for phase in phases if phase[0] > fin)
    return (*avant[: premiere + 1], (fin, pendant), *apres)


def _phases_sans_grace(
    convention: Convention, regime: Regime, table: TableTaux | None
) -> tuple[tuple[Phase, ...], Grille | None]:
    """Les phases, et la grille du taux légal simple si c'est lui qui court après la décision."""
    taux = convention.taux_contractuel
    convenue = grille(regime, taux, False, table)
    jugement = convention.jugement_executoire_le
    if jugement is None:
        return ((JAMAIS, convenue),), None
    if convention.condamnation_au_taux_legal:
        legal = Regime.C2X if regime is Regime.C2X else Regime.B2C
    elif regime.regles.points_bce is None and taux is None:
        legal = regime
    else:
        # La majoration ne vise que le taux légal (CMF, art. L313-3).
        return ((JAMAIS, convenue),), None
    # L'attente qui ouvre un droit se proroge au jour ouvrable (CPC, art. 642).
    deux_mois = delai(jugement, mois=MOIS_AVANT_MAJORATION).a_attendre
    simple = grille(legal, None, False, table)
    majoree = (JAMAIS, grille(legal, None, True, table))
    if simple is convenue:
        # Le taux ne change pas au jugement : rien à couper ce jour-là.
        return ((deux_mois, simple), majoree), simple
    return ((jugement, convenue), (deux_mois, simple), majoree), simple


class Compte:
    """Une facture, ce qui en reste dû, et les lignes déjà écrites."""

    __slots__ = (
        "annees",
        "anniversaire",
        "annulee",
        "avertissements",
        "capitalises",
        "convention",
        "courus",
        "demandee_tard",
        "facture",
        "fin",
        "imputations",
        "indemnite",
        "indemnite_initiale",
        "interets",
        "jour",
        "origine",
        "periodes",
        "phases",
        "principal",
        "regime",
        "remise",
        "remise_indemnite",
    )

    def __init__(
        self,
        facture: FaitFacture,
        convention: Convention,
        recus: Sequence[FaitPaiement],
        table: TableTaux | None,
        *,
        chiffrer: bool = True,
    ) -> None:
        self.facture = facture
        self.convention = convention
        self.regime = regime = facture.regime or convention.regime
        self.principal = facture.montant
        self.interets = self.courus = self.capitalises = self.indemnite = ZERO
        self.indemnite_initiale: Decimal | None = None
        self.remise_indemnite = ZERO
        self.demandee_tard = False
        self.remise = SANS_LIMITE if convention.renonce_interets else convention.remise_interets
        self.periodes: list[PeriodeInteret] = []
        self.imputations: list[ImputationPaiement] = []
        self.avertissements: dict[str, None] = {}
        # Une facture entièrement annulée par ses avoirs n'a jamais été due.
        self.annulee = (
            bool(recus) and sum([p.montant for p in recus if p.avoir], ZERO) >= facture.montant
        )
        # Sans chiffrer : un taux manque, et rien n'est réclamé de ce qui court.
        court = chiffrer and not self.annulee
        depart = None if not court else depart_des_interets(facture, convention, regime)
        self.fin = self.anniversaire = JAMAIS
        self.annees = 0
        if regime is Regime.INCONNU:
            self.avertissements[QUALITE_A_ETABLIR] = None
        if depart is None:
            self.jour = self.origine = JAMAIS
            return
        self.jour = self.origine = depart
        self.phases = _phases(convention, regime, table)
        if convention.taux_contractuel is not None and not regime.regles.taux_stipulable:
            self.avertissements[TAUX_REGLEMENTAIRE] = None
        if convention.procedure_collective_le and not convention.interets_maintenus:
            # Le jugement prend effet dès la première heure de son jour : la veille est le dernier.
            self.fin = convention.procedure_collective_le - UN_JOUR
        if convention.capitalisation and not convention.renonce_interets:
            self.origine = max(depart, convention.capitalisation_depuis or depart)
            self.demandee_tard = self.origine > depart
            if self.demandee_tard and convention.capitalisation_des_la_demande:
                self.origine = max(self.origine, ajouter_ans(depart, 1))
                self.annees = -1
            self._fixer_anniversaire()

    def avancer(self, jusqu_a: date) -> None:
        """Fait courir les intérêts jusqu'à ce jour inclus, et naître l'indemnité.

        Une période s'arrête au semestre, au changement de taux ou à l'anniversaire.
        """
        if self.indemnite_initiale is None and jusqu_a > self.facture.echeance:
            self.indemnite_initiale = self.indemnite = self._indemnite_nee()
        jour = self.jour
        dernier = jusqu_a if jusqu_a < self.fin else self.fin
        while jour < dernier:
            if jour >= self.anniversaire:
                self._capitaliser()
            while jour >= self.phases[0][0]:
                self.phases = self.phases[1:]
            borne, paliers = self.phases[0]
            limite = min(dernier, borne, self.anniversaire)
            assiette = self.principal + self.capitalises if self.capitalises else self.principal
            # Une assiette nulle ne porte rien, mais des intérêts dus peuvent se capitaliser.
            if assiette:
                self._courir(jour, limite, assiette, paliers)
            jour = limite
        self.jour = jour

    def _courir(
        self, jour: date, limite: date, assiette: Decimal, paliers: Grille | GrilleDeGrace
    ) -> None:
        """Les périodes du lendemain de `jour` à `limite`, à assiette constante."""
        reelle = self.convention.base_jours == REELLE
        diviseur = DIVISEUR[365]
        ajouter = self.periodes.append
        courus = ZERO
        while jour < limite:
            du = jour + UN_JOUR
            palier = paliers[
                semestre(self.facture.echeance + UN_JOUR)
                if paliers.fige
                else du.year * 2 + (du.month > 6)
            ]
            au = palier.fin
            if au > limite:
                au = limite
            if reelle:
                au = min(au, date(du.year, 12, 31))
                diviseur = DIVISEUR[366 if isleap(du.year) else 365]
            jours = (au - jour).days
            taux = palier.taux
            montant = arrondir(assiette * taux * jours / diviseur)
            courus += montant
            ajouter(PeriodeInteret(du, au, jours, assiette, taux, palier.fondement, montant))
            if palier.avertissement:
                self.avertissements[palier.avertissement] = None
            jour = au
        self.courus += courus
        self.interets += courus

    def _capitaliser(self) -> None:
        """Un an de plus : les intérêts impayés portent à leur tour intérêt (C. civ., 1343-2)."""
        self.capitalises += self.interets
        self.interets = ZERO
        self._fixer_anniversaire()

    def _fixer_anniversaire(self) -> None:
        self.annees += 1
        self.anniversaire = ajouter_ans(self.origine, self.annees)

    def _indemnite_nee(self) -> Decimal:
        """40 € si la facture n'était pas payée à son échéance (C. com., art. L441-10 et D441-5)."""
        ouverture = self.convention.procedure_collective_le
        if (
            not self.principal
            or self.annulee
            or (ouverture is not None and self.facture.echeance >= ouverture)
        ):
            return ZERO
        due = self.regime.regles.indemnite_forfaitaire
        if due and self.convention.indemnite_ailleurs:
            self.avertissements[INDEMNITE_UNIQUE] = None
            return ZERO
        if self.convention.renonce_indemnite:
            self.remise_indemnite = due
        elif self.convention.remise_indemnite:
            self.remise_indemnite = min(due, self.convention.remise_indemnite)
        return (due - self.remise_indemnite) or ZERO

    def imputer(self, paiement: FaitPaiement) -> None:
        """Éteint les dettes dans l'ordre convenu ; ce qui dépasse est un excédent."""
        reste = paiement.montant
        sur_interets = sur_indemnite = ZERO
        ordre = paiement.ordre or self.convention.imputation
        if paiement.avoir:
            sur_principal = min(reste, self.principal)
            self.principal -= sur_principal
            reste -= sur_principal
        elif ordre == INTERETS_DABORD:
            sur_interets, reste = self._payer_interets(reste)
            sur_principal = min(reste, self.principal)
            self.principal -= sur_principal
            reste -= sur_principal
        else:
            sur_principal = min(reste, self.principal)
            self.principal -= sur_principal
            sur_interets, reste = self._payer_interets(reste - sur_principal)
        if reste and not paiement.avoir:
            sur_indemnite = min(reste, self.indemnite)
            self.indemnite -= sur_indemnite
            reste -= sur_indemnite
        self.imputations.append(
            ImputationPaiement(
                le=paiement.le,
                montant=paiement.montant,
                sur_interets=sur_interets,
                sur_principal=sur_principal,
                excedent=reste,
                sur_indemnite=sur_indemnite,
                reference=paiement.reference,
                avoir=paiement.avoir,
                ordre=ordre,
                cle=paiement.cle,
            )
        )

    def _payer_interets(self, somme: Decimal) -> tuple[Decimal, Decimal]:
        # Un règlement n'éteint pas les intérêts auxquels le créancier a renoncé.
        a_payer = min(somme, max(ZERO, self.interets + self.capitalises - self.remise))
        sur_interets = min(a_payer, self.interets)
        self.interets -= sur_interets
        self.capitalises -= a_payer - sur_interets
        return a_payer, somme - a_payer

    def clore(self, au: date) -> Decompte:
        """Le décompte, dont les lignes s'additionnent au total."""
        dus = self.interets + self.capitalises if self.capitalises else self.interets
        remise = min(self.remise, dus)
        interets_dus = dus - remise
        return Decompte(
            reference=self.facture.reference,
            au=au,
            regime=self.regime,
            convention=self.convention,
            principal_initial=self.facture.montant,
            principal_restant=self.principal,
            periodes=tuple(self.periodes),
            paiements=tuple(self.imputations),
            interets_courus=self.courus,
            remise_interets=remise,
            interets_dus=interets_dus,
            indemnite_initiale=self.indemnite_initiale or ZERO,
            indemnite=self.indemnite,
            total=self.principal + interets_dus + self.indemnite,
            avertissements=tuple(self.avertissements),
            remise_indemnite=self.remise_indemnite,
        )
