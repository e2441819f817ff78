"""Les données personnelles d'un client : les montrer, les remettre, y répondre, les effacer."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clients.models import Client
from recouvrement.comptes.acces import RequeteHabilitee, confirmer_son_identite, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.reponses import exportation, repondre_fichier
from recouvrement.journal.actions import inscrire
from recouvrement.socle import formats
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.vie_privee.actions import demandes as actions
from recouvrement.vie_privee.actions.effacement import effacer_les_personnes
from recouvrement.vie_privee.evenements import Evenement
from recouvrement.vie_privee.forms import DemandeForm, EffacementForm, ReponseForm
from recouvrement.vie_privee.lectures.effacement import apercu_d_effacement
from recouvrement.vie_privee.lectures.export import archive_de
from recouvrement.vie_privee.lectures.personne import donnees_de
from recouvrement.vie_privee.models import Demande


@require_GET
@habilite(Role.GESTIONNAIRE)
def donnees(request: RequeteHabilitee, pk: int) -> HttpResponse:
    return _page(request, _client(request, pk))


@require_POST
@habilite(Role.GESTIONNAIRE)
def demander(request: RequeteHabilitee, pk: int) -> HttpResponse:
    client = _client(request, pk)
    form = DemandeForm(request.POST, client=client, aujourdhui=timezone.localdate())
    if form.is_valid():
        try:
            demande = actions.noter_demande(client, **form.cleaned_data, acteur=request.user)
        except ErreurMetier as erreur:
            form.add_error(None, str(erreur))
        else:
            avant = demande.a_repondre_avant
            annoncer(request, f"Demande notée : répondez-y avant le {formats.jour(avant)}.")
            return redirect("vie_privee:client", request.creancier.code, client.pk)
    return _page(request, client, form=form)


@require_POST
@habilite(Role.GESTIONNAIRE)
def repondre(request: RequeteHabilitee, pk: int, demande: int) -> HttpResponse:
    client = _client(request, pk)
    recue = get_object_or_404(Demande.objects.pour(request.creancier), pk=demande, client=client)
    form = ReponseForm(request.POST, aujourdhui=timezone.localdate())
    if form.is_valid():
        try:
            actions.repondre(recue, **form.cleaned_data, acteur=request.user)
        except ErreurMetier as erreur:
            form.add_error(None, str(erreur))
        else:
            annoncer(request, "La réponse est notée.")
            return redirect("vie_privee:client", request.creancier.code, client.pk)
    return _page(request, client, reponse=form)


@require_GET
@habilite(Role.GESTIONNAIRE)
@exportation
def exporter(request: RequeteHabilitee, pk: int) -> HttpResponse:
    client, maintenant = _client(request, pk), timezone.now()
    octets = archive_de(client, maintenant=maintenant)
    inscrire(Evenement.DONNEES_EXPORTEES, cible=client, acteur=request.user, octets=len(octets))
    nom = f"donnees-client-{client.pk}-{timezone.localdate():%Y-%m-%d}.zip"
    return repondre_fichier(octets, nom, "application/zip")


@require_http_methods(["GET", "POST"])
@habilite(Role.GESTIONNAIRE)
def effacer(request: RequeteHabilitee, pk: int) -> HttpResponse:
    client = _client(request, pk)
    form = EffacementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        confirmer_son_identite(request)
        try:
            effacer_les_personnes(
                client,
                nom=form.cleaned_data["nom"],
                maintenant=timezone.now(),
                acteur=request.user,
            )
        except ErreurMetier as erreur:
            form.add_error("nom", str(erreur))
        else:
            annoncer(request, "Les données personnelles de ce client sont effacées.")
            return redirect("vie_privee:client", request.creancier.code, client.pk)
    contexte = {
        "client": client,
        "form": form,
        "apercu": apercu_d_effacement(client, au=timezone.localdate()),
    }
    return render(request, "vie_privee/effacer.html", contexte, status=422 if form.errors else 200)


def _client(request: RequeteHabilitee, pk: int) -> Client:
    client = get_object_or_404(Client.objects.pour(request.creancier).actifs(), pk=pk)
    client.creancier = request.creancier
    return client


def _page(
    request: RequeteHabilitee,
    client: Client,
    *,
    form: DemandeForm | None = None,
    reponse: ReponseForm | None = None,
) -> HttpResponse:
    au = timezone.localdate()
    demandes = Demande.objects.pour(request.creancier).filter(client=client)
    contexte = {
        "client": client,
        "rubriques": donnees_de(client),
        "demandes": [
            (demande, not demande.repondue_le and demande.a_repondre_avant < au)
            for demande in demandes.select_related("notee_par").order_by("-pk")
        ],
        "form": form or DemandeForm(client=client, aujourdhui=au, initial={"recue_le": au}),
        "reponse": reponse or ReponseForm(aujourdhui=au, initial={"le": au}),
    }
    refusee = (form and form.errors) or (reponse and reponse.errors)
    return render(request, "vie_privee/client.html", contexte, status=422 if refusee else 200)
