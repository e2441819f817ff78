"""Trois cents ouvriers figés au-delà de leur bail : réveillés, ils ne font partir rien de trop.

./tester --campagne gels           GELS=300 par défaut, sur chaque base
"""

import os
import random
import signal
import time
from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from django.db import connection

from factures.actions import encaisser
from factures.models import Facture
from recouvrement.courriel.actions.instance import lire_instance
from recouvrement.courriel.depart.balayage import balayer
from recouvrement.courriel.models import Envoi
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions import decisions
from relances.actions.battement import METIERS
from relances.enums import EtatRelance
from relances.models import Relance, RelanceFacture
from tests.appuis.smtp import un_serveur_smtp
from tests.campagnes.ouvriers import (
    EN_ROUTE,
    GRAINE,
    LUNDI,
    POINTS,
    Monde,
    au_hasard,
    baux_courts,
    des_relances,
    doubles,
    frapper,
    naitre,
    travailler,
)
from tests.fabriques.comptes import un_utilisateur

pytestmark = [pytest.mark.campagne, pytest.mark.django_db(transaction=True)]

GELS = int(os.environ.get("GELS", "300"))
OUVRIERS = 6
BAIL, SOMMEIL = 1.0, 1.6


def test_trois_cents_ouvriers_figes(tmp_path, settings, monkeypatch, capsys):
    alea = random.Random(GRAINE)
    baux_courts(monkeypatch, BAIL)
    monkeypatch.setattr(decisions, "ATTENTE_AVANT_RENVOI", timedelta(0))
    debut = time.monotonic()
    with un_serveur_smtp(tmp_path) as puits:
        settings.SERVEUR_SMTP = puits.reglage
        monde = Monde(puits, tmp_path)
        acteur = un_utilisateur()
        des_relances(3 * GELS, monde)
        fini, assez = tmp_path / "fini", tmp_path / "assez"
        vivants = {}
        for rang in range(OUVRIERS):
            points = au_hasard(
                GRAINE + rang,
                0.12,
                lambda nom: None if assez.exists() else frapper(monde, "gels", signal.SIGSTOP)(nom),
            )
            vivants[naitre(lambda p=points: travailler(monde, p, fini))] = None
        payees, faits = {}, Counter()
        reste, encore = 1, 0.0
        while reste or any(vivants.values()):
            for pid in vivants:
                change, statut = os.waitpid(pid, os.WNOHANG | os.WUNTRACED)
                if change and os.WIFSTOPPED(statut):
                    vivants[pid] = time.monotonic() + SOMMEIL
                assert not (change and not os.WIFSTOPPED(statut)), "un ouvrier est mort"
            if len(monde.notes("gels")) >= GELS:
                assez.touch()
            for pid, reveil in vivants.items():
                if reveil is not None and time.monotonic() > reveil:
                    # Juste avant son réveil : le balai, un renvoi, un règlement.
                    _pendant_qu_il_dort(monde, puits, payees, faits, alea, acteur)
                    vivants[pid] = None
                    os.kill(pid, signal.SIGCONT)
            time.sleep(0.02)
            if time.monotonic() > encore:
                balayer(monde.horloge(), metiers=METIERS)
                reste = Envoi.objects.systeme().filter(etat__in=EN_ROUTE).count()
                encore = time.monotonic() + 0.5
        fini.touch()
        for pid in vivants:
            os.waitpid(pid, 0)
        _juger(monde, puits, payees, faits, time.monotonic() - debut, capsys)


def _pendant_qu_il_dort(monde, puits, payees, faits, alea, acteur):
    pris = list(
        RelanceFacture.objects.systeme()
        .filter(relance__envoi__etat__in=["reclame", "data"], facture__solde__gt=0)
        .values_list("facture_id", flat=True)
    )
    balayer(monde.horloge(), metiers=METIERS)
    arrives = set(puits.identifiants())
    incertaines = Relance.objects.systeme().filter(etat=EtatRelance.INCERTAINE)
    for relance in incertaines.select_related("envoi", "creancier"):
        # La personne a regardé : ce message n'est pas arrivé.
        if relance.envoi.message_id not in arrives and alea.random() < 0.7:
            decisions.renvoyer(relance, maintenant=monde.horloge(), acteur=acteur)
            faits["renvois"] += 1
    for pk in pris:
        if alea.random() < 0.3:
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
            except ErreurMetier:
                continue
            payees[pk] = monde.horloge()
            faits["reglements"] += 1


def _juger(monde, puits, payees, faits, duree, capsys):
    recus = {ligne["message_id"]: monde.instant(ligne["t"]) for ligne in puits.lignes()}
    par_relance = defaultdict(list)
    for cle, message in Envoi.objects.systeme().values_list("cle", "message_id"):
        if message in recus:
            par_relance[int(cle.split(":")[1])].append(message)
    deux_fois = [pk for pk, messages in par_relance.items() if len(messages) > 1]
    data_a = dict(Envoi.objects.systeme().values_list("message_id", "data_a"))
    # Transmis alors que le bail avait couru : figé, il n'a pas relu avant le point final.
    hors_bail = [
        message
        for message, recu in recus.items()
        if recu > data_a[message] + timedelta(seconds=(BAIL + SOMMEIL) / 2)
    ]
    apres = [
        facture
        for facture, relance in RelanceFacture.objects.systeme().values_list(
            "facture_id", "relance_id"
        )
        if facture in payees
        for message in par_relance[relance]
        # Reçu après le règlement : permis seulement si DATA était commencé, sous un bail en cours.
        if recus[message] > payees[facture]
        and (data_a[message] > payees[facture] or message in hors_bail)
    ]
    etats = Counter(Envoi.objects.systeme().values_list("etat", flat=True))
    gels = Counter(monde.notes("gels"))
    with capsys.disabled():
        print(
            f"\n{connection.vendor} : {sum(gels.values())} gels de {SOMMEIL} s (bail {BAIL} s) en "
            f"{duree:.0f} s, {dict(gels)} ; {dict(faits)} ; messages : {dict(etats)} ; "
            f"reçus {len(recus)}, doubles {len(doubles(puits)) + len(deux_fois)}, "
            f"hors bail {len(hors_bail)}, après paiement {len(apres)} ; graine {GRAINE}"
        )
    assert sum(gels.values()) >= GELS
    assert set(gels) == set(POINTS)
    assert faits["renvois"] > 0
    assert faits["reglements"] > 0
    assert doubles(puits) == deux_fois == apres == hors_bail == []
    assert lire_instance().gelee_le is None
