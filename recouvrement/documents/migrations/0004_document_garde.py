from django.db import migrations

from recouvrement.journal.immuable import Protection, garder


class Migration(migrations.Migration):
    """Reposé en entier : REPLACE aussi est refusé, sans se fier au réglage de SQLite."""

    dependencies = [("documents", "0003_depots_et_exports")]

    operations = [
        garder(
            Protection("documents_document", "Un document scellé ne se modifie pas"),
        ),
    ]
