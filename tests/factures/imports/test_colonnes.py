"""D'un export de logiciel aux factures : colonnes devinées, chaque ligne lue ou refusée."""

from datetime import date
from decimal import Decimal

import pytest

from factures.imports.colonnes import lire_lignes
from factures.imports.lecteur import lire_fichier
from factures.imports.reconnaissance import correspondance, deviner, manquants
from recouvrement.socle.tableur.lecture import Feuille
from tests.factures.imports.echantillons import un_classeur


def feuille(texte: str) -> Feuille:
    return lire_fichier("export.csv", texte.encode()).feuille


def lignes(texte: str, **options):
    lue = feuille(texte)
    return lire_lignes(lue, correspondance(deviner(lue)), **options)


def une_ligne(**valeurs: str):
    """Une ligne par ailleurs juste, où quelques cellules changent."""
    cellules = {
        "Numéro": "F-1",
        "Client": "Durand",
        "Date de facture": "12/03/2026",
        "Échéance": "11/04/2026",
        "Montant TTC": "120,00",
    } | valeurs
    return lignes(";".join(cellules) + "\n" + ";".join(cellules.values()))[0]


def raisons(ligne) -> dict[str, str]:
    assert ligne.facture is None
    return {refus.champ: refus.phrase for refus in ligne.refus}


EXPORTS = {
    "Dolibarr": (
        "Réf. facture;Nom du tiers;Id. prof. 1 (SIREN);Date facturation;"
        "Date limite de règlement;Total HT;Total TVA;Total TTC;Facture payée",
        "numero client siren date_emission date_echeance montant_ht montant_tva montant_ttc -",
    ),
    "Dolibarr, clés": (
        "InvoiceRef;CompanyName;ProfId2;DateInvoice;DateDue;TotalHT;TotalVAT;TotalTTC;InvoicePaid",
        "numero client siret date_emission date_echeance montant_ht montant_tva montant_ttc -",
    ),
    "Odoo": (
        "Numéro;Client;Date de facturation;Date d'échéance;Total signé;Montant dû signé",
        "numero client date_emission date_echeance montant_ttc reste_du",
    ),
    "Pennylane": (
        "Numéro;Date d'émission;Client;Libellé;Montant HT;TVA;Montant TTC;Date d'échéance;Statut;"
        "Date de paiement",
        "numero date_emission client libelle montant_ht montant_tva montant_ttc date_echeance - -",
    ),
    "Outil maison": (
        "Numéro Facture;Date Émission;Date Échéance;Client;Montant HT;Taux TVA;Montant TVA;"
        "Montant TTC;Statut;Montant Payé;Reste à Payer",
        "numero date_emission date_echeance client montant_ht - montant_tva montant_ttc - "
        "montant_paye reste_du",
    ),
    "Formulaire": (
        "N° facture;Client;Date de facture;Échéance;Montant TTC;Reste dû",
        "numero client date_emission date_echeance montant_ttc reste_du",
    ),
    "Gabarit": (
        "Numéro;Date;Date d'échéance;Client;Montant HT;TVA (%);Montant TTC;Statut",
        "numero date_emission date_echeance client montant_ht - montant_ttc -",
    ),
    "Sage": (
        "N° pièce;Code tiers;Intitulé tiers;Date pièce;Ech.;Montant TTC;Lettrage;Solde",
        "numero code_client client date_emission date_echeance montant_ttc - reste_du",
    ),
}


@pytest.mark.parametrize("logiciel", EXPORTS)
def test_les_colonnes_des_logiciels_courants_se_devinent(logiciel):
    entetes, attendus = EXPORTS[logiciel]
    colonnes = deviner(Feuille(entetes.split(";"), []))
    assert " ".join(colonne.champ or "-" for colonne in colonnes) == attendus
    assert manquants(correspondance(colonnes)) == []


def test_ce_qui_est_incertain_se_dit_a_confirmer():
    colonnes = deviner(feuille("Numéro;Date;Total\nF-1;12/03/2026;10,00"))
    assert [c.certitude for c in colonnes] == ["sur", "a_confirmer", "a_confirmer"]
    assert [c.exemple for c in colonnes] == ["F-1", "12/03/2026", "10,00"]


def test_la_memoire_du_dernier_import_l_emporte():
    lue = feuille("Numéro;Obs;Total\nF-1;x;10,00")
    colonnes = deviner(lue, memoire={"obs": "libelle", "Total": ""})
    assert [c.champ for c in colonnes] == ["numero", "libelle", ""]
    assert [c.certitude for c in colonnes] == ["sur", "choisi", "choisi"]


def test_une_memoire_abimee_n_invente_pas_de_champ():
    colonnes = deviner(feuille("Numéro;Obs\nF-1;x"), memoire={"Obs": "mot_de_passe"})
    assert [c.champ for c in colonnes] == ["numero", ""]


