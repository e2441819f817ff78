"""Ce qu'un règlement paye en plus du nominal : intérêts et 40 €, et ce qui en revient."""

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from factures.actions import (
    annuler_encaissement,
    encaisser,
    enregistrer_facture,
    imputer,
    modifier_facture,
    utiliser_avoir,
)
from factures.actions.conventions import poser_convention
from factures.erreurs import ImputationExcessive
from factures.lectures import decompte_client
from factures.lectures.arrete import factures_dues
from factures.lectures.decompte import des_reglees
from factures.models import Facture, Imputation
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import un_encaissement, une_facture

pytestmark = pytest.mark.django_db

D = Decimal
ECHEANCE, JOUR = date(2026, 5, 1), date(2026, 9, 3)
# Au 03/09/2026 : 60 jours à 12,15 % (199,73) et 65 à 12,40 % (220,82), puis 40 € (droit.md, 1.8).
TOTAL = D("10460.55")


@pytest.fixture(autouse=True)
def les_soldes_se_refont(django_db_setup, db):
    yield
    call_command("verifier", "soldes", stdout=StringIO())


def dix_mille(client=None, **champs):
    valeurs = {
        "montant_ttc": D("10000.00"), "date_emission": date(2026, 4, 1), "date_echeance": ECHEANCE
    }  # fmt: skip
    return une_facture(client=client or un_client(), **valeurs | champs)


def recevoir(client, montant, recu_le=JOUR, **champs):
    return encaisser(
        client, montant=D(montant), recu_le=recu_le, moyen="virement", acteur=None, **champs
    )


def relue(facture):
    return Facture.objects.pour(facture.creancier).get(pk=facture.pk)


def du(client, au, *, soldees=True):
    return decompte_client(client, au=au, factures=factures_dues(client, au=au, soldees=soldees))


def part(facture):
    valables = Imputation.objects.pour(facture.creancier).filter(
        facture=facture, encaissement__annule=None, encaissement__contre_ecriture=None
    )
    return [(i.montant, i.accessoires) for i in valables.order_by("pk")]


def test_payer_le_total_du_decompte_eteint_tout_ce_jour_la_et_pour_toujours():
    facture = dix_mille()
    assert du(facture.client, JOUR).total == TOTAL
    recu = recevoir(facture.client, TOTAL)
    assert recu.disponible == D("0.00")
    assert part(facture) == [(D("10000.00"), D("460.55"))]
    assert relue(facture).soldee_le == JOUR
    for au in (JOUR, JOUR + timedelta(days=1), date(2026, 11, 28), date(2027, 9, 3)):
        decompte = du(facture.client, au)
        assert (decompte.total, decompte.solde, decompte.excedent) == (0, 0, 0)
        assert des_reglees(facture.client, au=au).a_reclamer.lignes == ()
    [paye] = du(facture.client, JOUR).lignes[0].calcul.paiements
    assert (paye.sur_interets, paye.sur_principal, paye.sur_indemnite) == (
        D("420.55"), D("10000.00"), D("40.00")
    )  # fmt: skip


def test_la_veille_le_decompte_reste_celui_d_avant():
    facture = dix_mille()
    recevoir(facture.client, TOTAL)
    # 10 460,55 moins un jour à 12,40 % : 64 jours font 217,42 au lieu de 220,82.
    assert du(facture.client, JOUR - timedelta(days=1)).total == D("10457.15")


def test_ce_qui_etait_reste_disponible_s_impute_au_jour_ou_il_fut_recu():
    facture = dix_mille()
    recu = recevoir(facture.client, TOTAL, imputations=[(facture.pk, D("10000.00"))])
    assert recu.disponible == D("460.55")
    assert du(facture.client, date(2026, 11, 28)).total > D("460.00")
    assert imputer(recu, acteur=None).disponible == D("0.00")
    assert part(facture) == [(D("10000.00"), D("460.55"))]
    assert du(facture.client, date(2026, 11, 28)).total == 0


