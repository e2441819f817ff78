from django.db import migrations

from recouvrement.journal.immuable import Protection, garder


class Migration(migrations.Migration):
    """La preuve d'un dépôt à la poste s'efface avec le geste qui l'a versée."""

    dependencies = [('factures', '0010_gestes')]

    operations = [
        garder(
            Protection(
                "factures_piece",
                "Une pièce déposée ne se récrit pas",
                modifiable=(
                    "{egales:id,creancier_id,facture_id,nature,intitule,nom_fichier,type_mime,taille,"
                    "empreinte,contenu_actif,du,deposee_par_id,deposee_le,geste_id}"
                ),
                effacable=(
                    "(OLD.nature = 'facture' AND OLD.facture_id IS NOT NULL)"
                    " OR (OLD.nature = 'preuve_depot' AND OLD.geste_id IS NOT NULL)"
                ),
            ),
        ),
    ]
