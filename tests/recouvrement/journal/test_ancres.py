"""Les ancres : hors de la base, une ligne par nuit, qui contredit ce qu'on récrirait."""

import hashlib
import json
import shutil
import stat
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from clients.actions import creer_client
from recouvrement.journal.ancres import fichier
from recouvrement.journal.horodatage import horodater_ce_qui_attend
from recouvrement.journal.models import Ancrage, Chaine, Entree, EtatJournal, Maillon
from recouvrement.journal.veille import passer_la_nuit, prendre_acte, veiller
from recouvrement.journal.verification import verifier_chaines
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.recouvrement.journal.test_chaine import proprietaire  # noqa: F401 — un appui

pytestmark = pytest.mark.django_db


@pytest.fixture
def creancier():
    creancier = un_creancier()
    with time_machine.travel(timezone.now() - timedelta(days=3, minutes=1)):
        for nom in ("Duval", "Martin", "Ozanne"):
            creer_client(creancier, nom=nom, acteur=un_utilisateur(chez=creancier))
    return creancier


def demain(jours: int = 1) -> datetime:
    return timezone.now() + timedelta(days=jours)


def trois_nuits() -> None:
    """Les trois dernières, l'horloge entière avec elles."""
    for jour in (2, 1, 0):
        with time_machine.travel(demain(-jour)):
            passer_la_nuit(timezone.now())


def lignes() -> list[dict]:
    return [json.loads(ligne) for ligne in fichier().read_text().splitlines()]


def constats() -> list[str]:
    return [str(faute) for faute in verifier_chaines(maintenant=timezone.now()).fautes]


def test_la_nuit_scelle_verifie_et_ancre_une_seule_fois_par_jour(creancier):
    maintenant = datetime(2027, 3, 9, 23, 30, tzinfo=UTC)
    veiller(maintenant)
    veiller(maintenant + timedelta(minutes=1))
    assert len(lignes()) == 1
    assert lignes()[0]["tetes"][str(creancier.pk)][0] == 3
    etat = EtatJournal.objects.get()
    assert (etat.fautes, etat.entrees, etat.echec) == (0, 3, "")
    chaine = Chaine.objects.get(numero=creancier.pk)
    assert (chaine.verifie_rang, chaine.fautes, chaine.ancre_rang) == (3, 0, 3)
    # Minuit passé à Paris, le jour suivant : une ancre de plus, liée à la première.
    veiller(maintenant + timedelta(hours=24))
    premiere, seconde = fichier().read_text().splitlines()
    empreinte = hashlib.sha256(premiere.encode()).hexdigest()
    assert Ancrage.objects.get(numero=1).empreinte == json.loads(seconde)["prec"] == empreinte
    assert [ancre["n"] for ancre in lignes()] == [1, 2]
    # Seules les têtes qui ont bougé : l'ancrage lui-même s'inscrit à la chaîne de l'instance.
    assert list(json.loads(seconde)["tetes"]) == ["0"]


def test_le_fichier_des_ancres_n_est_lisible_que_de_nous(creancier):
    passer_la_nuit(timezone.now())
    assert stat.S_IMODE(fichier().stat().st_mode) == 0o600
    assert stat.S_IMODE(fichier().parent.stat().st_mode) == 0o700


def test_une_fin_coupee_proprement_contredit_l_ancre(creancier, proprietaire):  # noqa: F811
    veiller(timezone.now())
    dernier = Maillon.objects.get(chaine=creancier.pk, rang=3)
    avant = Maillon.objects.get(chaine=creancier.pk, rang=2)
    proprietaire(
        f"DELETE FROM journal_maillon WHERE entree_id = {dernier.pk}",
        f"DELETE FROM journal_entree WHERE id = {dernier.pk}",
        f"UPDATE journal_chaine SET rang = 2, empreinte = '{avant.empreinte}' "
        f"WHERE numero = {creancier.pk}",
    )
    assert any("cette entrée n'est plus là" in constat for constat in constats())
    # La place reprise par une autre entrée ne trompe pas davantage.
    creer_client(creancier, nom="Vidal", acteur=None)
    veiller(timezone.now())
    assert any("n'est plus celle ancrée" in constat for constat in constats())


@pytest.mark.parametrize("geste", ["couper", "changer", "perdre", "intervertir"])
def test_le_fichier_lui_meme_ne_se_retouche_pas(creancier, geste):
    trois_nuits()
    assert constats() == []
    texte = fichier().read_text().splitlines(keepends=True)
    match geste:
        case "couper":
            fichier().write_text("".join(texte[:-1]))
        case "changer":
            fichier().write_text("".join(texte).replace('"n":2', '"n":2,"x":1'))
        case "perdre":
            fichier().unlink()
        case "intervertir":
            fichier().write_text("".join([texte[1], texte[0], texte[2]]))
    assert any("ancres" in constat for constat in constats())


