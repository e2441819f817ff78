"""Toutes les adresses, tous les champs, toutes les valeurs qu'un outil sait y mettre.

Les adresses viennent de l'URLconf, les champs des formulaires que les pages montrent, les
paramètres du code qui les lit : une page neuve est essayée sans que personne l'écrive ici.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.environnement import RACINE

VALEURS = [
    *("²", "x", "-1", "0", "9" * 30, "1e400", "NaN", "Infinity", "0x10", "١٢", "1_000"),
    *("", " ", "a\x00b", "\x00", "\u202etxt.exe", "\u200b", "\ufeff", "\ud7ff", "💶" * 50),
    *("é" * 5000, "{{ voir annexe", "{{/si}}", "{{#si total}}", "{% debug %}", "%s%n", "'\"<b>"),
    *("0001-01-01", "9999-12-31", "31/02/2026", "2026-13-45", "0001-01-01T00:00"),
    *("9999-12-31T23:59", "1" * 12 + ",00", "-0,001", "../../etc/passwd", "//mal.example/"),
    *("javascript:alert(1)", "\r\nX-En-Tete: 1", "[]", "[1,2]", "None", "null", "true"),
    *("FR00", "+33", "a@b", "00000000-0000-0000-0000-000000000000", "p:%2B:::", "demain"),
]
FICHIERS = [
    ("²\u202efdp.pdf", b"%PDF-1.7\n"),
    ("a\x00b.csv", b"a;b\n\x00;1"),
    ("vide.pdf", b""),
    ("x" * 300 + ".txt", b"bonjour"),
    ("../../x.xml", b"<x"),
    ("image.png", b"\x89PNG\r\n\x1a\n" + bytes(40)),
]
LECTURE_DE_PARAMETRE = re.compile(r"""(?:GET|parametres)(?:\.get|\.getlist)?[\[(]["'](\w+)["']""")
# Ce qui fermerait la session, ou sort de l'application.
SANS_ESSAI = re.compile(r"^/compte/|^/static/|deconnexion|sessions|__")


@dataclass
class Formulaire:
    action: str
    champs: dict[str, str] = field(default_factory=dict)
    fichiers: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Essai:
    methode: str
    adresse: str
    champ: str
    valeur: str
    reste: tuple[tuple[str, str], ...] = ()
    fichier: tuple[str, bytes] | None = None

    def __str__(self) -> str:
        return f"{self.methode} {self.adresse} {self.champ}={self.valeur[:40]!r}"


class _Formulaires(HTMLParser):
    """Les formulaires à poster d'une page, leurs champs et ce qu'ils portent déjà."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.trouves = page, []
        self.ouvert: Formulaire | None = None
        self.liste = ""

    def handle_starttag(self, balise, attributs) -> None:
        a = {nom: valeur or "" for nom, valeur in attributs}
        if balise == "form":
            action = urlsplit(a.get("action", "")).path or urlsplit(self.page).path
            self.ouvert = Formulaire(action) if a.get("method", "").lower() == "post" else None
            if self.ouvert:
                self.trouves.append(self.ouvert)
        elif self.ouvert and (nom := a.get("name")):
            if a.get("type") == "file":
                self.ouvert.fichiers.add(nom)
            elif balise == "select":
                self.liste = nom
                self.ouvert.champs.setdefault(nom, "")
            elif a.get("type") not in ("checkbox", "radio") or nom not in self.ouvert.champs:
                self.ouvert.champs[nom] = a.get("value", "x")
        elif (
            self.liste
            and self.ouvert
            and balise == "option"
            and ("selected" in a or not self.ouvert.champs[self.liste])
        ):
            self.ouvert.champs[self.liste] = a.get("value", "")

    def handle_endtag(self, balise) -> None:
        if balise == "form":
            self.ouvert = None
        elif balise == "select":
            self.liste = ""


def toutes_les_adresses(creancier, identifiants: list[int]) -> Iterator[list[str]]:
    """Par adresse de l'URLconf, ses formes : le créancier, et chaque identifiant connu."""
    for motif in _motifs(get_resolver()):
        morceaux = re.split(r"<(?:(\w+):)?(\w+)>", motif)
        if any(c in motif for c in "^$\\(?"):
            continue
        adresses = [morceaux[0]]
        for genre, nom, suite in zip(*[iter(morceaux[1:])] * 3, strict=True):
            choix = _choix(genre, nom, creancier, identifiants)
            adresses = [f"{a}{c}{suite}" for a in adresses for c in choix]
        yield [f"/{a}" for a in adresses]


def _choix(genre: str | None, nom: str, creancier, identifiants: list[int]) -> list[str]:
    if nom == "creancier":
        return [creancier.code]
    if nom == "genre":
        return ["csv", "xlsx", "²"]
    return [str(i) for i in identifiants] if genre == "int" else ["x"]


def _motifs(resolveur: URLResolver, prefixe: str = "") -> Iterator[str]:
    for motif in resolveur.url_patterns:
        chemin = prefixe + str(motif.pattern)
        if isinstance(motif, URLPattern):
            yield chemin
        else:
            yield from _motifs(motif, chemin)


def parametres_lus() -> list[str]:
    """Les noms que le code cherche dans une adresse, et ceux que les pages y mettent."""
    noms = {"apres", "page"}
    for dossier in ("recouvrement", "clients", "factures", "relances", "contentieux"):
        for module in (RACINE / dossier).rglob("*.py"):
            noms |= set(LECTURE_DE_PARAMETRE.findall(module.read_text(encoding="utf-8")))
    return sorted(noms)


def identifiants_connus() -> list[int]:
    """Les premiers et derniers de chaque table : l'un d'eux ouvre chaque page."""
    trouves: set[int] = set()
    for modele in apps.get_models():
        if issubclass(modele, ModeleCloisonne):
            pks = modele._base_manager.order_by("pk").values_list("pk", flat=True)
            trouves |= {pk for pk in (pks.first(), pks.last()) if isinstance(pk, int)}
    return sorted(trouves)


def moissonner(client: Client, creancier, *, formes: int = 1) -> tuple[list[str], list[Formulaire]]:
    """Les pages qui s'ouvrent (au plus `formes` par adresse), et leurs formulaires à poster."""
    pages, formulaires = [], {}
    for adresses in toutes_les_adresses(creancier, identifiants_connus()):
        ouvertes = 0
        for adresse in adresses:
            if ouvertes >= formes or SANS_ESSAI.search(adresse):
                break
            reponse = client.get(adresse)
            if reponse.status_code == 405:
                break
            if reponse.status_code >= 400:
                continue
            ouvertes += 1
            pages.append(adresse)
            if not reponse.streaming and "html" in reponse.get("Content-Type", ""):
                relever(adresse, reponse.content.decode(), formulaires)
    return pages, list(formulaires.values())


def relever(adresse: str, html: str, formulaires: dict[str, Formulaire]) -> None:
    lecteur = _Formulaires(adresse)
    lecteur.feed(html)
    for formulaire in lecteur.trouves:
        if not SANS_ESSAI.search(formulaire.action):
            deja = formulaires.setdefault(formulaire.action, formulaire)
            deja.champs = formulaire.champs | deja.champs
            deja.fichiers |= formulaire.fichiers


def les_essais(creancier, pages: list[str], formulaires: list[Formulaire]) -> Iterator[Essai]:
    """Un champ à la fois ; le reste comme la page le porte."""
    parametres = parametres_lus()
    for adresse in pages:
        for champ in parametres:
            for valeur in VALEURS:
                yield Essai("GET", adresse, champ, valeur)
    for formulaire in formulaires:
        reste = tuple((n, v) for n, v in formulaire.champs.items() if n != "csrfmiddlewaretoken")
        for champ in [*formulaire.champs, "suivant", "confirme", "tout"]:
            for valeur in VALEURS:
                yield Essai("POST", formulaire.action, champ, valeur, reste)
        for champ in formulaire.fichiers:
            for fichier in FICHIERS:
                yield Essai("POST", formulaire.action, champ, fichier[0], reste, fichier)
    for adresses in toutes_les_adresses(creancier, [10**29]):
        for adresse in adresses:
            if str(10**29) in adresse:
                yield Essai("GET", adresse, "q", "x")
                yield Essai("POST", adresse, "q", "x")


def choisir(essais: list[Essai], nombre: int, graine: int) -> list[Essai]:
    """Moitié-moitié, tirés au sort d'une graine connue."""
    hasard = random.Random(graine)
    lectures = [e for e in essais if e.methode == "GET"]
    ecritures = [e for e in essais if e.methode == "POST"]
    moitie = nombre // 2
    return [
        *hasard.sample(lectures, min(moitie, len(lectures))),
        *hasard.sample(ecritures, min(nombre - moitie, len(ecritures))),
    ]


def essayer(client: Client, essai: Essai) -> tuple[int, str]:
    """Le statut, et la panne s'il y en a une ; rien n'en reste en base."""
    client.raise_request_exception = False
    with transaction.atomic():
        if essai.methode == "GET":
            reponse = client.get(essai.adresse, {essai.champ: essai.valeur})
        else:
            donnees = dict(essai.reste) | {essai.champ: essai.valeur}
            if essai.fichier:
                donnees[essai.champ] = SimpleUploadedFile(*essai.fichier)
            reponse = client.post(essai.adresse, donnees)
        if reponse.streaming:
            b"".join(reponse.streaming_content)
        transaction.set_rollback(True)
    panne = getattr(reponse, "exc_info", None)
    return reponse.status_code, f"{panne[0].__name__}: {panne[1]}" if panne else ""
