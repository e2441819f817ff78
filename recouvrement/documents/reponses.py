"""La seule sortie d'un fichier gardé : type annoncé, jamais deviné, jamais exécuté."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from recouvrement.comptes.acces import personne_de
from recouvrement.documents import fichiers
from recouvrement.documents.actions.quotas import noter_export
from recouvrement.documents.models import Document


def repondre_fichier(
    octets: bytes, nom: str, type_mime: str, *, piece_jointe: bool = True
) -> HttpResponse:
    """`piece_jointe=False`, affiché dans le navigateur : nos propres PDF scellés seulement."""
    return proteger(HttpResponse(octets, content_type=type_mime), nom, piece_jointe=piece_jointe)


def proteger[R: HttpResponseBase](reponse: R, nom: str, *, piece_jointe: bool = True) -> R:
    """Les en-têtes de tout fichier qui sort : rangé, jamais ouvert par un autre site."""
    reponse["Content-Disposition"] = content_disposition_header(piece_jointe, nom) or "inline"
    _ranger(reponse)
    if not piece_jointe:
        reponse["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
        )
        reponse["X-Frame-Options"] = "SAMEORIGIN"
    return reponse


def repondre_document(document: Document, *, piece_jointe: bool = False) -> HttpResponse:
    return repondre_fichier(
        fichiers.lire(document.empreinte),
        document.nom_fichier,
        "application/pdf",
        piece_jointe=piece_jointe,
    )


def exportation(vue: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Sous `habilite` : une liste emportée se compte par personne, et sort rangée."""

    @wraps(vue)
    def vue_exportee(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        page = request.resolver_match.view_name if request.resolver_match else ""
        noter_export(personne_de(request), page=page)
        reponse = vue(request, *args, **kwargs)
        if not reponse.has_header("Content-Disposition"):
            return reponse
        return _ranger(reponse)

    return vue_exportee


def _ranger[R: HttpResponseBase](reponse: R) -> R:
    reponse["X-Content-Type-Options"] = "nosniff"
    reponse["Cache-Control"] = "no-store, private"
    reponse["Cross-Origin-Resource-Policy"] = "same-origin"
    reponse["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return reponse
