from typing import Any

from django.db import migrations

SALER = {
    "postgresql": "replace(gen_random_uuid()::text, '-', '')",
    "sqlite": "lower(hex(randomblob(16)))",
}


def saler(apps: Any, schema_editor: Any) -> None:
    """Un sel par entrée déjà écrite, tiré par la base : une seule requête, quel que soit leur nombre.

    Le chaînage lui-même se fait au premier battement, par le chemin ordinaire.
    """
    tirer = SALER[schema_editor.connection.vendor]
    schema_editor.execute(f"UPDATE journal_entree SET sel = {tirer} WHERE sel = ''", params=None)  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [("journal", "0003_chaine")]

    operations = [migrations.RunPython(saler, migrations.RunPython.noop)]
