"""Ce que factures annonce aux apps du dessus, dans la transaction de l'action."""

from django.dispatch import Signal

# kwargs : creancier, factures (list[Facture]),
# motif ("soldee", "rouverte", "litige", "contentieux" ou "modifiee"), geste (ou None).
creances_changees = Signal()

# kwargs : importation. Avant de retirer ses factures : chaque app ôte ce qu'elle avait seulement
# prévu pour elles, ou lève une ErreurMetier si quelque chose a déjà été fait.
import_a_defaire = Signal()

# kwargs : creancier. Chaque app du dessus rend les noms des étapes de son scénario, dans l'ordre.
etapes_demandees = Signal()
