"""La porte d'un compte : un intrus n'essaie pas sans fin, et n'y enferme jamais la personne."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client, RequestFactory
from django.urls import reverse

from recouvrement.equipe.actions import portier
from recouvrement.equipe.models import EssaiDeConnexion
from recouvrement.equipe.regles import attente_entre_essais
from recouvrement.socle.pages.boucle import vient_de_la_boucle_locale, vient_du_poste
from tests.fabriques.comptes import un_utilisateur
from tests.recouvrement.equipe.test_connexion import NOUVEAU, SECRET, entrer, est_connecte, nadege

pytestmark = pytest.mark.django_db
DEPART = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def horloge(monkeypatch):
    class Horloge:
        maintenant = DEPART

        def now(self):
            return self.maintenant

    heure = Horloge()
    monkeypatch.setattr("recouvrement.equipe.adaptateurs.timezone", heure)
    return heure


@pytest.fixture(autouse=True)
def derriere_un_mandataire(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    # La page de connexion a sa propre limite, large : ici on ne mesure que la porte des comptes.
    settings.ACCOUNT_RATE_LIMITS = {"login": "100000/m/ip"}


def attaquer(n, *, courriel="nadege@exemple.example", mot_de_passe="faux"):
    """Un essai d'un intrus, chaque fois d'une autre adresse et sans témoin."""
    ip = f"198.{18 + n // 60000}.{n // 250 % 240}.{n % 250 + 1}"
    return entrer(
        Client(), mot_de_passe=mot_de_passe, courriel=courriel, headers={"x-forwarded-for": ip}
    )


def assieger(horloge, *, essais, toutes_les):
    """Autant d'essais manqués, chacun d'ailleurs ; rend les instants de ceux qui furent jugés."""
    juges = []
    requete = RequestFactory().post("/compte/login/")
    requete.session = {}
    for n in range(essais):
        horloge.maintenant = DEPART + toutes_les * n
        essai = portier.laisser_essayer(
            courriel="nadege@exemple.example",
            ip=f"198.18.{n // 250 % 250}.{n % 250 + 1}",
            request=requete,
            maintenant=horloge.maintenant,
        )
        juges += [horloge.maintenant] * (essai is not None)
    return juges


def est_refuse(reponse) -> bool:
    return "Trop d" in str(reponse.context["form"].errors)


def test_des_essais_de_partout_ne_sont_jamais_plus_de_vingt_juges_dans_l_heure(horloge):
    nadege()
    juges = assieger(horloge, essais=600, toutes_les=timedelta(seconds=24))

    au_plus = max(sum(1 for autre in juges if a <= autre < a + timedelta(hours=1)) for a in juges)
    assert 8 <= au_plus <= 20, au_plus
    assert EssaiDeConnexion.objects.count() == len(juges)


def test_une_rafale_d_un_coup_n_en_juge_que_huit(horloge):
    nadege()
    assert sum(not est_refuse(attaquer(n)) for n in range(12)) == 8


def test_un_compte_inconnu_se_ferme_au_meme_rythme(horloge):
    nadege()
    rythmes = []
    for courriel in ("nadege@exemple.example", "personne@exemple.example"):
        horloge.maintenant = DEPART
        rythme = []
        for n in range(14):
            horloge.maintenant += timedelta(seconds=9)
            rythme.append(est_refuse(attaquer(n, courriel=courriel)))
        rythmes.append(rythme)
    assert rythmes[0] == rythmes[1]
    assert True in rythmes[0]


def test_la_personne_entre_par_son_appareil_pendant_qu_on_attaque_son_compte(client, horloge):
    nadege()
    entrer(client)
    client.post(reverse("account_logout"))
    assieger(horloge, essais=120, toutes_les=timedelta(seconds=30))
    # L'intrus a trouvé le bon ? Lui aussi attend.
    assert est_refuse(attaquer(201, mot_de_passe=SECRET))

    entrer(client)

    assert est_connecte(client)


def test_d_un_appareil_inconnu_elle_entre_par_le_lien_recu(client, horloge):
    nadege()
    assieger(horloge, essais=120, toutes_les=timedelta(seconds=30))
    assert est_refuse(entrer(client))
    client.post(reverse("account_reset_password"), {"email": "nadege@exemple.example"})
    lien = re.search(r"https?://[^/]+(/compte/password/reset/key/\S+)", mail.outbox[-1].body)[1]
    page = client.get(lien, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": NOUVEAU, "password2": NOUVEAU})
    assieger(horloge, essais=120, toutes_les=timedelta(seconds=30))

    entrer(client, mot_de_passe=NOUVEAU)

    assert est_connecte(client)


def test_un_appareil_connu_ne_devine_pas_davantage(client, horloge):
    nadege()
    entrer(client)
    client.post(reverse("account_logout"))

    refus = [est_refuse(entrer(client, mot_de_passe="faux")) for _ in range(8)]

    assert refus == [False] * 5 + [True] * 3


def test_le_temoin_d_un_compte_n_ouvre_pas_les_essais_d_un_autre(client, horloge):
    nadege()
    un_utilisateur(email="lea@exemple.example", mot_de_passe=SECRET)
    entrer(client, courriel="lea@exemple.example")
    client.post(reverse("account_logout"))
    assieger(horloge, essais=12, toutes_les=timedelta(seconds=1))

    assert est_refuse(entrer(client))


def test_le_temoin_ne_survit_pas_au_mot_de_passe_et_ne_se_forge_pas(client, horloge):
    compte = nadege()
    entrer(client)
    client.post(reverse("account_logout"))
    compte.set_password(NOUVEAU)
    compte.save()
    assieger(horloge, essais=12, toutes_les=timedelta(seconds=1))
    assert est_refuse(entrer(client, mot_de_passe=NOUVEAU))
    client.cookies["appareil"] = f'{{"{compte.pk}": "x"}}'
    assert est_refuse(entrer(client, mot_de_passe=NOUVEAU))


def test_entrer_n_efface_que_son_propre_essai(horloge):
    """Sinon un intrus qui a un compte s'en servirait pour recommencer sans fin."""
    nadege()
    un_utilisateur(email="intrus@exemple.example", mot_de_passe=SECRET)
    for n in range(8):
        attaquer(n)
    attaquer(9, courriel="intrus@exemple.example", mot_de_passe=SECRET)

    assert est_refuse(attaquer(10))
    assert EssaiDeConnexion.objects.count() == 8


