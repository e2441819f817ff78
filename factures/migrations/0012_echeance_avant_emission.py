from django.db import migrations


class Migration(migrations.Migration):
    """Un loyer, un abonnement ou une facture tardive échoit avant d'être émis."""

    dependencies = [("factures", "0011_preuve_d_un_depot_annule")]

    operations = [
        migrations.RemoveConstraint(
            model_name="facture", name="facture_echeance_apres_emission"
        ),
    ]
