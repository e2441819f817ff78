"""Une racine Debian neuve, sans moteur de conteneurs : debootstrap, chroot, espaces de noms."""

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

MIROIR = os.environ.get("MIROIR_DEBIAN", "http://deb.debian.org/debian")
CHEMIN = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
OUTILS = ("debootstrap", "unshare", "nsenter", "setpriv", "chroot", "ip")
AUTORITES = Path("/etc/ssl/certs/ca-certificates.crt")


def exiger_de_quoi_monter() -> None:
    manquants = [outil for outil in OUTILS if not shutil.which(outil, path=CHEMIN)]
    if os.getuid() != 0 or manquants:
        pytest.fail(
            "Cette campagne monte une racine Debian : elle veut être lancée en root"
            + (f", et il manque {', '.join(manquants)}." if manquants else "."),
            pytrace=False,
        )


class Racine:
    """Un système de fichiers où l'on exécute, et d'où rien ne sort."""

    def __init__(self, dossier: Path) -> None:
        self.dossier = dossier

    @classmethod
    def debian(cls, suite: str, dossier: Path, *paquets: str) -> "Racine":
        script = Path("/usr/share/debootstrap/scripts") / suite
        _faire(
            *("debootstrap", "--variant=minbase", f"--include={','.join(paquets)}"),
            *(suite, str(dossier), MIROIR),
            # Une suite plus récente que debootstrap se monte comme les autres.
            *([] if script.exists() else [str(script.with_name("sid"))]),
        )
        racine = cls(dossier)
        # Le réseau et les autorités du poste : lui seul sait par où l'on sort.
        for fichier in (Path("/etc/resolv.conf"), AUTORITES):
            if fichier.exists():
                shutil.copyfile(fichier, racine / fichier)
        return racine

    def __truediv__(self, chemin: str | Path) -> Path:
        return self.dossier / str(chemin).lstrip("/")

    def copie(self, dossier: Path) -> "Racine":
        _faire("cp", "-a", "--reflink=auto", str(self.dossier), str(dossier))
        return Racine(dossier)

    def faire(self, script: str, *, env: dict[str, str] | None = None, cwd: str = "/") -> str:
        """Un script de shell, en root, avec le réseau du poste : ce que fait RUN."""
        return _faire(*self.commande(["sh", "-c", script], env=env or {}, cwd=cwd))

    def commande(
        self,
        mots: list[str],
        *,
        env: dict[str, str],
        cwd: str = "/",
        uid: int = 0,
        montages: str = "",
        reseau: int | None = None,
        lecture_seule: bool = False,
    ) -> list[str]:
        """La commande qui exécute `mots` dans la racine, sans fils intermédiaire.

        `montages` : du shell, dans l'espace de montage propre au processus ; $R est la racine.
        `reseau` : le processus dont on partage l'espace de réseau.
        """
        droits = []
        if uid:
            gid = self._gid(uid)
            droits = [
                *("setpriv", "--reuid", str(uid), "--regid", str(gid), "--clear-groups"),
                *("--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"),
            ]
        variables = {"PATH": CHEMIN, "HOME": "/root", "LANG": "C.UTF-8"} | env
        if AUTORITES.exists() and reseau is None:
            variables |= {"SSL_CERT_FILE": str(AUTORITES), "PIP_CERT": str(AUTORITES)}
        dedans = [
            *droits,
            *("env", "-i", *(f"{nom}={valeur}" for nom, valeur in variables.items())),
            *("sh", "-c", 'cd "$0" && exec "$@"', cwd, *mots),
        ]
        script = f"""
            set -e
            R={shlex.quote(str(self.dossier))}
            mount --bind "$R" "$R"
            {'mount -o remount,bind,ro "$R"' if lecture_seule else ""}
            mount -t proc proc "$R/proc"
            mount -t tmpfs -o mode=1777 tmpfs "$R/dev/shm"
            {montages}
            exec chroot "$R" "$@"
        """
        entree = ["nsenter", "-t", str(reseau), "-n"] if reseau else []
        return [*entree, "unshare", "--mount", "sh", "-c", script, "sh", *dedans]

    def chez(
        self, pid: int, mots: list[str], *, env: dict[str, str], cwd: str, uid: int
    ) -> list[str]:
        """La même racine, telle que la voit un processus déjà lancé : ses montages, son réseau."""
        gid = self._gid(uid)
        return [
            *("nsenter", "-t", str(pid), "-n", "-m", "chroot", str(self.dossier)),
            *("setpriv", "--reuid", str(uid), "--regid", str(gid), "--clear-groups"),
            *("env", "-i", f"PATH={CHEMIN}", *(f"{n}={v}" for n, v in env.items())),
            *("sh", "-c", 'cd "$0" && exec "$@"', cwd, *mots),
        ]

    def _gid(self, uid: int) -> int:
        comptes = (ligne.split(":") for ligne in (self / "/etc/passwd").read_text().splitlines())
        return next(int(compte[3]) for compte in comptes if compte[2] == str(uid))

    def uid_de(self, nom: str) -> int:
        comptes = (ligne.split(":") for ligne in (self / "/etc/passwd").read_text().splitlines())
        return next(int(compte[2]) for compte in comptes if compte[0] == nom)


@contextmanager
def un_reseau_a_part() -> Iterator[int]:
    """Un espace de réseau qui n'a que sa boucle locale : ports libres, rien d'ouvert au-dehors."""
    tient = subprocess.Popen(
        ["unshare", "--net", "sh", "-c", "ip link set lo up && echo pret && exec sleep infinity"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert tient.stdout.readline() == "pret\n"
        yield tient.pid
    finally:
        # Tout ce qui y vit encore est à nous : un fils orphelin aussi.
        espace = os.readlink(f"/proc/{tient.pid}/ns/net")
        for processus in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if os.readlink(processus / "ns/net") == espace:
                    os.kill(int(processus.name), signal.SIGKILL)
        tient.wait()
        tient.stdout.close()


def _faire(*commande: str) -> str:
    fini = subprocess.run(
        commande,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=1800,
    )
    assert fini.returncode == 0, "\n".join((fini.stdout[-3000:], fini.stderr[-3000:]))
    return fini.stdout
