"""Le fichier des ancres : les têtes des chaînes, chaque nuit, hors de la base.

Une ligne par nuit, liée à la précédente par son empreinte, gravée sur le disque : qui récrirait
la base jusqu'au bout, têtes comprises, contredirait encore cette ligne-là, et ses copies.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction
from django.db.models import F

from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire
from recouvrement.journal.chaine import ORIGINE, canonique, instant
from recouvrement.journal.evenements import Evenement
from recouvrement.journal.models import Ancrage, Chaine
from recouvrement.socle import formats

NOM = "ancres.jsonl"


@dataclass(frozen=True, slots=True)
class Ancre:
    numero: int
    a: datetime
    tetes: dict[int, tuple[int, str]]
    constats: tuple[str, ...]
    empreinte: str

    @property
    def jour(self) -> str:
        return formats.jour(self.a)


def fichier() -> Path:
    return Path(settings.ANCRES) / NOM


def lire_les_ancres() -> tuple[list[Ancre], list[str]]:
    """Les ancres, et ce qui dans leur fichier ne tient plus."""
    try:
        lignes = fichier().read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return [], []
    except (OSError, UnicodeDecodeError) as erreur:
        return [], [f"Le fichier des ancres ne se lit pas ({type(erreur).__name__})."]
    ancres, rompues, prec = [], [], ORIGINE
    for rang, ligne in enumerate(lignes, 1):
        try:
            dit = json.loads(ligne)
            ancres.append(
                Ancre(
                    numero=int(dit["n"]),
                    a=datetime.fromisoformat(dit["a"]),
                    tetes={int(c): (int(r), str(e)) for c, (r, e) in dit["tetes"].items()},
                    constats=tuple(map(str, dit.get("constats", ()))),
                    empreinte=_empreinte(ligne),
                )
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            rompues.append(f"La ligne {rang} du fichier des ancres est illisible.")
        else:
            if dit.get("prec") != prec:
                rompues.append(f"La ligne {rang} du fichier des ancres ne suit pas la précédente.")
        prec = _empreinte(ligne)
    return ancres, rompues


@transaction.atomic
def ancrer(
    maintenant: datetime,
    *,
    acteur: Utilisateur | None = None,
    motif: str = "",
    constats: tuple[str, ...] = (),
) -> Ancrage:
    """Ajoute une ligne : les têtes qui ont bougé. `constats` : des fautes dont on prend acte."""
    bougees = list(Chaine.objects.filter(rang__gt=F("ancre_rang")).order_by("numero"))
    with _ouvrir() as registre:
        lignes = registre.read().decode("utf-8", errors="replace").splitlines()
        derniere = Ancrage.objects.order_by("-numero").first()
        dit = {
            "a": instant(maintenant),
            "n": max(len(lignes), derniere.numero if derniere else 0) + 1,
            "prec": _empreinte(lignes[-1]) if lignes else ORIGINE,
            "tetes": {str(c.numero): [c.rang, c.empreinte] for c in bougees},
        }
        if constats:
            dit |= {"constats": list(constats), "motif": motif}
        ligne = canonique(dit)
        ancrage = Ancrage.objects.create(numero=dit["n"], a=maintenant, empreinte=_empreinte(ligne))
        for chaine in bougees:
            chaine.ancre_rang = chaine.rang
        Chaine.objects.bulk_update(bougees, ["ancre_rang"], batch_size=500)
        inscrire(
            Evenement.CONSTATS_ACTES if constats else Evenement.JOURNAL_ANCRE,
            cible=ancrage,
            acteur=acteur,
            ligne=ancrage.empreinte,
            chaines=len(bougees),
            **({"motif": motif, "constats": list(constats)} if constats else {}),
        )
        # En dernier : ce que la base refuse ne laisse pas au registre une ligne qu'elle ignore.
        registre.seek(0, os.SEEK_END)
        registre.write(f"{ligne}\n".encode())
        registre.flush()
        os.fsync(registre.fileno())
    return ancrage


def oublier_les_ancres_suivantes() -> None:
    """Ramène une copie du registre à ce que sa base en sait. Jamais sur celui d'une instance."""
    if not fichier().exists():
        return
    lignes = fichier().read_text(encoding="utf-8").splitlines(keepends=True)
    connues = set(Ancrage.objects.values_list("empreinte", flat=True))
    while lignes and _empreinte(lignes[-1].rstrip("\n")) not in connues:
        lignes.pop()
    fichier().write_text("".join(lignes), encoding="utf-8")


def ligne_de(ancrage: Ancrage) -> bytes:
    """Ce que l'horodatage signe : la ligne même du fichier."""
    for ligne in fichier().read_text(encoding="utf-8").splitlines():
        if _empreinte(ligne) == ancrage.empreinte:
            return ligne.encode()
    raise FileNotFoundError(f"L'ancre n° {ancrage.numero} n'est plus au fichier.")


@contextmanager
def _ouvrir() -> Iterator[IO[bytes]]:
    """Pour ajouter, à un seul à la fois ; lisible de nous seuls."""
    chemin = fichier()
    chemin.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    neuf = not chemin.exists()
    descripteur = os.open(chemin, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descripteur, "r+b") as registre:
        fcntl.flock(registre, fcntl.LOCK_EX)
        yield registre
    if neuf:
        dossier = os.open(chemin.parent, os.O_RDONLY)
        try:
            os.fsync(dossier)
        finally:
            os.close(dossier)


def _empreinte(ligne: str) -> str:
    return hashlib.sha256(ligne.encode()).hexdigest()
