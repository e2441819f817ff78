"""Les traces : une ligne par fait, et jamais un secret, quel que soit le journal qui écrit."""

import json
import logging
import re

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import URLPattern, get_resolver, reverse

from recouvrement.environnement import RACINE
from recouvrement.equipe.regles import CODES_RESERVES
from recouvrement.socle.middlewares.indisponible import dire
from recouvrement.socle.pannes import COMBLE
from recouvrement.socle.traces import CHEMINS_A_JETON, UneLigneJson, masquer

CANARI = "Kn4r1-zYx_9WvUtSrQpOnMlKjIhGfEdCbA0987654321"
JOURNAUX = (
    *("", "django", "django.request", "django.server", "django.security.csrf", "gunicorn.error"),
    *("gunicorn.access", "celery", "celery.worker", "celery.app.trace", "recouvrement.sante"),
    *("allauth", "une.bibliotheque"),
)
# Un paramètre de route qui tient lieu de mot de passe.
SECRETS = re.compile(r"<(?:\w+:)?(?:jeton|key|cle|token|signature)>|\(\?P<(?:key|token)>")


@pytest.fixture
def lignes():
    """Ce que tout journal écrirait, par le vrai format, et par celui d'un autre."""
    recues = []

    class Garder(logging.Handler):
        def emit(self, record):
            recues.append(self.format(record))
            recues.append(logging.Formatter("%(message)s").format(record))

    garder = Garder(level=logging.DEBUG)
    garder.setFormatter(UneLigneJson())
    journaux = [logging.getLogger(nom) for nom in JOURNAUX]
    avant = [(journal.level, journal.disabled) for journal in journaux]
    for journal in journaux:
        journal.addHandler(garder)
        journal.setLevel(logging.DEBUG)
        journal.disabled = False
    yield recues
    for journal, (niveau, arrete) in zip(journaux, avant, strict=True):
        journal.removeHandler(garder)
        journal.setLevel(niveau)
        journal.disabled = arrete


@pytest.mark.parametrize("journal", JOURNAUX)
@pytest.mark.parametrize(
    "chemin",
    [
        f"/invitation/{CANARI}/",
        f"/expediteur/{CANARI}/",
        f"/compte/password/reset/key/1a-{CANARI}/",
        f"/compte/confirm-email/{CANARI}/",
        f"/lien-signe-de-demain/{CANARI}/",
        f"/compte/login/?next=/invitation/{CANARI}/",
        f"/recherche/?q={CANARI}",
    ],
)
def test_aucun_journal_n_ecrit_le_secret_d_une_adresse(lignes, journal, chemin):
    for ecrire in (
        lambda t: t.error("Not Found: %s", chemin),
        lambda t: t.info('127.0.0.1 "GET %s HTTP/1.1" 422 - "https://r.example%s"', chemin, chemin),
        lambda t: t.debug(f"{chemin} a levé"),
    ):
        ecrire(logging.getLogger(journal))
    try:
        raise ValueError(f"mauvaise adresse {chemin}")
    except ValueError:
        logging.getLogger(journal).exception("Internal Server Error: %s", chemin)

    ecrites = [ligne for ligne in lignes if ligne.startswith("{")]
    assert len(ecrites) >= 4
    assert [ligne for ligne in ecrites if CANARI in ligne] == []
    # Sous le format d'un autre, le message est déjà masqué ; seule la pile ne passe pas par nous.
    assert not any(CANARI in ligne.partition("Traceback")[0] for ligne in lignes)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("methode", "nom", "donnees", "etat"),
    [
        ("get", "equipe:invitation", {}, 410),
        ("post", "equipe:invitation", {}, 410),
        ("put", "equipe:invitation", {}, 405),
        ("get", "equipe:expediteur", {}, 410),
        ("put", "equipe:expediteur", {}, 405),
        ("get", "account_confirm_email", {}, 404),
    ],
)
def test_ce_qui_echoue_a_une_adresse_secrete_ne_l_ecrit_pas(lignes, methode, nom, donnees, etat):
    chemin = reverse(nom, args=[CANARI])

    reponse = getattr(Client(), methode)(chemin, donnees)

    assert reponse.status_code in (etat, 200)
    assert not any(CANARI in ligne for ligne in lignes)
    if reponse.status_code != 200:
        assert any("…" in ligne for ligne in lignes)


