from django.urls import path

from relances.views import appels, courriers

app_name = "relances"

urls_appels = [
    path("client/<int:pk>/appel/", appels.appel, name="appel"),
    path("appels/<int:pk>/annuler/", appels.annuler, name="annuler_appel"),
    path("appels/<int:pk>/clore-le-rappel/", appels.clore_le_rappel, name="clore_rappel"),
    path("promesses/<int:pk>/", appels.constater, name="promesse"),
]

urls_courriers = [
    path("courriers/", courriers.liste, name="courriers"),
    path("courriers/preparer/", courriers.preparer_lot, name="preparer_lot"),
    path("courriers/imprimer/", courriers.imprimer_lot, name="imprimer_lot"),
    path("courriers/<int:pk>/", courriers.courrier, name="courrier"),
    path("courriers/<int:pk>/pdf/", courriers.courrier_pdf, name="courrier_pdf"),
    path("courriers/<int:pk>/poster/", courriers.poster_courrier, name="poster"),
    path("courriers/<int:pk>/suivre/", courriers.suivre_courrier, name="suivre"),
    path("courriers/<int:pk>/annuler/", courriers.annuler, name="annuler_courrier"),
    path("lettres/<int:pk>/", courriers.lettre, name="lettre"),
    path("client/<int:pk>/lettre/", courriers.ecrire_lettre, name="ecrire_lettre"),
    path("client/<int:pk>/mise-en-demeure/", courriers.mise_en_demeure, name="mise_en_demeure"),
]

urlpatterns = [*urls_appels, *urls_courriers]
