"""Écrire pour un lecteur français : montants, dates, identifiants. Connu de tous les gabarits."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import Any

import phonenumbers
from django import template
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html

from recouvrement.socle import courbes, liens, signes
from recouvrement.socle.montants import arrondir

register = template.Library()

FINE = "\u202f"  # espace fine insécable : milliers, €, %, chiffres groupés
INSECABLE = "\u00a0"
MOINS = "\u2212"
JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MOIS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
    *("septembre", "octobre", "novembre", "décembre"),
)
PALIERS_DE_JOURS = ((60, 1, "jour"), (730, 30, "mois"))


def _rien_pour_rien(filtre: Callable) -> Callable:
    """Une valeur absente s'écrit vide : le gabarit dit lui-même « non renseigné »."""

    @wraps(filtre)
    def filtre_sur(valeur, *args):
        return "" if valeur is None or valeur == "" else filtre(valeur, *args)

    return filtre_sur


def _nombre(valeur: Any, decimales: int) -> str:
    try:
        nombre = Decimal(str(valeur))
    except InvalidOperation:
        return str(valeur)
    arrondi = arrondir(nombre) if decimales == 2 else round(nombre, decimales)
    texte = f"{abs(arrondi):,.{decimales}f}".replace(",", FINE).replace(".", ",")
    return f"{MOINS}{FINE}{texte}" if arrondi < 0 else texte


@register.filter
@_rien_pour_rien
def euros(valeur, decimales: int = 2) -> str:
    """1234.5 → « 1 234,50 € » ; `euros:0` arrondit à l'euro."""
    return f"{_nombre(valeur, decimales)}{FINE}€"


@register.filter
@_rien_pour_rien
def montant(valeur) -> str:
    """1234.5 → « 1 234,50 », pour une colonne dont l'en-tête dit déjà la monnaie."""
    return _nombre(valeur, 2)


@register.filter
@_rien_pour_rien
def entier(valeur) -> str:
    return _nombre(valeur, 0)


@register.filter
@_rien_pour_rien
def pourcent(valeur, decimales: int = 2) -> str:
    """12.4 → « 12,40 % » ; la valeur est déjà un pourcentage."""
    return f"{_nombre(valeur, decimales)}{FINE}%"


def _a_paris(valeur: datetime) -> datetime:
    if timezone.is_aware(valeur):
        return valeur.astimezone(timezone.get_current_timezone())
    return valeur


def _jour(valeur: date | datetime) -> date:
    if isinstance(valeur, datetime):
        return _a_paris(valeur).date()
    return valeur


@register.filter
@_rien_pour_rien
def jour(valeur: date | datetime) -> str:
    return f"{_jour(valeur):%d/%m/%Y}"


@register.filter
@_rien_pour_rien
def jour_court(valeur: date | datetime) -> str:
    return f"{_jour(valeur):%d/%m}"


@register.filter
@_rien_pour_rien
def jour_long(valeur: date | datetime) -> str:
    """« mardi 24 novembre 2026 » ; le premier du mois s'écrit « 1er »."""
    j = _jour(valeur)
    quantieme = "1er" if j.day == 1 else j.day
    return f"{JOURS[j.weekday()]} {quantieme} {MOIS[j.month - 1]} {j.year}"


@register.filter
@_rien_pour_rien
def mois(valeur: date | datetime) -> str:
    j = _jour(valeur)
    return f"{MOIS[j.month - 1]} {j.year}"


@register.filter
@_rien_pour_rien
def heure(valeur) -> str:
    """« 10 h 30 », « 9 h »."""
    h = _a_paris(valeur) if isinstance(valeur, datetime) else valeur
    minutes = f"{INSECABLE}{h.minute:02}" if h.minute else ""
    return f"{h.hour}{INSECABLE}h{minutes}"


@register.filter
@_rien_pour_rien
def moment(valeur: datetime) -> str:
    """« 21/11/2026 à 10 h 14 »."""
    return f"{jour(valeur)} à {heure(valeur)}"


@register.filter
@_rien_pour_rien
def depuis(valeur: date | datetime, au: date | datetime | None = None) -> str:
    """« il y a 3 jours », « demain ». Sans `au`, la page se lit aujourd'hui."""
    reference = _jour(au) if au else timezone.localdate()  # noqa: TID251 — rendre est un bord
    ecart = (reference - _jour(valeur)).days
    if ecart in (-1, 0, 1):
        return ("demain", "aujourd’hui", "hier")[ecart + 1]
    return f"{'il y a' if ecart > 0 else 'dans'} {_duree(abs(ecart))}"


