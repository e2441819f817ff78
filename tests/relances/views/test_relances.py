"""Les pages des relances : ce qui part, ce qui ne part pas, et qui peut en décider."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from recouvrement.comptes.enums import Role
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from relances.actions.battement import battre
from relances.actions.planification import planifier
from relances.actions.scenarios import scenario_par_defaut
from relances.enums import EtatRelance
from relances.forms.scenario import en_initial
from relances.models import Etape, Relance, RelanceFacture, Scenario
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db

LUNDI = date(2026, 11, 23)
DIX_HEURES = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def un_lundi():
    with time_machine.travel(DIX_HEURES, tick=False):
        yield


def echue(creancier, **champs):
    echeance = LUNDI - timedelta(days=5)
    return une_facture(
        client=champs.pop("client", None) or un_client(creancier=creancier),
        date_emission=echeance - timedelta(days=30),
        date_echeance=echeance,
        **champs,
    )


def prevue(creancier, *, a_valider=False):
    scenario_par_defaut(creancier)
    if a_valider:
        Etape.objects.pour(creancier).filter(cle="rappel").update(declenchement="validation")
    facture = echue(creancier)
    planifier(creancier, au=LUNDI, maintenant=DIX_HEURES)
    return Relance.objects.pour(creancier).get(client=facture.client)


def adresse(nom, creancier, *args):
    return reverse(f"relances:{nom}", args=[creancier.code, *args])


def relue(relance):
    return Relance.objects.pour(relance.creancier).get(pk=relance.pk)


def test_la_liste_montre_les_relances_prevues(page, creancier):
    relance = prevue(creancier)
    texte = page.get(adresse("liste", creancier)).content.decode()
    assert relance.client.nom in texte
    assert "Premier rappel" in texte
    assert "1\u202f200,00\u202f€" in texte


@pytest.mark.parametrize("vue", ["a_valider", "a_faire", "envoyees", "non_parties", "annulees"])
def test_chaque_onglet_vide_le_dit(page, creancier, vue):
    assert "Rien ici" in page.get(adresse("liste", creancier), {"vue": vue}).content.decode()


def test_la_liste_coute_autant_de_requetes_a_une_et_a_trois_relances(
    page, creancier, django_assert_num_queries
):
    prevue(creancier)
    url = adresse("liste", creancier)
    page.get(url)
    with django_assert_num_queries(10) as une:
        page.get(url)
    prevue(creancier)
    prevue(creancier)
    with django_assert_num_queries(len(une)):
        page.get(url)


def test_les_factures_ecartees_disent_pourquoi(page, creancier):
    facture = echue(creancier, client=un_client(creancier=creancier, suspendu_le=LUNDI))
    texte = page.get(adresse("liste", creancier), {"vue": "ecartees"}).content.decode()
    assert facture.numero in texte
    assert "Client suspendu" in texte


def test_l_apercu_montre_le_message_exact_et_ce_qui_est_verifie(page, creancier):
    relance = prevue(creancier)
    texte = page.get(adresse("relance", creancier, relance.pk)).content.decode()
    assert "à régler" in texte
    assert "Adresse utilisable" in texte
    assert "Pourquoi ça ne part pas" not in texte
    html = page.get(adresse("message_html", creancier, relance.pk))
    assert "data:image/png;base64," in html.content.decode()
    assert html["Content-Security-Policy"].startswith("default-src 'none'")
    assert html["X-Frame-Options"] == "SAMEORIGIN"


def test_un_point_qui_bloque_ferme_le_bouton_et_dit_pourquoi(page, creancier):
    relance = prevue(creancier, a_valider=True)
    relance.client.suspendu_le = LUNDI
    relance.client.save()
    texte = page.get(adresse("relance", creancier, relance.pk)).content.decode()
    assert "Pourquoi ça ne part pas" in texte
    assert 'aria-disabled="true"' in texte


def test_apres_l_envoi_la_page_montre_les_octets_gardes(page, creancier, settings):
    settings.SERVEUR_SMTP = None
    relance = prevue(creancier)
    battre(DIX_HEURES)
    relance = relue(relance)
    assert relance.envoi.etat == EtatEnvoi.RETENU
    texte = page.get(adresse("relance", creancier, relance.pk)).content.decode()
    assert "octets exacts" in texte
    assert "Auto-Submitted" in texte
    octets = page.get(adresse("octets", creancier, relance.pk))
    assert octets.content == bytes(relance.envoi.octets)
    assert "Gardés" in page.get(adresse("envois", creancier)).content.decode()


def test_valider_laisse_partir_et_mene_a_la_suivante(page, creancier):
    premiere, seconde = prevue(creancier, a_valider=True), prevue(creancier, a_valider=True)
    reponse = page.post(adresse("valider", creancier, premiere.pk))
    assert reponse.url == adresse("relance", creancier, seconde.pk)
    assert relue(premiere).etat == EtatRelance.PLANIFIEE
    assert relue(premiere).envoi.etat == EtatEnvoi.A_ENVOYER


def test_retoucher_ne_change_que_ce_message(page, creancier):
    relance = prevue(creancier, a_valider=True)
    url = adresse("retoucher", creancier, relance.pk)
    assert page.get(url).status_code == 200
    mots = {"sujet": "Un mot", "texte": "Bonjour {{ contact }},\n\nMerci."}
    assert page.post(url, mots).status_code == 302
    assert relue(relance).sujet == "Un mot"
    texte = page.get(adresse("relance", creancier, relance.pk)).content.decode()
    assert "Bonjour Sandrine Duval" in texte


def test_un_texte_faux_est_refuse_avec_la_liste_des_champs(page, creancier):
    relance = prevue(creancier, a_valider=True)
    url = adresse("retoucher", creancier, relance.pk)
    reponse = page.post(url, {"sujet": "Un mot", "texte": "{{ solde }}"})
    assert reponse.status_code == 422
    assert "Champs possibles" in reponse.content.decode()


def test_un_objet_sur_deux_lignes_est_refuse(page, creancier):
    relance = prevue(creancier, a_valider=True)
    url = adresse("retoucher", creancier, relance.pk)
    reponse = page.post(url, {"sujet": "Un\u2028Bcc: x@y.example", "texte": "Bonjour"})
    assert reponse.status_code == 422


def test_retenir_demande_un_motif_et_passe_l_etape(page, creancier):
    relance = prevue(creancier)
    url = adresse("annuler", creancier, relance.pk)
    assert page.post(url, {"motif": ""}).status_code == 422
    page.post(url, {"motif": "Accord verbal"})
    relance = relue(relance)
    assert (relance.etat, relance.motif) == (EtatRelance.ANNULEE, "Accord verbal")
    assert relance.envoi.etat == EtatEnvoi.ANNULE
    assert RelanceFacture.objects.pour(creancier).get().est_vivante
    assert planifier(creancier, au=LUNDI, maintenant=DIX_HEURES).creees == []


def test_reporter_la_represente_au_prochain_jour_ouvre(page, creancier):
    relance = prevue(creancier, a_valider=True)
    page.post(adresse("reporter", creancier, relance.pk))
    assert relue(relance).prevue_le == date(2026, 11, 24)


def test_un_envoi_incertain_se_tranche_une_fois(page, creancier):
    relance = prevue(creancier)
    Relance.objects.pour(creancier).update(etat=EtatRelance.INCERTAINE, faite_le=DIX_HEURES)
    Envoi.objects.pour(creancier).update(etat=EtatEnvoi.INCERTAIN, octets=b"", data_a=DIX_HEURES)
    url = adresse("trancher", creancier, relance.pk)
    assert "Incertains" in page.get(adresse("envois", creancier)).content.decode()
    assert page.post(url, {"suite": "arrivee"}).status_code == 302
    assert relue(relance).etat == EtatRelance.FAITE
    assert page.post(url, {"suite": "arrivee"}).status_code == 422


@pytest.mark.parametrize("genre", ["xlsx", "csv"])
def test_l_export_suit_la_liste(page, creancier, genre):
    prevue(creancier)
    reponse = page.get(adresse("exporter", creancier, genre))
    assert reponse.status_code == 200
    octets = b"".join(reponse) if reponse.streaming else reponse.content
    assert len(octets) > 100


def scenario_saisi(creancier, **changements):
    scenario_par_defaut(creancier)
    etapes = list(Etape.objects.pour(creancier).order_by("rang"))
    donnees = {
        "nom": "Le mien",
        "etape-TOTAL_FORMS": len(etapes) + 1,
        "etape-INITIAL_FORMS": len(etapes),
    }
    for rang, initial in enumerate(en_initial(etapes)):
        for nom, valeur in initial.items():
            if valeur is not False:
                donnees[f"etape-{rang}-{nom}"] = valeur
    blanche = f"etape-{len(etapes)}-"
    donnees |= {
        f"{blanche}{nom}": valeur
        for nom, valeur in {
            "canal": "courriel",
            "ton": "prevenant",
            "palier": "0",
            "declenchement": "automatique",
            "joindre_factures": "on",
        }.items()
    }
    return donnees | changements


def test_publier_un_scenario_garde_les_cles_des_etapes(client, creancier):
    client.force_login(un_utilisateur(chez=creancier))
    url = adresse("scenario_modifier", creancier)
    donnees = scenario_saisi(creancier, **{"etape-1-delai": 4, "etape-1-nom": "Rappel doux"})
    assert client.get(url).status_code == 200
    reponse = client.post(url, donnees)
    assert reponse.status_code == 302, reponse.context["lot"].errors
    scenario = Scenario.objects.pour(creancier).en_vigueur().get()
    assert (scenario.version, scenario.nom) == (2, "Le mien")
    etape = scenario.etapes.get(cle="rappel")
    assert (etape.nom, etape.delai) == ("Rappel doux", 4)
    texte = client.get(adresse("scenario", creancier)).content.decode()
    assert "Rappel doux" in texte


def test_un_scenario_faux_n_est_pas_publie(client, creancier):
    client.force_login(un_utilisateur(chez=creancier))
    donnees = scenario_saisi(creancier, **{"etape-1-texte": "{{ inconnu }}"})
    reponse = client.post(adresse("scenario_modifier", creancier), donnees)
    assert reponse.status_code == 422
    assert "Champs possibles" in reponse.content.decode()
    assert Scenario.objects.pour(creancier).count() == 1


def test_l_apercu_d_une_etape_s_ecrit_pour_un_vrai_client(page, creancier):
    relance = prevue(creancier)
    texte = page.get(adresse("apercu", creancier, relance.etape_id)).content.decode()
    assert relance.client.nom in texte
    assert "Cordialement" in texte


ECRITURES = ["valider", "reporter", "annuler", "liberer", "renvoyer", "trancher", "retoucher"]


@pytest.mark.parametrize("nom", ECRITURES)
def test_la_relance_d_un_autre_creancier_n_existe_pas(page, creancier, nom):
    etrangere = prevue(un_creancier(), a_valider=True)
    assert page.post(adresse(nom, creancier, etrangere.pk)).status_code == 404
    assert relue(etrangere).etat == EtatRelance.A_VALIDER


@pytest.mark.parametrize("nom", ["relance", "message_html", "octets", "retoucher"])
def test_lire_la_relance_d_un_autre_creancier_est_introuvable(page, creancier, nom):
    etrangere = prevue(un_creancier())
    assert page.get(adresse(nom, creancier, etrangere.pk)).status_code == 404


@pytest.mark.parametrize("nom", ECRITURES)
def test_la_lecture_seule_ne_decide_de_rien(client, creancier, nom):
    relance = prevue(creancier, a_valider=True)
    client.force_login(un_utilisateur(chez=creancier, role=Role.LECTURE))
    assert client.post(adresse(nom, creancier, relance.pk)).status_code == 403
    assert client.get(adresse("relance", creancier, relance.pk)).status_code == 200


def test_une_assistante_ne_publie_pas_de_scenario(page, creancier):
    assert page.post(adresse("scenario_modifier", creancier)).status_code == 403


def test_l_apercu_d_une_etape_etrangere_est_introuvable(page, creancier):
    etape = scenario_par_defaut(un_creancier()).etapes.first()
    assert page.get(adresse("apercu", creancier, etape.pk)).status_code == 404
