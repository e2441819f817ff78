"""Ce que les clients annoncent aux apps du dessus, qu'ils ne peuvent pas importer."""

from django.dispatch import Signal

# kwargs : garde, absorbe, le, acteur. Envoyé dans la transaction : chaque app repointe ses lignes.
clients_fusionnes = Signal()
