from django.urls import path

from factures.views import conventions, decompte, dossier, fiche, imports, liste, reglements

app_name = "factures"
urlpatterns = [
    path("", liste.liste, name="liste"),
    path("exporter/<str:genre>/", liste.exporter, name="exporter"),
    path("avoirs/", liste.avoirs, name="avoirs"),
    path("nouvelle/", fiche.nouvelle, name="nouvelle"),
    path("<int:pk>/", fiche.detail, name="detail"),
    path("<int:pk>/modifier/", fiche.modifier, name="modifier"),
    path("<int:pk>/utiliser/", reglements.avoir, name="avoir"),
    path("<int:pk>/litige/", dossier.ouvrir, name="litige"),
    path("litiges/<int:pk>/clore/", dossier.clore, name="clore_litige"),
    path("reglement/", reglements.reglement, name="reglement"),
    path("reglements/<int:pk>/annuler/", reglements.annuler, name="annuler_reglement"),
    path("reglements/<int:pk>/defaire/", reglements.defaire, name="defaire_reglement"),
    path("reglements/<int:pk>/imputer/", reglements.imputer_le_disponible, name="imputer"),
    path("pieces/<int:pk>/", dossier.piece, name="piece"),
    path("client/<int:pk>/deposer/", dossier.deposer, name="deposer_piece"),
    path("conventions/<int:pk>/", conventions.conventions, name="conventions"),
    path("decompte/<int:pk>/", decompte.decompte, name="decompte"),
    path("decompte/<int:pk>/sceller/", decompte.sceller_le_decompte, name="decompte_sceller"),
    path("decompte/<int:pk>/<int:document>.pdf", decompte.document, name="decompte_document"),
    path("importer/", imports.importer, name="importer"),
    path("imports/<int:pk>/", imports.apercu, name="import"),
    path("imports/<int:pk>/valider/", imports.valider, name="valider_import"),
    path("imports/<int:pk>/abandonner/", imports.abandonner, name="abandonner_import"),
    path("imports/<int:pk>/rapport/", imports.rapport, name="rapport_import"),
]
