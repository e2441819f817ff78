import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Une fin de scénario se constate une fois par facture et par cycle."""

    dependencies = [
        ('comptes', '0008_ouverture_des_envois'),
        ('factures', '0018_decisions_et_leurs_suites'),
        ('journal', '0007_nature_d_un_client'),
        ('relances', '0007_rappel_demande'),
    ]

    operations = [
        migrations.CreateModel(
            name='FinDeScenario',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cycle', models.PositiveSmallIntegerField()),
                ('constatee_le', models.DateField(verbose_name='constatée le')),
                ('creancier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='comptes.creancier')),
                ('decidee_geste', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste')),
                ('facture', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='factures.facture')),
            ],
            options={
                'verbose_name': 'fin de scénario',
                'indexes': [models.Index(condition=models.Q(('decidee_geste', None)), fields=['creancier'], name='fin_a_decider')],
                'constraints': [models.UniqueConstraint(fields=('creancier', 'facture', 'cycle'), name='fin_une_par_facture_et_cycle'), models.CheckConstraint(condition=models.Q(('cycle__gt', 0)), name='fin_cycle_positif')],
            },
        ),
    ]
