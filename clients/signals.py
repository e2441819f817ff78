"""Ce que les clients annoncent aux apps du dessus, qu'ils ne peuvent pas importer."""

from django.dispatch import Signal

# kwargs : garde, absorbe, le, geste. Envoyé dans la transaction : chaque app repointe ses lignes.
clients_fusionnes = Signal()
# kwargs : fusion. Une phrase quand un fait né depuis tient aux deux fiches, sinon rien.
separation_demandee = Signal()
# kwargs : fusion, retour. Ce qui est né depuis sur les factures rendues les suit.
fiches_separees = Signal()
# kwargs : clients (d'un créancier), acteur, geste (ou None). Nature, procédure collective : ils
# doivent autrement.
regime_change = Signal()
