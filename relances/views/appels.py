from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods, require_POST

from clients.models import Client
from factures.models import Facture
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.annonces import annoncer
from recouvrement.socle.formats import jour, moment
from recouvrement.socle.lisible import phrase_illisible
from recouvrement.socle.refus import refus_annonce, refus_dans
from relances.actions.appels import annuler_appel, clore_rappel, consigner_appel
from relances.actions.promesses import constater_promesse
from relances.enums import Issue
from relances.forms.appel import AppelForm
from relances.models import Appel, Promesse


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def appel(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Le compte rendu, sur sa propre page ; Ma journée et la fiche postent ici aussi."""
    client = get_object_or_404(Client.objects.pour(request.creancier), pk=pk)
    aujourdhui = timezone.localdate()
    echues = Facture.objects.pour(request.creancier).filter(client=client).ouvertes()
    echu = echues.echues(au=aujourdhui).reste_du()
    form = AppelForm(
        request.POST if request.method == "POST" else None, client=client, au=aujourdhui, echu=echu
    )
    if request.method == "POST" and form.is_valid():
        lu = form.cleaned_data
        with refus_dans(form):
            consigne = consigner_appel(
                client,
                issue=Issue(lu["issue"]),
                maintenant=timezone.now(),
                acteur=request.user,
                contact=lu["contact"],
                numero=lu["numero"],
                note=lu["note"],
                suite=form.suite(),
                cle_saisie=lu["cle_saisie"],
            )
            annuler_ici = reverse(
                "relances:annuler_appel", args=[request.creancier.code, consigne.pk]
            )
            # « Annuler » ramène à la fiche d'où l'on venait, pas à celle d'après.
            if ici := request.POST.get("ici"):
                annuler_ici += f"?{urlencode({'suivant': ici})}"
            annoncer(request, f"{client} : {_resume(consigne)}", annuler=annuler_ici)
            return redirect(_suite(request, client))
    return render(
        request,
        "relances/appel.html",
        {
            "client": client,
            "form": form,
            "echu": echu,
            "suivant": request.POST.get("suivant", ""),
            "ici": request.POST.get("ici", ""),
        },
        status=422 if form.errors else 200,
    )


@require_POST
@habilite(Role.ASSISTANTE)
def annuler(request: RequeteHabilitee, pk: int) -> HttpResponse:
    consigne = get_object_or_404(
        Appel.objects.pour(request.creancier).select_related("client", "relance"), pk=pk
    )
    annuler_appel(consigne, maintenant=timezone.now(), acteur=request.user)
    annoncer(request, f"{consigne.client} : appel annulé, il reste au fil, barré.")
    return redirect(_suite(request, consigne.client))


@require_POST
@habilite(Role.ASSISTANTE)
def clore_le_rappel(request: RequeteHabilitee, pk: int) -> HttpResponse:
    consigne = get_object_or_404(
        Appel.objects.pour(request.creancier).select_related("client"), pk=pk
    )
    clore_rappel(consigne, maintenant=timezone.now(), acteur=request.user)
    annoncer(request, "Le rappel est clos.")
    return redirect(_suite(request, consigne.client))


@require_POST
@habilite(Role.ASSISTANTE)
def constater(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """« Tenue » ou « non tenue », dit par une personne."""
    promesse = get_object_or_404(
        Promesse.objects.pour(request.creancier).select_related("client"), pk=pk
    )
    if request.POST.get("constat") not in ("tenue", "rompue"):
        raise PermissionDenied
    est_tenue = request.POST["constat"] == "tenue"
    with refus_annonce(request):
        constater_promesse(
            promesse, est_tenue=est_tenue, le=timezone.localdate(), acteur=request.user
        )
        annoncer(request, "Promesse tenue." if est_tenue else "Promesse non tenue : notée au fil.")
    return redirect(_suite(request, promesse.client))


def _resume(consigne: Appel) -> str:
    if consigne.issue == Issue.PROMET:
        return f"promesse pour le {jour(consigne.promesse.pour_le)}"
    issue = consigne.get_issue_display().lower().rstrip("…").rstrip()
    if consigne.rappel_le:
        return f"{issue}, rappel le {moment(consigne.rappel_le)}"
    return issue


def _suite(request: RequeteHabilitee, client: Client) -> str:
    """La page d'où l'on vient, si elle est à nous."""
    suivant = request.GET.get("suivant") or request.POST.get("suivant", "")
    # Un chemin, pas un mot : Django y chercherait le nom d'une page.
    if (
        suivant.startswith("/")
        and not phrase_illisible(suivant)
        and url_has_allowed_host_and_scheme(suivant, {request.get_host()})
    ):
        return suivant
    return client.get_absolute_url()
