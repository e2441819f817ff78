"""L'exercice de restauration : des sauvegardes interrompues, vingt restaurations, rien qui parte.

RESTAURATION_FACTURES (50 000), RESTAURATIONS (20), RESTAURATION_MORTS (5) et
RESTAURATION_MESSAGES (200) en donnent la taille.
"""

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from recouvrement.environnement import RACINE
from tests.appuis.instances import Instance, une_instance
from tests.appuis.smtp import un_serveur_smtp
from tests.services import attendre

pytestmark = pytest.mark.campagne

FACTURES = int(os.environ.get("RESTAURATION_FACTURES", "50000"))
RESTAURATIONS = int(os.environ.get("RESTAURATIONS", "20"))
MORTS = int(os.environ.get("RESTAURATION_MORTS", "5"))
MESSAGES = int(os.environ.get("RESTAURATION_MESSAGES", "200"))
PIECES = 500
OBJECTIF = 15 * 60

# Un lundi, dix heures à Paris : l'heure d'envoyer, quel que soit le jour où l'exercice a lieu.
PREPARER = """
from datetime import date, datetime, UTC
from recouvrement.banc import donnees
from recouvrement.documents.fichiers import Depots
from relances.actions.planification import planifier
au, maintenant = date(2026, 11, 23), datetime(2026, 11, 23, 9, tzinfo=UTC)
donnees.construire({factures}, au=au)
with Depots() as depots:
    for n in range({pieces}):
        depots.deposer(f"piece {{n}} ".encode() * 2000)
creancier = donnees.un_creancier("restauration")
donnees.remplir(
    creancier, {messages}, au=au, part_ouverte=1.0, retard=(4, 9), par_client=1, exceptions=False
)
print(len(planifier(creancier, au=au, maintenant=maintenant).creees))
"""
ENVOYER = """
from datetime import datetime, UTC
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.actions.instance import degeler
from relances.actions.battement import expedier
if {degeler}:
    degeler(acteur=None)
for _ in range(3):
    expedier(lambda: datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
"""


def script(instance: Instance, texte: str, **valeurs: object) -> str:
    return instance.reussir("shell", "--no-imports", "-c", texte.format(**valeurs))


@pytest.fixture(scope="module")
def puits(tmp_path_factory):
    with un_serveur_smtp(tmp_path_factory.mktemp("smtp")) as serveur:
        yield serveur


@pytest.fixture(scope="module")
def source(tmp_path_factory, puits):
    """L'instance à sauver : ses factures, ses pièces, ses messages qui attendent."""
    dossier = tmp_path_factory.mktemp("source")
    smtp = f"smtp://{puits.reglage.hote}:{puits.reglage.port}"
    with une_instance(dossier, SMTP_URL=smtp) as instance:
        instance.creer()
        prevus = script(
            instance, PREPARER, factures=FACTURES, pieces=PIECES, messages=MESSAGES
        ).split()[-1]
        assert int(prevus) == MESSAGES
        yield instance


