"""La double authentification : due par qui gère ou administre, et ce qui peut la retirer."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.mfa.utils import decrypt
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Utilisateur
from recouvrement.comptes.regles import DELAI_DOUBLE
from recouvrement.equipe import actions
from recouvrement.equipe.erreurs import DernierAdministrateur, PasPourSoi, SansDouble
from recouvrement.journal.models import Entree
from tests.fabriques.changements import courriels, en_parallele
from tests.fabriques.comptes import (
    MOT_DE_PASSE,
    confirmer,
    connecter_avec_mot_de_passe,
    un_creancier,
    un_utilisateur,
)

pytestmark = pytest.mark.django_db
COMPTE = "/compte/moi/"
DOUBLE = "/compte/double/"


@pytest.fixture(autouse=True)
def compteurs_a_zero():
    cache.clear()


def avec_application(personne):
    secret = generate_totp_secret()
    TOTP.activate(personne, secret)
    RecoveryCodes.activate(personne)
    return secret


def en_retard(client, personne, **options):
    """Entrée il y a plus longtemps que le délai, et de nouveau aujourd'hui."""
    client.force_login(personne)
    Utilisateur.objects.filter(pk=personne.pk).update(
        double_due_le=timezone.now() - timedelta(seconds=1)
    )
    return client.get(COMPTE, **options)


def une_gestionnaire(**champs):
    return un_utilisateur(chez=un_creancier(), **champs)


@pytest.mark.parametrize("qui", ["gestionnaire", "administrateur"])
def test_le_delai_court_de_la_premiere_connexion_et_ne_recommence_pas(client, qui):
    personne = (
        une_gestionnaire() if qui == "gestionnaire" else un_utilisateur(est_administrateur=True)
    )
    with time_machine.travel(timezone.now(), tick=False) as horloge:
        client.force_login(personne)
        page = client.get(COMPTE)
        assert "Activez la double authentification" in page.content.decode()
        horloge.shift(DELAI_DOUBLE - timedelta(hours=1))
        client.force_login(personne)
        assert client.get(COMPTE).status_code == 200
        horloge.shift(timedelta(hours=1))
        assert client.get(COMPTE).url == DOUBLE


def test_mon_compte_la_dit_inactive_tant_qu_elle_l_est(client):
    client.force_login(une_gestionnaire())
    page = client.get(COMPTE).content.decode()
    assert "Activez la double authentification" in page
    assert "Inactive" in page


def test_ni_l_assistante_ni_la_lecture_ne_la_doivent(client):
    for role in (Role.ASSISTANTE, Role.LECTURE):
        personne = un_utilisateur(chez=un_creancier(), role=role)
        assert en_retard(client, personne).status_code == 200
        assert "Activez la double" not in client.get(COMPTE).content.decode()


def test_en_retard_toutes_les_pages_menent_a_l_activation_et_elle_les_rouvre(client):
    creancier = un_creancier()
    personne = un_utilisateur(chez=creancier, est_administrateur=True)
    ailleurs = un_utilisateur(chez=creancier, role=Role.ASSISTANTE)
    en_retard(client, personne)

    for page in (
        *(COMPTE, "/", "/comptes/", "/creanciers/", f"/{creancier.code}/parametres/"),
        f"/{creancier.code}/clients/",
    ):
        assert client.get(page).url == DOUBLE, page
    assert client.post(f"/{creancier.code}/parametres/archiver/").url == DOUBLE
    par_htmx = client.get(COMPTE, headers={"HX-Request": "true"})
    assert (par_htmx.status_code, par_htmx["HX-Redirect"]) == (204, DOUBLE)
    page = client.get(DOUBLE).content.decode()
    assert reverse("mfa_activate_totp") in page
    assert client.get(reverse("mfa_activate_totp")).status_code in (200, 302)

    avec_application(personne)
    assert client.get(COMPTE).status_code == 200
    assert client.get(DOUBLE).url == "/"
    autre = Client()
    autre.force_login(ailleurs)
    assert autre.get(COMPTE).status_code == 200


def test_gestionnaire_chez_un_seul_suffit_a_la_devoir_partout(client):
    personne = un_utilisateur(chez=un_creancier(), role=Role.LECTURE)
    ailleurs = un_creancier()
    personne.habilitations.create(creancier=ailleurs, role=Role.GESTIONNAIRE)

    assert en_retard(client, personne).url == DOUBLE


