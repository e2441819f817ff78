import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from recouvrement.journal.immuable import Protection, garder


class Migration(migrations.Migration):
    """Les gestes ; une entrée dit le sien, et sa garde le protège. Figé à cette date."""

    dependencies = [
        ('comptes', '0006_depart_d_un_compte'),
        ('journal', '0005_gardes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Geste',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('genre', models.CharField(choices=[('appel', 'Appel'), ('rappel', 'Rappel clos'), ('promesse', 'Promesse'), ('constat', "Constat d'une promesse"), ('litige', "Ouverture d'un litige"), ('issue_litige', "Issue d'un litige"), ('reglement', 'Règlement'), ('imputation', "Emploi d'un règlement"), ('contre_ecriture', 'Contre-écriture'), ('import', 'Import'), ('marque', 'Coordonnée marquée'), ('relance', 'Relance écrite par une personne'), ('validation', 'Relance validée'), ('retenue', 'Relance retenue'), ('decision', 'Décision sur une relance'), ('lettre', 'Lettre préparée'), ('depot', 'Lettre postée'), ('suivi', 'Suivi de la poste'), ('dossier', 'Dossier ouvert'), ('etape', "Étape d'un dossier"), ('issue_dossier', 'Dossier clos'), ('annulation', 'Annulation')], max_length=16)),
                ('a', models.DateTimeField(auto_now_add=True, verbose_name='à')),
                ('annule', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='annulation', to='journal.geste')),
                ('auteur', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('creancier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='comptes.creancier')),
            ],
            options={
                'verbose_name': 'geste',
            },
        ),
        migrations.AddField(
            model_name='entree',
            name='geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.AddIndex(
            model_name='entree',
            index=models.Index(condition=models.Q(('geste__isnull', False)), fields=['geste'], name='journal_par_geste'),
        ),
        migrations.AddConstraint(
            model_name='geste',
            constraint=models.CheckConstraint(condition=models.Q(('genre__in', ['appel', 'rappel', 'promesse', 'constat', 'litige', 'issue_litige', 'reglement', 'imputation', 'contre_ecriture', 'import', 'marque', 'relance', 'validation', 'retenue', 'decision', 'lettre', 'depot', 'suivi', 'dossier', 'etape', 'issue_dossier', 'annulation'])), name='geste_genre_connu'),
        ),
        migrations.AddConstraint(
            model_name='geste',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('annule__isnull', False), ('genre', 'annulation')), models.Q(models.Q(('genre', 'annulation'), _negated=True), ('annule', None)), _connector='OR'), name='geste_annulation_dit_laquelle'),
        ),
        migrations.AddConstraint(
            model_name='geste',
            constraint=models.CheckConstraint(condition=models.Q(('annule', None), ('annule__lt', models.F('id')), _connector='OR'), name='geste_annule_un_plus_ancien'),
        ),
        garder(
            Protection("journal_geste", "Un geste ne se récrit pas : un autre l'annule"),
            Protection(
                "journal_entree",
                "Le journal ne se modifie pas",
                modifiable=(
                    "{egales:id,creancier_id,acteur_id,a,evenement,libelle,geste_id,cible_type,cible_id} "
                    "AND OLD.effacees_le IS NULL AND NEW.effacees_le IS NOT NULL "
                    "AND NEW.sel = '' AND NEW.donnees = '{}'"
                ),
            ),
        ),
    ]
