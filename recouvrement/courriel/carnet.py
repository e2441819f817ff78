"""Le carnet des départs : un fichier hors de la base, sur le disque avant chaque DATA.

Une sauvegarde restaurée oublie ce qui est parti depuis ; lui s'en souvient. Son en-tête dit à
quelle instance il est, puis une ligne par fait : `D` va partir, `R` refusé, qui peut repartir.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

GENRE = "recouvrement-envois-1"
# Le contenu et la taille suffisent : les dates du fichier n'ont pas à survivre.
SYNCHRONISER = getattr(os, "fdatasync", os.fsync)


class CarnetFerme(Exception):
    """Le carnet ne se lit ou ne s'écrit pas : rien ne doit partir."""


@dataclass(frozen=True, slots=True)
class Entete:
    instance: str
    numero: str
    ouvert_le: datetime
    octets: int


@dataclass(frozen=True, slots=True)
class Fait:
    est_depart: bool
    message_id: str
    le: datetime


class Carnet:
    """Plusieurs processus y ajoutent ensemble ; nul n'y efface."""

    def __init__(self, chemin: Path) -> None:
        self.chemin = Path(chemin)
        self._fd = -1

    def __enter__(self) -> "Carnet":
        return self

    def __exit__(self, *_: object) -> None:
        self.fermer()

    def fermer(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1

    def creer(self, instance: str, *, maintenant: datetime) -> Entete:
        """Un carnet neuf ; si un autre vient de le créer, c'est le sien."""
        ligne = f"{GENRE} {instance} {uuid4().hex} {maintenant.isoformat()}\n".encode()
        with _dit(self.chemin):
            self.chemin.parent.mkdir(parents=True, exist_ok=True)
            fd = os.open(self.chemin, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX)
                if _coupe_a_sa_creation(os.pread(fd, 500, 0)):
                    os.ftruncate(fd, 0)
                    os.write(fd, ligne)
                    os.fsync(fd)
            finally:
                os.close(fd)
            _synchroniser_le_dossier(self.chemin.parent)
        entete = self.entete()
        if entete is None:
            raise CarnetFerme(f"« {self.chemin} » a disparu sitôt créé.")
        return entete

    def entete(self) -> Entete | None:
        """None : pas de fichier, ou coupé à sa création, avant que rien n'ait pu s'y écrire."""
        with _dit(self.chemin):
            try:
                with self.chemin.open("rb") as fichier:
                    ligne = fichier.readline(500)
            except FileNotFoundError:
                return None
        if _coupe_a_sa_creation(ligne):
            return None
        try:
            genre, instance, numero, ouvert_le = ligne.decode("ascii").split()
            if genre != GENRE:
                raise ValueError
            return Entete(instance, numero, datetime.fromisoformat(ouvert_le), len(ligne))
        except ValueError:
            raise CarnetFerme(f"« {self.chemin} » n'est pas un journal des départs.") from None

    def taille(self) -> int:
        with _dit(self.chemin):
            return self.chemin.stat().st_size

    def faits(self, *, depuis: int, jusqu_a: int | None = None) -> Iterator[Fait]:
        """Ce qui y est écrit après cet octet ; une ligne coupée n'a jamais rien laissé partir."""
        with _dit(self.chemin), self.chemin.open("rb") as fichier:
            fichier.seek(depuis)
            for ligne in fichier:
                depuis += len(ligne)
                if jusqu_a is not None and depuis > jusqu_a:
                    return
                if (fait := _lire(ligne)) is not None:
                    yield fait

    def partir(self, message_id: str, *, le: datetime) -> None:
        """Sur le disque quand elle rend la main : alors seulement DATA peut commencer."""
        self._ajouter("D", message_id, le)

    def revenir(self, message_id: str, *, le: datetime) -> None:
        """Le serveur a dit non, ou rien n'a été transmis : ce message peut repartir."""
        self._ajouter("R", message_id, le)

    def ecarter(self) -> Path:
        """Le carnet d'un autre : gardé à côté, sous un nom qui ne resservira pas."""
        cote = self.chemin.with_name(f"{self.chemin.name}.{uuid4().hex[:8]}")
        with _dit(self.chemin):
            self.chemin.rename(cote)
            _synchroniser_le_dossier(self.chemin.parent)
        return cote

    def _ajouter(self, genre: str, message_id: str, le: datetime) -> None:
        ligne = _ligne(genre, message_id, le)
        with _dit(self.chemin):
            fd = self._ouvrir()
            _ecrire(fd, ligne, self.chemin)
            # Hors du verrou : les synchronisations de plusieurs ouvriers se font ensemble.
            try:
                SYNCHRONISER(fd)
            except OSError:
                if genre == "D":
                    # DATA ne commencera pas : que ce départ écrit ne passe pas pour un vrai.
                    with contextlib.suppress(OSError, CarnetFerme):
                        _ecrire(fd, _ligne("R", message_id, le), self.chemin)
                raise

    def _ouvrir(self) -> int:
        if self._fd < 0:
            # Sans O_CREAT : un carnet disparu se constate, il ne se refait pas en silence.
            self._fd = os.open(self.chemin, os.O_RDWR | os.O_APPEND)
        elif os.fstat(self._fd).st_ino != self.chemin.stat().st_ino:
            self.fermer()
            raise CarnetFerme(f"« {self.chemin} » a été remplacé pendant les envois.")
        return self._fd


def _coupe_a_sa_creation(debut: bytes) -> bool:
    """Le début de notre en-tête, et rien d'autre : le fichier d'un autre ne se refait pas."""
    genre = f"{GENRE} ".encode()
    return b"\n" not in debut and (genre.startswith(debut) or debut.startswith(genre))


def _ligne(genre: str, message_id: str, le: datetime) -> bytes:
    return f"{genre} {message_id} {le.isoformat()}\n".encode("ascii")


def _ecrire(fd: int, ligne: bytes, chemin: Path) -> None:
    fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        taille = os.fstat(fd).st_size
        if taille and os.pread(fd, 1, taille - 1) != b"\n":
            # Un disque plein a coupé la ligne d'un autre : la nôtre commence à neuf.
            ligne = b"\n" + ligne
        if os.write(fd, ligne) != len(ligne):
            os.ftruncate(fd, taille)
            raise CarnetFerme(f"« {chemin} » ne s'écrit pas : disque plein.")
    finally:
        fcntl.flock(fd, fcntl.LOCK_UN)


def _lire(ligne: bytes) -> Fait | None:
    try:
        genre, message_id, le = ligne.decode("ascii").split()
        if genre not in ("D", "R") or not ligne.endswith(b"\n"):
            return None
        return Fait(genre == "D", message_id, datetime.fromisoformat(le))
    except ValueError:
        return None


@contextlib.contextmanager
def _dit(chemin: Path) -> Iterator[None]:
    try:
        yield
    except OSError as panne:
        raise CarnetFerme(
            f"Le journal des départs « {chemin} » ne s'ouvre pas : {panne.strerror}."
        ) from panne


def _synchroniser_le_dossier(dossier: Path) -> None:
    fd = os.open(dossier, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
