import os
import sys
from importlib import import_module

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recouvrement.settings")
os.environ["PROCESSUS"] = "web"

try:
    application = get_wsgi_application()
    # Une fois, avant que les processus se séparent : sinon chacun charge toutes les vues à sa
    # première page, et le site se dit prêt une seconde trop tôt.
    import_module(settings.ROOT_URLCONF)
except ImproperlyConfigured as erreur:
    # Comme manage.py : un réglage qui manque se dit en une phrase. D'un autre code que 4,
    # gunicorn relancerait sans fin un ouvrier qui ne démarrera jamais.
    sys.stderr.write(f"Réglages : {erreur}\n")
    sys.exit(4)
