"""D'un tableau à des factures : chaque ligne, lue ou refusée."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from factures.imports import entetes as champs
from factures.imports.conditions import lire_conditions
from factures.imports.controles import TABLEUR, Controle, completer, controler
from factures.imports.entetes import normaliser
from factures.imports.reconnaissance import Correspondance
from factures.imports.repetitions import numerotee, sans_doublon
from factures.imports.totaux import Cumul
from factures.imports.tranches import lire_echeances
from factures.imports.types import (
    AVOIR,
    FACTURE,
    LONGUEUR_CONDITIONS,
    Anomalie,
    EcheanceLue,
    FactureLue,
    LigneLue,
    PartieLue,
)
from factures.imports.zeros import (
    rendre_le_zero,
    rendre_le_zero_de_tva,
    rendre_le_zero_postal,
)
from recouvrement.socle.montants import ZERO
from recouvrement.socle.saisies.identifiants import lire_courriels
from recouvrement.socle.saisies.valeurs import (
    Cellule,
    ValeurRefusee,
    decimale_de,
    est_date_americaine,
    est_date_reversible,
    lire_date,
    lire_montant,
    lire_texte,
)
from recouvrement.socle.tableur.lecture import Feuille, Ligne

MONTANTS = (
    champs.MONTANT_HT, champs.MONTANT_TVA, champs.MONTANT_TTC, champs.ARRONDI,
    champs.MONTANT_PAYE, champs.RESTE_DU, champs.MONTANT_ECHEANCE,
)  # fmt: skip
DATES = (champs.DATE_EMISSION, champs.DATE_ECHEANCE)
# Un champ de facture peut venir d'une colonne d'un autre nom : le refus vise la colonne.
COLONNE_DU_CHAMP = {
    "montant_prepaye": champs.MONTANT_PAYE,
    "montant_du": champs.RESTE_DU,
    "acheteur.siren": champs.SIREN,
    "acheteur.siret": champs.SIRET,
    "acheteur.tva": champs.TVA,
}
EUROS = ("", "EUR", "€", "EURO", "EUROS")


def lire_lignes(
    feuille: Feuille,
    correspondance: Correspondance,
    *,
    decimale: str | None = None,
    corrections: Mapping[int, Mapping[str, str]] | None = None,
) -> list[LigneLue]:
    """Chaque ligne, lue ou refusée ; `decimale` ("," ou ".") tranche « 1.234 ».

    Sans elle, on la demande à la colonne : une seule façon d'écrire les décimales y suffit.
    `corrections` : numéro de ligne → champ → ce qu'une personne veut qu'on y lise.
    """
    lecture = _Lecture(feuille, correspondance, decimale, corrections or {})
    lues: list[LigneLue] = []
    vues: dict[str, list[tuple[int, FactureLue]]] = {}
    cumul = Cumul()
    for ligne in feuille.lignes:
        if total := lecture.total(ligne, cumul):
            alerte = Anomalie("total", total)
            lues.append(LigneLue(ligne.numero, None, alertes=(alerte,)))
            continue
        lue = lecture.lire(ligne)
        if lue.facture is not None:
            lue = sans_doublon(lue, lue.facture, vues)
        if lue.facture is not None and vues[lue.facture.numero][-1][0] == ligne.numero:
            cumul.ajouter(lue.facture)
        lues.append(lue)
    return [numerotee(lue, vues) for lue in lues]


class _Lecture:
    """Ce que l'on sait de tout le tableau avant d'en lire une ligne."""

    def __init__(
        self,
        feuille: Feuille,
        correspondance: Correspondance,
        decimale: str | None,
        corrections: Mapping[int, Mapping[str, str]],
    ) -> None:
        self.corrections = corrections
        self.indices = {c: i for c, i in correspondance.items() if c in champs.CHAMPS}
        self.decimales = {
            champ: decimale or _decimale_de_colonne(feuille, self.indices[champ])
            for champ in MONTANTS
            if champ in self.indices
        }
        self.americaines = {
            champ
            for champ in DATES
            if champ in self.indices
            and any(
                isinstance(vu := ligne.cellule(self.indices[champ]), str)
                and est_date_americaine(vu)
                for ligne in feuille.lignes
            )
        }

    def total(self, ligne: Ligne, cumul: Cumul) -> str:
        """Ce qu'il faut dire d'une ligne de total ; corrigée par une personne, ce n'en est plus."""
        if ligne.numero in self.corrections:
            return ""
        lu = {champ: ligne.cellule(indice) for champ, indice in self.indices.items()}
        return cumul.reconnaitre(lu, decimale=self.decimales.get(champs.MONTANT_TTC))

    def lire(self, ligne: Ligne) -> LigneLue:
        controle = Controle()
        lu = {champ: ligne.cellule(indice) for champ, indice in self.indices.items()}
        if corrige := self.corrections.get(ligne.numero):
            lu |= _corriger(lu, corrige, controle)
        lu = _conditions_en_echeance(lu)
        montants = {champ: self._montant(champ, lu.get(champ), controle) for champ in MONTANTS}
        jours = {champ: self._jour(champ, lu.get(champ), controle) for champ in DATES}
        nature = _nature(lu.get(champs.NATURE), montants, controle)
        _completer_ttc(montants, controle)
        total = _de_l_echeance(montants)
        echeances = self._echeances(lu.get(champs.ECHEANCES), controle)
        if nature == AVOIR:
            montants = _au_positif(montants)
        facture = FactureLue(
            numero=lire_texte(lu.get(champs.NUMERO)),
            nature=nature,
            date_emission=jours[champs.DATE_EMISSION],
            date_echeance=jours[champs.DATE_ECHEANCE] or max(e.le for e in echeances)
            if echeances
            else jours[champs.DATE_ECHEANCE],
            devise=_devise(lu.get(champs.DEVISE)),
            montant_ht=montants[champs.MONTANT_HT],
            montant_tva=montants[champs.MONTANT_TVA],
            montant_ttc=montants[champs.MONTANT_TTC],
            montant_prepaye=_paye(montants),
            montant_du=montants[champs.RESTE_DU],
            vendeur=PartieLue(),
            acheteur=lire_client(lu, controle),
            arrondi=montants[champs.ARRONDI] or ZERO,
            libelle=lire_texte(lu.get(champs.LIBELLE)),
            echeances=echeances,
            total_annonce=total,
            est_montant_d_echeance=montants[champs.MONTANT_ECHEANCE] is not None,
            conditions=lire_texte(lu.get(champs.CONDITIONS))[:LONGUEUR_CONDITIONS],
            origines=_numeros(lu.get(champs.FACTURE_LIEE)),
            est_rectificative=normaliser(lire_texte(lu.get(champs.NATURE)))
            in champs.RECTIFICATIVES,
            dit_le_reste=montants[champs.RESTE_DU] is not None
            or montants[champs.MONTANT_PAYE] is not None,
            profil=TABLEUR,
        )
        deja = {refus.champ for refus in controle.refus}
        verdict = controler(facture)
        refus = [
            replace(r, champ=COLONNE_DU_CHAMP.get(r.champ, r.champ))
            for r in verdict.refus
            if COLONNE_DU_CHAMP.get(r.champ, r.champ) not in deja
        ]
        alertes = [
            replace(a, champ=COLONNE_DU_CHAMP.get(a.champ, a.champ)) for a in verdict.alertes
            if COLONNE_DU_CHAMP.get(a.champ, a.champ) not in deja
        ]  # fmt: skip
        tous_refus = (*controle.refus, *refus)
        return LigneLue(
            ligne.numero,
            None if tous_refus else completer(facture),
            tous_refus,
            (*controle.alertes, *alertes),
        )

    def _montant(self, champ: str, cellule: Cellule, controle: Controle) -> Decimal | None:
        try:
            return lire_montant(cellule, decimale=self.decimales.get(champ))
        except ValeurRefusee as erreur:
            controle.refuser(champ, erreur.message)
            return None

    def _echeances(self, cellule: Cellule, controle: Controle) -> tuple[EcheanceLue, ...]:
        try:
            return lire_echeances(lire_texte(cellule))
        except ValeurRefusee as erreur:
            controle.refuser(champs.ECHEANCES, erreur.message)
            return ()

    def _jour(self, champ: str, cellule: Cellule, controle: Controle) -> date | None:
        try:
            if champ in self.americaines and isinstance(cellule, str):
                _refuser_reversible(cellule)
            return lire_date(cellule)
        except ValeurRefusee as erreur:
            controle.refuser(champ, erreur.message)
            return None


