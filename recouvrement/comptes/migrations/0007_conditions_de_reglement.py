from django.db import migrations, models


class Migration(migrations.Migration):
    """« 45 jours fin de mois » se règle, pas seulement un nombre de jours."""

    dependencies = [
        ('comptes', '0006_depart_d_un_compte'),
    ]

    operations = [
        migrations.AddField(
            model_name='creancier',
            name='genre_terme',
            field=models.CharField(choices=[('nets', 'Jours nets'), ('fin_de_mois', 'Jours, puis fin de mois'), ('fin_de_mois_puis', 'Fin de mois, puis jours'), ('decade', 'Jours, puis fin de décade'), ('decade_puis', 'Fin de décade, puis jours')], default='nets', max_length=16, verbose_name='délai compté en'),
        ),
        migrations.AddField(
            model_name='creancier',
            name='jour_terme',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='le (jour du mois suivant)'),
        ),
        migrations.AddConstraint(
            model_name='creancier',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('jour_terme', None), models.Q(('genre_terme', 'fin_de_mois'), ('jour_terme__gte', 1), ('jour_terme__lte', 30)), _connector='OR'), ('delai_paiement__lte', 120), ('genre_terme__in', ['nets', 'fin_de_mois', 'fin_de_mois_puis', 'decade', 'decade_puis'])), name='creancier_terme_borne'),
        ),
    ]
