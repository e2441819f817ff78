"""Ce que l'équipe annonce aux apps du dessus, qu'elle ne peut pas importer."""

from django.dispatch import Signal

# kwargs : creancier, acteur. Envoyé dans la transaction qui le crée.
creancier_cree = Signal()
