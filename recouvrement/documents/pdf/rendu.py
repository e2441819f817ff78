"""Un gabarit et ses valeurs → un PDF. La mise en page se fait dans un processus enfant.

Elle peut être longue, ou ne jamais finir : hors de l'application, elle a une fin, et personne
d'autre ne l'attend.
"""

import re
from collections.abc import Mapping
from functools import cache
from hashlib import sha256

from django.conf import settings
from django.template.loader import render_to_string

from recouvrement.documents.pdf.demandes import Page, RenduImpossible, en_pdf
from recouvrement.documents.regles.typographie import typographie
from recouvrement.environnement import RACINE
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.processus.isolement import (
    Metier,
    TravailRefuse,
    TropDeMonde,
    TropLong,
    TropLourd,
    Vivier,
)
from recouvrement.socle.processus.trames import MEGA

STYLES = RACINE / "static" / "documents"
GABARITS = RACINE / "templates"
LIEN = re.compile(r'<link rel="stylesheet" href="style:([\w.-]+)">')
COMPOSITION = Metier(
    "recouvrement.documents.pdf.composition",
    memoire=1024 * MEGA,
    # Les polices figées, que l'enfant écrit au premier besoin.
    ecriture=16 * MEGA,
)
VIVIER = Vivier(COMPOSITION, combien=2, patience=20)


def rendre_pdf(
    gabarit: str,
    contexte: Mapping[str, object],
    *,
    images: Mapping[str, tuple[bytes, str]] | None = None,
    formulaire: bool = False,
) -> tuple[bytes, int]:
    """Le PDF balisé de ce gabarit et son nombre de pages."""
    page = mettre_en_html(gabarit, contexte, images=images, formulaire=formulaire)
    try:
        return en_pdf(VIVIER.demander(page))
    except (TropLong, TropLourd):
        raise RenduImpossible from None
    except TravailRefuse as refus:
        raise RenduImpossible(refus.message) from None
    except TropDeMonde:
        raise
    except ErreurMetier as erreur:
        # Quoi que WeasyPrint lève sur un texte saisi, la personne reçoit une phrase.
        raise RenduImpossible("Ce document ne peut pas être mis en page.") from erreur


def mettre_en_html(
    gabarit: str,
    contexte: Mapping[str, object],
    *,
    images: Mapping[str, tuple[bytes, str]] | None = None,
    formulaire: bool = False,
) -> Page:
    html = typographie(render_to_string(gabarit, dict(contexte)))
    return Page(
        html=LIEN.sub("", html).encode(),
        feuilles=tuple(nom for nom in LIEN.findall(html) if (STYLES / nom).is_file()),
        polices=str(settings.POLICES),
        images=dict(images or {}),
        formulaire=formulaire,
    )


@cache
def version_du_gabarit(gabarit: str) -> str:
    """L'empreinte de ce qui a fait le document : son gabarit, les communs et les styles."""
    sources = [GABARITS / gabarit, *sorted((GABARITS / "documents").glob("*.html"))]
    resume = sha256()
    for source in [*sources, *sorted(STYLES.glob("*.css"))]:
        resume.update(source.read_bytes())
    return resume.hexdigest()[:16]
