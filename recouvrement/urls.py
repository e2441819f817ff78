"""La racine : seulement des renvois. Ce qui est à un créancier commence par son code."""

from django.urls import include, path

urlpatterns = [
    path("compte/", include("allauth.urls")),
    path("", include("recouvrement.equipe.urls")),
    path("", include("recouvrement.accueil.urls")),
    path("<slug:creancier>/clients/", include("clients.urls")),
    path("<slug:creancier>/factures/", include("factures.urls")),
    path("<slug:creancier>/relances/", include("relances.urls")),
    path("<slug:creancier>/contentieux/", include("contentieux.urls")),
]
