from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from recouvrement.accueil.actions import enregistrer_vue, oublier_vue
from recouvrement.accueil.contexte import PAGES_A_VUES
from recouvrement.accueil.forms import VueForm
from recouvrement.accueil.models import VueEnregistree
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import annoncer_un_refus, refus_annonce


@require_POST
@habilite(Role.LECTURE)
def enregistrer(request: RequeteHabilitee) -> HttpResponse:
    """Chacun garde ses filtres ; qui ne fait que lire aussi."""
    form = VueForm(request.POST)
    if not form.is_valid():
        phrase = " ".join(str(e) for erreurs in form.errors.values() for e in erreurs)
        annoncer_un_refus(request, phrase)
        page = form.cleaned_data.get("page", VueEnregistree.Page.FACTURES)
        return redirect(_liste(request, page, ""))
    with refus_annonce(request):
        vue = enregistrer_vue(request.creancier, acteur=request.user, **form.cleaned_data)
        annoncer(request, f"Vue « {vue.nom} » enregistrée.")
    return redirect(_liste(request, form.cleaned_data["page"], form.cleaned_data["requete"]))


@require_POST
@habilite(Role.LECTURE)
def oublier(request: RequeteHabilitee, pk: int) -> HttpResponse:
    siennes = VueEnregistree.objects.pour(request.creancier).filter(utilisateur=request.user)
    vue = get_object_or_404(siennes, pk=pk)
    page, nom = vue.page, vue.nom
    oublier_vue(vue, acteur=request.user)
    annoncer(request, f"Vue « {nom} » oubliée.")
    return redirect(_liste(request, page, ""))


def _liste(request: RequeteHabilitee, page: str, requete: str) -> str:
    noms = {page: nom for nom, page in PAGES_A_VUES.items()}
    url = reverse(noms[page], args=[request.creancier.code])
    return f"{url}?{requete}" if requete else url