def test_un_second_reglement_paye_les_interets_d_une_facture_soldee():
    facture = dix_mille()
    recevoir(facture.client, "10000.00")
    au = date(2026, 11, 28)
    reste = du(facture.client, au).total
    # 10 000 € ont payé 420,55 d'intérêts : 420,55 × 12,40 % × 86 / 365 = 12,29 ; et 40.
    assert reste == D("420.55") + D("12.29") + D("40.00")
    assert recevoir(facture.client, reste, au).disponible == D("0.00")
    assert part(facture) == [(D("10000.00"), D("0.00")), (D("0.00"), D("472.84"))]
    assert relue(facture).soldee_le == JOUR
    assert du(facture.client, date(2027, 11, 28)).total == 0


def test_un_reglement_partiel_laisse_le_reste_des_accessoires():
    facture = dix_mille()
    recevoir(facture.client, "10300.00")
    assert part(facture) == [(D("10000.00"), D("300.00"))]
    [ligne] = du(facture.client, JOUR).lignes
    assert (ligne.total, ligne.solde, ligne.accessoires) == (D("160.55"), 0, D("160.55"))
    # En lecture nominale : 420,55 − 300 d'intérêts, et les 40 € entiers.
    assert (ligne.reste_interets, ligne.reste_indemnite) == (D("120.55"), D("40.00"))
    recevoir(facture.client, "140.00")
    [ligne] = du(facture.client, JOUR).lignes
    assert (ligne.reste_interets, ligne.reste_indemnite) == (D("0.00"), D("20.55"))


def test_contrepasser_rend_les_accessoires_avec_le_principal():
    facture = dix_mille()
    recu = recevoir(facture.client, TOTAL)
    contre = annuler_encaissement(recu, motif="Rejeté", acteur=None, le=JOUR)
    [inverse] = contre.imputations.all()
    assert (inverse.montant, inverse.accessoires) == (D("-10000.00"), D("-460.55"))
    assert (relue(facture).solde, relue(facture).cycle) == (D("10000.00"), 2)
    assert du(facture.client, JOUR).total == TOTAL


def test_le_nominal_redevenu_du_reprend_ce_qui_payait_des_accessoires():
    facture = dix_mille()
    cheque = recevoir(facture.client, "10000.00")
    recevoir(facture.client, "460.55")
    annuler_encaissement(cheque, motif="Impayé", acteur=None, le=JOUR)
    # Le débiteur a bien payé 460,55 : on ne lui redemande pas 10 000.
    assert relue(facture).solde == D("9539.45")
    assert part(facture) == [(D("460.55"), D("0.00"))]
    assert du(facture.client, JOUR).total == D("10000.00")


def test_une_facture_corrigee_a_la_hausse_prend_d_abord_ce_qui_payait_des_accessoires():
    facture = dix_mille()
    recevoir(facture.client, TOTAL)
    modifier_facture(facture, acteur=None, montant_ttc=D("10100.00"))
    assert part(facture) == [(D("10100.00"), D("360.55"))]
    assert relue(facture).soldee_le == JOUR
    # 10 100 × 12,15 % × 60 / 365 = 201,72 et 10 100 × 12,40 % × 65 / 365 = 223,03 ; et 40.
    assert du(facture.client, JOUR).total == D("10564.75") - TOTAL


def test_la_main_vise_les_accessoires_jusqu_au_total_du_decompte():
    facture = dix_mille()
    with pytest.raises(ImputationExcessive, match=r"10.460,55.€ au 03/09/2026"):
        recevoir(facture.client, "11000", imputations=[(facture.pk, TOTAL + D("0.01"))])
    recu = recevoir(facture.client, "11000", imputations=[(facture.pk, TOTAL)])
    assert recu.disponible == D("539.45")
    with pytest.raises(ImputationExcessive, match="elle est soldée, sans intérêts"):
        imputer(recu, acteur=None, imputations=[(facture.pk, D("0.01"))])


