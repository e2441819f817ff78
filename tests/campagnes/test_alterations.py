"""Ce que le propriétaire de la base change au journal, au hasard, et que la relecture doit dire.

ALTERATIONS (1 000), ECRIVAINS (8), ENTREES (500) et GRAINE règlent la campagne.
"""

import os
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from clients.actions import creer_client
from clients.evenements import Evenement
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import inscrire
from recouvrement.journal.ancres import fichier
from recouvrement.journal.models import Maillon
from recouvrement.journal.scellement import sceller
from recouvrement.journal.veille import passer_la_nuit
from recouvrement.journal.verification import verifier_chaines
from tests.appuis.faussaire import Faussaire
from tests.fabriques.comptes import un_creancier, un_utilisateur

pytestmark = [pytest.mark.campagne, pytest.mark.django_db(transaction=True)]
ALTERATIONS = int(os.environ.get("ALTERATIONS", "1000"))
ECRIVAINS = int(os.environ.get("ECRIVAINS", "8"))
ENTREES = int(os.environ.get("ENTREES", "500"))
GRAINE = int(os.environ.get("GRAINE", "0")) or random.randrange(1, 10**9)


def un_journal() -> None:
    """Trois créanciers, trois nuits : de quoi couper, mêler et recoudre."""
    creanciers = [un_creancier() for _ in range(3)]
    acteur = un_utilisateur(chez=creanciers[0])
    for nuit in range(3):
        for creancier in creanciers:
            for rang in range(12):
                creer_client(creancier, nom=f"Client {nuit}-{rang}", acteur=acteur)
        assert passer_la_nuit(timezone.now()).nombre == 0
    sceller(timezone.now())


def test_toute_alteration_du_journal_se_voit():
    un_journal()
    alea = random.Random(GRAINE)
    sain = fichier().read_bytes()
    assert verifier_chaines(maintenant=timezone.now()).fautes == []
    faites, manquees = Counter(), []
    debut = time.monotonic()
    for numero in range(ALTERATIONS):
        with transaction.atomic():
            geste = Faussaire(alea).agir()
            bilan = verifier_chaines(maintenant=timezone.now())
            transaction.set_rollback(True)
        fichier().write_bytes(sain)
        faites[geste] += 1
        if bilan.nombre == 0:
            manquees.append((numero, geste))
    assert verifier_chaines(maintenant=timezone.now()).fautes == []
    print(
        f"\n{connection.vendor} : {ALTERATIONS} altérations de {len(faites)} sortes, "
        f"{ALTERATIONS - len(manquees)} vues, {len(manquees)} manquées (graine {GRAINE}), "
        f"{time.monotonic() - debut:.0f} s"
    )
    for geste, nombre in sorted(faites.items()):
        print(f"  {geste} : {nombre}")
    assert manquees == []


def test_huit_ecrivains_ne_font_qu_une_chaine_par_creancier_et_sans_trou():
    creanciers = [un_creancier() for _ in range(3)]
    acteur = un_utilisateur(chez=creanciers[0])
    finis = threading.Event()

    def ecrire(graine: int) -> int:
        alea, reprises, faites = random.Random(graine), 0, 0
        try:
            while faites < ENTREES:
                try:
                    _inscrire_une(alea.choice([*creanciers, None]), acteur)
                    faites += 1
                except OperationalError:
                    # SQLite, machine chargée : vingt secondes d'attente n'ont pas suffi.
                    reprises += 1
        finally:
            connection.close()
        return reprises

    def sceller_sans_cesse() -> None:
        try:
            while not finis.wait(0.2):
                sceller(timezone.now())
        finally:
            connection.close()

    debut = time.monotonic()
    with ThreadPoolExecutor(ECRIVAINS + 2) as fils:
        scelleurs = [fils.submit(sceller_sans_cesse) for _ in range(2)]
        ecrivains = [fils.submit(ecrire, GRAINE + n) for n in range(ECRIVAINS)]
        try:
            reprises = sum(ecrivain.result() for ecrivain in ecrivains)
        finally:
            finis.set()
        duree = time.monotonic() - debut
        for scelleur in scelleurs:
            scelleur.result()
    sceller(timezone.now(), complet=True)
    bilan = verifier_chaines(maintenant=timezone.now())
    print(
        f"\n{connection.vendor} : {ECRIVAINS} écrivains × {ENTREES} entrées en {duree:.0f} s, "
        f"{bilan.entrees} scellées, {len(bilan.chaines)} chaînes, {bilan.nombre} écart, "
        f"{reprises} reprises pour base occupée"
    )
    assert bilan.fautes == []
    assert bilan.entrees == ECRIVAINS * ENTREES
    for numero, parcours in bilan.chaines.items():
        assert Maillon.objects.filter(chaine=numero).count() == parcours.rang


def _inscrire_une(creancier: Creancier | None, acteur: Utilisateur) -> None:
    with transaction.atomic():
        inscrire(
            Evenement.CLIENT_CREE, cible=acteur, acteur=acteur, creancier=creancier, nom="Essai"
        )
