"""Lire un identifiant saisi : sa forme normale, ou une phrase qui dit ce qui ne va pas."""

import re
import unicodedata
from collections.abc import Callable
from types import ModuleType

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from stdnum import bic, iban
from stdnum.eu import vat
from stdnum.exceptions import InvalidChecksum, InvalidComponent, InvalidFormat, InvalidLength
from stdnum.exceptions import ValidationError as NumeroRefuse
from stdnum.fr import siren, siret, tva

from recouvrement.socle.erreurs import ErreurMetier

LONGUEUR_COURRIEL = 254
# De quoi écrire plusieurs adresses et leurs noms.
LONGUEUR_CELLULE = 2000
# Entre deux adresses d'une même cellule, hors d'un nom entre guillemets.
SEPARENT = re.compile(r"[;,|\n\t](?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)| / | et | ou ")
MAILTO = re.compile(r"^mailto:|\?.*$", re.IGNORECASE)
INVISIBLES = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")


class IdentifiantRefuse(ErreurMetier):
    """L'identifiant ne peut pas exister tel qu'il est écrit."""


def lire_siren(texte: str) -> str:
    """« 732 829 320 » → « 732829320 » ; vide reste vide."""
    return _lire(
        siren,
        texte,
        longueur="Un SIREN compte neuf chiffres.",
        cle="Ce SIREN n'existe pas : sa clé de contrôle est fausse. Vérifiez les chiffres.",
    )


def lire_siret(texte: str, *, siren_attendu: str = "") -> str:
    """Quatorze chiffres ; les neuf premiers sont le SIREN, s'il est connu."""
    numero = _lire(
        siret,
        texte,
        longueur="Un SIRET compte quatorze chiffres : le SIREN puis cinq chiffres.",
        cle="Ce SIRET n'existe pas : sa clé de contrôle est fausse. Vérifiez les chiffres.",
    )
    if numero and siren_attendu and numero[:9] != siren_attendu:
        raise IdentifiantRefuse("Ce SIRET n'est pas celui du SIREN indiqué.")
    return numero


def lire_tva(texte: str, *, siren_attendu: str = "") -> str:
    """Numéro de TVA de l'Union ; un numéro français doit porter le SIREN indiqué."""
    compact = _serre(texte).upper()
    if not compact:
        return ""
    if not re.match(r"[A-Z]{2}", compact):
        raise IdentifiantRefuse("Un numéro de TVA commence par deux lettres de pays, FR en France.")
    module, numero = (tva, compact[2:]) if compact.startswith("FR") else (vat, compact)
    francais = module is tva
    lu = _lire(
        module,
        numero,
        longueur="Un numéro de TVA français compte FR puis onze caractères."
        if francais
        else "Ce numéro de TVA n'a pas la longueur de son pays.",
        cle="Ce numéro de TVA n'existe pas : sa clé de contrôle est fausse.",
        forme="Ce numéro n'est pas un numéro de TVA de l'Union européenne.",
    )
    complet = f"FR{lu}" if francais else lu.upper()
    if francais and siren_attendu and complet[4:] != siren_attendu:
        raise IdentifiantRefuse("Ce numéro de TVA n'est pas celui du SIREN indiqué.")
    return complet


def lire_iban(texte: str) -> str:
    return _lire(
        iban,
        texte,
        longueur="Cet IBAN n'a pas la longueur de son pays (27 caractères en France).",
        cle="Cet IBAN est faux : sa clé de contrôle ne correspond pas. Recopiez-le du RIB.",
        forme="Un IBAN commence par deux lettres de pays et deux chiffres, FR76 par exemple.",
    )


def lire_bic(texte: str) -> str:
    return _lire(
        bic,
        texte,
        longueur="Un BIC compte 8 ou 11 caractères.",
        forme="Un BIC commence par six lettres : quatre pour la banque, deux pour le pays.",
    )


