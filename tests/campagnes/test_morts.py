"""Mille ouvriers tués n'importe où : ni double, ni perdu, ni parti après paiement.

./tester --campagne morts          MORTS=1000, MESSAGES=3000 par défaut, sur chaque base
"""

import os
import random
import signal
import time
from collections import Counter

import pytest
from django.conf import settings as reglages
from django.db import connection

from factures.actions import encaisser
from factures.models import Facture
from recouvrement.courriel.actions.instance import lire_instance
from recouvrement.courriel.carnet import Carnet
from recouvrement.courriel.depart.balayage import balayer
from recouvrement.courriel.models import Envoi, Panne
from relances.actions.battement import METIERS
from relances.enums import EtatRelance
from relances.models import Relance, RelanceFacture
from tests.appuis.smtp import un_serveur_smtp
from tests.campagnes.ouvriers import (
    EN_ROUTE,
    GRAINE,
    LUNDI,
    Monde,
    au_hasard,
    baux_courts,
    des_relances,
    doubles,
    frapper,
    naitre,
    travailler,
)

pytestmark = [pytest.mark.campagne, pytest.mark.django_db(transaction=True)]

MORTS = int(os.environ.get("MORTS", "1000"))
MESSAGES = int(os.environ.get("MESSAGES", str(3 * MORTS)))
OUVRIERS = 3


def _payer(monde, pks, fini):
    """Un règlement de temps en temps, daté une fois validé."""
    alea = random.Random(GRAINE)
    for pk in pks:
        if fini.exists():
            return
        facture = Facture.objects.systeme().select_related("client__creancier").get(pk=pk)
        try:
            encaisser(
                facture.client,
                montant=facture.solde,
                recu_le=LUNDI,
                moyen="virement",
                acteur=None,
                imputations=[(pk, facture.solde)],
            )
        finally:
            monde.noter("payees", f"{pk} {monde.horloge().isoformat()}")
        time.sleep(alea.random() * 0.15)


def _balayer(monde, fini):
    while not fini.exists():
        balayer(monde.horloge(), metiers=METIERS)
        time.sleep(0.2)


def test_mille_morts(tmp_path, settings, monkeypatch, capsys):
    alea = random.Random(GRAINE)
    baux_courts(monkeypatch, 1.0)
    debut = time.monotonic()
    with un_serveur_smtp(tmp_path) as puits:
        settings.SERVEUR_SMTP = puits.reglage
        monde = Monde(puits, tmp_path)
        creancier = des_relances(MESSAGES, monde)
        factures = list(Facture.objects.pour(creancier).values_list("pk", flat=True))
        a_payer = alea.sample(factures, len(factures) // 10)
        fini = tmp_path / "fini"
        aides = [
            naitre(lambda: _payer(monde, a_payer, fini)),
            naitre(lambda: _balayer(monde, fini)),
        ]
        vivants, issues, graine, au_hasard_tues = set(), Counter(), GRAINE, 0
        reste, encore = MESSAGES, 0.0
        while reste:
            tues = issues["tue"]
            while len(vivants) < OUVRIERS:
                graine += 1
                proba = 0.07 if tues < MORTS else 0.0
                points = au_hasard(graine, proba, frapper(monde, "morts", signal.SIGKILL))
                vivants.add(naitre(lambda p=points: travailler(monde, p, fini)))
            if tues < MORTS and alea.random() < 0.03:
                os.kill(alea.choice(sorted(vivants)), signal.SIGKILL)
                au_hasard_tues += 1
            time.sleep(0.01)
            for pid in list(vivants):
                mort, statut = os.waitpid(pid, os.WNOHANG)
                if mort:
                    vivants.discard(pid)
                    issues["tue" if os.WIFSIGNALED(statut) else "sorti"] += 1
            if time.monotonic() > encore:
                reste = Envoi.objects.systeme().filter(etat__in=EN_ROUTE).count()
                encore = time.monotonic() + 1
        fini.touch()
        for pid in [*vivants, *aides]:
            os.waitpid(pid, 0)
        duree = time.monotonic() - debut
        _juger(monde, puits, issues, au_hasard_tues, duree, capsys)


def _juger(monde, puits, issues, au_hasard_tues, duree, capsys):
    recus = Counter(puits.identifiants())
    envois = dict(Envoi.objects.systeme().values_list("message_id", "etat"))
    etats = Counter(envois.values())
    perdus = [i for i, etat in envois.items() if etat == "envoye" and not recus[i]]
    caches = [i for i, etat in envois.items() if etat in ("annule", "echec") and recus[i]]
    apres = _apres_paiement(monde, recus)
    incertains = [i for i, etat in envois.items() if etat == "incertain"]
    carnet = Carnet(reglages.JOURNAL_ENVOIS)
    notes = {f.message_id for f in carnet.faits(depuis=0) if f.est_depart}
    with capsys.disabled():
        print(
            f"\n{connection.vendor} : {issues['tue']} morts en {duree:.0f} s "
            f"({au_hasard_tues} au hasard, {dict(Counter(monde.notes('morts')))}), "
            f"{issues['sorti']} sorties ; {len(envois)} messages : {dict(etats)} ; "
            f"{len(monde.notes('payees'))} règlements ; doubles {len(doubles(puits))}, "
            f"perdus {len(perdus)}, reçus mais dits non partis {len(caches)}, "
            f"après paiement {len(apres)} ; incertains {len(incertains)} "
            f"dont {sum(1 for i in incertains if recus[i])} arrivés ; graine {GRAINE}"
        )
    assert issues["tue"] >= MORTS
    assert issues["sorti"] == 0
    assert doubles(puits) == perdus == caches == apres == []
    assert set(recus) <= notes, "un message est parti sans être au carnet"
    assert lire_instance().gelee_le is None
    assert not Panne.objects.systeme().exists()
    _relances_d_accord()
    if connection.vendor == "sqlite":
        with connection.cursor() as curseur:
            curseur.execute("PRAGMA integrity_check")
            assert curseur.fetchone() == ("ok",)


def _apres_paiement(monde, recus):
    """Passés à `data` après qu'un règlement était validé, et reçus."""
    payees = {}
    for note in monde.notes("payees"):
        pk, le = note.split()
        payees[int(pk)] = le
    fautes = []
    for facture, message, data_a in RelanceFacture.objects.systeme().values_list(
        "facture_id", "relance__envoi__message_id", "relance__envoi__data_a"
    ):
        if facture in payees and recus[message] and data_a.isoformat() > payees[facture]:
            fautes.append(message)
    return fautes


def _relances_d_accord():
    attendus = {
        "envoye": {EtatRelance.FAITE},
        "incertain": {EtatRelance.INCERTAINE},
        "annule": {EtatRelance.ANNULEE},
        "echec": {EtatRelance.ECHEC},
    }
    for etat, envoi in Relance.objects.systeme().values_list("etat", "envoi__etat"):
        assert etat in attendus[envoi], (etat, envoi)
