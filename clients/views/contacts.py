from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clients import actions
from clients.forms import ContactForm, CoordonneeForm, MarquageForm, NouveauContactForm
from clients.models import Client, Contact, Coordonnee
from clients.views.fiche import client_ou_404
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.formats import pluriel
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_dans


@require_GET
@habilite(Role.LECTURE)
def contacts(request: RequeteHabilitee, pk: int) -> HttpResponse:
    return _page(request, client_ou_404(request, pk))


@require_POST
@habilite(Role.ASSISTANTE)
def ajouter(request: RequeteHabilitee, pk: int) -> HttpResponse:
    client = client_ou_404(request, pk)
    form = NouveauContactForm(request.POST, pays=client.pays)
    if not form.is_valid():
        return _page(request, client, form=form)
    champs = form.cleaned_data
    coordonnees = champs.pop("valeur")
    with transaction.atomic():
        contact = actions.ajouter_contact(client, **champs, acteur=request.user)
        for genre, valeur in coordonnees:
            actions.ajouter_coordonnee(contact, genre=genre, valeur=valeur, acteur=request.user)
    annoncer(request, f"{contact} est ajouté.")
    return redirect("clients:contacts", request.creancier.code, client.pk)


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def modifier(request: RequeteHabilitee, pk: int, contact: int) -> HttpResponse:
    client = client_ou_404(request, pk)
    trouve = _contact(client, contact)
    form = ContactForm(request.POST or None, instance=trouve)
    if request.method == "POST" and form.is_valid():
        actions.modifier_contact(trouve, **form.cleaned_data, acteur=request.user)
        annoncer(request, "Le contact est à jour.")
        return redirect("clients:contacts", request.creancier.code, client.pk)
    return render(
        request,
        "clients/contact.html",
        {"form": form, "client": client, "contact": _contact(client, contact)},
        status=422 if form.errors else 200,
    )


@require_POST
@habilite(Role.ASSISTANTE)
def retirer(request: RequeteHabilitee, pk: int, contact: int) -> HttpResponse:
    client = client_ou_404(request, pk)
    actions.retirer_contact(_contact(client, contact), acteur=request.user)
    annoncer(request, "Le contact est retiré. Le journal garde ce qu'il était.")
    return redirect("clients:contacts", request.creancier.code, client.pk)


@require_POST
@habilite(Role.ASSISTANTE)
def ajouter_coordonnee(request: RequeteHabilitee, pk: int, contact: int) -> HttpResponse:
    client = client_ou_404(request, pk)
    trouve = _contact(client, contact)
    form = CoordonneeForm(request.POST, pays=client.pays)
    if form.is_valid():
        coordonnees = form.cleaned_data["valeur"]
        with refus_dans(form, "valeur"):
            with transaction.atomic():
                for genre, valeur in coordonnees:
                    actions.ajouter_coordonnee(
                        trouve, genre=genre, valeur=valeur, acteur=request.user
                    )
            ajoutees = pluriel(len(coordonnees), "coordonnée ajoutée,coordonnées ajoutées")
            annoncer(request, f"{ajoutees}.")
            return redirect("clients:contacts", request.creancier.code, client.pk)
    return _page(request, client, ajout=(trouve.pk, form))


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def marquer(request: RequeteHabilitee, pk: int, coordonnee: int) -> HttpResponse:
    client = client_ou_404(request, pk)
    trouvee = _coordonnee(client, coordonnee)
    initial = {"validite": trouvee.validite, "motif": trouvee.motif}
    form = MarquageForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.marquer_coordonnee(
            trouvee, **form.cleaned_data, le=timezone.localdate(), acteur=request.user
        )
        annoncer(request, "C'est noté.")
        return redirect("clients:contacts", request.creancier.code, client.pk)
    return render(
        request,
        "clients/coordonnee.html",
        {"form": form, "client": client, "coordonnee": trouvee},
        status=422 if form.errors else 200,
    )


@require_POST
@habilite(Role.ASSISTANTE)
def retirer_coordonnee(request: RequeteHabilitee, pk: int, coordonnee: int) -> HttpResponse:
    client = client_ou_404(request, pk)
    actions.retirer_coordonnee(_coordonnee(client, coordonnee), acteur=request.user)
    annoncer(request, "La coordonnée est retirée.")
    return redirect("clients:contacts", request.creancier.code, client.pk)


def _contact(client: Client, pk: int) -> Contact:
    contact = get_object_or_404(client.contacts, pk=pk)
    contact.client = client
    return contact


def _coordonnee(client: Client, pk: int) -> Coordonnee:
    coordonnee = get_object_or_404(client.coordonnees.select_related("contact"), pk=pk)
    coordonnee.client = client
    return coordonnee


def _page(
    request: RequeteHabilitee,
    client: Client,
    *,
    form: NouveauContactForm | None = None,
    ajout: tuple[int, CoordonneeForm] | None = None,
) -> HttpResponse:
    coordonnees = Coordonnee.objects.pour(request.creancier)
    contacts_ = client.contacts.prefetch_related(Prefetch("coordonnees", coordonnees)).order_by(
        "-est_principal", "nom", "pk"
    )
    en_cours, form_ajout = ajout or (None, None)
    blocs = [
        (c, form_ajout if c.pk == en_cours else CoordonneeForm(auto_id=f"id_{c.pk}_%s"))
        for c in contacts_
    ]
    return render(
        request,
        "clients/contacts.html",
        {
            "client": client,
            "blocs": blocs,
            "form": form or NouveauContactForm(pays=client.pays),
            "peut_ecrire": Role(request.habilitation.role).couvre(Role.ASSISTANTE),
        },
        status=422 if form or ajout else 200,
    )
