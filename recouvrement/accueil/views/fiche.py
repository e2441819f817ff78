from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clients.lectures.fusion import de_quoi_separer
from clients.models import Client
from contentieux.models import Dossier
from factures.models import Facture, Piece
from recouvrement.accueil.contexte import DESTINATIONS
from recouvrement.accueil.lectures.fiche import fiche_client
from recouvrement.accueil.lectures.fil import FAMILLES, fil_du_client
from recouvrement.accueil.lectures.recherche import chercher
from recouvrement.comptes.acces import (
    RequeteConnectee,
    RequeteHabilitee,
    connecte,
    creanciers_de,
    habilitations_de,
    habilite,
)
from recouvrement.comptes.enums import Role
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.saisies.lisible import entier
from relances.lectures.promesses import devenirs, fiabilite_de
from relances.models import Promesse

RESERVE = ["réservé au gestionnaire"]
ONGLETS = {
    "fil": "Fil",
    "factures": "Factures",
    "promesses": "Promesses",
    "pieces": "Pièces",
    "contacts": "Contacts",
    "contentieux": "Contentieux",
}

GABARITS = {
    "fil": "accueil/_client_fil.html",
    "factures": "accueil/_client_factures.html",
    "promesses": "accueil/_client_promesses.html",
    "pieces": "accueil/_client_pieces.html",
    "contacts": "accueil/_client_contacts.html",
    "contentieux": "accueil/_client_contentieux.html",
}


@require_GET
@habilite(Role.LECTURE)
def client(request: RequeteHabilitee, pk: int) -> HttpResponse:
    debiteur = get_object_or_404(Client.objects.pour(request.creancier), pk=pk)
    if debiteur.fusionne_dans_id:
        _proposer_de_separer(request, debiteur)
        return redirect(
            "accueil:client", creancier=request.creancier.code, pk=debiteur.fusionne_dans_id
        )
    debiteur.creancier = request.creancier
    aujourdhui = timezone.localdate()
    onglet = request.GET.get("onglet", "fil")
    onglet = onglet if onglet in ONGLETS else "fil"
    fiche = fiche_client(debiteur, au=aujourdhui)
    blocages = fiche.possibles(au=aujourdhui)
    peut_decider = Role(request.habilitation.role).couvre(Role.GESTIONNAIRE)
    contexte = {
        "client": debiteur,
        "fiche": fiche,
        "onglet": onglet,
        "onglets": ONGLETS,
        "gabarit": GABARITS[onglet],
        "aujourdhui": aujourdhui,
        "peut_ecrire": Role(request.habilitation.role).couvre(Role.ASSISTANTE),
        "peut_decider": peut_decider,
        "blocages": blocages,
        "contentieux_empeche": blocages.contentieux if peut_decider else RESERVE,
    }
    match onglet:
        case "fil":
            famille = request.GET.get("faits", "")
            contexte["familles"], contexte["famille"] = FAMILLES, famille
            contexte["fil"] = fil_du_client(
                fiche, au=aujourdhui, depuis=_rang(request), famille=famille
            )
        case "promesses":
            siennes = Promesse.objects.pour(request.creancier).filter(client=debiteur)
            promesses = list(
                siennes.select_related("auteur", "close_geste").order_by("-pour_le", "-pk")
            )
            devenus = devenirs(promesses, au=aujourdhui)
            contexte["promesses"] = [(promesse, devenus[promesse.pk]) for promesse in promesses]
            contexte["fiabilite"] = fiabilite_de(devenus.values())
        case "pieces":
            contexte["pieces"] = (
                Piece.objects.pour(request.creancier)
                .filter(client=debiteur)
                .select_related("facture")
                .order_by("-pk")
            )
        case "contentieux":
            contexte["dossiers"] = (
                Dossier.objects.pour(request.creancier).filter(client=debiteur).order_by("-pk")
            )
    return render(request, "accueil/client.html", contexte)


@require_GET
@connecte
def recherche(request: RequeteConnectee) -> HttpResponse:
    texte = request.GET.get("q", "")
    trouvailles = chercher(creanciers_de(request), texte)
    if trouvailles.nombre == 1:
        trouves: list[Client | Facture] = [*trouvailles.clients, *trouvailles.factures]
        return redirect(trouves[0])
    return render(request, "accueil/recherche.html", {"q": texte, "trouvailles": trouvailles})


@require_GET
@connecte
def choisir(request: RequeteConnectee) -> HttpResponse:
    """Une page qui est à un créancier, demandée sans créancier : lequel ?"""
    vers = request.GET.get("vers", "")
    nom = DESTINATIONS.get(vers, "accueil:tableau_creancier")
    creanciers = creanciers_de(request)
    if len(creanciers) == 1:
        return redirect(nom, creancier=creanciers[0].code)
    return render(request, "accueil/choisir.html", {"creanciers": creanciers, "nom": nom})


@require_GET
@connecte
def racine(request: RequeteConnectee) -> HttpResponse:
    """Chacun arrive où il travaille : la journée de qui agit, le tableau de qui lit."""
    roles = [habilitation.role for habilitation in habilitations_de(request)]
    if not roles:
        vers = "equipe:creanciers" if request.user.est_administrateur else "accueil:choisir"
        return redirect(vers)
    agit = Role.ASSISTANTE in roles
    return redirect("accueil:journee" if agit else "accueil:tableau")


def _rang(request: RequeteConnectee) -> int:
    return min(entier(request.GET.get("depuis")) or 0, 9999)


def _proposer_de_separer(request: RequeteHabilitee, absorbe: Client) -> None:
    """Sa page mène à la fiche gardée, qui dit pourquoi et permet d'y revenir."""
    peut_ecrire = Role(request.habilitation.role).couvre(Role.ASSISTANTE)
    annoncer(
        request,
        f"« {absorbe.nom} » a été réunie à cette fiche.",
        annuler=de_quoi_separer(absorbe) if peut_ecrire else "",
    )
