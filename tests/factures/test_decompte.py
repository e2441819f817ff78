"""Le décompte montré : au jour voulu, au centime, scellé, en tableur."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from factures.actions.conventions import poser_convention
from factures.lectures.arrete import factures_dues, reglees_en_retard
from factures.lectures.decompte import decompte_client, des_reglees
from factures.lectures.ecritures import comptes
from recouvrement.comptes.enums import Role
from recouvrement.documents.models import Document
from recouvrement.droit.mentions import interdits
from tests.appuis.pages import lisible
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import un_avoir, un_encaissement, une_facture

pytestmark = pytest.mark.django_db

D = Decimal


@pytest.fixture
def chez(client):
    """Une gestionnaire connectée, un client et une facture de 10 000 € échue le 01/05/2026."""
    creancier = un_creancier()
    client.force_login(un_utilisateur(chez=creancier))
    facture = une_facture(
        client=un_client(creancier=creancier),
        montant_ttc=D("10000.00"),
        date_emission=date(2026, 4, 1),
        date_echeance=date(2026, 5, 1),
    )
    return facture


def adresse(creance, nom="decompte", /, **requete):
    return reverse(
        f"factures:{nom}", args=[creance.creancier.code, creance.client_id], query=requete or None
    )


def connecter(client, facture, role):
    client.force_login(un_utilisateur(chez=facture.creancier, role=role))


def test_deux_semestres_font_deux_periodes_et_le_total_au_centime(client, chez):
    """60 j à 12,15 % = 199,73 ; 65 j à 12,40 % = 220,82 ; + 40 € + 10 000 € = 10 460,55 €."""
    page = client.get(adresse(chez, au="2026-09-03"))
    texte = lisible(page)
    for attendu in ("199,73", "220,82", "40,00", "10 460,55", "02/05/2026", "03/09/2026"):
        assert attendu in texte.replace("\xa0", " ").replace("\u202f", " ")


def test_les_ecritures_s_additionnent_au_total_avec_reglement_avoir_et_trop_percu():
    facture = une_facture(montant_ttc=D("1000.00"))
    un_encaissement(facture, montant=D("333.33"), recu_le=date(2026, 3, 15))
    un_encaissement(facture, montant=D("100.01"), recu_le=date(2026, 7, 2))
    for au in (date(2026, 1, 15), date(2026, 3, 15), date(2026, 7, 1), date(2026, 11, 22)):
        decompte = decompte_client(facture.client, au=au, factures=[facture])
        [compte] = comptes(decompte)
        assert compte.total == decompte.total


def test_un_decompte_ancien_ignore_ce_qui_est_venu_apres():
    facture = une_facture(montant_ttc=D("1000.00"))
    un_encaissement(facture, montant=D("1000.00"), recu_le=date(2026, 3, 15))
    une_facture(
        client=facture.client, date_emission=date(2026, 6, 1), date_echeance=date(2026, 7, 1)
    )
    au = date(2026, 3, 14)
    dues = factures_dues(facture.client, au=au)
    assert dues == [facture]
    assert decompte_client(facture.client, au=au, factures=dues).principal == D("1000.00")


def une_reglee_en_retard():
    """1 000 € échus le 31/01/2026, payés 43 jours plus tard."""
    facture = une_facture(montant_ttc=D("1000.00"))
    un_encaissement(facture, montant=D("1000.00"), recu_le=date(2026, 3, 15))
    facture.refresh_from_db()
    return facture


def test_payer_le_principal_n_efface_pas_les_interets():
    """12,15 % × 43 / 365 = 14,31 € payés d'abord : autant de principal reste, puis 78 j : 0,37 €.

    14,31 × 12,15 % × 78 / 365 = 0,3715 ; 14,31 + 0,37 + 40 = 54,68 €.
    """
    facture, au = une_reglee_en_retard(), date(2026, 6, 1)
    assert factures_dues(facture.client, au=au) == []
    assert reglees_en_retard(facture.client, au=au) == [facture]
    dues = factures_dues(facture.client, au=au, soldees=True)
    decompte = decompte_client(facture.client, au=au, factures=dues)
    assert (decompte.principal, decompte.interets, decompte.indemnites) == (
        D("14.31"), D("0.37"), D("40.00"),
    )  # fmt: skip
    assert (decompte.solde, decompte.accessoires) == (D("0.00"), D("54.68"))


def test_principal_d_abord_une_facture_reglee_en_retard_ne_doit_plus_que_ses_accessoires():
    facture = une_reglee_en_retard()
    poser_convention(
        facture.creancier, client=facture.client, imputation="principal_dabord",
        motif="Accord", le=date(2026, 4, 1), acteur=un_utilisateur(chez=facture.creancier),
    )  # fmt: skip
    reglees = des_reglees(facture.client, au=date(2026, 6, 1)).a_reclamer
    assert (reglees.principal, reglees.interets, reglees.indemnites, reglees.total) == (
        D("0.00"), D("14.31"), D("40.00"), D("54.31"),
    )  # fmt: skip


def test_renoncer_efface_les_accessoires_d_une_facture_reglee():
    facture, au = une_reglee_en_retard(), date(2026, 6, 1)
    assert des_reglees(facture.client, au=au).a_reclamer.total == D("54.68")
    poser_convention(
        facture.creancier, facture=facture, renonce_interets=True, renonce_indemnite=True,
        motif="Geste commercial", le=au, acteur=un_utilisateur(chez=facture.creancier),
    )  # fmt: skip
    assert des_reglees(facture.client, au=au).a_reclamer.lignes == ()


def test_une_facture_reglee_a_l_heure_ne_doit_rien_de_plus():
    facture = une_facture(montant_ttc=D("1000.00"))
    un_encaissement(facture, montant=D("1000.00"), recu_le=date(2026, 1, 31))
    assert des_reglees(facture.client, au=date(2026, 6, 1)).a_reclamer.lignes == ()


@pytest.mark.parametrize("ordre", ["interets_dabord", "principal_dabord"])
@pytest.mark.parametrize("au", [date(2026, 1, 15), date(2026, 4, 1), date(2026, 11, 22)])
def test_les_accessoires_sont_le_total_moins_les_soldes_quelle_que_soit_l_imputation(ordre, au):
    facture = une_facture(montant_ttc=D("1000.00"))
    poser_convention(
        facture.creancier, imputation=ordre, motif="CGV", le=au,
        acteur=un_utilisateur(chez=facture.creancier),
    )  # fmt: skip
    for jour, montant in ((date(2026, 3, 15), "333.33"), (date(2026, 5, 2), "500.00")):
        un_encaissement(facture, montant=D(montant), recu_le=jour)
    facture.refresh_from_db()
    decompte = decompte_client(facture.client, au=au, factures=[facture])
    [ligne] = decompte.lignes
    assert decompte.total == decompte.solde + decompte.accessoires
    assert ligne.accessoires == ligne.interets_nes + ligne.indemnite_nee
    assert decompte.accessoires == decompte.reste_interets + decompte.reste_indemnites
    if au == date(2026, 11, 22):
        assert ligne.solde == facture.solde == D("166.67")


def test_la_page_dit_pourquoi_le_principal_depasse_le_reste_a_payer(client, chez):
    """4 000 € reçus le 1er juillet : 203,13 € d'intérêts ; il reste 6 203,13 € et non 6 000 €."""
    un_encaissement(chez, montant=D("4000.00"), recu_le=date(2026, 7, 1))
    texte = lisible(client.get(adresse(chez, au="2026-09-03")))
    lu = texte.replace("\xa0", " ").replace("\u202f", " ")
    assert "Le principal restant dépasse le reste à payer des factures (6 000,00 €)" in lu
    assert "code civil, art. 1343-1" in lu
    for attendu in ("6 203,13", "134,87", "378,00"):
        assert attendu in lu
    sans = lisible(client.get(adresse(chez, au="2026-06-15")))
    assert "dépasse le reste à payer" not in sans


