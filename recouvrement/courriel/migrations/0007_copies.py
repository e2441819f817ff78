from django.db import migrations, models

from recouvrement.journal.immuable import Protection, garder


class Migration(migrations.Migration):

    dependencies = [
        ('courriel', '0006_transmis_par_jour'),
    ]

    operations = [
        migrations.AddField(
            model_name='envoi',
            name='copies',
            field=models.CharField(blank=True, max_length=2600, verbose_name='en copie'),
        ),
        # Les copies d'un message parti ne se récrivent pas plus que le reste.
        garder(
            Protection(
                "courriel_envoi",
                "Un message parti ne se récrit pas",
                modifiable=(
                    "{egales:id,creancier_id,nature,cle,message_id,cree_le} AND ("
                    "OLD.etat NOT IN ('data', 'envoye', 'incertain') "
                    "OR ({egales:destinataire,copies,expediteur,sujet,octets,empreinte,somme,"
                    "compose_le} AND ("
                    "(OLD.etat = 'data' AND ({egales:data_a} OR NEW.etat = 'a_envoyer')) "
                    "OR (OLD.etat = 'incertain' AND {egales:data_a}) "
                    "OR {egales:etat,data_a,fini_a,reponse})) "
                    "OR (OLD.etat = 'envoye' AND OLD.nature <> 'relance' AND NEW.octets = {vide} "
                    "AND {egales:destinataire,copies,expediteur,sujet,empreinte,somme,compose_le,"
                    "etat,data_a,fini_a,reponse}))"
                ),
                effacable="OLD.etat NOT IN ('data', 'envoye', 'incertain')",
            ),
        ),
    ]