@pytest.mark.parametrize(
    ("demonstration", "site", "options", "ouvert"),
    [
        (True, "http://localhost:8000", {"headers": {"host": "localhost"}}, True),
        (True, "http://localhost:8000", {"headers": {"host": "127.0.0.1:8000"}}, True),
        (True, "http://localhost:8000", {"headers": {"host": "testserver"}}, False),
        (
            *(True, "http://localhost:8000"),
            *({"headers": {"host": "localhost"}, "REMOTE_ADDR": "192.168.1.20"}, False),
        ),
        (
            *(True, "http://localhost:8000"),
            *({"headers": {"host": "localhost", "x-forwarded-for": "192.168.1.20"}}, False),
        ),
        (True, "https://recouvrement.exemple.fr", {"headers": {"host": "localhost"}}, False),
        (False, "http://localhost:8000", {"headers": {"host": "localhost"}}, False),
    ],
)
def test_seule_la_demonstration_vue_de_la_machine_en_est_dispensee(
    client, settings, demonstration, site, options, ouvert
):
    settings.SITE_URL = site
    personne = une_gestionnaire(est_demonstration=demonstration)

    assert (en_retard(client, personne, **options).status_code == 200) == ouvert


def test_la_base_ne_garde_aucun_secret_en_clair():
    personne = un_utilisateur()
    secret = avec_application(personne)

    gardes = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert secret not in gardes
    assert gardes.count("chiffre:") == 2
    assert len(Authenticator.objects.get(type="recovery_codes").wrap().generate_codes()) == 10


def test_rechiffrer_passe_a_la_nouvelle_cle_et_l_ancienne_peut_partir(settings):
    ancienne, nouvelle = "a" * 40, "b" * 40
    settings.CLES_CHIFFREMENT = [ancienne]
    personne = un_utilisateur()
    secret = avec_application(personne)

    settings.CLES_CHIFFREMENT = [nouvelle, ancienne]
    sortie = StringIO()
    call_command("rechiffrer", stdout=sortie)
    assert "2 secret(s)" in sortie.getvalue()
    settings.CLES_CHIFFREMENT = [nouvelle]
    totp = Authenticator.objects.get(type="totp").wrap()
    assert totp.instance.data["secret"] != secret
    assert decrypt(totp.instance.data["secret"]) == secret
    settings.CLES_CHIFFREMENT = ["c" * 40]
    with pytest.raises(CommandError, match="2 secret"):
        call_command("rechiffrer", stdout=StringIO())


def test_une_cle_perdue_se_dit_a_la_connexion_sans_page_en_panne(client, settings):
    personne = un_utilisateur(mot_de_passe=MOT_DE_PASSE)
    settings.CLES_CHIFFREMENT = ["a" * 40]
    avec_application(personne)
    connecter_avec_mot_de_passe(client, personne)
    settings.CLES_CHIFFREMENT = ["b" * 40]

    reponse = client.post(reverse("mfa_authenticate"), {"code": "123456"})

    assert reponse.status_code == 200
    assert "CLES_CHIFFREMENT" in reponse.content.decode()


def test_la_page_du_code_dit_que_faire_d_un_telephone_perdu(client):
    personne = un_utilisateur(mot_de_passe=MOT_DE_PASSE)
    avec_application(personne)
    connecter_avec_mot_de_passe(client, personne)

    assert (
        reverse("equipe:telephone_perdu")
        in client.get(reverse("mfa_authenticate")).content.decode()
    )
    page = client.get(reverse("equipe:telephone_perdu")).content.decode()
    assert "codes de secours" in page
    assert "administrateur" in page


def un_administrateur(client):
    admin = un_utilisateur(est_administrateur=True, mot_de_passe=MOT_DE_PASSE)
    connecter_avec_mot_de_passe(client, admin)
    return admin


