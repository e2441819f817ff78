"""Écrire pour un lecteur français : montants, dates, identifiants. Du Python pur."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import wraps
from typing import Any, Concatenate, Literal

import phonenumbers

from recouvrement.socle.montants import arrondir
from recouvrement.socle.temps import JOURS, MOIS, PARIS

FINE = "\u202f"  # espace fine insécable : milliers, €, %, chiffres groupés
INSECABLE = "\u00a0"
MOINS = "\u2212"
PALIERS_DE_JOURS = ((60, 1, "jour"), (730, 30, "mois"))

type Nombre = Decimal | int | float | str
type Rien = Literal[""] | None


def _rien_pour_rien[V, **P](
    filtre: Callable[Concatenate[V, P], str],
) -> Callable[Concatenate[V | Rien, P], str]:
    """Une valeur absente s'écrit vide : le gabarit dit lui-même « non renseigné »."""

    @wraps(filtre)
    def filtre_sur(valeur: V | Rien, /, *args: P.args, **kwargs: P.kwargs) -> str:
        return "" if valeur is None or valeur == "" else filtre(valeur, *args, **kwargs)

    return filtre_sur


def _nombre(valeur: Nombre, decimales: int) -> str:
    try:
        nombre = Decimal(str(valeur))
    except InvalidOperation:
        return str(valeur)
    arrondi = arrondir(nombre) if decimales == 2 else round(nombre, decimales)
    texte = f"{abs(arrondi):,.{decimales}f}".replace(",", FINE).replace(".", ",")
    return f"{MOINS}{FINE}{texte}" if arrondi < 0 else texte


@_rien_pour_rien
def euros(valeur: Nombre, decimales: int = 2) -> str:
    """1234.5 → « 1 234,50 € » ; `euros:0` arrondit à l'euro."""
    return f"{_nombre(valeur, decimales)}{FINE}€"


@_rien_pour_rien
def montant(valeur: Nombre) -> str:
    """1234.5 → « 1 234,50 », pour une colonne dont l'en-tête dit déjà la monnaie."""
    return _nombre(valeur, 2)


@_rien_pour_rien
def entier(valeur: Nombre) -> str:
    return _nombre(valeur, 0)


@_rien_pour_rien
def pourcent(valeur: Nombre, decimales: int = 2) -> str:
    """12.4 → « 12,40 % » ; la valeur est déjà un pourcentage."""
    return f"{_nombre(valeur, decimales)}{FINE}%"


def _a_paris(valeur: datetime) -> datetime:
    if valeur.utcoffset() is not None:
        return valeur.astimezone(PARIS)
    return valeur


def _jour(valeur: date | datetime) -> date:
    if isinstance(valeur, datetime):
        return _a_paris(valeur).date()
    return valeur


@_rien_pour_rien
def jour(valeur: date | datetime) -> str:
    return f"{_jour(valeur):%d/%m/%Y}"


def instant(valeur: datetime, liaison: str = " ") -> str:
    """« 21/11/2026 10:14 », à l'heure de son propre fuseau : un fichier, une commande."""
    return f"{valeur:%d/%m/%Y}{liaison}{valeur:%H:%M}"


@_rien_pour_rien
def jour_court(valeur: date | datetime) -> str:
    return f"{_jour(valeur):%d/%m}"


@_rien_pour_rien
def jour_long(valeur: date | datetime) -> str:
    """« mardi 24 novembre 2026 » ; le premier du mois s'écrit « 1er »."""
    j = _jour(valeur)
    quantieme = "1er" if j.day == 1 else j.day
    return f"{JOURS[j.weekday()]} {quantieme} {MOIS[j.month - 1]} {j.year}"


@_rien_pour_rien
def mois(valeur: date | datetime) -> str:
    j = _jour(valeur)
    return f"{MOIS[j.month - 1]} {j.year}"


@_rien_pour_rien
def heure(valeur: datetime | time) -> str:
    """« 10 h 30 », « 9 h »."""
    h = _a_paris(valeur) if isinstance(valeur, datetime) else valeur
    minutes = f"{INSECABLE}{h.minute:02}" if h.minute else ""
    return f"{h.hour}{INSECABLE}h{minutes}"