def test_un_reglement_saisi_apres_un_plus_recent_ne_fait_pas_de_trop_percu():
    facture = dix_mille()
    recevoir(facture.client, "10000.00")
    # Reçu trois mois plus tôt : il a épargné des intérêts, il n'en paye pas autant qu'au 3 sept.
    avant = recevoir(facture.client, "1000.00", date(2026, 6, 3))
    [ligne] = du(facture.client, JOUR).lignes
    assert (ligne.total, ligne.excedent) == (0, 0)
    assert avant.disponible == D("1000.00") - part(facture)[1][1]
    assert D("420.00") < part(facture)[1][1] < D("460.55")


def test_l_ordre_indique_pour_ce_reglement_l_emporte_sur_la_convention():
    facture = dix_mille()
    recevoir(facture.client, "4000.00", date(2026, 7, 1), ordre="principal_dabord")
    [ligne] = du(facture.client, JOUR).lignes
    # 61 jours sur 10 000 à 12,15 puis 12,40 % : 199,73 + 3,40 ; 6 000 × 12,40 % × 64 / 365.
    assert (ligne.principal, ligne.interets) == (
        D("6000.00"),
        D("199.73") + D("3.40") + D("130.45"),
    )
    recevoir(facture.client, "1000.00")
    [ligne] = du(facture.client, JOUR).lignes
    assert ligne.principal == D("6000.00") - (D("1000.00") - D("333.58"))


@pytest.mark.parametrize("champs", [{"nature": "particulier"}, {}])
def test_sans_accessoires_dus_le_surplus_reste_disponible(champs):
    client = un_client(**champs)
    facture = dix_mille(client)
    if not champs:
        poser_convention(
            client.creancier, client=client, renonce_interets=True, renonce_indemnite=True,
            motif="Geste", le=JOUR, acteur=un_utilisateur(chez=client.creancier),
        )  # fmt: skip
    assert recevoir(client, TOTAL).disponible == D("460.55")
    assert part(facture) == [(D("10000.00"), D("0.00"))]


def test_un_avoir_ne_paye_que_du_nominal():
    facture = dix_mille()
    avoir = enregistrer_facture(
        facture.creancier, client=facture.client, numero="AV1", nature="avoir",
        date_emission=JOUR, date_echeance=JOUR, montant_ttc=D("12000.00"), acteur=None,
    )  # fmt: skip
    with pytest.raises(ImputationExcessive, match="il reste 10"):
        utiliser_avoir(avoir, imputations=[(facture.pk, D("10001"))], le=JOUR, acteur=None)


def test_a_dates_egales_chaque_dette_est_payee_a_proportion():
    """C. civ., art. 1342-10 : 300 sur 100 et 400, puis le centime à la première enregistrée."""
    client = un_client()
    une = une_facture(client=client, montant_ttc=D("100.00"), date_echeance=date(2026, 12, 1))
    deux = une_facture(client=client, montant_ttc=D("400.00"), date_echeance=date(2026, 12, 1))
    recevoir(client, "100.02")
    assert (part(une), part(deux)) == (
        [(D("20.01"), D("0.00"))], [(D("80.01"), D("0.00"))]
    )  # fmt: skip


def test_les_accessoires_passent_avant_ce_qui_n_est_pas_echu():
    client = un_client()
    facture = dix_mille(client)
    future = une_facture(client=client, montant_ttc=D("500.00"), date_echeance=date(2026, 12, 1))
    recevoir(client, TOTAL + D("100.00"))
    assert part(facture) == [(D("10000.00"), D("460.55"))]
    assert relue(future).solde == D("400.00")


def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_factures(django_assert_max_num_queries):
    comptees = []
    for combien in (1, 3):
        client = un_client()
        for _ in range(combien):
            dix_mille(client)
            un_encaissement(dix_mille(client), montant=D("10000.00"), recu_le=JOUR)
        with django_assert_max_num_queries(200) as requetes:
            recevoir(client, "50000.00")
        comptees.append(len(requetes))
    assert comptees[0] == comptees[1]
