import django.db.models.deletion
from django.db import migrations, models

import recouvrement.journal.models
from recouvrement.journal.immuable import Protection, ne_plus_garder


class Migration(migrations.Migration):
    """Le sel de chaque entrée, et les tables de la chaîne. 0004 sale, 0005 repose les gardes."""

    dependencies = [("journal", "0002_entree_immuable")]

    operations = [
        ne_plus_garder(Protection("journal_entree", "")),
        migrations.AddField(
            model_name="entree",
            name="sel",
            field=models.CharField(default="", max_length=32, editable=False),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="entree",
            name="sel",
            field=models.CharField(
                default=recouvrement.journal.models.nouveau_sel, max_length=32, editable=False
            ),
        ),
        migrations.AddField(
            model_name="entree",
            name="effacees_le",
            field=models.DateTimeField(editable=False, null=True, verbose_name="données effacées le"),
        ),
        migrations.CreateModel(
            name="Chaine",
            fields=[
                ("numero", models.BigIntegerField(primary_key=True, serialize=False)),
                ("rang", models.BigIntegerField(default=0)),
                ("empreinte", models.CharField(default="0" * 64, max_length=64)),
                ("ancre_rang", models.BigIntegerField(default=0)),
                ("verifie_le", models.DateTimeField(null=True, verbose_name="vérifiée le")),
                ("verifie_rang", models.BigIntegerField(default=0)),
                ("verifie_jusqu_a", models.DateTimeField(null=True)),
                ("fautes", models.PositiveIntegerField(default=0)),
            ],
            options={"verbose_name": "chaîne du journal"},
        ),
        migrations.CreateModel(
            name="Ancrage",
            fields=[
                ("numero", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("a", models.DateTimeField(verbose_name="à")),
                ("empreinte", models.CharField(max_length=64, verbose_name="empreinte de la ligne")),
                ("horodate_le", models.DateTimeField(null=True, verbose_name="horodaté le")),
                (
                    "echec",
                    models.CharField(blank=True, max_length=250, verbose_name="horodatage manqué"),
                ),
            ],
            options={"verbose_name": "ancrage du journal"},
        ),
        migrations.CreateModel(
            name="EtatJournal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "tentee_le",
                    models.DateTimeField(null=True, verbose_name="dernière vérification tentée"),
                ),
                (
                    "echec",
                    models.CharField(blank=True, max_length=500, verbose_name="ce qui a manqué"),
                ),
                ("verifie_le", models.DateTimeField(null=True)),
                ("entrees", models.PositiveIntegerField(default=0)),
                ("fautes", models.PositiveIntegerField(default=0)),
                ("constats", models.JSONField(default=list)),
            ],
            options={
                "verbose_name": "état du journal",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="etat_journal_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="Maillon",
            fields=[
                (
                    "entree",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="journal.entree",
                    ),
                ),
                ("chaine", models.BigIntegerField()),
                ("rang", models.BigIntegerField()),
                ("prec", models.CharField(max_length=64, verbose_name="empreinte précédente")),
                ("scelle_le", models.DateTimeField()),
                ("texte", models.TextField()),
                ("empreinte", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "maillon du journal",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("chaine", "rang"), name="maillon_un_par_rang"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rang__gte", 1)), name="maillon_rang_positif"
                    ),
                ],
            },
        ),
    ]