def _corriger(
    lu: Mapping[str, Cellule], corrige: Mapping[str, str], controle: Controle
) -> dict[str, Cellule]:
    """Ce que le fichier disait reste à côté de ce qu'on a voulu y lire."""
    corriges = {champ: texte for champ, texte in corrige.items() if champ in champs.CHAMPS}
    for champ in corriges:
        avant = lire_texte(lu.get(champ))[:60]
        controle.signaler(
            champ,
            f"Corrigé à l'écran (le fichier dit « {avant} »)." if avant else "Ajouté à l'écran.",
        )
    return dict(corriges)


def _conditions_en_echeance(lu: Mapping[str, Cellule]) -> dict[str, Cellule]:
    """« 30 jours fin de mois » sous « Échéance » : des conditions, pas un jour."""
    vu = lu.get(champs.DATE_ECHEANCE)
    ecrit_ailleurs = lire_texte(lu.get(champs.CONDITIONS))
    if not isinstance(vu, str) or not re.search("[a-z]", vu, re.IGNORECASE) or ecrit_ailleurs:
        return dict(lu)
    return (
        {**lu, champs.DATE_ECHEANCE: None, champs.CONDITIONS: vu}
        if lire_conditions(vu)
        else dict(lu)
    )


def _refuser_reversible(texte: str) -> None:
    """D'autres dates de la colonne ont le mois d'abord : celle-ci ne peut être devinée."""
    if est_date_reversible(texte):
        raise ValeurRefusee(
            f"« {texte.strip()[:20]} » : d'autres dates de la colonne sont à l'américaine "
            "(mois/jour), celle-ci peut se lire de deux façons."
        )


