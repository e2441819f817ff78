"""Ce qu'on accepte comme code, comme image de lettre, comme essais à une porte."""

import ipaddress
import struct
from datetime import timedelta

from recouvrement.comptes.models import Utilisateur
from recouvrement.equipe.erreurs import ImageRefusee, ReserveAuxVraisComptes

# Ces mots commencent déjà des adresses qui ne sont à aucun créancier.
CODES_RESERVES = frozenset(
    {
        *("admin", "api", "aide", "choisir", "compte", "comptes", "creanciers", "factures"),
        *("fichiers", "invitation", "journee", "media", "recherche", "sante", "static", "tableau"),
        *("clients", "relances", "contentieux", "parametres", "statiques", "expediteur"),
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
    return min(REPIT_MAXIMAL, PREMIER_REPIT * 2 ** (nombre - ESSAIS_SANS_ATTENDRE))


def exiger_le_meme_monde(acteur: Utilisateur | None, *, chez_la_demonstration: bool) -> None:
    """Ce que peut un compte au mot de passe publié ne touche rien de vrai."""
    if acteur is not None and acteur.est_demonstration and not chez_la_demonstration:
        raise ReserveAuxVraisComptes


def vient_de_ce_poste(*, ip: str, relayee_pour: str, hote: str) -> bool:
    """La connexion, chacun de ses relais et le nom demandé sont tous la boucle locale.

    >>> vient_de_ce_poste(ip="127.0.0.1", relayee_pour="", hote="localhost:8000")
    True
    >>> vient_de_ce_poste(ip="127.0.0.1", relayee_pour="192.0.2.7", hote="localhost")
    False
    """
    nom = hote.rpartition("]")[0].lstrip("[") if hote.startswith("[") else hote.partition(":")[0]
    relais = [partie.strip() for partie in relayee_pour.split(",") if partie.strip()]
    return (nom == "localhost" or _est_locale(nom)) and all(map(_est_locale, [ip, *relais]))


def _est_locale(adresse: str) -> bool:
    try:
        return ipaddress.ip_address(adresse).is_loopback
    except ValueError:
        return False


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
