"""Visiter une adresse comme quelqu'un, et lire tout ce qui en revient, jusque dans les cellules."""

import re
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from zipfile import ZipFile, is_zipfile

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client as Navigateur
from openpyxl import load_workbook
from pypdf import PdfReader

from recouvrement.comptes.cloison import ModeleCloisonne

# Ce qui change d'une réponse à l'autre sans rien apprendre : les jetons et les clés de saisie.
ALEAS = re.compile(
    rb"[\w-]{64}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|nonce-[\w-]+"
)
CHAMP = re.compile(
    r"<(input|select|textarea)\b([^>]*)>(.*?)(?=<(?:input|select|textarea)\b|\Z)", re.S
)
NOM, VALEUR = re.compile(r'\bname="([^"]+)"'), re.compile(r'\bvalue="([^"]*)"')


@dataclass(frozen=True)
class Reponse:
    code: int
    octets: bytes
    entetes: str

    @property
    def texte(self) -> str:
        """Tout ce qui se lit : page, cellules, pages de PDF, fichiers d'une archive, en-têtes."""
        return f"{self.entetes}\n{lisible(self.octets)}"

    def sans_aleas(self, chemin: str) -> bytes:
        return ALEAS.sub(b"", self.octets.replace(chemin.encode(), b""))


def visiter(navigateur: Navigateur, methode: str, chemin: str, donnees=None) -> Reponse:
    """Ce que la visite écrit est aussitôt défait : la suivante trouve le même monde."""
    with transaction.atomic():
        reponse = getattr(navigateur, methode.lower())(chemin, donnees or {})
        octets = contenu(reponse)
        transaction.set_rollback(True)
    entetes = "\n".join(f"{nom}: {valeur}" for nom, valeur in reponse.headers.items())
    return Reponse(reponse.status_code, octets, entetes)


def contenu(reponse: HttpResponse) -> bytes:
    return b"".join(reponse.streaming_content) if reponse.streaming else reponse.content


def lisible(octets: bytes) -> str:
    if octets.startswith(b"%PDF"):
        lecteur = PdfReader(BytesIO(octets))
        champs = lecteur.get_fields() or {}
        pages = [page.extract_text() for page in lecteur.pages]
        return "\n".join([*pages, str(lecteur.metadata), *(str(c) for c in champs.values())])
    if is_zipfile(BytesIO(octets)):
        archive = ZipFile(BytesIO(octets))
        if "xl/workbook.xml" in archive.namelist():
            feuilles = load_workbook(BytesIO(octets), read_only=True)
            return "\n".join(
                str(cellule.value) for feuille in feuilles for ligne in feuille for cellule in ligne
            )
        return "\n".join(f"{nom} {lisible(archive.read(nom))}" for nom in archive.namelist())
    return octets.decode("utf-8", "replace")


def champs_de(page: str) -> dict[str, list[str]]:
    """Chaque champ d'un formulaire, avec les valeurs que la page lui donne ou lui propose."""
    trouves: dict[str, list[str]] = {}
    for genre, attributs, suite in CHAMP.findall(page):
        if not (nom := NOM.search(attributs)):
            continue
        source = suite.partition("</select>")[0] if genre == "select" else attributs
        trouves.setdefault(nom[1], []).extend(VALEUR.findall(source))
    return trouves


def empreinte_de(creancier) -> str:
    """Toutes les lignes d'un créancier : une seule qui change la change."""
    resume = sha256()
    for modele in apps.get_models():
        if issubclass(modele, ModeleCloisonne):
            lignes = modele.objects.pour(creancier).order_by("pk").values_list()
            resume.update(repr([modele._meta.label, *lignes]).encode())
    return resume.hexdigest()


def un_fichier(nom: str = "pieces.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(nom, b"Client;Montant\nX;1\n", content_type="text/csv")