def test_deux_colonnes_ne_deviennent_pas_le_meme_champ():
    colonnes = deviner(feuille("Total;Montant TTC;Total TTC\n1;2;3"))
    assert [c.champ for c in colonnes] == ["", "montant_ttc", ""]


def test_il_manque_ce_sans_quoi_aucune_ligne_ne_passe():
    assert manquants({}) == ["numero", "date_emission", "montant_ttc", "client"]


def test_un_titre_au_dessus_des_entetes_ne_gene_pas():
    lue = feuille(
        "Menuiserie Kerbrat;Export du 12/03/2026\n\nN° facture;Client;Échéance\nF-1;Durand;1/4/26"
    )
    assert lue.entetes == ["N° facture", "Client", "Échéance"]
    assert lue.lignes[0].numero == 4


def test_une_ligne_juste_donne_sa_facture():
    lue = une_ligne(
        **{
            "Montant HT": "100,00",
            "Montant TVA": "20,00",
            "SIREN": "404 833 048",
            "Objet": "Volets",
        }
    )
    facture = lue.facture
    assert (lue.numero_ligne, lue.refus, lue.alertes) == (2, (), ())
    assert (facture.numero, facture.nature, facture.devise) == ("F-1", "facture", "EUR")
    assert (facture.date_emission, facture.date_echeance) == (date(2026, 3, 12), date(2026, 4, 11))
    assert (facture.montant_ht, facture.montant_tva) == (Decimal("100.00"), Decimal("20.00"))
    assert (facture.montant_ttc, facture.montant_du) == (Decimal("120.00"), Decimal("120.00"))
    assert (facture.acheteur.nom, facture.acheteur.siren) == ("Durand", "404833048")
    assert facture.libelle == "Volets"


@pytest.mark.parametrize(
    ("cellules", "champ", "raison"),
    [
        ({"Numéro": ""}, "numero", "manquant"),
        ({"Client": ""}, "client", "manquant"),
        ({"Date de facture": ""}, "date_emission", "manquante"),
        ({"Date de facture": "31/11/26"}, "date_emission", "31 novembre 2026 n'existe pas"),
        ({"Montant TTC": ""}, "montant_ttc", "manquant"),
        ({"Montant TTC": "0"}, "montant_ttc", "nul"),
        ({"Montant TTC": "1.284.50"}, "montant_ttc", "1 284,50 € ?"),
        ({"Montant TTC": "1.234"}, "montant_ttc", "1 234,00 ou 1,234"),
        ({"Montant HT": "90,00", "Montant TVA": "20,00"}, "montant_ttc", "120,00"),
        ({"Montant payé": "150,00"}, "montant_paye", "dépasse"),
        ({"Reste dû": "-1,00"}, "reste_du", "négatif"),
        ({"Montant payé": "20,00", "Reste dû": "90,00"}, "reste_du", "90,00"),
        ({"Devise": "USD"}, "devise", "USD"),
        ({"Nature": "devis"}, "nature", "devis"),
    ],
)
def test_une_cellule_fautive_refuse_la_ligne_et_se_nomme(cellules, champ, raison):
    assert raison in raisons(une_ligne(**cellules))[champ]


def test_le_paye_et_le_reste_se_deduisent_l_un_de_l_autre():
    paye = une_ligne(**{"Montant payé": "20,00"}).facture
    reste = une_ligne(**{"Reste dû": "100,00"}).facture
    assert paye.montant_du == reste.montant_du == Decimal("100.00")
    assert paye.montant_prepaye == reste.montant_prepaye == Decimal("20.00")


def test_un_montant_negatif_sans_nature_se_lit_comme_un_avoir_et_le_dit():
    lue = une_ligne(**{"Montant TTC": "− 320,00"})
    assert (lue.facture.nature, lue.facture.montant_ttc) == ("avoir", Decimal("320.00"))
    assert "avoir" in lue.alertes[0].phrase


def test_un_avoir_exporte_en_negatif_se_lit_au_positif():
    lue = une_ligne(**{"Type de pièce": "Avoir", "Montant TTC": "-320,00", "Reste dû": "-320,00"})
    assert (lue.facture.nature, lue.facture.montant_du) == ("avoir", Decimal("320.00"))


def test_le_ttc_absent_se_calcule_et_se_signale():
    lue = une_ligne(**{"Montant TTC": "", "Montant HT": "100,00", "Montant TVA": "20,00"})
    assert lue.facture.montant_ttc == Decimal("120.00")
    assert "calculé" in lue.alertes[0].phrase


def test_la_colonne_tranche_un_montant_ambigu():
    lues = lignes(
        "Numéro;Client;Date de facture;Échéance;Montant TTC\n"
        "F-1;Durand;12/03/2026;11/04/2026;12,50\nF-2;Durand;12/03/2026;11/04/2026;1.234"
    )
    assert lues[1].facture.montant_ttc == Decimal("1234.00")


