from datetime import date, timedelta
from decimal import Decimal

import pytest

from factures.actions import encaisser
from factures.models import Facture
from recouvrement.accueil.lectures.tableau import tableau_de_bord
from recouvrement.socle.montants import ZERO
from relances.actions.promesses import promettre
from relances.enums import Canal, EtatRelance, Palier
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import un_avoir, une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
AU = date(2026, 9, 15)


@pytest.fixture
def creancier():
    return un_creancier()


def echue_depuis(client, jours, montant):
    echeance = AU - timedelta(days=jours)
    return une_facture(
        client=client,
        montant_ttc=Decimal(montant),
        date_emission=echeance - timedelta(days=30),
        date_echeance=echeance,
    )


def bord(*creanciers):
    return tableau_de_bord(creanciers, au=AU)


def test_la_somme_des_tranches_est_l_encours_et_celle_de_la_liste(creancier):
    client = un_client(creancier=creancier)
    for jours, montant in (
        (-5, "10.01"), (0, "20.02"), (1, "30.03"), (30, "40.04"), (31, "50.05"),
        (90, "60.06"), (91, "70.07"), (180, "80.08"), (181, "90.09"),
    ):  # fmt: skip
        echue_depuis(client, jours, montant)
    un_avoir(client=client)

    lu = bord(creancier)

    assert [tranche.total for tranche in lu.tranches] == [
        Decimal("30.03"),
        Decimal("70.07"),
        Decimal("50.05"),
        Decimal("60.06"),
        Decimal("150.15"),
        Decimal("90.09"),
    ]
    liste = Facture.objects.pour(creancier).ouvertes()
    assert lu.encours == sum((t.total for t in lu.tranches), ZERO) == liste.reste_du()
    assert lu.nombre == liste.count() == 9
    assert lu.chiffres[0].valeur == liste.echues(au=AU).reste_du()
    assert sum((p.montant for p in lu.paliers), ZERO) == lu.chiffres[0].valeur


def test_l_echu_du_mois_passe_rend_ce_qui_a_ete_paye_depuis(creancier):
    client = un_client(creancier=creancier)
    echue_depuis(client, 60, "1000.00")
    encaisser(
        client, montant=Decimal("400.00"), recu_le=date(2026, 9, 10), moyen="virement", acteur=None
    )

    echu = bord(creancier).chiffres[0]

    assert (echu.precedente, echu.valeur) == (Decimal("1000.00"), Decimal("600.00"))
    assert (echu.evolution, echu.ton) == (Decimal(-40), "solde")


def test_les_paliers_disent_jusqu_ou_l_on_est_alle(creancier):
    client = un_client(creancier=creancier)
    facture = echue_depuis(client, 60, "1000.00")
    echue_depuis(client, 10, "500.00")
    une_relance(
        client,
        canal=Canal.MISE_EN_DEMEURE,
        factures=[facture],
        etat=EtatRelance.FAITE,
        faite_le="2026-09-01T10:00Z",
    )

    paliers = {p.palier: (p.nombre, p.montant) for p in bord(creancier).paliers}

    assert paliers[Palier.MISE_EN_DEMEURE] == (1, Decimal("1000.00"))
    assert paliers[Palier.A_ECHOIR] == (1, Decimal("500.00"))


def test_le_promis_se_range_par_semaine(creancier):
    client = un_client(creancier=creancier)
    promettre(
        client, montant=Decimal("300.00"), pour_le=date(2026, 9, 24), le=AU,
        acteur=un_utilisateur(chez=creancier),
    )  # fmt: skip

    lu = bord(creancier)

    assert lu.promis_total == Decimal("300.00")
    assert [(s.debut, s.montant) for s in lu.promis if s.nombre] == [
        (date(2026, 9, 21), Decimal("300.00"))
    ]


def test_le_tableau_ne_compte_que_ses_creanciers(creancier):
    echue_depuis(un_client(), 10, "500.00")

    assert bord(creancier).est_vide
    assert bord().est_vide


@pytest.mark.parametrize("combien", [1, 3])
def test_le_tableau_coute_autant_pour_une_facture_que_pour_trois(
    creancier, combien, django_assert_num_queries
):
    for _ in range(combien):
        echue_depuis(un_client(creancier=creancier), 10, "500.00")

    with django_assert_num_queries(10):
        bord(creancier)
