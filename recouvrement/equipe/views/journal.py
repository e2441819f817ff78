"""Le journal : celui d'un créancier, celui de l'instance, et ce que dit sa vérification."""

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from recouvrement.comptes.acces import RequeteHabilitee, administre, habilite
from recouvrement.comptes.enums import Role
from recouvrement.equipe.listes import journal_de_l_instance, journal_du_creancier
from recouvrement.equipe.views.creanciers import rendre
from recouvrement.journal.chaine import INSTANCE
from recouvrement.journal.lectures import etat_de_la_chaine, etat_du_journal
from recouvrement.journal.veille import demander_la_verification
from recouvrement.socle.listes import emporter, montrer
from recouvrement.socle.pages.annonces import annoncer


@require_GET
@habilite(Role.GESTIONNAIRE)
def du_creancier(request: RequeteHabilitee) -> HttpResponse:
    contexte = {
        "liste": montrer(journal_du_creancier(request.creancier), request.GET),
        "chaine": etat_de_la_chaine(request.creancier.pk),
    }
    return rendre(request, "equipe/journal.html", contexte, vue="equipe:journal")


@require_GET
@administre
def de_l_instance(request: HttpRequest) -> HttpResponse:
    contexte = {
        "liste": montrer(journal_de_l_instance(au=timezone.localdate()), request.GET),
        "chaine": etat_de_la_chaine(INSTANCE),
        "etat": etat_du_journal(),
    }
    return render(request, "equipe/journal_instance.html", contexte)


@require_POST
@administre
def verifier(request: HttpRequest) -> HttpResponse:
    demander_la_verification()
    annoncer(request, "Le journal sera relu en entier dans la minute.")
    return redirect("equipe:journal_instance")


@require_GET
@administre
def exporter(request: HttpRequest, genre: str) -> HttpResponseBase:
    return emporter(request, journal_de_l_instance(au=timezone.localdate(), propose=False), genre)