def test_le_choix_de_la_personne_tranche_un_montant_ambigu():
    texte = "Numéro;Client;Date de facture;Échéance;Montant TTC\nF-1;D;12/03/2026;11/04/2026;1.234"
    assert lignes(texte)[0].facture is None
    assert lignes(texte, decimale=",")[0].facture.montant_ttc == Decimal("1234.00")


def test_une_colonne_de_dates_a_l_americaine_refuse_ses_dates_reversibles():
    lues = lignes(
        "Numéro;Client;Date de facture;Échéance;Montant TTC\n"
        "F-1;D;03/25/2026;;10,00\nF-2;D;03/04/2026;;10,00\nF-3;D;03/03/2026;;10,00"
    )
    assert "mois 25" in raisons(lues[0])["date_emission"]
    assert "deux façons" in raisons(lues[1])["date_emission"]
    assert lues[2].facture.date_emission == date(2026, 3, 3)


def test_une_facture_repetee_n_est_lue_qu_une_fois():
    entete = "Numéro;Client;Date de facture;Échéance;Montant TTC;Désignation\n"
    debut = "F-1;Durand;12/03/2026;11/04/2026;"
    lues = lignes(f"{entete}{debut}10,00;Porte\n{debut}10,00;Pose\n{debut}99,00;Autre")
    assert lues[0].facture is not None
    # La même : l'aperçu la montre et dit laquelle elle répète.
    assert (lues[1].facture, lues[1].refus) == (lues[0].facture, ())
    assert "déjà à la ligne 2" in raisons(lues[2])["numero"]


def test_un_classeur_garde_ses_dates_ses_nombres_et_signale_les_zeros_perdus():
    octets = un_classeur(
        ["Numéro", "Client", "Date de facture", "Échéance", "Montant TTC", "Téléphone", "CP"],
        [2026041, "Durand", date(2026, 3, 12), 46123, 1234.56, 199001234, 1000],
    )
    lue = lire_fichier("export.xlsx", octets).feuille
    ligne = lire_lignes(lue, correspondance(deviner(lue)))[0]
    assert ligne.facture.numero == "2026041"
    assert ligne.facture.date_emission == date(2026, 3, 12)
    assert ligne.facture.date_echeance == date(2026, 4, 11)
    assert ligne.facture.montant_ttc == Decimal("1234.56")
    assert ligne.facture.acheteur.telephone == "0199001234"
    assert ligne.facture.acheteur.code_postal == "01000"
    assert [alerte.champ for alerte in ligne.alertes] == ["code_postal", "telephone"]


def test_un_courriel_qui_n_en_est_pas_un_se_signale_sans_etre_repris():
    lue = une_ligne(**{"Courriel": "a@b, c@d.fr"})
    assert lue.facture.acheteur.courriels == ("c@d.fr",)
    assert "« a@b » n'est pas une adresse" in lue.alertes[0].phrase


@pytest.mark.parametrize(
    ("entete", "vu", "champ", "lu"),
    [
        # Luhn : 005480546 donne 0+0+5+8+8+0+5+8+6 = 40, 055804124 0+1+5+7+0+8+1+4+4 = 30.
        ("SIREN", "5480546", "siren", "005480546"),
        ("SIREN", "55804124", "siren", "055804124"),
        ("SIRET", "5580412400018", "siret", "05580412400018"),
        ("N° TVA", "FR8455804124", "tva", "FR84055804124"),
        ("N° TVA", "83404833048", "tva", "FR83404833048"),
    ],
)
def test_un_zero_perdu_se_rend_quand_la_cle_est_juste(entete, vu, champ, lu):
    lue = une_ligne(**{entete: vu})
    assert getattr(lue.facture.acheteur, champ) == lu
    assert f"lu « {lu} »" in lue.alertes[0].phrase


@pytest.mark.parametrize(
    ("entete", "vu", "champ"),
    [
        ("SIREN", "55804125", "siren"),
        ("SIRET", "4048330480003", "siret"),
        ("N° TVA", "FR8555804124", "tva"),
    ],
)
def test_un_zero_perdu_se_demande_quand_la_cle_est_fausse(entete, vu, champ):
    lue = une_ligne(**{entete: vu})
    assert [refus.champ for refus in lue.refus] == [champ]
    assert f"« {vu} »" in lue.refus[0].phrase


@pytest.mark.parametrize(
    ("siren", "lu", "mot"),
    [("404833048", "01000", "lu « 01000 »"), ("", "1000", "code étranger, ou zéro de tête")],
)
def test_un_code_postal_de_quatre_chiffres_se_rend_a_un_francais_et_se_demande_sinon(
    siren, lu, mot
):
    lue = une_ligne(**{"CP": "1000", "SIREN": siren})
    assert lue.facture.acheteur.code_postal == lu
    assert mot in lue.alertes[0].phrase
