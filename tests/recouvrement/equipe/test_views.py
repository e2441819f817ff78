from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.equipe import actions
from recouvrement.equipe.evenements import Evenement
from recouvrement.equipe.lectures.journal import ligne_journal
from recouvrement.equipe.models import Invitation
from recouvrement.journal.actions import inscrire
from recouvrement.journal.models import Entree
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur, une_habilitation
from tests.recouvrement.equipe.test_forms import envois, png, saisie

pytestmark = pytest.mark.django_db

PAGES = ("parametres", "equipe", "identite", "envois", "journal")
# (page, rôle minimal) de toute écriture qui tient à un créancier.
ECRITURES = (
    *(("reglements", Role.ASSISTANTE), ("identite", Role.GESTIONNAIRE)),
    *(("envois", Role.GESTIONNAIRE), ("archiver", Role.GESTIONNAIRE)),
    *(("rouvrir", Role.GESTIONNAIRE), ("inviter", Role.GESTIONNAIRE)),
    *(("role", Role.GESTIONNAIRE), ("retirer", Role.GESTIONNAIRE)),
    ("invitation_revoquer", Role.GESTIONNAIRE),
)
AVEC_PK = ("role", "retirer", "invitation_revoquer")


def adresse(page, creancier, pk=1):
    return reverse(f"equipe:{page}", args=[creancier.code, *([pk] if page in AVEC_PK else [])])


def connecter(client, creancier, role=Role.GESTIONNAIRE, **champs):
    personne = un_utilisateur(chez=creancier, role=role, **champs)
    client.force_login(personne)
    return personne


@pytest.mark.parametrize("page", PAGES)
def test_chaque_page_de_parametres_s_ouvre(client, page):
    creancier = un_creancier()
    connecter(client, creancier)

    assert client.get(adresse(page, creancier)).status_code == 200


@pytest.mark.parametrize(("page", "role"), ECRITURES)
def test_une_ecriture_exige_son_role(client, page, role):
    creancier = un_creancier()
    trop_bas = list(Role)[list(Role).index(role) - 1]
    connecter(client, creancier, trop_bas)

    assert client.post(adresse(page, creancier)).status_code == 403


@pytest.mark.parametrize("page", [*PAGES, *dict(ECRITURES)])
def test_les_parametres_d_un_autre_creancier_sont_introuvables(client, page):
    connecter(client, un_creancier())

    url = adresse(page, un_creancier())

    assert client.get(url).status_code in (404, 405)
    assert client.post(url).status_code in (404, 405)
    assert 404 in (client.get(url).status_code, client.post(url).status_code)


@pytest.mark.parametrize("page", AVEC_PK)
def test_le_membre_d_un_autre_creancier_est_introuvable(client, page):
    creancier, ailleurs = un_creancier(), un_creancier()
    connecter(client, creancier)
    etranger = un_utilisateur(chez=ailleurs)
    invitation, _ = actions.inviter(
        ailleurs,
        courriel="x@exemple.example",
        role=Role.LECTURE,
        acteur=etranger,
        maintenant=timezone.now(),
    )
    pk = invitation.pk if page == "invitation_revoquer" else etranger.habilitations.get().pk

    assert client.post(adresse(page, creancier, pk), {"role": "lecture"}).status_code == 404


def test_enregistrer_l_identite_avec_un_logo_puis_le_montrer(client):
    creancier = un_creancier()
    connecter(client, creancier)
    reponse = client.post(
        adresse("identite", creancier), saisie(logo_nouveau=SimpleUploadedFile("x.jpg", png()))
    )

    assert reponse.status_code == 302
    image = client.get(reverse("equipe:image", args=[creancier.code, "logo"]))
    assert (image["Content-Type"], image.content) == ("image/png", png())
    assert (
        client.get(reverse("equipe:image", args=[creancier.code, "signature"])).status_code == 404
    )
    assert client.get(adresse("identite", creancier)).status_code == 200


