"""Une base occupée ou absente finit en une phrase, sur toute page et toute commande."""

import errno
import os
import re
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django.test import Client as Navigateur
from django.urls import reverse

from clients.models import Client, Note
from recouvrement.attentes import ATTENTES
from recouvrement.documents.actions.quotas import QuotaAtteint
from recouvrement.documents.fichiers import FichierPerdu, MagasinFerme
from recouvrement.environnement import RACINE
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.management.commands.demarrer import commandes
from recouvrement.socle.management.commands.demarrer import environnement as celui_de_demarrer
from recouvrement.socle.middlewares import indisponible
from recouvrement.socle.pannes import ABSENTE, COMBLE, MUETTE, OCCUPEE, PLEINE, reconnaitre
from tests.appuis.site import adresse_de_la_base, un_site
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.services import environnement, port_libre, python


def lisible(texte):
    return texte.replace("&#x27;", "'")


@pytest.fixture
def debiteur(client):
    debiteur = un_client(creancier=un_creancier())
    client.force_login(un_utilisateur(chez=debiteur.creancier))
    return debiteur


def noter(debiteur):
    return reverse("clients:noter", args=[debiteur.creancier.code, debiteur.pk])


def en_panne(monkeypatch, erreur):
    """La prochaine lecture des clients échoue comme le ferait la base."""

    def echouer(*_, **__):
        raise erreur

    monkeypatch.setattr("clients.views.fiche.client_ou_404", echouer)


def une_erreur_sqlite(code, texte="panne"):
    cause = sqlite3.OperationalError(texte)
    cause.sqlite_errorcode = code
    erreur = OperationalError(texte)
    erreur.__cause__ = cause
    return erreur


def une_erreur_postgresql(etat):
    cause = Exception("panne")
    cause.sqlstate = etat
    erreur = OperationalError("panne")
    erreur.__cause__ = cause
    return erreur


@pytest.mark.parametrize(
    ("erreur", "panne"),
    [
        (une_erreur_sqlite(sqlite3.SQLITE_BUSY), OCCUPEE),
        (une_erreur_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), OCCUPEE),
        (une_erreur_sqlite(sqlite3.SQLITE_FULL), PLEINE),
        (une_erreur_sqlite(sqlite3.SQLITE_READONLY_DBMOVED), PLEINE),
        (une_erreur_sqlite(sqlite3.SQLITE_CANTOPEN), ABSENTE),
        (une_erreur_sqlite(sqlite3.SQLITE_ERROR, "no such table"), None),
        (une_erreur_postgresql("55P03"), OCCUPEE),
        (une_erreur_postgresql("57014"), OCCUPEE),
        (une_erreur_postgresql("53100"), PLEINE),
        (une_erreur_postgresql("25006"), PLEINE),
        (une_erreur_postgresql("57P01"), ABSENTE),
        (une_erreur_postgresql(None), ABSENTE),
        (une_erreur_postgresql("42P01"), None),
        (redis.ConnectionError("refusé"), MUETTE),
        (ValueError("faute de programme"), None),
    ],
    ids=lambda v: getattr(v, "titre", ""),
)
def test_ce_qui_passe_se_distingue_d_une_faute_de_programme(erreur, panne):
    assert reconnaitre(erreur) is panne


@pytest.mark.django_db
def test_une_base_absente_se_dit_et_garde_la_saisie(client, debiteur, monkeypatch):
    en_panne(monkeypatch, une_erreur_postgresql(None))
    saisi = {"texte": "Rappeler Mme <b>Le Goff</b> mardi", "est_a_savoir": "on"}
    reponse = client.post(noter(debiteur), saisi)
    page = reponse.content.decode()
    assert (reponse.status_code, reponse["Retry-After"]) == (503, "30")
    assert "no-store" in reponse["Cache-Control"]
    assert "La base de données ne répond pas" in page
    assert 'value="Rappeler Mme &lt;b&gt;Le Goff&lt;/b&gt; mardi"' in page
    # La même saisie, renvoyée du bouton de la page, s'enregistre quand la base revient.
    monkeypatch.undo()
    champs = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    adresse = re.search(r'<form method="post" action="([^"]+)"', page)[1]
    assert client.post(adresse, champs).status_code == 302
    assert Note.objects.pour(debiteur.creancier).count() == 1


@pytest.mark.django_db
def test_un_mot_de_passe_ne_se_recrit_pas_dans_la_page(client, monkeypatch):
    def echouer(*_, **__):
        raise une_erreur_postgresql(None)

    monkeypatch.setattr("allauth.account.forms.LoginForm.clean", echouer)
    reponse = client.post(
        "/compte/login/", {"login": "nadege@exemple.example", "password": "trois-chevaux"}
    )
    assert reponse.status_code == 503
    assert "trois-chevaux" not in reponse.content.decode()


