"""Nos propres adresses, telles que l'envoi les acceptera ; lues avec les réglages."""

from django.core.exceptions import ImproperlyConfigured

from recouvrement.courriel.regles.adresses import adresse_nue, une_adresse, une_ligne
from recouvrement.socle.erreurs import ErreurMetier

# Réservé (RFC 2606) : personne n'y répond, et rien n'en part.
SANS_ENVOI = "ne-pas-repondre@sans-envoi.invalid"


def expediteur_de_compte(donne: str, *, hote: str, part: bool) -> str:
    """Celui qu'on donne, ou ne-pas-repondre@ suivi du nom du site.

    Une adresse IP ou un nom de poste n'en font pas une adresse : si rien ne part (`part`
    faux), une adresse réservée en tient lieu ; sinon il faut la donner.
    """
    choisi = donne or f"ne-pas-repondre@{hote}"
    try:
        une_adresse(adresse_nue(choisi))
        return une_ligne(choisi, nom="EXPEDITEUR")
    except ErreurMetier as refus:
        if donne:
            raise ImproperlyConfigured(f"EXPEDITEUR vaut « {donne} » : {refus}") from None
    if part:
        raise ImproperlyConfigured(
            f"EXPEDITEUR manque : « {hote} » (SITE_URL) ne fait pas une adresse de courriel. "
            "Donnez celle qui enverra les messages de compte, comme ne-pas-repondre@exemple.fr."
        )
    return SANS_ENVOI


def adresse_de_la_copie(donnee: str) -> str:
    """La boîte témoin : fausse, elle ferait échouer chaque relance. Vide : pas de copie."""
    if not donnee:
        return ""
    try:
        return une_adresse(donnee)
    except ErreurMetier as refus:
        raise ImproperlyConfigured(f"COPIE_TEMOIN vaut « {donnee} » : {refus}") from None
