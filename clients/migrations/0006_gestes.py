import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Ce qu'un geste a écrit le désigne. Les faits d'avant gardent un lien vide."""

    dependencies = [
        ('clients', '0005_client_efface'),
        ('comptes', '0006_depart_d_un_compte'),
        ('journal', '0006_gestes'),
    ]

    operations = [
        migrations.AddField(
            model_name='client',
            name='geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.CreateModel(
            name='Marque',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('validite', models.CharField(choices=[('inconnue', 'Non vérifié'), ('valide', 'Vérifié'), ('invalide', 'Invalide'), ('opposition', 'Opposition')], max_length=10)),
                ('motif', models.CharField(blank=True, max_length=200, verbose_name='pourquoi')),
                ('depuis_le', models.DateField(blank=True, null=True, verbose_name='depuis le')),
                ('coordonnee', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='marques', to='clients.coordonnee')),
                ('creancier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='comptes.creancier')),
                ('geste', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste')),
            ],
            options={
                'verbose_name': 'marque',
            },
        ),
        migrations.AddIndex(
            model_name='marque',
            index=models.Index(condition=models.Q(('geste__isnull', False)), fields=['geste'], name='marque_par_geste'),
        ),
    ]
