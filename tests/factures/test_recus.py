"""Le reçu d'un règlement, et les pages qui disent ce qu'il a payé."""

from datetime import date
from io import BytesIO
from uuid import uuid4

import pytest
from django.urls import reverse
from pypdf import PdfReader

from factures.actions import annuler_encaissement
from factures.lectures.recu import recu_du_reglement
from factures.models import Facture
from tests.appuis.pages import lisible
from tests.fabriques.comptes import un_utilisateur
from tests.factures.test_accessoires import JOUR, TOTAL, D, dix_mille, du, recevoir

pytestmark = pytest.mark.django_db


def test_le_recu_dit_ce_que_chaque_facture_a_recu_et_sa_contre_ecriture_le_reprend():
    facture = dix_mille()
    recu = recevoir(facture.client, TOTAL + D("100.00"))
    lu = recu_du_reglement(recu)
    [payee] = lu.parts
    assert (payee.principal, payee.interets, payee.indemnite, payee.autre) == (
        D("10000.00"), D("420.55"), D("40.00"), D("0.00")
    )  # fmt: skip
    assert (lu.impute, lu.encaissement.disponible) == (TOTAL, D("100.00"))
    assert "Les intérêts d'abord" in lu.ordre
    contre = annuler_encaissement(recu, motif="Rejeté", acteur=None, le=JOUR)
    [reprise] = recu_du_reglement(contre).parts
    assert (reprise.principal, reprise.interets, reprise.indemnite) == (
        D("-10000.00"), D("-420.55"), D("-40.00")
    )  # fmt: skip
    # Annulé, il dit encore ce qu'il payait.
    assert recu_du_reglement(recu).impute == TOTAL


def test_un_reglement_partiel_a_paye_les_interets_d_abord_et_le_recu_dit_pourquoi():
    facture = dix_mille()
    recu = recevoir(facture.client, "4000.00", date(2026, 7, 1))
    [payee] = recu_du_reglement(recu).parts
    assert (payee.principal, payee.interets) == (D("3796.87"), D("203.13"))
    assert payee.differe


@pytest.fixture
def page(client):
    """Le client de test connecté, et une facture de 10 000 € payée 10 460,55 €."""
    facture = dix_mille()
    client.force_login(un_utilisateur(chez=facture.creancier))
    return client, facture, recevoir(facture.client, TOTAL)


def adresse(nom, *arguments):
    creancier = Facture.objects.systeme().get().creancier
    return reverse(f"factures:{nom}", args=[creancier.code, *arguments])


def lue(reponse):
    return lisible(reponse).replace("\xa0", " ").replace("\u202f", " ")


def test_chaque_page_dit_ce_que_le_reglement_a_paye(page):
    client, facture, recu = page
    for adresse_de in (recu.get_absolute_url(), facture.get_absolute_url(),
                       facture.client.get_absolute_url()):  # fmt: skip
        texte = lue(client.get(adresse_de))
        assert "420,55 €" in texte
        assert "40,00 €" in texte
    export = client.get(adresse("exporter_reglements", "csv"))
    export = b"".join(export.streaming_content).decode("utf-8-sig")
    assert "10000,00;460,55" in export.replace("\xa0", "").replace("\u202f", "")


def test_le_recu_se_scelle_en_pdf_sauf_annule(page):
    client, _, recu = page
    reponse = client.post(adresse("recu_sceller", recu.pk), follow=True)
    texte = PdfReader(BytesIO(b"".join(reponse))).pages[0].extract_text()
    assert "420,55" in texte
    annuler_encaissement(recu, motif="Rejeté", acteur=None, le=JOUR)
    reponse = client.post(adresse("recu_sceller", recu.pk), follow=True)
    assert "Ce règlement est annulé" in lue(reponse)
    assert "Sa contre-écriture" in lue(reponse)


def test_le_formulaire_vise_les_accessoires_d_une_facture_soldee(client):
    facture = dix_mille()
    client.force_login(un_utilisateur(chez=facture.creancier))
    recevoir(facture.client, "10000.00")
    saisie = {
        "cle_saisie": str(uuid4()), "montant": "500,00", "recu_le": "2026-09-03",
        "moyen": "virement", "repartition": "main", "ordre": "",
    }  # fmt: skip
    ici = f"{adresse('reglement')}?client={facture.client.pk}&facture={facture.pk}"
    trop = client.post(ici, saisie | {f"part_{facture.pk}": "460,56"})
    assert trop.status_code == 422
    assert "Il reste 460,55 €." in lue(trop)
    assert client.post(ici, saisie | {f"part_{facture.pk}": "460,55"}).status_code == 302
    assert du(facture.client, JOUR).total == 0
