from django.db import migrations, models


def reconnaitre_les_comptes(apps, schema_editor):
    """Ceux que la démonstration a créés, là où elle est chargée."""
    if apps.get_model("comptes", "Creancier").objects.filter(est_demonstration=True).exists():
        comptes = apps.get_model("comptes", "Utilisateur").objects
        comptes.filter(email__endswith="@demo.example").update(est_demonstration=True)


class Migration(migrations.Migration):
    dependencies = [("comptes", "0002_zone_feries_a_choix")]

    operations = [
        migrations.AddField(
            model_name="utilisateur",
            name="est_demonstration",
            field=models.BooleanField(default=False, verbose_name="compte de la démonstration"),
        ),
        migrations.RunPython(reconnaitre_les_comptes, migrations.RunPython.noop),
    ]
