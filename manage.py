#!/usr/bin/env python
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.pannes import reconnaitre

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recouvrement.settings")
    os.environ["PROCESSUS"] = "commande"
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as erreur:
        # Un réglage qui manque se dit en une phrase : la pile n'apprendrait rien de plus.
        sys.exit(f"Réglages : {erreur}")
    except ErreurMetier as erreur:
        sys.exit(f"{erreur}")
    except Exception as erreur:
        # De même une base absente ou occupée, un disque plein ; le reste est une faute, et garde
        # sa pile.
        panne = reconnaitre(erreur)
        if panne is None:
            raise
        sys.exit(f"{panne.titre}. {panne.phrase}")
