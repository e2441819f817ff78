"""La racine : seulement des renvois. Ce qui est à un créancier commence par son code."""

from django.urls import include, path

handler500 = "recouvrement.socle.middlewares.indisponible.erreur_serveur"

urlpatterns = [
    # Avant celles d'allauth : deux de ses pages sont remplacées par les nôtres.
    path("", include("recouvrement.equipe.urls")),
    path("compte/", include("allauth.urls")),
    path("", include("recouvrement.exploitation.urls")),
    path("", include("recouvrement.vie_privee.urls")),
    path("", include("recouvrement.accueil.urls")),
    path("<slug:creancier>/clients/", include("clients.urls")),
    path("<slug:creancier>/factures/", include("factures.urls")),
    path("<slug:creancier>/relances/", include("relances.urls")),
    path("<slug:creancier>/contentieux/", include("contentieux.urls")),
]
