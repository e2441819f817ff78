"""Le droit du recouvrement : fonctions pures (des faits, une date → un résultat).

Un module par sujet. Chacun dit ce qu'il calcule, l'article, la date d'effet, et se lit par ses
exemples. Aucune horloge, aucune base de données ; les valeurs datées sont dans `donnees/`.
"""
