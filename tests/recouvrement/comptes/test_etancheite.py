import pytest

from factures.models import Facture
from recouvrement.comptes.lectures.etancheite import fautes, liens
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db


@pytest.fixture
def facture_passee_chez_un_autre():
    facture = une_facture()
    facture_creancier = facture.creancier
    Facture.objects.systeme().filter(pk=facture.pk).update(creancier=un_creancier())
    yield facture
    Facture.objects.systeme().filter(pk=facture.pk).update(creancier=facture_creancier)


def test_chaque_cle_entre_deux_tables_cloisonnees_est_surveillee():
    assert "factures.Facture : creancier ≠ client__creancier" in {str(lien) for lien in liens()}


def test_une_base_saine_passe():
    une_facture(client=un_client())
    assert fautes() == []


def test_une_facture_d_un_creancier_chez_le_client_d_un_autre_est_denoncee(
    facture_passee_chez_un_autre,
):
    trouvees = {str(lien): cles for lien, cles in fautes()}
    assert trouvees["factures.Facture : creancier ≠ client__creancier"] == [
        facture_passee_chez_un_autre.pk
    ]
