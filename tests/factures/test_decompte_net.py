"""Le décompte d'un client dit ce qui s'en déduit, et le net : à l'écran, en tableur, en PDF."""

import re
from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from factures.actions import enregistrer_facture
from tests.appuis.pages import lisible
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import un_encaissement, une_facture
from tests.factures.test_accessoires import JOUR, D, dix_mille

pytestmark = pytest.mark.django_db


def avec_un_avoir(facture, montant="1500.00"):
    enregistrer_facture(
        facture.creancier, client=facture.client, numero="BA-1", nature="avoir",
        date_emission=date(2026, 8, 1), date_echeance=date(2026, 8, 1), montant_ttc=D(montant),
        acteur=None,
    )  # fmt: skip
    return facture


def lire(client, facture, /, **parametres):
    client.force_login(un_utilisateur(chez=facture.creancier))
    adresse = reverse("factures:decompte", args=[facture.creancier.code, facture.client_id])
    return client.get(adresse, {"au": JOUR.isoformat()} | parametres)


def propre(texte):
    return texte.replace("\xa0", " ").replace("\u202f", " ")


def test_le_decompte_deduit_un_avoir_et_dit_le_net_partout(client):
    """10 460,55 € dus au 03/09/2026, moins 1 500 : 8 960,55."""
    facture = avec_un_avoir(dix_mille())
    page = propre(lisible(lire(client, facture)))
    assert "À déduire : avoir BA-1 du 01/08/2026" in page
    assert "− 1 500,00 €" in page
    assert "Net à payer" in page
    assert "8 960,55 €" in page
    xlsx = lire(client, facture, format="xlsx").content
    lignes = list(load_workbook(BytesIO(xlsx)).active.values)
    assert [(ligne[1], float(ligne[-1])) for ligne in lignes[-3:]] == [
        ("Dû au 03/09/2026", 10460.55),
        ("Avoir BA-1 du 01/08/2026", -1500.0),
        ("Net à payer", 8960.55),
    ]
    sceller = reverse("factures:decompte_sceller", args=[facture.creancier.code, facture.client_id])
    scelle = client.post(sceller, {"au": JOUR.isoformat()}, follow=True)
    imprime = " ".join(propre(PdfReader(BytesIO(b"".join(scelle))).pages[0].extract_text()).split())
    assert "À déduire : avoir BA-1 du 01/08/2026" in imprime
    assert "8 960,55" in imprime


def test_ce_qui_n_est_pas_echu_se_nomme_sous_le_total(client):
    """10 460,55 € exigibles et 300 € dus le 30/09 : le total n'en fait pas une somme exigible."""
    facture = dix_mille()
    une_facture(
        client=facture.client, numero="F-FUTURE", date_emission=date(2026, 8, 31),
        date_echeance=date(2026, 9, 30), montant_ttc=D("300.00"),
    )  # fmt: skip
    page = propre(lisible(lire(client, facture)))
    mots = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "Total dû 10 760,55 € Dont à échoir, pas encore exigible 300,00 €" in mots
    lignes = list(
        load_workbook(BytesIO(lire(client, facture, format="xlsx").content)).active.values
    )
    assert (lignes[-1][0], float(lignes[-1][-1])) == ("À échoir", 300.0)
    sceller = reverse("factures:decompte_sceller", args=[facture.creancier.code, facture.client_id])
    scelle = client.post(sceller, {"au": JOUR.isoformat()}, follow=True)
    imprime = " ".join(propre(PdfReader(BytesIO(b"".join(scelle))).pages[0].extract_text()).split())
    assert "Dont 300,00 € à échoir, pas encore exigibles au 03/09/2026." in imprime


def test_ce_qui_sert_a_une_autre_facture_est_nomme_sans_etre_deduit_deux_fois(client):
    debiteur = un_client()
    avec_un_avoir(dix_mille(debiteur))
    recente = une_facture(
        client=debiteur, montant_ttc=D("200.00"), date_emission=date(2026, 5, 1),
        date_echeance=date(2026, 8, 20),
    )  # fmt: skip
    page = propre(lisible(lire(client, recente, facture=recente.pk)))
    assert "1 500,00 € servent à d’autres factures" in page
    assert "− 1 500,00 €" not in page


def test_un_reglement_a_imputer_se_deduit_aussi(client):
    facture = dix_mille()
    un_encaissement(facture, montant=D("300.00"), imputations=())
    page = propre(lisible(lire(client, facture)))
    assert "À déduire : règlement (virement) reçu le 10/02/2026" in page
    assert "10 160,55 €" in page


def test_sans_rien_en_sa_faveur_le_decompte_ne_dit_que_le_total(client):
    assert "Net à payer" not in lisible(lire(client, dix_mille()))


def test_l_avoir_se_repartit_d_avance_sur_les_plus_anciennes_echues(client):
    """1 500 € : 1 200 sur la plus ancienne, 300 sur la suivante, rien sur celle à échoir."""
    debiteur = un_client()
    suivante = une_facture(client=debiteur, date_echeance=date(2026, 3, 31))
    ancienne = une_facture(client=debiteur)
    future = une_facture(client=debiteur, date_echeance=date(2100, 1, 1))
    avec_un_avoir(ancienne)
    avoir = debiteur.factures.get(numero="BA-1")
    client.force_login(un_utilisateur(chez=debiteur.creancier))
    page = client.get(reverse("factures:avoir", args=[debiteur.creancier.code, avoir.pk]))
    champs = {nom: page.context["form"][nom].value() for nom in page.context["form"].fields}
    assert champs[f"part_{ancienne.pk}"] == "1200,00"
    assert champs[f"part_{suivante.pk}"] == "300,00"
    assert champs[f"part_{future.pk}"] in (None, "")
