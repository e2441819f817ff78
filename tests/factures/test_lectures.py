"""Les chiffres que montrent le tableau de bord, la fiche et les lettres."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from factures.actions import annuler_encaissement, encaisser, utiliser_avoir
from factures.enums import Moyen
from factures.lectures import (
    balance_agee,
    chiffres,
    decompte_client,
    encaisse_par_mois,
    evolution,
    plus_gros_debiteurs,
)
from factures.models import Facture
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier
from tests.fabriques.factures import un_avoir, un_encaissement, une_facture

pytestmark = pytest.mark.django_db
LE = date(2026, 3, 2)


def test_le_decompte_d_un_client_additionne_ses_factures():
    """Échue le 31 janvier, 30 jours à 12,15 % : 1200 × 12,15 % × 30 / 365 = 11,98 €."""
    client = un_client()
    une_facture(client=client)
    une_facture(client=client, date_echeance=date(2026, 4, 30))
    decompte = decompte_client(client, au=LE)
    assert [ligne.interets for ligne in decompte.lignes] == [Decimal("11.98"), Decimal("0.00")]
    assert decompte.principal == Decimal("2400.00")
    assert decompte.interets == Decimal("11.98")
    assert decompte.indemnites == Decimal("40.00")
    assert decompte.total == Decimal("2451.98")
    assert decompte.echu == Decimal("1200.00")
    assert decompte.refus == ""


def test_le_principal_du_decompte_est_le_reste_du_apres_reglement_et_annulation():
    facture = une_facture()
    un_encaissement(facture)
    annule = un_encaissement(facture, montant=Decimal("500.00"))
    annuler_encaissement(annule, motif="Rejeté", acteur=None, le=date(2026, 2, 15))
    facture = Facture.objects.pour(facture.creancier).get()
    decompte = decompte_client(facture.client, au=LE)
    # 1200 × 12,15 % × 10 / 365 = 3,99 € d'intérêts payés d'abord.
    assert decompte.solde == facture.solde == Decimal("1000.00")
    assert decompte.principal == Decimal("1003.99")
    # 10 jours sur 1200 puis 20 sur 1003,99 : le chèque annulé n'a jamais payé.
    assert [p.principal for p in decompte.periodes] == [Decimal("1200.00"), Decimal("1003.99")]


def test_contre_un_particulier_rien_ne_court_avant_la_mise_en_demeure():
    client = un_client(nature="particulier")
    facture = une_facture(client=client)
    assert decompte_client(client, au=LE).accessoires == Decimal("0.00")
    recues = {facture.pk: date(2026, 2, 20)}
    decompte = decompte_client(client, au=LE, mises_en_demeure=recues)
    assert decompte.indemnites == Decimal("0.00")
    assert decompte.periodes[0].du == date(2026, 2, 21)


def test_un_taux_inconnu_laisse_les_interets_inconnus_et_le_dit():
    client = un_client()
    une_facture(client=client)
    decompte = decompte_client(client, au=date(2031, 1, 1))
    assert (decompte.interets, decompte.indemnites) == (None, None)
    assert "table à compléter" in decompte.refus
    assert decompte.total == Decimal("1200.00")


@pytest.mark.parametrize("nombre", [1, 3])
def test_le_decompte_coute_autant_pour_une_facture_que_pour_trois(
    nombre, django_assert_num_queries
):
    client = un_client()
    for _ in range(nombre):
        un_encaissement(une_facture(client=client))
    # factures, imputations, conventions, décisions, taux
    with django_assert_num_queries(5):
        decompte_client(client, au=LE)


def test_les_chiffres_du_jour():
    creancier = un_creancier()
    facture = une_facture(creancier=creancier)
    une_facture(client=facture.client, date_echeance=date(2026, 3, 31))
    un_avoir(client=facture.client)
    un_encaissement(facture, recu_le=date(2026, 3, 1))
    annule = un_encaissement(facture, recu_le=date(2026, 2, 28), montant=Decimal("100.00"))
    annuler_encaissement(annule, motif="", acteur=None, le=date(2026, 3, 2))
    vus = chiffres([creancier], au=LE)
    assert (vus.encours, vus.nombre, vus.clients) == (Decimal("2200.00"), 2, 1)
    assert (vus.echu, vus.nombre_echues, vus.clients_en_retard) == (Decimal("1000.00"), 1, 1)
    assert vus.encaisse == Decimal("100.00")
    assert [m.total for m in encaisse_par_mois([creancier], au=LE, mois=2)] == [
        Decimal("100.00"),
        Decimal("100.00"),
    ]


def test_un_avoir_utilise_n_est_pas_de_l_argent_recu():
    facture = une_facture()
    avoir = un_avoir(client=facture.client)
    parts = [(facture.pk, Decimal("300.00"))]
    utiliser_avoir(avoir, imputations=parts, le=LE, acteur=None)
    assert chiffres([facture.creancier], au=LE).encaisse == Decimal("0.00")
    assert decompte_client(facture.client, au=LE).principal == Decimal("900.00")


def test_l_evolution_finit_sur_les_chiffres_du_jour():
    creancier = un_creancier()
    facture = une_facture(creancier=creancier)
    une_facture(creancier=creancier, date_emission=date(2026, 2, 1), date_echeance=LE)
    un_encaissement(facture)
    vue, jour = evolution([creancier], au=LE, mois=3), chiffres([creancier], au=LE)
    assert vue.mois == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    assert vue.encours == [Decimal("1200.00"), Decimal("2200.00"), jour.encours]
    assert vue.echu == [Decimal("1200.00"), Decimal("1000.00"), jour.echu]
    assert vue.encaisse == [Decimal("0.00"), Decimal("200.00"), jour.encaisse]


def test_un_creancier_ne_voit_pas_les_chiffres_d_un_autre():
    une_facture()
    creancier = un_creancier()
    assert [t.nombre for t in balance_agee([creancier], au=LE)] == [0] * 6
    assert chiffres([creancier], au=LE).encours == Decimal("0.00")


def test_les_plus_gros_debiteurs_le_sont_par_leur_echu():
    creancier = un_creancier()
    petit, gros = un_client(creancier=creancier), un_client(creancier=creancier)
    une_facture(client=petit, montant_ttc=Decimal("9000.00"), date_echeance=date(2026, 5, 1))
    une_facture(client=petit, montant_ttc=Decimal("100.00"))
    une_facture(client=gros)
    debiteurs = plus_gros_debiteurs([creancier], au=LE, combien=2)
    assert [(d.client, d.echu, d.total, d.retard) for d in debiteurs] == [
        (gros, Decimal("1200.00"), Decimal("1200.00"), 30),
        (petit, Decimal("100.00"), Decimal("9100.00"), 30),
    ]


def test_verifier_nomme_la_facture_qui_ment():
    facture = une_facture(numero="F-7")
    encaisser(facture.client, montant=Decimal("50.00"), recu_le=LE, moyen=Moyen.CARTE, acteur=None)
    call_command("verifier", "soldes", stdout=StringIO())
    Facture.objects.pour(facture.creancier).update(solde=Decimal("1.00"))
    sortie = StringIO()
    with pytest.raises(CommandError, match="1 faute"):
        call_command("verifier", "soldes", stdout=sortie)
    assert "F-7 : reste dû écrit 1.00, attendu 1150.00" in sortie.getvalue()
