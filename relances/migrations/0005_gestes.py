import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Ce qu'un geste a écrit le désigne. Les faits d'avant gardent un lien vide."""

    dependencies = [
        ('clients', '0006_gestes'),
        ('comptes', '0006_depart_d_un_compte'),
        ('courriel', '0006_transmis_par_jour'),
        ('documents', '0004_document_garde'),
        ('factures', '0010_gestes'),
        ('journal', '0006_gestes'),
        ('relances', '0004_ce_qui_retient_par_index'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='appel',
            name='geste',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appel', to='journal.geste'),
        ),
        migrations.AddField(
            model_name='appel',
            name='rappel_clos_geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.AddField(
            model_name='courrier',
            name='geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.AddField(
            model_name='courrier',
            name='poste_geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.AddField(
            model_name='courrier',
            name='suivi_geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.AddField(
            model_name='promesse',
            name='close_geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.AddField(
            model_name='promesse',
            name='geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.AddField(
            model_name='relance',
            name='decision_geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.AddField(
            model_name='relance',
            name='geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.AddField(
            model_name='relancefacture',
            name='retiree_geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.AddIndex(
            model_name='appel',
            index=models.Index(condition=models.Q(('rappel_clos_geste__isnull', False)), fields=['rappel_clos_geste'], name='appel_rappel_clos_par_geste'),
        ),
        migrations.AddIndex(
            model_name='courrier',
            index=models.Index(condition=models.Q(('geste__isnull', False)), fields=['geste'], name='courrier_par_geste'),
        ),
        migrations.AddIndex(
            model_name='courrier',
            index=models.Index(condition=models.Q(('poste_geste__isnull', False)), fields=['poste_geste'], name='courrier_poste_par_geste'),
        ),
        migrations.AddIndex(
            model_name='promesse',
            index=models.Index(condition=models.Q(('geste__isnull', False)), fields=['geste'], name='promesse_par_geste'),
        ),
        migrations.AddIndex(
            model_name='promesse',
            index=models.Index(condition=models.Q(('close_geste__isnull', False)), fields=['close_geste'], name='promesse_close_par_geste'),
        ),
        migrations.AddIndex(
            model_name='relance',
            index=models.Index(condition=models.Q(('geste__isnull', False)), fields=['geste'], name='relance_par_geste'),
        ),
        migrations.AddIndex(
            model_name='relance',
            index=models.Index(condition=models.Q(('decision_geste__isnull', False)), fields=['decision_geste'], name='relance_decidee_par_geste'),
        ),
        migrations.AddIndex(
            model_name='relancefacture',
            index=models.Index(condition=models.Q(('retiree_geste__isnull', False)), fields=['retiree_geste'], name='relance_facture_retiree'),
        ),
        migrations.AddConstraint(
            model_name='promesse',
            constraint=models.CheckConstraint(condition=models.Q(('close_geste', None), ('close_le__isnull', False), _connector='OR'), name='promesse_close_par_un_geste'),
        ),
    ]
