#!/usr/bin/env python
import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recouvrement.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as erreur:
        # Un réglage qui manque se dit en une phrase : la pile n'apprendrait rien de plus.
        sys.exit(f"Réglages : {erreur}")
