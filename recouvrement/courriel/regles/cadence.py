"""À quel rythme on envoie : les baux, les reculs, les attentes, et quand on renonce."""

from datetime import timedelta

BAIL_RECLAME = timedelta(minutes=2)
# Plus long que l'attente du point final : un balai trop pressé ferait des incertains pour rien.
BAIL_DATA = timedelta(minutes=15)
# Du passage à `data` jusqu'à la ligne, il faut quelques millisecondes : au-delà, on a dormi.
RETARD_DATA = timedelta(seconds=30)
FRAICHEUR = timedelta(seconds=2)
RECULS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240))
PLAFOND = 10
RECOMPOSITIONS = 3
ATTENTE_INJOIGNABLE = timedelta(minutes=5)
ATTENTE_ARRET = timedelta(minutes=5)
# Un créancier que le serveur refuse : un essai par quart d'heure, et les autres passent.
ATTENTE_EXPEDITEUR = timedelta(minutes=15)
# Dire « accepté » au disjoncteur à chaque message serait une écriture pour rien.
SUCCES_ENTRE_DEUX = 20