@pytest.fixture(scope="module")
def reserve(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("reserve")


def sauver(source: Instance, reserve: Path) -> float:
    """La durée que la commande annonce : sans le démarrage de Python."""
    time.sleep(1)  # deux sauvegardes n'ont pas le même nom
    dit = source.reussir("sauvegarder", str(reserve), "--garder", "2")
    return float(re.search(r"faite en ([\d.]+) s", dit)[1])


def la_derniere(reserve: Path) -> Path:
    return max(reserve.glob("2*"))


def test_vingt_restaurations_dont_cinq_apres_une_sauvegarde_tuee(source, reserve, tmp_path_factory):
    premiere, suivante = sauver(source, reserve), sauver(source, reserve)
    hasard = random.Random(int(os.environ.get("GRAINE", "1")))
    durees, restes = [], []
    for n in range(RESTAURATIONS):
        if n % max(RESTAURATIONS // MORTS, 1) == 0 and len(restes) < MORTS:
            restes.append(tuer_une_sauvegarde(source, reserve, hasard.uniform(0, 0.4) * suivante))
        sauver(source, reserve)
        with une_instance(tmp_path_factory.mktemp("cible")) as cible:
            debut = time.monotonic()
            dit = cible.reussir("restaurer", str(la_derniere(reserve)))
            durees.append(time.monotonic() - debut)
            assert "LES ENVOIS SONT GELÉS" in dit
            assert cible.lire("SELECT count(*) FROM factures_facture") == source.lire(
                "SELECT count(*) FROM factures_facture"
            )
            assert cible.lire("SELECT gelee_le IS NOT NULL FROM courriel_instance")[0][0]
            assert len(list(cible.fichiers.glob("pieces/??/*"))) == PIECES
    poids = sum(f.stat().st_size for f in la_derniere(reserve).iterdir())
    print(
        f"\n{connection.vendor}, {FACTURES} factures, {PIECES} fichiers : première sauvegarde "
        f"{premiere:.1f} s, suivante {suivante:.1f} s, base {poids / 1e6:.1f} Mo ; "
        f"{len(durees)}/{RESTAURATIONS} restaurées, "
        f"{len(restes)} sauvegardes tuées (restes : {sum(restes)} brouillons, tous refusés) ; "
        f"restaurer : {min(durees):.1f} à {max(durees):.1f} s (objectif {OBJECTIF} s)"
    )
    assert len(durees) == RESTAURATIONS
    assert max(durees) < OBJECTIF


def tuer_une_sauvegarde(source: Instance, reserve: Path, apres: float) -> int:
    """Combien de brouillons elle a laissés ; aucun ne porte le nom d'une sauvegarde."""
    entieres = set(reserve.glob("2*"))
    lancee = subprocess.Popen(
        [sys.executable, "manage.py", "sauvegarder", str(reserve)],
        cwd=RACINE,
        env=source.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    attendre(
        lambda: lancee.poll() is not None or any(reserve.glob(".en-cours-*")),
        quoi="un brouillon de sauvegarde",
    )
    time.sleep(apres)
    os.killpg(lancee.pid, signal.SIGKILL)
    lancee.wait()
    for finie in set(reserve.glob("2*")) - entieres:
        # Elle a fini avant le coup : alors elle est entière.
        source.reussir("restaurer", str(finie), "--essai")
    brouillons = list(reserve.glob(".en-cours-*"))
    for brouillon in brouillons:
        refus = source.manage("restaurer", str(brouillon), "--essai")
        assert refus.returncode == 1
        assert "n'a pas fini" in refus.stderr or "La base manque" in refus.stderr
    return len(brouillons)


def test_l_essai_prouve_la_derniere_sauvegarde(source, reserve):
    debut = time.monotonic()
    dit = source.reussir("restaurer", str(la_derniere(reserve)), "--essai")
    print(f"\n{connection.vendor} : essai entier en {time.monotonic() - debut:.1f} s")
    assert "FAUTE" not in dit


def test_restauree_apres_ses_envois_une_base_n_en_refait_aucun(source, reserve, puits):
    """Sauvegarde, départ des messages, restauration : le serveur n'en voit pas un de plus."""
    assert puits.identifiants() == []
    sauver(source, reserve)
    script(source, ENVOYER, degeler=False)
    assert len(puits.identifiants()) == MESSAGES
    source.reussir("restaurer", str(la_derniere(reserve)), "--remplacer")
    script(source, ENVOYER, degeler=False)
    sous_gel = len(puits.identifiants()) - MESSAGES
    script(source, ENVOYER, degeler=True)
    rendus = len(puits.identifiants()) - MESSAGES
    etats = dict(source.lire("SELECT etat, count(*) FROM courriel_envoi GROUP BY etat"))
    print(
        f"\n{connection.vendor} : {MESSAGES} messages partis après la sauvegarde ; après "
        f"restauration {sous_gel} renvoyé(s) sous le gel, {rendus} une fois rendus ; "
        f"incertains : {etats.get('incertain', 0)}"
    )
    assert sous_gel == 0
    assert rendus == 0
    assert etats.get("incertain", 0) == MESSAGES
