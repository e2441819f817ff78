import os

os.environ.setdefault("SECRET_KEY", "clef-de-la-suite-de-tests-0123456789-abcdefghij")
os.environ.setdefault("NIVEAU_TRACES", "WARNING")
os.environ["SITE_URL"] = "http://localhost:8000"
os.environ["ALLOWED_HOSTS"] = "testserver,localhost,127.0.0.1"

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from django.test import TransactionTestCase

from recouvrement.exploitation.verification.examens import examens
from tests.appuis import base_prete
from tests.appuis.essais_purs import est_pur
from tests.appuis.gardes import gardes_levees
from tests.appuis.lois import premiere_faute
from tests.appuis.smtp import un_serveur_smtp

# Le fichier, la base toute faite, et si l'on part d'elle.
type BaseSqlite = tuple[Path, Path, bool]


def pytest_runtest_setup(item):
    """Sans son serveur, un test échoue et dit pourquoi : une absence n'est pas un succès."""
    if item.get_closest_marker("services") and not os.environ.get("REDIS_URL"):
        pytest.fail("Ce test veut un Redis réel (REDIS_URL) : lancez ./tester.", pytrace=False)
    if item.get_closest_marker("postgres") and connection.vendor != "postgresql":
        pytest.fail("Ce test veut PostgreSQL (DATABASE_URL) : lancez ./tester.", pytrace=False)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Les essais sans base ne se jouent qu'une fois : avec SQLite."""
    if connection.vendor == "postgresql":
        purs = [essai for essai in items if est_pur(essai)]
        config.hook.pytest_deselected(items=purs)
        items[:] = [essai for essai in items if not est_pur(essai)]


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
def base_sqlite(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> BaseSqlite | None:
    """Le fichier de cette exécution, la base toute faite, et si l'on est parti d'elle.

    Un vrai fichier : la base en mémoire ne se partage pas entre deux fils.
    """
    if connection.vendor != "sqlite":
        return None
    fichier = tmp_path_factory.mktemp("base") / "essais.sqlite3"
    # Sans la mémoire de pytest (-p no:cacheprovider), la base se fait chaque fois.
    memoire = getattr(request.config, "cache", None)
    gardees = memoire.mkdir("base") if memoire else fichier.parent
    modele = gardees / f"{base_prete.empreinte()}.modele"
    neuve = request.config.getvalue("create_db")
    return fichier, modele, not neuve and base_prete.reprendre(modele, fichier)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    base_sqlite: BaseSqlite | None, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    # Le serveur des tests de navigateur rend sa connexion à chaque requête, comme elle s'arrête.
    connection.settings_dict["CONN_MAX_AGE"] = 0
    if base_sqlite is not None:
        fichier, _, est_prete = base_sqlite
        connection.settings_dict["TEST"]["NAME"] = str(fichier)
        connection.settings_dict["TEST"]["MIGRATE"] = not est_prete


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, base_sqlite: BaseSqlite | None) -> bool:
    gardee = bool(request.config.getvalue("reuse_db"))
    return gardee or (base_sqlite is not None and base_sqlite[2])


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, base_sqlite: BaseSqlite | None) -> None:
    if base_sqlite is not None and not base_sqlite[2]:
        base_prete.garder(*base_sqlite[:2])


@pytest.fixture(autouse=True)
def reglages_de_test(settings, tmp_path):
    """Mots de passe vite hachés, fichiers et cache à part : rien d'un test ne reste."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Une base défaite rend ses numéros de journal : un compte gardé serait celui d'un autre essai.
    settings.COMPTE_COMMUN = 0
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


@pytest.fixture
def puits(tmp_path, settings):
    """Un vrai serveur d'envoi, celui de l'instance."""
    with un_serveur_smtp(tmp_path) as puits:
        settings.SERVEUR_SMTP = puits.reglage
        yield puits
