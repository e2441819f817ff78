import pytest
from django.db.models import F, Q

from factures.models import Facture
from recouvrement.comptes.cloison import HorsCloison
from recouvrement.comptes.models import Creancier
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
        lambda: list(Facture.objects.raw("SELECT * FROM factures_facture")),
        lambda: list(Facture.objects.filter(creancier__in=Creancier.objects.all())),
        lambda: list(Facture.objects.filter(creancier__in=[1, 2])),
        lambda: list(Facture.objects.filter(creancier=F("client__creancier"))),
        lambda: list(Facture.objects.exclude(creancier=1)),
        lambda: list(Facture.objects.filter(creancier__gt=0)),
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


@pytest.mark.parametrize(
    "reunir",
    [
        lambda nous, tous: nous | tous,
        lambda nous, tous: tous | nous,
        lambda nous, tous: nous ^ tous,
        lambda nous, tous: nous.union(tous),
        lambda nous, tous: nous.filter(pk__gt=0).union(nous, tous, all=True),
        lambda nous, tous: tous.union(nous),
    ],
)
def test_une_reunion_n_ouvre_pas_ce_qui_etait_ferme(reunir):
    creancier = un_creancier()
    une_facture(creancier=creancier)
    with pytest.raises(HorsCloison):
        list(reunir(Facture.objects.pour(creancier), Facture.objects.all()))


def test_deux_requetes_ouvertes_se_reunissent():
    chez_nous, ailleurs = un_creancier(), un_creancier()
    factures = {une_facture(creancier=chez_nous), une_facture(creancier=ailleurs)}
    ici, la = Facture.objects.pour(chez_nous), Facture.objects.pour(ailleurs)
    assert set(ici | la) == factures
    assert set(ici.union(la)) == factures
    assert not set(ici & la)


def test_un_filtre_ou_ne_passe_pas_pour_une_cloison():
    creancier = un_creancier()
    with pytest.raises(HorsCloison):
        list(Facture.objects.filter(Q(creancier=creancier) | Q(pk__gt=0)))
