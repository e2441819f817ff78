from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.courriel.actions.depot import en_octets
from recouvrement.courriel.regles.analyse import analyser
from recouvrement.courriel.regles.expediteur import SANS_ENVOI
from recouvrement.documents.reponses import repondre_fichier
from recouvrement.journal.evenements import Genre
from recouvrement.socle.pages.annonces import annoncer
from recouvrement.socle.pages.refus import refus_a_montrer, refus_dans
from relances.actions import decisions
from relances.courriels.enveloppe import en_courriel
from relances.courriels.message import Message, message_de, script_de
from relances.enums import Canal, EtatRelance
from relances.forms.relance import RetenirForm, RetoucheForm
from relances.lectures.controles import controles
from relances.lectures.decider import decider
from relances.lectures.liste import TONS
from relances.lectures.relecture import Relue, relire
from relances.models import Relance, RelanceFacture
from relances.views.liste import vers_la_suivante

CSP_D_UN_MESSAGE = {
    "default-src": ["'none'"],
    "img-src": ["data:"],
    # Les feuilles du message, dans un cadre « sandbox » sans script ni réseau.
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": ["'self'"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
}
A_COMPOSER = (EtatRelance.A_VALIDER, EtatRelance.PLANIFIEE)


def _charger(request: RequeteHabilitee, pk: int) -> Relance:
    return get_object_or_404(
        Relance.objects.pour(request.creancier).select_related(
            "creancier", "client", "etape", "envoi", "decidee_par"
        ),
        pk=pk,
    )


def _composer(relance: Relance) -> tuple[Message | None, Relue]:
    """L'aperçu : ce qui partirait à l'instant, par la fonction qui le fera partir."""
    relue = relire(relance.creancier, maintenant=timezone.now(), pk=relance.pk)
    factures = relue.factures or [ligne.facture for ligne in relue.lignes]
    if not factures or relance.canal != Canal.COURRIEL:
        return None, relue
    message = message_de(relance, factures=factures, au=timezone.localdate(), lus=relue.lus)
    return message, relue


@require_GET
@habilite(Role.LECTURE)
def relance(request: RequeteHabilitee, pk: int) -> HttpResponse:
    return _montrer(request, _charger(request, pk))


def _montrer(
    request: RequeteHabilitee, relance: Relance, *, statut: int = 200, **plus: Any
) -> HttpResponse:
    peut_decider = Role(request.habilitation.role).couvre(Role.GESTIONNAIRE)
    envoi = relance.envoi if _est_garde(relance) else None
    renvoi_le = decisions.renvoi_possible_le(envoi) if envoi else None
    lignes = list(
        RelanceFacture.objects.pour(request.creancier)
        .filter(relance=relance)
        .select_related("facture", "etape")
        .order_by("facture__date_echeance", "pk")
    )
    contexte: dict[str, Any] = {
        "relance": relance,
        "envoi": relance.envoi,
        "renvoi_le": renvoi_le,
        "decider": decider(
            relance,
            renvoi_le=renvoi_le,
            maintenant=timezone.now(),
            peut_decider=peut_decider,
            a_dire=_script(relance, lignes),
        ),
        "ton": TONS.get(relance.etat, ""),
        "retenir": RetenirForm(),
        "peut_ecrire": Role(request.habilitation.role).couvre(Role.ASSISTANTE),
        "lignes": lignes,
    } | plus
    if relance.etat in A_COMPOSER and not _est_garde(relance):
        with refus_a_montrer() as refus:
            message, relue = _composer(relance)
            contexte |= {
                "message": message,
                "controles": controles(relue),
                "bloque": [c for c in controles(relue) if c.ton == "demeure"],
            }
        if refus.phrase:
            # Un texte gardé avant qu'on ne les vérifie : la page s'ouvre, et se corrige.
            contexte["refus"] = refus.phrase
            return render(request, "relances/relance.html", contexte, status=422)
    elif gardes := _octets_gardes(relance):
        contexte["lu"] = analyser(gardes)
    return render(request, "relances/relance.html", contexte, status=statut)


def _script(relance: Relance, lignes: list[RelanceFacture]) -> str:
    """Sur ce qui reste dû des factures de cet appel."""
    factures = [ligne.facture for ligne in lignes if ligne.est_vivante and ligne.facture.solde > 0]
    return script_de(relance, factures=factures, au=timezone.localdate())


def _est_garde(relance: Relance) -> bool:
    return bool(_octets_gardes(relance))


def _octets_gardes(relance: Relance) -> bytes:
    """Vide tant que le message n'est pas composé."""
    return bytes(relance.envoi.octets or b"") if relance.envoi else b""