def _decimale_de_colonne(feuille: Feuille, indice: int) -> str | None:
    vues = {
        signe
        for ligne in feuille.lignes
        if isinstance(cellule := ligne.cellule(indice), str) and (signe := decimale_de(cellule))
    }
    return vues.pop() if len(vues) == 1 else None


def _nature(cellule: Cellule, montants: Mapping[str, Decimal | None], controle: Controle) -> str:
    vu = normaliser(lire_texte(cellule))
    ttc = montants[champs.MONTANT_TTC]
    if ttc is None:
        ttc = montants[champs.MONTANT_HT]
    negatif = ttc is not None and ttc < 0
    if not vu:
        if negatif:
            controle.signaler(champs.NATURE, "Montant négatif : lu comme un avoir.")
        return AVOIR if negatif else FACTURE
    if vu not in champs.NATURES_ECRITES:
        controle.refuser(
            champs.NATURE,
            f"« {lire_texte(cellule)[:40]} » n'est ni une facture, ni un acompte, ni un avoir.",
        )
        return FACTURE
    if negatif and champs.NATURES_ECRITES[vu] != AVOIR:
        controle.signaler(
            champs.NATURE, f"Montant négatif : lu comme un avoir, pas comme « {vu[:40]} »."
        )
        return AVOIR
    return champs.NATURES_ECRITES[vu]


def _completer_ttc(montants: dict[str, Decimal | None], controle: Controle) -> None:
    ht, tva = montants[champs.MONTANT_HT], montants[champs.MONTANT_TVA]
    en_cause = {champs.MONTANT_HT, champs.MONTANT_TVA, champs.MONTANT_TTC}
    if en_cause & {refus.champ for refus in controle.refus}:
        return
    if montants[champs.MONTANT_TTC] is None and ht is not None and tva is not None:
        montants[champs.MONTANT_TTC] = ht + tva
        controle.signaler(champs.MONTANT_TTC, "Total TTC absent : calculé, HT + TVA.")


def _de_l_echeance(montants: dict[str, Decimal | None]) -> Decimal | None:
    """Le montant de l'échéance est celui de la ligne ; rend celui de la facture, s'il y est."""
    montant = montants[champs.MONTANT_ECHEANCE]
    if montant is None:
        return None
    total, montants[champs.MONTANT_TTC] = montants[champs.MONTANT_TTC], montant
    montants[champs.MONTANT_HT] = montants[champs.MONTANT_TVA] = montants[champs.ARRONDI] = None
    return total


