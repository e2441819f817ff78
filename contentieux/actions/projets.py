"""Les actes préparés du dossier : décompte, projet de requête, bordereau, scellés."""

from datetime import datetime

from contentieux.models import Dossier, DocumentDossier
from recouvrement.comptes.models import Utilisateur


def preparer_documents(
    dossier: Dossier, *, maintenant: datetime, acteur: Utilisateur
) -> list[DocumentDossier]:
    return []
