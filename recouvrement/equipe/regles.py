"""Ce qu'on accepte comme code, image ou essais à une porte, et ce qui se décide à deux."""

import struct
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from recouvrement.comptes.models import Utilisateur
from recouvrement.equipe.enums import SujetChangement
from recouvrement.equipe.erreurs import ImageRefusee, ReserveAuxVraisComptes

# Les colonnes du créancier qui ne changent qu'à deux, par sujet. Un réglage de plus (un serveur
# d'envoi à lui) n'y ajoute qu'une ligne.
CHAMPS_A_DEUX: dict[SujetChangement, tuple[str, ...]] = {
    SujetChangement.IBAN: ("iban", "bic"),
    SujetChangement.EXPEDITEUR: ("nom_expediteur", "courriel_expediteur", "courriel_reponse"),
    SujetChangement.ENVOIS: ("envois_geles",),
}
CHAMPS_SENSIBLES = frozenset(champ for champs in CHAMPS_A_DEUX.values() for champ in champs)
# Une demande oubliée ne s'approuve pas des mois plus tard ; un geste seul se défait un jour.
DUREE_DE_LA_DEMANDE = timedelta(days=7)
DUREE_POUR_DEFAIRE = timedelta(hours=24)
MEMOIRE_D_UN_DEPART = timedelta(days=7)

# Ces mots commencent déjà des adresses qui ne sont à aucun créancier.
CODES_RESERVES = frozenset(
    {
        *(
            "admin",
            "api",
            "aide",
            "changement",
            "choisir",
            "compte",
            "comptes",
            "creanciers",
            "factures",
        ),
        *("fichiers", "invitation", "journee", "media", "recherche", "sante", "static", "tableau"),
        *("clients", "relances", "contentieux", "parametres", "service", "statiques"),
        *("expediteur", "instance"),
    }
)
ESSAIS_SANS_ATTENDRE = 8
PREMIER_REPIT, REPIT_MAXIMAL = timedelta(seconds=15), timedelta(minutes=15)
TAILLE_IMAGE = 300 * 1024
COTE_MAX = 4000
PNG, JPEG = "image/png", "image/jpeg"
SIGNATURE_PNG = b"\x89PNG\r\n\x1a\n"
# Les trames JPEG qui disent les dimensions (toutes les SOF, moins DHT, JPG et DAC).
TRAMES_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def attente_entre_essais(nombre: int) -> timedelta:
    """Le répit exigé après `nombre` essais d'étrangers dans l'heure : il double à chaque fois.

    Huit essais sans attendre, puis 15 s, 30 s… un quart d'heure : jamais vingt dans l'heure.

    >>> [attente_entre_essais(n).seconds for n in (1, 7, 8, 9, 12, 20)]
    [0, 0, 15, 30, 240, 900]
    """
    if nombre < ESSAIS_SANS_ATTENDRE:
        return timedelta()
    doublements: int = 2 ** (nombre - ESSAIS_SANS_ATTENDRE)
    return min(REPIT_MAXIMAL, PREMIER_REPIT * doublements)


def exiger_le_meme_monde(acteur: Utilisateur | None, *, chez_la_demonstration: bool) -> None:
    """Ce que peut un compte au mot de passe publié ne touche rien de vrai."""
    if acteur is not None and acteur.est_demonstration and not chez_la_demonstration:
        raise ReserveAuxVraisComptes


def type_image(octets: bytes) -> str:
    """« image/png » ou « image/jpeg », lu dans le contenu ; une phrase pour tout le reste."""
    if len(octets) > TAILLE_IMAGE:
        raise ImageRefusee("Cette image dépasse 300 ko : réduisez-la.")
    if octets.startswith(SIGNATURE_PNG):
        genre, dimensions = PNG, _dimensions_png(octets)
    elif octets.startswith(b"\xff\xd8\xff"):
        genre, dimensions = JPEG, _dimensions_jpeg(octets)
    elif b"<svg" in octets[:1000].lower():
        raise ImageRefusee("Le format SVG peut contenir du code : donnez un PNG ou un JPEG.")
    else:
        raise ImageRefusee("Ce fichier n'est ni un PNG ni un JPEG.")
    if dimensions is None:
        raise ImageRefusee("Cette image est abîmée ou incomplète.")
    if not all(1 <= cote <= COTE_MAX for cote in dimensions):
        raise ImageRefusee("Cette image est trop grande : 4 000 points de côté au plus.")
    return genre


def _dimensions_png(octets: bytes) -> tuple[int, int] | None:
    if len(octets) < 45 or octets[12:16] != b"IHDR" or octets[-8:-4] != b"IEND":
        return None
    largeur, hauteur = struct.unpack(">II", octets[16:24])
    return largeur, hauteur


def _dimensions_jpeg(octets: bytes) -> tuple[int, int] | None:
    if b"\xff\xd9" not in octets[-64:]:
        return None
    position = 2
    while position + 9 < len(octets) and octets[position] == 0xFF:
        marque = octets[position + 1]
        if marque in TRAMES_SOF:
            hauteur, largeur = struct.unpack(">HH", octets[position + 5 : position + 9])
            return largeur, hauteur
        (longueur,) = struct.unpack(">H", octets[position + 2 : position + 4])
        position += 2 + longueur
    return None


def touche_a_deux(actuel: object, champs: Mapping[str, Any]) -> bool:
    """Ces valeurs changeraient-elles l'argent ou la voix de ce créancier ?"""
    return any(nom in champs and getattr(actuel, nom) != champs[nom] for nom in CHAMPS_SENSIBLES)


def partager(
    champs: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[SujetChangement, dict[str, Any]]]:
    """Ce qui s'écrit aussitôt, et ce qui se demande, sujet par sujet."""
    ordinaires = {nom: v for nom, v in champs.items() if nom not in CHAMPS_SENSIBLES}
    demandes = {
        sujet: {nom: champs[nom] for nom in noms if nom in champs}
        for sujet, noms in CHAMPS_A_DEUX.items()
    }
    return ordinaires, {sujet: valeurs for sujet, valeurs in demandes.items() if valeurs}
