"""Ce qu'une référence retient : dit une fois, sans offrir ce qui serait refusé, et vérifié."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from factures.models import Facture
from tests.fabriques.clients import un_client
from tests.fabriques.factures import une_facture
from tests.factures.test_references import CSV, alertes, importer, la, page_de

pytestmark = pytest.mark.django_db


def test_une_facture_payable_en_plusieurs_fois_n_offre_pas_ce_qui_serait_refuse(
    client, creancier, acteur
):
    debiteur = un_client(creancier=creancier, nom="Durand", code="D1")
    for rang, le in enumerate((date(2026, 3, 31), date(2026, 4, 30)), start=1):
        une_facture(
            client=debiteur,
            numero="F1",
            montant_ttc=Decimal("60.00"),
            date_emission=date(2026, 3, 1),
            date_echeance=le,
            tranche=rang,
            tranches=2,
        )
    entete = CSV.replace("Client", "Code client")
    avoir = "ventes.csv", f"{entete}A1;avoir;D1;02/03/2026;;150,00;F1\n".encode()
    assert "à plusieurs échéances" in alertes(importer(creancier, avoir))
    page = page_de(client, la(creancier, "A1"))
    assert "F1 est à plusieurs échéances." in page
    assert "Employer l’avoir sur F1" not in page
    assert "Garder l’avoir pour autre chose" in page


def test_verifier_les_soldes_voit_une_question_qui_n_a_pas_lieu_d_etre(creancier):
    facture = une_facture(client=un_client(creancier=creancier))
    vues = StringIO()
    Facture.objects.pour(creancier).filter(pk=facture.pk).update(en_question="A9 la vise")
    with pytest.raises(CommandError, match="1 faute"):
        call_command("verifier_soldes", stdout=vues)
    assert "question d'une référence écrit A9 la vise" in vues.getvalue()