def _duree(jours: int) -> str:
    for limite, unite, nom in PALIERS_DE_JOURS:
        if jours < limite:
            nombre = jours // unite
            return f"{nombre}{INSECABLE}{nom}{'s' if nombre > 1 and nom != 'mois' else ''}"
    return f"{jours // 365}{INSECABLE}ans"


def _groupes(texte: str, *tailles: int) -> str:
    morceaux, debut = [], 0
    for taille in tailles:
        morceaux.append(texte[debut : debut + taille])
        debut += taille
    return FINE.join(m for m in [*morceaux, texte[debut:]] if m)


def _serre(valeur: Any) -> str:
    return "".join(str(valeur).split())


@register.filter
@_rien_pour_rien
def siren(valeur) -> str:
    """912345679 → « 912 345 679 »."""
    return _groupes(_serre(valeur), 3, 3, 3)


@register.filter
@_rien_pour_rien
def siret(valeur) -> str:
    return _groupes(_serre(valeur), 3, 3, 3, 5)


@register.filter
@_rien_pour_rien
def iban(valeur) -> str:
    texte = _serre(valeur).upper()
    return _groupes(texte, *[4] * (len(texte) // 4))


def _numero(valeur) -> phonenumbers.PhoneNumber | None:
    """None si ce n'est pas un numéro : on rend alors ce qui a été saisi."""
    try:
        numero = phonenumbers.parse(str(valeur), "FR")
    except phonenumbers.NumberParseException:
        return None
    return numero if phonenumbers.is_possible_number(numero) else None


@register.filter
@_rien_pour_rien
def telephone(valeur) -> str:
    """« 02 61 91 04 17 », ou la forme internationale hors de France ; insécable."""
    numero = _numero(valeur)
    if numero is None:
        return str(valeur)
    forme = phonenumbers.PhoneNumberFormat
    en_france = numero.country_code == 33
    texte = phonenumbers.format_number(numero, forme.NATIONAL if en_france else forme.INTERNATIONAL)
    return texte.replace(" ", FINE)


@register.filter
@_rien_pour_rien
def tel(valeur) -> str:
    """La forme d'un lien : `href="tel:{{ numero|tel }}"`."""
    numero = _numero(valeur)
    if numero is None:
        return "".join(c for c in str(valeur) if c.isdigit() or c == "+")
    return phonenumbers.format_number(numero, phonenumbers.PhoneNumberFormat.E164)


@register.filter
def pluriel(nombre, mot: str) -> str:
    """{{ 3|pluriel:"facture" }} → « 3 factures » ; un mot irrégulier donne ses deux formes."""
    un, _, plusieurs = mot.partition(",")
    forme = un if abs(nombre) < 2 else plusieurs or " ".join(f"{m}s" for m in un.split(" "))
    return f"{_nombre(nombre, 0)}{INSECABLE}{forme}"


@register.simple_tag
def icone(nom: str):
    """{% icone "appel" %} ou {% icone "phone" %}."""
    return signes.icone(str(nom))


@register.simple_tag
def lien(nom: str, code: str, pk: int) -> str:
    """`{% url %}` pour les lignes d'une liste."""
    return liens.lien(nom, code, pk)


@register.simple_tag
def palier(niveau: int, total: int = signes.BARRES):
    return signes.palier(int(niveau), int(total))


@register.simple_tag
def jauge(part, ton: str = ""):
    return signes.jauge(part, ton)


def _requete(context) -> QueryDict:
    # `include … only` retire la variable request, pas la requête du contexte.
    request = context.get("request") or getattr(context, "request", None)
    return request.GET.copy() if request else QueryDict(mutable=True)


@register.simple_tag(takes_context=True)
def parametres(context, **changements) -> str:
    """L'adresse de la page, ces paramètres changés (None : retirés). La pagination repart."""
    requete = _requete(context)
    requete.pop("apres", None)
    for nom, valeur in changements.items():
        if valeur is None or valeur == "":
            requete.pop(nom, None)
        else:
            requete[nom] = valeur
    return f"?{requete.urlencode()}" if requete else "?"


@register.simple_tag(takes_context=True)
def tri(context, champ: str, libelle: str, classe: str = "", actuel: str = ""):
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
def courbe(points, libelle: str):
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


@register.filter
@_rien_pour_rien
def date_longue(valeur: date | datetime) -> str:
    """« 24 novembre 2026 » ; le premier du mois s'écrit « 1er »."""
    j = _jour(valeur)
    return f"{'1er' if j.day == 1 else j.day}{INSECABLE}{MOIS[j.month - 1]} {j.year}"
