from django.urls import path

from contentieux.views import documents, dossier, liste

app_name = "contentieux"
urlpatterns = [
    path("", liste.liste, name="liste"),
    path("export.<slug:genre>", liste.exporter, name="exporter"),
    path("client/<int:pk>/ouvrir/", dossier.ouvrir, name="ouvrir"),
    path("<int:pk>/", dossier.dossier, name="dossier"),
    path("<int:pk>/requete/", dossier.requete, name="requete"),
    path("<int:pk>/documents/", dossier.documents, name="documents"),
    path("<int:pk>/pieces/", dossier.pieces, name="pieces"),
    path("<int:pk>/avancer/", dossier.avancer_dossier, name="avancer"),
    path("<int:pk>/noter/", dossier.noter_dossier, name="noter"),
    path("<int:pk>/frais/", dossier.frais, name="frais"),
    path("<int:pk>/clore/", dossier.clore_dossier, name="clore"),
    path("document/<int:pk>/", documents.document, name="document"),
]
