"""Ce que la page d'une relance propose à une personne, selon où elle en est."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from recouvrement.courriel.enums import EtatEnvoi
from relances.enums import Canal, EtatRelance
from relances.models import Relance

# Chaque état qui attend quelqu'un a sa partie de page.
GABARITS: dict[str, str] = {
    EtatRelance.A_VALIDER: "relances/_valider.html",
    EtatRelance.PLANIFIEE: "relances/_attendre.html",
    EtatRelance.INCERTAINE: "relances/_trancher.html",
    EtatRelance.ECHEC: "relances/_renvoyer.html",
    EtatRelance.A_FAIRE: "relances/_faire.html",
}
SE_RETIENNENT = frozenset(GABARITS) - {EtatRelance.INCERTAINE}
RESERVE = "Ouvrir un dossier est réservé au gestionnaire : prévenez-le."


@dataclass(frozen=True, slots=True)
class Geste:
    """Le bouton d'une étape faite par une personne ; sans adresse, ce qui l'empêche."""

    mot: str
    adresse: str = ""
    icone: str = ""


@dataclass(frozen=True, slots=True)
class Decider:
    gabarit: str
    est_a_valider: bool
    se_retient: bool
    # Composé, mais gardé faute de serveur : il peut repartir.
    est_garde: bool
    pas_avant: datetime | None
    renvoi_attend: bool
    geste: Geste | None
    # S'il n'y a pas de message à montrer.
    sans_message: str
    a_dire: str


def decider(
    relance: Relance, *, renvoi_le: datetime | None, maintenant: datetime, peut_decider: bool
) -> Decider:
    envoi, canal = relance.envoi, relance.canal
    est_courriel = canal == Canal.COURRIEL
    return Decider(
        gabarit=GABARITS.get(relance.etat, ""),
        est_a_valider=relance.etat == EtatRelance.A_VALIDER,
        se_retient=relance.etat in SE_RETIENNENT,
        est_garde=envoi is not None and envoi.etat == EtatEnvoi.RETENU,
        pas_avant=envoi.pas_avant if envoi and envoi.etat == EtatEnvoi.A_ENVOYER else None,
        renvoi_attend=renvoi_le is not None and maintenant < renvoi_le,
        geste=_geste(relance, peut_decider) if relance.etat == EtatRelance.A_FAIRE else None,
        sans_message="Ce message n’a pas encore été composé."
        if est_courriel
        else f"{relance.get_canal_display()} : cette étape se fait par une personne.",
        a_dire=relance.etape.texte if relance.etape and canal == Canal.TELEPHONE else "",
    )


def _geste(relance: Relance, peut_decider: bool) -> Geste:
    def vers(nom: str, pk: int) -> str:
        return reverse(nom, args=[relance.creancier.code, pk])

    client = relance.client_id
    match relance.canal:
        case Canal.TELEPHONE:
            return Geste("Appeler", vers("relances:appel", client), "appel")
        case Canal.COURRIER | Canal.RECOMMANDE:
            return Geste("Préparer la lettre", vers("relances:lettre", relance.pk), "lettre")
        case Canal.MISE_EN_DEMEURE:
            return Geste("Préparer la mise en demeure", vers("relances:mise_en_demeure", client))
        case Canal.CONTENTIEUX if peut_decider:
            return Geste("Ouvrir un dossier", vers("contentieux:ouvrir", client))
        case Canal.CONTENTIEUX:
            return Geste(RESERVE)
    return Geste("Corriger l’adresse", vers("clients:contacts", client))
