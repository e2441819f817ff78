from collections.abc import Callable

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from factures.actions.importation import (
    abandonner_import,
    admettre,
    admettre_vendeurs,
    choisir_encodages,
    corriger,
    decider,
    decider_de_toutes,
    defaire_import,
    preparer_import,
    relire_import,
    repondre,
    valider_import,
)
from factures.actions.importation.retrait import ce_qui_le_garde
from factures.enums import EtatImport, QuestionImport, SortLigne
from factures.forms import (
    ColonnesForm,
    DebiteursForm,
    EncodagesForm,
    ImportForm,
    VendeursForm,
)
from factures.forms.decisions import lire_le_jour, lire_les_decisions
from factures.imports.corrections import (
    compter_les_admissibles,
    compter_les_reprenables,
    est_admissible,
    lignes_a_reprendre,
    saisies,
)
from factures.imports.entetes import LIBELLES
from factures.imports.reprises import OUI
from factures.lectures.etapes import etapes_d_entree
from factures.lectures.importation import (
    COLONNES,
    COLONNES_RAPPORT,
    bilan,
    chiffres,
    derniers_imports,
    devenu,
    en_vue,
    lignes_a_montrer,
    lignes_du_rapport,
    onglets,
    questions_posees,
)
from factures.lectures.questions import (
    debiteurs_a_reconnaitre,
    encodages_a_choisir,
    vendeurs_a_admettre,
)
from factures.models import Importation
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.reponses import exportation
from recouvrement.socle.formats import pluriel
from recouvrement.socle.listes import fichier_de_tableur
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.pagination import paginer
from recouvrement.socle.pages.refus import refus_annonce, refus_dans


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def importer(request: RequeteHabilitee) -> HttpResponse:
    donnees = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ImportForm(*donnees, etapes=etapes_d_entree(request.creancier))
    if form.is_valid():
        fichiers = ((fichier.name, fichier.read()) for fichier in form.cleaned_data["fichiers"])
        with refus_dans(form, "fichiers"):
            importation = preparer_import(
                request.creancier,
                fichiers,
                acteur=request.user,
                maintenant=timezone.now(),
                rang_entree=form.cleaned_data["rang_entree"],
                liste_complete=form.cleaned_data["liste_complete"],
            )
            return redirect("factures:import", request.creancier.code, importation.pk)
    contexte = {"form": form, "derniers": derniers_imports(request.creancier)}
    statut = 422 if form.errors else 200
    return render(request, "factures/importer.html", contexte, status=statut)


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def apercu(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Les colonnes corrigées relisent les mêmes octets ; rien n'est encore enregistré."""
    importation = _importation(request, pk)
    form = _colonnes(importation, request.POST or None)
    if form.is_valid():
        with refus_dans(form):
            relire_import(
                importation,
                correspondance=form.correspondance,
                rang_entree=form.cleaned_data["rang_entree"],
                liste_complete=form.cleaned_data["liste_complete"],
            )
            return redirect("factures:import", request.creancier.code, pk)
    return _montrer(request, importation, form)


def _montrer(
    request: RequeteHabilitee,
    importation: Importation,
    form: ColonnesForm | None = None,
    *,
    vendeurs: VendeursForm | None = None,
) -> HttpResponse:
    form = form or _colonnes(importation)
    sort = request.GET.get("sort", "")
    est_apercu, comptes = importation.etat == EtatImport.APERCU, bilan(importation)
    a_decider = questions_posees(importation)
    page = paginer(
        lignes_a_montrer(importation, sort), ordre=["rang"], apres=request.GET.get("apres")
    )
    lignes = [
        en_vue(
            ligne,
            fichier_unique=len(importation.fichiers) == 1,
            saisies=saisies(ligne) if est_apercu else {},
            est_admissible=est_apercu and est_admissible(ligne),
        )
        for ligne in page
    ]
    contexte = {
        "importation": importation,
        "est_apercu": est_apercu,
        "est_enregistre": importation.etat == EtatImport.VALIDE,
        "se_defait": importation.etat == EtatImport.VALIDE and comptes.creees,
        "devenu": devenu(importation),
        "bilan": comptes,
        "chiffres": chiffres(comptes, est_apercu=est_apercu),
        "au": timezone.localdate(),
        "a_decider": a_decider if est_apercu else [],
        "onglets": onglets(comptes, sort, a_decider),
        "page": page,
        "lignes": lignes,
        "a_corriger": any(cellule.saisies for vue in lignes for cellule in vue.cellules),
        "reprenables": comptes.refusees and compter_les_reprenables(importation),
        "admissibles": (
            compter_les_admissibles(importation) if est_apercu and comptes.refusees else 0
        ),
        "colonnes": COLONNES,
        "form": form,
        "garde": ce_qui_le_garde(importation) if importation.etat == EtatImport.VALIDE else "",
    }
    if est_apercu and comptes.refusees:
        contexte |= {
            "debiteurs": DebiteursForm(questions=debiteurs_a_reconnaitre(importation)),
            "encodages": EncodagesForm(questions=encodages_a_choisir(importation)),
            "vendeurs": vendeurs or VendeursForm(questions=vendeurs_a_admettre(importation)),
        }
    statut = 422 if form.errors or vendeurs else 200
    return render(request, "factures/import.html", contexte, status=statut)


def _colonnes(importation: Importation, donnees: QueryDict | None = None) -> ColonnesForm:
    return ColonnesForm(
        donnees,
        feuilles=importation.correspondance.get("feuilles", []),
        libelles=LIBELLES,
        etapes=etapes_d_entree(
            importation.creancier, actuelle=importation.options.get("rang_entree", 0)
        ),
        initial={
            "rang_entree": importation.options.get("rang_entree", 0),
            "liste_complete": importation.options.get("liste_complete", False),
        },
    )


@require_POST
@habilite(Role.ASSISTANTE)
def reconnaitre(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """À qui sont les factures d'un débiteur douteux : une réponse vaut pour toutes ses lignes."""
    questions = debiteurs_a_reconnaitre(_importation(request, pk))
    form = DebiteursForm(request.POST, questions=questions)
    dites = form.reponses if form.is_valid() else {}
    return _reprendre(request, pk, lambda importation: repondre(importation, dites))


@require_POST
@habilite(Role.ASSISTANTE)
def encoder(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Dans quel encodage lire un fichier qui ne le dit pas."""
    form = EncodagesForm(request.POST, questions=encodages_a_choisir(_importation(request, pk)))
    dits = form.reponses if form.is_valid() else {}
    return _reprendre(request, pk, lambda importation: choisir_encodages(importation, dits))


@require_POST
@habilite(Role.ASSISTANTE)
def admettre_un_vendeur(request: RequeteHabilitee, pk: int) -> HttpResponse:
    importation = _importation(request, pk)
    form = VendeursForm(request.POST, questions=vendeurs_a_admettre(importation))
    if not form.is_valid():
        return _montrer(request, importation, vendeurs=form)
    return _reprendre(request, pk, lambda relue: admettre_vendeurs(relue, form.motifs))


@require_POST
@habilite(Role.ASSISTANTE)
def corriger_les_lignes(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Les cellules corrigées dans l'aperçu : le fichier se relit avec elles."""
    return _reprendre(request, pk, lambda importation: corriger(importation, request.POST.dict()))


@require_POST
@habilite(Role.ASSISTANTE)
def admettre_la_forme(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Une personne passe outre un défaut de forme ; montants et dates restent jugés."""
    origine = request.POST.get("origine")
    return _reprendre(request, pk, lambda importation: admettre(importation, origine))


def _reprendre(
    request: RequeteHabilitee, pk: int, reprise: Callable[[Importation], Importation]
) -> HttpResponse:
    importation = _importation(request, pk)
    avant = bilan(importation).refusees
    with refus_annonce(request):
        reprise(importation)
        apres = bilan(importation).refusees
        annoncer(
            request,
            f"{pluriel(avant - apres, 'ligne reprise,lignes reprises')}, "
            f"{pluriel(apres, 'encore refusée,encore refusées')}.",
        )
        if not apres:
            return redirect("factures:import", request.creancier.code, pk)
    adresse = reverse("factures:import", args=[request.creancier.code, pk])
    return redirect(f"{adresse}?sort={SortLigne.REFUSEE}")


@require_POST
@habilite(Role.ASSISTANTE)
def decider_les_lignes(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Ce qui change de factures connues : les cases cochées, ou une réponse pour toutes."""
    importation, au = _importation(request, pk), timezone.localdate()
    with refus_annonce(request):
        if cle := request.POST.get("toutes"):
            reponse = lire_le_jour("", au=au) if cle == QuestionImport.ABSENTE else OUI
            decider_de_toutes(importation, cle, reponse)
        elif cle := request.POST.get("aucune"):
            decider_de_toutes(importation, cle, "")
        else:
            decider(importation, *lire_les_decisions(request.POST, au=au))
        annoncer(request, "Réponses notées : voici ce que l'import en fera.")
    return redirect("factures:import", request.creancier.code, pk)


@require_POST
@habilite(Role.ASSISTANTE)
def valider(request: RequeteHabilitee, pk: int) -> HttpResponse:
    importation = _importation(request, pk)
    with refus_annonce(request):
        if "vue" in request.POST:
            # Des cases cochées sans avoir été relues : elles comptent aussi.
            decisions = lire_les_decisions(request.POST, au=timezone.localdate())
            importation = decider(importation, *decisions)
        valider_import(importation, acteur=request.user, maintenant=timezone.now())
        comptes = bilan(importation)
        annoncer(
            request,
            f"{pluriel(comptes.creees, 'facture créée')}, "
            f"{comptes.mises_a_jour} mise{'s' if comptes.mises_a_jour > 1 else ''} à jour.",
        )
    return redirect("factures:import", request.creancier.code, pk)


@require_POST
@habilite(Role.ASSISTANTE)
def abandonner(request: RequeteHabilitee, pk: int) -> HttpResponse:
    with refus_annonce(request):
        abandonner_import(_importation(request, pk), acteur=request.user)
        annoncer(request, "Import abandonné : rien n'a été enregistré.")
    return redirect("factures:importer", request.creancier.code)


@require_POST
@habilite(Role.ASSISTANTE)
def defaire(request: RequeteHabilitee, pk: int) -> HttpResponse:
    with refus_annonce(request):
        defaire_import(_importation(request, pk), acteur=request.user)
        annoncer(request, "Import défait : ses factures et ses clients neufs sont retirés.")
    return redirect("factures:import", request.creancier.code, pk)


@require_GET
@habilite(Role.ASSISTANTE)
@exportation
def rapport(request: RequeteHabilitee, pk: int) -> HttpResponseBase:
    importation = _importation(request, pk)
    lignes = lignes_du_rapport(importation)
    return fichier_de_tableur(f"import-{importation.pk}", "Import", COLONNES_RAPPORT, lignes)


@require_GET
@habilite(Role.ASSISTANTE)
@exportation
def a_reprendre(request: RequeteHabilitee, pk: int) -> HttpResponseBase:
    """Les lignes refusées en tableur : on les corrige chez soi, et on redépose le fichier."""
    entetes, lignes = lignes_a_reprendre(_importation(request, pk))
    return fichier_de_tableur(f"import-{pk}-a-reprendre", "À reprendre", entetes, lignes)


def _importation(request: RequeteHabilitee, pk: int) -> Importation:
    importation = get_object_or_404(Importation.objects.pour(request.creancier), pk=pk)
    importation.creancier = request.creancier
    return importation
