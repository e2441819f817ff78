from django.db import migrations, models


class Migration(migrations.Migration):
    """Une facture payable en plusieurs fois : une ligne par échéance, le même numéro."""

    dependencies = [
        ('clients', '0009_qualification'),
        ('comptes', '0007_conditions_de_reglement'),
        ('factures', '0018_decisions_et_leurs_suites'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='facture',
            name='facture_numero_unique_par_creancier',
        ),
        migrations.AddField(
            model_name='facture',
            name='tranche',
            field=models.PositiveSmallIntegerField(default=1, editable=False, verbose_name='échéance'),
        ),
        migrations.AddField(
            model_name='facture',
            name='tranches',
            field=models.PositiveSmallIntegerField(default=1, editable=False, verbose_name="nombre d'échéances"),
        ),
        migrations.AddConstraint(
            model_name='facture',
            constraint=models.UniqueConstraint(fields=('creancier', 'numero', 'tranche'), name='facture_numero_unique_par_creancier', violation_error_message='Ce numéro de facture existe déjà.'),
        ),
        migrations.AddConstraint(
            model_name='facture',
            constraint=models.CheckConstraint(condition=models.Q(('tranche__gte', 1), ('tranche__lte', models.F('tranches')), models.Q(('tranches', 1), ('est_avoir', False), _connector='OR')), name='facture_tranche_bornee'),
        ),
    ]
