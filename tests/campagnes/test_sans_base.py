"""Dix secondes sans la base, sous la charge : des 503 qui le disent, une sonde vivante, un retour.

SANS_BASE_SECONDES (10), SANS_BASE_PERSONNES (6), SANS_BASE_CLICS (8) la dimensionnent ;
SANS_BASE_SONDE_MS (100) se relève sur une machine qui a autre chose à faire.
"""

import os
import sqlite3
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections, transaction
from django.urls import reverse

from clients.models import Client, Note
from tests.appuis.passerelle import Passerelle
from tests.appuis.site import Reponse, Site, adresse_de_la_base, un_site
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = [pytest.mark.campagne, pytest.mark.django_db(transaction=True)]

SECONDES = int(os.environ.get("SANS_BASE_SECONDES", "10"))
PERSONNES = int(os.environ.get("SANS_BASE_PERSONNES", "6"))
CLICS = int(os.environ.get("SANS_BASE_CLICS", "8"))
PHRASES = ("La base de données ne répond pas", "La base est occupée")
ENTRE_DEUX = 0.05
SONDE_MAX = int(os.environ.get("SANS_BASE_SONDE_MS", "100")) / 1000


class Charge:
    """Des personnes qui lisent et écrivent sans cesse, et une sonde de vie dix fois par seconde."""

    def __init__(self, site: Site, pages: list[str], ecriture: str) -> None:
        self.site, self.pages, self.ecriture = site, pages, ecriture
        self.phase = "avant"
        self.reponses: dict[str, list[tuple[str, Reponse]]] = {}
        self.sondes: dict[str, list[float]] = {}
        self.sondes_fausses = 0
        self.notes = 0
        self.fini = threading.Event()

    def _personne(self, n: int) -> None:
        tour = n
        while not self.fini.is_set():
            phase = self.phase
            tour += 1
            if tour % (len(self.pages) + 1) == 0:
                quoi, reponse = (
                    "POST",
                    self.site.demander(self.ecriture, donnees={"texte": f"Note {n}-{tour}"}),
                )
                self.notes += reponse.statut == 302
            else:
                page = self.pages[tour % len(self.pages)]
                quoi, reponse = "GET", self.site.demander(page)
            # À cheval sur deux moments, elle n'est d'aucun.
            if phase == self.phase:
                self.reponses.setdefault(phase, []).append((quoi, reponse))
            time.sleep(ENTRE_DEUX)

    def _sonder(self) -> None:
        while not self.fini.is_set():
            reponse = self.site.demander("/sante/vivant")
            self.sondes.setdefault(self.phase, []).append(reponse.duree)
            self.sondes_fausses += reponse.statut != 200
            time.sleep(0.1)

    @contextmanager
    def en_cours(self):
        with ThreadPoolExecutor(PERSONNES + 1) as fils:
            travaux = [fils.submit(self._personne, n) for n in range(PERSONNES)]
            travaux.append(fils.submit(self._sonder))
            try:
                yield
            finally:
                self.fini.set()
            for travail in travaux:
                travail.result()

    def statuts(self, phase: str) -> Counter:
        return Counter((quoi, r.statut) for quoi, r in self.reponses.get(phase, []))

    def dire(self, nom: str) -> None:
        print(f"\n{nom} ({connection.vendor}), {PERSONNES} personnes")
        for phase, sondes in self.sondes.items():
            lues = sorted(sondes)
            print(
                f"  {phase:<7} {dict(self.statuts(phase))} ; vivant : {len(lues)} sondes, "
                f"médiane {lues[len(lues) // 2] * 1000:.0f} ms, pire {lues[-1] * 1000:.0f} ms"
            )


@pytest.fixture
def scene():
    debiteur = un_client(creancier=un_creancier())
    for _ in range(20):
        une_facture(client=debiteur)
    code = debiteur.creancier.code
    return {
        "debiteur": debiteur,
        "personne": un_utilisateur(chez=debiteur.creancier),
        "pages": [
            reverse("accueil:journee"),
            reverse("clients:liste", args=[code]),
            reverse("factures:liste", args=[code]),
            debiteur.get_absolute_url(),
        ],
        "ecriture": reverse("clients:noter", args=[code, debiteur.pk]),
    }


