"""HTML → PDF, dans un processus enfant. Seul module qui parle à WeasyPrint, par un chargeur fermé.

Un document ne va chercher que les polices et les feuilles de style du projet, et les images qu'on
lui tend en mémoire : ni réseau, ni fichier, quoi que dise un texte saisi.
"""

import logging
from collections.abc import Mapping
from copy import copy
from functools import cache
from pathlib import Path

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from recouvrement.documents.pdf.demandes import Page, RenduImpossible
from recouvrement.documents.pdf.formulaire import finir_le_formulaire
from recouvrement.documents.pdf.polices import preparer_les_polices

STYLES = Path(__file__).resolve().parents[3] / "static" / "documents"
BASE = "document:/"
# Pas de Django dans l'enfant : c'est ici que ces bavards se taisent.
for bavard, niveau in (("fontTools", logging.WARNING), ("weasyprint", logging.ERROR)):
    logging.getLogger(bavard).setLevel(niveau)


class ChargeurFerme(URLFetcher):
    """N'ouvre que `style:`, `police:` et `image:` ; tout le reste est refusé."""

    def __init__(self, polices: str, images: Mapping[str, tuple[bytes, str]] | None = None) -> None:
        super().__init__(allowed_protocols=set())
        self.polices, self.images = polices, images or {}

    def avec(self, images: Mapping[str, tuple[bytes, str]]) -> "ChargeurFerme":
        """Le même, sans refaire ce que la bibliothèque prépare pour un réseau dont il n'use pas."""
        chargeur = copy(self)
        chargeur.images = images
        return chargeur

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        genre, _, nom = url.partition(":")
        if genre == "style" and nom in _styles():
            return URLFetcherResponse(url, _styles()[nom], {"Content-Type": "text/css"})
        if genre == "police" and nom in _polices(self.polices):
            octets = _polices(self.polices)[nom]
            return URLFetcherResponse(url, octets, {"Content-Type": "font/ttf"})
        if genre == "image" and nom in self.images:
            octets, type_mime = self.images[nom]
            return URLFetcherResponse(url, octets, {"Content-Type": type_mime})
        raise ValueError("ressource refusée")


def faire(page: Page) -> tuple[bytes, int]:
    """Le PDF balisé et son nombre de pages ; `formulaire` rend ses champs remplissables."""
    options = {"pdf_forms": page.formulaire, "pdf_tags": True}
    try:
        document = HTML(
            string=page.html.decode(),
            base_url=BASE,
            url_fetcher=_chargeur(page.polices).avec(page.images),
        )
        rendu = document.render(
            stylesheets=[_feuille(nom, page.polices) for nom in page.feuilles],
            font_config=_configuration(),
            **options,
        )
        octets = rendu.write_pdf(**options)
    except RecursionError:
        raise RenduImpossible from None
    if page.formulaire:
        dossier = _dossier_des_polices(page.polices)
        octets = finir_le_formulaire(octets, dossier / "texte-400.ttf", dossier / "texte-700.ttf")
    return octets, len(rendu.pages)


@cache
def _configuration() -> FontConfiguration:
    return FontConfiguration()


@cache
def _feuille(nom: str, polices: str) -> CSS:
    """Analysée une fois : la relire à chaque document en faisait la moitié du travail.

    WeasyPrint la range ainsi après les styles de la page : la couleur du créancier l'emporte.
    """
    return CSS(
        string=_styles()[nom].decode(),
        base_url=BASE,
        url_fetcher=_chargeur(polices),
        font_config=_configuration(),
    )


@cache
def _chargeur(polices: str) -> ChargeurFerme:
    return ChargeurFerme(polices)


@cache
def _styles() -> dict[str, bytes]:
    return {fichier.name: fichier.read_bytes() for fichier in STYLES.glob("*.css")}


@cache
def _dossier_des_polices(polices: str) -> Path:
    return preparer_les_polices(Path(polices))


@cache
def _polices(polices: str) -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in _dossier_des_polices(polices).glob("texte-*.ttf")}