@_rien_pour_rien
def moment(valeur: datetime) -> str:
    """« 21/11/2026 à 10 h 14 »."""
    return f"{jour(valeur)} à {heure(valeur)}"


@_rien_pour_rien
def depuis(valeur: date | datetime, au: date | datetime | None = None) -> str:
    """« il y a 3 jours », « demain ». Sans `au`, la page se lit aujourd'hui."""
    reference = _jour(au) if au else datetime.now(PARIS).date()  # noqa: TID251 — rendre est un bord
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


@_rien_pour_rien
def siren(valeur: str | int) -> str:
    """912345679 → « 912 345 679 »."""
    return _groupes(_serre(valeur), 3, 3, 3)


@_rien_pour_rien
def siret(valeur: str | int) -> str:
    return _groupes(_serre(valeur), 3, 3, 3, 5)


@_rien_pour_rien
def iban(valeur: str) -> str:
    texte = _serre(valeur).upper()
    return _groupes(texte, *[4] * (len(texte) // 4))


def _numero(valeur: str) -> phonenumbers.PhoneNumber | None:
    """None si ce n'est pas un numéro : on rend alors ce qui a été saisi."""
    try:
        numero = phonenumbers.parse(str(valeur), "FR")
    except phonenumbers.NumberParseException:
        return None
    return numero if phonenumbers.is_possible_number(numero) else None


@_rien_pour_rien
def telephone(valeur: str) -> str:
    """« 02 61 91 04 17 », ou la forme internationale hors de France ; insécable."""
    numero = _numero(valeur)
    if numero is None:
        return str(valeur)
    forme = phonenumbers.PhoneNumberFormat
    en_france = numero.country_code == 33
    texte = phonenumbers.format_number(numero, forme.NATIONAL if en_france else forme.INTERNATIONAL)
    return texte.replace(" ", FINE)


@_rien_pour_rien
def tel(valeur: str) -> str:
    """La forme d'un lien : `href="tel:{{ numero|tel }}"`."""
    numero = _numero(valeur)
    if numero is None:
        return "".join(c for c in str(valeur) if c.isdigit() or c == "+")
    return phonenumbers.format_number(numero, phonenumbers.PhoneNumberFormat.E164)


def pluriel(nombre: int | Decimal, mot: str) -> str:
    """{{ 3|pluriel:"facture" }} → « 3 factures » ; un mot irrégulier donne ses deux formes."""
    un, _, plusieurs = mot.partition(",")
    forme = un if -2 < nombre < 2 else plusieurs or " ".join(f"{m}s" for m in un.split(" "))
    return f"{_nombre(nombre, 0)}{INSECABLE}{forme}"


@_rien_pour_rien
def delai(jours: int) -> str:
    """« J+30 », « J−5 » : un jour compté de l'échéance."""
    return f"J{MOINS if jours < 0 else '+'}{abs(jours)}"


@_rien_pour_rien
def date_longue(valeur: date | datetime) -> str:
    """« 24 novembre 2026 » ; le premier du mois s'écrit « 1er »."""
    j = _jour(valeur)
    return f"{'1er' if j.day == 1 else j.day}{INSECABLE}{MOIS[j.month - 1]} {j.year}"


VOYELLES = frozenset("aàâäeéèêëiîïoôöuùûüœæh")
# Le h aspiré des noms de maisons les plus courants ; ailleurs, il est muet.
ASPIRES = ("hal", "ham", "han", "haras", "hard", "haut", "havre", "hér", "hollande", "hutte")


def de(nom: object) -> str:
    """« de » et un nom, élidé devant une voyelle.

    >>> de("Imprimerie Morvan"), de("Menuiserie Kerbrat"), de("Halles du Port")
    ("d'Imprimerie Morvan", 'de Menuiserie Kerbrat', 'de Halles du Port')
    """
    texte, bas = str(nom), str(nom).lower()
    elide = bas[:1] in VOYELLES and not bas.startswith(ASPIRES)
    return f"d'{texte}" if elide else f"de {texte}"
