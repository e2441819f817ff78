from django.urls import path

from recouvrement.vie_privee.views import client, conservation

app_name = "vie_privee"
urlpatterns = [
    path("instance/donnees-personnelles/", conservation.de_l_instance, name="instance"),
    path("<slug:creancier>/donnees-personnelles/", conservation.conservation, name="conservation"),
    path("<slug:creancier>/donnees-personnelles/registre/", conservation.registre, name="registre"),
    path("<slug:creancier>/donnees-personnelles/<int:pk>/", client.donnees, name="client"),
    path(
        "<slug:creancier>/donnees-personnelles/<int:pk>/demande/", client.demander, name="demander"
    ),
    path(
        "<slug:creancier>/donnees-personnelles/<int:pk>/demande/<int:demande>/",
        client.repondre,
        name="repondre",
    ),
    path(
        "<slug:creancier>/donnees-personnelles/<int:pk>/export.zip",
        client.exporter,
        name="exporter",
    ),
    path("<slug:creancier>/donnees-personnelles/<int:pk>/effacer/", client.effacer, name="effacer"),
]
