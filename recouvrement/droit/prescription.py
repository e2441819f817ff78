"""Jusqu'à quand une créance peut être réclamée en justice.

Cinq ans (C. com., art. L110-4, I ; C. civ., art. 2224) ; deux ans contre un consommateur
(C. conso., art. L218-2) ; un an pour le transport (C. com., art. L133-6) ; quatre ans, comptés du
1er janvier suivant, contre une personne publique (loi n° 68-1250 du 31/12/1968). Régime inconnu :
deux ans.

Le délai se compte en jours entiers, le dernier accompli (C. civ., art. 2228 et 2229) ; il n'est pas
prorogé au jour ouvrable. L'interruption efface et fait repartir un délai de même durée (2231) ; la
suspension gèle sans effacer (2230). Une relance, une mise en demeure, même recommandée, et le dépôt
d'une requête en injonction de payer n'interrompent rien (Cass. com., 18/05/2022, n° 20-23.204 ;
Cass. 1re civ., 09/09/2020, n° 19-12.006) ; contre une personne publique, la demande écrite
interrompt (loi n° 68-1250, art. 2).

La décision de justice remplace ce délai par dix ans pour l'exécuter (CPCE, art. L111-4), comptés
ici de sa date, la plus prudente. L'ordonnance d'injonction de payer n'en donne pas : le point est
discuté, sa signification interrompt, et la créance garde son délai.

Reconnaissances et suspensions ne portent pas le délai à plus de vingt ans de la naissance du droit
(C. civ., art. 2232) ; une demande en justice ou un acte d'exécution échappe à ce butoir.

>>> p = prescription(date(2024, 3, 15), Duree.CONSOMMATEUR)
>>> p.dernier_jour, p.est_acquise(date(2026, 3, 15)), p.est_acquise(date(2026, 3, 16))
(datetime.date(2026, 3, 15), False, True)
>>> reconnue = Evenement(Acte.RECONNAISSANCE, date(2025, 6, 1), "courriel du 1er juin")
>>> prescription(date(2024, 3, 15), Duree.CONSOMMATEUR, [reconnue]).dernier_jour
datetime.date(2027, 6, 1)
>>> relance = Evenement(Acte.MISE_EN_DEMEURE, date(2025, 6, 1))
>>> prescription(date(2024, 3, 15), Duree.CONSOMMATEUR, [relance]).dernier_jour
datetime.date(2026, 3, 15)
>>> jugement = Evenement(Acte.DECISION, date(2025, 6, 1), "TJ de Rennes")
>>> prescription(date(2024, 3, 15), Duree.CONSOMMATEUR, [jugement]).dernier_jour
datetime.date(2035, 6, 1)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from recouvrement.droit.actes import Acte, Effet, Evenement
from recouvrement.droit.mois import ajouter_ans, ajouter_mois
from recouvrement.droit.regimes import Regime
from recouvrement.droit.sources import Confiance, la_moins_sure

__all__ = [
    "Acte",
    "Duree",
    "Effet",
    "EtapePrescription",
    "Evenement",
    "Prescription",
    "departs",
    "duree_de",
    "prescription",
]

MOIS_DE_REPRISE = 6
SEUILS_ALERTE = (12, 6, 3, 1)
ANS_BUTOIR = 20


class Duree(Enum):
    """Une durée, son objet, son article et sa certitude."""

    ENTRE_PROFESSIONNELS = (
        *(5, "obligation commerciale", "C. com., art. L110-4, I"),
        Confiance.DE_MEMOIRE,
    )
    CIVILE = (5, "droit commun", "C. civ., art. 2224", Confiance.VU)
    CONSOMMATEUR = (
        *(2, "bien ou service fourni à un consommateur", "C. conso., art. L218-2"),
        Confiance.VU,
    )
    TRANSPORT = (1, "transport de marchandises", "C. com., art. L133-6", Confiance.VU_TIERS)
    NAVIRE = (
        *(1, "fournitures et ouvrages pour un navire", "C. com., art. L110-4, II"),
        Confiance.DE_MEMOIRE,
    )
    TELECOMS = (
        *(1, "communications électroniques", "CPCE (postes), art. L34-2"),
        Confiance.DE_MEMOIRE,
    )
    PERSONNE_PUBLIQUE = (
        *(4, "créance sur une personne publique", "loi n° 68-1250 du 31/12/1968"),
        Confiance.VU,
    )
    TITRE = (10, "exécution d'une décision de justice", "CPCE, art. L111-4", Confiance.LECTURE)
    REGIME_INCONNU = (
        *(
            2,
            "qualité du débiteur à établir",
            "la plus courte par prudence, C. conso., art. L218-2",
        ),
        Confiance.INCERTAIN,
    )

    def __init__(self, ans: int, objet: str, fondement: str, confiance: Confiance) -> None:
        self.ans = ans
        self.objet = objet
        self.fondement = fondement
        self.confiance = confiance

    @property
    def libelle(self) -> str:
        """« transport de marchandises : 1 an (C. com., art. L133-6) »."""
        return f"{self.objet} : {self.ans} an{'s' * (self.ans > 1)} ({self.fondement})"

    @property
    def est_au_choix(self) -> bool:
        """Vrai si l'objet de la facture peut la commander, plutôt que la seule nature du client."""
        return self not in (Duree.REGIME_INCONNU, Duree.TITRE)

    def depart(self, fait: date) -> date:
        """La veille du premier jour compté."""
        if self is Duree.PERSONNE_PUBLIQUE:
            return date(fait.year, 12, 31)
        return fait

    def terme(self, depart: date) -> date:
        """Le dernier jour utile, sans interruption ni suspension."""
        if self is Duree.PERSONNE_PUBLIQUE:
            return date(depart.year + self.ans, 12, 31)
        return ajouter_ans(depart, self.ans)


