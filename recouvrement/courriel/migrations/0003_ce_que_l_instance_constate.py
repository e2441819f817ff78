import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("courriel", "0002_instance")]

    operations = [
        migrations.AddField(
            "instance",
            "nee_le",
            models.DateTimeField(
                "connue depuis", auto_now_add=True, default=django.utils.timezone.now
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "instance",
            "sonnee_le",
            models.DateTimeField("dernière sonnerie de l'horloge", null=True),
        ),
        migrations.AddField(
            "instance",
            "joint_le",
            models.DateTimeField("serveur d'envoi joint pour la dernière fois", null=True),
        ),
        migrations.AddField(
            "instance",
            "injoignable_le",
            models.DateTimeField("serveur d'envoi injoignable depuis", null=True),
        ),
        migrations.AddField(
            "instance",
            "injoignable",
            models.CharField("ce qu'il a répondu", max_length=500, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddIndex(
            "envoi",
            models.Index(
                condition=models.Q(("etat", "incertain")), fields=["data_a"], name="envoi_en_doute"
            ),
        ),
    ]
