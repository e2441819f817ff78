"""Ce qu'une facture lue doit vérifier avant d'entrer.

Contredite, elle est refusée ou signalée, jamais réparée. Pur : ni base, ni horloge.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from stdnum import iban as cle_iban
from stdnum.eu import vat as cle_tva
from stdnum.fr import siren as cle_siren
from stdnum.fr import siret as cle_siret

from factures.imports.conditions import lire_conditions
from factures.imports.tranches import faute_des_echeances
from factures.imports.types import AVOIR, Anomalie, FactureLue, PartieLue, Refus, TvaLue
from recouvrement.socle import formats
from recouvrement.socle.formats import euros
from recouvrement.socle.montants import ZERO
from recouvrement.socle.saisies.lisible import phrase_illisible

TOLERANCE = Decimal("0.02")
DELAI_PAR_DEFAUT = 30
LONGUEUR_NUMERO, LONGUEUR_NOM = 80, 200
LONGUEUR_LIBELLE, LONGUEUR_COMMANDE = 250, 100
# Ces profils n'ont pas de quoi dire l'acompte : seul le net à payer le montre.
SANS_PREPAYE = ("MINIMUM",)
TABLEUR = "tableur"


@dataclass(slots=True)
class Controle:
    refus: list[Refus] = field(default_factory=list)
    alertes: list[Anomalie] = field(default_factory=list)

    def refuser(self, champ: str, phrase: str, *, levable: bool = False) -> None:
        self.refus.append(Refus(champ, phrase, levable))

    def signaler(self, champ: str, phrase: str) -> None:
        self.alertes.append(Anomalie(champ, phrase))


def controler(facture: FactureLue) -> Controle:
    controle = Controle()
    _identite(facture, controle)
    _dates(facture, controle)
    if facture.devise != "EUR":
        vu = f"en {facture.devise[:10]}" if facture.devise else "dans une devise inconnue"
        controle.refuser("devise", f"Cette facture est {vu} : seuls les euros sont suivis.")
    _totaux(facture, controle)
    _ventilation(facture, controle)
    _reste_du(facture, controle)
    if faute := faute_des_echeances(completer(facture)):
        controle.refuser("echeances", faute, levable=True)
    _partie(facture.vendeur, "vendeur", controle)
    _partie(facture.acheteur, "acheteur", controle)
    if facture.iban and not cle_iban.is_valid(facture.iban):
        controle.signaler("iban", f"L'IBAN {facture.iban[:40]} a une clé fausse.")
    return controle


def completer(facture: FactureLue) -> FactureLue:
    """Acompte et net à payer, déduits l'un de l'autre ; le montant dû en est la somme.

    BR-CO-16 : BT-115 = BT-112 − BT-113 + BT-114. L'arrondi est dû, ou ne l'est pas : il entre dans
    le montant, et la facture complétée n'en a plus.
    """
    facture = replace(facture, date_echeance=_echeance(facture))
    ttc = facture.montant_ttc
    if ttc is None:
        return facture
    ttc += facture.arrondi
    prepaye, du = facture.montant_prepaye, facture.montant_du
    if prepaye is None:
        prepaye = ZERO if du is None else max(ttc - du, ZERO)
    if du is None or facture.profil == TABLEUR:
        # Le reste dû d'un tableur est le solde du jour de l'export, pas le net d'un document.
        du = ttc - prepaye if du is None else du
    else:
        ttc = prepaye + du
    return replace(
        facture,
        montant_ttc=ttc,
        montant_prepaye=prepaye,
        montant_du=du,
        arrondi=ZERO,
        libelle=facture.libelle[:LONGUEUR_LIBELLE],
        reference_commande=facture.reference_commande[:LONGUEUR_COMMANDE],
    )


def _echeance(facture: FactureLue) -> date | None:
    emission, terme = facture.date_emission, lire_conditions(facture.conditions)
    if facture.date_echeance or facture.nature == AVOIR or not (emission and terme):
        return facture.date_echeance
    return terme.echeance(emission)


def _identite(facture: FactureLue, controle: Controle) -> None:
    if not facture.numero:
        controle.refuser("numero", "Numéro manquant.")
    elif len(facture.numero) > LONGUEUR_NUMERO:
        controle.refuser("numero", f"Numéro de plus de {LONGUEUR_NUMERO} caractères.")
    acheteur = facture.acheteur
    if not any((acheteur.nom, acheteur.siren, acheteur.siret, acheteur.tva, acheteur.code)):
        controle.refuser("client", "Client manquant.")
    elif len(acheteur.nom) > LONGUEUR_NOM:
        controle.refuser("client", f"Nom du client de plus de {LONGUEUR_NOM} caractères.")
    for champ, texte, longueur in (
        ("libelle", facture.libelle, LONGUEUR_LIBELLE),
        ("reference_commande", facture.reference_commande, LONGUEUR_COMMANDE),
    ):
        if len(texte) > longueur:
            nom = "Objet" if champ == "libelle" else "Commande"
            controle.signaler(champ, f"{nom} de plus de {longueur} caractères : coupé là.")
    for champ, texte in (
        ("numero", facture.numero),
        ("client", acheteur.nom),
        ("client", acheteur.code),
        ("libelle", facture.libelle),
    ):
        if phrase := phrase_illisible(texte):
            controle.refuser(champ, phrase)


def _dates(facture: FactureLue, controle: Controle) -> None:
    emission, echeance = facture.date_emission, facture.date_echeance
    if emission is None:
        controle.refuser("date_emission", "Date d'émission manquante.")
    if emission and echeance and echeance < emission:
        controle.signaler("date_echeance", phrase_echue_avant_emission(emission, echeance))
    if facture.nature != AVOIR and facture.conditions:
        _conditions(facture, controle)
    elif echeance is None and facture.nature != AVOIR:
        controle.signaler(
            "date_echeance",
            f"Échéance absente : {DELAI_PAR_DEFAUT} jours après l'émission par défaut.",
        )


def phrase_echue_avant_emission(emission: date, echeance: date) -> str:
    """Loyer, abonnement, facture tardive : rien ne l'interdit, une personne le voit."""
    return (
        f"L'échéance ({formats.jour(echeance)}) précède l'émission ({formats.jour(emission)}) : "
        "gardée telle quelle."
    )


