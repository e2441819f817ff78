from django.urls import path

from relances.views import appels

app_name = "relances"

urls_appels = [
    path("client/<int:pk>/appel/", appels.appel, name="appel"),
    path("appels/<int:pk>/annuler/", appels.annuler, name="annuler_appel"),
    path("appels/<int:pk>/clore-le-rappel/", appels.clore_le_rappel, name="clore_rappel"),
    path("promesses/<int:pk>/", appels.constater, name="promesse"),
]

urlpatterns = [*urls_appels]
