"""Lire une facture XML sans rien croire de ce qu'elle demande : ni DTD, ni entité, ni réseau."""

import re

from lxml import etree

from factures.imports.cii import RACINES as RACINES_CII
from factures.imports.cii import lire_cii
from factures.imports.noeuds import Releve
from factures.imports.types import FactureLue
from factures.imports.ubl import RACINES as RACINES_UBL
from factures.imports.ubl import lire_ubl
from recouvrement.socle.tableur.lecture import FichierIllisible

_ENCODAGE = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def lire_xml(octets: bytes) -> tuple[FactureLue, Releve]:
    """La facture et ce qu'on a relevé en la lisant ; FichierIllisible si ce n'en est pas une."""
    racine = analyser(octets)
    balise = etree.QName(racine)
    if balise.localname in RACINES_CII:
        return lire_cii(racine)
    if balise.localname in RACINES_UBL and "oasis" in (balise.namespace or ""):
        return lire_ubl(racine)
    if "CrossIndustryOrder" in balise.localname or "SCRDMCCBDACIOMessage" in balise.localname:
        raise FichierIllisible("Ce document est une commande (Order-X), pas une facture.")
    raise FichierIllisible(
        f"Ce XML n'est pas une facture CII ou UBL (racine « {balise.localname[:40]} »)."
    )


def analyser(octets: bytes) -> etree._Element:
    _verifier_encodage(octets)
    if b"<!DOCTYPE" in octets[:65_536] or b"<!ENTITY" in octets[:65_536]:
        raise FichierIllisible(DOCTYPE)
    analyseur = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        racine = etree.fromstring(octets, analyseur)
    except etree.XMLSyntaxError as erreur:
        raise FichierIllisible(_phrase(erreur)) from erreur
    except (ValueError, LookupError) as erreur:
        raise FichierIllisible("Ce XML est mal formé.") from erreur
    # Un DOCTYPE en UTF-16 échappe à la recherche d'octets.
    if racine.getroottree().docinfo.doctype:
        raise FichierIllisible(DOCTYPE)
    return racine


DOCTYPE = "Ce XML contient une déclaration DOCTYPE ou des entités : il est refusé par sécurité."


def _verifier_encodage(octets: bytes) -> None:
    declare = _ENCODAGE.search(octets[:200])
    encodage = declare[1].decode("ascii").lower() if declare else "utf-8"
    if encodage not in ("utf-8", "utf8") or octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError as erreur:
        ligne = octets.count(b"\n", 0, erreur.start) + 1
        raise FichierIllisible(
            f"Ce XML se dit encodé en UTF-8 mais ne l'est pas (ligne {ligne}) : "
            "les accents seraient illisibles."
        ) from erreur


def _phrase(erreur: etree.XMLSyntaxError) -> str:
    message = str(erreur)
    lieu = f" (ligne {erreur.lineno})" if erreur.lineno else ""
    if "ncoding" in message:
        return f"L'encodage annoncé par ce XML n'est pas le sien{lieu}."
    if re.search(r"remature end|EndTag|not found|Couldn't find end|GT required", message):
        return f"Ce XML est tronqué ou mal formé{lieu}."
    if re.search(r"huge|depth|limit|too long|entity", message, re.IGNORECASE):
        return f"Ce XML dépasse les limites admises{lieu} : il est refusé par sécurité."
    return f"Ce XML est mal formé{lieu}."
