from django.conf import settings
from django.db import migrations, models

from recouvrement.journal.immuable import Protection, garder


class Migration(migrations.Migration):
    """Dire la nature d'un client est un geste."""

    dependencies = [
        ('comptes', '0007_conditions_de_reglement'),
        ('journal', '0006_gestes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='geste',
            name='geste_genre_connu',
        ),
        migrations.AlterField(
            model_name='geste',
            name='genre',
            field=models.CharField(choices=[('appel', 'Appel'), ('rappel', 'Rappel clos'), ('promesse', 'Promesse'), ('constat', "Constat d'une promesse"), ('litige', "Ouverture d'un litige"), ('issue_litige', "Issue d'un litige"), ('reglement', 'Règlement'), ('imputation', "Emploi d'un règlement"), ('contre_ecriture', 'Contre-écriture'), ('import', 'Import'), ('marque', 'Coordonnée marquée'), ('nature', "Nature d'un client"), ('relance', 'Relance écrite par une personne'), ('validation', 'Relance validée'), ('retenue', 'Relance retenue'), ('decision', 'Décision sur une relance'), ('lettre', 'Lettre préparée'), ('depot', 'Lettre postée'), ('suivi', 'Suivi de la poste'), ('dossier', 'Dossier ouvert'), ('etape', "Étape d'un dossier"), ('issue_dossier', 'Dossier clos'), ('annulation', 'Annulation')], max_length=16),
        ),
        migrations.AddConstraint(
            model_name='geste',
            constraint=models.CheckConstraint(condition=models.Q(('genre__in', ['appel', 'rappel', 'promesse', 'constat', 'litige', 'issue_litige', 'reglement', 'imputation', 'contre_ecriture', 'import', 'marque', 'nature', 'relance', 'validation', 'retenue', 'decision', 'lettre', 'depot', 'suivi', 'dossier', 'etape', 'issue_dossier', 'annulation'])), name='geste_genre_connu'),
        ),
        # SQLite refait la table : sa garde se repose.
        garder(Protection("journal_geste", "Un geste ne se récrit pas : un autre l'annule")),
    ]
