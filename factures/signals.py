"""Ce que factures annonce aux apps du dessus, dans la transaction de l'action."""

from django.dispatch import Signal

# kwargs : creancier, factures (list[Facture]),
# motif ("soldee", "rouverte", "litige", "contentieux" ou "modifiee").
creances_changees = Signal()
