from django.db import migrations

from recouvrement.journal.immuable import Protection, garder


class Migration(migrations.Migration):
    """La base refuse de récrire un message parti."""

    dependencies = [("courriel", "0004_depart_garde")]

    operations = [
        garder(
            Protection(
            "courriel_envoi",
            "Un message parti ne se récrit pas",
            modifiable=(
                "{egales:id,creancier_id,nature,cle,message_id,cree_le} AND ("
                "OLD.etat NOT IN ('data', 'envoye', 'incertain') "
                "OR ({egales:destinataire,expediteur,sujet,octets,empreinte,somme,compose_le} AND ("
                "(OLD.etat = 'data' AND ({egales:data_a} OR NEW.etat = 'a_envoyer')) "
                "OR (OLD.etat = 'incertain' AND {egales:data_a}) "
                "OR {egales:etat,data_a,fini_a,reponse})) "
                "OR (OLD.etat = 'envoye' AND OLD.nature <> 'relance' AND NEW.octets = {vide} AND "
                "{egales:destinataire,expediteur,sujet,empreinte,somme,compose_le,etat,data_a,"
                "fini_a,reponse}))"
            ),
            effacable="OLD.etat NOT IN ('data', 'envoye', 'incertain')",
        ),
        ),
    ]
