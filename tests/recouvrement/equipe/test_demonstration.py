"""Les comptes au mot de passe publié : ni dehors, ni chez personne de vrai."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.courriel.models import Envoi
from recouvrement.equipe import actions
from recouvrement.equipe.erreurs import ReserveAuxVraisComptes
from recouvrement.socle.management.commands import demarrer
from tests.fabriques.comptes import un_creancier, un_utilisateur, une_habilitation
from tests.recouvrement.equipe.test_forms import saisie

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return un_utilisateur(
        email="admin@demo.example", est_administrateur=True, est_demonstration=True
    )


def test_il_ne_cree_pas_de_vrai_creancier_et_le_formulaire_le_dit(client, admin):
    client.force_login(admin)

    reponse = client.post(reverse("equipe:creancier_nouveau"), saisie(nom="Vrai", mode="interne"))

    assert reponse.status_code == 422
    assert "son mot de passe est publié" in reponse.content.decode()
    assert not Creancier.objects.exists()


def test_il_n_entre_pas_chez_un_vrai_creancier(admin):
    vrai, demo = un_creancier(), un_creancier(est_demonstration=True)
    maintenant = timezone.now()
    gestionnaire = un_utilisateur(chez=vrai)
    une_habilitation(gestionnaire, demo, Role.GESTIONNAIRE)
    options = {"role": Role.ASSISTANTE, "maintenant": maintenant}

    with pytest.raises(ReserveAuxVraisComptes):
        actions.inviter(vrai, courriel=admin.email, acteur=gestionnaire, **options)
    # Invité avant de devenir un compte de démonstration, il n'accepte pas davantage.
    invitation, _ = actions.inviter(vrai, courriel="x@demo.example", acteur=gestionnaire, **options)
    autre = un_utilisateur(email="x@demo.example", est_demonstration=True)
    with pytest.raises(ReserveAuxVraisComptes):
        actions.accepter(invitation, utilisateur=autre, maintenant=maintenant)
    # Ni promu là où il serait déjà.
    glissee = une_habilitation(autre, vrai, Role.LECTURE)
    with pytest.raises(ReserveAuxVraisComptes):
        actions.changer_role(
            glissee, role=Role.GESTIONNAIRE, acteur=gestionnaire, maintenant=timezone.now()
        )
    # Chez la démonstration, tout cela va.
    invitation, _ = actions.inviter(demo, courriel=admin.email, acteur=gestionnaire, **options)
    actions.accepter(invitation, utilisateur=admin, maintenant=maintenant)


def test_il_ne_prend_pas_un_vrai_compte(client, admin):
    vrai = un_utilisateur(email="vrai@exemple.example")
    endormi = un_utilisateur(email="endormi@exemple.example", is_active=False)
    client.force_login(admin)

    for page, compte in (
        ("compte_lien", vrai), ("compte_desactiver", vrai), ("compte_reactiver", endormi),
    ):  # fmt: skip
        reponse = client.post(reverse(f"equipe:{page}", args=[compte.pk]))
        assert reponse.status_code == 422, page
        assert "password/reset" not in reponse.content.decode()
    vrai.refresh_from_db()
    endormi.refresh_from_db()
    assert vrai.is_active
    assert not endormi.is_active
    quota = reverse("equipe:quota", args=[un_creancier().pk])
    assert client.post(quota, {"quota": 5}).status_code == 422
    assert Creancier.objects.get().quota_quotidien == 200


def test_il_ne_lit_pas_le_lien_d_un_vrai_compte(client, admin, settings):
    settings.MAILERS = {"default": {"BACKEND": "recouvrement.courriel.adaptateurs.BoiteDeDepart"}}
    un_utilisateur(email="vrai@exemple.example", mot_de_passe="trois-chevaux")
    client.post(reverse("account_reset_password"), {"email": "vrai@exemple.example"})
    client.force_login(admin)
    page = reverse("equipe:message", args=[Envoi.objects.de_compte().get().pk])
    reponse = client.post(page)

    assert reponse.status_code == 422
    assert "password/reset/key/…" in reponse.content.decode()


def ouvrir(monkeypatch, *, terminal=False, **environnement) -> str:
    for nom in ("MOT_DE_PASSE", "ADMINISTRATEUR"):
        monkeypatch.delenv(nom, raising=False)
    for nom, valeur in environnement.items():
        monkeypatch.setenv(nom, valeur)
    monkeypatch.setattr("sys.stdin.isatty", lambda: terminal, raising=False)
    sortie = StringIO()
    call_command("ouvrir_au_reseau", stdout=sortie)
    return sortie.getvalue()


def test_ouvrir_au_reseau_sans_terminal_tire_un_mot_de_passe_et_ne_le_dit_qu_une_fois(
    client, admin, monkeypatch
):
    demo = un_creancier(est_demonstration=True)
    dit = ouvrir(monkeypatch)
    mot_de_passe = dit.strip().rpartition(" ")[2]
    compte = Utilisateur.objects.get(est_demonstration=False)

    assert compte.est_administrateur
    assert compte.check_password(mot_de_passe)
    assert Habilitation.objects.get(utilisateur=compte).creancier == demo
    assert ouvrir(monkeypatch) == ""
    reponse = client.post(
        reverse("account_login"),
        {"login": compte.email, "password": mot_de_passe},
        REMOTE_ADDR="192.0.2.7",
    )
    assert reponse.status_code == 302


def test_ouvrir_au_reseau_prend_le_mot_de_passe_de_l_environnement_s_il_est_bon(admin, monkeypatch):
    with pytest.raises(CommandError, match="12"):
        ouvrir(monkeypatch, MOT_DE_PASSE="court", ADMINISTRATEUR="moi@exemple.example")
    assert not Utilisateur.objects.filter(est_demonstration=False).exists()
    dit = ouvrir(
        monkeypatch, MOT_DE_PASSE="trois-chevaux-de-bois", ADMINISTRATEUR="moi@exemple.example"
    )
    assert "trois-chevaux" not in dit
    assert Utilisateur.objects.get(email="moi@exemple.example").est_administrateur


def test_ouvrir_au_reseau_demande_au_terminal(admin, monkeypatch):
    saisies = iter(["trois-chevaux-de-bois", "autre-chose-encore"] + ["trois-chevaux-de-bois"] * 2)
    monkeypatch.setattr("builtins.input", lambda _: "moi@exemple.example")
    monkeypatch.setattr(
        "recouvrement.equipe.management.commands.ouvrir_au_reseau.getpass", lambda _: next(saisies)
    )
    with pytest.raises(CommandError, match="diffèrent"):
        ouvrir(monkeypatch, terminal=True)
    ouvrir(monkeypatch, terminal=True)
    assert Utilisateur.objects.get(email="moi@exemple.example").est_administrateur


@pytest.mark.parametrize(
    ("hote", "attendu"), [("127.0.0.1", False), ("localhost", False), ("0.0.0.0", True)]
)
def test_demarrer_n_exige_un_administrateur_qu_ouvert_au_reseau(monkeypatch, hote, attendu):
    appels = []

    class Arrete(Exception):
        pass

    def appeler(nom, **_options):
        appels.append(nom)

    def superviseur(*_args, **_options):
        raise Arrete

    monkeypatch.setattr(demarrer, "call_command", appeler)
    monkeypatch.setattr(demarrer, "Superviseur", superviseur)
    monkeypatch.setattr(demarrer, "verifier_le_port", lambda *_: None)
    monkeypatch.setattr(demarrer, "verifier_les_reglages", lambda *_: None)
    monkeypatch.setattr(demarrer, "prendre_le_verrou", lambda: None)
    monkeypatch.setattr(demarrer.connections, "close_all", lambda: None)
    with pytest.raises(Arrete):
        call_command("demarrer", hote=hote)
    assert (appels == ["ouvrir_au_reseau"]) is attendu
