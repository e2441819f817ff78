"""Où se fait une action de Ma journée : le bouton de sa fiche."""

from django.urls import reverse

from recouvrement.accueil.lectures.action import Action
from relances.enums import Canal
from relances.lectures.decider import RESERVE, Bouton
from relances.models import Courrier, Relance


def bouton_de(action: Action, *, peut_ecrire: bool, peut_decider: bool) -> Bouton | None:
    """None : l'action se fait sur la fiche même (un appel, une promesse à constater)."""

    def vers(nom: str, pk: int) -> str:
        return reverse(nom, args=[action.creancier.code, pk])

    if action.lien:
        return Bouton(action.mot, action.lien)
    match action.genre:
        case "heure" | "promesse" | "appel" | "fin":
            return None
        case "poste" if action.objet_id < 0:
            courrier = Courrier.objects.pour(action.creancier).get(pk=-action.objet_id)
            return Bouton("Ouvrir le courrier", vers("relances:courrier", courrier.pk))
        case "corriger" if action.objet_id < 0:
            corriger = vers("clients:modifier", action.client_id)
            return Bouton("Revoir l’adresse", corriger) if peut_ecrire else None
    relance = Relance.objects.pour(action.creancier).get(pk=action.objet_id)
    match action.genre:
        case "poste":
            return Bouton("Préparer la lettre", vers("relances:lettre", relance.pk))
        case "decider" if relance.canal == Canal.MISE_EN_DEMEURE:
            demeure = vers("relances:mise_en_demeure", action.client_id)
            return Bouton("Préparer la mise en demeure", demeure)
        case "decider" if peut_decider:
            return Bouton("Ouvrir un dossier", vers("contentieux:ouvrir", action.client_id))
        case "decider":
            return Bouton(RESERVE)
    return Bouton("Ouvrir le message", vers("relances:relance", relance.pk))