def _conditions(facture: FactureLue, controle: Controle) -> None:
    """Elles donnent l'échéance qui manque ; incomprises, c'est une question, jamais 30 jours."""
    emission, echeance = facture.date_emission, facture.date_echeance
    terme = lire_conditions(facture.conditions)
    if terme is None:
        if echeance is None:
            controle.refuser(
                "conditions",
                f"Échéance absente, et « {facture.conditions[:60]} » ne la donne pas : "
                "quelle est-elle ?",
                levable=True,
            )
        return
    if emission is None:
        return
    calculee = formats.jour(terme.echeance(emission))
    if echeance is None:
        controle.signaler(
            "date_echeance", f"Échéance absente : {calculee}, « {terme} » d'après le fichier."
        )
    elif echeance != terme.echeance(emission):
        controle.signaler(
            "date_echeance",
            f"Échéance du fichier retenue ; ses conditions, « {terme} », donneraient le "
            f"{calculee}.",
        )


def _totaux(facture: FactureLue, controle: Controle) -> None:
    ht, tva, ttc = facture.montant_ht, facture.montant_tva, facture.montant_ttc
    if ttc is None:
        controle.refuser("montant_ttc", "Total TTC manquant.")
        return
    if ttc == 0 or ttc + facture.arrondi == 0:
        controle.refuser("montant_ttc", "Le total est nul : il n'y a rien à suivre.")
    elif ttc < 0:
        quoi = "L'avoir" if facture.nature == AVOIR else "La facture"
        conseil = "" if facture.nature == AVOIR else " : est-ce un avoir ?"
        controle.refuser("montant_ttc", f"{quoi} a un total négatif ({euros(ttc)}){conseil}")
    if ht is None:
        if tva is not None and abs(tva) > abs(ttc):
            controle.refuser(
                "montant_tva", f"La TVA ({euros(tva)}) dépasse le total TTC ({euros(ttc)})."
            )
        return
    ecart = abs(ttc - ht - (tva or ZERO))
    if ecart > TOLERANCE:
        if tva is None and ht <= ttc:
            # Sans montant de TVA, HT et TTC ne se contredisent pas.
            return
        somme = f"HT {euros(ht)} + TVA {euros(tva or ZERO)} = {euros(ht + (tva or ZERO))}"
        controle.refuser("montant_ttc", f"Le total TTC {euros(ttc)} ne vaut pas {somme}.")
    elif ecart:
        controle.signaler(
            "montant_ttc",
            f"Écart d'arrondi de {euros(ecart)} entre HT + TVA et le TTC, qui est retenu.",
        )