@contextmanager
def base_que_l_on_coupe():
    """L'adresse de la base, et de quoi la couper puis la rendre."""
    if connection.vendor == "sqlite":
        autre = sqlite3.connect(
            connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False
        )
        # La base est un fichier : on ne l'ôte pas, on la tient verrouillée en écriture.
        yield (
            adresse_de_la_base(),
            lambda: autre.execute("BEGIN IMMEDIATE"),
            lambda: autre.execute("ROLLBACK"),
        )
        autre.close()
        return
    parties = urlsplit(os.environ["DATABASE_URL"])
    with Passerelle((parties.hostname, parties.port or 5432)) as passerelle:
        yield adresse_de_la_base(port=passerelle.port), passerelle.couper, passerelle.retablir


def test_dix_secondes_sans_la_base(scene, tmp_path):
    with base_que_l_on_coupe() as (base, couper, rendre), un_site(tmp_path, base=base) as site:
        site.connecter(scene["personne"])
        for page in [*scene["pages"], scene["ecriture"]]:
            assert site.demander(page).statut == 200
        charge = Charge(site, scene["pages"], scene["ecriture"])
        with charge.en_cours():
            time.sleep(3)
            couper()
            charge.phase = "sans"
            time.sleep(SECONDES)
            charge.phase = "retour"
            rendre()
            time.sleep(2)
            charge.phase = "après"
            time.sleep(5)
        charge.dire(f"{SECONDES} s sans la base")
    connections.close_all()

    assert charge.sondes_fausses == 0
    assert max(max(sondes) for sondes in charge.sondes.values()) <= SONDE_MAX
    sans = charge.reponses["sans"]
    en_panne = [reponse for _, reponse in sans if reponse.statut == 503]
    assert en_panne
    for reponse in en_panne:
        assert any(phrase in reponse.texte for phrase in PHRASES), reponse.texte
        assert "Retry-After" in reponse.entetes
    permis = {503}
    if connection.vendor == "sqlite":
        # Un autre y écrit : on continue de lire.
        permis = {503, 200}
        assert {r.statut for quoi, r in sans if quoi == "POST"} == {503}
    assert {reponse.statut for _, reponse in sans} <= permis
    assert {statut for _, statut in charge.statuts("avant")} == {200, 302}
    assert {statut for _, statut in charge.statuts("après")} == {200, 302}
    # Ni perdu, ni à moitié : autant de notes que de réponses qui l'ont dit.
    assert Note.objects.pour(scene["debiteur"].creancier).count() == charge.notes
    assert "Traceback" not in site.trace.read_text()


def test_des_clics_sur_un_client_verrouille(scene, tmp_path):
    with un_site(tmp_path, base=adresse_de_la_base()) as site, ThreadPoolExecutor(CLICS) as fils:
        site.connecter(scene["personne"])
        assert site.demander(scene["ecriture"]).statut == 200
        with transaction.atomic():
            Client.objects.pour(scene["debiteur"].creancier).select_for_update(of=("self",)).get(
                pk=scene["debiteur"].pk
            )
            clics = [
                fils.submit(site.demander, scene["ecriture"], donnees={"texte": f"Clic {n}"})
                for n in range(CLICS)
            ]
            sondes, lues = [], []
            while not all(clic.done() for clic in clics):
                sondes.append(site.demander("/sante/vivant").duree)
                lues.append(site.demander(scene["pages"][1]))
                time.sleep(0.1)
        reponses = [clic.result() for clic in clics]
        durees = sorted(reponse.duree for reponse in reponses)
        print(
            f"\n{CLICS} clics sur un client verrouillé ({connection.vendor}) : "
            f"{dict(Counter(r.statut for r in reponses))}, "
            f"de {durees[0]:.1f} à {durees[-1]:.1f} s ; "
            f"vivant : {len(sondes)} sondes, pire {max(sondes) * 1000:.0f} ms ; "
            f"pages lues pendant ce temps : {dict(Counter(r.statut for r in lues))}"
        )
        assert {reponse.statut for reponse in reponses} == {503}
        assert all(any(p in r.texte for p in (*PHRASES, "très demandé")) for r in reponses)
        assert max(sondes) <= SONDE_MAX
        assert {reponse.statut for reponse in lues} <= {200, 503}
        assert site.demander(scene["ecriture"], donnees={"texte": "Enfin"}).statut == 302
    connections.close_all()
    assert Note.objects.pour(scene["debiteur"].creancier).count() == 1
