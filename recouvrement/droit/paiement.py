"""Le délai de paiement convenu est-il permis ? (C. com., art. L441-10, I et L441-11, II.)

Entre professionnels : 60 jours après l'émission, ou 45 jours fin de mois si c'est stipulé (les deux
façons de compter sont admises), 45 jours pour une facture récapitulative, 30 jours après la
réception ou la prestation si rien n'est convenu. Secteurs : 30 jours pour le transport, 30 jours
après livraison pour les denrées périssables, 20 pour le bétail et la viande fraîche, 30 jours après
la fin du mois de livraison pour les alcools. Commande publique : 30, 50 ou 60 jours (code de la
commande publique, art. R2192-10 et s.). Sanction : amende administrative (C. com., art. L441-16).
Contre un consommateur : pas de plafond.

>>> fin_de_mois_a(date(2026, 1, 15)), fin_de_mois_b(date(2026, 1, 15))
(datetime.date(2026, 3, 31), datetime.date(2026, 3, 17))
>>> v = verifier(Situation.CONVENU, emission=date(2026, 1, 15), echeance=date(2026, 4, 1))
>>> v.est_licite, v.limite
(False, datetime.date(2026, 3, 16))
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from recouvrement.droit.mois import fin_de_mois
from recouvrement.droit.sources import Confiance
from recouvrement.socle import formats


def _apres(jours: int) -> Callable[[date], date]:
    return lambda depart: depart + timedelta(days=jours)


def fin_de_mois_a(emission: date) -> date:
    """45 jours, puis la fin du mois."""
    return fin_de_mois(emission + timedelta(days=45))


def fin_de_mois_b(emission: date) -> date:
    """La fin du mois, puis 45 jours."""
    return fin_de_mois(emission) + timedelta(days=45)


def _le_plus_tardif(emission: date) -> date:
    return max(fin_de_mois_a(emission), fin_de_mois_b(emission))


def _fin_de_mois_plus_trente(livraison: date) -> date:
    return fin_de_mois(livraison) + timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Plafond:
    """Un plafond : d'où il part, jusqu'où il va, son article."""

    libelle: str
    depuis_livraison: bool
    limite: Callable[[date], date] | None
    fondement: str
    confiance: Confiance


class Situation(Enum):
    """Ce qui a été convenu, et pour quelle sorte de vente."""

    RIEN_DE_CONVENU = Plafond(
        "30 jours après la réception ou la prestation",
        True,
        _apres(30),
        "C. com., art. L441-10, I, al. 1",
        Confiance.VU,
    )
    CONVENU = Plafond(
        "60 jours après l'émission",
        False,
        _apres(60),
        "C. com., art. L441-10, I, al. 2",
        Confiance.VU,
    )
    FIN_DE_MOIS = Plafond(
        "45 jours fin de mois",
        False,
        _le_plus_tardif,
        "C. com., art. L441-10, I, al. 3",
        Confiance.VU,
    )
    RECAPITULATIVE = Plafond(
        "45 jours après l'émission (facture récapitulative)",
        False,
        _apres(45),
        "C. com., art. L441-10, I, al. 4",
        Confiance.VU,
    )
    TRANSPORT = Plafond(
        "30 jours après l'émission (transport, location de véhicules)",
        False,
        _apres(30),
        "C. com., art. L441-11, II, 5°",
        Confiance.DE_MEMOIRE,
    )
    DENREES_PERISSABLES = Plafond(
        "30 jours après la livraison (denrées périssables)",
        True,
        _apres(30),
        "C. com., art. L441-11, II, 1°",
        Confiance.VU,
    )
    VIANDES_FRAICHES = Plafond(
        "20 jours après la livraison (bétail vivant, viandes fraîches)",
        True,
        _apres(20),
        "C. com., art. L441-11, II, 2°",
        Confiance.DE_MEMOIRE,
    )
    ALCOOLS = Plafond(
        "30 jours après la fin du mois de livraison (alcools)",
        True,
        _fin_de_mois_plus_trente,
        "C. com., art. L441-11, II, 3°",
        Confiance.DE_MEMOIRE,
    )
    PUBLIC = Plafond(
        "30 jours (État, collectivités)",
        True,
        _apres(30),
        "code de la commande publique, art. R2192-10 et s.",
        Confiance.DE_MEMOIRE,
    )
    PUBLIC_SANTE = Plafond(
        "50 jours (établissements publics de santé)",
        True,
        _apres(50),
        "code de la commande publique, art. R2192-10 et s.",
        Confiance.DE_MEMOIRE,
    )
    PUBLIC_ENTREPRISE = Plafond(
        "60 jours (entreprises publiques)",
        True,
        _apres(60),
        "code de la commande publique, art. R2192-10 et s.",
        Confiance.DE_MEMOIRE,
    )
    CONSOMMATEUR = Plafond(
        "librement convenu avec un consommateur", False, None, "aucun plafond", Confiance.DE_MEMOIRE
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Le délai convenu face à son plafond. `est_licite` None : il manque la date de livraison."""

    est_licite: bool | None
    limite: date | None
    plafond: Plafond

    @property
    def phrase(self) -> str:
        """Une phrase à afficher, avec l'article."""
        if self.est_licite is None:
            return f"À préciser : la date de livraison ou de réception ({self.plafond.fondement})."
        if self.est_licite:
            return f"Délai permis : {self.plafond.libelle} ({self.plafond.fondement})."
        return (
            f"Délai trop long : {self.plafond.libelle}, soit le {formats.jour(self.limite)} "
            f"au plus ({self.plafond.fondement})."
        )


def verifier(
    situation: Situation, *, emission: date, echeance: date, livraison: date | None = None
) -> Verdict:
    """Compare l'échéance au plafond ; le plafond ne change rien au départ des intérêts."""
    plafond = situation.value
    if plafond.limite is None:
        return Verdict(True, None, plafond)
    depart = livraison if plafond.depuis_livraison else emission
    if depart is None:
        return Verdict(None, None, plafond)
    limite = plafond.limite(depart)
    return Verdict(echeance <= limite, limite, plafond)
