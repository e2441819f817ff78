"""Un serveur qui nous refuse coupe les envois, sans user les messages qui restent."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from recouvrement.courriel.actions.instance import lire_instance
from recouvrement.courriel.depart import disjoncteur
from recouvrement.courriel.depart.disjoncteur import (
    ATTENTE_AVANT_ESSAI,
    SEUIL,
    noter_refus,
    retablir,
)
from recouvrement.courriel.depart.envoi import vider
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.evenements import Evenement
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.transport.smtp import IdentificationRefusee, Transport
from recouvrement.journal.models import Entree
from recouvrement.serveurs import ServeurSmtp
from tests.appuis.smtp import COURTS, un_serveur_smtp
from tests.recouvrement.courriel.depots import un_depot

MIDI = datetime(2026, 11, 23, 11, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


def des_messages(*adresses):
    for rang, adresse in enumerate(adresses):
        un_depot(cle=f"invitation:{rang}", destinataire=adresse)


def envoyer(puits, maintenant=MIDI, *, reglage=None):
    with Transport(reglage or puits.reglage, delais=COURTS) as transport:
        return vider(lambda: maintenant, transport=transport, metiers={})


def test_des_refus_de_suite_de_destinataires_differents_coupent_les_envois(puits):
    des_messages(*[f"data554-{n}@duval.example" for n in range(SEUIL)], *["a@b.example"] * 3)
    bilan = envoyer(puits)
    assert bilan == {EtatEnvoi.ECHEC: SEUIL}
    instance = lire_instance()
    assert instance.disjoncte_le == MIDI
    assert "554 5.7.1 Refuse" in instance.motif_disjonction
    assert Entree.objects.systeme().filter(evenement=Evenement.ENVOIS_COUPES).count() == 1
    restes = Envoi.objects.systeme().filter(etat=EtatEnvoi.A_ENVOYER)
    assert [e.tentatives for e in restes] == [0, 0, 0]
    # Coupé : rien n'est tenté.
    assert envoyer(puits) == {}


def test_le_meme_destinataire_ne_compte_qu_une_fois():
    for _ in range(SEUIL * 2):
        noter_refus("554 5.7.1", maintenant=MIDI, destinataire="a@b.example")
    assert lire_instance().disjoncte_le is None


def test_une_adresse_inconnue_n_est_pas_un_refus_du_serveur(puits):
    des_messages(*[f"rcpt550-{n}@duval.example" for n in range(SEUIL * 2)])
    assert envoyer(puits) == {EtatEnvoi.ECHEC: SEUIL * 2}
    assert lire_instance().refus_de_suite == 0


def test_un_message_accepte_remet_le_compte_a_zero(puits):
    for n in range(SEUIL - 1):
        noter_refus("554 5.7.1", maintenant=MIDI, destinataire=f"{n}@b.example")
    des_messages("a@duval.example")
    assert envoyer(puits) == {EtatEnvoi.ENVOYE: 1}
    assert lire_instance().refus_de_suite == 0


def test_une_identification_refusee_a_chaque_battement_coupe_les_envois(tmp_path, settings):
    with un_serveur_smtp(tmp_path, identifiants=("compta", "le-bon")) as puits:
        settings.SERVEUR_SMTP = puits.reglage
        faux = ServeurSmtp(puits.reglage.hote, puits.reglage.port, "aucun", "compta", "le-faux")
        des_messages("a@duval.example")
        with pytest.raises(IdentificationRefusee):
            Transport(faux, delais=COURTS).ouvrir()
        for minute in range(SEUIL):
            envoyer(puits, MIDI + timedelta(minutes=6 * minute), reglage=faux)
        instance = lire_instance()
        assert instance.disjoncte_le is not None
        assert instance.motif_disjonction.startswith("535")
        [envoi] = Envoi.objects.systeme()
        assert (envoi.etat, envoi.tentatives) == (EtatEnvoi.A_ENVOYER, 0)
        # L'essai échoue tant que le mot de passe est faux, et rétablit dès qu'il est bon.
        plus_tard = instance.disjoncte_le + ATTENTE_AVANT_ESSAI
        with Transport(faux, delais=COURTS) as transport:
            assert not disjoncteur.eprouver(transport, maintenant=plus_tard)
        bon = ServeurSmtp(puits.reglage.hote, puits.reglage.port, "aucun", "compta", "le-bon")
        with Transport(bon, delais=COURTS) as transport:
            assert not disjoncteur.eprouver(transport, maintenant=plus_tard)
            plus_tard += ATTENTE_AVANT_ESSAI
            assert disjoncteur.eprouver(transport, maintenant=plus_tard)
        assert envoyer(puits, plus_tard, reglage=bon) == {EtatEnvoi.ENVOYE: 1}


def test_un_serveur_absent_ne_coupe_rien(tmp_path):
    with un_serveur_smtp(tmp_path) as puits:
        reglage = puits.reglage
    un_depot()
    for minute in range(SEUIL * 2):
        envoyer(None, MIDI + timedelta(minutes=6 * minute), reglage=reglage)
    assert lire_instance().disjoncte_le is None


def test_une_personne_retablit_les_envois(puits):
    for n in range(SEUIL):
        noter_refus("554 5.7.1", maintenant=MIDI, destinataire=f"{n}@b.example")
    des_messages("a@duval.example")
    assert envoyer(puits) == {}
    call_command("retablir_envois")
    assert envoyer(puits) == {EtatEnvoi.ENVOYE: 1}
    assert Entree.objects.systeme().filter(evenement=Evenement.ENVOIS_RETABLIS).count() == 1


def test_retablis_par_un_essai_le_premier_refus_coupe_de_nouveau():
    for n in range(SEUIL):
        noter_refus("554 5.7.1", maintenant=MIDI, destinataire=f"{n}@b.example")
    retablir(acteur=None, par_une_personne=False)
    assert noter_refus("554 5.7.1", maintenant=MIDI, destinataire="z@b.example")