def test_une_identite_fausse_rend_422_et_ne_change_rien(client):
    creancier = un_creancier(nom="Kerbrat")
    connecter(client, creancier)

    reponse = client.post(adresse("identite", creancier), saisie(siren="1", nom="Autre"))

    creancier.refresh_from_db()
    assert (reponse.status_code, creancier.nom) == (422, "Kerbrat")
    assert "Au nom de <strong>Autre" not in reponse.content.decode()


def test_regler_les_envois(client):
    creancier = un_creancier()
    connecter(client, creancier)

    client.post(adresse("envois", creancier), envois(ecart_minimal="7", envois_geles="on"))

    creancier.refresh_from_db()
    assert (creancier.ecart_minimal, creancier.envois_geles) == (7, True)


def test_confirmer_les_reglements_a_la_main_mais_pas_pour_demain(client):
    creancier = un_creancier()
    connecter(client, creancier, Role.ASSISTANTE)
    demain = timezone.localdate() + timedelta(days=1)

    refus = client.post(adresse("reglements", creancier), {"au": demain.isoformat()})
    client.post(adresse("reglements", creancier), {"au": "2026-03-02"})

    creancier.refresh_from_db()
    assert refus.status_code == 422
    assert creancier.reglements_connus_au == date(2026, 3, 2)


def test_seul_l_administrateur_cree_un_creancier_et_il_en_devient_gestionnaire(client):
    connecter(client, un_creancier())
    assert client.get(reverse("equipe:creancier_nouveau")).status_code == 403
    assert client.get(reverse("equipe:creanciers")).status_code == 403
    assert client.get(reverse("equipe:comptes")).status_code == 403

    admin = un_utilisateur(est_administrateur=True)
    client.force_login(admin)
    assert client.get(reverse("equipe:creancier_nouveau")).status_code == 200
    reponse = client.post(
        reverse("equipe:creancier_nouveau"), saisie(code="", mode="interne", nom="Atelier Lancelin")
    )

    creancier = Creancier.objects.get(code="atelier-lancelin")
    assert reponse.url == adresse("envois", creancier)
    assert admin.habilitations.get().role == Role.GESTIONNAIRE


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_liste_des_creanciers_ne_coute_pas_plus_avec_plus_de_creanciers(
    client, nombre, django_assert_num_queries
):
    client.force_login(un_utilisateur(est_administrateur=True))
    for _ in range(nombre):
        un_creancier()

    with django_assert_num_queries(5):  # session, utilisateur, double, créanciers, cadre
        reponse = client.get(reverse("equipe:creanciers"))

    assert len(reponse.context["creanciers"]) == nombre


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_liste_des_comptes_ne_coute_pas_plus_avec_plus_de_comptes(
    client, nombre, django_assert_num_queries
):
    client.force_login(un_utilisateur(est_administrateur=True))
    for _ in range(nombre):
        un_utilisateur(chez=un_creancier())

    # session, utilisateur, double, comptes, administrateurs, cadre
    with django_assert_num_queries(6):
        client.get(reverse("equipe:comptes"))


@pytest.mark.parametrize("nombre", [1, 3])
def test_l_equipe_ne_coute_pas_plus_avec_plus_de_membres(client, nombre, django_assert_num_queries):
    creancier = un_creancier()
    acteur = connecter(client, creancier)
    for rang in range(nombre):
        un_utilisateur(chez=creancier)
        actions.inviter(
            creancier,
            courriel=f"i{rang}@exemple.example",
            role=Role.LECTURE,
            acteur=acteur,
            maintenant=timezone.now(),
        )

    # session, utilisateur, habilitations, membres, invitations, leurs courriels, cadre
    with django_assert_num_queries(8):
        client.get(adresse("equipe", creancier))


