from django.db import migrations

from recouvrement.journal.immuable import Protection, garder


class Migration(migrations.Migration):
    """La base refuse de récrire un règlement, une imputation ou une pièce."""

    dependencies = [("factures", "0008_depots_des_pieces")]

    operations = [
        garder(
            Protection(
            "factures_encaissement",
            "Un règlement ne se récrit pas : il s'annule par une contre-écriture",
            modifiable=(
                "{egales:id,creancier_id,montant,recu_le,moyen,reference,note,avoir_id,annule_id,"
                "motif_annulation,cle_saisie,saisi_par_id,saisi_le}"
            ),
            effacable="OLD.moyen = 'deja_verse' AND OLD.annule_id IS NULL AND OLD.disponible = 0",
        ),
            Protection(
            "factures_imputation",
            "Une imputation ne se récrit pas : elle s'annule par une contre-écriture",
            modifiable=(
                "{egales:id,creancier_id,encaissement_id,facture_id,le} "
                "AND (NEW.montant = OLD.montant OR (OLD.montant > 0 AND NEW.montant > OLD.montant))"
            ),
            effacable=(
                "EXISTS (SELECT 1 FROM factures_encaissement e WHERE e.id = OLD.encaissement_id "
                "AND e.moyen = 'deja_verse' AND e.annule_id IS NULL)"
            ),
        ),
            Protection(
            "factures_piece",
            "Une pièce déposée ne se récrit pas",
            modifiable=(
                "{egales:id,creancier_id,facture_id,nature,intitule,nom_fichier,type_mime,taille,"
                "empreinte,contenu_actif,du,deposee_par_id,deposee_le}"
            ),
            effacable="OLD.nature = 'facture' AND OLD.facture_id IS NOT NULL",
        ),
        ),
    ]