@require_GET
@habilite(Role.LECTURE)
@xframe_options_sameorigin
@csp_override(CSP_D_UN_MESSAGE)
def message_html(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """La partie HTML seule, dans un cadre où rien ne s'exécute ni ne se charge."""
    relance = _charger(request, pk)
    if gardes := _octets_gardes(relance):
        html = analyser(gardes).html
    else:
        message, _ = _composer(relance)
        html = ""
        if message is not None:
            # Sans expéditeur rien ne part, mais le message se lit : de là, il n'a pas d'adresse.
            lisible = replace(message, adresse_de=message.adresse_de or SANS_ENVOI)
            courriel = en_courriel(lisible, maintenant=timezone.now())
            html = analyser(en_octets(courriel, message_id="<apercu>")).html
    return HttpResponse(html or "<p>Ce message n'a pas de partie HTML.</p>")


@require_GET
@habilite(Role.LECTURE)
def octets(request: RequeteHabilitee, pk: int) -> HttpResponse:
    """Les octets exacts, tels qu'ils ont passé la ligne."""
    relance = _charger(request, pk)
    gardes = _octets_gardes(relance)
    if not gardes:
        annoncer(request, "Ce message n'est pas encore composé.")
        return redirect("relances:relance", creancier=request.creancier.code, pk=pk)
    return repondre_fichier(gardes, f"relance-{relance.pk}.eml", "message/rfc822")


@require_POST
@habilite(Role.ASSISTANTE)
def valider(request: RequeteHabilitee, pk: int) -> HttpResponse:
    return _decider(
        request,
        pk,
        "Relance validée : elle part aux prochaines heures d'envoi.",
        lambda relance: decisions.valider(relance, maintenant=timezone.now(), acteur=request.user),
        suivante=True,
    )


@require_POST
@habilite(Role.ASSISTANTE)
def reporter(request: RequeteHabilitee, pk: int) -> HttpResponse:
    return _decider(
        request,
        pk,
        "Relance reportée au prochain jour ouvré.",
        lambda relance: decisions.reporter(relance, au=timezone.localdate(), acteur=request.user),
        suivante=True,
    )


@require_POST
@habilite(Role.ASSISTANTE)
def annuler(request: RequeteHabilitee, pk: int) -> HttpResponse:
    relance = _charger(request, pk)
    formulaire = RetenirForm(request.POST)
    if not formulaire.is_valid():
        return _montrer(request, relance, statut=422, retenir=formulaire)
    return _decider(
        request,
        pk,
        "Relance retenue : elle ne partira pas.",
        lambda r: decisions.annuler(r, motif=formulaire.cleaned_data["motif"], acteur=request.user),
        suivante=relance.etat == EtatRelance.A_VALIDER,
    )


@require_POST
@habilite(Role.ASSISTANTE)
def liberer(request: RequeteHabilitee, pk: int) -> HttpResponse:
    return _decider(
        request,
        pk,
        "Message remis dans la file d'envoi.",
        lambda relance: decisions.liberer(relance, maintenant=timezone.now(), acteur=request.user),
    )


@require_POST
@habilite(Role.ASSISTANTE)
def renvoyer(request: RequeteHabilitee, pk: int) -> HttpResponse:
    return _decider(
        request,
        pk,
        "Message renvoyé sous un nouvel identifiant.",
        lambda relance: decisions.renvoyer(relance, maintenant=timezone.now(), acteur=request.user),
    )


@require_POST
@habilite(Role.ASSISTANTE)
def trancher(request: RequeteHabilitee, pk: int) -> HttpResponse:
    est_arrivee = request.POST.get("suite") == "arrivee"
    return _decider(
        request,
        pk,
        "C'est noté : le message est arrivé." if est_arrivee else "Envoi laissé là.",
        lambda relance: decisions.trancher(
            relance, est_arrivee=est_arrivee, maintenant=timezone.now(), acteur=request.user
        ),
    )


def _decider(
    request: RequeteHabilitee, pk: int, dire: str, action: Any, *, suivante: bool = False
) -> HttpResponse:
    relance = _charger(request, pk)
    with refus_a_montrer() as refus:
        decidee = action(relance)
        annoncer(request, dire, annuler=_retour(decidee))
        if suivante:
            return vers_la_suivante(request, apres=pk)
        return redirect("relances:relance", creancier=request.creancier.code, pk=pk)
    return _montrer(request, _charger(request, pk), statut=422, refus=refus.phrase)


def _retour(decidee: Relance) -> str:
    """De quoi revenir sur ce que l'on vient de valider, ou de retenir."""
    geste = decidee.decision_geste
    if geste is None or geste.genre not in (Genre.VALIDATION, Genre.RETENUE):
        return ""
    return geste.adresse_d_annulation


@require_http_methods(["GET", "POST"])
@habilite(Role.ASSISTANTE)
def retoucher(request: RequeteHabilitee, pk: int) -> HttpResponse:
    relance = _charger(request, pk)
    etape, anglais = relance.etape, relance.langue == "en"
    initial = {
        "sujet": relance.sujet or (etape and ((anglais and etape.sujet_en) or etape.sujet)),
        "texte": relance.texte or (etape and ((anglais and etape.texte_en) or etape.texte)),
    }
    formulaire = RetoucheForm(request.POST or None, initial=initial)
    if request.method == "POST" and formulaire.is_valid():
        with refus_dans(formulaire):
            decisions.retoucher(relance, acteur=request.user, **formulaire.cleaned_data)
            annoncer(request, "Message retouché. Le scénario garde son texte.")
            return redirect("relances:relance", creancier=request.creancier.code, pk=pk)
    statut = 422 if formulaire.errors else 200
    contexte = {"relance": relance, "formulaire": formulaire}
    return render(request, "relances/retoucher.html", contexte, status=statut)
