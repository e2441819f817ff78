from collections.abc import Iterator

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from factures.lectures.echeances import echeances_des_clients, echeances_legales
from factures.lectures.taux import taux_manquants
from recouvrement.accueil.lectures.activite import activite, ensemble
from recouvrement.accueil.lectures.journee import ma_journee
from recouvrement.accueil.lectures.service import avis_sur_les_envois
from recouvrement.accueil.lectures.tableau import TableauDeBord, tableau_de_bord
from recouvrement.accueil.views.commun import expediteurs_a_regler
from recouvrement.comptes.acces import (
    RequeteHabilitee,
    connecte,
    creanciers_de,
    habilite,
    ou_elle_agit,
)
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier
from recouvrement.documents.reponses import exportation
from recouvrement.socle.listes import fichier_de_tableur


@require_GET
@connecte
def tableau(request: HttpRequest) -> HttpResponseBase:
    return _tableau(request, creanciers_de(request), code="")


@require_GET
@habilite(Role.LECTURE)
def tableau_creancier(request: RequeteHabilitee) -> HttpResponseBase:
    return _tableau(request, [request.creancier], code=request.creancier.code)


def _tableau(request: HttpRequest, creanciers: list[Creancier], *, code: str) -> HttpResponseBase:
    aujourdhui, maintenant = timezone.localdate(), timezone.now()
    bord = tableau_de_bord(creanciers, au=aujourdhui)
    if request.GET.get("format") == "xlsx":
        return _en_xlsx(request, bord)
    proches = echeances_des_clients(creanciers, au=aujourdhui)
    decisions = ma_journee(creanciers, maintenant=maintenant, canal="decisions", echeances=proches)
    faits = activite(creanciers, au=aujourdhui)
    return render(
        request,
        "accueil/tableau.html",
        {
            "bord": bord,
            "aujourdhui": aujourdhui,
            "debut_du_mois": aujourdhui.replace(day=1),
            "code": code,
            "expediteurs": expediteurs_a_regler(request, creanciers),
            "decisions": decisions,
            "echeances": echeances_legales(creanciers, au=aujourdhui, des_clients=proches),
            "creanciers": creanciers,
            "envois": avis_sur_les_envois(ou_elle_agit(request, creanciers), maintenant=maintenant),
            "manque": taux_manquants(au=aujourdhui),
            "a_completer": decisions.clients_a_completer,
            "activite": faits,
            "activite_en_tout": ensemble(faits),
        },
    )


@exportation
def _en_xlsx(request: HttpRequest, bord: TableauDeBord) -> HttpResponseBase:
    """Tout ce que montre la page, partie par partie."""
    colonnes = ["Partie", "Ligne", "Nombre", "Montant (€)"]
    return fichier_de_tableur("tableau-de-bord", "Tableau de bord", colonnes, _lignes(bord))


def _lignes(bord: TableauDeBord) -> Iterator[tuple]:
    for chiffre in bord.chiffres:
        jours = chiffre.en_jours
        yield (
            "Chiffres",
            chiffre.titre,
            chiffre.valeur if jours else None,
            None if jours else chiffre.valeur,
        )
    for point_echu, point_encours in zip(
        bord.chiffres[0].courbe, bord.chiffres[1].courbe, strict=True
    ):
        yield ("Évolution", f"Échu au {point_echu.le:%d/%m/%Y}", None, point_echu.valeur)
        yield ("Évolution", f"Encours au {point_encours.le:%d/%m/%Y}", None, point_encours.valeur)
    for point in bord.chiffres[3].courbe:
        yield ("Évolution", f"Encaissé en {point.le:%m/%Y}", None, point.valeur)
    for tranche in bord.tranches:
        yield ("Balance âgée", tranche.libelle, tranche.nombre, tranche.total)
    yield ("Balance âgée", "Encours", bord.nombre, bord.encours)
    for ligne in bord.lignes:
        yield ("Créanciers", ligne.creancier.nom, None, ligne.encours)
    for palier in bord.paliers:
        yield ("Étapes de l'échu", palier.nom, palier.nombre, palier.montant)
    for semaine in bord.promis:
        yield ("Promis", f"Semaine du {semaine.debut:%d/%m/%Y}", semaine.nombre, semaine.montant)
    for debiteur in bord.debiteurs:
        yield ("Qui doit le plus", debiteur.client.nom, debiteur.nombre, debiteur.echu)
