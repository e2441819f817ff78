"""Une base restaurée ou copiée n'envoie rien : ce qui est parti ne repart pas."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings as reglages
from django.core.management import call_command

from recouvrement.courriel.actions.instance import geler, lire_instance
from recouvrement.courriel.carnet import Carnet
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi, Instance
from relances.actions.battement import battre, preparer
from relances.enums import EtatRelance
from relances.models import Relance
from tests.appuis.gardes import gardes_levees
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier
from tests.fabriques.factures import une_facture
from tests.recouvrement.courriel.depots import un_depot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("puits")]

LUNDI = date(2026, 11, 23)
DIX_HEURES = datetime(2026, 11, 23, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def des_clients(nombre, creancier=None, **facture):
    creancier = creancier or un_creancier()
    for _ in range(nombre):
        une_facture(
            client=un_client(creancier=creancier),
            date_emission=LUNDI - timedelta(days=35),
            date_echeance=LUNDI - timedelta(days=5),
            **facture,
        )
    return creancier


def prevues(creancier):
    """Des relances prévues, et l'instance qui a déjà battu : ce que garde une sauvegarde."""
    battre(DIX_HEURES)
    des_clients(20, creancier)
    preparer(DIX_HEURES)
    Envoi.objects.systeme().update(pas_avant=DIX_HEURES)


def restaurer():
    """La base telle qu'elle était avant l'envoi ; le carnet, lui, n'est pas restauré."""
    with gardes_levees():
        Relance.objects.systeme().update(etat=EtatRelance.PLANIFIEE, faite_le=None)
        Envoi.objects.systeme().update(
            etat=EtatEnvoi.A_ENVOYER, octets=None, data_a=None, fini_a=None, tentatives=0
        )


@pytest.fixture
def restauree(puits):
    creancier = un_creancier()
    prevues(creancier)
    avant = Instance.objects.values().get()
    assert battre(DIX_HEURES).envois == {EtatEnvoi.ENVOYE: 20}
    Instance.objects.update(**avant)
    restaurer()
    return creancier


def test_restauree_elle_se_gele_avant_tout_depart_et_ses_messages_sont_incertains(puits, restauree):
    assert battre(DIX_HEURES + MINUTE).envois == {}
    instance = lire_instance()
    assert instance.gelee_le is not None
    assert "20 messages partis depuis, dont 0 qu'elle ne connaît pas" in instance.motif_gel
    etats = Envoi.objects.systeme().values_list("etat", flat=True)
    assert set(etats) == {EtatEnvoi.INCERTAIN}
    relances = Relance.objects.pour(restauree).values_list("etat", flat=True)
    assert set(relances) == {EtatRelance.INCERTAINE}
    call_command("degeler")
    assert battre(DIX_HEURES + 2 * MINUTE).envois == {}
    assert lire_instance().gelee_le is None
    assert len(puits.identifiants()) == 20


def test_une_base_qui_ignore_jusqu_a_l_existence_des_messages_se_gele_aussi(puits, restauree):
    with gardes_levees():
        Relance.objects.systeme().update(envoi=None, etat=EtatRelance.A_FAIRE)
        Envoi.objects.systeme().delete()
    battre(DIX_HEURES + MINUTE)
    assert "20 messages partis depuis, dont 20 qu'elle ne connaît pas" in lire_instance().motif_gel


def test_un_refus_passager_n_est_pas_une_restauration(puits):
    creancier = un_creancier()
    client = un_client(creancier=creancier, courriel="data451@duval.example")
    une_facture(
        client=client,
        date_emission=LUNDI - timedelta(days=35),
        date_echeance=LUNDI - timedelta(days=5),
    )
    assert battre(DIX_HEURES).envois == {EtatEnvoi.A_ENVOYER: 1}
    assert battre(DIX_HEURES + 5 * MINUTE).envois == {EtatEnvoi.A_ENVOYER: 1}
    assert lire_instance().gelee_le is None


