"""Lire les nœuds d'une facture XML en notant chaque défaut, champ par champ."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from lxml import etree
from stdnum.fr import siren as cle_siren
from stdnum.fr import siret as cle_siret

from factures.imports.documents import NATURES_PAR_CODE, PAS_UNE_CREANCE, REMARQUES_PAR_CODE
from factures.imports.types import FACTURE, Anomalie, Refus, TvaLue
from recouvrement.socle.montants import CENTIME, arrondir, est_au_centime
from recouvrement.socle.saisies.identifiants import lire_courriels
from recouvrement.socle.saisies.valeurs import DERNIERE_ANNEE, PLAFOND, PREMIERE_ANNEE, nettoyer

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")


@dataclass(slots=True)
class Releve:
    """Les refus et les remarques qui s'accumulent pendant la lecture d'un document."""

    devise: str = ""
    refus: list[Refus] = field(default_factory=list)
    alertes: list[Anomalie] = field(default_factory=list)
    # Du PDF qui porte la facture : ses pages, et s'il agit à l'ouverture.
    pages: int = 0
    actif: bool = False

    def refuser(self, champ: str, phrase: str, *, levable: bool = False) -> None:
        self.refus.append(Refus(champ, phrase, levable))

    def signaler(self, champ: str, phrase: str) -> None:
        self.alertes.append(Anomalie(champ, phrase))

    def nature(self, code: str, defaut: str = "") -> str:
        if not code and defaut:
            return defaut
        if code in REMARQUES_PAR_CODE:
            self.signaler("nature", REMARQUES_PAR_CODE[code])
        if code in NATURES_PAR_CODE:
            return NATURES_PAR_CODE[code]
        vu = (
            f"le type de document « {code[:10]} » n'est pas"
            if code
            else "le type manque : ce n'est pas"
        )
        self.refuser(
            "nature", PAS_UNE_CREANCE.get(code) or f"{vu[0].upper()}{vu[1:]} une facture connue."
        )
        return FACTURE

    def montant(self, noeud: etree._Element | None, champ: str) -> Decimal | None:
        """Le montant d'un nœud, à deux décimales ; None s'il est absent ou refusé."""
        if noeud is None:
            return None
        vu = (noeud.text or "").strip()
        balise = etree.QName(noeud).localname
        devise = noeud.get("currencyID", "")
        if devise and self.devise and devise != self.devise:
            self.refuser(champ, f"{balise} est en {devise}, la facture en {self.devise}.")
            return None
        if not _DECIMAL.fullmatch(vu):
            # Déjà dit par signaler_montants_mal_ecrits, sauf s'il est vide.
            if not vu:
                self.refuser(champ, f"{balise} est vide.")
            return None
        valeur = Decimal(vu)
        if abs(valeur) > PLAFOND:
            self.refuser(champ, f"{balise} « {vu[:40]} » dépasse le milliard d'euros.")
            return None
        if not est_au_centime(valeur):
            self.refuser(champ, f"{balise} « {vu[:40]} » a plus de deux décimales.")
            return None
        return arrondir(valeur)

    def jour_iso(self, vu: str, champ: str, balise: str) -> date | None:
        """xs:date, fuseau admis."""
        if not vu:
            return None
        if trouve := re.fullmatch(
            r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9:.]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?", vu
        ):
            return self._jour(trouve[1], vu, champ, balise)
        self.refuser(champ, f"{balise} « {vu[:40]} » n'est pas une date au format AAAA-MM-JJ.")
        return None

    def jour_102(self, vu: str, champ: str, balise: str) -> date | None:
        """Le format 102 d'UN/CEFACT : AAAAMMJJ, sans séparateur."""
        if not vu:
            return None
        if re.fullmatch(r"[0-9]{8}", vu):
            return self._jour(f"{vu[:4]}-{vu[4:6]}-{vu[6:]}", vu, champ, balise)
        self.refuser(
            champ,
            f"{balise} « {vu[:40]} » n'est pas au format AAAAMMJJ (102) que le fichier annonce.",
        )
        return None

    def _jour(self, iso: str, vu: str, champ: str, balise: str) -> date | None:
        try:
            jour = date.fromisoformat(iso)
        except ValueError:
            self.refuser(champ, f"{balise} « {vu} » : ce jour n'existe pas.")
            return None
        if not PREMIERE_ANNEE <= jour.year <= DERNIERE_ANNEE:
            self.refuser(
                champ,
                f"{balise} « {vu} » : l'année doit être comprise entre "
                f"{PREMIERE_ANNEE} et {DERNIERE_ANNEE}.",
            )
            return None
        return jour

    def refuser_montants_mal_ecrits(self, racine: etree._Element) -> None:
        """Tout montant du document doit être un xs:decimal : « 2400,00 » trahit un générateur."""
        for noeud in racine.iter("{*}*"):
            if not noeud.tag.endswith("Amount") or len(noeud):
                continue
            balise, vu = etree.QName(noeud).localname, (noeud.text or "").strip()
            if vu and not _DECIMAL.fullmatch(vu):
                cause = (
                    "la virgule décimale y est interdite"
                    if "," in vu
                    else "ce n'est pas un nombre décimal"
                )
                self.refuser("montants", f"{balise} « {vu[:40]} » : {cause} (point attendu).")
                return

    def refuser_lignes_sans_total(
        self,
        ht: Decimal | None,
        *,
        lignes: Decimal | None,
        remises: Decimal | None,
        frais: Decimal | None,
    ) -> None:
        """BR-CO-13 : le HT est la somme des lignes, moins les remises, plus les frais."""
        if ht is None or lignes is None:
            return
        attendu = lignes - (remises or 0) + (frais or 0)
        if abs(attendu - ht) > CENTIME * 2:
            self.refuser(
                "montant_ht",
                f"Le HT {ht} ne vaut pas les lignes, remises et frais : {attendu} (BR-CO-13).",
                levable=True,
            )

    def refuser_vendeur_sans_tva(self, tva: tuple[TvaLue, ...], *, identifie: bool) -> None:
        """BR-S-02 : pas de TVA à taux normal sans numéro de TVA du vendeur."""
        if not identifie and any(ligne.categorie == "S" for ligne in tva):
            self.refuser(
                "vendeur",
                "Le vendeur facture de la TVA sans indiquer son numéro de TVA (BR-S-02).",
                levable=True,
            )


