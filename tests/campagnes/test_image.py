"""L'image sans moteur de conteneurs : les étapes du Dockerfile dans une racine Debian neuve.

Puis les services de docker-compose.yml, avec leurs commandes, leurs secrets, leur uid, leur racine
en lecture seule et leurs épreuves de santé, contre le PostgreSQL et le Redis de la même Debian.
Rien n'est redit ici : tout se lit des deux fichiers.
"""

import re
import shlex
import shutil
import subprocess
import time
from contextlib import ExitStack
from fnmatch import fnmatch
from pathlib import Path

import pytest

from recouvrement.environnement import RACINE
from tests.campagnes.dockerfile import Etape, commande, lire, variables
from tests.campagnes.racine import CHEMIN, Racine, exiger_de_quoi_monter, un_reseau_a_part
from tests.services import attendre, processus
from tests.yaml_compose import lire as lire_compose

pytestmark = [pytest.mark.campagne, pytest.mark.postgres]

SERVICES = lire_compose((RACINE / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
NOTRES = ("web", "travailleur", "horloge")
POSTE = {"SITE_URL": "https://recouvrement.example", "ALLOWED_HOSTS": "recouvrement.example"}


def test_l_image_se_construit_et_ses_trois_roles_demarrent(tmp_path):
    exiger_de_quoi_monter()
    debut = time.monotonic()

    def dire(quoi: str) -> None:
        print(f"  {time.monotonic() - debut:5.0f} s  {quoi}")

    etapes = lire((RACINE / "Dockerfile").read_text(encoding="utf-8"))
    (version, suite) = re.fullmatch(r"python:([\d.]+)-slim-(\w+)(?:@.*)?", etapes[0].image).groups()
    paquets = ("ca-certificates", "python3", "python3-pip", "python3-venv")
    base = Racine.debian(suite, tmp_path / "base", *paquets)
    assert f"Python {version}." in base.faire("python3 --version")
    dire(f"{suite} avec Python {version} (l'équivalent de {etapes[0].image})")

    machine = base.copie(tmp_path / "machine")
    machine.faire(
        "apt-get update -qq && "
        "apt-get install -y -qq --no-install-recommends postgresql redis-server",
        env={"DEBIAN_FRONTEND": "noninteractive"},
    )
    dire("PostgreSQL et Redis de la même Debian")

    # L'image officielle nomme son interpréteur /usr/local/bin/python et laisse pip y installer.
    (base / "/usr/local/bin/python").symlink_to("/usr/bin/python3")
    faites: dict[str, Image] = {}
    for etape in etapes:
        image = Image(base.copie(tmp_path / f"image-{len(faites)}"), faites)
        image.construire(etape)
        faites[etape.nom] = image
        dire(f"étape « {etape.nom or 'finale'} »")
    assert image.utilisateur != 0
    assert not (image.racine / "/app/tests").exists()
    assert not (image.racine / "/app/.env").exists()

    les_secrets(tmp_path / "secrets")
    with ExitStack() as pile:
        reseau = pile.enter_context(un_reseau_a_part())
        services = Services(image, machine, tmp_path, reseau, pile)
        dire(f"PostgreSQL {services.demarrer_la_base()}")
        dire(f"Redis {services.demarrer_redis()}")
        services.migrer()
        dire("migrations, par le propriétaire")
        for nom in NOTRES:
            services.lancer(nom)
        for nom in NOTRES:
            services.attendre_la_sante(nom)
            dire(f"{nom} : {services.etat(nom)}, uid {image.utilisateur}")
        for nom in NOTRES:
            services.lances[nom].terminate()
            assert services.lances[nom].wait(60) == 0, services.trace(nom)
            assert "Traceback" not in services.trace(nom)
        dire("arrêt propre des trois")


class Image:
    """Ce que donne une étape du Dockerfile, rejouée dans sa racine."""

    def __init__(self, racine: Racine, faites: dict[str, "Image"]) -> None:
        self.racine, self.faites = racine, faites
        self.env = {"PATH": CHEMIN, "PIP_BREAK_SYSTEM_PACKAGES": "1"}
        self.dossier, self.utilisateur, self.cmd = "/", 0, []

    def construire(self, etape: Etape) -> None:
        for mot, reste in etape.instructions:
            match mot:
                case "ENV":
                    self.env |= variables(reste, self.env)
                case "WORKDIR":
                    self.dossier = reste
                    (self.racine / reste).mkdir(parents=True, exist_ok=True)
                case "RUN":
                    self.racine.faire(reste, env=self.env, cwd=self.dossier)
                case "COPY":
                    self.copier(shlex.split(reste))
                case "USER":
                    self.utilisateur = int(reste)
                case "CMD":
                    self.cmd = commande(reste)
                case "VOLUME" | "EXPOSE":
                    pass

    def copier(self, mots: list[str]) -> None:
        origine = None
        if mots[0].startswith("--from="):
            origine = self.faites[mots.pop(0).removeprefix("--from=")].racine
        *sources, cible = mots
        cible = self.racine / Path(self.dossier, cible)
        for source in sources:
            if origine is not None:
                shutil.copytree(origine / source, cible, symlinks=True)
            elif source == ".":
                shutil.copytree(RACINE, cible, symlinks=True, ignore=ecarte, dirs_exist_ok=True)
            else:
                shutil.copy(RACINE / source, cible)


def ecarte(dossier: str, noms: list[str]) -> set[str]:
    """.dockerignore, pour les formes que nous y écrivons : nom à la racine, ou **/nom."""
    lignes = (RACINE / ".dockerignore").read_text(encoding="utf-8").split()
    assert not any("/" in ligne.removeprefix("**/") or ligne[0] in "!#" for ligne in lignes)
    motifs = [
        ligne.removeprefix("**/")
        for ligne in lignes
        if ligne.startswith("**/") or Path(dossier) == RACINE
    ]
    return {nom for nom in noms if any(fnmatch(nom, motif) for motif in motifs)}


def les_secrets(dossier: Path) -> None:
    """Ceux que docs/deploiement.md fait créer, par ses propres lignes."""
    texte = (RACINE / "docs/deploiement.md").read_text(encoding="utf-8")
    lignes = re.search(r"```sh\n(mkdir -p secrets.*?)```", texte, re.DOTALL)[1]
    dossier.parent.mkdir(exist_ok=True)
    # L'exemple de serveur d'envoi est à adapter : ici, rien ne part.
    lignes = re.sub(r"^printf '[^']*' > smtp_url.*$", ": > smtp_url", lignes, flags=re.MULTILINE)
    subprocess.run(["sh", "-euc", lignes], cwd=dossier.parent, check=True)
    assert len(set(dossier.iterdir())) >= 6


class Services:
    """docker-compose.yml, service par service."""

    def __init__(
        self, image: Image, machine: Racine, dossier: Path, reseau: int, pile: ExitStack
    ) -> None:
        self.image, self.machine, self.dossier = image, machine, dossier
        self.reseau, self.pile = reseau, pile
        self.lances: dict[str, subprocess.Popen] = {}
        for racine in (image.racine, machine):
            (racine / "/etc/hosts").write_text("127.0.0.1 localhost base redis web\n")
            (racine / "/run/secrets").mkdir(parents=True, exist_ok=True)
        # Un volume neuf reçoit ce que l'image a à sa place, droits compris.
        volume = dossier / "donnees"
        subprocess.run(["cp", "-a", str(image.racine / "/donnees"), str(volume)], check=True)

    def demarrer_la_base(self) -> str:
        service, machine = SERVICES["base"], self.machine
        env = {nom: valeur for nom, valeur in service["environment"].items() if "FILE" not in nom}
        (programmes,) = (machine / "/usr/lib/postgresql").iterdir()
        version = programmes.name
        programmes = f"/usr/lib/postgresql/{version}/bin"
        postgres = machine.uid_de("postgres")
        secret = self._secrets("base")
        # Comme l'image officielle : confiance en local, mot de passe par le réseau.
        shutil.copy(self.dossier / "secrets/postgres_mot_de_passe", machine / "/base.mot")
        machine.faire(
            "install -d -o postgres /base && chmod 444 /base.mot && "
            "setpriv --reuid postgres --regid postgres --clear-groups "
            f"{programmes}/initdb -D /base -U {env['POSTGRES_USER']} --pwfile=/base.mot --no-sync "
            f"--auth-local=trust --auth-host=scram-sha-256 {env['POSTGRES_INITDB_ARGS']}"
        )
        self._demarrer(
            "base",
            machine.commande(
                [f"{programmes}/postgres", "-D", "/base", "-k", "/tmp"],
                env={},
                uid=postgres,
                reseau=self.reseau,
            ),
        )
        local = env | {"PGHOST": "/tmp"}
        self._attendre_que("base", machine, [f"{programmes}/pg_isready", "-h", "127.0.0.1"])
        if env["POSTGRES_DB"] != "postgres":
            self._faire(
                machine, ["createdb", "-U", env["POSTGRES_USER"], env["POSTGRES_DB"]], env=local
            )
        for montage in service["volumes"]:
            source, _, reste = montage.partition(":")
            if reste.startswith("/docker-entrypoint-initdb.d/"):
                cible = reste.removesuffix(":ro")
                (machine / cible).parent.mkdir(exist_ok=True)
                shutil.copy(RACINE / source, machine / cible)
                self._faire(machine, [cible], env=local, montages=secret)
        return version

    def demarrer_redis(self) -> str:
        (self.machine / "/data").mkdir()
        self._demarrer(
            "redis",
            self.machine.commande(
                [mot.replace("$$", "$") for mot in SERVICES["redis"]["command"]],
                env={},
                montages=self._secrets("redis"),
                reseau=self.reseau,
            ),
        )
        epreuve = SERVICES["redis"]["healthcheck"]["test"]
        self._attendre_que("redis", self.machine, shell(epreuve), montages=self._secrets("redis"))
        return self.machine.faire("redis-server --version").split("v=")[1].split()[0]

    def migrer(self) -> None:
        service = SERVICES["migration"]
        fini = subprocess.run(
            self._notre("migration", service["command"]),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert fini.returncode == 0, fini.stdout + fini.stderr

    def lancer(self, nom: str) -> None:
        self._demarrer(nom, self._notre(nom, SERVICES[nom].get("command", self.image.cmd)))

    def attendre_la_sante(self, nom: str) -> None:
        """L'épreuve de compose, chez le processus : ses montages et son réseau."""
        lance = self.lances[nom]
        epreuve = self.image.racine.chez(
            lance.pid,
            shell(SERVICES[nom]["healthcheck"]["test"]),
            env=self._env(nom),
            cwd=self.image.dossier,
            uid=self.image.utilisateur,
        )

        def en_sante() -> bool:
            assert lance.poll() is None, self.trace(nom)
            return subprocess.run(epreuve, capture_output=True, check=False).returncode == 0

        attendre(en_sante, delai=240, quoi=f"la santé de {nom}")

    def etat(self, nom: str) -> str:
        statut = Path(f"/proc/{self.lances[nom].pid}/status").read_text()
        uid = re.search(r"^Uid:\s+(\d+)", statut, re.MULTILINE)[1]
        capacites = re.search(r"^CapEff:\s+(\w+)", statut, re.MULTILINE)[1]
        assert (int(uid), int(capacites, 16)) == (self.image.utilisateur, 0)
        return "en bonne santé"

    def trace(self, nom: str) -> str:
        return (self.dossier / f"{nom}.log").read_text(errors="replace")

    def _notre(self, nom: str, mots: list[str]) -> list[str]:
        service = SERVICES[nom]
        assert service["read_only"] is True
        montages = [self._secrets(nom)]
        montages += [
            f'mount -t tmpfs -o mode=1777 tmpfs "$R{chemin}"' for chemin in service["tmpfs"]
        ]
        montages.append(f'mount --bind {shlex.quote(str(self.dossier / "donnees"))} "$R/donnees"')
        return self.image.racine.commande(
            mots,
            env=self._env(nom),
            cwd=self.image.dossier,
            uid=self.image.utilisateur,
            montages="\n".join(montages),
            reseau=self.reseau,
            lecture_seule=True,
        )

    def _env(self, nom: str) -> dict[str, str]:
        declare = {
            clef: interpoler(str(valeur)) for clef, valeur in SERVICES[nom]["environment"].items()
        }
        return self.image.env | declare

    def _secrets(self, nom: str) -> str:
        lignes = ['mount -t tmpfs -o mode=755 tmpfs "$R/run/secrets"']
        for secret in SERVICES[nom].get("secrets", []):
            fichier = shlex.quote(str(self.dossier / "secrets" / secret))
            lignes.append(f'cp {fichier} "$R/run/secrets/" && chmod 444 "$R/run/secrets/{secret}"')
        return "\n".join(lignes)

    def _demarrer(self, nom: str, mots: list[str]) -> None:
        trace = self.dossier / f"{nom}.log"
        self.lances[nom] = self.pile.enter_context(
            processus(*mots, env={"PATH": CHEMIN}, trace=trace)
        )

    def _attendre_que(
        self, nom: str, racine: Racine, mots: list[str], *, montages: str = ""
    ) -> None:
        epreuve = racine.commande(mots, env={}, reseau=self.reseau, montages=montages)

        def bien() -> bool:
            assert self.lances[nom].poll() is None, self.trace(nom)
            return subprocess.run(epreuve, capture_output=True, check=False).returncode == 0

        attendre(bien, delai=60, quoi=nom)

    def _faire(
        self, racine: Racine, mots: list[str], *, env: dict[str, str], montages: str = ""
    ) -> None:
        fini = subprocess.run(
            racine.commande(mots, env=env, reseau=self.reseau, montages=montages),
            capture_output=True,
            text=True,
            check=False,
        )
        assert fini.returncode == 0, fini.stdout + fini.stderr


def shell(epreuve: list[str]) -> list[str]:
    """L'épreuve de santé de compose, telle qu'elle s'exécute."""
    genre, *mots = epreuve
    mots = [mot.replace("$$", "$") for mot in mots]
    return ["sh", "-c", mots[0]] if genre == "CMD-SHELL" else mots


def interpoler(valeur: str) -> str:
    return re.sub(
        r"\$\{(\w+)(?::([?-])([^}]*))?\}",
        lambda v: POSTE.get(v[1]) or (v[3] if v[2] == "-" else ""),
        valeur,
    )
