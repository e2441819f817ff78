"""Les messages qui portent un lien personnel : on les suit, sans donner ce lien à lire."""

import re
from dataclasses import dataclass

from django.db.models import QuerySet

from recouvrement.courriel.enums import EtatEnvoi, NatureEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.regles.analyse import analyser
from recouvrement.equipe.models import Invitation
from recouvrement.socle.formats import moment

LIEN_A_TRANSMETTRE = re.compile(r"(https?://\S*?/(?:invitation|password/reset/key)/)\S+")
# L'un prouve qu'on lit cette boîte, l'autre rend la main à qui la lit : personne d'autre.
LIEN_DE_LA_BOITE = re.compile(r"(https?://\S*?/(?:expediteur|changement)/)\S+")
TONS = {
    EtatEnvoi.ENVOYE: "solde",
    EtatEnvoi.ECHEC: "demeure",
    EtatEnvoi.INCERTAIN: "demeure",
    EtatEnvoi.RETENU: "echu",
}


@dataclass(frozen=True, slots=True)
class MessageDeCompte:
    envoi: Envoi
    texte: str
    # Il y a un lien, il est caché, et personne d'autre ne peut le transmettre.
    a_montrer: bool
    # Il y a un lien, et il ne se montre à personne d'autre que la boîte qui le reçoit.
    a_taire: bool

    @property
    def ton(self) -> str:
        return TONS.get(EtatEnvoi(self.envoi.etat), "")


def messages_de_compte() -> QuerySet[Envoi]:
    return Envoi.objects.de_compte().defer("octets")


def message_de_compte(envoi: Envoi, *, en_clair: bool = False) -> MessageDeCompte:
    lu = analyser(bytes(envoi.octets)).texte if envoi.octets else ""
    texte = LIEN_DE_LA_BOITE.sub(r"\1…", lu)
    cache = LIEN_A_TRANSMETTRE.sub(r"\1…", texte)
    garde = envoi.etat == EtatEnvoi.RETENU
    return MessageDeCompte(
        envoi,
        texte=texte if en_clair and garde else cache,
        a_montrer=garde and cache != texte and not en_clair,
        a_taire=texte != lu,
    )


def suite_du_courriel(envoi: Envoi | None) -> tuple[str, str]:
    """Où en est le courriel d'une invitation : la phrase, et son ton."""
    if envoi is None:
        return "", ""
    match EtatEnvoi(envoi.etat):
        case EtatEnvoi.RETENU:
            return (
                "Le courriel n’est pas parti : aucun serveur d’envoi. Réinvitez pour obtenir une "
                "nouvelle adresse à transmettre.",
                "",
            )
        case EtatEnvoi.ECHEC:
            return f"Courriel refusé : {envoi.reponse}", "demeure"
        case EtatEnvoi.INCERTAIN:
            return (
                "Le courriel est peut-être parti, peut-être pas : demandez-lui, ou réinvitez.",
                "demeure",
            )
        case EtatEnvoi.ENVOYE if envoi.fini_a:
            return f"Courriel envoyé le {moment(envoi.fini_a)}.", ""
    return "Le courriel part au prochain envoi.", ""


def courriels_des(invitations: list[Invitation]) -> dict[int, Envoi]:
    """Où en est le courriel de chaque invitation, en une requête."""
    cles = {f"invitation:{invitation.pk}": invitation for invitation in invitations}
    creanciers = {invitation.creancier_id for invitation in invitations}
    envois = Envoi.objects.parmi(creanciers).filter(nature=NatureEnvoi.INVITATION, cle__in=cles)
    return {cles[envoi.cle].pk: envoi for envoi in envois.defer("octets")}
