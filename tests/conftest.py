import os

os.environ.setdefault("SECRET_KEY", "clef-de-la-suite-de-tests-0123456789-abcdefghij")
os.environ.setdefault("NIVEAU_TRACES", "WARNING")
os.environ["SITE_URL"] = "http://localhost:8000"
os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection
from django.test import TransactionTestCase

from recouvrement.exploitation.verification.examens import examens
from tests.appuis.gardes import gardes_levees
from tests.appuis.lois import premiere_faute


def pytest_runtest_setup(item):
    """Sans son serveur, un test échoue et dit pourquoi : une absence n'est pas un succès."""
    if item.get_closest_marker("services") and not os.environ.get("REDIS_URL"):
        pytest.fail("Ce test veut un Redis réel (REDIS_URL) : lancez ./tester.", pytrace=False)
    if item.get_closest_marker("postgres") and connection.vendor != "postgresql":
        pytest.fail("Ce test veut PostgreSQL (DATABASE_URL) : lancez ./tester.", pytrace=False)


@pytest.fixture(autouse=True)
def base_intacte(request, reglages_de_test):
    """Quoi qu'un test ait écrit, les lois de la base tiennent : cloison, fiches, messages.

    Après un scénario, toutes : soldes, journal, fichiers, clés (celles de `manage.py verifier`).
    """
    if "_django_db_helper" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("_django_db_helper")
    yield
    if connection.needs_rollback:
        return
    try:
        faute = premiere_faute()
    except DatabaseError:
        return  # la transaction du test est déjà rompue : rien à lire
    assert faute is None, faute
    if request.node.get_closest_marker("scenario"):
        # Bien après l'heure de tout scénario : ce qui y est daté d'après « maintenant » est faux.
        rompues = [
            f"{examen.code} : {faute}"
            for examen in examens()
            if not examen.est_un_avis
            for faute in examen.chercher(datetime(2100, 1, 1, tzinfo=UTC))
        ]
        assert rompues == []


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """Sur SQLite, un vrai fichier : la base en mémoire ne se partage pas entre deux fils."""
    # Le serveur des tests de navigateur rend sa connexion à chaque requête, comme elle s'arrête.
    connection.settings_dict["CONN_MAX_AGE"] = 0
    if connection.vendor == "sqlite":
        fichier = tmp_path_factory.mktemp("base") / "essais.sqlite3"
        connection.settings_dict["TEST"]["NAME"] = str(fichier)


@pytest.fixture(autouse=True)
def reglages_de_test(settings, tmp_path):
    """Mots de passe vite hachés, fichiers et cache à part : rien d'un test ne reste."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.FICHIERS = tmp_path / "fichiers"
    settings.JOURNAL_ENVOIS = tmp_path / "envois.journal"
    settings.ANCRES = tmp_path / "ancres"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture(autouse=True, scope="session")
def vidage_malgre_les_tables_immuables():
    """Vider la base après un test transactionnel se heurte, à raison, au journal immuable."""
    vider = TransactionTestCase._fixture_teardown

    def vider_sans_declencheurs(self):
        with gardes_levees():
            vider(self)

    TransactionTestCase._fixture_teardown = vider_sans_declencheurs
    yield
    TransactionTestCase._fixture_teardown = vider
