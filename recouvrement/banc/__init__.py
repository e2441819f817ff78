"""Le banc d'essai : ce que le produit met à faire, et ce que la machine mettrait au mieux.

Chaque ligne donne notre chiffre, la limite nue mesurée dans le même tour et leur rapport : sur une
machine partagée, seul le rapport se compare d'un jour à l'autre.
"""
