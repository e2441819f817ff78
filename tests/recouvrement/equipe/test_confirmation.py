"""Avant un geste grave, la personne redit qui elle est ; ce qu'elle avait tapé n'est pas perdu."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.actions.instance import geler
from recouvrement.courriel.models import Envoi
from recouvrement.equipe import actions
from recouvrement.equipe.enums import EtatChangement
from recouvrement.equipe.models import Changement
from recouvrement.serveurs import ServeurSmtp
from tests.appuis.pages import lisible
from tests.fabriques.changements import APRES, AVANT, courriels, iban
from tests.fabriques.comptes import (
    MOT_DE_PASSE,
    confirmer,
    connecter_avec_mot_de_passe,
    un_creancier,
    un_utilisateur,
)
from tests.recouvrement.equipe.test_forms import envois, png, saisie

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def compteurs_a_zero():
    cache.clear()


def adresse(page, creancier, *args):
    return reverse(f"equipe:{page}", args=[creancier.code, *args])


def entrer(client, creancier, role=Role.GESTIONNAIRE):
    personne = un_utilisateur(chez=creancier, role=role, mot_de_passe=MOT_DE_PASSE)
    connecter_avec_mot_de_passe(client, personne)
    return personne


def une_demande(creancier, acteur, **champs):
    [changement] = actions.regler(
        creancier,
        champs=champs or {"iban": APRES},
        acteur=acteur,
        maintenant=timezone.now(),
    )
    return changement


def test_changer_l_iban_redemande_le_mot_de_passe_puis_rejoue_ce_qui_etait_tape(client):
    creancier = un_creancier(iban=AVANT)
    entrer(client, creancier)
    url = adresse("identite", creancier)

    reponse = client.post(url, saisie(iban=APRES, ville="Vannes"))
    assert reponse.url.startswith(reverse("account_reauthenticate"))
    assert (iban(creancier), creancier.ville) == (AVANT, "Rennes")
    faux = client.post(reverse("account_reauthenticate"), {"password": "faux", "next": url})
    assert faux.status_code == 200
    assert iban(creancier) == AVANT

    assert confirmer(client, suivant=url).url == url
    creancier.refresh_from_db()
    assert (creancier.iban, creancier.ville) == (APRES, "Vannes")


def test_la_confirmation_vaut_cinq_minutes(client):
    creancier = un_creancier(iban=AVANT)
    entrer(client, creancier)
    with time_machine.travel(timezone.now(), tick=False) as horloge:
        confirmer(client)
        horloge.shift(timedelta(minutes=4))
        client.post(adresse("identite", creancier), saisie(iban=APRES))
        assert iban(creancier) == APRES
        horloge.shift(timedelta(minutes=2))
        reponse = client.post(adresse("identite", creancier), saisie(iban=AVANT))
    assert reponse.url.startswith(reverse("account_reauthenticate"))
    assert iban(creancier) == APRES


def test_une_image_jointe_s_enregistre_avant_la_confirmation(client):
    creancier = un_creancier(iban=AVANT)
    entrer(client, creancier)
    url = adresse("identite", creancier)

    client.post(url, saisie(iban=APRES, logo_nouveau=SimpleUploadedFile("x.png", png())))

    creancier.refresh_from_db()
    assert (bytes(creancier.logo), creancier.iban) == (png(), AVANT)
    confirmer(client, suivant=url)
    creancier.refresh_from_db()
    assert (bytes(creancier.logo), creancier.iban) == (png(), APRES)


def test_par_htmx_la_page_entiere_va_se_confirmer(client):
    creancier = un_creancier()
    entrer(client, creancier)

    reponse = client.post(adresse("archiver", creancier), headers={"HX-Request": "true"})

    assert reponse.status_code == 204
    assert reponse["HX-Redirect"].startswith(reverse("account_reauthenticate"))
    confirmer(client, suivant=adresse("archiver", creancier))
    creancier.refresh_from_db()
    assert creancier.archive_le is not None


def test_un_reglage_ordinaire_ne_demande_rien(client):
    creancier = un_creancier(iban=AVANT)
    entrer(client, creancier)

    client.post(adresse("identite", creancier), saisie(iban=AVANT, bic="", ville="Vannes"))

    assert Creancier.objects.get(pk=creancier.pk).ville == "Vannes"


@pytest.mark.parametrize("page", ["role", "retirer", "inviter", "archiver", "envois", "approuver"])
def test_chaque_geste_grave_exige_la_confirmation(client, page):
    creancier = un_creancier()
    moi = entrer(client, creancier)
    autre = un_utilisateur(chez=creancier)
    habilitation = autre.habilitations.get()
    url, champs = {
        "role": (adresse("role", creancier, habilitation.pk), {"role": "lecture"}),
        "retirer": (adresse("retirer", creancier, habilitation.pk), {}),
        "inviter": (
            adresse("inviter", creancier),
            {"courriel": "max@exemple.example", "role": "gestionnaire"},
        ),
        "archiver": (adresse("archiver", creancier), {}),
        "envois": (adresse("envois", creancier), envois(envois_geles="on")),
        "approuver": (adresse("changement_approuver", creancier, 1), {}),
    }[page]
    if page == "approuver":
        url = adresse("changement_approuver", creancier, une_demande(creancier, autre).pk)
    avant = Changement.objects.pour(creancier).count()

    reponse = client.post(url, champs)

    assert reponse.url.startswith(reverse("account_reauthenticate"))
    assert Changement.objects.pour(creancier).count() == avant
    assert not Creancier.objects.get(pk=creancier.pk).envois_geles
    confirmer(client, suivant=url)
    faits = Changement.objects.pour(creancier)
    assert (
        Creancier.objects.get(pk=creancier.pk).envois_geles
        or faits.filter(demande_par=moi).exists()
        or faits.filter(decide_par=moi, etat=EtatChangement.APPLIQUE).exists()
    )


def test_la_page_montre_la_demande_a_chacun_avec_ce_qu_il_peut_en_faire(client):
    creancier = un_creancier(iban=AVANT)
    claire = un_utilisateur(chez=creancier, nom_complet="Claire Kerbrat")
    un_utilisateur(chez=creancier)
    changement = une_demande(creancier, claire)
    boutons = {}
    for nom, role in (("paul", Role.GESTIONNAIRE), ("lea", Role.LECTURE), ("claire", None)):
        navigateur = Client()
        navigateur.force_login(un_utilisateur(chez=creancier, role=role) if role else claire)
        page = lisible(navigateur.get(adresse("parametres", creancier)))
        assert "en attente" in page
        assert "Claire Kerbrat" in page
        boutons[nom] = [m for m in ("Approuver", "Refuser", "Retirer ma demande") if m in page]

    assert boutons == {
        "paul": ["Approuver", "Refuser"],
        "lea": [],
        "claire": ["Retirer ma demande"],
    }
    client.force_login(claire)
    page = lisible(client.get(adresse("identite", creancier)))
    assert f"/{changement.pk}/retirer/" in page
    # Le champ montre ce qui vaut : la demande n'est pas l'IBAN.
    assert AVANT in page.replace("\u00a0", "").replace(" ", "")


def test_une_demande_de_plus_est_refusee_a_cote_du_champ_et_rien_n_est_perdu(client):
    creancier = un_creancier(iban=AVANT)
    claire = un_utilisateur(chez=creancier)
    client.force_login(claire)
    un_utilisateur(chez=creancier)
    une_demande(creancier, claire)

    reponse = client.post(adresse("identite", creancier), saisie(iban=APRES, ville="Brest"))

    assert reponse.status_code == 422
    assert "attend déjà" in str(reponse.context["form"].errors["iban"])
    assert reponse.context["form"]["ville"].value() == "Brest"
    assert Creancier.objects.get(pk=creancier.pk).ville == "Rennes"


@pytest.mark.parametrize("quoi", ["approuver", "refuser", "retirer", "defaire"])
def test_la_demande_d_un_autre_creancier_est_introuvable(client, quoi):
    ailleurs, ici = un_creancier(), un_creancier()
    claire = un_utilisateur(chez=ailleurs)
    un_utilisateur(chez=ailleurs)
    changement = une_demande(ailleurs, claire)
    client.force_login(un_utilisateur(chez=ici))

    for creancier in (ici, ailleurs):
        url = adresse(f"changement_{quoi}", creancier, changement.pk)
        assert client.post(url).status_code == 404
    assert Changement.objects.pour(ailleurs).get().etat == EtatChangement.EN_ATTENTE


@pytest.mark.parametrize("quoi", ["approuver", "refuser", "retirer", "defaire"])
def test_une_assistante_ne_decide_de_rien(client, quoi):
    creancier = un_creancier()
    changement = une_demande(creancier, un_utilisateur(chez=creancier))
    client.force_login(un_utilisateur(chez=creancier, role=Role.ASSISTANTE))

    assert client.post(adresse(f"changement_{quoi}", creancier, changement.pk)).status_code == 403


def lien_recu():
    return next(mot for _, c in courriels() for mot in c.split() if "/changement/" in mot)


def test_le_lien_ne_fait_rien_par_sa_lecture_et_defait_sans_mot_de_passe(client):
    creancier = un_creancier(iban=AVANT)
    une_demande(creancier, un_utilisateur(chez=creancier))
    chemin = lien_recu().removeprefix("http://localhost:8000")

    for _ in range(3):
        assert client.get(chemin).status_code == 200
    client.head(chemin)
    assert iban(creancier) == APRES
    reponse = client.post(chemin)
    assert (reponse.status_code, iban(creancier)) == (200, AVANT)
    assert "C’est défait" in lisible(reponse)
    assert client.post(chemin).status_code == 422


def test_un_lien_trop_vieux_ou_invente_ne_sert_plus(client):
    creancier = un_creancier(iban=AVANT)
    une_demande(creancier, un_utilisateur(chez=creancier))
    chemin = lien_recu().removeprefix("http://localhost:8000")

    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert client.get(chemin).status_code == 410
        assert client.post(chemin).status_code == 422
    assert client.get(reverse("equipe:changement_lien", args=["rien"])).status_code == 410
    assert iban(creancier) == APRES


def test_l_administrateur_ne_lit_pas_le_lien_dans_les_messages(client):
    creancier = un_creancier(iban=AVANT)
    une_demande(creancier, un_utilisateur(chez=creancier))
    jeton = lien_recu().rstrip("/").rpartition("/")[2]
    client.force_login(un_utilisateur(est_administrateur=True))

    envoi = Envoi.objects.de_compte().get()
    page = lisible(client.get(reverse("equipe:message", args=[envoi.pk])))

    assert jeton not in page


def test_les_parametres_ne_coutent_pas_plus_avec_plus_de_changements(
    client, django_assert_num_queries
):
    comptes = []
    for nombre in (1, 3):
        creancier = un_creancier(iban=AVANT)
        claire = un_utilisateur(chez=creancier)
        un_utilisateur(chez=creancier)
        sujets = ({"iban": APRES}, {"nom_expediteur": "X"}, {"envois_geles": False})
        Creancier.objects.filter(pk=creancier.pk).update(envois_geles=True)
        for champs in sujets[:nombre]:
            une_demande(creancier, claire, **champs)
        client.force_login(claire)
        with django_assert_num_queries(6, exact=False) as requetes:
            client.get(adresse("parametres", creancier))
        comptes.append(len(requetes))

    assert comptes[0] == comptes[1]


def test_envois_arretes_la_page_dit_pourquoi_rien_n_a_change(client, settings):
    settings.SERVEUR_SMTP = ServeurSmtp("127.0.0.1", 9, "aucun", "", "")
    creancier = un_creancier(iban=AVANT)
    entrer(client, creancier)
    confirmer(client)
    geler("Base restaurée", maintenant=timezone.now(), acteur=None)

    page = client.post(adresse("identite", creancier), saisie(iban=APRES, ville="Vannes"))
    assert page.status_code == 422
    assert "Les envois sont arrêtés" in lisible(page)
    assert "Vannes" in lisible(page)
    creancier.refresh_from_db()
    assert (creancier.iban, creancier.ville) == (AVANT, "Rennes")
