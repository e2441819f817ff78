"""Le PDF met une seconde à s'écrire : ce qui change pendant ce temps l'empêche de valoir."""

from datetime import date
from decimal import Decimal

import pytest

from clients.actions import etablir_nature
from clients.enums import NatureClient
from clients.models import Client
from factures.actions import encaisser
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions import courriers, mises_en_demeure
from relances.enums import Canal
from relances.models import Courrier
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import un_avoir, une_facture
from tests.fabriques.relances import une_relance
from tests.relances.test_courriers import mettre_en_demeure, preparer

pytestmark = pytest.mark.django_db
LE = date(2026, 9, 3)


def reconnaitre_un_particulier(client):
    etablir_nature([client], nature=NatureClient.PARTICULIER, le=LE, acteur=None)


def recevoir(client):
    encaisser(client, montant=Decimal("500.00"), recu_le=LE, moyen="virement", acteur=None)


def ouvrir_un_avoir(client):
    un_avoir(client=client)


@pytest.fixture
def pendant_le_scellement(monkeypatch):
    def faire(module, geste, client):
        vrai = module.sceller

        def sceller(*args, **kwargs):
            geste(Client.objects.pour(client.creancier).get(pk=client.pk))
            return vrai(*args, **kwargs)

        monkeypatch.setattr(module, "sceller", sceller)

    return faire


@pytest.mark.parametrize("geste", [reconnaitre_un_particulier, recevoir, ouvrir_un_avoir])
def test_une_mise_en_demeure_ne_vaut_pas_sur_un_compte_qui_a_change(pendant_le_scellement, geste):
    client = un_client()
    facture = une_facture(client=client)
    pendant_le_scellement(mises_en_demeure, geste, client)
    with pytest.raises(ErreurMetier, match="vient de changer"):
        mettre_en_demeure(client, un_utilisateur(chez=client.creancier), facture)
    assert not Courrier.objects.pour(client.creancier).exists()


@pytest.mark.parametrize("geste", [reconnaitre_un_particulier, recevoir, ouvrir_un_avoir])
def test_une_lettre_ne_vaut_pas_sur_un_compte_qui_a_change(pendant_le_scellement, geste):
    client = un_client()
    relance = une_relance(
        client, canal=Canal.RECOMMANDE, factures=[une_facture(client=client)], etape=None,
        sujet="Vos factures", texte="Merci de régler. {{ accessoires }}",
    )  # fmt: skip
    pendant_le_scellement(courriers, geste, client)
    with pytest.raises(ErreurMetier, match="vient de changer"):
        preparer(relance, un_utilisateur(chez=client.creancier))
    assert not Courrier.objects.pour(client.creancier).exists()
