"""Un message parti ne se récrit pas, même en SQL ; ce que l'envoi en change reste permis."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from recouvrement.courriel.enums import EtatEnvoi, NatureEnvoi
from recouvrement.courriel.models import Envoi
from tests.fabriques.comptes import un_creancier

pytestmark = pytest.mark.django_db
LE = datetime(2026, 11, 23, 9, tzinfo=UTC)


def un_envoi(etat: EtatEnvoi, nature: NatureEnvoi = NatureEnvoi.RELANCE) -> Envoi:
    return Envoi.objects.create(
        creancier=un_creancier(),
        nature=nature,
        cle=f"{nature}:1",
        message_id="<1@essai.example>",
        etat=etat,
        destinataire="a@duval.example",
        sujet="Rappel",
        octets=b"Rappel",
        empreinte="0" * 64,
        pas_avant=LE,
        data_a=LE,
        jeton="7f2a9b50-5a6a-4a2e-9e0e-000000000001",
        bail=LE,
    )


def changer(envoi: Envoi, ordre: str) -> None:
    with transaction.atomic(), connection.cursor() as curseur:
        curseur.execute(f"UPDATE courriel_envoi SET {ordre} WHERE id = %s", [envoi.pk])


@pytest.mark.parametrize("etat", [EtatEnvoi.DATA, EtatEnvoi.ENVOYE, EtatEnvoi.INCERTAIN])
@pytest.mark.parametrize(
    "ordre",
    [
        "destinataire = 'b@duval.example'",
        "empreinte = '1'",
        "sujet = 'Autre'",
        "message_id = '<2@essai.example>'",
        "data_a = '2020-01-01 00:00:00+00:00'",
        "octets = CAST('Autre' AS blob)",
        "octets = NULL",
    ],
)
def test_ce_qui_a_pu_partir_ne_change_plus(etat, ordre):
    if connection.vendor == "postgresql":
        ordre = ordre.replace("CAST('Autre' AS blob)", "'Autre'::bytea")
    envoi = un_envoi(etat)
    with pytest.raises(DatabaseError, match="ne se récrit pas"):
        changer(envoi, ordre)


@pytest.mark.parametrize("etat", [EtatEnvoi.DATA, EtatEnvoi.ENVOYE, EtatEnvoi.INCERTAIN])
def test_ce_qui_a_pu_partir_ne_s_efface_pas(etat):
    envoi = un_envoi(etat)
    with pytest.raises(DatabaseError, match="ne se récrit pas"), transaction.atomic():
        Envoi.objects.systeme().filter(pk=envoi.pk).delete()


def test_un_message_envoye_ne_redevient_jamais_a_envoyer():
    envoi = un_envoi(EtatEnvoi.ENVOYE)
    for ordre in ("etat = 'a_envoyer', data_a = NULL", "etat = 'annule'", "reponse = 'autre'"):
        with pytest.raises(DatabaseError, match="ne se récrit pas"):
            changer(envoi, ordre)


def test_un_refus_passager_remet_en_file_et_laisse_recomposer():
    envoi = un_envoi(EtatEnvoi.DATA)
    changer(envoi, "etat = 'a_envoyer', data_a = NULL, reponse = '451'")
    changer(envoi, "destinataire = 'b@duval.example', octets = NULL, etat = 'annule'")


def test_un_incertain_se_tranche_sans_que_le_message_change():
    envoi = un_envoi(EtatEnvoi.INCERTAIN)
    changer(envoi, "etat = 'envoye', fini_a = '2026-11-23 10:00:00+00:00'")
    envoi.refresh_from_db()
    assert (envoi.etat, bytes(envoi.octets)) == ("envoye", b"Rappel")


@pytest.mark.parametrize("nature", [NatureEnvoi.COMPTE, NatureEnvoi.INVITATION])
def test_un_lien_personnel_parti_s_efface_une_fois_pour_toutes(nature):
    envoi = un_envoi(EtatEnvoi.ENVOYE, nature)
    Envoi.objects.systeme().filter(pk=envoi.pk).update(octets=b"")
    with pytest.raises(DatabaseError, match="ne se récrit pas"), transaction.atomic():
        Envoi.objects.systeme().filter(pk=envoi.pk).update(octets=b"Autre")
    relance = Envoi.objects.systeme().filter(pk=envoi.pk)
    with pytest.raises(DatabaseError, match="ne se récrit pas"), transaction.atomic():
        relance.update(sujet="Autre", octets=b"")
