from django.db import migrations

from recouvrement.journal.immuable import Protection, garder


class Migration(migrations.Migration):
    """Un import défait efface aussi les avoirs qu'il employait et les remplacements."""

    dependencies = [("factures", "0014_references")]

    operations = [
        garder(
            Protection(
                "factures_encaissement",
                "Un règlement ne se récrit pas : il s'annule par une contre-écriture",
                modifiable=(
                    "{egales:id,creancier_id,montant,recu_le,moyen,reference,note,ordre,avoir_id,"
                    "annule_id,motif_annulation,cle_saisie,saisi_par_id,saisi_le,geste_id}"
                ),
                effacable=(
                    "OLD.annule_id IS NULL AND OLD.disponible = 0 AND (OLD.moyen = 'deja_verse' "
                    "OR (OLD.moyen IN ('avoir', 'remplacement') AND OLD.note = 'D''après l''import'))"
                ),
            ),
            Protection(
                "factures_imputation",
                "Une imputation ne se récrit pas : elle s'annule par une contre-écriture",
                modifiable=(
                    "{egales:id,creancier_id,encaissement_id,facture_id,le} "
                    "AND ({egales:montant,accessoires} OR (OLD.montant >= 0 AND OLD.accessoires >= 0 "
                    "AND NEW.montant >= OLD.montant AND round(NEW.montant + NEW.accessoires, 2) >= "
                    "round(OLD.montant + OLD.accessoires, 2)))"
                ),
                effacable=(
                    "EXISTS (SELECT 1 FROM factures_encaissement e WHERE e.id = OLD.encaissement_id "
                    "AND e.annule_id IS NULL AND (e.moyen = 'deja_verse' OR (e.moyen IN "
                    "('avoir', 'remplacement') AND e.note = 'D''après l''import')))"
                ),
            ),
        ),
    ]
