"""Ce qu'un initié glisserait par les commandes ordinaires : la relecture continue, et le dit."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from clients.actions import creer_client
from recouvrement.journal.ancres import ancrer, fichier
from recouvrement.journal.chaine import canonique
from recouvrement.journal.evenements import Evenement
from recouvrement.journal.models import Entree, EtatJournal
from recouvrement.journal.veille import passer_la_nuit, prendre_acte, verifier
from recouvrement.journal.verification import verifier_chaines
from tests.fabriques.comptes import un_creancier, un_utilisateur

pytestmark = pytest.mark.django_db


@pytest.fixture
def creancier():
    creancier = un_creancier()
    creer_client(creancier, nom="Duval", acteur=un_utilisateur(chez=creancier))
    return creancier


def constats() -> list[str]:
    return [str(faute) for faute in verifier(timezone.now()).fautes]


def glisser(creancier, **champs) -> Entree:
    """Comme le ferait une requête SQL : `auto_now_add` ne date pas."""
    libre = Entree(
        creancier=creancier,
        libelle="Glissée",
        cible_type="clients.client",
        cible_id=1,
        **{"evenement": "client_cree", **champs},
    )
    le = champs.get("a")
    with time_machine.travel(le, tick=False) if le else time_machine.travel(timezone.now()):
        libre.save(force_insert=True)
    return libre


@pytest.mark.parametrize("donnees", [[], "x", {"entrees": [[1]]}, {"entrees": [{}]}])
def test_une_trace_d_effacement_mal_formee_est_un_constat_et_n_arrete_rien(creancier, donnees):
    passer_la_nuit(timezone.now())
    glisser(creancier, evenement=Evenement.DONNEES_EFFACEES, donnees=donnees)
    assert passer_la_nuit(timezone.now()) is not None
    assert any("effacement illisible" in constat for constat in constats())


def test_une_relecture_qui_meurt_se_dit_quelle_que_soit_la_cause(creancier, monkeypatch):
    def mourir(**_):
        raise AttributeError("imprévu")

    monkeypatch.setattr("recouvrement.journal.veille.verifier_chaines", mourir)
    assert passer_la_nuit(timezone.now()) is None
    assert "AttributeError" in EtatJournal.objects.get().echec


@pytest.fixture
def un_mois(creancier) -> Iterator[datetime]:
    """Une chaîne muette depuis trente jours, ancrée chaque nuit."""
    debut = timezone.now()
    for jour in range(30):
        with time_machine.travel(debut + timedelta(days=jour)):
            passer_la_nuit(timezone.now())
    with time_machine.travel(debut + timedelta(days=29, hours=6)):
        yield debut


def test_une_entree_datee_d_il_y_a_vingt_jours_sur_une_chaine_muette_se_voit(creancier, un_mois):
    assert constats() == []
    glisser(creancier, a=un_mois + timedelta(days=9))
    [dit] = constats()
    assert "antidatée" in dit
    # L'ancre de cette nuit ne la couvre pas.
    passer_la_nuit(timezone.now())
    assert constats() == [dit]


def test_trois_jours_sans_travailleur_ne_sont_pas_une_fraude(creancier, un_mois):
    with time_machine.travel(un_mois + timedelta(days=32)):
        creer_client(creancier, nom="Martin", acteur=None)
    with time_machine.travel(un_mois + timedelta(days=35)):
        passer_la_nuit(timezone.now())
        assert constats() == []


def test_une_horloge_partie_dans_l_avenir_se_prend_en_acte_une_fois(creancier, un_mois):
    with time_machine.travel(un_mois + timedelta(days=400)):
        passer_la_nuit(timezone.now())
        passer_la_nuit(timezone.now())
    creer_client(creancier, nom="Martin", acteur=None)
    assert constats() != []
    prendre_acte(timezone.now(), motif="L'horloge avait avancé")
    for jour in range(1, 4):
        with time_machine.travel(un_mois + timedelta(days=29 + jour, hours=12)):
            creer_client(creancier, nom=f"Client {jour}", acteur=None)
            passer_la_nuit(timezone.now())
            assert constats() == []


def test_une_ligne_ajoutee_au_fichier_des_ancres_n_acte_rien(creancier):
    passer_la_nuit(timezone.now())
    passer_la_nuit(timezone.now())
    entree = Entree.objects.pour(creancier).first()
    Entree.objects.pour(creancier).filter(pk=entree.pk).update(
        sel="", donnees={}, effacees_le=timezone.now()
    )
    [faute] = verifier(timezone.now()).fautes
    derniere = fichier().read_text().splitlines()[-1]
    dit = {
        "a": timezone.now().isoformat(),
        "n": 3,
        "prec": hashlib.sha256(derniere.encode()).hexdigest(),
        "tetes": {},
        "constats": [faute.cle],
    }
    with fichier().open("a") as registre:
        registre.write(f"{canonique(dit)}\n")
    dits = constats()
    assert str(faute) in dits
    assert any("n° 3" in dit and "n'est pas de la base" in dit for dit in dits)
    # Prise en acte en règle, cette nuit-là se tait ; et la forgée n'y a rien gagné.
    prendre_acte(timezone.now(), motif="Expliqué")
    assert constats() == []


def test_une_prise_d_acte_les_prend_tous(creancier):
    for _ in range(205):
        ancrer(timezone.now())
    fichier().unlink()
    assert verifier(timezone.now()).nombre >= 205
    assert prendre_acte(timezone.now(), motif="Machine neuve").nombre >= 205
    assert constats() == []


def test_une_chaine_qui_ne_se_scelle_pas_est_un_constat(creancier):
    passer_la_nuit(timezone.now())
    illisible = "infinity" if connection.vendor == "postgresql" else "illisible"
    with connection.cursor() as curseur:
        curseur.execute(
            "INSERT INTO journal_entree (a, creancier_id, evenement, libelle, cible_type, "
            "cible_id, donnees, sel) SELECT %s, creancier_id, evenement, libelle, cible_type, "
            "cible_id, donnees, sel FROM journal_entree WHERE creancier_id = %s",
            [illisible, creancier.pk],
        )
    autre = un_creancier()
    creer_client(autre, nom="Vidal", acteur=None)
    bilan = passer_la_nuit(timezone.now())
    assert bilan is not None
    assert [f.chaine for f in bilan.fautes] == [creancier.pk]
    assert "n'a jamais été scellée" in str(bilan.fautes[0])
    assert verifier_chaines(maintenant=timezone.now()).chaines[autre.pk].rang == 1
