"""L'heure se vérifie : un saut suspend les envois, une longue panne honnête ne les perd pas."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from recouvrement.courriel.actions import heure
from recouvrement.courriel.actions.heure import Repere, controler
from recouvrement.courriel.actions.instance import lire_instance
from recouvrement.courriel.evenements import Evenement
from recouvrement.journal.models import Entree

MIDI = datetime(2026, 11, 23, 11, tzinfo=UTC)
HEURE, MINUTE = timedelta(hours=1), timedelta(minutes=1)

pytestmark = pytest.mark.django_db


def battre(passe=timedelta(0), *, compte=None, demarrage="un"):
    """`passe` : ce que dit l'horloge ; `compte` : ce qu'a compté la machine."""
    compte = passe if compte is None else compte
    ici = Repere(MIDI + passe, demarrage, 1000 + compte.total_seconds())
    return controler(ici, poste=ici.heure)


def est_suspendue():
    return lire_instance().heure_douteuse_le is not None


def test_une_minute_apres_l_autre_rien_ne_se_dit():
    assert battre() == battre(MINUTE) == battre(2 * MINUTE) == ""
    assert not est_suspendue()


@pytest.mark.parametrize(("saut", "dit"), [(3 * HEURE, "avancé de 3 h"), (-24 * HEURE, "reculé")])
def test_un_saut_de_plus_d_une_heure_suspend_et_le_dit(saut, dit):
    battre()
    assert dit in battre(saut + MINUTE, compte=MINUTE)
    assert dit in lire_instance().motif_heure
    assert est_suspendue()
    [entree] = Entree.objects.systeme().filter(evenement=Evenement.HEURE_DOUTEUSE)
    assert dit in entree.donnees["motif"]


def test_le_temps_qui_passe_ne_leve_pas_un_saut():
    battre()
    for minute in range(1, 60):
        assert battre(3 * HEURE + minute * MINUTE, compte=minute * MINUTE)


def test_l_horloge_revenue_a_sa_place_leve_le_doute():
    battre()
    battre(24 * HEURE, compte=MINUTE)
    assert battre(2 * MINUTE) == ""
    assert not est_suspendue()


def test_une_personne_confirme_l_heure():
    battre()
    battre(24 * HEURE, compte=MINUTE)
    assert est_suspendue()
    call_command("confirmer_heure")
    assert not est_suspendue()


def test_trois_jours_d_arret_sans_redemarrage_reprennent_aussitot():
    battre()
    assert battre(timedelta(days=3)) == ""


def test_trois_jours_d_arret_et_un_redemarrage_se_confirment_en_dix_minutes():
    battre()
    trois_jours = timedelta(days=3)
    for minute in range(10):
        dit = battre(trois_jours + minute * MINUTE, compte=minute * MINUTE, demarrage="deux")
        assert "l'heure se confirme" in dit
    assert battre(trois_jours + 10 * MINUTE, compte=10 * MINUTE, demarrage="deux") == ""
    assert not est_suspendue()


def test_une_horloge_que_ntp_corrige_apres_le_redemarrage_reprend_ses_dix_minutes():
    battre()
    un_an = timedelta(days=365)
    battre(un_an, compte=timedelta(0), demarrage="deux")
    # NTP la ramène trois jours après l'arrêt : le compte repart de là.
    for minute in range(9, 19):
        assert battre(timedelta(days=3) + minute * MINUTE, compte=minute * MINUTE, demarrage="deux")
    assert battre(timedelta(days=3) + 19 * MINUTE, compte=19 * MINUTE, demarrage="deux") == ""


def test_une_base_et_un_poste_a_des_heures_differentes_suspendent():
    ici = Repere(MIDI, "un", 1000)
    assert "l'une des deux horloges est fausse" in controler(ici, poste=MIDI + 2 * HEURE)
    assert est_suspendue()


def test_le_passage_a_l_heure_d_hiver_n_est_pas_un_saut():
    # Les instants sont en UTC : l'heure rendue n'y paraît pas.
    avant = Repere(datetime(2026, 10, 25, 0, 59, tzinfo=UTC), "un", 1000)
    apres = Repere(datetime(2026, 10, 25, 1, 0, tzinfo=UTC), "un", 1060)
    assert heure.douter(avant, apres, poste=apres.heure) is None


def test_l_heure_lue_est_celle_de_la_base():
    lue = heure.HorlogeDeLaBase()
    premiere, seconde = lue(), lue()
    assert premiere <= seconde
    if connection.vendor == "postgresql":
        with connection.cursor() as curseur:
            curseur.execute("SELECT clock_timestamp()")
            assert abs(curseur.fetchone()[0] - seconde) < timedelta(seconds=1)
