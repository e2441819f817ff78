"""Prouver l'adresse d'expéditeur : la demande d'un gestionnaire, la réponse de qui lit la boîte."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from recouvrement.comptes.acces import RequeteConnectee, RequeteHabilitee, administre, habilite
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier
from recouvrement.equipe import actions
from recouvrement.equipe.forms import QuotaForm
from recouvrement.equipe.lectures.expediteurs import partis_aujourd_hui
from recouvrement.equipe.models import VerificationExpediteur
from recouvrement.equipe.views.creanciers import page_des_envois
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_a_montrer, refus_dans


@require_POST
@habilite(Role.GESTIONNAIRE)
def verifier(request: RequeteHabilitee) -> HttpResponse:
    """Envoyer, ou renvoyer, le message de vérification."""
    with refus_a_montrer() as refus:
        verification = actions.demander_la_preuve(
            request.creancier, acteur=request.user, maintenant=timezone.now()
        )
        annoncer(request, f"Un message de vérification part à {verification.adresse}.")
        return redirect("equipe:envois", request.creancier.code)
    return page_des_envois(request, refus=refus.phrase)


@require_http_methods(["GET", "POST"])
def confirmer(request: HttpRequest, jeton: str) -> HttpResponse:
    """Lire ne prouve rien : un antivirus qui ouvre le lien ne confirme pas à la place des gens."""
    maintenant = timezone.now()
    preuves = VerificationExpediteur.objects.par_jeton(jeton)
    trouvee = preuves.select_related("creancier", "demandee_par").first()
    if trouvee is None or not trouvee.est_ouverte(maintenant=maintenant):
        return render(request, "equipe/expediteur_clos.html", {"refus": ""}, status=410)
    if request.method == "GET":
        return render(request, "equipe/expediteur.html", {"verification": trouvee})
    par = request.user if request.user.is_authenticated else None
    with refus_a_montrer() as refus:
        actions.confirmer_l_expediteur(trouvee, par=par, maintenant=maintenant)
        return render(request, "equipe/expediteur_confirme.html", {"verification": trouvee})
    return render(request, "equipe/expediteur_clos.html", {"refus": refus.phrase}, status=410)


@require_http_methods(["GET", "POST"])
@administre
def quota(request: RequeteConnectee, pk: int) -> HttpResponse:
    creancier = get_object_or_404(Creancier.objects.defer("logo", "image_signature"), pk=pk)
    form = QuotaForm(request.POST or None, initial={"quota": creancier.quota_quotidien})
    if request.method == "POST" and form.is_valid():
        with refus_dans(form):
            actions.changer_le_quota(creancier, **form.cleaned_data, acteur=request.user)
            nombre = form.cleaned_data["quota"]
            annoncer(request, f"{creancier.nom} : {nombre} courriels par jour au plus.")
            return redirect("equipe:creanciers")
    partis = partis_aujourd_hui(creancier, maintenant=timezone.now())
    return render(
        request,
        "equipe/quota.html",
        {"cible": creancier, "form": form, "partis": partis},
        status=422 if form.errors else 200,
    )
