"""Des instances entières, chacune sa base et ses dossiers, menées par leurs vraies commandes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import CompletedProcess
from uuid import uuid4

import psycopg
from django.db import connection

from tests.services import environnement, python


class Instance:
    """Sur le même moteur que l'essai. Sa base se lit sans les modèles."""

    def __init__(self, dossier: Path, **reglages: str) -> None:
        self.fichiers, self.var = dossier / "fichiers", dossier / "var"
        self.base = self.var / "base.sqlite3"
        self.var.mkdir(parents=True)
        self.nom = f"instance_{uuid4().hex[:12]}"
        lus = connection.settings_dict
        self.serveur = {"host": lus["HOST"], "port": lus["PORT"], "user": lus["USER"]}
        self.serveur["password"] = lus["PASSWORD"]
        adresse = f"sqlite:///{self.base}"
        if connection.vendor == "postgresql":
            adresse = "postgres://{user}:{password}@{host}:{port}".format(**self.serveur)
            adresse += f"/{self.nom}"
        self.env = environnement(
            DATABASE_URL=adresse, DOSSIER_VAR=self.var, FICHIERS=self.fichiers, **reglages
        )

    def creer(self) -> None:
        """Une base vide à cette version ; `restaurer`, lui, la crée s'il le faut."""
        if connection.vendor == "postgresql":
            with self._administrer() as lien:
                lien.execute(f'CREATE DATABASE "{self.nom}"')
        self.reussir("migrate", "--verbosity", "0")

    def manage(self, *arguments: str, delai: float = 600) -> CompletedProcess:
        return python("manage.py", *arguments, env=self.env, delai=delai)

    def reussir(self, *arguments: str) -> str:
        fait = self.manage(*arguments)
        assert fait.returncode == 0, fait.stderr or fait.stdout
        return fait.stdout

    @contextmanager
    def ouverte(self):
        if connection.vendor == "postgresql":
            with psycopg.connect(**self.serveur, dbname=self.nom) as lien:
                yield lien
        else:
            with closing(sqlite3.connect(self.base)) as lien:
                # Comme l'ouvre l'application.
                lien.execute("PRAGMA journal_mode=WAL")
                yield lien
                lien.commit()

    def lire(self, requete: str) -> list[tuple]:
        with self.ouverte() as lien:
            return lien.execute(requete).fetchall()

    def oublier(self) -> None:
        if connection.vendor != "postgresql":
            return
        with self._administrer() as lien:
            for (nom,) in lien.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{self.nom}%"]
            ).fetchall():
                lien.execute(f'DROP DATABASE "{nom}" WITH (FORCE)')

    def _administrer(self) -> psycopg.Connection:
        return psycopg.connect(**self.serveur, dbname="postgres", autocommit=True)


@contextmanager
def une_instance(dossier: Path, **reglages: str) -> Iterator[Instance]:
    instance = Instance(dossier, **reglages)
    try:
        yield instance
    finally:
        instance.oublier()
