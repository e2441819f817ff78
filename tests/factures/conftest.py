import pytest
import time_machine

from recouvrement.comptes.enums import Role
from tests.fabriques.comptes import un_creancier, un_utilisateur


@pytest.fixture
def le_deux_mars():
    with time_machine.travel("2026-03-02T10:00:00Z", tick=False):
        yield


@pytest.fixture
def creancier():
    return un_creancier(code="kerbrat")


@pytest.fixture
def acteur(creancier, client):
    acteur = un_utilisateur(chez=creancier, role=Role.ASSISTANTE)
    client.force_login(acteur)
    return acteur
