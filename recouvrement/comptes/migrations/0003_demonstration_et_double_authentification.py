from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def reconnaitre_la_demonstration(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Ceux que la commande `demo` créait avant ce champ ; ce domaine n'est à personne (RFC 2606)."""
    Utilisateur = apps.get_model('comptes', 'Utilisateur')
    Utilisateur.objects.filter(email__endswith='@demo.example').update(est_demonstration=True)


class Migration(migrations.Migration):

    dependencies = [
        ('comptes', '0002_zone_feries_a_choix'),
    ]

    operations = [
        migrations.AddField(
            model_name='utilisateur',
            name='est_demonstration',
            field=models.BooleanField(default=False, verbose_name='compte de démonstration'),
        ),
        migrations.AddField(
            model_name='utilisateur',
            name='double_due_le',
            field=models.DateTimeField(blank=True, null=True, verbose_name='double authentification due le'),
        ),
        migrations.RunPython(reconnaitre_la_demonstration, migrations.RunPython.noop, elidable=True),
    ]