@dataclass(frozen=True, slots=True)
class EtapePrescription:
    """Ce qu'un acte a changé : le dernier jour après lui, et pourquoi."""

    evenement: Evenement
    dernier_jour: date | None
    motif: str
    confiance: Confiance = Confiance.VU


@dataclass(frozen=True, slots=True)
class Prescription:
    """Le dernier jour utile (None : le délai ne court pas), et ce qui l'a fait.

    `duree` : celle qui court au bout du compte, dix ans après une décision. `confiance` : celle de
    la durée et des actes qui ont fait cette date, la moins sûre.
    """

    depart: date
    duree: Duree
    dernier_jour: date | None
    etapes: tuple[EtapePrescription, ...]
    confiance: Confiance

    def est_acquise(self, au: date) -> bool:
        """Vrai le lendemain du dernier jour."""
        return self.dernier_jour is not None and au > self.dernier_jour

    def alertes(self) -> tuple[tuple[int, date], ...]:
        """Les jours d'alerte : douze, six, trois et un mois avant le dernier jour."""
        if self.dernier_jour is None:
            return ()
        dernier = self.dernier_jour
        return tuple((mois, ajouter_mois(dernier, -mois)) for mois in SEUILS_ALERTE)

    def alerte(self, au: date) -> int | None:
        """Le plus petit seuil franchi ce jour, en mois ; 0 si la prescription est acquise."""
        if self.est_acquise(au):
            return 0
        franchis = [mois for mois, jour in self.alertes() if au >= jour]
        return min(franchis, default=None)


def duree_de(regime: Regime, *, commercial: bool = True) -> Duree:
    """La durée d'après le régime de la facture."""
    if regime is Regime.B2B:
        return Duree.ENTRE_PROFESSIONNELS if commercial else Duree.CIVILE
    return {
        Regime.B2C: Duree.CONSOMMATEUR,
        Regime.B2G: Duree.PERSONNE_PUBLIQUE,
        Regime.C2X: Duree.CIVILE,
        Regime.INCONNU: Duree.REGIME_INCONNU,
    }[regime]


def departs(echeance: date, fin_prestation: date | None) -> tuple[date, date]:
    """Le départ prudent, qui fixe les alertes, et l'autre départ possible (C. civ., 2224 et 2233).

    >>> departs(date(2026, 3, 1), date(2026, 1, 15))
    (datetime.date(2026, 1, 15), datetime.date(2026, 3, 1))
    """
    fin = fin_prestation or echeance
    return min(fin, echeance), max(fin, echeance)


def prescription(depart: date, duree: Duree, actes: Iterable[Evenement] = ()) -> Prescription:
    """Le dernier jour utile, après chaque interruption et suspension dans l'ordre des dates."""
    cours = _Cours(depart, duree, actes)
    etapes = tuple(cours.suivre(evenement) for evenement in cours.actes)
    return Prescription(depart, cours.duree, cours.terme, etapes, cours.confiance)


