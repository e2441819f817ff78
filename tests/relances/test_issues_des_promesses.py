"""Ce que sont devenues les promesses : l'argent reçu le dit, à sa date, partout pareil."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from factures.actions import annuler_encaissement, encaisser
from relances.actions.promesses import constater_promesse, promettre
from relances.enums import IssuePromesse
from relances.lectures.promesses import avec_issue, devenirs, sommes
from relances.models import Promesse
from relances.regles.promesses import Fiabilite
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db
LE, POUR_LE, AU = date(2026, 3, 2), date(2026, 3, 9), date(2026, 4, 1)


@pytest.fixture
def debiteur():
    client = un_client()
    une_facture(client=client, montant_ttc=Decimal("9000.00"))
    return client


def une_promesse(client, montant="1200.00", *, pour_le=POUR_LE, le=LE):
    acteur = un_utilisateur(chez=client.creancier)
    return promettre(client, montant=Decimal(montant), pour_le=pour_le, le=le, acteur=acteur)


def recevoir(client, montant, le):
    return encaisser(client, montant=Decimal(montant), recu_le=le, moyen="virement", acteur=None)


def issue(promesse, au=AU):
    relue = Promesse.objects.pour(promesse.creancier).select_related("close_geste")
    relue = relue.get(pk=promesse.pk)
    devenu = devenirs([relue], au=au)[relue.pk]
    return (devenu.issue, devenu.payee_le, devenu.retard)


def test_payee_apres_sa_date_elle_est_tenue_en_retard(debiteur):
    promesse = une_promesse(debiteur)
    recevoir(debiteur, "1200.00", date(2026, 3, 21))
    assert issue(promesse) == (IssuePromesse.EN_RETARD, date(2026, 3, 21), 12)


def test_payee_le_jour_dit_elle_est_tenue(debiteur):
    promesse = une_promesse(debiteur)
    recevoir(debiteur, "1200.00", POUR_LE)
    assert issue(promesse) == (IssuePromesse.TENUE, POUR_LE, 0)


def test_le_dernier_morceau_dit_le_jour_et_le_surplus_n_y_change_rien(debiteur):
    promesse = une_promesse(debiteur)
    recevoir(debiteur, "700.00", date(2026, 3, 5))
    assert issue(promesse)[0] == IssuePromesse.NON_TENUE
    recevoir(debiteur, "500.00", date(2026, 3, 12))
    recevoir(debiteur, "50.00", date(2026, 3, 20))
    assert issue(promesse) == (IssuePromesse.EN_RETARD, date(2026, 3, 12), 3)


def test_saisi_tard_mais_date_d_avant_le_reglement_la_tient_a_l_heure(debiteur):
    promesse = une_promesse(debiteur)
    recevoir(debiteur, "1200.00", date(2026, 3, 21))
    # Le relevé arrive ensuite : ce virement datait du 6.
    recevoir(debiteur, "1200.00", date(2026, 3, 6))
    assert issue(promesse) == (IssuePromesse.TENUE, date(2026, 3, 6), 0)


def test_un_reglement_du_meme_jour_saisi_avant_la_promesse_n_en_est_pas_un(debiteur):
    recevoir(debiteur, "1200.00", LE)
    promesse = une_promesse(debiteur)
    assert issue(promesse, au=POUR_LE)[0] == IssuePromesse.EN_COURS
    assert issue(promesse)[0] == IssuePromesse.NON_TENUE


def test_un_reglement_annule_ne_tient_rien(debiteur):
    promesse = une_promesse(debiteur)
    cheque = recevoir(debiteur, "1200.00", date(2026, 3, 6))
    assert issue(promesse)[0] == IssuePromesse.TENUE
    annuler_encaissement(cheque, motif="Chèque rejeté", le=date(2026, 3, 11), acteur=None)
    assert issue(promesse)[0] == IssuePromesse.NON_TENUE


def test_dite_non_tenue_puis_payee_elle_est_tenue_en_retard(debiteur):
    promesse = une_promesse(debiteur)
    acteur = un_utilisateur(chez=debiteur.creancier)
    constater_promesse(promesse, est_tenue=False, le=date(2026, 3, 12), acteur=acteur)
    assert issue(promesse)[0] == IssuePromesse.NON_TENUE
    recevoir(debiteur, "1200.00", date(2026, 3, 16))
    assert issue(promesse) == (IssuePromesse.EN_RETARD, date(2026, 3, 16), 7)


def test_remplacee_apres_sa_date_elle_n_a_pas_ete_tenue(debiteur):
    premiere = une_promesse(debiteur)
    seconde = une_promesse(debiteur, pour_le=date(2026, 3, 20), le=date(2026, 3, 12))
    recevoir(debiteur, "1200.00", date(2026, 3, 18))
    # L'argent de la seconde ne fait pas tenir la première.
    assert issue(premiere)[0] == IssuePromesse.NON_TENUE
    assert issue(seconde) == (IssuePromesse.TENUE, date(2026, 3, 18), 0)


def test_remplacee_avant_sa_date_elle_ne_dit_rien(debiteur):
    premiere = une_promesse(debiteur)
    une_promesse(debiteur, pour_le=date(2026, 3, 20), le=date(2026, 3, 5))
    assert issue(premiere)[0] == IssuePromesse.REMPLACEE


def test_les_taux_se_comptent_sur_les_promesses_jugees():
    assert Fiabilite().phrase == ""
    assert Fiabilite(1, 1, 1).phrase == "2 tenues sur 3 (67 %), dont 1 à l'heure (33 %)"
    assert Fiabilite(0, 1, 1).phrase == "1 tenue sur 2 (50 %), dont 0 à l'heure (0 %)"


def _une_histoire(client, sort):
    """Des promesses, des règlements et des constats au hasard, dans le désordre des saisies."""
    acteur = un_utilisateur(chez=client.creancier)
    recus = []
    for _ in range(14):
        le = LE + timedelta(days=sort.randrange(30))
        match sort.randrange(5):
            case 0 | 1:
                montant = Decimal(sort.choice(("100.10", "200.20", "300.30")))
                pour_le = le + timedelta(days=sort.randrange(8))
                promettre(client, montant=montant, pour_le=pour_le, le=le, acteur=acteur)
            case 2 | 3:
                recus.append(recevoir(client, sort.choice(("100.10", "200.20")), le))
            case _ if recus and sort.randrange(2):
                recu = recus.pop()
                annuler_encaissement(recu, motif="Rejeté", le=recu.recu_le, acteur=None)
            case _:
                en_cours = Promesse.objects.pour(client.creancier).filter(client=client).en_cours()
                if promesse := en_cours.first():
                    tenue = bool(sort.randrange(2))
                    constater_promesse(promesse, est_tenue=tenue, le=le, acteur=acteur)


@pytest.mark.parametrize("graine", range(12))
def test_la_base_et_la_regle_disent_la_meme_issue(debiteur, graine):
    _une_histoire(debiteur, random.Random(graine))
    promesses = Promesse.objects.pour(debiteur.creancier)
    for au in (LE, date(2026, 3, 16), date(2026, 5, 1)):
        lues = {p.pk: d.issue for p, d in _devenus(promesses, au)}
        assert dict(avec_issue(promesses, au=au).values_list("pk", "issue")) == lues


def _devenus(promesses, au):
    lues = list(promesses.select_related("close_geste"))
    devenus = devenirs(lues, au=au)
    return [(promesse, devenus[promesse.pk]) for promesse in lues]


def test_la_liste_la_fiche_et_le_fichier_le_disent(client, debiteur):
    assistante = un_utilisateur(chez=debiteur.creancier)
    client.force_login(assistante)
    aujourdhui = timezone.localdate()
    le, pour_le = aujourdhui - timedelta(days=30), aujourdhui - timedelta(days=20)
    une_promesse(debiteur, le=le, pour_le=pour_le)
    recevoir(debiteur, "1200.00", pour_le + timedelta(days=5))
    code = debiteur.creancier.code
    page = client.get(reverse("relances:promesses", args=[code]), {"vue": "tardives"})
    assert "Tenue en retard" in page.content.decode()
    assert "5\xa0jours après" in page.content.decode()
    assert "1 tenue sur 1 (100 %), dont 0 à l&#x27;heure (0 %)" in page.content.decode()
    assert page.context["liste"].sommes["nombre"] == 1
    autre = client.get(reverse("relances:promesses", args=[code]), {"vue": "tenues"})
    assert autre.context["liste"].sommes["nombre"] == 0
    fiche = reverse("accueil:client", args=[code, debiteur.pk])
    onglet = client.get(fiche, {"onglet": "promesses"}).content.decode()
    assert "Tenue en retard" in onglet
    assert "dont 0 à l&#x27;heure" in onglet
    assert "Promesse tenue en retard" in client.get(fiche, {"onglet": "fil"}).content.decode()
    fichier = client.get(reverse("relances:exporter_promesses", args=[code, "csv"]) + "?vue=toutes")
    assert ";Tenue en retard;" in b"".join(fichier.streaming_content).decode()


@pytest.mark.parametrize("nombre", [1, 3])
def test_dire_ce_qu_elles_sont_devenues_prend_autant_de_requetes(
    nombre, debiteur, django_assert_num_queries
):
    for n in range(nombre):
        autre = un_client(creancier=debiteur.creancier, nom=f"Duval {n}")
        une_promesse(autre)
    promesses = list(Promesse.objects.pour(debiteur.creancier).select_related("close_geste"))
    with django_assert_num_queries(2):
        devenirs(promesses, au=AU)
    with django_assert_num_queries(2):
        sommes(Promesse.objects.pour(debiteur.creancier), au=AU)
