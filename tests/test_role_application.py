"""Le rôle de l'application ne possède rien : il lit et écrit des lignes, et c'est tout.

Ce qui garde le journal et les pièces (déclencheurs, contraintes) ne peut donc pas être ôté par qui
tiendrait le site. L'application entière sous ce rôle : tests/test_production.py.
"""

import os
import subprocess

import psycopg
import pytest

from recouvrement.environnement import RACINE
from tests.appuis.bases import un_role_application, une_base
from tests.services import environnement, python

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("role_application")]


@pytest.fixture(scope="module")
def roles(tmp_path_factory):
    """La même base, pour son propriétaire et pour l'application ; rôle posé avant les tables."""
    dossier = tmp_path_factory.mktemp("roles")
    with (
        une_base(os.environ["DATABASE_URL"]) as proprietaire,
        un_role_application(proprietaire, dossier) as application,
    ):
        fait = python(
            *("manage.py", "migrate", "--noinput", "--verbosity", "0"),
            env=environnement(DATABASE_URL=proprietaire, DOSSIER_VAR=dossier),
            delai=180,
        )
        assert fait.returncode == 0, fait.stderr
        yield proprietaire, application


@pytest.fixture
def application(roles):
    with psycopg.connect(roles[1], autocommit=True) as connexion:
        yield connexion


def declencheurs(connexion) -> list[tuple[str, str]]:
    return connexion.execute(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
    ).fetchall()


def refuse(connexion, phrase: str) -> bool:
    try:
        connexion.execute(phrase)
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


def test_aucun_declencheur_ne_s_ote_ne_se_suspend_ni_ne_se_contourne(application):
    poses = declencheurs(application)

    assert poses
    for table, nom in poses:
        assert refuse(application, f'DROP TRIGGER "{nom}" ON {table}')
        assert refuse(application, f'ALTER TABLE {table} DISABLE TRIGGER "{nom}"')
    assert refuse(application, "SET session_replication_role = replica")
    assert declencheurs(application) == poses


@pytest.mark.parametrize(
    "phrase",
    [
        "TRUNCATE journal_entree",
        "DROP TABLE journal_entree",
        "ALTER TABLE factures_facture DROP CONSTRAINT IF EXISTS rien",
        "ALTER TABLE factures_facture ADD COLUMN x integer",
        "CREATE INDEX x ON factures_facture (id)",
        "CREATE TABLE public.x (y integer)",
        "CREATE TEMPORARY TABLE journal_entree (y integer)",
        "CREATE FUNCTION public.x() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA x",
        "CREATE ROLE x",
        "CREATE DATABASE x",
        "COPY factures_facture TO PROGRAM 'cat'",
        "ALTER SEQUENCE clients_client_id_seq RESTART",
        "SELECT setval('clients_client_id_seq', 1)",
        "SELECT pg_read_file('/etc/passwd')",
    ],
)
def test_ce_que_seul_le_proprietaire_peut_lui_est_refuse(application, phrase):
    assert refuse(application, phrase)


def test_il_lit_et_ecrit_toute_table_que_les_migrations_ont_faite(application):
    manques = application.execute(
        """
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND (
            c.relkind = 'r' AND NOT (
                has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')
            )
            OR c.relkind = 'S' AND NOT has_sequence_privilege(c.oid, 'USAGE')
        )
        """
    ).fetchall()

    assert manques == []


def test_le_poser_sur_une_base_deja_migree_ne_change_rien_a_ce_qu_il_peut(roles, tmp_path):
    with un_role_application(roles[0], tmp_path) as tardif, psycopg.connect(tardif) as connexion:
        assert connexion.execute("SELECT count(*) FROM comptes_creancier").fetchone() == (0,)
        assert refuse(connexion, "TRUNCATE comptes_creancier")


def test_sans_mot_de_passe_le_role_ne_se_pose_pas(tmp_path):
    vide = tmp_path / "vide"
    vide.touch()
    fini = subprocess.run(
        [RACINE / ".ci/role_application.sh"],
        env=os.environ | {"MOT_APPLICATION_FILE": str(vide)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert fini.returncode == 1
    assert fini.stderr == f"{vide} est vide ou ne se lit pas.\n"