def test_un_disque_qui_refuse_se_dit_et_se_reessaie_dans_l_heure(creancier, settings, tmp_path):
    obstacle = tmp_path / "obstacle"
    obstacle.write_text("")
    settings.ANCRES = obstacle / "ancres"
    maintenant = timezone.now().replace(hour=12)
    veiller(maintenant)
    assert "ne s'écrit pas (ENOTDIR)" in EtatJournal.objects.get().echec
    settings.ANCRES = tmp_path / "ancres"
    veiller(maintenant + timedelta(minutes=2))
    assert not Ancrage.objects.exists()
    veiller(maintenant + timedelta(minutes=61))
    assert Ancrage.objects.count() == 1
    assert EtatJournal.objects.get().echec == ""


def test_une_base_restauree_se_prend_en_acte_et_le_reste_demeure_une_faute(
    creancier,
    proprietaire,  # noqa: F811
):
    veiller(timezone.now())
    avant = Maillon.objects.get(chaine=creancier.pk, rang=2)
    numero = Maillon.objects.get(chaine=creancier.pk, rang=3).pk
    proprietaire(
        f"DELETE FROM journal_maillon WHERE entree_id = {numero}",
        f"DELETE FROM journal_entree WHERE id = {numero}",
        f"UPDATE journal_chaine SET rang = 2, empreinte = '{avant.empreinte}' "
        f"WHERE numero = {creancier.pk}",
    )
    assert prendre_acte(timezone.now(), motif="Base restaurée du 3 mars").nombre == 1
    assert constats() == []
    acte = Entree.objects.systeme().get(evenement="constats_actes")
    assert acte.donnees["motif"] == "Base restaurée du 3 mars"
    proprietaire("UPDATE journal_entree SET evenement = 'autre' WHERE evenement = 'client_cree'")
    assert len(constats()) == 2
    with pytest.raises(CommandError, match="n'est pas tel"):
        call_command("verifier_journal")


@pytest.fixture
def tiers(tmp_path_factory):
    """Un serveur d'horodatage entier, sur la boucle locale : openssl signe."""
    if shutil.which("openssl") is None:
        pytest.fail("Ce test veut openssl.", pytrace=False)
    dossier = tmp_path_factory.mktemp("tiers")
    Path(dossier / "ts.cnf").write_text(
        "[tsa]\ndefault_tsa=t\n[t]\nserial=serie\nsigner_cert=ts.pem\n"
        "signer_key=ts.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\n"
        "digests=sha256\naccuracy=secs:1\nordering=yes\ness_cert_id_chain=no\n"
        "ess_cert_id_alg=sha256\n[ext]\nextendedKeyUsage=critical,timeStamping\n"
        "keyUsage=critical,digitalSignature\n"
    )
    Path(dossier / "serie").write_text("01\n")

    def openssl(*mots: str) -> None:
        subprocess.run(["openssl", *mots], cwd=dossier, check=True, capture_output=True)

    neuf = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl(
        "req",
        "-x509",
        *neuf,
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-days",
        "3",
        "-subj",
        "/CN=Racine d'essai",
    )
    openssl("req", *neuf, "-keyout", "ts.key", "-out", "ts.csr", "-subj", "/CN=Horodatage d'essai")
    openssl(
        "x509",
        "-req",
        "-in",
        "ts.csr",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-days",
        "3",
        "-CAcreateserial",
        "-out",
        "ts.pem",
        "-extfile",
        "ts.cnf",
        "-extensions",
        "ext",
    )

    class Reponse(BaseHTTPRequestHandler):
        def do_POST(self):
            (dossier / "q.tsq").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            openssl(
                "ts",
                "-reply",
                "-config",
                "ts.cnf",
                "-section",
                "t",
                "-queryfile",
                "q.tsq",
                "-out",
                "r.tsr",
            )
            self.send_response(200)
            self.end_headers()
            self.wfile.write((dossier / "r.tsr").read_bytes())

        def log_message(self, *_):
            pass

    serveur = HTTPServer(("127.0.0.1", 0), Reponse)
    fil = threading.Thread(target=serveur.serve_forever, daemon=True)
    fil.start()
    yield f"http://127.0.0.1:{serveur.server_port}/", dossier / "ca.pem"
    serveur.shutdown()
    serveur.server_close()
    fil.join()


def test_un_tiers_muet_trois_nuits_se_rattrape_et_un_jeton_change_se_voit(
    creancier, settings, tiers
):
    adresse, racine = tiers
    settings.HORODATAGE_URL = "http://127.0.0.1:9/"
    trois_nuits()
    assert Ancrage.objects.filter(horodate_le=None).count() == 3
    assert "Error" in Ancrage.objects.get(numero=1).echec

    settings.HORODATAGE_URL, settings.HORODATAGE_RACINES = adresse, str(racine)
    assert horodater_ce_qui_attend(demain(3)) == 3, Ancrage.objects.get(numero=1).echec
    assert not Ancrage.objects.exclude(echec="").exists()
    assert constats() == []

    jetons = fichier().parent
    shutil.copy(jetons / "1.tsr", jetons / "2.tsr")
    octets = bytearray((jetons / "3.tsr").read_bytes())
    octets[-40] ^= 1
    (jetons / "3.tsr").write_bytes(octets)
    dits = constats()
    assert [dit for dit in dits if "n° 2 ne date pas" in dit]
    assert [dit for dit in dits if "n° 3 ne date pas" in dit]
