from collections.abc import Callable

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from recouvrement.socle.chiffrement import PREFIXE, chiffrer, dechiffrer

SECRETS = ('secret', 'seed')
LISTES = ('migrated_codes',)


def _convertir(apps: StateApps, vers: Callable[[str], str]) -> None:
    Authenticator = apps.get_model('mfa', 'Authenticator')
    for ligne in Authenticator.objects.order_by('pk'):
        for nom in SECRETS:
            if nom in ligne.data:
                ligne.data[nom] = vers(ligne.data[nom])
        for nom in LISTES:
            if nom in ligne.data:
                ligne.data[nom] = [vers(code) for code in ligne.data[nom]]
        ligne.save(update_fields=['data'])


def chiffrer_tout(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _convertir(apps, lambda texte: texte if texte.startswith(PREFIXE) else chiffrer(texte))


def dechiffrer_tout(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _convertir(apps, lambda texte: dechiffrer(texte) if texte.startswith(PREFIXE) else texte)


class Migration(migrations.Migration):

    dependencies = [
        ('comptes', '0003_demonstration_et_double_authentification'),
        ('mfa', '0003_authenticator_type_uniq'),
    ]

    operations = [migrations.RunPython(chiffrer_tout, dechiffrer_tout)]
