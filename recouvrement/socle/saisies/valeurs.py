"""Lire un montant ou une date comme on les écrit en France, ou refuser en le disant.

>>> lire_montant("1 234,56 €"), lire_montant("1,234.56"), lire_montant("(12,00)")
(Decimal('1234.56'), Decimal('1234.56'), Decimal('-12.00'))
>>> lire_date("12/03/2026"), lire_date("31/12/26")
(datetime.date(2026, 3, 12), datetime.date(2026, 12, 31))

Rien n'est réparé en silence : ce qui peut se lire de deux façons est refusé.
"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from recouvrement.socle import formats
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.montants import arrondir, est_au_centime
from recouvrement.socle.temps import MOIS

PLAFOND = Decimal("999999999.99")
PREMIERE_ANNEE, DERNIERE_ANNEE = 2000, 2099
# Excel compte les jours depuis le 30 décembre 1899 (son année 1900 est bissextile à tort).
ORIGINE_EXCEL = date(1899, 12, 30)
PREMIER_JOUR_EXCEL, DERNIER_JOUR_EXCEL = 36526, 73050

type Cellule = str | int | float | bool | Decimal | date | datetime | None

ABREGES = {
    "janv": 1, "jan": 1, "fevr": 2, "fev": 2, "mar": 3, "avr": 4, "juil": 7, "jul": 7,
    "sept": 9, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_DEVISE_EURO = re.compile(r"(?i)€|\beuros?\b|\beur(?![a-z])")
_AUTRE_DEVISE = re.compile(r"(?i)[$£¥]|\b(usd|gbp|chf|cad|jpy|dkk|sek|nok|pln|huf|czk|mad|tnd)\b")
_SIGNES = str.maketrans({"−": "-", "–": "-", "‐": "-", "‑": "-", "’": "'"})
# Les blancs (tabulation, retours…) séparent encore ; les autres commandes disparaissent.
_INVISIBLES = dict.fromkeys(
    [c for c in (*range(0x20), *range(0x7F, 0xA0)) if not chr(c).isspace()]
    + [0x200B, 0x200E, 0x200F, 0xFEFF]
)
# Les écritures les plus courantes, lues sans détour.
_SIMPLE = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,2})?")
_JMA_SIMPLE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_JMA = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_AMJ = re.compile(r"([0-9]{4})([/.-])([0-9]{1,2})\2([0-9]{1,2})")
_EN_LETTRES = re.compile(r"([0-9]{1,2})(?:er)?[ .-]+([a-z]+)\.?[ .-]+([0-9]{4}|[0-9]{2})")
_HEURE = re.compile(
    r"(?:[T ]+)[0-9]{1,2}[:h][0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?$"
)


class ValeurRefusee(ErreurMetier):
    """La cellule ne se lit pas, ou se lit de deux façons."""


def est_vide(cellule: Cellule) -> bool:
    return cellule is None or (isinstance(cellule, str) and not nettoyer(cellule))


def nettoyer(texte: str) -> str:
    """Espaces de toute sorte réunis, caractères de commande ôtés."""
    if texte.isprintable() and "  " not in texte:
        return texte.strip()
    return " ".join(texte.translate(_INVISIBLES).split())


def lire_texte(cellule: Cellule) -> str:
    """Le texte d'une cellule ; un nombre entier du tableur redevient ses chiffres."""
    if cellule is None:
        return ""
    if isinstance(cellule, float) and cellule.is_integer():
        return str(int(cellule))
    if isinstance(cellule, datetime | date):
        return formats.jour(cellule)
    return nettoyer(str(cellule))


def lire_montant(cellule: Cellule, *, decimale: str | None = None) -> Decimal | None:
    """Le montant au centime, None si la cellule est vide.

    `decimale` ("," ou ".") tranche « 1.234 » et « 1,234 », refusés sans elle.
    """
    if est_vide(cellule):
        return None
    if isinstance(cellule, str) and _SIMPLE.fullmatch(cellule):
        return arrondir(Decimal(cellule.replace(",", ".")))
    if isinstance(cellule, bool | date):
        raise ValeurRefusee(f"« {lire_texte(cellule)} » n'est pas un montant.")
    if isinstance(cellule, int | float | Decimal):
        return _borner(_nombre_du_tableur(cellule), str(cellule))
    return _borner(_montant_ecrit(str(cellule), decimale), nettoyer(str(cellule)))


def decimale_de(texte: str) -> str | None:
    """Le signe décimal que ce texte montre sans doute possible, sinon None."""
    chiffres = re.sub(r"[^0-9.,]", "", texte)
    if "." in chiffres and "," in chiffres:
        return max(".,", key=chiffres.rfind)
    if fin := re.search(r"([.,])[0-9]{1,2}$", chiffres):
        return fin[1] if chiffres.count(fin[1]) == 1 else None
    return None


