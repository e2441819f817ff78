import pytest

from recouvrement.comptes.enums import Role
from tests.fabriques.comptes import un_creancier, un_utilisateur


@pytest.fixture
def creancier():
    return un_creancier()


@pytest.fixture
def page(client, creancier):
    client.force_login(un_utilisateur(chez=creancier, role=Role.ASSISTANTE))
    return client
