"""Un créancier dont le serveur refuse l'adresse d'expéditeur attend, et lui seul."""

from datetime import UTC, date, datetime, timedelta

import pytest

from recouvrement.comptes.models import Creancier
from recouvrement.courriel.actions.instance import lire_instance
from recouvrement.courriel.depart.disjoncteur import SEUIL
from recouvrement.courriel.enums import EtatEnvoi, PartieBattement
from recouvrement.courriel.models import Envoi, Panne
from relances.actions.battement import expedier
from relances.actions.planification import planifier
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier
from tests.fabriques.factures import une_facture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("puits")]

LUNDI = date(2026, 11, 23)
DIX_HEURES = datetime(2026, 11, 23, 9, tzinfo=UTC)


def ecrire_sous(creancier, adresse):
    Creancier.objects.filter(pk=creancier.pk).update(
        courriel_expediteur=adresse, courriel_verifie=adresse
    )
    creancier.refresh_from_db()


def chez(expediteur, *adresses):
    creancier = un_creancier()
    ecrire_sous(creancier, expediteur)
    for adresse in adresses:
        une_facture(
            client=un_client(creancier=creancier, courriel=adresse),
            date_emission=LUNDI - timedelta(days=35),
            date_echeance=LUNDI - timedelta(days=5),
        )
    planifier(creancier, au=LUNDI, maintenant=DIX_HEURES)
    return creancier


def etats(creancier):
    return set(Envoi.objects.pour(creancier).values_list("etat", flat=True))


def envoyer(minutes):
    return expedier(lambda: DIX_HEURES + timedelta(minutes=minutes))


def test_l_expediteur_refuse_d_un_creancier_n_arrete_que_lui(puits):
    refuse = chez("mail553@kerbrat.example", *[f"c{n}@duval.example" for n in range(SEUIL * 3)])
    autre = chez("compta@lebras.example", *[f"b{n}@duval.example" for n in range(3)])
    envoyer(0)
    assert etats(autre) == {EtatEnvoi.ENVOYE}
    for minutes in range(10, 181, 10):
        envoyer(minutes)
    assert etats(refuse) == {EtatEnvoi.A_ENVOYER}
    instance = lire_instance()
    assert (instance.disjoncte_le, instance.refus_de_suite > 0) == (None, True)
    [panne] = Panne.objects.pour(refuse).ouvertes()
    assert panne.partie == PartieBattement.ENVOI
    assert panne.motif.startswith("Le serveur refuse l'expéditeur mail553@kerbrat.example : 553")
    assert not Panne.objects.pour(autre).exists()
    # Un essai par quart d'heure au plus, et non un par message.
    assert panne.nombre <= 13

    ecrire_sous(refuse, "compta@kerbrat.example")
    for minutes in range(190, 460, 10):
        envoyer(minutes)
    assert etats(refuse) == {EtatEnvoi.ENVOYE}
    assert not Panne.objects.pour(refuse).ouvertes().exists()


def test_des_expediteurs_differents_refuses_coupent_pour_tous():
    for rang in range(SEUIL):
        chez("mail553@kerbrat.example", f"c{rang}@duval.example")
    envoyer(0)
    assert lire_instance().disjoncte_le == DIX_HEURES
    assert {e.etat for e in Envoi.objects.systeme()} == {EtatEnvoi.A_ENVOYER}


def test_un_creancier_refuse_apres_data_attend_sans_couper_celui_qui_passe(puits):
    refuse = chez("compta@kerbrat.example", *[f"data554-{n}@duval.example" for n in range(12)])
    autre = chez("compta@lebras.example", "b@duval.example")
    envoyer(0)
    assert lire_instance().disjoncte_le is None
    assert etats(autre) == {EtatEnvoi.ENVOYE}
    restes = Envoi.objects.pour(refuse).filter(etat=EtatEnvoi.A_ENVOYER)
    assert {e.pas_avant for e in restes} == {DIX_HEURES + timedelta(minutes=15)}
    assert restes.count() == 12 - SEUIL


def test_une_adresse_temoin_impossible_ne_prive_personne_de_son_message(settings):
    settings.COPIE_TEMOIN = "boite temoin@exemple"
    creancier = chez("compta@kerbrat.example", "c@duval.example")
    envoyer(0)
    assert etats(creancier) == {EtatEnvoi.ENVOYE}