def lire_telephone(texte: str, *, pays: str = "FR") -> str:
    """Le numéro au format international « +33261910417 », celui que l'on garde."""
    propre = " ".join(INVISIBLES.sub(" ", texte).split())
    if not propre:
        return ""
    try:
        numero = phonenumbers.parse(propre, pays or "FR")
    except phonenumbers.NumberParseException:
        raise IdentifiantRefuse("Ce n'est pas un numéro de téléphone.") from None
    if numero.extension:
        raise IdentifiantRefuse("Notez le poste dans « quand le joindre », pas dans le numéro.")
    if not phonenumbers.is_possible_number(numero):
        raise IdentifiantRefuse(
            "Ce numéro n'a pas la bonne longueur ; hors de France, commencez par + et l'indicatif."
        )
    if not phonenumbers.is_valid_number(numero):
        raise IdentifiantRefuse("Ce numéro n'est attribué dans aucun plan de numérotation.")
    return phonenumbers.format_number(numero, phonenumbers.PhoneNumberFormat.E164)


def lire_courriel(texte: str) -> str:
    """Une adresse et une seule : rien qui puisse ajouter un destinataire ou un en-tête."""
    if any(c in texte for c in "\r\n\x00"):
        raise IdentifiantRefuse("Une adresse tient sur une ligne.")
    adresse = texte.strip()
    if not adresse:
        return ""
    if "," in adresse or ";" in adresse:
        raise IdentifiantRefuse("Une seule adresse par champ : ajoutez la suivante à part.")
    if any(unicodedata.category(c) in ("Cc", "Cf", "Zs") for c in adresse):
        raise IdentifiantRefuse("Une adresse ne contient pas d'espace.")
    if not adresse.isascii():
        raise IdentifiantRefuse("Une adresse s'écrit sans accent.")
    try:
        EmailValidator()(adresse)
    except ValidationError:
        raise IdentifiantRefuse("Ce n'est pas une adresse de courriel (nom@domaine.fr).") from None
    if len(adresse) > LONGUEUR_COURRIEL:
        raise IdentifiantRefuse("Cette adresse est trop longue.")
    local, _, domaine = adresse.rpartition("@")
    return f"{local}@{domaine.lower()}"


def lire_courriels(texte: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Toutes les adresses d'une cellule, dans l'ordre, et ce qui n'a pas pu en être une.

    >>> lire_courriels('"Compta Z" <compta@z.example>; mailto:b@z.example')
    (('compta@z.example', 'b@z.example'), ())
    """
    lues: dict[str, None] = {}
    refuses: list[str] = []
    morceaux = (INVISIBLES.sub(" ", m).strip() for m in SEPARENT.split(texte[:LONGUEUR_CELLULE]))
    for morceau in filter(None, morceaux):
        # « Nom <adresse> » : le nom peut contenir n'importe quoi.
        entre_chevrons = re.findall(r"<([^<>]*)>", morceau)
        for mot in entre_chevrons or [m for m in morceau.split() if "@" in m] or [morceau]:
            nu = MAILTO.sub("", mot.strip(" \"'()[]<>"))
            try:
                adresse = lire_courriel(nu)
            except IdentifiantRefuse:
                refuses.append(mot)
            else:
                if adresse:
                    lues[adresse] = None
    return tuple(lues), tuple(refuses)


def _serre(texte: str) -> str:
    return re.sub(r"[.\-]", "", INVISIBLES.sub("", texte))


def _lire(module: ModuleType, texte: str, *, longueur: str, cle: str = "", forme: str = "") -> str:
    compact = _serre(texte)
    if not compact:
        return ""
    valider: Callable[[str], str] = module.validate
    try:
        return valider(compact)
    except InvalidLength:
        raise IdentifiantRefuse(longueur) from None
    except InvalidChecksum:
        raise IdentifiantRefuse(cle or longueur) from None
    except (InvalidFormat, InvalidComponent):
        raise IdentifiantRefuse(forme or longueur) from None
    except NumeroRefuse:
        raise IdentifiantRefuse(cle or longueur) from None
