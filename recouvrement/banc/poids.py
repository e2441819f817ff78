"""P9 : ce que pèse une page, compressée comme elle voyage."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from django.contrib.staticfiles import finders
from django.urls import reverse

from recouvrement.banc.mesures import Mesure
from recouvrement.banc.pages import un_navigateur
from recouvrement.comptes.models import Creancier

RESSOURCES = re.compile(r'(?:src|href)="/static/([^"?]+\.(?:css|js|woff2))')


def poids(creancier: Creancier) -> Iterator[Mesure]:
    reponse = un_navigateur().get(reverse("factures:liste", args=[creancier.code]))
    html = reponse.content.decode()
    noms = list(dict.fromkeys(RESSOURCES.findall(html)))
    chemins = [chemin for nom in noms if (chemin := finders.find(nom))]
    total = sum(_ko(Path(chemin).read_bytes()) for chemin in chemins)
    yield Mesure(
        f"styles, scripts et polices ({len(noms)} fichiers), gzip", total, "ko", objectif="≤ 60 ko"
    )
    yield Mesure(
        f"liste de factures, gzip (en clair : {len(html) / 1000:.0f} ko)",
        _ko(reponse.content),
        "ko",
        objectif="≤ 15 ko",
    )


def _ko(octets: bytes) -> float:
    return len(gzip.compress(octets, 9)) / 1000
