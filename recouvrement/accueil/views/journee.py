from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from clients.models import Client
from factures.lectures.taux import taux_manquants
from recouvrement.accueil.lectures.action import Action
from recouvrement.accueil.lectures.boutons import bouton_de
from recouvrement.accueil.lectures.journee import (
    CANAUX,
    ma_journee,
)
from recouvrement.accueil.lectures.service import avis_sur_les_envois
from recouvrement.accueil.views.appel import de_quoi_appeler
from recouvrement.accueil.views.commun import expediteurs_a_regler
from recouvrement.comptes.acces import (
    RequeteConnectee,
    RequeteHabilitee,
    connecte,
    creanciers_de,
    habilitations_de,
    habilite,
    ou_elle_agit,
)
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier


@require_GET
@connecte
def journee(request: RequeteConnectee) -> HttpResponse:
    return _journee(request, creanciers_de(request))


@require_GET
@habilite(Role.LECTURE)
def journee_creancier(request: RequeteHabilitee) -> HttpResponse:
    return _journee(request, [request.creancier])


def _journee(request: RequeteConnectee, creanciers: list[Creancier]) -> HttpResponse:
    """La file à gauche, la fiche de l'action choisie à droite."""
    maintenant = timezone.now()
    canal = request.GET.get("canal", "")
    canal = canal if canal in CANAUX else ""
    chez_qui = request.GET.get("creancier", "")
    chez_qui = chez_qui if any(c.code == chez_qui for c in creanciers) else ""
    file = ma_journee(
        creanciers, maintenant=maintenant, canal=canal, chez_qui=chez_qui, compter=True
    )
    filtre = urlencode({n: v for n, v in (("canal", canal), ("creancier", chez_qui)) if v})
    action = file.choisie(request.GET.get("action", ""))
    contexte = {
        "journee": file,
        "canal": canal,
        "chez_qui": chez_qui,
        "filtre": f"{filtre}&" if filtre else "",
        "creanciers": creanciers,
        "action": action,
        "aujourdhui": timezone.localdate(),
        "manque": taux_manquants(au=timezone.localdate()),
        "a_completer": file.clients_a_completer,
        "envois": avis_sur_les_envois(ou_elle_agit(request, creanciers), maintenant=maintenant),
        "expediteurs": expediteurs_a_regler(request, creanciers),
    }
    if action is not None:
        contexte |= _fiche(request, action)
        suivante = file.suivante(action)
        contexte["ici"] = f"{request.path}?{contexte['filtre']}action={action.cle}"
        contexte["suivant"] = f"{request.path}?{contexte['filtre']}" + (
            f"action={suivante.cle}" if suivante else ""
        )
    return render(request, "accueil/journee.html", contexte)


def _fiche(request: RequeteConnectee, action: Action) -> dict[str, Any]:
    client = Client.objects.pour(action.creancier).get(pk=action.client_id)
    client.creancier = action.creancier
    role = Role(next(h.role for h in habilitations_de(request) if h.creancier == action.creancier))
    peut_ecrire = role.couvre(Role.ASSISTANTE)
    peut_decider = role.couvre(Role.GESTIONNAIRE)
    return de_quoi_appeler(client, request.user, role) | {
        "bouton": bouton_de(action, peut_ecrire=peut_ecrire, peut_decider=peut_decider),
        "se_classe": peut_ecrire and action.genre == "heure",
        "se_decide": peut_ecrire and action.genre == "fin",
        "se_constate": peut_ecrire and action.genre == "promesse",
    }
