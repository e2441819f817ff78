"""La ligne « Total » d'un export n'est pas une facture : elle se reconnaît et se met de côté."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from factures.imports import entetes as champs
from factures.imports.entetes import normaliser
from factures.imports.types import AVOIR, FactureLue
from recouvrement.socle.formats import euros, pluriel
from recouvrement.socle.montants import ZERO
from recouvrement.socle.saisies.valeurs import (
    Cellule,
    ValeurRefusee,
    est_vide,
    lire_montant,
    lire_texte,
)

ETIQUETTE = re.compile(r"(sous )?tota(l|ux)\b|grand total\b|somme\b|cumul\b")
OU_L_ETIQUETTE = (champs.NUMERO, champs.CLIENT, champs.CODE_CLIENT, champs.LIBELLE)
# Sans étiquette, la somme d'une seule ligne pourrait être sa répétition.
LIGNES_MIN = 2


@dataclass(slots=True)
class Cumul:
    """Ce que font les lignes lues : depuis le début, et depuis la dernière ligne de total."""

    lignes: int = 0
    somme: Decimal = ZERO
    depuis: Decimal = ZERO

    def ajouter(self, facture: FactureLue) -> None:
        signe = -1 if facture.nature == AVOIR else 1
        self.lignes += 1
        self.somme += signe * facture.ttc
        self.depuis += signe * facture.ttc

    def reconnaitre(self, lu: Mapping[str, Cellule], *, decimale: str | None) -> str:
        """Ce qu'il faut en dire ; vide : ce n'est pas une ligne de total."""
        if not est_vide(lu.get(champs.DATE_EMISSION)):
            return ""
        try:
            ttc = lire_montant(lu.get(champs.MONTANT_TTC), decimale=decimale)
        except ValeurRefusee:
            return ""
        sans_numero = est_vide(lu.get(champs.NUMERO))
        dite = any(
            ETIQUETTE.match(normaliser(lire_texte(lu.get(champ))))
            for champ in OU_L_ETIQUETTE
            if sans_numero or champ == champs.NUMERO
        )
        anonyme = sans_numero and all(
            est_vide(lu.get(champ)) for champ in (champs.CLIENT, champs.CODE_CLIENT, champs.SIREN)
        )
        egale = ttc is not None and ttc in (self.somme, self.depuis)
        if not dite and not (anonyme and egale and self.lignes >= LIGNES_MIN):
            return ""
        somme, self.depuis = self.depuis if ttc == self.depuis else self.somme, ZERO
        if ttc is None:
            return "Ligne de total, mise de côté."
        if egale:
            return f"Ligne de total ({euros(ttc)}), mise de côté."
        return (
            f"Ligne de total, mise de côté : elle dit {euros(ttc)}, et "
            f"{pluriel(self.lignes, 'ligne lue,lignes lues')} font {euros(somme)}."
        )
