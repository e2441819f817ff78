"""Qui vend et qui achète, au regard du créancier : une facture d'achat n'est pas sa créance."""

from clients.regles import noyau
from factures.imports.identites import decrire, memes_mots, se_contredisent, siren_de, tva_etrangere
from factures.imports.types import PartieLue
from recouvrement.comptes.models import Creancier


def est_le_creancier(partie: PartieLue, creancier: Creancier) -> bool:
    """Un SIREN ou une TVA décident ; le nom, seulement quand ni l'un ni l'autre ne se comparent."""
    return _compare(partie, creancier) is True


def est_un_autre_vendeur(vendeur: PartieLue, creancier: Creancier) -> bool:
    """Faux pour un tableur, qui ne nomme pas son vendeur."""
    return _compare(vendeur, creancier) is False


def _compare(partie: PartieLue, creancier: Creancier) -> bool | None:
    """None : cette partie n'est pas nommée."""
    sien = siren_de(creancier.siren, creancier.siret, creancier.tva)
    sirens = {partie.siren, partie.siret[:9], siren_de("", "", partie.tva)} - {""}
    if sien and sirens:
        return sirens == {sien}
    etrangeres = tva_etrangere(partie.tva), tva_etrangere(creancier.tva)
    if all(etrangeres):
        return not se_contredisent(*etrangeres)
    if not noyau(partie.nom):
        return None
    return memes_mots(partie.nom, creancier.nom)


def cle_du_vendeur(vendeur: PartieLue) -> str:
    """Ce qu'une personne admet, une fois pour toutes ses factures d'un dépôt."""
    siren = siren_de(vendeur.siren, vendeur.siret, vendeur.tva)
    return siren or vendeur.tva or noyau(vendeur.nom)


def decrire_partie(partie: PartieLue) -> str:
    """« Fournisseur Bois SA » (SIREN 900 300 401)."""
    siren = siren_de(partie.siren, partie.siret, partie.tva)
    if siren or not partie.tva:
        return decrire(partie.nom or "sans nom", siren=siren)
    return f"« {partie.nom or 'sans nom'} » (TVA {partie.tva})"
