from collections.abc import Iterator

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from factures.lectures.echeances import echeances_des_clients, echeances_legales
from factures.lectures.taux import taux_manquants
from recouvrement.accueil.lectures.activite import activite, ensemble
from recouvrement.accueil.lectures.journee import ma_journee
from recouvrement.accueil.lectures.service import avis_sur_les_envois
from recouvrement.accueil.lectures.tableau import TableauDeBord, periode, tableau_de_bord
from recouvrement.accueil.views.commun import expediteurs_a_regler
from recouvrement.comptes.acces import (
    RequeteConnectee,
    RequeteHabilitee,
    connecte,
    creanciers_de,
    habilite,
    ou_elle_agit,
)
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier
from recouvrement.documents.reponses import exportation
from recouvrement.socle import formats
from recouvrement.socle.formats import pluriel
from recouvrement.socle.tableur.ecriture import TYPE_XLSX, Valeur, classeur


@require_GET
@connecte
def tableau(request: RequeteConnectee) -> HttpResponseBase:
    return _tableau(request, creanciers_de(request), code="")


@require_GET
@habilite(Role.LECTURE)
def tableau_creancier(request: RequeteHabilitee) -> HttpResponseBase:
    return _tableau(request, [request.creancier], code=request.creancier.code)


def _tableau(
    request: RequeteConnectee, creanciers: list[Creancier], *, code: str
) -> HttpResponseBase:
    aujourdhui, maintenant = timezone.localdate(), timezone.now()
    bord = tableau_de_bord(creanciers, au=aujourdhui)
    if request.GET.get("format") == "xlsx":
        return _en_xlsx(request, bord)
    proches = echeances_des_clients(creanciers, au=aujourdhui)
    decisions = ma_journee(creanciers, maintenant=maintenant, canal="decisions", echeances=proches)
    faits = activite(creanciers, au=aujourdhui)
    ce_mois = periode(aujourdhui.replace(day=1), aujourdhui)
    return render(
        request,
        "accueil/tableau.html",
        {
            "bord": bord,
            "chiffres": zip(bord.chiffres, _adresses(code, ce_mois=ce_mois), strict=True),
            "aujourdhui": aujourdhui,
            "ce_mois": ce_mois,
            "code": code,
            "chez": creanciers[0].nom if code else pluriel(len(creanciers), "créancier"),
            "expediteurs": expediteurs_a_regler(request, creanciers),
            "decisions": decisions,
            "echeances": echeances_legales(creanciers, au=aujourdhui, des_clients=proches),
            "envois": avis_sur_les_envois(ou_elle_agit(request, creanciers), maintenant=maintenant),
            "manque": taux_manquants(au=aujourdhui),
            "a_completer": decisions.clients_a_completer,
            "activite": faits,
            "activite_en_tout": ensemble(faits),
        },
    )


def _adresses(code: str, *, ce_mois: str) -> tuple[str, str, str, str]:
    """Où mène chaque chiffre de tête : sa liste, ou les créanciers dont il est la somme."""
    if not code:
        return "#par-creancier", "#par-creancier", "", "#par-creancier"
    factures, reglements = (reverse(f"factures:{n}", args=[code]) for n in ("liste", "reglements"))
    return f"{factures}?etat=echues", factures, "", f"{reglements}?{ce_mois}"


@exportation
def _en_xlsx(request: RequeteConnectee, bord: TableauDeBord) -> HttpResponseBase:
    """Tout ce que montre la page, partie par partie."""
    octets = classeur(
        "Tableau de bord", ["Partie", "Ligne", "Nombre", "Montant (€)"], _lignes(bord)
    )
    reponse = HttpResponse(octets, content_type=TYPE_XLSX)
    reponse["Content-Disposition"] = 'attachment; filename="tableau-de-bord.xlsx"'
    return reponse


def _lignes(bord: TableauDeBord) -> Iterator[tuple[Valeur, ...]]:
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
        yield ("Évolution", f"Échu au {formats.jour(point_echu.le)}", None, point_echu.valeur)
        yield (
            "Évolution",
            f"Encours au {formats.jour(point_encours.le)}",
            None,
            point_encours.valeur,
        )
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
        yield (
            "Promis",
            f"Semaine du {formats.jour(semaine.debut)}",
            semaine.nombre,
            semaine.montant,
        )
    for debiteur in bord.debiteurs:
        yield ("Qui doit le plus", debiteur.client.nom, debiteur.nombre, debiteur.echu)