@pytest.mark.parametrize("nombre", [1, 3])
def test_le_journal_ne_coute_pas_plus_avec_plus_d_entrees(
    client, nombre, django_assert_num_queries
):
    creancier = un_creancier()
    acteur = connecter(client, creancier)
    for rang in range(nombre):
        actions.confirmer_reglements(creancier, au=date(2026, 3, 1 + rang), acteur=acteur)

    # session, utilisateur, habilitations, entrées, état de la chaîne, changements, cadre
    with django_assert_num_queries(7):
        reponse = client.get(adresse("journal", creancier))

    assert len(reponse.context["liste"].lignes) == nombre


def test_le_journal_montre_ce_qui_a_change_et_rien_des_autres(client):
    creancier = un_creancier(ville="Rennes")
    acteur = connecter(client, creancier)
    actions.modifier_creancier(creancier, ville="Vannes", acteur=acteur)
    actions.confirmer_reglements(un_creancier(), au=date(2026, 3, 1), acteur=acteur)

    page = client.get(adresse("journal", creancier))

    assert "Rennes → Vannes" in page.content.decode()
    assert len(page.context["liste"].lignes) == 1


def test_le_journal_se_lit_avec_des_dates_et_des_accents():
    creancier, client = un_creancier(), un_client()
    entree = inscrire(
        Evenement.REGLEMENTS_CONFIRMES,
        cible=creancier,
        acteur=None,
        client=client.pk,
        etape="rappel",
        au=date(2026, 3, 1),
        montant=Decimal("1042.50"),
        vide="",
    )
    entree.refresh_from_db()

    ligne = ligne_journal(entree, creancier)

    assert ligne.details == [("au", "01/03/2026"), ("étape", "rappel"), ("montant", "1042,50")]
    assert ligne.url == reverse("accueil:client", args=[creancier.code, client.pk])


def test_un_role_change_vaut_des_la_requete_suivante(client):
    creancier = un_creancier()
    connecter(client, creancier)
    lea = un_utilisateur(chez=creancier, role=Role.ASSISTANTE)
    son_navigateur = Client()
    son_navigateur.force_login(lea)
    imports = reverse("factures:importer", args=[creancier.code])
    assert son_navigateur.get(imports).status_code == 200

    habilitation = lea.habilitations.get()
    client.post(adresse("role", creancier, habilitation.pk), {"role": "lecture"})
    assert son_navigateur.get(imports).status_code == 403
    client.post(adresse("retirer", creancier, habilitation.pk))
    assert son_navigateur.get(imports).status_code == 404


def test_retirer_le_dernier_gestionnaire_est_refuse_avec_la_raison(client):
    creancier = un_creancier()
    moi = connecter(client, creancier)

    reponse = client.post(adresse("retirer", creancier, moi.habilitations.get().pk))

    assert reponse.status_code == 422
    assert "dernier gestionnaire" in reponse.content.decode()
    assert moi.habilitations.exists()


def inviter(client, creancier, settings, courriel="lea@exemple.example"):
    settings.SERVEUR_SMTP = None
    reponse = client.post(
        adresse("inviter", creancier), {"courriel": courriel, "role": "assistante"}
    )
    return reponse, reponse.context["adresse"].removeprefix(settings.SITE_URL)


def test_sans_serveur_d_envoi_le_lien_ne_s_affiche_qu_une_fois(client, settings):
    creancier = un_creancier()
    connecter(client, creancier)

    reponse, lien = inviter(client, creancier, settings)

    assert lien in reponse.content.decode()
    assert lien not in client.get(adresse("equipe", creancier)).content.decode()


def test_avec_un_serveur_d_envoi_le_lien_ne_passe_que_par_le_courriel(client, settings):
    creancier = un_creancier()
    connecter(client, creancier)
    settings.SERVEUR_SMTP = object()

    reponse = client.post(
        adresse("inviter", creancier), {"courriel": "lea@exemple.example", "role": "lecture"}
    )

    assert reponse.status_code == 200
    assert "/invitation/" not in reponse.content.decode()


