from factures.lectures import DecompteClient
from relances.regles.accessoires import Accessoires


def accessoires_du(decompte: DecompteClient) -> Accessoires:
    """Ce qui s'ajoute à la somme des restes à payer, au jour du décompte."""
    conventions = [ligne.calcul.convention for ligne in decompte.lignes if ligne.calcul]
    return Accessoires(
        regime=decompte.regime,
        penalites=decompte.reste_interets,
        indemnites=decompte.reste_indemnites,
        court=not conventions or any(not c.renonce_interets for c in conventions),
        forfait=not conventions or any(not c.renonce_indemnite for c in conventions),
    )
