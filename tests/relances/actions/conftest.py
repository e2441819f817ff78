import pytest

from recouvrement.courriel.transport.smtp import Transport
from tests.appuis.smtp import COURTS, un_serveur_smtp


@pytest.fixture
def puits(tmp_path):
    with un_serveur_smtp(tmp_path) as puits:
        yield puits


@pytest.fixture
def transport(puits):
    with Transport(puits.reglage, delais=COURTS) as transport:
        yield transport
