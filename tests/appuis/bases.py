"""Une base PostgreSQL neuve, et le rôle de l'application, le temps d'un essai."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import psycopg
from psycopg import sql

from recouvrement.environnement import RACINE


@contextmanager
def une_base(serveur: str) -> Iterator[str]:
    """L'adresse d'une base qui n'existait pas et n'existera plus."""
    nom = f"essai_{uuid4().hex[:12]}"
    with psycopg.connect(serveur, autocommit=True) as connexion:
        connexion.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(nom)))
        try:
            yield serveur.rpartition("/")[0] + f"/{nom}"
        finally:
            connexion.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(nom)))


@contextmanager
def un_role_application(base: str, dossier: Path) -> Iterator[str]:
    """L'adresse de la même base pour le rôle que pose .ci/role_application.sh, au nom près."""
    proprietaire = urlsplit(base)
    role, mot = f"application_{uuid4().hex[:12]}", uuid4().hex
    fichier = dossier / "postgres_mot_de_passe_application"
    fichier.write_text(mot)
    pose = subprocess.run(
        [RACINE / ".ci/role_application.sh"],
        env=os.environ
        | {
            "PGHOST": proprietaire.hostname,
            "PGPORT": str(proprietaire.port),
            "PGPASSWORD": unquote(proprietaire.password),
            "POSTGRES_USER": proprietaire.username,
            "POSTGRES_DB": proprietaire.path[1:],
            "ROLE_APPLICATION": role,
            "MOT_APPLICATION_FILE": str(fichier),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert pose.returncode == 0, pose.stderr
    try:
        serveur = f"{proprietaire.hostname}:{proprietaire.port}"
        yield f"postgres://{role}:{mot}@{serveur}{proprietaire.path}"
    finally:
        with psycopg.connect(base, autocommit=True) as connexion:
            for phrase in ("DROP OWNED BY {} CASCADE", "DROP ROLE {}"):
                connexion.execute(sql.SQL(phrase).format(sql.Identifier(role)))