def test_lire_l_invitation_ne_fait_rien_l_accepter_cree_le_compte_et_ouvre(client, settings):
    creancier = un_creancier()
    connecter(client, creancier)
    _, lien = inviter(client, creancier, settings)
    lea = Client()

    assert lea.get(lien).status_code == 200
    assert not Utilisateur.objects.filter(email="lea@exemple.example").exists()
    reponse = lea.post(lien, {"nom": "Léa Martin", "mot_de_passe": "trois-chevaux-de-bois"})

    assert reponse.status_code == 302
    assert lea.get(adresse("parametres", creancier)).status_code == 200
    assert Utilisateur.objects.get(email="lea@exemple.example").nom_complet == "Léa Martin"
    assert Client().get(lien).status_code == 410
    assert Client().post(lien, {"nom": "X", "mot_de_passe": "y"}).status_code == 410


def test_un_mot_de_passe_faible_est_refuse_et_l_invitation_vaut_encore(client, settings):
    creancier = un_creancier()
    connecter(client, creancier)
    _, lien = inviter(client, creancier, settings)

    reponse = Client().post(lien, {"nom": "Léa Martin", "mot_de_passe": "motdepasse"})

    assert reponse.status_code == 422
    assert "12 caractères" in reponse.content.decode()
    assert Invitation.objects.pour(creancier).get().acceptee_le is None


def test_qui_a_deja_un_compte_se_connecte_pour_accepter(client, settings):
    creancier = un_creancier()
    connecter(client, creancier)
    _, lien = inviter(client, creancier, settings)
    lea, passant = un_utilisateur(email="lea@exemple.example"), un_utilisateur()
    navigateur = Client()

    assert "next=/invitation/" in navigateur.get(lien).content.decode()
    assert navigateur.post(lien, {"nom": "X", "mot_de_passe": "y"}).status_code == 422
    navigateur.force_login(passant)
    assert navigateur.post(lien).status_code == 422
    assert not Habilitation.objects.filter(utilisateur__in=[lea, passant]).exists()
    navigateur.force_login(lea)
    assert navigateur.get(lien).status_code == 200
    assert navigateur.post(lien).status_code == 302
    assert Habilitation.objects.get(utilisateur=lea).creancier == creancier


def test_un_jeton_inconnu_est_clos(client):
    assert client.get(reverse("equipe:invitation", args=["x" * 43])).status_code == 410


def test_creer_un_administrateur_par_commande(monkeypatch):
    monkeypatch.setenv("MOT_DE_PASSE", "trois-chevaux-de-bois")
    call_command("creer_administrateur", email="Chef@exemple.example", nom="La Cheffe")

    compte = Utilisateur.objects.get(email="chef@exemple.example")
    assert compte.est_administrateur
    assert compte.check_password("trois-chevaux-de-bois")
    assert Entree.objects.systeme().latest("id").evenement == "compte_cree"
    with pytest.raises(CommandError, match="existe déjà"):
        call_command("creer_administrateur", email="chef@exemple.example", nom="Bis")
    monkeypatch.setenv("MOT_DE_PASSE", "court")
    with pytest.raises(CommandError, match="12 caractères"):
        call_command("creer_administrateur", email="b@exemple.example", nom="Bis")


def test_mon_compte_change_mon_nom(client):
    moi = connecter(client, un_creancier())

    client.post(reverse("equipe:compte"), {"nom": "  Nadège   Rousselot "})

    moi.refresh_from_db()
    assert moi.nom_complet == "Nadège Rousselot"


def test_archiver_retire_le_creancier_des_listes_sans_le_fermer(client):
    creancier = un_creancier()
    connecter(client, creancier)
    une_habilitation(un_utilisateur(), creancier, Role.LECTURE)

    client.post(adresse("archiver", creancier))

    assert Creancier.objects.get(pk=creancier.pk).archive_le == timezone.localdate()
    assert client.get(adresse("parametres", creancier)).status_code == 200
    client.post(adresse("rouvrir", creancier))
    assert Creancier.objects.get(pk=creancier.pk).archive_le is None
