"""Toute la ligne, d'une facture importée à une relance reçue, puis au projet d'injonction."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.utils import timezone
from pypdf import PdfReader

from clients.models import Client
from contentieux.models import DocumentDossier
from factures.models import Facture
from recouvrement.comptes.enums import Role
from recouvrement.documents import fichiers
from recouvrement.socle.temps import jour_de
from relances.actions.battement import battre
from relances.enums import EtatRelance
from relances.models import Promesse, Relance
from relances.regles.calendrier import Fenetre, prochaine_ouverture
from tests.appuis.smtp import un_serveur_smtp
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.factures.imports.echantillons import un_cii, un_facturx

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.navigateur,
    pytest.mark.scenario,
]
MOT_DE_PASSE = "une-phrase-assez-longue"


def ouverture_apres(jours: int):
    return prochaine_ouverture(timezone.now() + timedelta(days=jours), Fenetre())


def csv_du_jour(au: date) -> bytes:
    def ligne(numero, client, siren, courriel, emise, due, ttc):
        return f"{numero};{client};{siren};{courriel};{emise:%d/%m/%Y};{due:%d/%m/%Y};{ttc}"

    lignes = [
        "Numéro;Client;SIREN;E-mail;Date d'émission;Date d'échéance;Montant TTC",
        ligne(
            "F-1",
            "Librairie Sauvageot",
            "",
            "compta@sauvageot.example",
            au - timedelta(days=40),
            au - timedelta(days=5),
            "1 234,56",
        ),
        ligne(
            "F-2",
            "Hôtel des Remparts",
            "",
            "hotel@remparts.example",
            au - timedelta(days=60),
            au - timedelta(days=25),
            "900,00",
        ),
    ]
    return "\n".join(lignes).encode("cp1252")


def se_connecter(page, utilisateur) -> None:
    page.goto("/compte/login/")
    page.get_by_label("Adresse e-mail").fill(utilisateur.email)
    page.get_by_label("Mot de passe").fill(MOT_DE_PASSE)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/journee/**")


def importer(page, creancier, nom: str, type_mime: str, octets: bytes) -> None:
    page.goto(f"/{creancier.code}/factures/importer/")
    page.locator("input[type=file]").set_input_files(
        {"name": nom, "mimeType": type_mime, "buffer": octets}
    )
    page.get_by_role("button", name="Lire ces fichiers").click()
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("enregistré le").wait_for()


def test_de_l_import_a_la_relance_recue_puis_au_projet_d_injonction(page, settings, tmp_path):
    settings.FICHIERS = tmp_path / "fichiers"
    creancier = un_creancier(code="kerbrat", nom="Menuiserie Kerbrat", ecart_minimal=3)
    assistante = un_utilisateur(chez=creancier, role=Role.GESTIONNAIRE, mot_de_passe=MOT_DE_PASSE)
    un_utilisateur(chez=creancier, role=Role.ASSISTANTE)
    aujourdhui = timezone.localdate()
    assistante.habilitations.update(role=Role.GESTIONNAIRE)

    page.goto("/compte/login/")
    page.get_by_label("Adresse e-mail").fill(assistante.email)
    page.get_by_label("Mot de passe").fill(MOT_DE_PASSE)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/tableau/**")
    page.get_by_text("Rien n’est dû pour l’instant").wait_for()

    importer(page, creancier, "factures.csv", "text/csv", csv_du_jour(aujourdhui))
    xml = un_cii(
        numero="FX-9",
        emission=f"{aujourdhui - timedelta(days=100):%Y%m%d}",
        echeance=f"{aujourdhui - timedelta(days=70):%Y%m%d}",
    )
    importer(page, creancier, "facture.pdf", "application/pdf", un_facturx(xml))

    page.goto("/kerbrat/tableau/")
    assert page.get_by_role("link", name="Librairie Sauvageot").first.is_visible()
    attendu = Decimal("1234.56") + Decimal("900.00") + Decimal("1200.00")
    assert Facture.objects.pour(creancier).ouvertes().reste_du() == attendu
    page.get_by_role("link", name="1 à 30 jours").first.click()
    assert page.get_by_text("F-1", exact=True).first.is_visible()

    # Un appel : promesse, deux clics et une note.
    hotel = Client.objects.pour(creancier).get(nom="Hôtel des Remparts")
    page.goto(hotel.get_absolute_url())
    page.get_by_role("link", name="Appel", exact=True).click()
    page.locator("label.issue", has_text="Promet").click()
    page.get_by_label("Montant").fill("900,00")
    page.locator("[data-note]").fill("Virement en fin de semaine")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Promet 900,00").first.wait_for()
    assert Promesse.objects.pour(creancier).get().montant == Decimal("900.00")

    # L'horloge passe : le courriel de Sauvageot part, pas celui de qui a promis.
    with un_serveur_smtp(tmp_path) as puits:
        settings.SERVEUR_SMTP = puits.reglage
        battre(ouverture_apres(0))
        battre(ouverture_apres(0))
        recus = puits.lignes()
    assert sorted(ligne["a"] for ligne in recus) == [
        ["compta@pellerin.example"],
        ["compta@sauvageot.example"],
    ]

    garage = Client.objects.pour(creancier).get(nom="Librairie Sauvageot")
    page.goto(garage.get_absolute_url())
    page.get_by_role("link", name="Message exact").click()
    page.get_by_text("compta@sauvageot.example").first.wait_for()
    assert "1 234,56" in page.locator("pre.message").first.text_content().replace("\u202f", " ")

    # L'étape suivante se prévoit ; le règlement la retire.
    battre(ouverture_apres(8))
    prevue = Relance.objects.pour(creancier).filter(client=garage).en_attente().get()
    page.goto(f"/kerbrat/factures/reglement/?client={garage.pk}")
    page.locator("[name=montant]").fill("1234,56")
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_url(f"**/clients/{garage.pk}/**")
    prevue.refresh_from_db()
    assert prevue.etat == EtatRelance.ANNULEE
    assert page.get_by_text("Virement : 1 234,56").first.is_visible()

    # Un autre client : mise en demeure, puis contentieux.
    debiteur = Facture.objects.pour(creancier).select_related("client").get(numero="FX-9").client
    if not debiteur.adresse:
        Client.objects.pour(creancier).filter(pk=debiteur.pk).update(
            adresse="1 rue du Port", code_postal="35000", ville="Rennes"
        )
    page.goto(debiteur.get_absolute_url())
    page.get_by_role("link", name="Mise en demeure").click()
    page.get_by_role("button", name="Préparer la mise en demeure").click()
    page.get_by_text("Somme réclamée").wait_for()
    page.get_by_label("Numéro de suivi").fill("1A00000000001")
    page.get_by_role("button", name="Noter comme posté").click()
    page.get_by_text("1A00000000001").first.wait_for()

    page.goto(debiteur.get_absolute_url())
    page.get_by_role("link", name="Contentieux", exact=True).last.click()
    page.goto(f"/kerbrat/contentieux/client/{debiteur.pk}/ouvrir/")
    page.get_by_role("button", name="Ouvrir le dossier").click()
    page.get_by_label("Tribunal").fill("tribunal de commerce de Rennes")
    page.get_by_label("Fondement de la créance").fill("Commande du 1er juin")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_role("button", name="Préparer décompte").click()
    page.get_by_role("link", name="Projet de requête en injonction de payer").wait_for()

    lien = DocumentDossier.objects.pour(creancier).get(document__nature="requete")
    requete = PdfReader(BytesIO(fichiers.lire(lien.document.empreinte)))
    assert requete.get_fields()["principal_1_montant"].value.replace("\xa0", " ") == "1 200,00"
    assert jour_de(lien.prepare_le) == timezone.localdate()
