"""Une facture lue, gardée en JSON entre l'aperçu et l'écriture, et rendue telle quelle."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from factures.imports.types import FactureLue, PartieLue

DATES = ("date_emission", "date_echeance")
MONTANTS = ("montant_ht", "montant_tva", "montant_ttc", "montant_prepaye", "montant_du")
TEXTES = (
    *("numero", "nature", "devise", "libelle", "reference_commande"),
    "conditions",
)
DRAPEAUX = ("est_rectificative", "dit_le_reste")
PARTIES = ("vendeur", "acheteur")
CHAMPS_PARTIE = tuple(champ.name for champ in fields(PartieLue))


def figer(facture: FactureLue) -> dict[str, Any]:
    """Seulement ce qui est renseigné, et qui s'enregistrera."""
    fige: dict[str, Any] = {}
    for nom in TEXTES:
        if valeur := getattr(facture, nom):
            fige[nom] = valeur
    for nom in DATES:
        if (jour := getattr(facture, nom)) is not None:
            fige[nom] = jour.isoformat()
    for nom in MONTANTS:
        if (montant := getattr(facture, nom)) is not None:
            fige[nom] = str(montant)
    if facture.tranches > 1:
        fige["tranche"], fige["tranches"] = facture.tranche, facture.tranches
    if facture.references:
        fige["origines"] = list(facture.references)
    for nom in DRAPEAUX:
        if getattr(facture, nom):
            fige[nom] = True
    for nom in PARTIES:
        partie = getattr(facture, nom)
        fige[nom] = {champ: v for champ in CHAMPS_PARTIE if (v := getattr(partie, champ))}
    return fige


def rendre(fige: dict[str, Any]) -> FactureLue:
    champs: dict[str, Any] = {nom: fige.get(nom, "") for nom in TEXTES}
    champs |= {nom: date.fromisoformat(fige[nom]) if nom in fige else None for nom in DATES}
    champs |= {nom: Decimal(fige[nom]) if nom in fige else None for nom in MONTANTS}
    champs |= {nom: _partie(fige.get(nom, {})) for nom in PARTIES}
    return FactureLue(
        **champs,
        origines=tuple(fige.get("origines", ())),
        tranche=fige.get("tranche", 1),
        tranches=fige.get("tranches", 1),
        **{nom: fige.get(nom, False) for nom in DRAPEAUX},
    )


def _partie(fige: dict[str, Any]) -> PartieLue:
    listes = {nom: tuple(fige.get(nom, ())) for nom in ("lignes", "courriels")}
    return PartieLue(**fige | listes)
