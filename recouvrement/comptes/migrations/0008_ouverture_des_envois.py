import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone


def ouvrir(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Ceux qui sont là envoient déjà, ou croient pouvoir : rien ne change pour eux."""
    creanciers = apps.get_model("comptes", "Creancier").objects
    creanciers.filter(envois_ouverts_le=None).update(envois_ouverts_le=timezone.now())


class Migration(migrations.Migration):

    dependencies = [
        ('comptes', '0007_conditions_de_reglement'),
    ]

    operations = [
        migrations.AddField(
            model_name='creancier',
            name='envois_ouverts_le',
            field=models.DateTimeField(blank=True, null=True, verbose_name='envois ouverts le'),
        ),
        migrations.AddField(
            model_name='creancier',
            name='envois_ouverts_par',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='creancier',
            constraint=models.CheckConstraint(condition=models.Q(('envois_ouverts_par', None), ('envois_ouverts_le__isnull', False), _connector='OR'), name='creancier_envois_ouverts_dates'),
        ),
        migrations.RunPython(ouvrir, migrations.RunPython.noop),
    ]
