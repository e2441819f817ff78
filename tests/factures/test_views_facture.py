"""Saisir une facture, la modifier, et ce qui s'y attache : avoir, litige, pièce."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from factures.models import Facture, Litige, Piece
from relances.regles.scenario_initial import ETAPES_INITIALES
from tests.fabriques.clients import un_client
from tests.fabriques.factures import un_avoir, un_encaissement, une_facture
from tests.factures.test_views import LE, adresse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("le_deux_mars")]


SAISIE = {
    "numero": "F-9",
    "nature": "facture",
    "date_emission": "2026-02-01",
    "date_echeance": "",
    "montant_ht": "1 000,00",
    "montant_tva": "200",
    "montant_ttc": "1 200,00 €",
    "rang_entree": "0",
}


def test_on_saisit_une_facture_apres_avoir_choisi_son_client(client, creancier, acteur):
    duval = un_client(creancier=creancier, nom="Duval")
    assert "Duval" in client.get(adresse("nouvelle"), {"q": "duval"}).content.decode()
    page = f"{adresse('nouvelle')}?client={duval.pk}"
    assert client.get(page).status_code == 200
    reponse = client.post(page, SAISIE)
    facture = Facture.objects.pour(creancier).get()
    assert reponse.url == facture.get_absolute_url()
    assert (facture.solde, facture.date_echeance) == (Decimal("1200.00"), date(2026, 3, 3))
    doublon = client.post(page, SAISIE)
    assert doublon.status_code == 422
    assert "F-9 existe déjà" in doublon.content.decode()


def test_sans_echeance_la_page_dit_celle_qu_elle_calcule_et_d_ou_elle_vient(
    client, creancier, acteur
):
    duval = un_client(creancier=creancier, genre_terme="fin_de_mois", delai_paiement=45)
    page = f"{adresse('nouvelle')}?client={duval.pk}"
    assert "« 45 jours fin de mois », conditions de ce client." in client.get(page).content.decode()
    saisie = SAISIE | {"date_emission": "2026-04-03", "date_echeance": ""}
    suite = client.post(page, saisie, follow=True).content.decode()
    assert Facture.objects.pour(creancier).get().date_echeance == date(2026, 5, 31)
    assert "Échéance au 31/05/2026, « 45 jours fin de mois », conditions de ce client." in suite


def test_on_saisit_une_facture_payable_en_plusieurs_fois(client, creancier, acteur):
    duval = un_client(creancier=creancier)
    page = f"{adresse('nouvelle')}?client={duval.pk}"
    saisie = SAISIE | {"date_echeance": "", "echeances": "03/03/2026 700,00\n03/04/2026 400,00"}
    refus = client.post(page, saisie)
    assert refus.status_code == 422
    assert "Les échéances font" in refus.context["form"].errors["echeances"][0]
    assert "03/04/2026 400,00" in refus.content.decode()
    bonne = saisie | {"echeances": "03/03/2026 700,00\n03/04/2026 500,00"}
    suite = client.post(page, bonne, follow=True).content.decode()
    assert "2 échéances enregistrées." in suite
    assert "Échéance 1 sur 2" in suite
    assert "F-9 (2/2)" in suite
    deux = Facture.objects.pour(creancier).order_by("tranche")
    assert [f.date_echeance for f in deux] == [date(2026, 3, 3), date(2026, 4, 3)]
    assert client.post(page, bonne).status_code == 422


def test_une_saisie_qui_se_contredit_est_expliquee_pres_du_champ(client, creancier, acteur):
    duval = un_client(creancier=creancier)
    page = f"{adresse('nouvelle')}?client={duval.pk}"
    faux = {"date_echeance": "2026-01-15", "montant_ttc": "1 100,00"}
    reponse = client.post(page, SAISIE | faux)
    assert reponse.status_code == 422
    erreurs = reponse.context["form"].errors
    assert set(erreurs) == {"date_echeance", "montant_ttc"}


def test_une_echeance_avant_l_emission_se_confirme_d_une_case(client, creancier, acteur):
    duval = un_client(creancier=creancier)
    page = f"{adresse('nouvelle')}?client={duval.pk}"
    assert "echeance_admise" not in client.get(page).content.decode()
    saisie = SAISIE | {"date_echeance": "2026-01-15"}
    refusee = client.post(page, saisie)
    assert refusee.status_code == 422
    assert "echeance_admise" in refusee.content.decode()
    assert client.post(page, saisie | {"echeance_admise": "on"}).status_code == 302
    facture = Facture.objects.pour(creancier).get()
    assert facture.date_echeance == date(2026, 1, 15)
    # Sans toucher aux dates, on ne la confirme pas deux fois.
    saisie |= {"libelle": "Loyer"}
    assert client.post(adresse("modifier", facture.pk), saisie).status_code == 302


def test_on_modifie_une_facture(client, creancier, acteur):
    facture = une_facture(creancier=creancier, numero="F-9")
    page = adresse("modifier", facture.pk)
    assert "1200,00" in client.get(page).content.decode()
    saisie = SAISIE | {"date_echeance": "2026-02-28", "libelle": "Portail"}
    assert client.post(page, saisie).status_code == 302
    facture.refresh_from_db()
    assert (facture.libelle, facture.date_echeance) == ("Portail", date(2026, 2, 28))
    un_encaissement(facture)
    trop_bas = {"montant_ht": "", "montant_tva": "", "montant_ttc": "100"}
    assert client.post(page, saisie | trop_bas).status_code == 422


def test_on_utilise_un_avoir(client, creancier, acteur):
    facture = une_facture(creancier=creancier)
    avoir = un_avoir(client=facture.client)
    page = adresse("avoir", avoir.pk)
    saisie = {"cle_saisie": str(uuid4()), "le": "2026-03-02"}
    assert client.post(page, saisie).status_code == 422
    assert client.post(page, saisie | {f"part_{facture.pk}": "301"}).status_code == 422
    assert client.post(page, saisie | {f"part_{facture.pk}": "120"}).status_code == 302
    avoir.refresh_from_db()
    assert avoir.solde == Decimal("180.00")
    assert client.get(adresse("avoir", facture.pk)).status_code == 404


def test_on_ouvre_puis_clot_un_litige(client, creancier, acteur):
    facture = une_facture(creancier=creancier)
    page = adresse("litige", facture.pk)
    assert client.post(page, {"motif": "prix", "montant_conteste": "9 999"}).status_code == 422
    assert client.post(page, {"motif": "prix", "detail": "Trop cher"}).status_code == 302
    litige = Litige.objects.pour(creancier).get()
    page = adresse("clore_litige", litige.pk)
    assert "Trop cher" in client.get(page).content.decode()
    assert client.post(page, {"issue": ""}).status_code == 422
    assert client.post(page, {"issue": "infonde"}).status_code == 302
    litige.refresh_from_db()
    assert litige.clos_le == LE


def test_une_piece_se_depose_et_se_retelecharge_a_l_octet_pres(client, creancier, acteur):
    facture = une_facture(creancier=creancier)
    page = adresse("deposer_piece", facture.client.pk)
    assert client.get(page, {"facture": facture.pk}).status_code == 200

    def deposer(nom, octets):
        fichier = SimpleUploadedFile(nom, octets, "text/html")
        return client.post(page, {"fichier": fichier, "nature": "devis", "facture": facture.pk})

    octets = b"%PDF-1.7 devis"
    assert deposer("devis.pdf", octets).status_code == 302
    piece = Piece.objects.pour(creancier).get()
    assert (piece.facture, piece.type_mime) == (facture, "application/pdf")
    reponse = client.get(adresse("piece", piece.pk))
    assert reponse.content == octets
    assert reponse["Content-Disposition"].startswith("attachment")
    assert reponse["X-Content-Type-Options"] == "nosniff"
    assert deposer("devis.pdf", octets).status_code == 422
    assert deposer("page.html", b"<script>").status_code == 422
    assert deposer("faux.pdf", b"MZ").status_code == 422


def test_l_etape_d_entree_porte_son_nom(client, creancier, acteur):
    """Celui de l'étape du scénario, à la saisie comme à l'import ; jamais un rang."""
    premiere = ETAPES_INITIALES[0].nom
    duval = un_client(creancier=creancier)
    for page in (f"{adresse('nouvelle')}?client={duval.pk}", adresse("importer")):
        texte = client.get(page).content.decode()
        assert f">{premiere}</option>" in " ".join(texte.split()).replace("> ", ">").replace(
            " </", "</"
        )
        assert "3e étape" not in texte