@pytest.mark.django_db
def test_une_panne_a_une_adresse_secrete_ne_l_ecrit_pas(lignes, monkeypatch):
    def panne(*_args, **_kwargs):
        raise RuntimeError(f"/invitation/{CANARI}/")

    monkeypatch.setattr("recouvrement.equipe.views.comptes.render", panne)

    reponse = Client(raise_request_exception=False).get(f"/invitation/{CANARI}/")

    assert reponse.status_code == 500
    assert any("RuntimeError" in ligne for ligne in lignes)
    assert not any(CANARI in ligne.partition("Traceback")[0] for ligne in lignes)
    assert not any(CANARI in ligne for ligne in lignes if ligne.startswith("{"))


def test_toute_route_a_secret_est_couverte_par_le_masque():
    routes = list(_routes(get_resolver()))
    secretes = [chemin for chemin in routes if SECRETS.search(chemin)]
    assert len(secretes) >= 4, secretes
    decouvertes = [
        chemin
        for chemin in secretes
        if not any(re.search(rf"(^|/){prefixe}/", chemin) for prefixe in CHEMINS_A_JETON)
    ]
    assert decouvertes == []


@pytest.mark.django_db
def test_toute_adresse_secrete_se_tait_et_ne_se_recrit_pas():
    """Une seule liste : les en-têtes, la page d'indisponibilité et le guide s'y tiennent."""
    guide = (RACINE / "docs/deploiement.md").read_text(encoding="utf-8")
    du_mandataire = re.compile(re.search(r"location ~ (\^\S+) \{", guide)[1])
    for modele in _routes(get_resolver()):
        if not SECRETS.search(modele):
            continue
        chemin = "/" + re.sub(r"<[^>]+>|\(\?P.*", CANARI, modele).strip("/") + "/"
        assert du_mandataire.search(chemin), chemin
        assert chemin.split("/")[1] in CODES_RESERVES, chemin
        close = Client().get(chemin)
        assert close.headers["Referrer-Policy"] in {"no-referrer", "strict-origin"}, chemin
        demande = RequestFactory().post(chemin, {"nom": "tapé-par-quelqu-un"})
        assert "tapé-par-quelqu-un" not in dire(demande, COMBLE).content.decode(), chemin


def _routes(resolveur, prefixe=""):
    for motif in resolveur.url_patterns:
        chemin = prefixe + str(motif.pattern).replace("^", "")
        if isinstance(motif, URLPattern):
            yield chemin
        else:
            yield from _routes(motif, chemin)


def test_un_chemin_ordinaire_reste_lisible():
    for texte in (
        "Not Found: /menuiserie-kerbrat/factures/F-2026-0012/",
        "Task relances.battre[3f2504e0-4f89-11d3-9a0c-0305e82c3301] succeeded in 0.2s",
        "Est-ce prêt ? Non.",
        "File /usr/lib/python3.13/site-packages/django/core/handlers/base.py",
    ):
        assert masquer(texte) == texte


@pytest.mark.parametrize("nuisible", ["\r\n", "\n", "\u2028", "\x00", '"}\n{"niveau": "INFO'])
def test_un_saut_de_ligne_ne_forge_pas_d_entree(nuisible):
    trace = logging.makeLogRecord({"msg": f"avant{nuisible}après", "levelname": "ERROR"})
    ligne = UneLigneJson().format(trace)

    assert "\n" not in ligne
    assert "\r" not in ligne
    assert json.loads(ligne)["niveau"] == "ERROR"


def test_les_journaux_du_serveur_passent_par_notre_format():
    for nom in ("django", "django.server", "gunicorn.error", "gunicorn.access"):
        assert settings.LOGGING["loggers"][nom] == {"handlers": [], "propagate": True}
