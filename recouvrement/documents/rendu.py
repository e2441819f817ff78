"""HTML → PDF. Seul module qui parle à WeasyPrint, et par un chargeur fermé.

Un document ne va chercher que les polices et les feuilles de style du projet, et les images qu'on
lui tend en mémoire : ni réseau, ni fichier, quoi que dise un texte saisi.
"""

import logging
import re
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import Lock

from django.conf import settings
from django.template.loader import render_to_string
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from recouvrement.documents.formulaire import finir_le_formulaire
from recouvrement.documents.polices import preparer_les_polices
from recouvrement.documents.typographie import typographie
from recouvrement.environnement import RACINE
from recouvrement.socle.erreurs import ErreurMetier

STYLES = RACINE / "static" / "documents"
GABARITS = RACINE / "templates"
BASE = "document:/"
LIEN = re.compile(r'<link rel="stylesheet" href="style:([\w.-]+)">')
# Pango partage ses polices entre les fils d'un processus, sans les protéger.
VERROU = Lock()
traces = logging.getLogger(__name__)
logging.getLogger("fontTools").setLevel(logging.WARNING)


class RenduImpossible(ErreurMetier):
    message = "Ce document ne peut pas être mis en page : un texte trop long, sans doute."


class ChargeurFerme(URLFetcher):
    """N'ouvre que `style:`, `police:` et `image:` ; tout le reste est refusé."""

    def __init__(self, images: Mapping[str, tuple[bytes, str]] | None = None) -> None:
        super().__init__(allowed_protocols=set())
        self.images = images or {}

    def fetch(self, url: str, headers: dict | None = None) -> URLFetcherResponse:
        genre, _, nom = url.partition(":")
        if genre == "style" and nom in _styles():
            return URLFetcherResponse(url, _styles()[nom], {"Content-Type": "text/css"})
        if genre == "police" and nom in _polices():
            return URLFetcherResponse(url, _polices()[nom], {"Content-Type": "font/ttf"})
        if genre == "image" and nom in self.images:
            octets, type_mime = self.images[nom]
            return URLFetcherResponse(url, octets, {"Content-Type": type_mime})
        raise ValueError("ressource refusée")


def rendre_pdf(
    gabarit: str,
    contexte: Mapping[str, object],
    *,
    images: Mapping[str, tuple[bytes, str]] | None = None,
    formulaire: bool = False,
) -> bytes:
    """Le PDF balisé de ce gabarit ; `formulaire` rend ses champs remplissables."""
    html = typographie(render_to_string(gabarit, dict(contexte)))
    noms = [nom for nom in LIEN.findall(html) if nom in _styles()]
    html = LIEN.sub("", html)
    chargeur = ChargeurFerme(images) if images else _chargeur()
    try:
        with VERROU:
            document = HTML(string=html, base_url=BASE, url_fetcher=chargeur)
            octets = document.write_pdf(
                stylesheets=[_feuille(nom) for nom in noms],
                font_config=_configuration(),
                pdf_forms=formulaire,
                pdf_tags=True,
            )
    except RecursionError:
        raise RenduImpossible from None
    except Exception as erreur:
        # Quoi que WeasyPrint lève sur un texte saisi, la personne reçoit une phrase.
        traces.exception("Rendu de %s impossible", gabarit)
        raise RenduImpossible("Ce document ne peut pas être mis en page.") from erreur
    if formulaire:
        dossier = _dossier_des_polices()
        octets = finir_le_formulaire(octets, dossier / "texte-400.ttf", dossier / "texte-700.ttf")
    return octets


@cache
def version_du_gabarit(gabarit: str) -> str:
    """L'empreinte de ce qui a fait le document : son gabarit, les communs et les styles."""
    sources = [GABARITS / gabarit, *sorted((GABARITS / "documents").glob("*.html"))]
    resume = sha256()
    for source in [*sources, *sorted(STYLES.glob("*.css"))]:
        resume.update(source.read_bytes())
    return resume.hexdigest()[:16]


@cache
def _configuration() -> FontConfiguration:
    return FontConfiguration()


@cache
def _feuille(nom: str) -> CSS:
    """Analysée une fois : la relire à chaque document en faisait la moitié du travail.

    WeasyPrint la range ainsi après les styles de la page : la couleur du créancier l'emporte.
    """
    return CSS(
        string=_styles()[nom].decode(),
        base_url=BASE,
        url_fetcher=_chargeur(),
        font_config=_configuration(),
    )


@cache
def _chargeur() -> ChargeurFerme:
    return ChargeurFerme()


@cache
def _styles() -> dict[str, bytes]:
    return {fichier.name: fichier.read_bytes() for fichier in STYLES.glob("*.css")}


@cache
def _dossier_des_polices() -> Path:
    return preparer_les_polices(Path(settings.POLICES))


@cache
def _polices() -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in _dossier_des_polices().glob("texte-*.ttf")}
