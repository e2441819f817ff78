"""Ce qu'une personne reprend devant l'aperçu : une cellule, un défaut de forme."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from factures.actions.importation import (
    admettre,
    corriger,
    preparer_import,
    relire_import,
    valider_import,
)
from factures.enums import SortLigne
from factures.imports.corrections import (
    champs_a_corriger,
    compter_les_admissibles,
    lignes_a_reprendre,
)
from factures.imports.entetes import LIBELLES
from factures.imports.lecteur import lire_fichier
from factures.imports.reconnaissance import deviner
from factures.models import Facture, LigneImport
from recouvrement.journal.models import Entree
from recouvrement.socle.tableur.ecriture import classeur
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier
from tests.factures.imports.echantillons import un_cii, un_pdf_joignant

pytestmark = pytest.mark.django_db
MAINTENANT = datetime(2026, 4, 1, 10, tzinfo=UTC)
ENTETES = "Numéro;Client;Date facture;Échéance;Montant HT;Montant TVA;Montant TTC"


def preparer(creancier, *fichiers, **options):
    return preparer_import(creancier, fichiers, acteur=None, maintenant=MAINTENANT, **options)


def csv(*lignes):
    return "ventes.csv", "\n".join([ENTETES, *lignes]).encode()


def les_lignes(importation):
    lignes = LigneImport.objects.pour(importation.creancier).filter(importation=importation)
    return list(lignes.order_by("rang"))


def sorts(importation):
    return [ligne.sort for ligne in les_lignes(importation)]


def test_une_cellule_refusee_se_corrige_dans_l_apercu_et_la_correction_se_dit():
    creancier = un_creancier()
    importation = preparer(
        creancier,
        csv(
            "F1;Pellerin;01/03/2026;31/02/2026;100,00;20,00;120,00",
            "F2;Pellerin;01/03/2026;31/03/2026;100,00;20,00;120,00",
        ),
    )
    assert sorts(importation) == ["refusee", "creee"]
    corriger(importation, {"l1_date_echeance": "31/03/2026", "l1_date_emission": "01/03/2026"})
    ligne = les_lignes(importation)[0]
    assert ligne.sort == SortLigne.CREEE
    assert {
        "champ": "date_echeance",
        "phrase": "Corrigé à l'écran (le fichier dit « 31/02/2026 »).",
    } in (ligne.alertes)
    valider_import(importation, acteur=None, maintenant=MAINTENANT)
    assert Facture.objects.pour(creancier).get(numero="F1").date_echeance == date(2026, 3, 31)
    entree = Entree.objects.pour(creancier).get(evenement="import_valide")
    assert entree.donnees["corrections"] == {"ventes.csv, ligne 2": {"date_echeance": "31/03/2026"}}


def test_un_total_contredit_propose_de_corriger_ht_tva_et_ttc():
    importation = preparer(un_creancier(), csv("F1;Pellerin;01/03/2026;;100,00;20,00;150,00"))
    (ligne,) = les_lignes(importation)
    assert champs_a_corriger(ligne) == {
        "montant_ht": "100,00", "montant_tva": "20,00", "montant_ttc": "150,00"
    }  # fmt: skip
    corriger(importation, {"l1_montant_tva": "50,00"})
    assert sorts(importation) == ["creee"]


def test_une_correction_encore_fausse_reste_a_corriger_et_les_autres_demeurent():
    importation = preparer(
        un_creancier(),
        csv(
            "F1;Pellerin;01/03/2026;31/02/2026;;;120,00",
            "F2;Pellerin;32/03/2026;;;;120,00",
        ),
    )
    reprise = corriger(
        importation, {"l1_date_echeance": "n'importe quoi", "l2_date_emission": "02/03/2026"}
    )
    assert sorts(importation) == ["refusee", "creee"]
    assert champs_a_corriger(les_lignes(importation)[0])["date_echeance"] == "n'importe quoi"
    # Revoir l'étape d'entrée n'efface pas ce qu'on a corrigé.
    relue = relire_import(reprise, rang_entree=2)
    assert sorts(relue) == ["refusee", "creee"]
    assert relue.options["rang_entree"] == 2


def test_un_client_ambigu_se_departage_dans_l_apercu():
    creancier = un_creancier()
    un_client(creancier=creancier, nom="Garage Pellerin", code="G1")
    un_client(creancier=creancier, nom="Garage Pellerin", code="G2")
    importation = preparer(creancier, csv("F1;Garage Pellerin;01/03/2026;;;;120,00"))
    assert sorts(importation) == ["refusee"]
    assert champs_a_corriger(les_lignes(importation)[0])["client"] == "Garage Pellerin"
    corriger(importation, {"l1_code_client": "G2"})
    valider_import(importation, acteur=None, maintenant=MAINTENANT)
    assert Facture.objects.pour(creancier).get().client.code == "G2"


def test_seules_les_cellules_refusees_se_corrigent():
    importation = preparer(
        un_creancier(),
        csv("F1;Pellerin;01/03/2026;;;;120,00", "F2;Pellerin;01/03/2026;31/02/2026;;;10,00"),
    )
    corriger(importation, {"l1_montant_ttc": "1,00", "l2_numero": "F9", "l2_inconnu": "x"})
    assert sorts(importation) == ["creee", "refusee"]
    assert les_lignes(importation)[0].lu["montant_ttc"] == "120.00"
    assert les_lignes(importation)[1].lu["cellules"]["numero"] == "F2"


def test_une_facture_fautive_de_forme_se_refuse_puis_s_admet():
    creancier = un_creancier()
    octets = un_pdf_joignant("factur-x.xml", un_cii())
    importation = preparer(creancier, ("a.pdf", octets), ("b.pdf", b"%PDF-rien"))
    assert sorts(importation) == ["refusee", "refusee"]
    assert les_lignes(importation)[0].lu["numero"] == "FA-2026-041"
    assert compter_les_admissibles(importation) == 1
    admettre(importation, "a.pdf")
    assert sorts(importation) == ["creee", "refusee"]
    alertes = " ".join(a["phrase"] for a in les_lignes(importation)[0].alertes)
    assert "métadonnées XMP. Admis malgré ce défaut." in alertes
    valider_import(importation, acteur=None, maintenant=MAINTENANT)
    assert Facture.objects.pour(creancier).get().montant_ttc == Decimal("1200.00")


def test_admettre_ne_leve_jamais_une_contradiction():
    octets = un_pdf_joignant("factur-x.xml", un_cii(ttc="1300.00"))
    importation = preparer(un_creancier(), ("a.pdf", octets))
    assert compter_les_admissibles(importation) == 0
    admettre(importation, None)
    assert sorts(importation) == ["refusee"]


def test_deux_fichiers_de_meme_nom_ne_se_confondent_pas():
    importation = preparer(
        un_creancier(),
        csv("F1;Pellerin;01/03/2026;31/02/2026;;;120,00"),
        csv("F2;Pellerin;01/03/2026;31/02/2026;;;120,00"),
    )
    origines = [ligne.origine for ligne in les_lignes(importation)]
    assert origines == ["ventes.csv, ligne 2", "(2) ventes.csv, ligne 2"]
    corriger(importation, {"l2_date_echeance": "31/03/2026"})
    assert sorts(importation) == ["refusee", "creee"]


def test_les_lignes_refusees_se_telechargent_se_corrigent_et_se_redeposent():
    creancier = un_creancier()
    importation = preparer(
        creancier,
        csv("F1;Pellerin;01/03/2026;31/02/2026;100,00;20,00;120,00", "F2;P;01/03/2026;;;;10,00"),
    )
    entetes, lignes = lignes_a_reprendre(importation)
    assert entetes[-2:] == ["Raison du refus", "Origine"]
    octets = classeur("À reprendre", entetes, lignes)
    feuille = load_workbook(io.BytesIO(octets)).active
    feuille["D2"] = "31/03/2026"
    sortie = io.BytesIO()
    feuille.parent.save(sortie)
    corrige = preparer(creancier, ("repris.xlsx", sortie.getvalue()))
    (ligne,) = les_lignes(corrige)
    assert (ligne.sort, ligne.lu["date_echeance"]) == ("creee", "2026-03-31")


def test_chaque_en_tete_du_fichier_a_reprendre_se_reconnait():
    entetes, _ = lignes_a_reprendre(
        preparer(un_creancier(), csv("F1;Pellerin;01/03/2026;31/02/2026;;;120,00"))
    )
    octets = classeur("x", [*LIBELLES.values()], [["x"] * len(LIBELLES)])
    devinees = deviner(lire_fichier("x.xlsx", octets).feuille)
    non_reconnues = {c.entete for c in devinees if not c.champ}
    assert non_reconnues <= {"N° de TVA du client", "Nature (facture, avoir, acompte)"}
    assert entetes[0] == "Numéro de facture"


def test_la_commande_admet_la_forme_ecrit_son_rapport_et_rend_deux_s_il_reste_des_refus(tmp_path):
    creancier = un_creancier()
    bon, mauvais = tmp_path / "a.pdf", tmp_path / "b.csv"
    bon.write_bytes(un_pdf_joignant("factur-x.xml", un_cii()))
    mauvais.write_bytes(csv("F1;Pellerin;01/03/2026;31/02/2026;;;120,00")[1])
    rapport = tmp_path / "rapport.xlsx"
    with pytest.raises(CommandError) as erreur:
        call_command(
            "importer_factures",
            str(bon), str(mauvais),
            creancier=creancier.code, malgre_la_forme=True, rapport=rapport,
        )  # fmt: skip
    assert erreur.value.returncode == 2
    assert Facture.objects.pour(creancier).count() == 1
    premiere = list(load_workbook(rapport).active.values)[1]
    assert premiere[0] == "b.csv, ligne 2"
    assert "n'existe pas" in premiere[-1]
