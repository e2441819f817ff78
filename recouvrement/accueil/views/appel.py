from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from clients.models import Client
from clients.views.fiche import client_ou_404
from recouvrement.accueil.lectures.a_dire import a_dire, presentation
from recouvrement.accueil.lectures.fiche import fiche_client
from recouvrement.accueil.lectures.fil import fil_du_client
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Utilisateur
from recouvrement.socle.formats import jour, moment
from recouvrement.socle.pages.annonces import annoncer, avertir
from recouvrement.socle.pages.refus import refus_dans
from recouvrement.socle.pages.suivant import page_suivante
from relances.actions.appels import consigner_appel
from relances.enums import Issue
from relances.forms.appel import AppelForm
from relances.models import Appel

DERNIERS_FAITS = 5


def de_quoi_appeler(client: Client, personne: Utilisateur, role: Role) -> dict[str, Any]:
    """Ce que montrent Ma journée et la page d'appel : la même fiche, la même phrase."""
    aujourdhui = timezone.localdate()
    fiche = fiche_client(client, au=aujourdhui)
    return {
        "client": client,
        "fiche": fiche,
        "fil": fil_du_client(fiche, au=aujourdhui, combien=DERNIERS_FAITS),
        "a_dire": a_dire(fiche, presentation(client.creancier, personne, role)),
        "aujourdhui": aujourdhui,
        "peut_ecrire": role.couvre(Role.ASSISTANTE),
        "form": AppelForm(client=client, au=aujourdhui, echu=fiche.a_regler),
    }


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def appel(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """L'appel, sur sa propre page ; Ma journée et la fiche postent ici aussi."""
    client = client_ou_404(request, pk)
    contexte = de_quoi_appeler(client, request.user, Role(request.habilitation.role))
    if request.method == "POST":
        form = AppelForm(
            request.POST,
            client=client,
            au=contexte["aujourdhui"],
            echu=contexte["fiche"].a_regler,
        )
        contexte["form"] = form
        if form.is_valid():
            with refus_dans(form):
                return _noter(request, client, form)
    contexte |= {nom: request.POST.get(nom, "") for nom in ("suivant", "ici")}
    statut = 422 if contexte["form"].errors else 200
    return render(request, "accueil/appel.html", contexte, status=statut)


def _noter(request: RequeteHabilitee, client: Client, form: AppelForm) -> HttpResponse:
    lu = form.cleaned_data
    note = consigner_appel(
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
    annuler_ici = note.geste.adresse_d_annulation if note.geste else ""
    # « Annuler » ramène à la fiche d'où l'on venait, pas à celle d'après.
    if annuler_ici and (ici := request.POST.get("ici")):
        annuler_ici += f"?{urlencode({'suivant': ici})}"
    annoncer(request, f"{client} : {_resume(note)}", annuler=annuler_ici)
    if chome := form.avertissement:
        avertir(request, chome)
    return redirect(page_suivante(request, sinon=client.get_absolute_url()))


def _resume(note: Appel) -> str:
    if note.issue == Issue.PROMET:
        return f"promesse pour le {jour(note.promesse.pour_le)}"
    issue = note.get_issue_display().lower()
    if note.rappel_le:
        return f"{issue}, rappel le {moment(note.rappel_le)}"
    return issue
