from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from clients.models import Client
from factures.models import Facture
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.formats import jour, moment
from recouvrement.socle.pages.annonces import annoncer, avertir
from recouvrement.socle.pages.refus import refus_annonce, refus_dans
from recouvrement.socle.pages.suivant import page_suivante
from relances.actions.appels import clore_rappel, consigner_appel
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
            annuler_ici = consigne.geste.adresse_d_annulation if consigne.geste else ""
            # « Annuler » ramène à la fiche d'où l'on venait, pas à celle d'après.
            if annuler_ici and (ici := request.POST.get("ici")):
                annuler_ici += f"?{urlencode({'suivant': ici})}"
            annoncer(request, f"{client} : {_resume(consigne)}", annuler=annuler_ici)
            if chome := form.avertissement:
                avertir(request, chome)
            return redirect(page_suivante(request, sinon=client.get_absolute_url()))
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
def clore_le_rappel(request: RequeteHabilitee, pk: int) -> HttpResponse:
    consigne = get_object_or_404(
        Appel.objects.pour(request.creancier).select_related("client"), pk=pk
    )
    geste = clore_rappel(consigne, maintenant=timezone.now(), acteur=request.user)
    annuler = geste.adresse_d_annulation if geste else ""
    annoncer(request, "Plus de rappel prévu pour cet appel.", annuler=annuler)
    return redirect(page_suivante(request, sinon=consigne.client.get_absolute_url()))


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
        constatee = constater_promesse(
            promesse, est_tenue=est_tenue, le=timezone.localdate(), acteur=request.user
        )
        geste = constatee.close_geste
        annoncer(
            request,
            "Promesse tenue." if est_tenue else "Promesse non tenue : notée au fil.",
            annuler=geste.adresse_d_annulation if geste else "",
        )
    return redirect(page_suivante(request, sinon=promesse.client.get_absolute_url()))


def _resume(consigne: Appel) -> str:
    if consigne.issue == Issue.PROMET:
        return f"promesse pour le {jour(consigne.promesse.pour_le)}"
    issue = consigne.get_issue_display().lower().rstrip("…").rstrip()
    if consigne.rappel_le:
        return f"{issue}, rappel le {moment(consigne.rappel_le)}"
    return issue
