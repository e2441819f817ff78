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
SE_REPRENNENT = frozenset({EtatRelance.PLANIFIEE, EtatRelance.ANNULEE})
RESERVE = "Ouvrir un dossier est réservé au gestionnaire : prévenez-le."


@dataclass(frozen=True, slots=True)
class Bouton:
    """Le bouton d'une étape faite par une personne ; sans adresse, ce qui l'empêche."""

    mot: str
    adresse: str = ""
    icone: str = ""


@dataclass(frozen=True, slots=True)
class Decider:
    gabarit: str
    est_a_valider: bool
    se_retient: bool
    # La validation ou l'annulation sur laquelle on peut encore revenir.
    geste_id: int | None
    # Composé, mais gardé faute de serveur : il peut repartir.
    est_garde: bool
    pas_avant: datetime | None
    renvoi_attend: bool
    bouton: Bouton | None
    # S'il n'y a pas de message à montrer.
    sans_message: str
    # Le script de l'appel, ses valeurs mises.
    a_dire: str


def decider(
    relance: Relance,
    *,
    renvoi_le: datetime | None,
    maintenant: datetime,
    peut_decider: bool,
    a_dire: str = "",
) -> Decider:
    envoi, canal = relance.envoi, relance.canal
    est_courriel = canal == Canal.COURRIEL
    return Decider(
        gabarit=GABARITS.get(relance.etat, ""),
        est_a_valider=relance.etat == EtatRelance.A_VALIDER,
        se_retient=relance.etat in SE_RETIENNENT,
        geste_id=relance.decision_geste_id if relance.etat in SE_REPRENNENT else None,
        est_garde=envoi is not None and envoi.etat == EtatEnvoi.RETENU,
        pas_avant=envoi.pas_avant if envoi and envoi.etat == EtatEnvoi.A_ENVOYER else None,
        renvoi_attend=renvoi_le is not None and maintenant < renvoi_le,
        bouton=_bouton(relance, peut_decider) if relance.etat == EtatRelance.A_FAIRE else None,
        sans_message="Ce message n’a pas encore été composé."
        if est_courriel
        else f"{relance.get_canal_display()} : cette étape se fait par une personne.",
        a_dire=a_dire,
    )


def _bouton(relance: Relance, peut_decider: bool) -> Bouton:
    def vers(nom: str, pk: int) -> str:
        return reverse(nom, args=[relance.creancier.code, pk])

    client = relance.client_id
    match relance.canal:
        case Canal.TELEPHONE:
            return Bouton("Appeler", vers("accueil:appel", client), "appel")
        case Canal.COURRIER | Canal.RECOMMANDE:
            return Bouton("Préparer la lettre", vers("relances:lettre", relance.pk), "lettre")
        case Canal.MISE_EN_DEMEURE:
            return Bouton("Préparer la mise en demeure", vers("relances:mise_en_demeure", client))
        case Canal.CONTENTIEUX if peut_decider:
            return Bouton("Ouvrir un dossier", vers("contentieux:ouvrir", client))
        case Canal.CONTENTIEUX:
            return Bouton(RESERVE)
    return Bouton("Corriger l’adresse", vers("clients:contacts", client))
