"""Une panne qui passe finit en une phrase et un code 503, sans rien perdre de ce qui fut saisi."""

import logging
import sys
from collections.abc import Callable
from threading import BoundedSemaphore

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.template import loader
from django.views.defaults import server_error

from recouvrement.socle.erreurs import PannePassagere
from recouvrement.socle.pages.annonces import poser
from recouvrement.socle.pages.htmx import est_htmx
from recouvrement.socle.pannes import COMBLE, Indisponibilite, reconnaitre
from recouvrement.socle.traces import mene_par_un_secret

traces = logging.getLogger("recouvrement.sante")
# Là se saisissent des mots de passe : ils ne se récrivent pas dans une page.
DU_COMPTE = "/compte/"
MOTS_SECRETS = ("password", "mot_de_passe", "secret")


class AttendreUnPeu:
    """Compte les places, et répond à la place des vues quand la base ou le disque fait défaut."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.places = BoundedSemaphore(settings.PLACES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Sans attendre : une demande de plus dans la file prendrait un fil à la sonde de vie.
        if not self.places.acquire(blocking=False):
            return dire(request, COMBLE)
        try:
            return self.get_response(request)
        finally:
            self.places.release()

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        panne = reconnaitre(exception)
        return dire(request, panne, exception) if panne else None


def erreur_serveur(request: HttpRequest) -> HttpResponse:
    """Celle de Django, sauf si la panne passe : un intergiciel aussi lit la base."""
    erreur = sys.exc_info()[1]
    panne = reconnaitre(erreur)
    return dire(request, panne, erreur) if panne else server_error(request)


def dire(
    request: HttpRequest, panne: Indisponibilite, erreur: BaseException | None = None
) -> HttpResponse:
    """La page, ou pour htmx une annonce posée sur la page, qui garde ainsi tout ce qu'elle a."""
    traces.warning("503 : %s (%s)", panne.titre, _cause(erreur))
    if est_htmx(request):
        phrase = f"{panne.titre}. Rien de cette page n’est perdu : réessayez dans un moment."
        reponse = poser(phrase, statut=503)
    else:
        # Sans requête : aucun contexte ne va relire la base absente.
        texte = loader.get_template("503.html").render({"panne": panne, **_reprise(request)})
        reponse = HttpResponse(texte, status=503, headers={"Cache-Control": "no-store, private"})
    if panne.reessayer is not None:
        reponse["Retry-After"] = str(panne.reessayer)
    return reponse


def _cause(erreur: BaseException | None) -> str:
    """De quoi retrouver la panne, sans une donnée : le genre, et ce qu'en dit le système."""
    if erreur is None:
        return "places"
    dite = erreur.__cause__ if isinstance(erreur, PannePassagere) else erreur
    genres = dict.fromkeys((type(erreur).__name__, type(dite or erreur).__name__))
    return " : ".join([*genres, *filter(None, [getattr(dite, "strerror", None)])])


def _reprise(request: HttpRequest) -> dict[str, object]:
    """De quoi renvoyer la même saisie d'un bouton ; rien de ce qui est secret."""
    sans = {"champs": [], "adresse": request.get_full_path(), "fichiers": False}
    if request.method != "POST" or request.path.startswith(DU_COMPTE):
        return sans
    if mene_par_un_secret(request.path):
        return sans
    try:
        champs = [(nom, valeur) for nom, valeurs in request.POST.lists() for valeur in valeurs]
        fichiers = bool(request.FILES)
    # Un disque plein aussi empêche de lire les fichiers envoyés.
    except (OSError, SuspiciousOperation, MultiPartParserError):
        return sans
    if any(mot in nom.lower() for nom, _ in champs for mot in MOTS_SECRETS):
        return sans
    return {**sans, "champs": champs, "fichiers": fichiers}