def _ventilation(facture: FactureLue, controle: Controle) -> None:
    montants = [ligne.montant for ligne in facture.tva_par_taux]
    if montants and facture.montant_tva is not None and None not in montants:
        somme = sum((m for m in montants if m is not None), ZERO)
        if abs(somme - facture.montant_tva) > TOLERANCE:
            controle.refuser(
                "montant_tva",
                f"La TVA totale {euros(facture.montant_tva)} ne vaut pas la somme "
                f"de sa ventilation par taux, {euros(somme)} (BR-CO-14).",
            )
    doubles = [cle for cle, n in Counter(map(_cle_taux, facture.tva_par_taux)).items() if n > 1]
    for categorie, taux in doubles:
        if categorie == "S":
            controle.refuser(
                "montant_tva",
                f"La TVA à {taux.normalize():f} % est ventilée en plusieurs lignes : la base "
                "d'aucune ne vaut la somme facturée à ce taux (BR-S-08).",
                levable=True,
            )


def _cle_taux(ligne: TvaLue) -> tuple[str, Decimal]:
    """20 et 20.00 sont le même taux."""
    try:
        return ligne.categorie, Decimal(ligne.taux or "0")
    except InvalidOperation:
        return "", Decimal(0)


def _reste_du(facture: FactureLue, controle: Controle) -> None:
    ttc, prepaye, du = facture.montant_ttc, facture.montant_prepaye, facture.montant_du
    if ttc is None or ttc <= 0:
        return
    if prepaye is not None and prepaye < 0:
        controle.refuser("montant_prepaye", f"Le montant déjà payé est négatif ({euros(prepaye)}).")
    elif prepaye is not None and prepaye > ttc + TOLERANCE:
        controle.refuser(
            "montant_prepaye",
            f"Le montant déjà payé ({euros(prepaye)}) dépasse le total ({euros(ttc)}).",
        )
    if du is None:
        return
    if du < 0:
        controle.refuser("montant_du", f"Le reste à payer est négatif ({euros(du)}).")
        return
    attendu = ttc - (prepaye or ZERO) + facture.arrondi
    if facture.arrondi:
        controle.signaler(
            "montant_ttc", f"Arrondi de {euros(facture.arrondi)} : compté dans le dû."
        )
    if prepaye is None and du < attendu and facture.profil in SANS_PREPAYE:
        controle.signaler(
            "montant_prepaye",
            f"Déjà payé, déduit du net à payer : {euros(attendu - du)}.",
        )
    elif abs(du - attendu) > TOLERANCE:
        controle.refuser(
            "montant_du",
            f"Le reste à payer {euros(du)} ne vaut pas le total {euros(ttc)} "
            f"moins le déjà payé {euros(prepaye or ZERO)}.",
        )
    elif du != attendu and facture.profil != TABLEUR:
        controle.signaler(
            "montant_du",
            f"Le net à payer, {euros(du)}, s'écarte du total de {euros(abs(du - attendu))} : "
            "c'est lui qui est retenu.",
        )
    if du == 0:
        controle.signaler("montant_du", "Cette facture est déjà soldée.")


def _partie(partie: PartieLue, qui: str, controle: Controle) -> None:
    """Une clé fausse ne fait pas disparaître la dette : on la montre."""
    de = f"du {qui}" if qui == "vendeur" else "de l'acheteur"
    if partie.siren and not cle_siren.is_valid(partie.siren):
        controle.signaler(f"{qui}.siren", f"Le SIREN {de} {partie.siren} a une clé fausse.")
    if partie.siret and not cle_siret.is_valid(partie.siret):
        perdu = " (un zéro de tête perdu ?)" if len(partie.siret) == 13 else ""
        controle.signaler(f"{qui}.siret", f"Le SIRET {de} {partie.siret} est faux{perdu}.")
    if partie.tva and _tva_fausse(partie.tva):
        controle.signaler(f"{qui}.tva", f"Le n° de TVA {de} {partie.tva[:30]} est faux.")
    if partie.siren and partie.siret and not partie.siret.startswith(partie.siren):
        controle.signaler(f"{qui}.siret", f"Le SIRET {de} ne commence pas par son SIREN.")
    est_francaise = partie.tva.startswith("FR") and len(partie.tva) == 13
    if est_francaise and partie.siren and not partie.tva.endswith(partie.siren):
        controle.signaler(f"{qui}.tva", f"Le n° de TVA {de} n'est pas celui de son SIREN.")


def _tva_fausse(tva: str) -> bool:
    """Hors de l'Union, le numéro n'est pas vérifiable."""
    if not tva[:2].isalpha():
        return True
    return tva[:2].lower() in cle_tva.MEMBER_STATES | {"el"} and not cle_tva.is_valid(tva)