class _Cours:
    """Le délai qui court, que l'on avance d'acte en acte."""

    def __init__(self, depart: date, duree: Duree, actes: Iterable[Evenement]) -> None:
        self.actes = sorted(actes, key=lambda e: (e.le, e.fin or date.max, e.acte.name))
        self.suspensions = [
            e for e in self.actes if e.acte.effet is Effet.SUSPEND and not e.non_avenu
        ]
        self.duree = duree
        self.confiance = duree.confiance
        self.origine: date | None = depart
        self.butoir: date | None = ajouter_ans(depart, ANS_BUTOIR)
        self.terme = _au_plus(_terme(depart, duree, self.suspensions), self.butoir)

    def suivre(self, evenement: Evenement) -> EtapePrescription:
        """Ce que cet acte change, ou pourquoi il ne change rien."""
        acte, motif, confiance = evenement.acte, evenement.acte.fondement, evenement.acte.confiance
        publique = self.duree is Duree.PERSONNE_PUBLIQUE
        if evenement.non_avenu:
            motif = "non avenu (C. civ., art. 2243)"
        elif acte.effet is Effet.AUCUN or (acte.vise_une_personne_publique and not publique):
            motif = f"sans effet ({motif})"
        elif acte.effet is Effet.TITRE:
            motif = self._executer(evenement)
        elif self.terme is not None and evenement.le > self.terme:
            motif = "trop tard : la prescription était acquise (C. civ., art. 2250)"
        elif acte.effet is Effet.SUSPEND:
            self.confiance = la_moins_sure(self.confiance, confiance)
        elif self.origine is not None:
            motif, confiance = self._interrompre(evenement)
        return EtapePrescription(evenement, self.terme, motif, confiance)

    def _executer(self, evenement: Evenement) -> str:
        """Dix ans à la place du délai d'origine ; ni l'instance ni le butoir n'y font plus rien."""
        self.duree, self.origine, self.butoir = Duree.TITRE, evenement.le, None
        self.terme = _terme(evenement.le, Duree.TITRE, self.suspensions)
        self.confiance = Duree.TITRE.confiance
        return f"dix ans, comptés de la décision ({evenement.acte.fondement})"

    def _interrompre(self, evenement: Evenement) -> tuple[str, Confiance]:
        acte, motif, confiance = evenement.acte, evenement.acte.fondement, evenement.acte.confiance
        fin = evenement.fin if acte.a_une_duree else evenement.le
        if fin is None and acte is Acte.TENTATIVE_PREALABLE:
            # Le texte n'interrompt qu'à l'enregistrement : sans fin connue, la date prudente.
            fin, confiance = evenement.le, Confiance.LECTURE
            motif += " ; fin inconnue : compté de l'enregistrement, par prudence"
        origine = self.origine or evenement.le
        # Instance en cours : le délai ne repart qu'à son extinction.
        self.origine = None if fin is None else max(origine, fin)
        nouveau = (
            None if self.origine is None else _terme(self.origine, self.duree, self.suspensions)
        )
        if acte.echappe_au_butoir:
            self.butoir = None
        nouveau = _au_plus(nouveau, self.butoir)
        if self.butoir is not None and nouveau == self.butoir:
            motif += " ; butoir de vingt ans (C. civ., art. 2232)"
        # Interrompre ne raccourcit jamais, fût-ce d'un 29 février.
        self.terme = None if self.terme is None or nouveau is None else max(self.terme, nouveau)
        self.confiance = la_moins_sure(self.confiance, confiance)
        return motif, confiance


def _au_plus(terme: date | None, butoir: date | None) -> date | None:
    """Le terme sans dépasser le butoir ; un délai en suspens n'a pas encore de terme."""
    return terme if terme is None or butoir is None else min(terme, butoir)


def _terme(origine: date, duree: Duree, suspensions: list[Evenement]) -> date | None:
    """Le dernier jour, chaque jour suspendu après `origine` étant rendu une fois.

    Le jour de l'acte qui suspend a couru, celui qui y met fin court de nouveau : on rend l'écart
    des deux dates (C. civ., art. 2228, 2230 et 2238).
    """
    terme = duree.terme(origine)
    jusque = duree.depart(origine)
    for suspension in suspensions:
        if suspension.le > terme:
            break
        if suspension.fin is None:
            return None
        gele = (suspension.fin - max(suspension.le, jusque)).days
        if gele > 0:
            terme += timedelta(days=gele)
            jusque = suspension.fin
            if suspension.acte.reprise_minimale:
                terme = max(terme, ajouter_mois(suspension.fin, MOIS_DE_REPRISE))
    return terme
