"""Le déclencheur qui rend une table immuable, dans les deux dialectes."""

from django.db import migrations


def interdire_de_reecrire(table: str, phrase: str) -> migrations.RunPython:
    """UPDATE et DELETE (et TRUNCATE sur PostgreSQL) refusés par la base elle-même.

    Sur SQLite, `INSERT OR REPLACE` n'est arrêté que par `recursive_triggers=ON` (réglages).
    """

    def poser(apps, schema_editor):
        for ordre in _ordres(schema_editor.connection.vendor, table, phrase):
            schema_editor.execute(ordre)

    def lever(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_immuable ON {table}")
            schema_editor.execute(f"DROP TRIGGER {table}_intronquable ON {table}")
            schema_editor.execute(f"DROP FUNCTION {table}_immuable()")
        else:
            schema_editor.execute(f"DROP TRIGGER {table}_sans_update")
            schema_editor.execute(f"DROP TRIGGER {table}_sans_delete")

    return migrations.RunPython(poser, lever)


def _ordres(vendeur: str, table: str, phrase: str) -> list[str]:
    if vendeur == "postgresql":
        return [
            f"CREATE FUNCTION {table}_immuable() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{phrase}'; END $$",
            f"CREATE TRIGGER {table}_immuable BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_immuable()",
            f"CREATE TRIGGER {table}_intronquable BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_immuable()",
        ]
    return [
        f"CREATE TRIGGER {table}_sans_{ordre.lower()} BEFORE {ordre} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{phrase}'); END"
        for ordre in ("UPDATE", "DELETE")
    ]
