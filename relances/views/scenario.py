from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clients.models import Client
from factures.models import Facture
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_a_montrer, refus_dans
from relances.actions.scenarios import publier_scenario, scenario_en_vigueur
from relances.courriels.message import apercu_d_une_etape
from relances.enums import Canal
from relances.forms.scenario import EtapeFormSet, ScenarioForm, en_etapes, en_initial
from relances.lectures.faits import adresses, etapes_en_vigueur
from relances.models import Etape, Scenario
from relances.regles.affirmations import affirmations


@require_GET
@habilite(Role.LECTURE)
def scenario(request: RequeteHabilitee) -> HttpResponse:
    """Les étapes en vigueur, et les versions passées."""
    etapes = etapes_en_vigueur(request.creancier).liste
    contexte = {
        "scenario": scenario_en_vigueur(request.creancier),
        "etapes": [(etape, _a_un_apercu(etape)) for etape in etapes],
        "affirmations": [(etape, mots) for etape in etapes if (mots := _affirmations(etape))],
        "versions": Scenario.objects.pour(request.creancier)
        .select_related("publie_par")
        .order_by("-version")[:20],
        "peut_publier": Role(request.habilitation.role).couvre(Role.GESTIONNAIRE),
    }
    return render(request, "relances/scenario.html", contexte)


def _a_un_apercu(etape: Etape) -> bool:
    """Elle est enregistrée, et son texte s'envoie au lieu de se dire."""
    return bool(etape.pk and etape.texte) and etape.canal != Canal.TELEPHONE


def _affirmations(etape: Etape) -> list[str]:
    """Ce que ses textes affirment sans le vérifier."""
    return [mots for texte in (etape.texte, etape.texte_en) for mots in affirmations(texte)]


@require_http_methods(["GET", "POST"])
@habilite(Role.GESTIONNAIRE)
def modifier(request: RequeteHabilitee) -> HttpResponse:
    """Publier une nouvelle version ; ce qui est déjà fait le reste."""
    actuel = scenario_en_vigueur(request.creancier)
    etapes = etapes_en_vigueur(request.creancier).liste
    formulaire = ScenarioForm(
        request.POST or None, initial={"nom": actuel.nom if actuel else "Scénario de relance"}
    )
    lot = EtapeFormSet(request.POST or None, initial=en_initial(etapes), prefix="etape")
    if request.method == "POST" and formulaire.is_valid() and lot.is_valid():
        with refus_dans(formulaire):
            publie = publier_scenario(
                request.creancier,
                nom=formulaire.cleaned_data["nom"],
                etapes=en_etapes(lot),
                maintenant=timezone.now(),
                acteur=request.user,
            )
            annoncer(request, f"Version {publie.version} publiée : elle vaut pour la suite.")
            return redirect("relances:scenario", creancier=request.creancier.code)
    statut = 200 if request.method == "GET" else 422
    contexte = {"formulaire": formulaire, "lot": lot}
    return render(request, "relances/scenario_modifier.html", contexte, status=statut)


@require_GET
@habilite(Role.LECTURE)
def apercu(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Le message d'une étape, écrit pour un vrai client, sans rien envoyer."""
    creancier = request.creancier
    etape = get_object_or_404(Etape.objects.pour(creancier), pk=pk)
    aujourdhui = timezone.localdate()
    ouvertes = Facture.objects.pour(creancier).ouvertes().hors_contentieux()
    # Un rappel de courtoisie parle de l'à échoir ; toute autre étape réclame de l'échu.
    visees = ouvertes.a_echoir(au=aujourdhui) if etape.delai < 0 else ouvertes.echues(au=aujourdhui)
    debiteurs = (
        Client.objects.pour(creancier)
        .filter(Exists(visees.filter(client=OuterRef("pk"))))
        .order_by("nom_recherche", "pk")[:50]
    )
    choisi = request.GET.get("client", "")
    client = next((c for c in debiteurs if str(c.pk) == choisi), next(iter(debiteurs), None))
    message, refus = None, ""
    if client is not None:
        client.creancier = creancier
        factures = visees.filter(client=client).order_by("date_echeance", "pk")[:5]
        with refus_a_montrer() as refuse:
            message = apercu_d_une_etape(
                etape,
                client,
                factures=factures,
                au=aujourdhui,
                destinataire=adresses(creancier, clients=[client.pk]).get(client.pk, ""),
            )
        refus = refuse.phrase
    contexte = {
        "etape": etape,
        "debiteurs": debiteurs,
        "client": client,
        "message": message,
        "refus": refus,
    }
    return render(request, "relances/apercu.html", contexte)