def texte(noeud: etree._Element | None, chemin: str = "") -> str:
    """Le texte au bout d'un chemin « A/B », tous espaces de noms confondus."""
    if noeud is not None and chemin:
        noeud = noeud.find(chemin_libre(chemin))
    return nettoyer(noeud.text or "") if noeud is not None else ""


def chemin_libre(chemin: str) -> str:
    return "/".join(f"{{*}}{etape}" if etape[0].isalpha() else etape for etape in chemin.split("/"))


def un(noeud: etree._Element | None, *chemins: str) -> etree._Element | None:
    """Le premier chemin qui mène quelque part."""
    if noeud is None:
        return None
    for chemin in chemins:
        if (trouve := noeud.find(chemin_libre(chemin))) is not None:
            return trouve
    return None


def tous(noeud: etree._Element | None, chemin: str) -> list[etree._Element]:
    return [] if noeud is None else noeud.findall(chemin_libre(chemin))


def courriels(*candidats: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(vu for texte in candidats for vu in lire_courriels(texte)[0]))


def siren_siret(identifiants: list[tuple[str, str]], pays: str) -> tuple[str, str]:
    """SIREN et SIRET parmi des (schéma, valeur) : 0002 et 0009, ou sans schéma et à clé juste."""
    siren = siret = ""
    for schema, valeur in identifiants:
        compact = re.sub(r"[\s.]", "", valeur)
        if not compact.isdigit() or schema not in ("0002", "0009", ""):
            continue
        if not schema and (
            pays not in ("FR", "")
            or not (cle_siren.is_valid(compact) or cle_siret.is_valid(compact))
        ):
            continue
        if len(compact) == 9:
            siren = siren or compact
        elif len(compact) == 14:
            siret = siret or compact
    return siren or siret[:9], siret
