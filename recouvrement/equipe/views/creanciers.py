from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recouvrement.comptes.acces import RequeteHabilitee, administre, habilite
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier
from recouvrement.equipe import actions
from recouvrement.equipe.erreurs import ReserveAuxVraisComptes
from recouvrement.equipe.forms import EnvoisForm, IdentiteForm, NouveauForm, ReglementsForm
from recouvrement.equipe.lectures.expediteurs import etat_expediteur
from recouvrement.equipe.lectures.parametres import ce_qui_manque, ligne_journal, onglets
from recouvrement.journal.models import Entree
from recouvrement.socle.annonces import annoncer
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.pagination import paginer

IMAGES = {"logo": "logo", "signature": "image_signature"}


@require_GET
@administre
def creanciers(request: HttpRequest) -> HttpResponse:
    lignes = (
        Creancier.objects.defer("logo", "image_signature")
        .annotate(
            membres_nb=Count("habilitations"),
            a_moi=Count("habilitations", filter=Q(habilitations__utilisateur=request.user)),
        )
        .order_by("archive_le", "nom")
    )
    return render(request, "equipe/creanciers.html", {"creanciers": lignes})


@require_http_methods(["GET", "POST"])
@administre
def nouveau(request: HttpRequest) -> HttpResponse:
    form = NouveauForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            creancier = actions.creer_creancier(**form.champs, acteur=request.user)
        except ReserveAuxVraisComptes as refus:
            form.add_error(None, str(refus))
        except ErreurMetier as erreur:
            form.add_error("code", str(erreur))
        else:
            annoncer(request, f"{creancier.nom} est créé. Réglez maintenant ses envois.")
            return redirect("equipe:envois", creancier.code)
    return render(
        request,
        "equipe/creancier_nouveau.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@require_GET
@habilite(Role.LECTURE)
def parametres(request: RequeteHabilitee) -> HttpResponse:
    aujourdhui = timezone.localdate()
    form = ReglementsForm(aujourdhui=aujourdhui, initial={"au": aujourdhui})
    return _resume(request, form)


@require_POST
@habilite(Role.ASSISTANTE)
def reglements(request: RequeteHabilitee) -> HttpResponse:
    """« Tous les règlements reçus jusqu'au … sont saisis » : une personne l'atteste."""
    form = ReglementsForm(request.POST, aujourdhui=timezone.localdate())
    if not form.is_valid():
        return _resume(request, form)
    au = form.cleaned_data["au"]
    actions.confirmer_reglements(request.creancier, au=au, acteur=request.user)
    annoncer(request, f"Règlements connus au {au:%d/%m/%Y}.")
    return redirect("equipe:parametres", request.creancier.code)


@require_http_methods(["GET", "POST"])
@habilite(Role.GESTIONNAIRE)
def identite(request: RequeteHabilitee) -> HttpResponse:
    return _regler(request, IdentiteForm, "equipe/identite.html")


@require_http_methods(["GET", "POST"])
@habilite(Role.GESTIONNAIRE)
def envois(request: RequeteHabilitee) -> HttpResponse:
    reponse = _regler(request, EnvoisForm, "equipe/envois.html")
    if request.method == "POST" and reponse.status_code == 302:
        ecrire_a_la_nouvelle_adresse(request)
    return reponse


def ecrire_a_la_nouvelle_adresse(request: RequeteHabilitee) -> None:
    """Régler une adresse d'expéditeur lui envoie aussitôt de quoi la prouver."""
    regle = Creancier.objects.get(pk=request.creancier.pk)
    if regle.courriel_expediteur in ("", request.creancier.courriel_expediteur):
        return
    if regle.expediteur_est_verifie:
        return
    try:
        actions.demander_la_preuve(regle, acteur=request.user, maintenant=timezone.now())
    except ErreurMetier as erreur:
        annoncer(request, str(erreur))
    else:
        annoncer(request, f"Un message de vérification part à {regle.courriel_expediteur}.")


def page_des_envois(request: RequeteHabilitee, *, refus: str) -> HttpResponse:
    form = EnvoisForm(instance=Creancier.objects.get(pk=request.creancier.pk))
    contexte = {"form": form, "refus": refus}
    return rendre(request, "equipe/envois.html", contexte, vue="equipe:envois", status=422)


@require_GET
@habilite(Role.LECTURE)
def image(request: RequeteHabilitee, nom: str) -> HttpResponse:
    if nom not in IMAGES:
        raise Http404
    octets = getattr(request.creancier, IMAGES[nom])
    if not octets:
        raise Http404
    return HttpResponse(
        bytes(octets),
        content_type=getattr(request.creancier, f"{IMAGES[nom]}_type"),
        headers={"X-Content-Type-Options": "nosniff"},
    )


@require_POST
@habilite(Role.GESTIONNAIRE)
def archiver(request: RequeteHabilitee) -> HttpResponse:
    actions.archiver(request.creancier, le=timezone.localdate(), acteur=request.user)
    annoncer(request, f"{request.creancier.nom} est archivé : plus rien ne part en son nom.")
    return redirect("equipe:parametres", request.creancier.code)


@require_POST
@habilite(Role.GESTIONNAIRE)
def rouvrir(request: RequeteHabilitee) -> HttpResponse:
    actions.rouvrir(request.creancier, acteur=request.user)
    annoncer(request, f"{request.creancier.nom} est rouvert.")
    return redirect("equipe:parametres", request.creancier.code)


@require_GET
@habilite(Role.GESTIONNAIRE)
def journal(request: RequeteHabilitee) -> HttpResponse:
    entrees = Entree.objects.pour(request.creancier).select_related("acteur")
    page = paginer(entrees, ordre=["-id"], apres=request.GET.get("apres"))
    return rendre(
        request,
        "equipe/journal.html",
        {"page": page, "lignes": [ligne_journal(entree, request.creancier) for entree in page]},
        vue="equipe:journal",
    )


def rendre(request, gabarit: str, contexte: dict, *, vue: str, status: int = 200) -> HttpResponse:
    """Une page de paramètres : son sommaire, et ce que la personne peut y faire."""
    role = request.habilitation.role
    contexte |= {
        "creancier": request.creancier,
        "onglets": onglets(request.creancier, role, vue=vue),
        "est_gestionnaire": Role(role).couvre(Role.GESTIONNAIRE),
        "peut_ecrire": Role(role).couvre(Role.ASSISTANTE),
    }
    if vue == "equipe:envois":
        contexte["expediteur"] = etat_expediteur(request.creancier, maintenant=timezone.now())
    return render(request, gabarit, contexte, status=status)


def _resume(request: RequeteHabilitee, form: ReglementsForm) -> HttpResponse:
    return rendre(
        request,
        "equipe/parametres.html",
        {"form": form, "manques": ce_qui_manque(request.creancier)},
        vue="equipe:parametres",
        status=422 if form.errors else 200,
    )


def _regler(request: RequeteHabilitee, classe, gabarit: str) -> HttpResponse:
    # Valider écrit dans l'instance : le bandeau de la page doit garder le vrai créancier.
    copie = Creancier.objects.get(pk=request.creancier.pk)
    form = classe(request.POST or None, request.FILES or None, instance=copie)
    if request.method == "POST" and form.is_valid():
        champs = form.champs if isinstance(form, IdentiteForm) else form.cleaned_data
        actions.modifier_creancier(request.creancier, **champs, acteur=request.user)
        annoncer(request, "Les paramètres sont à jour.")
        return redirect(request.resolver_match.view_name, request.creancier.code)
    return rendre(
        request,
        gabarit,
        {"form": form},
        vue=request.resolver_match.view_name,
        status=422 if form.errors else 200,
    )
