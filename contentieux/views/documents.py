from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from contentieux.models import DocumentDossier
from recouvrement.comptes.acces import RequeteHabilitee, habilite
from recouvrement.comptes.enums import Role
from recouvrement.documents.reponses import repondre_document


@require_GET
@habilite(Role.LECTURE)
def document(request: RequeteHabilitee, pk: int) -> HttpResponse:
    lien = get_object_or_404(
        DocumentDossier.objects.pour(request.creancier).select_related("document"), pk=pk
    )
    return repondre_document(lien.document, piece_jointe="telecharger" in request.GET)