def test_retirer_un_telephone_perdu_apres_motif_et_confirmation(client):
    admin = un_administrateur(client)
    lea = une_gestionnaire(mot_de_passe=MOT_DE_PASSE)
    navigateur = Client()
    navigateur.force_login(lea)
    avec_application(lea)
    url = reverse("equipe:double_retirer", args=[lea.pk])

    assert client.post(url, {"motif": ""}).status_code == 422
    demande = client.post(url, {"motif": "Reconnue au téléphone"})
    assert demande.url.startswith(reverse("account_reauthenticate"))
    assert Authenticator.objects.filter(user=lea).count() == 2
    confirmer(client, suivant=url)

    assert not Authenticator.objects.filter(user=lea).exists()
    assert navigateur.get(COMPTE).status_code == 302
    entree = Entree.objects.systeme().get(evenement="double_retiree")
    assert (entree.acteur, entree.donnees["motif"]) == (admin, "Reconnue au téléphone")
    [(destinataire, corps)] = courriels()
    assert destinataire == lea.email
    assert "Reconnue au téléphone" in corps
    # Le mot de passe suffit une fois, pour n'arriver qu'à l'activation.
    connecter_avec_mot_de_passe(navigateur, lea)
    assert navigateur.get(COMPTE).url == DOUBLE


def test_un_administrateur_ne_le_fait_pas_pour_lui_seul_quand_un_autre_existe():
    admin = un_utilisateur(est_administrateur=True)
    avec_application(admin)
    autre = un_utilisateur(est_administrateur=True)
    faits = {"motif": "perdu", "maintenant": timezone.now()}

    with pytest.raises(PasPourSoi):
        actions.retirer_double(admin, acteur=admin, **faits)
    actions.desactiver_compte(autre, acteur=admin, maintenant=timezone.now())
    actions.retirer_double(admin, acteur=admin, **faits)
    with pytest.raises(SansDouble):
        actions.retirer_double(admin, acteur=admin, **faits)


def test_le_dernier_recours_est_une_commande():
    seul = un_utilisateur(est_administrateur=True)
    avec_application(seul)

    with pytest.raises(CommandError, match="Aucun compte"):
        call_command("retirer_double", email="x@y.example", motif="perdu")
    call_command("retirer_double", email=seul.email, motif="perdu", stdout=StringIO())

    assert not Authenticator.objects.filter(user=seul).exists()
    assert Entree.objects.systeme().get().acteur is None


def test_nommer_puis_retirer_un_administrateur_se_confirme_et_s_annonce(client):
    admin = un_administrateur(client)
    lea = un_utilisateur()
    assert "qu’un administrateur" in client.get("/comptes/").content.decode()
    url = reverse("equipe:administrateur_nommer", args=[lea.pk])

    assert client.post(url).url.startswith(reverse("account_reauthenticate"))
    confirmer(client, suivant=url)
    lea.refresh_from_db()
    assert lea.est_administrateur
    assert {destinataire for destinataire, _ in courriels()} == {admin.email, lea.email}
    assert "qu’un administrateur" not in client.get("/comptes/").content.decode()

    client.post(reverse("equipe:administrateur_retirer", args=[lea.pk]))
    lea.refresh_from_db()
    assert not lea.est_administrateur
    dernier = client.post(reverse("equipe:administrateur_retirer", args=[admin.pk]))
    assert dernier.status_code == 422
    evenements = Entree.objects.systeme().filter(evenement__startswith="administrateur")
    assert list(evenements.order_by("id").values_list("evenement", flat=True)) == [
        *("administrateur_nomme", "administrateur_retire"),
    ]


@pytest.mark.parametrize("page", ["compte_detail", "administrateur_nommer", "double_retirer"])
def test_ces_pages_sont_a_l_administrateur(client, page):
    lea = une_gestionnaire()
    client.force_login(lea)
    url = reverse(f"equipe:{page}", args=[lea.pk])

    reponse = client.get(url) if page == "compte_detail" else client.post(url)

    assert reponse.status_code == 403


@pytest.mark.django_db(transaction=True)
def test_deux_administrateurs_ne_se_retirent_pas_l_un_l_autre():
    un, deux = (un_utilisateur(est_administrateur=True) for _ in range(2))
    faits = {"maintenant": timezone.now()}

    issues = en_parallele(
        lambda: actions.retirer_administrateur(deux, acteur=un, **faits),
        lambda: actions.retirer_administrateur(un, acteur=deux, **faits),
    )

    assert sorted(map(str, issues)) == [DernierAdministrateur.__name__, "True"]
    assert Utilisateur.objects.filter(est_administrateur=True).count() == 1