@pytest.mark.django_db
def test_pour_htmx_la_phrase_se_pose_sur_la_page_sans_rien_en_oter(client, debiteur, monkeypatch):
    en_panne(monkeypatch, une_erreur_sqlite(sqlite3.SQLITE_BUSY))
    reponse = client.get(noter(debiteur), headers={"HX-Request": "true"})
    assert reponse.status_code == 503
    assert (reponse["HX-Retarget"], reponse["HX-Reswap"]) == ("#annonces", "beforeend")
    texte = reponse.content.decode()
    assert texte.lstrip().startswith("<div")
    assert "La base est occupée" in texte
    # htmx n'échange une réponse d'erreur que si la page le lui permet.
    monkeypatch.undo()
    page = client.get(noter(debiteur)).content.decode()
    regle = re.search(r'\{"code": "([^"]*503[^"]*)", "swap": true\}', page)
    assert regle
    assert re.fullmatch(regle[1], "503")


@pytest.mark.django_db
@pytest.mark.parametrize("erreur", [MagasinFerme(), OSError(errno.ENOSPC, "plein")], ids=repr)
def test_un_disque_plein_garde_la_saisie_et_epargne_la_page(client, debiteur, monkeypatch, erreur):
    en_panne(monkeypatch, erreur)
    reponse = client.post(noter(debiteur), {"texte": "Rappeler mardi"})
    assert (reponse.status_code, reponse["Retry-After"]) == (503, "60")
    assert 'value="Rappeler mardi"' in reponse.content.decode()

    reponse = client.post(noter(debiteur), {"texte": "x"}, headers={"HX-Request": "true"})
    assert (reponse.status_code, reponse["HX-Retarget"]) == (503, "#annonces")
    assert "<html" not in reponse.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "refus", [ErreurMetier("Non, c'est clos."), FichierPerdu(), QuotaAtteint()]
)
def test_un_refus_sans_champ_se_pose_aussi_sur_la_page(client, debiteur, monkeypatch, refus):
    regle = re.search(
        r'\{"code": "(4[^"]*)", "swap": true\}', client.get(noter(debiteur)).content.decode()
    )[1]
    en_panne(monkeypatch, refus)
    reponse = client.get(noter(debiteur), headers={"HX-Request": "true"})
    assert reponse.status_code == refus.statut
    assert (reponse["HX-Retarget"], reponse["HX-Reswap"]) == ("#annonces", "beforeend")
    assert lisible(reponse.content.decode()).count(refus.message) == 1
    assert "<html" not in reponse.content.decode()
    assert re.fullmatch(regle, str(refus.statut))
    # Une navigation entière garde sa page.
    assert "<html" in client.get(noter(debiteur)).content.decode()


@pytest.mark.django_db
def test_une_panne_qui_dure_ne_promet_pas_de_reessayer(client, debiteur, monkeypatch):
    en_panne(monkeypatch, une_erreur_postgresql("53100"))
    reponse = client.get(noter(debiteur))
    assert reponse.status_code == 503
    assert "Retry-After" not in reponse
    assert "disque est plein" in reponse.content.decode()


@pytest.mark.django_db
def test_une_faute_de_programme_reste_une_faute(client, debiteur, monkeypatch):
    en_panne(monkeypatch, une_erreur_postgresql("42P01"))
    client.raise_request_exception = False
    assert client.get(noter(debiteur)).status_code == 500


@pytest.mark.django_db
def test_un_intergiciel_aussi_lit_la_base(monkeypatch):
    """La session se lit hors de toute vue : sa panne n'y passe pas."""

    def echouer(*_, **__):
        raise une_erreur_postgresql(None)

    navigateur = Navigateur(raise_request_exception=False)
    monkeypatch.setattr(
        "django.contrib.sessions.middleware.SessionMiddleware.process_request", echouer
    )
    reponse = navigateur.get("/compte/login/")
    assert reponse.status_code == 503
    assert "La base de données ne répond pas" in reponse.content.decode()


@pytest.mark.django_db
def test_quand_toutes_les_places_sont_prises_on_le_dit_et_la_sonde_repond(client, settings):
    settings.PLACES = 1
    intergiciel = indisponible.AttendreUnPeu(lambda _: client.get("/sante/vivant"))
    requete = client.get("/compte/login/").wsgi_request
    assert intergiciel(requete).status_code == 200
    intergiciel.places.acquire()
    reponse = intergiciel(requete)
    assert (reponse.status_code, reponse["Retry-After"]) == (503, str(COMBLE.reessayer))
    intergiciel.places.release()
    assert intergiciel(requete).status_code == 200


def test_il_reste_toujours_des_fils_pour_dire_qu_on_est_vivant(settings):
    """Le nombre de fils se règle à trois endroits : les places en sont toujours quatre de moins."""
    docker = (RACINE / "Dockerfile").read_text(encoding="utf-8")
    guide = (RACINE / "docs/deploiement.md").read_text(encoding="utf-8")
    fils = {
        *re.findall(r'"--threads", "(\d+)"', docker),
        *re.findall(r"--threads (\d+)", guide),
        commandes("127.0.0.1", 8000)["web"][
            commandes("127.0.0.1", 8000)["web"].index("--threads") + 1
        ],
    }
    assert fils == {str(settings.PLACES + 4)}


