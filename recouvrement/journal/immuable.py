"""Les déclencheurs qui gardent une table, dans les deux dialectes, et leur vérification.

Un modèle dit ce qui le garde par un attribut `protection` ; une migration le pose, figé ; la
vérification relit dans la base que chacun y est encore, au caractère près.
"""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, migrations

from recouvrement.journal.sql import declencheurs


@dataclass(frozen=True, slots=True)
class Protection:
    """Sans rien d'autre, ni UPDATE ni DELETE. `modifiable` et `effacable` : les exceptions.

    Ce sont des conditions SQL, les mêmes pour les deux bases ; `{egales:a,b}` y veut dire que ces
    colonnes ne changent pas, et `{vide}` une donnée binaire sans octet.
    """

    table: str
    phrase: str
    modifiable: str = ""
    effacable: str = ""
    cle: str = "id"

    def ordres(self, dialecte: str) -> dict[str, str]:
        """Ce qui se crée, par nom : la fonction d'abord. Le texte même que la base rend."""
        table, faute = self.table, self.phrase.replace("'", "''")
        modifiable = traduire(self.modifiable, dialecte)
        if dialecte == "postgresql":
            nom = f"{table}_immuable"
            corps = "BEGIN "
            if modifiable:
                corps += _sauf("UPDATE", modifiable, "NEW")
            if self.effacable:
                corps += _sauf("DELETE", self.effacable, "OLD")
            return {
                f"{nom}()": _fonction(nom, f"{corps}RAISE EXCEPTION '{faute}'; END"),
                nom: f"CREATE TRIGGER {nom} BEFORE DELETE OR UPDATE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {nom}()",
                f"{table}_intronquable": f"CREATE TRIGGER {table}_intronquable BEFORE TRUNCATE "
                f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {nom}()",
            }
        refus = f"BEGIN SELECT RAISE(ABORT, '{faute}'); END"
        quand = {
            # IS NOT TRUE : une comparaison à NULL refuse, comme le IF de PostgreSQL.
            "UPDATE": f"WHEN ({modifiable}) IS NOT TRUE " if modifiable else "",
            "DELETE": f"WHEN ({self.effacable}) IS NOT TRUE " if self.effacable else "",
        }
        return {
            f"{table}_sans_{ordre.lower()}": f"CREATE TRIGGER {table}_sans_{ordre.lower()} "
            f"BEFORE {ordre} ON {table} {condition}{refus}"
            for ordre, condition in quand.items()
        } | {
            # REPLACE efface sans sonner DELETE quand `recursive_triggers` est éteint.
            f"{table}_sans_replace": f"CREATE TRIGGER {table}_sans_replace BEFORE INSERT "  # noqa: S608
            f"ON {table} WHEN EXISTS "
            f"(SELECT 1 FROM {table} WHERE {self.cle} = NEW.{self.cle}) "
            f"{refus}"
        }


@dataclass(frozen=True, slots=True)
class Declencheurs:
    """Ceux que `Protection` ne sait pas dire : écrits à la main, par dialecte."""

    par_dialecte: dict[str, dict[str, str]]

    def ordres(self, dialecte: str) -> dict[str, str]:
        return self.par_dialecte[dialecte]


def _sauf(ordre: str, condition: str, ligne: str) -> str:
    return f"IF TG_OP = '{ordre}' THEN IF {condition} THEN RETURN {ligne}; END IF; END IF; "


def _fonction(nom: str, corps: str) -> str:
    return f"CREATE FUNCTION {nom}() RETURNS trigger LANGUAGE plpgsql AS $$ {corps} $$"


def traduire(condition: str, dialecte: str) -> str:
    """`{egales:a,b}` et `{vide}`, dans la langue de cette base."""
    pareil = "IS NOT DISTINCT FROM" if dialecte == "postgresql" else "IS"
    while "{egales:" in condition:
        debut, _, reste = condition.partition("{egales:")
        colonnes, _, suite = reste.partition("}")
        dites = " AND ".join(f"NEW.{c} {pareil} OLD.{c}" for c in colonnes.split(","))
        condition = f"{debut}({dites}){suite}"
    vide = "''::bytea" if dialecte == "postgresql" else "X''"
    return condition.replace("{vide}", vide)


def garder(*gardes: Protection | Declencheurs) -> migrations.RunPython:
    """Pose ces déclencheurs ; ceux du même nom sont remplacés."""

    def poser(apps: Any, schema_editor: Any) -> None:
        vendeur = schema_editor.connection.vendor
        for garde in gardes:
            _lever(schema_editor, garde)
            for ordre in garde.ordres(vendeur).values():
                schema_editor.execute(ordre, params=None)

    def lever(apps: Any, schema_editor: Any) -> None:
        for garde in gardes:
            _lever(schema_editor, garde)

    return migrations.RunPython(poser, lever)


def ne_plus_garder(*gardes: Protection | Declencheurs) -> migrations.RunPython:
    """Le temps d'une migration ; celle d'après les repose."""

    def lever(apps: Any, schema_editor: Any) -> None:
        for garde in gardes:
            _lever(schema_editor, garde)

    return migrations.RunPython(lever, migrations.RunPython.noop)


def _lever(schema_editor: Any, garde: Protection | Declencheurs) -> None:
    ordres = garde.ordres(schema_editor.connection.vendor)
    for nom, ordre in reversed(ordres.items()):
        if nom.endswith("()"):
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {nom}")
        elif schema_editor.connection.vendor == "postgresql":
            table = ordre.partition(" ON ")[2].split()[0]
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {nom} ON {table}")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {nom}")


def interdire_de_reecrire(table: str, phrase: str) -> migrations.RunPython:
    """UPDATE et DELETE (et TRUNCATE sur PostgreSQL) refusés par la base elle-même."""
    return garder(Protection(table, phrase))


def gardes() -> list[Protection | Declencheurs]:
    """Ce que chaque modèle déclare de ce qui le garde."""
    return [garde for modele in apps.get_models() for garde in getattr(modele, "protections", ())]


def fautes_de_garde() -> list[str]:
    """Les déclencheurs absents, éteints ou changés : de quoi récrire sans que rien ne refuse."""
    installes = declencheurs()
    phrases = []
    for garde in gardes():
        for nom, attendu in garde.ordres(connection.vendor).items():
            present = installes.get(nom)
            if present is None:
                phrases.append(f"Le déclencheur {nom} manque.")
            elif present == "éteint":
                phrases.append(f"Le déclencheur {nom} est éteint.")
            elif _meme(present) != _meme(attendu):
                phrases.append(f"Le déclencheur {nom} n'est plus celui qu'on a posé.")
    return phrases


def _meme(ordre: str) -> str:
    return " ".join(ordre.split())
