"""Les signes dessinés dans la page : icônes, palier, jauge. Des attributs, jamais de style."""

import re
from functools import cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

# Un sens = un signe, partout le même. Un nom de lucide convient aussi.
ICONES = {
    "appel": "phone",
    "courriel": "mail",
    "lettre": "file-text",
    "recommande": "mail-check",
    "reponse": "reply",
    "journee": "calendar-check",
    "tableau": "chart-column",
    "client": "users",
    "facture": "receipt-text",
    "relance": "send",
    "contentieux": "scale",
    "parametres": "sliders-horizontal",
    "chercher": "search",
    "ajouter": "plus",
    "oui": "check",
    "non": "x",
    "inconnu": "circle-question-mark",
    "alerte": "triangle-alert",
    "pause": "pause",
    "reglement": "euro",
    "heure": "clock",
    "note": "pencil",
    "plus": "ellipsis",
    "piece": "paperclip",
    "exporter": "download",
    "importer": "upload",
    "bas": "chevron-down",
    "suivant": "chevron-right",
    "precedent": "chevron-left",
    "litige": "ban",
    "promesse": "handshake",
    "journal": "history",
    "imprimer": "printer",
    "compte": "circle-user-round",
    "info": "info",
}
BARRES = 6
OUVERTURE = re.compile(r"^<svg[^>]*>", re.DOTALL)


@cache
def icone(nom: str) -> SafeString:
    """Décorative : le mot à côté, ou un texte « lu », dit la même chose."""
    dessin = str(lucide(ICONES.get(nom, nom), size=None)).strip()
    ouverture = '<svg class="ic" viewBox="0 0 24 24" aria-hidden="true">'
    dessin = re.sub(r">\s+<", "><", OUVERTURE.sub(ouverture, dessin))
    return mark_safe(dessin)  # noqa: S308 — vient de la bibliothèque d'icônes, pas d'une saisie


@cache
def palier(niveau: int, total: int = BARRES) -> SafeString:
    """Des traits qui montent : jusqu'où la dette est allée."""
    traits = []
    for rang in range(total):
        haut = 2 + 8 * rang / max(total - 1, 1)
        classe = mark_safe(' class="vide"') if rang >= niveau else ""
        traits.append((f"{3.4 * rang:.1f}", f"{12 - haut:.1f}", f"{haut:.1f}", classe))
    rects = format_html_join("", '<rect x="{}" y="{}" width="2.2" height="{}"{}/>', traits)
    return format_html(
        '<svg class="palier" viewBox="0 0 {} 12" aria-hidden="true">{}</svg>',
        f"{3.4 * total:.0f}",
        rects,
    )


@cache
def pastille(rang: int) -> SafeString:
    """La couleur d'une tranche d'ancienneté, à côté de son nom."""
    return format_html(
        '<svg class="pastille" viewBox="0 0 8 8" aria-hidden="true">'
        '<rect class="f{}" width="8" height="8"/></svg>',
        rang,
    )


def jauge(part: float, ton: str = "") -> SafeString:
    """Une barre de 0 à 100 ; le nombre est écrit à côté."""
    largeur = f"{min(max(float(part), 0), 100):.1f}%"
    return format_html(
        '<svg class="jauge" data-ton="{}" aria-hidden="true"><rect class="fond" width="100%" '
        'height="10"/><rect width="{}" height="10"/></svg>',
        ton,
        largeur,
    )
