"""Ce que tous les gabarits connaissent : les formats du socle, et les balises d'une page."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from django import template
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from recouvrement.socle import formats
from recouvrement.socle.pages import courbes, signes

register = template.Library()


class Point(Protocol):
    @property
    def valeur(self) -> Decimal: ...


for _filtre in (
    formats.euros,
    formats.montant,
    formats.entier,
    formats.pourcent,
    formats.jour,
    formats.jour_court,
    formats.jour_long,
    formats.mois,
    formats.heure,
    formats.moment,
    formats.depuis,
    formats.siren,
    formats.siret,
    formats.iban,
    formats.telephone,
    formats.tel,
    formats.pluriel,
    formats.date_longue,
    formats.de,
    formats.delai,
):
    register.filter(_filtre.__name__, _filtre)


@register.simple_tag
def icone(nom: str) -> SafeString:
    """{% icone "appel" %} ou {% icone "phone" %}."""
    return signes.icone(str(nom))


@register.simple_tag
def palier(niveau: int, total: int = signes.BARRES) -> SafeString:
    return signes.palier(int(niveau), int(total))


@register.simple_tag
def pastille(rang: int) -> SafeString:
    return signes.pastille(int(rang))


@register.simple_tag
def jauge(part: float, ton: str = "") -> SafeString:
    return signes.jauge(part, ton)


def _requete(context: template.Context) -> QueryDict:
    # `include … only` retire la variable request, pas la requête du contexte.
    request = context.get("request") or getattr(context, "request", None)
    return request.GET.copy() if request else QueryDict(mutable=True)


@register.simple_tag(takes_context=True)
def parametres(context: template.Context, **changements: object) -> str:
    """L'adresse de la page, ces paramètres changés (None : retirés). La pagination repart."""
    requete = _requete(context)
    requete.pop("apres", None)
    for nom, valeur in changements.items():
        if valeur is None or valeur == "":
            requete.pop(nom, None)
        else:
            requete[nom] = str(valeur)
    return f"?{requete.urlencode()}" if requete else "?"


@register.simple_tag(takes_context=True)
def tri(
    context: template.Context, champ: str, libelle: str, classe: str = "", actuel: str = ""
) -> SafeString:
    """L'en-tête d'une colonne triable ; `actuel` dit l'ordre par défaut de la liste."""
    actuel = _requete(context).get("tri") or actuel
    trie, descend = actuel.lstrip("-") == champ, actuel.startswith("-")
    ordre, fleche = "", ""
    if trie:
        sens = "descending" if descend else "ascending"
        ordre = format_html(' aria-sort="{}"', sens)
        fleche = format_html(' <span aria-hidden="true">{}</span>', "▼" if descend else "▲")
    return format_html(
        '<th scope="col"{}{}><a href="{}">{}{}</a></th>',
        format_html(' class="{}"', classe) if classe else "",
        ordre,
        parametres(context, tri=f"-{champ}" if trie and not descend else champ),
        libelle,
        fleche,
    )


@register.simple_tag
def courbe(points: Iterable[Point], libelle: str) -> SafeString:
    """Douze mois d'un chiffre ; le texte dit les bornes à qui ne voit pas le tracé."""
    chemin, bout = courbes.trace([point.valeur for point in points])
    return format_html(
        '<svg class="trait" viewBox="0 0 100 44" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><line x1="0" x2="100" y1="43.5" y2="43.5"/><path d="{}"/>'
        '<path class="bout" d="{}"/></svg>',
        libelle,
        chemin,
        bout,
    )
