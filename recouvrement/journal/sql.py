"""Le SQL que l'ORM ne sait pas dire : ce que la base a de déclencheurs, et s'ils sonnent."""

from django.db import connection

from recouvrement.socle.sql import executer


def declencheurs() -> dict[str, str]:
    """Chacun, et son texte ; « éteint » s'il ne sonne plus. Leurs fonctions, s'il y en a."""
    if connection.vendor != "postgresql":
        return dict(executer("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    trouves = dict(
        executer(
            "SELECT tgname, CASE WHEN tgenabled = 'O' THEN pg_get_triggerdef(oid, true) "
            "ELSE 'éteint' END FROM pg_trigger WHERE NOT tgisinternal"
        )
    )
    return trouves | dict(
        executer(
            "SELECT proname || '()', 'CREATE FUNCTION ' || proname || '() RETURNS trigger "
            "LANGUAGE ' || lanname || ' AS $$' || prosrc || '$$' FROM pg_proc "
            "JOIN pg_language ON pg_language.oid = prolang "
            "WHERE prorettype = 'trigger'::regtype "
            "AND pronamespace = current_schema()::regnamespace"
        )
    )


def replace_sonne() -> bool:
    """Sans `recursive_triggers`, REPLACE efface une ligne gardée sans rien sonner."""
    if connection.vendor != "sqlite":
        return True
    [(allume,)] = executer("PRAGMA recursive_triggers")
    return bool(allume)