def _nombre_du_tableur(nombre: float | Decimal) -> Decimal:
    valeur = Decimal(repr(nombre)) if isinstance(nombre, float) else Decimal(nombre)
    if not valeur.is_finite():
        raise ValeurRefusee(f"« {nombre} » n'est pas un montant.")
    if abs(valeur) > PLAFOND:
        return valeur
    rond = arrondir(valeur)
    # 0,1 + 0,2 du tableur : un bruit de calcul, pas une troisième décimale.
    if isinstance(nombre, float) and abs(valeur - rond) < Decimal("0.000001"):
        return rond
    return _au_centime(valeur, str(nombre).replace(".", ","))


def _montant_ecrit(brut: str, decimale: str | None) -> Decimal:
    vu = nettoyer(brut)
    texte = vu.translate(_SIGNES)
    if devise := _AUTRE_DEVISE.search(texte):
        raise ValeurRefusee(f"« {vu} » est en {devise[0]} : seuls les euros sont suivis.")
    texte = _DEVISE_EURO.sub(" ", texte).strip()
    negatif = False
    if texte.startswith("(") and texte.endswith(")"):
        negatif, texte = True, texte[1:-1].strip()
    elif texte.startswith(("-", "+")):
        negatif, texte = texte[0] == "-", texte[1:].strip()
    elif texte.endswith("-"):
        negatif, texte = True, texte[:-1].strip()
    if not re.fullmatch(r"[0-9][0-9 .,']*|[.,][0-9]+", texte):
        raise ValeurRefusee(f"« {vu} » n'est pas un montant.")
    valeur = _chiffres(texte, vu, decimale)
    return -valeur if negatif else valeur


def _chiffres(texte: str, vu: str, decimale: str | None) -> Decimal:
    """Sépare les milliers des décimales."""
    signes = re.findall(r"[.,]", texte)
    entiers, decimales = texte, ""
    if signes:
        dernier = signes[-1]
        milliers = dernier in signes[:-1]  # 1.234.567 : le même signe deux fois
        if len(set(signes)) == 1 and not milliers and _ambigu(texte, dernier):
            if decimale is None:
                raise ValeurRefusee(
                    f"« {vu} » peut se lire {texte.replace(dernier, ' ')},00 ou "
                    f"{texte.replace(dernier, ',')} : écrivez deux décimales."
                )
            milliers = dernier != decimale
        if not milliers:
            entiers, _, decimales = texte.rpartition(dernier)
            if signes[:-1] and len(set(signes[:-1])) > 1:
                raise ValeurRefusee(f"« {vu} » n'est pas un montant.")
    groupes = re.split(r"[ .,']", entiers)
    if len(groupes) > 1 and (
        not 1 <= len(groupes[0]) <= 3
        or any(len(groupe) != 3 for groupe in groupes[1:])
        or len(set(re.findall(r"[ .,']", entiers))) > 1
    ):
        raise ValeurRefusee(_deux_separateurs(vu, texte))
    if not (decimales or "0").isdigit():
        raise ValeurRefusee(f"« {vu} » n'est pas un montant.")
    return _au_centime(Decimal(f"{''.join(groupes) or '0'}.{decimales or '0'}"), vu)


def _ambigu(texte: str, signe: str) -> bool:
    """« 1.234 » : trois chiffres derrière l'unique signe, un à trois devant, sans zéro de tête."""
    devant, _, derriere = texte.partition(signe)
    return len(derriere) == 3 and bool(re.fullmatch(r"[1-9][0-9]{0,2}", devant))


def _deux_separateurs(vu: str, texte: str) -> str:
    if fin := re.fullmatch(r"([0-9]{1,3}(?:[.,][0-9]{3})+)[.,]([0-9]{2})", texte):
        milliers = re.sub(r"[.,]", " ", fin[1])
        return f"« {vu} » a deux séparateurs : {milliers},{fin[2]} € ?"
    return f"« {vu} » a des milliers mal séparés."


def _au_centime(valeur: Decimal, vu: str) -> Decimal:
    if valeur.copy_abs() > PLAFOND * 10:
        return valeur
    if not est_au_centime(valeur):
        conseil = f"{arrondir(valeur)}".replace(".", ",")
        raise ValeurRefusee(f"« {vu} » a plus de deux décimales ({conseil} ?).")
    return arrondir(valeur)


def _borner(valeur: Decimal, vu: str) -> Decimal:
    if abs(valeur) > PLAFOND:
        raise ValeurRefusee(f"« {vu[:40]} » dépasse le milliard d'euros.")
    return valeur + 0  # « -0 » n'est que zéro


