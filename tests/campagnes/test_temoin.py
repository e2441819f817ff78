"""La copie témoin, lue dans une vraie boîte : un Dovecot, démarré ici, arrêté ici.

./tester --campagne temoin         demande dovecot (Debian : dovecot-imapd)
"""

import grp
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from recouvrement.courriel.actions import heure
from recouvrement.courriel.enums import EtatEnvoi, PartieBattement
from recouvrement.courriel.evenements import Evenement
from recouvrement.courriel.models import Envoi, Panne
from recouvrement.journal.models import Entree
from recouvrement.serveurs import ServeurImap
from relances.actions.battement import battre, preparer
from relances.enums import EtatRelance
from relances.models import Relance
from tests.appuis.smtp import port_libre, un_serveur_smtp
from tests.fabriques.clients import un_client
from tests.fabriques.factures import une_facture
from tests.recouvrement.courriel.depots import un_depot

pytestmark = [pytest.mark.campagne, pytest.mark.django_db(transaction=True)]

LUNDI = date(2026, 11, 23)
DIX_HEURES = datetime(2026, 11, 23, 9, tzinfo=UTC)
REGLAGES = """
protocols = imap
listen = 127.0.0.1
base_dir = {dossier}/base
log_path = {dossier}/journal
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{dossier}/courrier
default_internal_user = {utilisateur}
default_login_user = {connexion}
default_internal_group = {groupe}
first_valid_uid = 0
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
passdb {{
  driver = static
  args = password=mot
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={dossier}
}}
"""


@contextmanager
def un_dovecot(dossier):
    programme = shutil.which("dovecot") or "/usr/sbin/dovecot"
    if not os.path.exists(programme):
        pytest.fail("Cette campagne veut dovecot : sudo apt-get install dovecot-imapd.")

    port = port_libre()
    for nom in ("base", "courrier/new", "courrier/cur", "courrier/tmp"):
        (dossier / nom).mkdir(parents=True)
    # Dovecot refuse de servir en root : on lui prête les comptes de son paquet.
    en_root = os.getuid() == 0
    moi = pwd.getpwnam("dovecot") if en_root else pwd.getpwuid(os.getuid())
    if en_root:
        for racine, dossiers, _ in os.walk(dossier):
            for nom in (racine, *(os.path.join(racine, d) for d in dossiers)):
                os.chmod(nom, 0o755)
                os.chown(nom, moi.pw_uid, moi.pw_gid)
    reglages = dossier / "dovecot.conf"
    reglages.write_text(
        REGLAGES.format(
            dossier=dossier,
            port=port,
            utilisateur=moi.pw_name,
            connexion="dovenull" if en_root else moi.pw_name,
            groupe=grp.getgrgid(moi.pw_gid).gr_name,
            uid=moi.pw_uid,
            gid=moi.pw_gid,
        )
    )
    processus = subprocess.Popen([programme, "-F", "-c", str(reglages)])
    try:
        serveur = ServeurImap("127.0.0.1", port, False, "temoin", "mot", "INBOX")
        for _ in range(50):
            if (dossier / "base" / "master.pid").exists():
                break
            time.sleep(0.1)
        yield serveur
    finally:
        processus.terminate()
        processus.wait(10)


def livrer(dossier, puits, adresse):
    """Ce que ferait le serveur d'envoi : la copie arrive dans la boîte."""
    for rang, recu in enumerate(puits.lignes()):
        if adresse in recu["a"]:
            (dossier / "courrier" / "new" / f"{rang}.temoin").write_text(recu["octets"])


def test_la_copie_arrivee_leve_l_incertain_et_l_absente_n_y_change_rien(
    tmp_path, settings, monkeypatch, request
):
    settings.COPIE_TEMOIN = "temoin@kerbrat.example"
    # Hors du dossier des essais, que seul son propriétaire traverse.
    boite = Path(tempfile.mkdtemp(prefix="dovecot-"))
    request.addfinalizer(lambda: shutil.rmtree(boite))
    with un_serveur_smtp(tmp_path) as puits, un_dovecot(boite) as serveur:
        settings.SERVEUR_SMTP, settings.BOITE_TEMOIN = puits.reglage, serveur
        for adresse in ("coupe-apres@duval.example", "coupe-avant@duval.example"):
            une_facture(
                client=un_client(courriel=adresse),
                date_emission=LUNDI - timedelta(days=35),
                date_echeance=LUNDI - timedelta(days=5),
            )
        un_depot(nature="compte", destinataire="b@duval.example", maintenant=DIX_HEURES)
        bilan = battre(DIX_HEURES)
        assert bilan.envois == {EtatEnvoi.INCERTAIN: 2, EtatEnvoi.ENVOYE: 1}
        [compte] = [r for r in puits.lignes() if "b@duval.example" in r["a"]]
        assert compte["a"] == ["b@duval.example"], "un message de compte n'a pas de témoin"
        # Rien n'est encore arrivé : rien ne change.
        bilan = preparer(DIX_HEURES)
        assert (bilan.confirmees, bilan.echecs) == (0, [])
        livrer(boite, puits, settings.COPIE_TEMOIN)
        monkeypatch.setattr(heure, "heure_de_la_base", lambda: DIX_HEURES)
        call_command("confirmer_incertains")
        etats = dict(Envoi.objects.systeme().values_list("destinataire", "etat"))
        assert etats["coupe-apres@duval.example"] == EtatEnvoi.ENVOYE
        assert etats["coupe-avant@duval.example"] == EtatEnvoi.INCERTAIN
        relances = dict(Relance.objects.systeme().values_list("destinataire", "etat"))
        assert relances["coupe-apres@duval.example"] == EtatRelance.FAITE
        assert relances["coupe-avant@duval.example"] == EtatRelance.INCERTAINE
        assert Entree.objects.systeme().filter(evenement=Evenement.ENVOI_CONFIRME).count() == 1
        settings.BOITE_TEMOIN = ServeurImap(
            "127.0.0.1", serveur.port, False, "temoin", "faux", "INBOX"
        )
        with pytest.raises(CommandError, match="La boîte témoin ne s'ouvre pas"):
            call_command("confirmer_incertains")
        # Une boîte fermée n'arrête pas le battement, et se dit.
        assert preparer(DIX_HEURES).echecs
        [panne] = Panne.objects.systeme().ouvertes()
        assert panne.partie == PartieBattement.TEMOIN
