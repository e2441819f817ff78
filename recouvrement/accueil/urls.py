from django.urls import path

from factures.views import taux
from recouvrement.accueil.views import appel, fiche, gestes, journee, qualite, tableau, vues

app_name = "accueil"
urlpatterns = [
    path("", fiche.racine, name="racine"),
    path("choisir/", fiche.choisir, name="choisir"),
    path("recherche/", fiche.recherche, name="recherche"),
    path("taux/", taux.taux, name="taux"),
    path("journee/", journee.journee, name="journee"),
    path("tableau/", tableau.tableau, name="tableau"),
    path("<slug:creancier>/journee/", journee.journee_creancier, name="journee_creancier"),
    path("<slug:creancier>/tableau/", tableau.tableau_creancier, name="tableau_creancier"),
    path("<slug:creancier>/vues/", vues.enregistrer, name="enregistrer_vue"),
    path("<slug:creancier>/vues/<int:pk>/oublier/", vues.oublier, name="oublier_vue"),
    path("<slug:creancier>/clients/<int:pk>/", fiche.client, name="client"),
    path("<slug:creancier>/clients/<int:pk>/appel/", appel.appel, name="appel"),
    path("<slug:creancier>/clients/<int:pk>/qualite/", qualite.qualite, name="qualite"),
    path("<slug:creancier>/qualites/", qualite.qualites, name="qualites"),
    path("<slug:creancier>/gestes/<int:pk>/", gestes.geste, name="geste"),
    path("<slug:creancier>/gestes/<int:pk>/annuler/", gestes.annuler, name="annuler_geste"),
]
