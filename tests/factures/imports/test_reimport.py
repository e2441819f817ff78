"""Un nouveau fichier dit autre chose d'une facture connue : on le demande, rien n'est muet."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factures.actions import utiliser_avoir
from factures.actions.importation import (
    decider,
    decider_de_toutes,
    preparer_import,
    relire_import,
    valider_import,
)
from factures.enums import QuestionImport
from factures.imports.comparaison import CHAMPS, MISES_A_JOUR
from factures.models import Encaissement, Facture, LigneImport
from tests.fabriques.comptes import un_creancier
from tests.fabriques.factures import un_avoir, un_encaissement, une_facture

pytestmark = [pytest.mark.django_db, pytest.mark.scenario]
CAS = Path(__file__).parents[1] / "cas" / "reste-du-remonte"
MAINTENANT = datetime(2026, 7, 1, 10, tzinfo=UTC)
ENTETES = "Numéro;Code client;Client;Objet;Date facture;Échéance;Montant TTC;Reste dû\n"


@pytest.fixture(autouse=True)
def les_soldes_se_refont(db):
    yield
    call_command("verifier", "soldes", stdout=StringIO())


def apercu(creancier, *lignes, octets=None, **options):
    fichiers = [("ventes.csv", octets or (ENTETES + "\n".join(lignes)).encode())]
    return preparer_import(creancier, fichiers, acteur=None, maintenant=MAINTENANT, **options)


def valider(importation):
    return valider_import(importation, acteur=None, maintenant=MAINTENANT)


def importer(creancier, *lignes, **options):
    return valider(apercu(creancier, *lignes, **options))


def les_lignes(importation):
    lignes = LigneImport.objects.pour(importation.creancier).filter(importation=importation)
    return list(lignes.order_by("rang"))


def questions(importation):
    return {
        question["cle"]: question["phrase"]
        for ligne in les_lignes(importation)
        for question in ligne.lu.get("questions", ())
    }


def la(creancier, numero="F1"):
    return Facture.objects.pour(creancier).get(numero=numero)


F1 = "F1;C1;Durand;Portail;04/05/2026;03/06/2026;200,00;200,00"


def le_cas(creancier, fichier):
    return apercu(creancier, octets=(CAS / fichier).read_bytes(), meme_nom=True)


def test_un_reste_du_remonte_se_dit_et_rien_ne_change_sans_reponse():
    creancier = un_creancier()
    valider(le_cas(creancier, "1.csv"))
    importation = le_cas(creancier, "2.csv")
    phrase = questions(importation)["reste"]
    assert "150,00" in phrase
    assert "0,00" in phrase
    valider(importation)
    assert la(creancier, "R2").solde == Decimal("50.00")


def test_repondre_annule_le_reglement_et_la_facture_est_redue():
    creancier = un_creancier()
    valider(le_cas(creancier, "1.csv"))
    importation = le_cas(creancier, "2.csv")
    importation = decider(importation, ["1:reste"], {"1:reste": "oui"})
    assert les_lignes(importation)[0].sort == "maj"
    valider(importation)
    assert la(creancier, "R2").solde == Decimal("200.00")
    assert Encaissement.objects.pour(creancier).filter(annule__isnull=False).count() == 1
    # Le même fichier, de nouveau : plus rien à dire.
    assert questions(le_cas(creancier, "2.csv")) == {}


def test_remonte_en_partie_ce_qui_reste_paye_le_reste_de_son_jour():
    creancier = un_creancier()
    importer(creancier, F1)
    facture = la(creancier)
    un_encaissement(facture, montant=Decimal("150.00"), recu_le=date(2026, 6, 1))
    importation = apercu(creancier, F1.replace("200,00;200,00", "200,00;100,00"))
    importation = decider(importation, ["1:reste"], {"1:reste": "oui"})
    valider(importation)
    assert la(creancier).solde == Decimal("100.00")
    reste = Encaissement.objects.pour(creancier).valables().get()
    assert (reste.montant, reste.recu_le) == (Decimal("100.00"), date(2026, 6, 1))


def test_un_reglement_qui_paye_aussi_une_autre_facture_ne_s_annule_pas_d_ici():
    creancier = un_creancier()
    importer(creancier, F1)
    facture = la(creancier)
    autre = une_facture(client=facture.client, montant_ttc=Decimal("80.00"))
    un_encaissement(
        facture, montant=Decimal("230.00"),
        imputations=[(facture.pk, Decimal("150.00")), (autre.pk, Decimal("80.00"))],
    )  # fmt: skip
    importation = apercu(creancier, F1)
    (question,) = les_lignes(importation)[0].lu["questions"]
    assert "sur sa fiche" in question["phrase"]
    assert question["oui"] == ""


def test_ce_qu_un_avoir_a_eteint_ne_fait_pas_remonter_le_reste():
    creancier = un_creancier()
    importer(creancier, F1)
    facture = la(creancier)
    avoir = un_avoir(client=facture.client, montant_ttc=Decimal("50.00"))
    utiliser_avoir(
        avoir, imputations=[(facture.pk, Decimal("50.00"))], le=date(2026, 6, 1), acteur=None
    )
    assert questions(apercu(creancier, F1)) == {}


def test_un_tableur_qui_ne_dit_pas_le_reste_ne_demande_rien():
    creancier = un_creancier()
    importer(creancier, F1)
    un_encaissement(la(creancier), montant=Decimal("150.00"))
    sans_reste = "Numéro;Code client;Client;Date facture;Échéance;Montant TTC\n"
    octets = f"{sans_reste}F1;C1;Durand;04/05/2026;03/06/2026;200,00".encode()
    assert questions(apercu(creancier, octets=octets)) == {}


CHANGE = "F1;C1;Durand;Porte;05/05/2026;10/06/2026;210,00;210,00"


def test_objet_dates_et_montant_changes_se_disent_et_ne_s_ecrasent_pas():
    creancier = un_creancier()
    importer(creancier, F1)
    avant = Facture.objects.pour(creancier).values().get()
    importation = apercu(creancier, CHANGE)
    dits = questions(importation)
    assert set(dits) == {"objet", "emission", "echeance", "montant"}
    assert dits["objet"] == "Objet : « Portail » → « Porte »"
    assert "03/06/2026 → 10/06/2026" in dits["echeance"]
    assert les_lignes(importation)[0].sort == "inchangee"
    valider(importation)
    assert Facture.objects.pour(creancier).values().get() == avant


def test_chaque_question_se_repond_seule():
    creancier = un_creancier()
    importer(creancier, F1)
    importation = apercu(creancier, CHANGE)
    vues = ["1:objet", "1:emission", "1:echeance", "1:montant"]
    importation = decider(importation, vues, {"1:echeance": "oui"})
    valider(importation)
    facture = la(creancier)
    assert (facture.libelle, facture.date_echeance) == ("Portail", date(2026, 6, 10))
    assert facture.montant_ttc == Decimal("200.00")


def test_une_reponse_vaut_pour_toutes_sauf_celles_ou_l_on_a_dit_non():
    creancier = un_creancier()
    importer(creancier, F1, F1.replace("F1", "F2"))
    importation = apercu(creancier, CHANGE, CHANGE.replace("F1", "F2"))
    importation = decider_de_toutes(importation, "objet", "oui")
    importation = decider(importation, ["2:objet"], {})
    valider(importation)
    assert la(creancier, "F1").libelle == "Porte"
    assert la(creancier, "F2").libelle == "Portail"


def test_un_blanc_se_remplit_sans_question():
    creancier = un_creancier()
    importer(creancier, F1.replace("Portail", ""))
    importation = apercu(creancier, F1)
    assert questions(importation) == {}
    valider(importation)
    assert la(creancier).libelle == "Portail"


def test_une_facture_absente_de_la_liste_complete_se_demande():
    creancier = un_creancier()
    importer(creancier, F1, F1.replace("F1", "F2"))
    importation = apercu(creancier, F1)
    assert questions(importation) == {}
    importation = relire_import(importation, liste_complete=True)
    assert "200,00" in questions(importation)["absente"]
    assert les_lignes(importation)[1].lu["numero"] == "F2"
    valider(importation)
    assert la(creancier, "F2").solde == Decimal("200.00")


def test_une_absente_dite_reglee_l_est_au_jour_donne():
    creancier = un_creancier()
    importer(creancier, F1, F1.replace("F1", "F2"))
    importation = apercu(creancier, F1, liste_complete=True)
    importation = decider(importation, ["2:absente"], {"2:absente": "2026-06-15"})
    valider(importation)
    facture = la(creancier, "F2")
    assert (facture.solde, facture.soldee_le) == (0, date(2026, 6, 15))
    assert la(creancier, "F1").solde == Decimal("200.00")


def test_une_ligne_refusee_n_est_pas_absente_et_un_fichier_illisible_ne_vide_rien():
    creancier = un_creancier()
    importer(creancier, F1, F1.replace("F1", "F2"))
    fausse = F1.replace("F1", "F2").replace("03/06/2026", "31/06/2026")
    assert questions(apercu(creancier, F1, fausse, liste_complete=True)) == {}
    assert questions(apercu(creancier, octets=b"%PDF-1.4", liste_complete=True)) == {}


def commander(creancier, fichier, *options):
    sortie = StringIO()
    call_command(
        "importer_factures", str(fichier), "--creancier", creancier.code, *options, stdout=sortie
    )
    return sortie.getvalue()


def test_la_commande_dit_les_memes_questions_et_ne_decide_rien_sans_option(tmp_path):
    creancier = un_creancier()
    importer(creancier, F1, F1.replace("F1", "F2"))
    fichier = tmp_path / "ventes.csv"
    fichier.write_text(ENTETES + CHANGE)
    dit = commander(creancier, fichier, "--liste-complete")
    assert "Objet : « Portail » → « Porte »" in dit
    assert "Absente de la liste" in dit
    assert la(creancier).libelle == "Portail"
    commander(
        creancier, fichier, "--liste-complete", "--reprendre", "objet",
        "--absentes-reglees-le", "2026-06-15",
    )  # fmt: skip
    assert la(creancier).libelle == "Porte"
    assert la(creancier).date_echeance == date(2026, 6, 3)
    assert la(creancier, "F2").soldee_le == date(2026, 6, 15)


def test_chaque_champ_qui_se_met_a_jour_a_sa_question():
    assert {*CHAMPS, "reste", "absente"} == set(QuestionImport)
    assert {nom for noms in CHAMPS.values() for nom in noms} == set(MISES_A_JOUR)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None
)
@given(
    recus=st.lists(st.integers(1, 60), max_size=3),
    paye=st.integers(0, 200),
    repond=st.booleans(),
)
def test_apres_la_reponse_le_reste_du_est_celui_du_fichier(recus, paye, repond):
    creancier = un_creancier()
    importer(creancier, F1)
    for rang, montant in enumerate(recus):
        un_encaissement(la(creancier), montant=Decimal(montant), recu_le=date(2026, 6, 1 + rang))
    avant = la(creancier).solde
    importation = apercu(creancier, F1.replace("200,00;200,00", f"200,00;{200 - paye},00"))
    remonte = sum(recus) > paye
    assert ("reste" in questions(importation)) == remonte
    if repond and remonte:
        importation = decider(importation, ["1:reste"], {"1:reste": "oui"})
    valider(importation)
    attendu = min(avant, Decimal(200 - paye)) if not (repond and remonte) else 200 - paye
    assert la(creancier).solde == attendu


def test_l_ecran_pose_les_questions_et_les_cases_cochees_comptent(client, creancier, acteur):
    importer(creancier, F1, F1.replace("F1", "F2"))
    importation = apercu(creancier, CHANGE, liste_complete=True)
    adresse = reverse("factures:import", args=["kerbrat", importation.pk])
    page = client.get(adresse).content.decode()
    assert "Objet : « Portail » → « Porte »" in page
    assert "Absente de la liste" in page
    assert "À décider" in page
    assert "Porte" in client.get(adresse, {"sort": "a_decider"}).content.decode()
    decider_ = reverse("factures:decider_import", args=["kerbrat", importation.pk])
    client.post(decider_, {"toutes": "echeance"})
    client.post(decider_, {"aucune": "echeance"})
    client.post(decider_, {"vue": ["1:objet", "2:absente"], "oui": ["1:objet"]})
    assert 'value="1:objet" form="valider" checked' in " ".join(
        client.get(adresse).content.decode().split()
    )
    # Cochée sans être relue, la case compte à l'enregistrement.
    vues = ["1:objet", "1:echeance", "2:absente"]
    donnees = {"vue": vues, "oui": ["1:objet", "2:absente"], "le_2:absente": "2026-06-15"}
    client.post(reverse("factures:valider_import", args=["kerbrat", importation.pk]), donnees)
    assert la(creancier).libelle == "Porte"
    assert la(creancier).date_echeance == date(2026, 6, 3)
    assert la(creancier, "F2").soldee_le == date(2026, 6, 15)
    assert "Repris" in client.get(adresse).content.decode()


def test_un_jour_a_venir_pour_une_absente_se_refuse(client, creancier, acteur):
    importer(creancier, F1, F1.replace("F1", "F2"))
    importation = apercu(creancier, F1, liste_complete=True)
    adresse = reverse("factures:decider_import", args=["kerbrat", importation.pk])
    donnees = {"vue": ["2:absente"], "oui": ["2:absente"], "le_2:absente": "2099-01-01"}
    reponse = client.post(adresse, donnees, follow=True)
    assert "à venir" in reponse.content.decode()
    assert questions(importation)["absente"]


def test_un_import_relu_pose_autant_de_requetes_pour_une_ligne_que_pour_trois():
    creancier = un_creancier()
    lignes = [F1, F1.replace("F1", "F2"), F1.replace("F1", "F3")]
    importer(creancier, *lignes)
    changees = [ligne.replace("Portail", "Porte") for ligne in lignes]
    comptes = []
    for combien in (1, 3):
        with CaptureQueriesContext(connection) as requetes:
            apercu(creancier, *changees[:combien])
        comptes.append(len(requetes))
    assert comptes[0] == comptes[1]
