import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from recouvrement.journal.immuable import Protection, garder


class Migration(migrations.Migration):
    """Ce qu'un geste a écrit le désigne. Les faits d'avant gardent un lien vide : rien ne se devine."""

    dependencies = [
        ('clients', '0006_gestes'),
        ('comptes', '0006_depart_d_un_compte'),
        ('factures', '0009_argent_et_preuves_gardes'),
        ('journal', '0006_gestes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='encaissement',
            name='geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.AddField(
            model_name='importation',
            name='geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.AddField(
            model_name='litige',
            name='clos_geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.AddField(
            model_name='litige',
            name='geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.AddField(
            model_name='piece',
            name='geste',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='journal.geste'),
        ),
        migrations.AlterField(
            model_name='litige',
            name='issue',
            field=models.CharField(blank=True, choices=[('fonde', 'Fondé : avoir ou remise'), ('infonde', 'Infondé : la facture est due'), ('accord', 'Accord trouvé'), ('annule', 'Ouvert par erreur')], max_length=10, verbose_name='issue'),
        ),
        migrations.AddIndex(
            model_name='encaissement',
            index=models.Index(condition=models.Q(('geste__isnull', False)), fields=['geste'], name='encaissement_par_geste'),
        ),
        migrations.AddIndex(
            model_name='importation',
            index=models.Index(condition=models.Q(('geste__isnull', False)), fields=['geste'], name='importation_par_geste'),
        ),
        migrations.AddIndex(
            model_name='litige',
            index=models.Index(condition=models.Q(('geste__isnull', False)), fields=['geste'], name='litige_par_geste'),
        ),
        migrations.AddIndex(
            model_name='litige',
            index=models.Index(condition=models.Q(('clos_geste__isnull', False)), fields=['clos_geste'], name='litige_clos_par_geste'),
        ),
        migrations.AddConstraint(
            model_name='litige',
            constraint=models.CheckConstraint(condition=models.Q(('clos_geste', None), ('clos_le__isnull', False), _connector='OR'), name='litige_clos_par_un_geste'),
        ),
        garder(
            Protection(
                "factures_encaissement",
                "Un règlement ne se récrit pas : il s'annule par une contre-écriture",
                modifiable=(
                    "{egales:id,creancier_id,montant,recu_le,moyen,reference,note,avoir_id,annule_id,"
                    "motif_annulation,cle_saisie,saisi_par_id,saisi_le,geste_id}"
                ),
                effacable="OLD.moyen = 'deja_verse' AND OLD.annule_id IS NULL AND OLD.disponible = 0",
            ),
            Protection(
                "factures_piece",
                "Une pièce déposée ne se récrit pas",
                modifiable=(
                    "{egales:id,creancier_id,facture_id,nature,intitule,nom_fichier,type_mime,taille,"
                    "empreinte,contenu_actif,du,deposee_par_id,deposee_le,geste_id}"
                ),
                effacable="OLD.nature = 'facture' AND OLD.facture_id IS NOT NULL",
            ),
        ),
    ]
