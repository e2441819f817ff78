"""Un avoir qui vise sa facture, une rectificative qui remplace la sienne : une seule dette."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse

from factures.actions import annuler_encaissement, defaire_import, utiliser_avoir
from factures.actions.importation import preparer_import, valider_import
from factures.actions.visees import (
    ecarter_la_reference,
    employer_sur_la_visee,
    remplacer_la_visee,
    rouvrir_ce_qui_est_ecarte,
)
from factures.enums import Moyen
from factures.erreurs import ReferenceImpossible
from factures.lectures.decompte import decompte_client, des_reglees
from factures.models import Encaissement, Facture, LigneImport, ReferenceFacture
from recouvrement.accueil.lectures.a_faire import combien
from recouvrement.accueil.lectures.journee import ma_journee
from relances.actions.planification import planifier
from relances.models import RelanceFacture
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier
from tests.fabriques.factures import un_encaissement, une_facture
from tests.factures.imports.echantillons import un_cii

pytestmark = [pytest.mark.django_db, pytest.mark.scenario]
CAS = Path(__file__).parent / "cas"
MAINTENANT = datetime(2026, 6, 8, 10, tzinfo=UTC)
LE = date(2026, 6, 8)
CSV = "Numéro;Nature;Client;Date facture;Échéance;Montant TTC;Facture liée\n"


@pytest.fixture(autouse=True)
def les_soldes_se_refont(db):
    yield
    call_command("verifier", "soldes", stdout=StringIO())


def le_cas(nom, fichier):
    return fichier, (CAS / nom / fichier).read_bytes()


def apercu(creancier, *fichiers):
    return preparer_import(
        creancier, fichiers, acteur=None, maintenant=MAINTENANT, motif_du_vendeur="Même maison"
    )


def importer(creancier, *fichiers):
    return valider_import(apercu(creancier, *fichiers), acteur=None, maintenant=MAINTENANT)


def tableau(*lignes):
    return "ventes.csv", (CSV + "\n".join(lignes)).encode()


def alertes(importation):
    lignes = LigneImport.objects.pour(importation.creancier).filter(importation=importation)
    return " ".join(a["phrase"] for ligne in lignes.order_by("rang") for a in ligne.alertes)


def la(creancier, numero):
    return Facture.objects.pour(creancier).select_related("client", "creancier").get(numero=numero)


def la_reference(creancier):
    reference = ReferenceFacture.objects.pour(creancier).get()
    reference.creancier = creancier
    return reference


def test_un_avoir_qui_nomme_sa_facture_l_eteint_a_l_import():
    creancier = un_creancier()
    importer(creancier, le_cas("avoir-qui-vise-sa-facture", "1-facture.xml"))
    importation = apercu(creancier, le_cas("avoir-qui-vise-sa-facture", "2-avoir.xml"))
    assert "AV-9 vise FA-9" in alertes(importation)
    valider_import(importation, acteur=None, maintenant=MAINTENANT)
    facture, avoir = la(creancier, "FA-9"), la(creancier, "AV-9")
    assert (facture.solde, avoir.solde) == (0, 0)
    assert facture.en_question == ""
    emploi = Encaissement.objects.pour(creancier).get()
    assert (emploi.moyen, emploi.avoir, emploi.montant) == (Moyen.AVOIR, avoir, Decimal("120.00"))
    importation.refresh_from_db()
    assert emploi.geste == importation.geste


@pytest.mark.parametrize(
    "ordre", [("1-facture.xml", "2-avoir.xml"), ("2-avoir.xml", "1-facture.xml")]
)
def test_l_ordre_des_fichiers_d_un_depot_ne_change_rien(ordre):
    creancier = un_creancier()
    importer(creancier, *(le_cas("avoir-qui-vise-sa-facture", fichier) for fichier in ordre))
    assert la(creancier, "FA-9").solde == 0


def test_l_avoir_venu_avant_sa_facture_l_attend():
    creancier = un_creancier()
    importer(creancier, le_cas("avoir-qui-vise-sa-facture", "2-avoir.xml"))
    importation = apercu(creancier, le_cas("avoir-qui-vise-sa-facture", "1-facture.xml"))
    assert "AV-9 vise FA-9" in alertes(importation)
    valider_import(importation, acteur=None, maintenant=MAINTENANT)
    assert la(creancier, "FA-9").solde == 0


def test_une_colonne_facture_liee_vaut_bt_25():
    creancier = un_creancier()
    importer(
        creancier,
        tableau("F1;;Durand;01/03/2026;31/03/2026;120,00;", "A1;avoir;Durand;02/03/2026;;50,00;F1"),
    )
    assert la(creancier, "F1").solde == Decimal("70.00")
    assert la(creancier, "A1").solde == 0


@pytest.mark.parametrize(
    ("avoir", "raison"),
    [
        ("A1;avoir;Durand;02/03/2026;;150,00;F1", "ne doit plus que"),
        ("A1;avoir;Martin;02/03/2026;;50,00;F1", "d'un autre client"),
        ("A1;avoir;Durand;02/03/2026;;50,00;F1 et F2", "2 documents"),
    ],
)
def test_ce_qui_ne_va_pas_de_soi_se_demande_et_rien_n_est_reclame_d_ici_la(avoir, raison):
    creancier = un_creancier()
    importation = apercu(creancier, tableau("F1;;Durand;01/03/2026;31/03/2026;120,00;", avoir))
    assert raison in alertes(importation)
    valider_import(importation, acteur=None, maintenant=MAINTENANT)
    facture = la(creancier, "F1")
    assert facture.solde == Decimal("120.00")
    assert "A1" in facture.en_question
    planifier(creancier, au=LE, maintenant=MAINTENANT)
    assert not RelanceFacture.objects.pour(creancier).exists()


def test_un_avoir_qui_vise_une_facture_inconnue_le_dit_et_ne_retient_rien():
    creancier = un_creancier()
    importation = importer(creancier, tableau("A1;avoir;Durand;02/03/2026;;50,00;F9"))
    assert "inconnue ici" in alertes(importation)
    assert not ReferenceFacture.objects.pour(creancier).qui_retiennent().exists()


def test_une_personne_emploie_l_avoir_trop_grand_et_le_reste_demeure():
    creancier = un_creancier()
    importer(
        creancier,
        tableau(
            "F1;;Durand;01/03/2026;31/03/2026;120,00;", "A1;avoir;Durand;02/03/2026;;150,00;F1"
        ),
    )
    employer_sur_la_visee(la_reference(creancier), le=LE, acteur=None)
    assert la(creancier, "F1").solde == 0
    assert la(creancier, "A1").solde == Decimal("30.00")
    assert la(creancier, "F1").en_question == ""
    # L'emploi annulé, la question se repose.
    annuler_encaissement(
        Encaissement.objects.pour(creancier).get(), motif="erreur", acteur=None, le=LE
    )
    assert "A1" in la(creancier, "F1").en_question


def test_un_avoir_employe_ailleurs_ne_retient_plus_la_facture():
    creancier = un_creancier()
    importer(
        creancier,
        tableau(
            "F1;;Durand;01/03/2026;31/03/2026;120,00;", "F2;;Durand;01/03/2026;31/03/2026;500,00;",
            "A1;avoir;Durand;02/03/2026;;150,00;F1",
        ),
    )  # fmt: skip
    avoir = la(creancier, "A1")
    parts = [(la(creancier, "F2").pk, avoir.solde)]
    utiliser_avoir(avoir, imputations=parts, le=LE, acteur=None)
    assert la(creancier, "F1").en_question == ""


def test_ecarter_puis_revenir():
    creancier = un_creancier()
    importer(
        creancier,
        tableau(
            "F1;;Durand;01/03/2026;31/03/2026;120,00;", "A1;avoir;Durand;02/03/2026;;150,00;F1"
        ),
    )
    reference = la_reference(creancier)
    ecarter_la_reference(reference, acteur=None)
    assert la(creancier, "F1").en_question == ""
    with pytest.raises(ReferenceImpossible):
        employer_sur_la_visee(reference, le=LE, acteur=None)
    rouvrir_ce_qui_est_ecarte(reference, acteur=None)
    assert "A1" in la(creancier, "F1").en_question


# UNTDID 1001, code 384 ; BR-FR-CO-04 : exactement une référence.
def test_une_rectificative_remplace_ce_qu_elle_corrige_une_seule_dette():
    creancier = un_creancier()
    importer(creancier, le_cas("rectificative-384", "1.xml"))
    importation = apercu(creancier, le_cas("rectificative-384", "2.xml"))
    assert "FR-1R remplace FR-1" in alertes(importation)
    valider_import(importation, acteur=None, maintenant=MAINTENANT)
    ancienne, nouvelle = la(creancier, "FR-1"), la(creancier, "FR-1R")
    assert (ancienne.solde, nouvelle.solde) == (0, Decimal("96.00"))
    (emploi,) = Encaissement.objects.pour(creancier)
    assert (emploi.moyen, emploi.reference) == (Moyen.REMPLACEMENT, "FR-1R")
    assert not Encaissement.objects.pour(creancier).d_argent().exists()
    # Ni intérêts ni 40 € d'une dette qui n'a jamais été due.
    decompte = decompte_client(nouvelle.client, au=date(2026, 12, 31))
    assert [ligne.facture.numero for ligne in decompte.lignes] == ["FR-1R"]
    assert des_reglees(nouvelle.client, au=date(2026, 12, 31)).a_reclamer.total == 0
    planifier(creancier, au=LE, maintenant=MAINTENANT)
    assert {r.facture.numero for r in RelanceFacture.objects.pour(creancier)} == {"FR-1R"}


def test_la_rectificative_garde_l_echeance_la_plus_tardive():
    # La lecture la moins favorable au créancier : le débiteur garde le délai de l'originale.
    creancier = un_creancier()
    importer(
        creancier,
        tableau(
            "F1;;Durand;01/03/2026;30/04/2026;120,00;",
            "F1R;rectificative;Durand;15/03/2026;31/03/2026;96,00;F1",
        ),
    )
    assert la(creancier, "F1R").date_echeance == date(2026, 4, 30)


@pytest.mark.parametrize(
    ("lignes", "raison"),
    [
        (["F1R;rectificative;Durand;15/03/2026;31/03/2026;96,00;F9"], "inconnue ici"),
        (
            ["F1R;rectificative;Martin;15/03/2026;31/03/2026;96,00;F1"],
            "d'un autre client",
        ),
    ],
)
def test_une_rectificative_sans_originale_sure_se_tient_avec_une_question(lignes, raison):
    creancier = un_creancier()
    importation = importer(creancier, tableau("F1;;Durand;01/03/2026;31/03/2026;120,00;", *lignes))
    assert raison in alertes(importation)
    assert la(creancier, "F1R").en_question
    planifier(creancier, au=LE, maintenant=MAINTENANT)
    assert not RelanceFacture.objects.pour(creancier).filter(facture__numero="F1R").exists()
    ecarter_la_reference(la_reference(creancier), acteur=None)
    assert la(creancier, "F1R").en_question == ""


def test_ce_que_l_originale_avait_recu_paye_la_rectificative_du_meme_jour():
    creancier = un_creancier()
    importer(creancier, le_cas("rectificative-384", "1.xml"))
    recu = un_encaissement(
        la(creancier, "FR-1"), montant=Decimal("50.00"), recu_le=date(2026, 5, 25)
    )
    importation = importer(creancier, le_cas("rectificative-384", "2.xml"))
    assert "déjà réglée" in alertes(importation)
    assert la(creancier, "FR-1").en_question
    assert la(creancier, "FR-1R").en_question
    remplacer_la_visee(la_reference(creancier), acteur=None)
    ancienne, nouvelle = la(creancier, "FR-1"), la(creancier, "FR-1R")
    # 96,00 − 50,00 déjà reçus.
    assert (ancienne.solde, nouvelle.solde) == (0, Decimal("46.00"))
    reporte = Encaissement.objects.pour(creancier).valables().get(imputations__facture=nouvelle)
    assert (reporte.recu_le, reporte.moyen) == (date(2026, 5, 25), recu.moyen)
    argent = Encaissement.objects.pour(creancier).d_argent()
    assert sum(e.montant for e in argent) == Decimal("50.00")
    assert (ancienne.en_question, nouvelle.en_question) == ("", "")


def test_une_originale_payee_davantage_laisse_un_disponible():
    creancier = un_creancier()
    importer(creancier, le_cas("rectificative-384", "1.xml"))
    un_encaissement(la(creancier, "FR-1"), montant=Decimal("120.00"), recu_le=date(2026, 5, 25))
    importer(creancier, le_cas("rectificative-384", "2.xml"))
    remplacer_la_visee(la_reference(creancier), acteur=None)
    assert la(creancier, "FR-1R").solde == 0
    reporte = Encaissement.objects.pour(creancier).valables().get(disponible__gt=0)
    assert reporte.disponible == Decimal("24.00")


def test_annuler_le_remplacement_rouvre_la_question_sans_demander_deux_fois():
    creancier = un_creancier()
    importer(creancier, le_cas("rectificative-384", "1.xml"), le_cas("rectificative-384", "2.xml"))
    (emploi,) = Encaissement.objects.pour(creancier)
    annuler_encaissement(emploi, motif="erreur", acteur=None, le=LE)
    ancienne, nouvelle = la(creancier, "FR-1"), la(creancier, "FR-1R")
    assert (ancienne.solde, nouvelle.solde) == (Decimal("120.00"), Decimal("96.00"))
    assert ancienne.en_question
    assert nouvelle.en_question
    planifier(creancier, au=LE, maintenant=MAINTENANT)
    assert not RelanceFacture.objects.pour(creancier).exists()


@pytest.mark.parametrize(
    ("cas", "premier", "second", "numero"),
    [
        ("rectificative-384", "1.xml", "2.xml", "FR-1"),
        ("avoir-qui-vise-sa-facture", "1-facture.xml", "2-avoir.xml", "FA-9"),
    ],
)
def test_defaire_l_import_rend_ce_qu_il_avait_eteint(cas, premier, second, numero):
    creancier = un_creancier()
    importer(creancier, le_cas(cas, premier))
    importation = importer(creancier, le_cas(cas, second))
    assert la(creancier, numero).solde == 0
    defaire_import(importation, acteur=None)
    facture = la(creancier, numero)
    assert (facture.solde, facture.soldee_le, facture.en_question) == (Decimal("120.00"), None, "")
    assert not Encaissement.objects.pour(creancier).exists()
    importer(creancier, le_cas(cas, second))
    assert la(creancier, numero).solde == 0


def test_un_avoir_deux_fois_reimporte_ne_s_emploie_qu_une_fois():
    creancier = un_creancier()
    for _ in range(2):
        importer(
            creancier,
            le_cas("avoir-qui-vise-sa-facture", "1-facture.xml"),
            le_cas("avoir-qui-vise-sa-facture", "2-avoir.xml"),
        )
    assert Encaissement.objects.pour(creancier).count() == 1


def test_une_facture_ordinaire_qui_en_cite_une_autre_ne_la_touche_pas():
    citee = (
        "<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>AC-1</ram:IssuerAssignedID>"
        "</ram:InvoiceReferencedDocument>"
    )
    creancier = un_creancier()
    une_facture(client=un_client(creancier=creancier), numero="AC-1")
    importer(creancier, ("solde.xml", un_cii(reglement=citee)))
    assert not ReferenceFacture.objects.pour(creancier).exists()


def page_de(client, facture):
    return client.get(facture.get_absolute_url()).content.decode()


def test_la_page_pose_la_question_et_une_reponse_suffit(client, creancier, acteur):
    importer(
        creancier,
        tableau(
            "F1;;Durand;01/03/2026;31/03/2026;120,00;", "A1;avoir;Durand;02/03/2026;;150,00;F1"
        ),
    )
    facture, avoir = la(creancier, "F1"), la(creancier, "A1")
    for document in (facture, avoir):
        page = page_de(client, document)
        assert "L&#x27;avoir A1 vise F1" in page
        assert "Employer l’avoir sur F1" in page
    adresse = reverse("factures:reference", args=[creancier.code, avoir.pk])
    reference = la_reference(creancier).pk
    assert client.post(adresse, {"reference": reference, "choix": "ecarter"}).status_code == 302
    assert "Revenir sur cette réponse" in page_de(client, avoir)
    client.post(adresse, {"reference": reference, "choix": "revenir"})
    client.post(adresse, {"reference": reference, "choix": "employer"})
    assert la(creancier, "F1").solde == 0


def test_la_page_d_une_facture_remplacee_dit_par_laquelle(client, creancier, acteur):
    importer(creancier, le_cas("rectificative-384", "1.xml"), le_cas("rectificative-384", "2.xml"))
    page = page_de(client, la(creancier, "FR-1"))
    assert "Remplacée" in page
    assert "par FR-1R" in page


def test_ma_journee_demande_de_trancher(client, creancier, acteur):
    importer(
        creancier,
        tableau(
            "F1;;Durand;01/03/2026;31/03/2026;120,00;", "A1;avoir;Durand;02/03/2026;;150,00;F1"
        ),
    )
    (action,) = [
        a for a in ma_journee([creancier], maintenant=MAINTENANT).actions if a.mot == "Répondre"
    ]
    assert action.raison == "A1 vise F1 : à trancher"
    assert action.lien == la(creancier, "A1").get_absolute_url()
    avant = combien([creancier], maintenant=MAINTENANT).journee
    ecarter_la_reference(la_reference(creancier), acteur=acteur)
    assert combien([creancier], maintenant=MAINTENANT).journee == avant - 1
