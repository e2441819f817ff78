"""Un avoir peut s'écrire en négatif : le signe d'un document lu, une fois pour toutes."""

from dataclasses import replace
from decimal import Decimal

from factures.imports.types import AVOIR, Anomalie, FactureLue
from recouvrement.socle.formats import euros


def redresser(facture: FactureLue) -> tuple[FactureLue, list[Anomalie]]:
    """Un total négatif, facture ou avoir, fait un avoir du montant positif.

    Tous les signes changent ensemble : des signes mêlés se contredisent encore, et se refusent.
    """
    ttc = facture.montant_ttc
    if ttc is None or ttc >= 0:
        return facture, []
    redressee = replace(
        facture,
        nature=AVOIR,
        montant_ttc=-ttc,
        montant_ht=_oppose(facture.montant_ht),
        montant_tva=_oppose(facture.montant_tva),
        montant_prepaye=_oppose(facture.montant_prepaye),
        montant_du=_oppose(facture.montant_du),
        arrondi=-facture.arrondi,
        tva_par_taux=tuple(
            replace(taxe, base=_oppose(taxe.base), montant=_oppose(taxe.montant))
            for taxe in facture.tva_par_taux
        ),
    )
    quoi = "Avoir" if facture.nature == AVOIR else "Total négatif"
    return redressee, [Anomalie("nature", f"{quoi} de {euros(ttc)} : lu comme un avoir.")]


def _oppose(montant: Decimal | None) -> Decimal | None:
    # Un zéro ne change pas de signe : « -0,00 » ne s'écrit pas.
    return montant if not montant else -montant
