"""Des références qui se croisent ou tournent en rond ne font disparaître aucune dette."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from factures.actions.visees import remplacer_la_visee
from factures.erreurs import ReferenceImpossible
from factures.models import Encaissement, Facture, ReferenceFacture
from tests.fabriques.comptes import un_creancier
from tests.factures.test_references import alertes, apercu, importer, tableau

pytestmark = [pytest.mark.django_db, pytest.mark.scenario]
F = "F;;Durand;01/03/2026;31/03/2026;100,00;"


@pytest.fixture(autouse=True)
def les_soldes_se_refont(db):
    yield
    call_command("verifier", "soldes", stdout=StringIO())


def rectificative(numero, vise, montant="100,00"):
    return f"{numero};rectificative;Durand;01/03/2026;31/03/2026;{montant};{vise}"


def les_soldes(creancier):
    return {facture.numero: facture.solde for facture in Facture.objects.pour(creancier)}


def la_reference_de(creancier, numero):
    reference = ReferenceFacture.objects.pour(creancier).get(facture__numero=numero)
    reference.creancier = creancier
    return reference


@pytest.mark.parametrize(
    "lignes",
    [
        (rectificative("A", "B"), rectificative("B", "A")),
        (rectificative("A", "B"), rectificative("B", "C"), rectificative("C", "A")),
    ],
)
def test_des_rectificatives_qui_tournent_en_rond_laissent_une_dette(lignes):
    creancier = un_creancier()
    importer(creancier, tableau(*lignes))
    assert sum(les_soldes(creancier).values()) == Decimal("100.00")
    restees = ReferenceFacture.objects.pour(creancier).sans_reponse()
    assert restees.count() == 1
    reference = restees.get()
    reference.creancier = creancier
    with pytest.raises(ReferenceImpossible, match="déjà"):
        remplacer_la_visee(reference, acteur=None)
    assert sum(les_soldes(creancier).values()) == Decimal("100.00")


def test_l_apercu_dit_ce_que_l_import_fera_d_un_rond():
    creancier = un_creancier()
    dit = alertes(apercu(creancier, tableau(rectificative("A", "B"), rectificative("B", "A"))))
    assert "A remplace B, qui ne sera plus due" in dit
    assert "B rectifie A, qui en tient déjà lieu : rien n'en sera réclamé" in dit


def test_une_chaine_de_rectificatives_ne_laisse_que_la_derniere():
    creancier = un_creancier()
    importer(
        creancier,
        tableau(F, rectificative("R2", "R1", "80,00"), rectificative("R1", "F", "90,00")),
    )
    assert les_soldes(creancier) == {"F": 0, "R1": 0, "R2": Decimal("80.00")}


def test_une_seconde_rectificative_de_la_meme_facture_n_est_payee_de_rien():
    creancier = un_creancier()
    importer(
        creancier,
        tableau(F, rectificative("R1", "F", "90,00"), rectificative("R2", "F", "80,00")),
    )
    with pytest.raises(ReferenceImpossible, match="R1 remplace déjà F"):
        remplacer_la_visee(la_reference_de(creancier, "R2"), acteur=None)
    assert les_soldes(creancier) == {"F": 0, "R1": Decimal("90.00"), "R2": Decimal("80.00")}
    assert not Encaissement.objects.pour(creancier).filter(disponible__gt=0).exists()