def test_la_page_montre_les_reglees_en_retard_et_sait_les_compter(client):
    facture = une_reglee_en_retard()
    client.force_login(un_utilisateur(chez=facture.creancier))
    lu = lisible(client.get(adresse(facture, au="2026-06-01")))
    assert "Réglées en retard" in lu
    assert "54,68" in lu
    avec = lisible(client.get(adresse(facture, au="2026-06-01", soldees="on")))
    assert f"Compte de la facture {facture.numero}" in avec
    assert 'id="reglees"' not in avec
    feuille = client.get(adresse(facture, au="2026-06-01", soldees="on", format="xlsx"))
    derniere = list(load_workbook(BytesIO(feuille.content)).active.values)[-1]
    assert D(str(derniere[-1])) == D("54.68")
    scelle = client.post(
        adresse(facture, "decompte_sceller"), {"au": "2026-06-01", "soldees": "on"}
    )
    assert scelle.status_code == 302
    [document] = Document.objects.pour(facture.creancier)
    assert document.donnees["total"] == "54.68"


def test_la_fiche_de_la_facture_reglee_dit_que_ses_accessoires_restent_dus(client):
    facture = une_reglee_en_retard()
    client.force_login(un_utilisateur(chez=facture.creancier))
    lu = lisible(client.get(facture.get_absolute_url()))
    assert "Réglée après l’échéance : ses intérêts et ses 40 € n’en sont pas éteints" in lu


