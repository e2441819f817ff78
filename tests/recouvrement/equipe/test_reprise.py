"""À la mise à jour, l'adresse d'où des relances partaient déjà reste bonne, et les autres non."""

from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.apps import apps

from recouvrement.comptes.models import Creancier
from recouvrement.courriel.models import Envoi
from recouvrement.equipe.models import VerificationExpediteur
from tests.fabriques.comptes import un_creancier

pytestmark = pytest.mark.django_db
ALORS = datetime(2026, 11, 20, 9, tzinfo=UTC)
reprise = import_module("recouvrement.equipe.migrations.0004_reprise_des_expediteurs")


def un_envoi(creancier, *, etat, expediteur="compta@kerbrat.example"):
    Envoi.objects.create(
        creancier=creancier,
        nature="relance",
        cle=f"relance:{creancier.pk}:1",
        message_id=f"<{creancier.pk}@essai>",
        etat=etat,
        destinataire="a@client.example",
        expediteur=expediteur,
        octets=b"x",
        pas_avant=ALORS,
        data_a=ALORS if etat == "envoye" else None,
    )


def test_une_adresse_qui_a_servi_est_reprise_et_les_autres_restent_a_verifier():
    servie, gardee, changee, _muette = (un_creancier(courriel_verifie="") for _ in range(4))
    un_envoi(servie, etat="envoye")
    un_envoi(gardee, etat="annule")
    un_envoi(changee, etat="envoye", expediteur="ancienne@kerbrat.example")

    reprise.reprendre(apps, None)

    verifies = {c.pk for c in Creancier.objects.all() if c.expediteur_est_verifie}
    assert verifies == {servie.pk}
    [preuve] = VerificationExpediteur.objects.systeme()
    assert (preuve.creancier, preuve.adresse) == (servie, "compta@kerbrat.example")
    assert preuve.est_reprise
    assert preuve.confirmee_le == Creancier.objects.get(pk=servie.pk).courriel_verifie_le
