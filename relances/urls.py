from django.urls import path

from relances.views import (
    appels,
    courriers,
    ecrire,
    envois,
    etapes,
    fins,
    liste,
    lots,
    ouverture,
    promesses,
    relance,
    scenario,
)

app_name = "relances"

urls_appels = [
    path("appels/<int:pk>/clore-le-rappel/", appels.clore_le_rappel, name="clore_rappel"),
    path("promesses/", promesses.liste, name="promesses"),
    path("promesses/export.<slug:genre>", promesses.exporter, name="exporter_promesses"),
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
    path("client/<int:pk>/courriel/", ecrire.ecrire, name="ecrire"),
    path("client/<int:pk>/lettre/", courriers.ecrire_lettre, name="ecrire_lettre"),
    path("client/<int:pk>/mise-en-demeure/", courriers.mise_en_demeure, name="mise_en_demeure"),
]

urls_relances = [
    path("", liste.liste, name="liste"),
    path("export.<slug:genre>", liste.exporter, name="exporter"),
    path("lot/", lots.relances, name="lot"),
    path("lot/lettres/", lots.lettres, name="lot_lettres"),
    path("a-valider/", liste.a_valider, name="a_valider"),
    path("envois/", envois.envois, name="envois"),
    path("ouverture/", ouverture.ouverture, name="ouverture"),
    path("etapes/<int:palier>/", etapes.etape, name="etape"),
    path("etapes/<int:palier>/export.xlsx", etapes.exporter, name="exporter_etape"),
    path("<int:pk>/", relance.relance, name="relance"),
    path("<int:pk>/message/", relance.message_html, name="message_html"),
    path("<int:pk>/octets/", relance.octets, name="octets"),
    path("<int:pk>/valider/", relance.valider, name="valider"),
    path("<int:pk>/retoucher/", relance.retoucher, name="retoucher"),
    path("<int:pk>/reporter/", relance.reporter, name="reporter"),
    path("<int:pk>/annuler/", relance.annuler, name="annuler"),
    path("<int:pk>/liberer/", relance.liberer, name="liberer"),
    path("<int:pk>/renvoyer/", relance.renvoyer, name="renvoyer"),
    path("<int:pk>/trancher/", relance.trancher, name="trancher"),
    path("client/<int:pk>/fin/decidee/", fins.decidee, name="fin_decidee"),
    path("scenario/", scenario.scenario, name="scenario"),
    path("scenario/modifier/", scenario.modifier, name="scenario_modifier"),
    path("scenario/etapes/<int:pk>/apercu/", scenario.apercu, name="apercu"),
]

urlpatterns = [*urls_relances, *urls_appels, *urls_courriers]