def test_la_fiche_du_client_chiffre_les_accessoires_des_factures_reglees(client):
    facture = une_reglee_en_retard()
    client.force_login(un_utilisateur(chez=facture.creancier))
    lu = lisible(client.get(facture.client.get_absolute_url()))
    assert "1 facture réglée en retard" in lu.replace("\xa0", " ")


def test_un_avoir_n_est_pas_une_facture_due():
    avoir = un_avoir()
    assert factures_dues(avoir.client, au=date(2026, 6, 1), soldees=True) == []


def test_un_taux_inconnu_se_dit_et_ne_se_devine_pas(client, chez):
    page = client.get(adresse(chez, au="2031-03-01"))
    texte = lisible(page)
    assert "inconnu au 1er semestre 2027 : table à compléter" in texte
    assert "aucun taux n’est deviné" in texte
    assert "Sceller en PDF" not in texte
    refus = client.post(adresse(chez, "decompte_sceller"), {"au": "2031-03-01"})
    assert refus.status_code == 422
    assert not Document.objects.pour(chez.creancier).exists()


def test_une_date_illisible_est_signalee(client, chez):
    assert client.get(adresse(chez, au="31/02/2026")).status_code == 422


def test_le_tableur_s_additionne_au_total(client, chez):
    un_encaissement(chez, montant=D("4000.00"), recu_le=date(2026, 7, 1))
    reponse = client.get(adresse(chez, au="2026-09-03", format="xlsx"))
    feuille = load_workbook(BytesIO(reponse.content)).active
    montants = [D(str(ligne[-1])) for ligne in feuille.iter_rows(min_row=2, values_only=True)]
    assert sum(montants[:-1]) == montants[-1]


def test_le_decompte_se_scelle_une_fois_et_se_relit(client, chez):
    scelle = client.post(adresse(chez, "decompte_sceller"), {"au": "2026-09-03"})
    [document] = Document.objects.pour(chez.creancier)
    assert document.donnees["total"] == "10460.55"
    relu = client.get(scelle.url)
    assert relu.status_code == 200
    pdf = "".join(page.extract_text() for page in PdfReader(BytesIO(relu.content)).pages)
    assert "10 460,55" in pdf.replace("\xa0", " ").replace("\u202f", " ")
    assert interdits(pdf) == ()
    assert document.titre in lisible(client.get(adresse(chez)))


def test_une_seule_facture_peut_se_decompter(client, chez):
    autre = une_facture(client=chez.client)
    texte = lisible(client.get(adresse(chez, facture=chez.pk)))
    assert f"Compte de la facture {chez.numero}" in texte
    assert f"Compte de la facture {autre.numero}" not in texte


def test_la_facture_d_un_autre_client_n_entre_pas(client, chez):
    autre = une_facture(client=un_client(creancier=chez.creancier))
    assert client.get(adresse(chez, facture=autre.pk)).status_code == 422


def test_le_client_d_un_autre_creancier_n_existe_pas(client, chez):
    etranger = une_facture()
    for nom in ("decompte", "decompte_sceller"):
        url = reverse(f"factures:{nom}", args=[chez.creancier.code, etranger.client_id])
        reponse = client.get(url) if nom == "decompte" else client.post(url)
        assert reponse.status_code == 404


def test_la_lecture_seule_regarde_mais_ne_scelle_pas(client, chez):
    connecter(client, chez, Role.LECTURE)
    assert client.get(adresse(chez)).status_code == 200
    assert client.post(adresse(chez, "decompte_sceller")).status_code == 403


def test_trois_factures_ne_demandent_pas_plus_de_requetes_qu_une(chez, django_assert_num_queries):
    un_encaissement(chez, montant=D("10.00"))
    au = date(2026, 9, 3)
    with django_assert_num_queries(REQUETES):
        decompte_client(chez.client, au=au)
    for _ in range(2):
        un_encaissement(une_facture(client=chez.client), montant=D("10.00"))
    with django_assert_num_queries(REQUETES):
        decompte_client(chez.client, au=au)


# factures, imputations, conventions, décisions, taux
REQUETES = 5
