"""Un numéro sur plusieurs lignes d'un tableau : une répétition, des échéances, ou une erreur."""

from collections.abc import Mapping
from dataclasses import replace

from factures.imports import entetes as champs
from factures.imports.controles import Controle
from factures.imports.tranches import est_une_autre_echeance
from factures.imports.types import Anomalie, FactureLue, LigneLue, presente
from recouvrement.socle.formats import euros
from recouvrement.socle.montants import ZERO


def sans_doublon(
    lue: LigneLue, facture: FactureLue, vues: dict[str, list[tuple[int, FactureLue]]]
) -> LigneLue:
    """Un export par ligne de détail répète la facture ; plusieurs échéances, ses tranches."""
    siennes = vues.setdefault(facture.numero, [])
    for _, deja in siennes:
        if facture == replace(deja, libelle=facture.libelle):
            # L'aperçu la montre, et dit laquelle elle répète.
            return replace(lue, facture=deja)
    sont_des_tranches = all(est_une_autre_echeance(deja, facture) for _, deja in siennes)
    if siennes and sont_des_tranches and not facture.est_montant_d_echeance:
        sont_des_tranches = all(deja.montant_ttc != facture.montant_ttc for _, deja in siennes)
    if sont_des_tranches:
        siennes.append((lue.numero_ligne, facture))
        return lue
    controle, premiere = Controle(), siennes[0][0]
    phrase = f"Le numéro {facture.numero} est déjà à la ligne {premiere}, avec d'autres valeurs."
    if all(est_une_autre_echeance(deja, facture) for _, deja in siennes):
        phrase = (
            f"Le numéro {facture.numero} est à la ligne {premiere} avec une autre échéance et le "
            "même montant. S'il est celui de chaque échéance, choisissez « Montant de l'échéance » "
            "pour sa colonne."
        )
    controle.refuser(champs.NUMERO, phrase)
    return LigneLue(lue.numero_ligne, None, tuple(controle.refus), lue.alertes)


def numerotee(lue: LigneLue, vues: Mapping[str, list[tuple[int, FactureLue]]]) -> LigneLue:
    """La ligne d'une tranche dit laquelle, dans l'ordre des échéances."""
    facture = lue.facture
    if facture is None or (len(siennes := vues[facture.numero]) < 2 and not facture.total_annonce):
        return lue
    ordre = sorted((vue for _, vue in siennes), key=lambda vue: presente(vue.date_echeance))
    rang = 1 + next(n for n, vue in enumerate(ordre) if vue.date_echeance == facture.date_echeance)
    total = sum((vue.ttc for vue in ordre), ZERO)
    dit = f"Échéance {rang} sur {len(ordre)} d'une facture de {euros(total)}."
    if facture.total_annonce not in (None, total):
        dit += f" Le fichier dit {euros(facture.total_annonce)}."
    return replace(
        lue,
        facture=replace(
            facture, tranche=rang, tranches=len(ordre), montant_ht=None, montant_tva=None
        ),
        alertes=(*lue.alertes, Anomalie(champs.DATE_ECHEANCE, dit)),
    )
