import pytest
from django.db.models import Q

from factures.models import Facture
from recouvrement.comptes.cloison import HorsCloison
from tests.fabriques.comptes import un_creancier
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "question",
    [
        lambda: list(Facture.objects.all()),
        lambda: Facture.objects.count(),
        lambda: Facture.objects.filter(numero="x").exists(),
        lambda: Facture.objects.get(pk=1),
        lambda: Facture.objects.filter(pk=1).update(libelle="x"),
        lambda: Facture.objects.filter(pk=1).delete(),
        lambda: Facture.objects.aggregate(),
        lambda: list(Facture.objects.filter(pk=1).iterator()),
    ],
)
def test_une_requete_sans_creancier_leve(question):
    with pytest.raises(HorsCloison):
        question()


def test_pour_ne_rend_que_les_lignes_du_creancier():
    chez_nous, ailleurs = un_creancier(), un_creancier()
    facture = une_facture(creancier=chez_nous)
    une_facture(creancier=ailleurs)

    assert list(Facture.objects.pour(chez_nous)) == [facture]
    assert list(Facture.objects.pour(chez_nous).filter(solde__gt=0)) == [facture]


def test_suivre_une_relation_reste_dans_la_cloison():
    facture = une_facture()

    assert list(facture.client.factures.all()) == [facture]
    assert facture.client.factures.count() == 1


def test_une_contrainte_d_unicite_se_verifie_dans_un_formulaire():
    facture = une_facture()

    facture.full_clean(exclude=["client"])


def test_un_filtre_ou_ne_passe_pas_pour_une_cloison():
    creancier = un_creancier()
    with pytest.raises(HorsCloison):
        list(Facture.objects.filter(Q(creancier=creancier) | Q(pk__gt=0)))