def _au_positif(montants: dict[str, Decimal | None]) -> dict[str, Decimal | None]:
    """Un avoir tout en négatif se lit au positif ; un avoir aux signes mêlés reste à refuser."""
    # L'arrondi a son propre signe : il suit celui des autres.
    presents = [m for champ, m in montants.items() if m is not None and champ != champs.ARRONDI]
    if any(montant > 0 for montant in presents):
        return montants
    return {champ: -m if m else m for champ, m in montants.items()}


def _paye(montants: Mapping[str, Decimal | None]) -> Decimal | None:
    """Déjà payé : la colonne le dit, sinon c'est le total moins le reste dû."""
    paye, reste = montants[champs.MONTANT_PAYE], montants[champs.RESTE_DU]
    ttc = montants[champs.MONTANT_TTC]
    total = None if ttc is None else ttc + (montants[champs.ARRONDI] or ZERO)
    if paye is None and reste is not None and total is not None and 0 <= reste <= total:
        return total - reste
    return paye


def _numeros(cellule: Cellule) -> tuple[str, ...]:
    """« FA-9 ; FA-10 » : un avoir peut en viser plusieurs."""
    vus = (vu.strip() for vu in re.split(r"[,;\n]| et ", lire_texte(cellule)))
    return tuple(vu for vu in vus if vu)


def _devise(cellule: Cellule) -> str:
    vu = lire_texte(cellule).upper()
    return "EUR" if vu in EUROS else vu


def lire_client(lu: Mapping[str, Cellule], controle: Controle) -> PartieLue:
    """Le client tel que le décrit la ligne, ce qui cloche étant signalé."""
    siren, siret = (
        rendre_le_zero(champ, _chiffres(lu.get(champ)), controle)
        for champ in (champs.SIREN, champs.SIRET)
    )
    tva = re.sub(r"[\s.]", "", lire_texte(lu.get(champs.TVA))).upper()
    tva = rendre_le_zero_de_tva(tva, controle)
    for champ, vu, longueur in ((champs.SIREN, siren, 9), (champs.SIRET, siret, 14)):
        if vu and (not vu.isdigit() or len(vu) != longueur):
            controle.signaler(
                champ, f"« {vu[:30]} » n'a pas les {longueur} chiffres d'un {champ.upper()}."
            )
    if len(siret) == 9 and siret.isdigit() and not siren:
        siren, siret = siret, ""
    if len(siren) == 14 and siren.isdigit() and not siret:
        siren, siret = siren[:9], siren
    siren = siren if re.fullmatch(r"[0-9]{9}", siren) else ""
    siret = siret if re.fullmatch(r"[0-9]{14}", siret) else ""
    adresse = lire_texte(lu.get(champs.ADRESSE))
    return PartieLue(
        nom=lire_texte(lu.get(champs.CLIENT)),
        siren=siren or siret[:9],
        siret=siret,
        tva=tva,
        code=lire_texte(lu.get(champs.CODE_CLIENT)),
        lignes=(adresse,) if adresse else (),
        code_postal=rendre_le_zero_postal(
            lire_texte(lu.get(champs.CODE_POSTAL)),
            est_un_nombre=isinstance(lu.get(champs.CODE_POSTAL), int | float),
            est_francais=bool(siren or siret) or tva.startswith("FR"),
            controle=controle,
        ),
        ville=lire_texte(lu.get(champs.VILLE)),
        courriels=_courriels(lu.get(champs.COURRIEL), controle),
        telephone=_telephone(lu.get(champs.TELEPHONE), controle),
        qualite=lire_texte(lu.get(champs.QUALITE))[:60],
        forme=lire_texte(lu.get(champs.FORME))[:60],
    )


def _telephone(cellule: Cellule, controle: Controle) -> str:
    """Un tableur qui a pris un téléphone pour un nombre en ôte le zéro."""
    vu = lire_texte(cellule)
    if isinstance(cellule, int | float) and vu.isdigit() and len(vu) == 9:
        controle.signaler(champs.TELEPHONE, f"« {vu} » a perdu son zéro de tête : lu « 0{vu} ».")
        return f"0{vu}"
    return vu


def _courriels(cellule: Cellule, controle: Controle) -> tuple[str, ...]:
    lus, refuses = lire_courriels(lire_texte(cellule))
    for vu in refuses:
        controle.signaler(champs.COURRIEL, f"« {vu[:60]} » n'est pas une adresse : non reprise.")
    return lus


def _chiffres(cellule: Cellule) -> str:
    return re.sub(r"[\s.]", "", lire_texte(cellule))