def test_les_essais_s_oublient_au_bout_d_un_jour_et_ne_fichent_personne(horloge):
    nadege()
    attaquer(1)
    assert "nadege" not in str(EssaiDeConnexion.objects.values().get())
    horloge.maintenant = DEPART + timedelta(days=1, seconds=1)
    attaquer(2)
    assert EssaiDeConnexion.objects.count() == 1


def test_le_repit_double_et_plafonne():
    assert [attente_entre_essais(n).seconds for n in (0, 7, 8, 9, 10, 14, 30)] == [
        *(0, 0, 15, 30, 60, 900, 900),
    ]


@pytest.mark.parametrize(
    ("ip", "relayee_pour", "hote", "attendu"),
    [
        ("127.0.0.1", "", "localhost:8000", True),
        ("::1", "", "[::1]:8000", True),
        ("127.0.0.1", "", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1", False),
        ("192.0.2.7", "", "localhost:8000", False),
        ("127.0.0.1", "", "192.0.2.1:8000", False),
        ("127.0.0.1", "", "recouvrement.example", False),
        ("127.0.0.1", "192.0.2.7", "localhost", False),
        ("127.0.0.1", "127.0.0.1, 192.0.2.7", "localhost", False),
        ("127.0.0.1", "inconnu", "localhost", False),
        ("", "", "localhost", False),
        ("127.0.0.1", "", "localhost.example", False),
        ("127.0.0.1", "", "[2001:db8::1]:8000", False),
    ],
)
def test_ce_poste_c_est_la_connexion_sans_relais_et_son_nom(
    ip, relayee_pour, hote, attendu, settings
):
    """Un relais, quel qu'il soit, et ce n'est plus la machine elle-même."""
    settings.ALLOWED_HOSTS = ["*"]
    entetes = {"REMOTE_ADDR": ip, "HTTP_HOST": hote}
    if relayee_pour:
        entetes["HTTP_X_FORWARDED_FOR"] = relayee_pour
    assert vient_de_la_boucle_locale(RequestFactory().get("/", **entetes)) is attendu


@pytest.mark.parametrize("entete", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Proto"])
def test_un_relais_qui_ne_dit_qu_une_chose_reste_un_relais(entete):
    demande = RequestFactory().get("/", HTTP_HOST="localhost:8000", headers={entete: "x"})

    assert not vient_de_la_boucle_locale(demande)
    assert not vient_du_poste(demande)
    assert vient_du_poste(RequestFactory().get("/"))


DEMO = {"email": "admin@demo.example", "mot_de_passe": SECRET, "est_demonstration": True}


@pytest.mark.parametrize(
    "options",
    [
        {"REMOTE_ADDR": "192.0.2.7", "headers": {"host": "localhost"}},
        {"headers": {"host": "testserver"}},
        {"headers": {"host": "localhost", "x-forwarded-for": "192.0.2.7"}},
    ],
)
def test_un_compte_de_demonstration_n_entre_que_de_ce_poste(client, options):
    un_utilisateur(**DEMO)

    refuse = entrer(client, courriel="admin@demo.example", **options)

    assert refuse.status_code == 403
    assert "Son mot de passe est publié" in refuse.content.decode()
    assert not est_connecte(client)
    entrer(client, courriel="admin@demo.example", headers={"host": "localhost"})
    assert est_connecte(client)


def test_le_lien_de_mot_de_passe_n_ouvre_pas_non_plus_la_demonstration(client, settings):
    settings.ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
    un_utilisateur(**DEMO)
    client.post(reverse("account_reset_password"), {"email": "admin@demo.example"})
    lien = re.search(r"https?://[^/]+(/compte/password/reset/key/\S+)", mail.outbox[-1].body)[1]
    page = client.get(lien, follow=True)

    client.post(page.request["PATH_INFO"], {"password1": NOUVEAU, "password2": NOUVEAU})

    assert not est_connecte(client)


def test_une_ipv4_ecrite_en_ipv6_compte_pour_elle_seule():
    """Sinon toutes les adresses IPv4 tiendraient dans le même /64, et un intrus les fermerait."""
    requete = RequestFactory().post("/compte/login/")
    requete.session = {}
    origines = [
        portier.laisser_essayer(
            courriel="x@exemple.example", ip=ip, request=requete, maintenant=DEPART
        ).origine
        for ip in (
            *("192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.2"),
            *("2001:db8::1", "2001:db8::2", "fe80::1%eth0"),
        )
    ]

    assert origines[0] == origines[1] != origines[2]
    assert origines[3] == origines[4]
    assert len(set(origines)) == 4
