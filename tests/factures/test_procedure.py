"""La procédure collective : tout s'arrête, deux mois pour déclarer."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from clients.actions import fusionner
from clients.models import Client
from factures.actions.conventions import poser_convention
from factures.actions.procedures import enregistrer_procedure
from factures.lectures.decompte import decompte_client
from factures.lectures.echeances import echeances_legales
from factures.models import Convention, ProcedureOuverte
from recouvrement.comptes.enums import Role
from recouvrement.documents.models import Document
from recouvrement.droit.mentions import interdits
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db

D = Decimal
SAISIE = {
    "nature": "redressement", "jugement_le": "2026-05-12", "publication_le": "2026-05-20",
    "tribunal": "Tribunal de commerce de Rennes", "representant": "Me Le Goff",
    "representant_adresse": "1 quai Châteaubriand, 35000 Rennes",
}  # fmt: skip


@pytest.fixture
def facture(client):
    creancier = un_creancier()
    client.force_login(un_utilisateur(chez=creancier, role=Role.ASSISTANTE))
    return une_facture(client=un_client(creancier=creancier), montant_ttc=D("1000.00"))


def adresse(creance, nom="procedure", pk=None):
    return reverse(f"factures:{nom}", args=[creance.creancier.code, pk or creance.client_id])


def ouvrir(creance, **champs):
    valeurs = {
        "nature": "liquidation", "jugement_le": date(2026, 5, 12), "au": date(2026, 6, 1),
        "publication_le": date(2026, 5, 20), "acteur": un_utilisateur(),
    }  # fmt: skip
    return enregistrer_procedure(creance.client, **valeurs | champs)


def test_l_enregistrer_arrete_les_relances_et_les_interets(client, facture):
    """Du 01/02 au 11/05 inclus, 100 jours : 1 000 × 12,15 % × 100 / 365 = 33,29 €."""
    assert client.post(adresse(facture), SAISIE).status_code == 302
    debiteur = Client.objects.pour(facture.creancier).get(pk=facture.client_id)
    assert debiteur.procedure_collective_le == date(2026, 5, 12)
    assert decompte_client(debiteur, au=date(2026, 11, 22)).interets == D("33.29")
    assert "20/07/2026" in client.get(adresse(facture)).content.decode()


def test_une_creance_nee_apres_le_jugement_continue_de_porter_interet():
    apres = une_facture(date_emission=date(2026, 6, 1), date_echeance=date(2026, 7, 1))
    ouvrir(apres)
    debiteur = Client.objects.pour(apres.creancier).get(pk=apres.client_id)
    assert decompte_client(debiteur, au=date(2026, 11, 22)).interets > 0


def test_les_dates_contraires_sont_refusees(client, facture):
    avant = SAISIE | {"publication_le": "2026-05-01"}
    assert client.post(adresse(facture), avant).status_code == 422
    assert client.post(adresse(facture), SAISIE | {"jugement_le": "2090-01-01"}).status_code == 422
    assert not ProcedureOuverte.objects.pour(facture.creancier).exists()


def test_l_echeance_des_deux_mois_alerte_jusqu_a_la_declaration(facture):
    procedure = ouvrir(facture)

    def texte(au):
        return " ".join(e.texte for e in echeances_legales([facture.creancier], au=au).lignes)

    assert "à déclarer au plus tard le 20/07/2026" in texte(date(2026, 6, 1))
    assert "relevé de forclusion à demander au plus tard le 20/11/2026" in texte(date(2026, 7, 21))
    assert "relevé de forclusion l'est depuis le 20/11/2026" in texte(date(2026, 11, 21))
    procedure.declaree_le = date(2026, 6, 2)
    procedure.save()
    assert texte(date(2026, 6, 3)) == ""


@pytest.mark.parametrize(
    ("au", "attendu"),
    [
        (date(2026, 8, 15), "à déclarer au plus tard le 15/08/2026"),
        # Samedi férié : le délai va au lundi 17, dernier jour légal (CPC, art. 642).
        (date(2026, 8, 16), "à déclarer au plus tard le 17/08/2026, par report"),
        (date(2026, 8, 17), "à déclarer au plus tard le 17/08/2026, par report"),
        (date(2026, 8, 18), "passé depuis le 17/08/2026"),
    ],
)
def test_le_dernier_jour_legal_n_est_pas_depasse(facture, au, attendu):
    ouvrir(facture, publication_le=date(2026, 6, 15), au=date(2026, 6, 20))
    [ligne] = echeances_legales([facture.creancier], au=au).lignes
    assert attendu in ligne.texte


def test_un_jugement_porte_a_la_fiche_seule_demande_a_etre_complete():
    facture = une_facture(client=un_client(procedure_collective_le=date(2026, 5, 12)))
    [ligne] = echeances_legales([facture.creancier], au=date(2026, 6, 1)).lignes
    assert "procédure collective à compléter" in ligne.texte
    ouvrir(facture)
    [ligne] = echeances_legales([facture.creancier], au=date(2026, 6, 1)).lignes
    assert "à déclarer au plus tard" in ligne.texte


def test_la_declaration_se_prepare_en_pdf_et_se_note(client, facture):
    une_facture(
        client=facture.client, date_emission=date(2026, 6, 1), date_echeance=date(2026, 7, 1)
    )
    ouvrir(facture)
    assert client.get(adresse(facture, "declaration")).status_code == 404
    assert client.post(adresse(facture, "declaration_preparer")).status_code == 302
    [document] = Document.objects.pour(facture.creancier)
    assert document.donnees["total"] == "1073.29"
    assert [f["numero"] for f in document.donnees["factures"]] == [facture.numero]
    octets = client.get(adresse(facture, "declaration")).content
    pdf = "".join(page.extract_text() for page in PdfReader(BytesIO(octets)).pages)
    assert "Déclaration de créance" in pdf
    assert interdits(pdf) == ()
    assert (
        client.post(adresse(facture, "declaration_faite"), {"le": "2026-01-01"}).status_code == 422
    )
    assert (
        client.post(adresse(facture, "declaration_faite"), {"le": "2026-06-10"}).status_code == 302
    )
    assert ProcedureOuverte.objects.pour(facture.creancier).get().declaree_le == date(2026, 6, 10)


def test_sans_creance_anterieure_rien_ne_se_declare(client):
    creancier = un_creancier()
    client.force_login(un_utilisateur(chez=creancier))
    apres = une_facture(
        client=un_client(creancier=creancier), date_emission=date(2026, 6, 1),
        date_echeance=date(2026, 7, 1),
    )  # fmt: skip
    ouvrir(apres)
    assert client.post(adresse(apres, "declaration_preparer")).status_code == 422


ECRITURES = ("procedure", "declaration_preparer", "declaration_faite")


def test_la_lecture_seule_n_ecrit_pas(client, facture):
    ouvrir(facture)
    client.force_login(un_utilisateur(chez=facture.creancier, role=Role.LECTURE))
    for nom in ECRITURES:
        assert client.post(adresse(facture, nom), SAISIE).status_code == 403


def test_le_client_d_un_autre_creancier_n_existe_pas(client, facture):
    etrangere = une_facture()
    ouvrir(etrangere)
    for nom in ECRITURES:
        assert client.post(adresse(facture, nom, etrangere.client_id), SAISIE).status_code == 404


def test_la_fusion_de_deux_fiches_garde_la_procedure_et_les_conventions():
    facture = une_facture()
    procedure, acteur = ouvrir(facture), un_utilisateur(chez=facture.creancier)
    poser_convention(
        facture.creancier, client=facture.client, motif="CGV", le=date(2026, 6, 1), acteur=acteur
    )
    garde = un_client(creancier=facture.creancier)
    fusionner(garde, facture.client, le=date(2026, 6, 2), acteur=acteur)
    procedure.refresh_from_db()
    assert procedure.client == garde
    assert Convention.objects.pour(facture.creancier).get().client == garde