def lire_date(cellule: Cellule) -> date | None:
    """Le jour, None si la cellule est vide. Le jour vient avant le mois, à la française."""
    if est_vide(cellule):
        return None
    if isinstance(cellule, datetime):
        return _bornee(cellule.date(), formats.jour(cellule))
    if isinstance(cellule, date):
        return _bornee(cellule, formats.jour(cellule))
    if isinstance(cellule, bool):
        raise ValeurRefusee("« Vrai » ou « Faux » n'est pas une date.")
    if isinstance(cellule, int | float | Decimal):
        return _jour_excel(cellule)
    return _date_ecrite(nettoyer(str(cellule)))


def est_date_americaine(texte: str) -> bool:
    """Vrai de « 03/25/2026 » : impossible à la française, possible mois d'abord."""
    if trouve := _JMA.fullmatch(_HEURE.sub("", nettoyer(texte))):
        return int(trouve[3]) > 12 and 1 <= int(trouve[1]) <= 12
    return False


def est_date_reversible(texte: str) -> bool:
    """Vrai de « 03/04/2026 » : 3 avril ou 4 mars, selon qui l'a écrit."""
    if trouve := _JMA.fullmatch(_HEURE.sub("", nettoyer(texte))):
        jour, mois = int(trouve[1]), int(trouve[3])
        return jour <= 12 and mois <= 12 and jour != mois
    return False


def _jour_excel(nombre: float | Decimal) -> date:
    vu = str(nombre)
    try:
        jour = int(nombre)
    except (ValueError, OverflowError, InvalidOperation):
        raise ValeurRefusee(f"« {vu} » n'est pas une date.") from None
    if not PREMIER_JOUR_EXCEL <= jour <= DERNIER_JOUR_EXCEL:
        if re.fullmatch(r"20[0-9]{6}", str(jour)):
            return _date_ecrite(str(jour))
        raise ValeurRefusee(f"« {vu} » n'est pas une date.")
    return ORIGINE_EXCEL + timedelta(days=jour)


def _date_ecrite(vu: str) -> date:
    if trouve := _JMA_SIMPLE.fullmatch(vu):
        return _jour(trouve[3], trouve[2], trouve[1], vu)
    texte = _HEURE.sub("", vu)
    if trouve := _JMA.fullmatch(texte):
        return _jour(trouve[4], trouve[3], trouve[1], vu)
    if trouve := _AMJ.fullmatch(texte):
        return _jour(trouve[1], trouve[3], trouve[4], vu)
    if re.fullmatch(r"20[0-9]{6}", texte):
        return _jour(texte[:4], texte[4:6], texte[6:], vu)
    if re.fullmatch(r"[0-9]{5}", texte):
        return _jour_excel(int(texte))
    if trouve := _EN_LETTRES.fullmatch(_sans_accent(texte.lower())):
        if mois := _mois(trouve[2]):
            return _jour(trouve[3], str(mois), trouve[1], vu)
        raise ValeurRefusee(f"« {vu[:40]} » : mois inconnu.")
    raise ValeurRefusee(f"« {vu[:40]} » n'est pas une date (attendu : jj/mm/aaaa).")


def _mois(nom: str) -> int | None:
    for rang, mois in enumerate(MOIS, start=1):
        if nom == _sans_accent(mois):
            return rang
    return ABREGES.get(nom)


def _jour(annee: str, mois: str, jour: str, vu: str) -> date:
    an = int(annee) + (2000 if len(annee) == 2 else 0)
    numero_mois, numero_jour = int(mois), int(jour)
    if not 1 <= numero_mois <= 12:
        raise ValeurRefusee(f"« {vu} » : il n'y a pas de mois {mois} (attendu : jj/mm/aaaa).")
    try:
        lue = date(an, numero_mois, numero_jour)
    except ValueError:
        article = "er" if numero_jour == 1 else ""
        raise ValeurRefusee(
            f"« {vu} » : le {numero_jour}{article} {MOIS[numero_mois - 1]} {an} n'existe pas."
        ) from None
    return _bornee(lue, vu)


def _bornee(jour: date, vu: str) -> date:
    if not PREMIERE_ANNEE <= jour.year <= DERNIERE_ANNEE:
        raise ValeurRefusee(
            f"« {vu} » : l'année doit être comprise entre {PREMIERE_ANNEE} et {DERNIERE_ANNEE}."
        )
    return jour


def _sans_accent(texte: str) -> str:
    decompose = unicodedata.normalize("NFD", texte)
    return "".join(c for c in decompose if not unicodedata.combining(c))


def en_cellule(valeur: object) -> Cellule:
    """Une valeur rendue par un lecteur de tableur, ramenée aux types que l'on sait lire."""
    if valeur is None or isinstance(valeur, str | int | float | Decimal | date):
        return valeur
    if isinstance(valeur, time):
        return valeur.isoformat()
    return str(valeur)
