"""Retrouver dans un PDF la facture XML qui y est jointe (Factur-X, ZUGFeRD, XRechnung)."""

import io
import re

from pypdf import PdfReader
from pypdf.generic import EmbeddedFile

from factures.imports.fichiers import PLAFOND_XML
from factures.imports.noeuds import Releve
from factures.imports.types import FactureLue
from factures.imports.xml import lire_xml
from recouvrement.documents.pdf.demandes import trop_de_pages
from recouvrement.documents.pdf.lecture import inventaire
from recouvrement.socle.tableur.lecture import FichierIllisible

NOMS_CONNUS = ("factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml", "invoice.xml")
SANS_XML = (
    "Ce PDF ne contient pas de facture électronique (Factur-X) : saisissez-la, "
    "ou importez-la par un tableur."
)
# Ce qu'il faut avoir vu pour parcourir tout le document : un nom d'action, un nom échappé, ou des
# objets compressés où ils se cacheraient.
SUSPECT = re.compile(
    rb"/(ObjStm|JavaScript|JS|Launch|AA|XFA|RichMedia|SubmitForm|ImportData|GoTo[RE]|Rendition"
    rb"|Movie|Sound|Screen|FileAttachment)\b|/[^\s/<>\[\](){}%]*#[0-9A-Fa-f]{2}"
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
    _refuser_ecarts(lecteur, jointes[nom], releve)
    _examiner(lecteur, octets, releve)
    return facture, releve


def _examiner(lecteur: PdfReader, octets: bytes, releve: Releve) -> None:
    """Le PDF devient une pièce : ses pages, et ce qui agirait à l'ouverture."""
    try:
        releve.pages = 0 if lecteur.is_encrypted else len(lecteur.pages)
        releve.actif = bool(SUSPECT.search(octets)) and bool(inventaire(lecteur.root_object))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 -- pypdf lève de tout sur un fichier hostile
        releve.pages, releve.actif = 0, True
    if phrase := trop_de_pages(releve.pages):
        raise FichierIllisible(phrase)


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
    return _en_texte(piece.name).lower()


def _en_texte(nom: str | bytes) -> str:
    """Abîmé, pypdf le rend en octets, quoi qu'en dise son type."""
    return nom.decode("latin-1") if isinstance(nom, bytes) else str(nom)


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


def _refuser_ecarts(lecteur: PdfReader, piece: EmbeddedFile, releve: Releve) -> None:
    """Les écarts à Factur-X : la facture se lit, mais le PDF n'en est pas une en bonne forme."""
    try:
        racine = lecteur.root_object
        couleurs = "/OutputIntents" in racine or _couleurs_par_page(lecteur)
        metadonnees = racine.get("/Metadata")
        xmp = metadonnees.get_object().get_data() if metadonnees is not None else b""
        relation = "/AFRelationship" in piece.pdf_object
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 -- pypdf lève de tout sur un fichier hostile
        releve.signaler("pdf", "Les métadonnées de ce PDF sont illisibles.")
        return
    if not relation:
        phrase = "Le XML joint ne déclare pas sa relation au PDF (AFRelationship absent)."
        releve.refuser("pdf", phrase, levable=True)
    if not re.search(rb"(?i)factur-x|zugferd|xrechnung|CrossIndustryDocument", xmp):
        phrase = "Ce PDF ne déclare pas Factur-X dans ses métadonnées XMP."
        releve.refuser("pdf", phrase, levable=True)
    if not couleurs:
        # Signalé seulement : la plupart des générateurs l'omettent, et rien de la dette n'y tient.
        releve.signaler("pdf", "Ce PDF n'est pas un PDF/A-3 (OutputIntent absent).")


def _couleurs_par_page(lecteur: PdfReader) -> bool:
    """PDF/A admet l'absence d'OutputIntent si la page dit elle-même ses couleurs."""
    ressources = lecteur.pages[0].get("/Resources")
    espaces = ressources.get_object().get("/ColorSpace") if ressources is not None else None
    noms = espaces.get_object() if espaces is not None else {}
    return any(str(nom).startswith("/Default") for nom in noms)
