"""Ce que le retard ajoute à la somme, en une phrase : le droit le nomme, un texte ne l'invente pas.

Entre professionnels : C. com., art. L441-10, II et D441-5. D'une personne publique : code de la
commande publique, art. L2192-13 et D2192-35. D'un particulier : rien avant la mise en demeure.
"""

from dataclasses import dataclass
from decimal import Decimal

from recouvrement.droit.mentions import PROFESSIONNELS
from recouvrement.droit.regimes import INDEMNITE_FORFAITAIRE, Regime
from recouvrement.socle.montants import ZERO
from relances.regles.langue import Ecriture


@dataclass(frozen=True, slots=True)
class Accessoires:
    """Ce que le calcul du jour ajoute ; None : un taux manque, le montant n'est pas su."""

    regime: Regime
    penalites: Decimal | None = ZERO
    indemnites: Decimal | None = ZERO
    # Ce à quoi le créancier n'a pas renoncé : un retard le ferait courir.
    court: bool = True
    forfait: bool = True

    @property
    def sont_licites(self) -> bool:
        return self.regime in PROFESSIONNELS and (self.court or self.forfait)


def phrase_des_accessoires(accessoires: Accessoires, ecrire: Ecriture) -> str:
    """Vide si rien n'est dû sans mise en demeure, ou si le créancier a renoncé à tout."""
    if not accessoires.sont_licites:
        return ""
    mots = MOTS["en" if ecrire.anglais else "fr"]
    public = accessoires.regime == Regime.B2G
    dus = accessoires.penalites is None or accessoires.penalites or accessoires.indemnites
    morceaux = []
    if accessoires.court and (not dus or accessoires.penalites != ZERO):
        nom = mots["moratoires" if public else "penalites"]
        montant = accessoires.penalites
        morceaux.append(nom + (mots["a_ce_jour"].format(ecrire.euros(montant)) if montant else ""))
    if accessoires.forfait and (not dus or accessoires.indemnites != ZERO):
        morceaux.append(_forfait(accessoires.indemnites, ecrire, mots))
    if not morceaux:
        return ""
    quoi = mots["et"].join(morceaux)
    texte = mots["public" if public else "prive"]
    return mots["dus" if dus else "encourus"].format(quoi=quoi, texte=texte)


def _forfait(montant: Decimal | None, ecrire: Ecriture, mots: dict[str, str]) -> str:
    if montant == INDEMNITE_FORFAITAIRE:
        return mots["un_forfait"]
    return mots["forfait"] + (mots["soit"].format(ecrire.euros(montant)) if montant else "")


MOTS = {
    "fr": {
        "penalites": "des pénalités de retard",
        "moratoires": "des intérêts moratoires",
        "a_ce_jour": " ({} à ce jour)",
        "un_forfait": "l'indemnité forfaitaire de 40\u00a0€",
        "forfait": "une indemnité forfaitaire de 40\u00a0€ par facture",
        "soit": " (soit {})",
        "et": " et ",
        "prive": "C. com., art. L.\u00a0441-10 et D.\u00a0441-5",
        "public": "code de la commande publique, art. L.\u00a02192-13 et D.\u00a02192-35",
        "dus": "Le retard rend exigibles, sans rappel, {quoi}\u00a0: {texte}. "
        "Ces sommes s'ajoutent à celle demandée ici.",
        "encourus": "Pour information, un retard de paiement rend exigibles, sans rappel, "
        "{quoi}\u00a0: {texte}.",
    },
    "en": {
        "penalites": "late payment penalties",
        "moratoires": "late payment interest",
        "a_ce_jour": " ({} to date)",
        "un_forfait": "the fixed compensation of €40",
        "forfait": "a fixed compensation of €40 per invoice",
        "soit": " (i.e. {})",
        "et": " and ",
        "prive": "French Commercial Code, art. L.\u00a0441-10 and D.\u00a0441-5",
        "public": "French Public Procurement Code, art. L.\u00a02192-13 and D.\u00a02192-35",
        "dus": "Late payment makes the following due without reminder: {quoi} ({texte}). "
        "They are in addition to the amount requested here.",
        "encourus": "For your information, late payment makes the following due without "
        "reminder: {quoi} ({texte}).",
    },
}
