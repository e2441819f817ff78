import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Ce qu'un geste a écrit le désigne. Les faits d'avant gardent un lien vide."""

    dependencies = [
        ('comptes', '0006_depart_d_un_compte'),
        ('contentieux', '0001_initial'),
        ('journal', '0006_gestes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='evenementdossier',
            name='geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.AddIndex(
            model_name='evenementdossier',
            index=models.Index(condition=models.Q(('geste__isnull', False)), fields=['geste'], name='evenement_dossier_par_geste'),
        ),
    ]
