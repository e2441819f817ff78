import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recouvrement.settings")

try:
    application = get_wsgi_application()
except ImproperlyConfigured as erreur:
    # Comme manage.py : un réglage qui manque se dit en une phrase.
    sys.exit(f"Réglages : {erreur}")
