"""Un avoir tardif, total ou plus grand que le reste ; un trop-perçu : le décompte les explique."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from factures.actions import enregistrer_facture, utiliser_avoir
from factures.lectures import decompte_client
from factures.models import Convention
from tests.appuis.pages import lisible
from tests.fabriques.comptes import un_utilisateur
from tests.factures.test_accessoires import JOUR, TOTAL, D, dix_mille, recevoir

pytestmark = pytest.mark.django_db


def un_avoir(facture, montant, le=JOUR, *, emploi=None):
    avoir = enregistrer_facture(
        facture.creancier, client=facture.client, numero="AV-1", nature="avoir",
        date_emission=le, date_echeance=le, montant_ttc=D(montant), acteur=None,
    )  # fmt: skip
    part = D(emploi or montant)
    utiliser_avoir(avoir, imputations=[(facture.pk, part)], le=le, acteur=None)
    return avoir


def ligne(facture, au=JOUR):
    [lue] = decompte_client(facture.client, au=au, factures=[facture]).lignes
    return lue


def page(client, payee, **parametres):
    client.force_login(un_utilisateur(chez=payee.creancier))
    adresse = reverse("factures:decompte", args=[payee.creancier.code, payee.client.pk])
    return client.get(adresse, {"au": JOUR.isoformat()} | parametres)


def lue(reponse):
    return lisible(reponse).replace("\xa0", " ").replace("\u202f", " ")


def test_un_avoir_tardif_total_dit_que_la_facture_n_a_jamais_ete_due(client):
    facture = dix_mille()
    un_avoir(facture, "10000.00")
    facture.refresh_from_db()
    assert ligne(facture).total == 0
    [phrase] = ligne(facture).explications
    assert "elle n'a jamais été due, et ne porte ni intérêts ni indemnité" in phrase
    assert "jamais été due" in lue(page(client, facture, soldees="on"))
    assert "jamais été due" in lue(page(client, facture, facture=facture.pk))
    assert "jamais été due" in lue(client.get(facture.get_absolute_url()))
    # La veille, elle se réclamait encore : l'avoir n'existait pas.
    assert ligne(facture, date(2026, 9, 2)).explications == ()


def test_un_avoir_plus_grand_que_le_reste_compense_et_dit_ce_qui_demeure(client):
    """9 000 payés le 03/09, dont 420,55 d'intérêts : l'avoir ôte 1 000 des 1 420,55 restants."""
    facture = dix_mille()
    recevoir(facture.client, "9000.00")
    un_avoir(facture, "1500.00", emploi="1000.00")
    facture.refresh_from_db()
    assert (ligne(facture).total, ligne(facture).solde) == (D("460.55"), 0)
    compense, garde = ligne(facture).explications
    assert "par compensation (C. civ., art. 1347)" in compense
    assert "les intérêts courus avant lui et l'indemnité de 40 € sont nés" in compense
    assert garde.replace("\u202f", " ").startswith("L'avoir AV-1 garde 500,00 €")
    texte = lue(page(client, facture, soldees="on"))
    assert "par compensation" in texte
    assert "en faveur du débiteur" in texte
    classeur = load_workbook(BytesIO(page(client, facture, soldees="on", format="xlsx").content))
    assert "compensation" in str(list(classeur.active.values))
    sceller = reverse("factures:decompte_sceller", args=[facture.creancier.code, facture.client.pk])
    scelle = client.post(sceller, {"au": JOUR.isoformat(), "soldees": "on"}, follow=True)
    imprime = PdfReader(BytesIO(b"".join(scelle))).pages[0].extract_text()
    assert "compensation" in " ".join(imprime.split())


def test_un_avoir_d_avant_l_echeance_n_a_rien_a_expliquer():
    facture = dix_mille()
    un_avoir(facture, "1000.00", date(2026, 4, 15))
    facture.refresh_from_db()
    assert ligne(facture).explications == ()


def test_ce_qui_a_ete_recu_en_trop_se_dit_partout(client):
    """Renonciation d'avant que le trop-perçu ne se rende au règlement : écrite sans l'action."""
    facture = dix_mille()
    recevoir(facture.client, TOTAL)
    Convention.objects.create(
        creancier=facture.creancier, facture=facture, renonce_indemnite=True, motif="Geste",
        posee_le=JOUR, posee_par=un_utilisateur(chez=facture.creancier),
    )  # fmt: skip
    facture.refresh_from_db()
    assert (ligne(facture).total, ligne(facture).excedent) == (0, D("40.00"))
    assert "40,00 € ont été reçus au-delà de ce qui est dû" in lue(page(client, facture))
    assert "40,00 € ont été reçus au-delà" in lue(client.get(facture.get_absolute_url()))
    fiche = lue(client.get(facture.client.get_absolute_url()))
    assert "Reçu en trop, en faveur du client" in fiche
