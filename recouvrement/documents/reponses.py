"""La seule sortie d'un fichier gardé : type annoncé, jamais deviné, jamais exécuté."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from recouvrement.documents import fichiers
from recouvrement.documents.models import Document


def repondre_fichier(
    octets: bytes, nom: str, type_mime: str, *, piece_jointe: bool = True
) -> HttpResponse:
    """`piece_jointe=False`, affiché dans le navigateur : nos propres PDF scellés seulement."""
    reponse = HttpResponse(octets, content_type=type_mime)
    reponse["Content-Disposition"] = content_disposition_header(piece_jointe, nom)
    reponse["X-Content-Type-Options"] = "nosniff"
    reponse["Cache-Control"] = "no-store, private"
    if piece_jointe:
        reponse["Content-Security-Policy"] = "sandbox; default-src 'none'"
    else:
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
