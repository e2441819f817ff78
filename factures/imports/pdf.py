"""Retrouver dans un PDF la facture XML qui y est jointe (Factur-X, ZUGFeRD, XRechnung)."""

import io
import re

from pypdf import PdfReader
from pypdf.generic import EmbeddedFile

from factures.imports.fichiers import PLAFOND_XML
from factures.imports.noeuds import Releve
from factures.imports.types import FactureLue
from factures.imports.xml import lire_xml
from recouvrement.socle.tableur import FichierIllisible

NOMS_CONNUS = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "invoice.xml")
SANS_XML = (
    "Ce PDF ne contient pas de facture électronique (Factur-X) : saisissez-la, "
    "ou importez-la par un tableur."
)
ABIME = "Ce PDF est abîmé ou tronqué."


def lire_pdf(octets: bytes) -> tuple[FactureLue, Releve]:
    lecteur = _ouvrir(octets)
    jointes = _pieces_jointes(lecteur)
    if not jointes:
        raise FichierIllisible(SANS_XML)
    if "order-x.xml" in jointes and not set(NOMS_CONNUS) & set(jointes):
        raise FichierIllisible("Ce PDF porte une commande (Order-X), pas une facture.")
    candidates = [nom for nom in NOMS_CONNUS if nom in jointes] or [
        nom for nom in jointes if nom.endswith(".xml")
    ]
    if not candidates:
        raise FichierIllisible(SANS_XML)
    nom = candidates[0]
    facture, releve = lire_xml(_contenu(jointes[nom]))
    _signaler_ecarts(lecteur, jointes[nom], releve)
    return facture, releve


def _ouvrir(octets: bytes) -> PdfReader:
    try:
        lecteur = PdfReader(io.BytesIO(octets))
        chiffre = lecteur.is_encrypted
        # Sans mot de passe à l'ouverture, le chiffrement ne protège que l'impression.
        ouvert = not chiffre or bool(lecteur.decrypt(""))
        _ = ouvert and lecteur.root_object
    except MemoryError:
        raise
    except Exception as erreur:  # pypdf lève de tout sur un fichier hostile
        raise FichierIllisible(ABIME) from erreur
    if not ouvert:
        raise FichierIllisible("Ce PDF est protégé par un mot de passe.")
    return lecteur


def _pieces_jointes(lecteur: PdfReader) -> dict[str, EmbeddedFile]:
    try:
        return {_nom(piece): piece for piece in lecteur.attachment_list}
    except MemoryError:
        raise
    except Exception as erreur:  # pypdf lève de tout sur un fichier hostile
        raise FichierIllisible(ABIME) from erreur


def _nom(piece: EmbeddedFile) -> str:
    """Le nom en minuscules ; abîmé, pypdf le rend en octets."""
    nom = piece.name
    return (nom.decode("latin-1") if isinstance(nom, bytes) else str(nom)).lower()


def _contenu(piece: EmbeddedFile) -> bytes:
    try:
        contenu = piece.content
        octets = contenu if isinstance(contenu, bytes) else str(contenu).encode()
    except MemoryError:
        raise
    except Exception as erreur:  # pypdf lève de tout sur un fichier hostile
        raise FichierIllisible("Le XML joint à ce PDF ne peut pas être extrait.") from erreur
    if len(octets) > PLAFOND_XML:
        raise FichierIllisible("Le XML joint à ce PDF est démesuré : il est refusé.")
    return octets


def _signaler_ecarts(lecteur: PdfReader, piece: EmbeddedFile, releve: Releve) -> None:
    """Les écarts à Factur-X qui n'empêchent pas de lire, mais que l'émetteur doit connaître."""
    try:
        racine = lecteur.root_object
        intentions = "/OutputIntents" in racine
        metadonnees = racine.get("/Metadata")
        xmp = metadonnees.get_object().get_data() if metadonnees is not None else b""
        relation = "/AFRelationship" in piece.pdf_object
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 -- pypdf lève de tout sur un fichier hostile
        releve.signaler("pdf", "Les métadonnées de ce PDF sont illisibles.")
        return
    if not relation:
        releve.signaler("pdf", "Le XML joint ne déclare pas sa relation (AFRelationship absent).")
    if not re.search(rb"(?i)factur-x|zugferd|xrechnung|CrossIndustryDocument", xmp):
        releve.signaler("pdf", "Ce PDF ne déclare pas Factur-X dans ses métadonnées XMP.")
    if not intentions:
        releve.signaler("pdf", "Ce PDF n'est pas un PDF/A-3 (OutputIntent absent).")
