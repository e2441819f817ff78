from typing import Any

from allauth.account.utils import perform_login
from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recouvrement.comptes.acces import (
    APPLICATIONS,
    RequeteConnectee,
    connecte,
    double_attendue,
    entre,
)
from recouvrement.comptes.regles import double_en_retard
from recouvrement.equipe import actions
from recouvrement.equipe.forms import CompteForm, CompteInviteForm
from recouvrement.equipe.lectures import membres
from recouvrement.equipe.models import Invitation
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_a_montrer
from recouvrement.socle.saisies.lisible import entier


@require_http_methods(["GET", "POST"])
@connecte
def compte(request: RequeteConnectee) -> HttpResponse:
    form = CompteForm(request.POST or None, initial={"nom": request.user.nom_complet})
    if request.method == "POST" and form.is_valid():
        actions.modifier_compte(request.user, **form.cleaned_data, acteur=request.user)
        annoncer(request, "Votre nom est à jour.")
        return redirect("equipe:compte")
    return render(
        request,
        "equipe/compte.html",
        {
            "form": form,
            "sessions": membres.sessions_ouvertes(request.user, cle=request.session.session_key),
            "habilitations": request.user.habilitations.select_related("creancier")
            .defer("creancier__logo", "creancier__image_signature")
            .order_by("creancier__nom"),
            "double": APPLICATIONS.filter(user=request.user).exists(),
        },
        status=422 if form.errors else 200,
    )


@require_GET
def telephone_perdu(request: HttpRequest) -> HttpResponse:
    """Ouverte à tous : qui n'a plus son téléphone n'est pas encore entré. Aucune donnée."""
    return render(request, "equipe/telephone_perdu.html")


@require_GET
@entre
def double(request: RequeteConnectee) -> HttpResponse:
    """Pourquoi la double authentification est due, et comment l'activer."""
    if not double_attendue(request):
        return redirect("accueil:racine")
    en_retard = double_en_retard(request.user.double_due_le, maintenant=timezone.now())
    return render(request, "equipe/double.html", {"en_retard": en_retard})


@require_POST
@connecte
def fermer_sessions(request: RequeteConnectee) -> HttpResponse:
    """Une session nommée, ou toutes les autres ; jamais celle-ci, qui se ferme en sortant."""
    autres = UserSession.objects.filter(user=request.user).exclude(
        session_key=request.session.session_key
    )
    pk = request.POST.get("session", "")
    if pk:
        autres = autres.filter(pk=entier(pk) or 0)
    nombre = actions.fermer_sessions(request.user, sessions=autres, acteur=request.user)
    annoncer(request, "La session est fermée." if nombre == 1 else "Les sessions sont fermées.")
    return redirect("equipe:compte")


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, jeton: str) -> HttpResponse:
    """Lire ne fait rien : l'antivirus qui ouvre le lien n'accepte pas à la place des gens."""
    maintenant = timezone.now()
    trouvee = Invitation.objects.par_jeton(jeton).select_related("creancier", "invite_par").first()
    if trouvee is None or not trouvee.est_ouverte(maintenant=maintenant):
        return render(request, "equipe/invitation_close.html", status=410)
    contexte: dict[str, Any] = {"invitation": trouvee, "form": None, "refus": ""}
    with refus_a_montrer() as refus:
        if request.user.is_authenticated:
            contexte["est_la_bonne"] = request.user.email == trouvee.courriel
            if request.method == "POST":
                actions.accepter(trouvee, utilisateur=request.user, maintenant=maintenant)
                annoncer(request, f"Bienvenue chez {trouvee.creancier.nom}.")
                return redirect("accueil:racine")
        else:
            # La même page, que l'adresse ait un compte ou non : la lire n'apprend rien.
            form = contexte["form"] = CompteInviteForm(
                request.POST or None, courriel=trouvee.courriel
            )
            if request.method == "POST" and form.is_valid():
                nouveau = actions.creer_compte_invite(
                    trouvee, **form.cleaned_data, maintenant=maintenant
                )
                entree: HttpResponse = perform_login(request, nouveau)
                return entree
    contexte["refus"] = refus.phrase
    en_faute = contexte["refus"] or (contexte["form"] and contexte["form"].errors)
    return render(request, "equipe/invitation.html", contexte, status=422 if en_faute else 200)
