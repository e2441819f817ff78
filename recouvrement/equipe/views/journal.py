"""Le journal : celui d'un créancier, celui de l'instance, et ce que dit sa vérification."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from recouvrement.comptes.acces import RequeteHabilitee, administre, habilite
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Utilisateur
from recouvrement.equipe.lectures.journal import (
    COLONNES,
    CriteresJournal,
    entrees_de_l_instance,
    evenements_de_l_instance,
    ligne_journal,
    lignes_de_l_instance,
    lignes_export,
)
from recouvrement.equipe.views.creanciers import rendre
from recouvrement.journal.chaine import INSTANCE
from recouvrement.journal.lectures import etat_de_la_chaine, etat_du_journal
from recouvrement.journal.models import Entree
from recouvrement.journal.veille import demander_la_verification
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.pagination import paginer
from recouvrement.socle.tableur.ecriture import TYPE_CSV, TYPE_XLSX, classeur, flux_csv


@require_GET
@habilite(Role.GESTIONNAIRE)
def du_creancier(request: RequeteHabilitee) -> HttpResponse:
    entrees = Entree.objects.pour(request.creancier).select_related("acteur")
    page = paginer(entrees, ordre=["-id"], apres=request.GET.get("apres"))
    return rendre(
        request,
        "equipe/journal.html",
        {
            "page": page,
            "lignes": [ligne_journal(entree, request.creancier) for entree in page],
            "chaine": etat_de_la_chaine(request.creancier.pk),
        },
        vue="equipe:journal",
    )


@require_GET
@administre
def de_l_instance(request: HttpRequest) -> HttpResponse:
    """Ce qui n'est à aucun créancier : un lien donné par un administrateur s'y lit."""
    criteres = CriteresJournal.lire(request.GET)
    page = paginer(entrees_de_l_instance(criteres), ordre=["-id"], apres=request.GET.get("apres"))
    contexte = {
        "page": page,
        "lignes": lignes_de_l_instance(page),
        "criteres": criteres,
        "evenements": evenements_de_l_instance(),
        "personnes": Utilisateur.objects.order_by("nom_complet", "pk"),
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
def exporter(request: HttpRequest, genre: str) -> HttpResponse:
    """Ce que montre la page, toutes pages comprises."""
    lignes = lignes_export(entrees_de_l_instance(CriteresJournal.lire(request.GET)))
    match genre:
        case "xlsx":
            reponse = HttpResponse(classeur("Journal", COLONNES, lignes), TYPE_XLSX)
        case "csv":
            reponse = StreamingHttpResponse(flux_csv(COLONNES, lignes), content_type=TYPE_CSV)
        case _:
            raise Http404
    nom = f"journal-instance-{timezone.localdate():%Y-%m-%d}.{genre}"
    reponse["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse
