from django.urls import path

from clients.views import contacts, fiche, fusion, liste

app_name = "clients"
urlpatterns = [
    path("", liste.liste, name="liste"),
    path("exporter/", liste.exporter, name="exporter"),
    path("nouveau/", fiche.nouveau, name="nouveau"),
    path("doublons/", fusion.doublons, name="doublons"),
    path("<int:pk>/modifier/", fiche.modifier, name="modifier"),
    path("<int:pk>/adresse/confirmer/", fiche.confirmer_adresse, name="confirmer_adresse"),
    path("<int:pk>/suspendre/", fiche.suspendre, name="suspendre"),
    path("<int:pk>/reprendre/", fiche.reprendre, name="reprendre"),
    path("<int:pk>/noter/", fiche.noter, name="noter"),
    path("<int:pk>/notes/<int:note>/ranger/", fiche.ranger_note, name="ranger_note"),
    path("<int:pk>/fusionner/", fusion.fusionner, name="fusionner"),
    path("<int:pk>/contacts/", contacts.contacts, name="contacts"),
    path("<int:pk>/contacts/ajouter/", contacts.ajouter, name="contact_ajouter"),
    path("<int:pk>/contacts/<int:contact>/", contacts.modifier, name="contact"),
    path("<int:pk>/contacts/<int:contact>/retirer/", contacts.retirer, name="contact_retirer"),
    path(
        "<int:pk>/contacts/<int:contact>/coordonnees/",
        contacts.ajouter_coordonnee,
        name="coordonnee_ajouter",
    ),
    path("<int:pk>/coordonnees/<int:coordonnee>/", contacts.marquer, name="coordonnee"),
    path(
        "<int:pk>/coordonnees/<int:coordonnee>/retirer/",
        contacts.retirer_coordonnee,
        name="coordonnee_retirer",
    ),
]
