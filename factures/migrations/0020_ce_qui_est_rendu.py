from decimal import Decimal

from django.db import migrations, models

from recouvrement.journal.immuable import Protection, garder, ne_plus_garder

ENCAISSEMENT = "Un règlement ne se récrit pas : il s'annule par une contre-écriture"
IMPUTATION = "Une imputation ne se récrit pas : elle s'annule par une contre-écriture"


class Migration(migrations.Migration):
    """Une imputation dit aussi ce qui, n'étant plus dû, est redevenu disponible."""

    dependencies = [("factures", "0019_tranches")]

    operations = [
        # SQLite refait la table : un déclencheur qui nomme l'autre l'en empêcherait.
        ne_plus_garder(
            Protection("factures_encaissement", ENCAISSEMENT),
            Protection("factures_imputation", IMPUTATION),
        ),
        migrations.AddField(
            model_name="imputation",
            name="rendus",
            field=models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=14),
        ),
        migrations.RemoveConstraint(model_name="imputation", name="imputation_non_nulle"),
        migrations.RemoveConstraint(model_name="imputation", name="imputation_d_un_seul_signe"),
        migrations.AddConstraint(
            model_name="imputation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("accessoires", 0), ("montant", 0), ("rendus", 0), _negated=True
                ),
                name="imputation_non_nulle",
            ),
        ),
        migrations.AddConstraint(
            model_name="imputation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accessoires__gte", 0), ("montant__gte", 0), ("rendus__gte", 0)),
                    models.Q(("accessoires__lte", 0), ("montant__lte", 0), ("rendus", 0)),
                    _connector="OR",
                ),
                name="imputation_d_un_seul_signe",
            ),
        ),
        garder(
            Protection(
                "factures_encaissement",
                ENCAISSEMENT,
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
                IMPUTATION,
                modifiable=(
                    "{egales:id,creancier_id,encaissement_id,facture_id,le} "
                    "AND ({egales:montant,accessoires,rendus} OR (OLD.montant >= 0 "
                    "AND OLD.accessoires >= 0 AND NEW.montant >= OLD.montant "
                    "AND round(NEW.montant + NEW.accessoires + NEW.rendus, 2) >= "
                    "round(OLD.montant + OLD.accessoires + OLD.rendus, 2)))"
                ),
                effacable=(
                    "EXISTS (SELECT 1 FROM factures_encaissement e WHERE e.id = OLD.encaissement_id "
                    "AND e.annule_id IS NULL AND (e.moyen = 'deja_verse' OR (e.moyen IN "
                    "('avoir', 'remplacement') AND e.note = 'D''après l''import')))"
                ),
            ),
        ),
    ]
