"""docker-compose.yml et Dockerfile, sans moteur Docker : la forme, les renvois, les secrets."""

import re
from itertools import pairwise

import pytest

from recouvrement.environnement import RACINE, SECRETS
from tests.yaml_compose import Illisible, lire

COMPOSE = lire((RACINE / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
IMAGE = (RACINE / "Dockerfile").read_text(encoding="utf-8")
NOTRES = ["migration", "web", "travailleur", "horloge"]

# La part de la spécification Compose dont nous usons : clef → type attendu.
SCHEMA_SERVICE = {
    "build": str,
    "image": str,
    "restart": str,
    "init": bool,
    "read_only": bool,
    "cap_drop": list,
    "security_opt": list,
    "tmpfs": list,
    "environment": dict,
    "secrets": list,
    "volumes": list,
    "command": list,
    "depends_on": dict,
    "ports": list,
    "healthcheck": dict,
    "stop_grace_period": str,
    "shm_size": str,
}
SCHEMA_SANTE = {
    "test": list,
    "interval": str,
    "timeout": str,
    "start_period": str,
    "retries": int,
}
DUREE = re.compile(r"^(\d+h)?(\d+m)?(\d+s)?$")


def test_le_fichier_n_a_que_des_clefs_connues_et_du_bon_type():
    assert set(COMPOSE) == {"name", "x-application", "services", "volumes", "secrets"}
    for nom, service in SERVICES.items():
        for clef, valeur in service.items():
            assert isinstance(valeur, SCHEMA_SERVICE[clef]), (nom, clef, valeur)
        for clef, valeur in service.get("healthcheck", {}).items():
            assert isinstance(valeur, SCHEMA_SANTE[clef]), (nom, clef, valeur)
            assert clef in {"test", "retries"} or DUREE.match(valeur)
        assert service["restart"] in {"no", "always", "on-failure", "unless-stopped"}
        assert DUREE.match(service.get("stop_grace_period", "1s"))


def test_chaque_processus_est_la_et_dit_sa_sante():
    assert set(SERVICES) == {*NOTRES, "base", "redis"}
    for nom, service in SERVICES.items():
        if nom != "migration":
            assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


def test_on_n_attend_que_des_services_qui_existent_et_savent_repondre():
    for service in SERVICES.values():
        for attendu, exigence in service.get("depends_on", {}).items():
            condition = exigence["condition"]
            if condition == "service_healthy":
                assert "healthcheck" in SERVICES[attendu]
            else:
                assert condition == "service_completed_successfully"
                assert SERVICES[attendu]["restart"] == "no"


def test_rien_ne_demarre_avant_les_migrations():
    for nom in ("web", "travailleur", "horloge"):
        assert SERVICES[nom]["depends_on"]["migration"] == {
            "condition": "service_completed_successfully"
        }


def test_tout_secret_vient_d_un_fichier_declare():
    for service in SERVICES.values():
        environnement = service.get("environment", {})
        for nom, valeur in environnement.items():
            # Le guetteur et les mesures n'ouvrent rien de la base : leur fichier est au choix.
            interdits = {*SECRETS, "POSTGRES_PASSWORD"} - {"PING_URL", "JETON_MESURES"}
            assert nom not in interdits, "un secret en clair"
            if nom.endswith("_FILE"):
                secret = valeur.removeprefix("/run/secrets/")
                assert secret in service["secrets"]
        for secret in service.get("secrets", []):
            assert COMPOSE["secrets"][secret] == {"file": f"./secrets/{secret}"}
    for nom in NOTRES:
        donnes = {clef.removesuffix("_FILE") for clef in SERVICES[nom]["environment"]}
        assert set(SECRETS) <= donnes


def test_seules_les_migrations_se_connectent_en_proprietaire():
    for nom, service in SERVICES.items():
        a_la_clef = "database_url_proprietaire" in service.get("secrets", [])
        assert a_la_clef is (nom == "migration"), nom
    fichiers = {nom: SERVICES[nom]["environment"]["DATABASE_URL_FILE"] for nom in NOTRES}
    assert fichiers == {
        nom: f"/run/secrets/database_url{'_proprietaire' if nom == 'migration' else ''}"
        for nom in NOTRES
    }
    # Le reste de leur environnement est le même : une variable ajoutée l'est pour tous.
    assert len({frozenset(SERVICES[nom]["environment"]) for nom in NOTRES}) == 1


def test_le_role_de_l_application_se_pose_a_la_creation_de_la_base():
    script, cible, acces = SERVICES["base"]["volumes"][-1].split(":")
    assert (RACINE / script).stat().st_mode & 0o111
    assert (cible.rpartition("/")[0], acces) == ("/docker-entrypoint-initdb.d", "ro")
    texte = (RACINE / script).read_text(encoding="utf-8")
    assert set(re.findall(r"/run/secrets/(\w+)", texte)) <= set(SERVICES["base"]["secrets"])


def test_les_secrets_ne_sont_ni_dans_l_image_ni_dans_le_depot():
    for fichier in (".dockerignore", ".gitignore"):
        lignes = (RACINE / fichier).read_text().splitlines()
        assert {"secrets", "secrets/"} & set(lignes)
        assert ".env" in lignes


def test_tout_volume_nomme_est_declare():
    nommes = {
        montage.split(":")[0]
        for service in SERVICES.values()
        for montage in service.get("volumes", [])
        if not montage.startswith((".", "/"))
    }
    assert nommes == set(COMPOSE["volumes"])


def test_seul_le_site_ecoute_et_seulement_sur_la_machine():
    ports = {nom: service["ports"] for nom, service in SERVICES.items() if "ports" in service}
    assert ports == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}


def test_redis_exige_un_mot_de_passe_qui_ne_parait_nulle_part():
    commande = SERVICES["redis"]["command"][-1]
    assert commande.startswith("printf 'requirepass ")
    assert "$$(cat /run/secrets/redis_mot_de_passe)" in commande


def test_postgresql_est_assez_recent():
    assert int(re.match(r"postgres:(\d+)", SERVICES["base"]["image"])[1]) >= 15


def test_nos_conteneurs_ne_sont_pas_root_et_n_ecrivent_que_leurs_fichiers():
    assert re.findall(r"^USER (.*)$", IMAGE, re.MULTILINE)[-1] not in {"root", "0"}
    for nom in NOTRES:
        assert SERVICES[nom]["read_only"] is True
        assert SERVICES[nom]["cap_drop"] == ["ALL"]


def test_l_image_se_construit_avec_les_versions_des_autres_commandes():
    uv = re.search(r"UV_VERSION=(\S+)", (RACINE / ".ci/outils.sh").read_text())[1]
    python = (RACINE / ".python-version").read_text().strip()
    assert f"uv=={uv}" in IMAGE
    assert set(re.findall(r"^FROM python:([\d.]+)-", IMAGE, re.MULTILINE)) == {python}
    assert "uv sync --frozen --no-dev" in IMAGE


def images_sans_empreinte(texte: str) -> dict[str, str]:
    """Chaque image d'ailleurs que rien ne fige, et la ligne qui la précède."""
    lignes = [ligne.strip() for ligne in texte.splitlines()]
    return {
        f"{numero} {trouve[1]}": avant
        for numero, (avant, ligne) in enumerate(pairwise(["", *lignes]), start=1)
        if (trouve := re.match(r"(?:FROM|image:) (\S+)", ligne))
        and trouve[1] != "recouvrement:locale"
        and not re.search(r"@sha256:[0-9a-f]{64}$", trouve[1])
    }


@pytest.mark.parametrize("fichier", ["Dockerfile", "docker-compose.yml"])
def test_une_etiquette_mouvante_se_fige_ou_dit_pourquoi_elle_bouge(fichier):
    mouvantes = images_sans_empreinte((RACINE / fichier).read_text(encoding="utf-8"))

    assert all(avant.startswith("# Sans empreinte : ") for avant in mouvantes.values()), mouvantes


def test_une_etiquette_sans_version_ni_raison_est_vue():
    assert images_sans_empreinte("FROM debian:latest\n") == {"1 debian:latest": ""}
    assert images_sans_empreinte(f"FROM debian:13@sha256:{'a' * 64}\n") == {}
    assert images_sans_empreinte("FROM debian:13@sha256:abc\n") != {}


@pytest.mark.parametrize("texte", ["a: {b: 1}", "a: |\n  b", "a: 1\na: 2", "a: b: c", "a:\n\tb: 1"])
def test_le_lecteur_refuse_ce_qu_il_ne_comprend_pas(texte):
    with pytest.raises(Illisible):
        lire(texte)
