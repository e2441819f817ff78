"""Prouver une adresse d'expéditeur : un message y va, sa réponse ouvre les envois."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.regles.analyse import analyser
from recouvrement.equipe import actions
from recouvrement.equipe.erreurs import ExpediteurRefuse
from recouvrement.equipe.evenements import Evenement
from recouvrement.equipe.models import VerificationExpediteur
from recouvrement.journal.models import Entree
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.recouvrement.equipe.test_forms import envois

pytestmark = pytest.mark.django_db
DU_CREANCIER = "compta@kerbrat.example"


@pytest.fixture
def creancier():
    return un_creancier(courriel_verifie="")


@pytest.fixture
def gestionnaire(creancier, client):
    personne = un_utilisateur(chez=creancier)
    client.force_login(personne)
    return personne


def page(creancier):
    return reverse("equipe:envois", args=[creancier.code])


def demander(client, creancier):
    return client.post(reverse("equipe:expediteur_verifier", args=[creancier.code]), follow=True)


def dernier_lien() -> str:
    envoi = Envoi.objects.de_compte().latest("pk")
    return re.search(r"http://localhost:8000(/expediteur/\S+)", analyser(envoi.octets).texte)[1]


def lire(reponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", reponse.content.decode()).split())


def test_de_la_demande_a_la_confirmation(client, creancier, gestionnaire, settings):
    settings.DEFAULT_FROM_EMAIL = "relances@plateforme.example"
    assert "Expéditeur à vérifier" in lire(client.get(page(creancier)))

    demandee = demander(client, creancier)

    assert f"Un message attend à {DU_CREANCIER}" in lire(demandee)
    envoi = Envoi.objects.de_compte().get()
    assert (envoi.destinataire, envoi.expediteur) == (DU_CREANCIER, "relances@plateforme.example")
    lien = dernier_lien()
    client.logout()
    for _ in range(2):
        lue = client.get(lien)
        assert lue.status_code == 200
        assert not Creancier.objects.get().expediteur_est_verifie, "lire ne prouve rien"
    assert client.post(lien).status_code == 200
    assert Creancier.objects.get().expediteur_est_verifie
    assert client.post(lien).status_code == client.get(lien).status_code == 410
    client.force_login(gestionnaire)
    assert f"{DU_CREANCIER} est vérifiée" in lire(client.get(page(creancier)))
    ecrits = Entree.objects.pour(creancier).values_list("evenement", flat=True)
    assert {Evenement.EXPEDITEUR_DEMANDE, Evenement.EXPEDITEUR_VERIFIE} <= set(ecrits)


def test_regler_une_autre_adresse_ote_la_preuve_et_lui_ecrit_aussitot(client):
    creancier = un_creancier()
    client.force_login(un_utilisateur(chez=creancier))
    autre = "relances@kerbrat.example"

    reponse = client.post(page(creancier), envois(courriel_expediteur=autre), follow=True)

    assert f"Un message attend à {autre}" in lire(reponse)
    assert not Creancier.objects.get().expediteur_est_verifie
    assert Envoi.objects.de_compte().filter(destinataire=autre).count() == 1


def test_enregistrer_sans_changer_d_adresse_n_ecrit_a_personne(client):
    creancier = un_creancier()
    client.force_login(un_utilisateur(chez=creancier))

    client.post(page(creancier), envois(courriel_expediteur=DU_CREANCIER, ecart_minimal=9))

    assert Creancier.objects.get().expediteur_est_verifie
    assert not Envoi.objects.de_compte().filter(destinataire=DU_CREANCIER).exists()


def test_renvoyer_ferme_le_lien_precedent_et_la_base_ne_garde_que_des_empreintes(
    client, creancier, gestionnaire
):
    demander(client, creancier)
    ancien = dernier_lien()
    demander(client, creancier)

    assert client.get(ancien).status_code == 410
    assert client.post(ancien).status_code == 410
    assert client.get(dernier_lien()).status_code == 200
    jeton = dernier_lien().split("/")[2]
    assert jeton not in str(list(VerificationExpediteur.objects.systeme().values()))


def test_un_lien_de_plus_de_72_heures_ne_prouve_rien(client, creancier, gestionnaire):
    demander(client, creancier)
    VerificationExpediteur.objects.pour(creancier).update(
        demandee_le=timezone.now() - timedelta(hours=72, seconds=1),
        expire_le=timezone.now() - timedelta(seconds=1),
    )

    assert client.post(dernier_lien()).status_code == 410
    assert not Creancier.objects.get().expediteur_est_verifie
    assert "a expiré" in lire(client.get(page(creancier)))


def test_le_lien_d_une_adresse_remplacee_depuis_ne_prouve_pas_la_nouvelle(
    client, creancier, gestionnaire
):
    demander(client, creancier)
    Creancier.objects.update(courriel_expediteur="autre@ailleurs.example")

    reponse = client.post(dernier_lien())

    assert reponse.status_code == 410
    assert "une autre adresse d’expéditeur" in lire(reponse).replace("'", "’").replace(
        "&#x27;", "’"
    )
    assert not Creancier.objects.get().expediteur_est_verifie


def test_on_n_ecrit_pas_sans_fin_a_une_adresse_qui_n_a_rien_demande(creancier, gestionnaire):
    maintenant = timezone.now()
    for _ in range(5):
        actions.demander_la_preuve(creancier, acteur=gestionnaire, maintenant=maintenant)

    with pytest.raises(ExpediteurRefuse, match="attendez demain"):
        actions.demander_la_preuve(creancier, acteur=gestionnaire, maintenant=maintenant)
    assert Envoi.objects.de_compte().count() == 5


def test_sans_adresse_reglee_la_page_le_dit_et_refuse(client):
    creancier = un_creancier(courriel_expediteur="")
    client.force_login(un_utilisateur(chez=creancier))

    assert "Expéditeur à régler" in lire(client.get(page(creancier)))
    refus = demander(client, creancier)
    assert refus.status_code == 422
    assert "Réglez d" in lire(refus)


def test_une_assistante_ne_demande_pas_de_preuve(client, creancier):
    client.force_login(un_utilisateur(chez=creancier, role=Role.ASSISTANTE))

    assert demander(client, creancier).status_code == 403
    assert not Envoi.objects.de_compte().exists()


@pytest.mark.parametrize("vue", ["accueil:journee", "accueil:tableau"])
def test_le_gestionnaire_l_apprend_en_ouvrant_sa_journee_et_son_tableau(client, creancier, vue):
    client.force_login(un_utilisateur(chez=creancier))
    assert page(creancier) in client.get(reverse(vue)).content.decode()
    # Qui ne peut rien y régler ne reçoit pas cette tâche.
    client.force_login(un_utilisateur(chez=creancier, role=Role.ASSISTANTE))
    assert page(creancier) not in client.get(reverse(vue)).content.decode()


def test_la_liste_des_relances_dit_que_rien_ne_part(client, creancier):
    client.force_login(un_utilisateur(chez=creancier, role=Role.LECTURE))

    liste = lire(client.get(reverse("relances:liste", args=[creancier.code])))

    assert "Expéditeur à vérifier" in liste


def test_l_administrateur_regle_le_quota_et_lui_seul(client, creancier):
    quota = reverse("equipe:quota", args=[creancier.pk])
    client.force_login(un_utilisateur(chez=creancier))
    assert client.get(quota).status_code == client.post(quota, {"quota": 5}).status_code == 403
    client.force_login(un_utilisateur(est_administrateur=True))

    for faux in ("", "-1", "beaucoup", "9" * 30):
        assert client.post(quota, {"quota": faux}).status_code == 422
    assert "0 courriel parti aujourd" in lire(client.get(quota))
    assert client.post(quota, {"quota": 5}).status_code == 302
    assert Creancier.objects.get().quota_quotidien == 5
    client.force_login(un_utilisateur(chez=creancier))
    assert "Courriels partis aujourd’hui : 0 sur 5" in lire(client.get(page(creancier)))


def test_une_verification_n_expire_pas_avant_d_etre_demandee(creancier, gestionnaire):
    maintenant = timezone.now()
    faits = {"acteur": gestionnaire}
    premiere = actions.demander_la_preuve(creancier, maintenant=maintenant, **faits)
    une_heure = timedelta(hours=1)

    # L'horloge a reculé : redemander ne casse rien.
    actions.demander_la_preuve(creancier, maintenant=maintenant - une_heure, **faits)

    siennes = VerificationExpediteur.objects.pour(creancier)
    relue = siennes.get(pk=premiere.pk)
    assert relue.expire_le == relue.demandee_le == maintenant
    with pytest.raises(IntegrityError), transaction.atomic():
        siennes.filter(pk=premiere.pk).update(expire_le=maintenant - une_heure)
