from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from factures.models import Facture
from recouvrement.comptes.etancheite import liens, premiere_faute
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
    sortie = StringIO()

    call_command("verifier_cloisons", stdout=sortie)

    assert "la cloison tient" in sortie.getvalue()
    assert premiere_faute() is None


def test_une_facture_d_un_creancier_chez_le_client_d_un_autre_est_denoncee(
    facture_passee_chez_un_autre,
):
    erreurs = StringIO()

    with pytest.raises(CommandError, match="d'un créancier à un autre"):
        call_command("verifier_cloisons", stderr=erreurs)

    assert f"lignes {facture_passee_chez_un_autre.pk}" in erreurs.getvalue()
    assert premiere_faute() == "factures.Facture : creancier ≠ client__creancier"