@pytest.mark.parametrize(
    ("changer", "dit"),
    [
        (lambda s: setattr(s, "INSTANCE", "ailleurs"), "copie ou restauration"),
        (lambda s: reglages.JOURNAL_ENVOIS.unlink(), "a disparu"),
        (
            lambda s: (
                reglages.JOURNAL_ENVOIS.unlink(),
                Carnet(reglages.JOURNAL_ENVOIS).creer("ailleurs", maintenant=DIX_HEURES),
            ),
            "celui d'une autre instance",
        ),
        (
            lambda s: (
                reglages.JOURNAL_ENVOIS.unlink(),
                Carnet(reglages.JOURNAL_ENVOIS).creer(s.INSTANCE, maintenant=DIX_HEURES),
            ),
            "n'est pas celui que cette base connaît",
        ),
    ],
)
def test_une_copie_n_envoie_rien_et_dit_pourquoi(puits, settings, changer, dit):
    creancier = des_clients(1)
    assert battre(DIX_HEURES).envois == {EtatEnvoi.ENVOYE: 1}
    des_clients(2, creancier)
    changer(settings)
    assert battre(DIX_HEURES + MINUTE).envois == {}
    assert dit in lire_instance().motif_gel
    assert len(puits.identifiants()) == 1
    # Une personne la rend : elle est désormais d'ici.
    call_command("degeler")
    assert battre(DIX_HEURES + 2 * MINUTE).envois == {EtatEnvoi.ENVOYE: 2}
    assert len(set(puits.identifiants())) == 3


def test_des_messages_envoyes_que_le_carnet_ne_connait_pas_gelent(puits):
    creancier = des_clients(1)
    battre(DIX_HEURES)
    lignes = reglages.JOURNAL_ENVOIS.read_bytes().splitlines(keepends=True)
    faux = lignes[1].replace(b"<", b"<0")[: len(lignes[1]) - 1] + b"\n"
    reglages.JOURNAL_ENVOIS.write_bytes(lignes[0] + faux)
    Instance.objects.update(carnet_octets=len(lignes[0]) + len(faux))
    des_clients(1, creancier)
    assert battre(DIX_HEURES + MINUTE).envois == {}
    assert "que le journal des départs ne connaît pas" in lire_instance().motif_gel


def test_un_carnet_qui_ne_s_ecrit_pas_ne_laisse_rien_partir_et_le_dit(puits, settings, tmp_path):
    des_clients(1)
    (tmp_path / "fichier").touch()
    settings.JOURNAL_ENVOIS = tmp_path / "fichier" / "envois.journal"
    bilan = battre(DIX_HEURES)
    assert bilan.envois == {}
    assert puits.identifiants() == []
    assert "Le journal des départs" in lire_instance().echec
    [envoi] = Envoi.objects.systeme()
    assert (envoi.etat, envoi.tentatives) == (EtatEnvoi.A_ENVOYER, 0)


def test_gelee_ni_relance_ni_message_de_compte_ne_part(puits):
    des_clients(1)
    un_depot(nature="compte", destinataire="b@duval.example", maintenant=DIX_HEURES)
    geler("Base restaurée", maintenant=DIX_HEURES, acteur=None)
    assert battre(DIX_HEURES).envois == {}
    assert puits.lignes("rcpt") == []


def test_un_disque_en_panne_avant_data_n_est_pas_une_restauration(puits, monkeypatch):
    des_clients(1)

    def en_panne(fd):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("recouvrement.courriel.carnet.SYNCHRONISER", en_panne)
    [dit] = battre(DIX_HEURES).echecs
    assert "Input/output error" in dit
    monkeypatch.undo()
    assert battre(DIX_HEURES + 10 * MINUTE).envois == {EtatEnvoi.ENVOYE: 1}
    assert lire_instance().gelee_le is None


@pytest.mark.parametrize("octets", [b"", b"recouvrement-envois-1 abc"])
def test_coupe_a_sa_creation_le_carnet_se_refait_mais_connu_de_la_base_il_gele(puits, octets):
    des_clients(1)
    reglages.JOURNAL_ENVOIS.write_bytes(octets)
    assert battre(DIX_HEURES).envois == {EtatEnvoi.ENVOYE: 1}
    reglages.JOURNAL_ENVOIS.write_bytes(octets)
    battre(DIX_HEURES + MINUTE)
    assert "Le journal des départs a disparu" in lire_instance().motif_gel
