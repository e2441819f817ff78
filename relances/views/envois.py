from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Panne
from relances.actions.decisions import ATTENTE_AVANT_RENVOI
from relances.enums import EtatRelance
from relances.models import Relance

MONTREES = 200


@require_GET
@habilite(Role.LECTURE)
def envois(request: RequeteHabilitee) -> HttpResponse:
    """Ce qu'une personne doit trancher : incertains, refusés, gardés faute de serveur."""
    relances = (
        Relance.objects.pour(request.creancier)
        .filter(envoi__isnull=False)
        .select_related("client", "etape", "envoi")
        .defer("envoi__octets")
        .order_by("-pk")
    )
    contexte = {
        # Ce qui, chez lui, échoue à chaque battement : les autres créanciers n'en pâtissent pas.
        "pannes": Panne.objects.pour(request.creancier).ouvertes().order_by("debut_le")[:MONTREES],
        "incertaines": relances.filter(etat=EtatRelance.INCERTAINE)[:MONTREES],
        "refusees": relances.filter(etat=EtatRelance.ECHEC)[:MONTREES],
        "gardees": relances.filter(etat=EtatRelance.PLANIFIEE, envoi__etat=EtatEnvoi.RETENU)[
            :MONTREES
        ],
        "en_attente": relances.filter(
            etat=EtatRelance.PLANIFIEE,
            envoi__etat__in=[EtatEnvoi.A_ENVOYER, EtatEnvoi.RECLAME, EtatEnvoi.DATA],
        )[:MONTREES],
        "renvoi_avant": timezone.now() - ATTENTE_AVANT_RENVOI,
        "peut_ecrire": Role(request.habilitation.role).couvre(Role.ASSISTANTE),
    }
    return render(request, "relances/envois.html", contexte)
