from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Panne
from recouvrement.socle.listes import montrer_tableau
from relances.enums import EtatRelance
from relances.listes.courriers import tableau_des_envois
from relances.models import Relance

MONTREES = 200
EN_ATTENTE = [EtatEnvoi.A_ENVOYER, EtatEnvoi.RECLAME, EtatEnvoi.DATA]
PARTIES = (
    (
        "Incertains, à trancher",
        "Partis ou non : la ligne s’est coupée. Rien ne repart de soi-même.",
        Q(etat=EtatRelance.INCERTAINE),
    ),
    (
        "Non partis",
        "Le serveur a dit non, ou le message n’a pu se faire : la réponse dit pourquoi. "
        "Corrigez, puis renvoyez.",
        Q(etat=EtatRelance.ECHEC),
    ),
    (
        "Gardés",
        "Composés alors qu’aucun serveur d’envoi n’était réglé.",
        Q(etat=EtatRelance.PLANIFIEE, envoi__etat=EtatEnvoi.RETENU),
    ),
    (
        "Vont partir",
        "Aux prochaines heures d’envoi, si rien ne s’y oppose d’ici là.",
        Q(etat=EtatRelance.PLANIFIEE, envoi__etat__in=EN_ATTENTE),
    ),
)


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
    # Ce qui, chez lui, échoue à chaque battement : les autres créanciers n'en pâtissent pas.
    pannes = list(Panne.objects.pour(request.creancier).ouvertes().order_by("debut_le")[:MONTREES])
    parties = [
        (titre, phrase, lignes)
        for titre, phrase, condition in PARTIES
        if (lignes := list(relances.filter(condition)[:MONTREES]))
    ]
    contexte = {
        "pannes": pannes,
        "parties": [
            (phrase, montrer_tableau(tableau_des_envois(request.creancier.code, titre), lignes))
            for titre, phrase, lignes in parties
        ],
    }
    return render(request, "relances/envois.html", contexte)