def test_chaque_processus_attend_selon_ce_qu_il_fait():
    assert ATTENTES["web"].verrou < ATTENTES["travail"].verrou < ATTENTES["commande"].verrou
    assert ATTENTES["commande"].requete == ATTENTES["commande"].oisive == 0
    assert all(attentes.verrou for attentes in ATTENTES.values())
    # Ce que demarrer lance n'hérite pas de sa patience.
    assert celui_de_demarrer("127.0.0.1", "http://localhost:8000")["PROCESSUS"] == "travail"


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("processus", "attendus"),
    [
        ("web", ["3s", "30s", "1min"]),
        ("travail", ["15s", "5min", "10min"]),
        ("commande", ["1min", "0", "0"]),
    ],
)
def test_la_base_connait_les_attentes_de_chacun(processus, attendus):
    fait = python(
        "-c",
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "with connection.cursor() as c:\n"
        "    for nom in ('lock_timeout', 'statement_timeout',"
        " 'idle_in_transaction_session_timeout'):\n"
        "        c.execute(f'SHOW {nom}'); print(c.fetchone()[0])",
        env=environnement(
            DATABASE_URL=os.environ["DATABASE_URL"],
            DJANGO_SETTINGS_MODULE="recouvrement.settings",
            PROCESSUS=processus,
        ),
    )
    assert fait.stdout.split() == attendus, fait.stderr


@pytest.mark.parametrize(
    "commande",
    [["battement"], ["migrate"]],
    ids=lambda c: c[0],
)
def test_une_commande_sans_base_finit_en_une_phrase(commande, tmp_path):
    port = port_libre()
    env = environnement(
        DATABASE_URL=f"postgres://a:b@127.0.0.1:{port}/rien", DOSSIER_VAR=tmp_path / "var"
    )
    fait = python("manage.py", *commande, env=env)
    assert fait.returncode == 1
    assert fait.stderr.strip().splitlines()[-1].startswith("La base de données ne répond pas.")
    assert "Traceback" not in fait.stderr


def test_une_commande_sans_redis_finit_en_une_phrase(tmp_path):
    env = environnement(
        DATABASE_URL=f"sqlite:///{tmp_path}/base.sqlite3",
        DOSSIER_VAR=tmp_path / "var",
        REDIS_URL=f"redis://127.0.0.1:{port_libre()}/0",
    )
    fait = python(
        "manage.py", "shell", "-c", "from django.core.cache import cache; cache.get('a')", env=env
    )
    assert fait.returncode == 1
    assert "La file de messages ne répond pas." in fait.stderr
    assert "Traceback" not in fait.stderr


@pytest.mark.django_db(transaction=True)
def test_un_sqlite_verrouille_se_dit_sans_rien_ecrire(client, debiteur):
    if connection.vendor != "sqlite":
        pytest.skip("ce verrou est celui de SQLite")
    with connection.cursor() as curseur:
        curseur.execute("PRAGMA busy_timeout = 200")
    autre = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    autre.execute("BEGIN IMMEDIATE")
    try:
        debut = time.monotonic()
        reponse = client.post(noter(debiteur), {"texte": "Rappeler mardi"})
        duree = time.monotonic() - debut
    finally:
        autre.execute("ROLLBACK")
        autre.close()
    assert reponse.status_code == 503
    assert "Quelqu’un d’autre écrit" in lisible(reponse.content.decode()).replace("'", "’")
    assert duree < 12
    assert not Note.objects.pour(debiteur.creancier).exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_huit_clics_sur_un_client_verrouille_n_arretent_pas_le_site(tmp_path):
    """Chacun a sa phrase dans le temps d'un verrou, et la sonde de vie répond pendant ce temps."""
    debiteur = un_client(creancier=un_creancier())
    personne = un_utilisateur(chez=debiteur.creancier)
    with un_site(tmp_path, base=adresse_de_la_base()) as site, ThreadPoolExecutor(8) as fils:
        site.connecter(personne)
        assert site.demander(noter(debiteur)).statut == 200
        with transaction.atomic():
            Client.objects.pour(debiteur.creancier).select_for_update(of=("self",)).get(
                pk=debiteur.pk
            )
            clics = [
                fils.submit(site.demander, noter(debiteur), donnees={"texte": f"Clic {n}"})
                for n in range(8)
            ]
            sondes = []
            while not all(clic.done() for clic in clics):
                sondes.append(site.demander("/sante/vivant"))
                time.sleep(0.2)
        reponses = [clic.result() for clic in clics]
        assert {reponse.statut for reponse in reponses} == {503}
        assert all("Rien n&#x27;a été enregistré" in reponse.texte for reponse in reponses)
        # Derrière un autre, on attend deux verrous : celui de la file, puis celui de la ligne.
        assert all(2.5 < reponse.duree < 10 for reponse in reponses)
        assert {sonde.statut for sonde in sondes} == {200}
        assert max(sonde.duree for sonde in sondes) < 1
        assert not Note.objects.pour(debiteur.creancier).exists()
        assert site.demander(noter(debiteur), donnees={"texte": "Enfin"}).statut == 302
    connections.close_all()
    assert "Traceback" not in site.trace.read_text()


def test_une_erreur_de_base_sans_cause_connue_garde_sa_pile():
    assert reconnaitre(DatabaseError("?")) is None
