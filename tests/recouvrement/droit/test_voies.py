"""Les voies, les juges, les mentions, les frais."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from recouvrement.droit.competence import Objet, Ordre, juges, ordre_commercial, tribunaux
from recouvrement.droit.frais import (
    contribution_justice,
    cout_injonction,
    greffe_injonction,
    signification,
    tarifs,
)
from recouvrement.droit.mentions import (
    L111_8_ALINEA_2,
    L111_8_ALINEA_3,
    exigees,
    interdits,
    manquantes,
    manquants_r124_4,
)
from recouvrement.droit.procedures import Cause, Etat, Faits, voies
from recouvrement.droit.regimes import Regime, regime_de

D = Decimal


def des_faits(**connus):
    complets = {
        "principal": D("3000"),
        "montant_determine": True,
        "prescrite": False,
        "contestation_serieuse": False,
        "creancier_commercant": True,
        "debiteur_commercant": True,
        "debiteur_demeure_en_france": True,
        "departement": "69",
        "procedure_collective": False,
        "debiteur_radie": False,
    }
    return Faits(**(complets | connus))


def etat(code, **connus):
    return voies(des_faits(**connus))[code].etat


# Voies


def test_entre_commercants_l_injonction_va_au_tribunal_de_commerce():
    assert etat("IP_TC") is Etat.REMPLIE
    assert etat("IP_TJ") is Etat.NON_REMPLIE
    assert etat("IP_ALSACE_MOSELLE") is Etat.NON_REMPLIE
    assert etat("CREANCES_COM_INCONTESTEES") is Etat.REMPLIE


def test_en_alsace_moselle_elle_va_a_la_chambre_commerciale():
    assert etat("IP_ALSACE_MOSELLE", departement="67") is Etat.REMPLIE
    assert etat("IP_TC", departement="67") is Etat.NON_REMPLIE


def test_contre_un_consommateur_elle_va_au_tribunal_judiciaire():
    assert etat("IP_TJ", debiteur_commercant=False) is Etat.REMPLIE
    assert etat("IP_TC", debiteur_commercant=False) is Etat.NON_REMPLIE


def test_un_bail_d_habitation_releve_du_juge_de_la_protection():
    assert etat("IP_JCP", objet=Objet.BAIL_HABITATION) is Etat.REMPLIE
    assert etat("IP_TC", objet=Objet.BAIL_HABITATION) is Etat.NON_REMPLIE


def test_une_qualite_inconnue_n_ouvre_ni_n_exclut():
    assert etat("IP_TC", debiteur_commercant=None) is Etat.INCONNUE
    assert etat("IP_TJ", debiteur_commercant=None) is Etat.INCONNUE
    assert etat("PETITES_CREANCES", debiteur_commercant=None) is Etat.INCONNUE


def test_la_procedure_des_petites_creances_exclut_les_factures_entre_commercants():
    assert etat("PETITES_CREANCES") is Etat.NON_REMPLIE
    assert etat("PETITES_CREANCES", debiteur_commercant=False) is Etat.REMPLIE


@pytest.mark.parametrize(("interets", "attendu"), [("0", Etat.REMPLIE), ("0.01", Etat.NON_REMPLIE)])
def test_son_plafond_de_5_000_euros_compte_les_interets(interets, attendu):
    connus = {"principal": D("5000"), "interets": D(interets), "debiteur_commercant": False}
    assert etat("PETITES_CREANCES", **connus) is attendu


def test_une_procedure_collective_ne_laisse_que_la_declaration():
    toutes = voies(
        des_faits(procedure_collective=True, creance_anterieure=True, titre_executoire=True)
    )
    ouvertes = [code for code, voie in toutes.items() if voie.etat is Etat.REMPLIE]
    assert ouvertes == ["DECLARATION_CREANCE"]


def test_le_fond_reste_ouvert_a_une_creance_contestee():
    assert etat("FOND_TC", contestation_serieuse=True) is Etat.REMPLIE
    assert etat("REFERE_PROVISION_TC", contestation_serieuse=True) is Etat.NON_REMPLIE


def test_l_injonction_exige_un_montant_determine_et_une_cause_admise():
    assert etat("IP_TC", montant_determine=None) is Etat.INCONNUE
    assert etat("IP_TC", montant_determine=False) is Etat.NON_REMPLIE
    assert etat("IP_TC", cause=Cause.AUTRE) is Etat.NON_REMPLIE
    assert etat("IP_TC", debiteur_demeure_en_france=False) is Etat.NON_REMPLIE


@pytest.mark.parametrize(
    ("pays", "attendu"),
    [
        ("BE", Etat.REMPLIE),
        ("DK", Etat.NON_REMPLIE),
        ("FR", Etat.NON_REMPLIE),
        ("CH", Etat.NON_REMPLIE),
    ],
)
def test_l_injonction_europeenne_vise_l_union_hors_danemark(pays, attendu):
    assert etat("IP_EUROPEENNE", debiteur_pays=pays) is attendu


def test_une_saisie_demande_un_titre():
    assert etat("SAISIE_ATTRIBUTION") is Etat.INCONNUE
    assert etat("SAISIE_ATTRIBUTION", titre_executoire=True) is Etat.REMPLIE
    petite = {"titre_executoire": True, "principal": D("534.99")}
    assert etat("SAISIE_VENTE", **petite, local_d_habitation=True) is Etat.NON_REMPLIE
    assert etat("SAISIE_VENTE", titre_executoire=True, principal=D("535")) is Etat.REMPLIE


def test_un_debiteur_public_sort_de_l_injonction():
    assert etat("IP_TC", debiteur_public=True) is Etat.NON_REMPLIE
    assert etat("DEBITEUR_PUBLIC_B2G", debiteur_public=True) is Etat.REMPLIE


def test_un_liberal_contre_un_debiteur_de_qualite_inconnue_a_toujours_le_tribunal_judiciaire():
    """Débiteur civil : tribunal judiciaire ; commerçant : au choix. Ouvert de toute façon."""
    inconnue = {"creancier_commercant": False, "debiteur_commercant": None}
    assert etat("IP_TJ", **inconnue) is Etat.REMPLIE
    assert etat("FOND_TJ", **inconnue) is Etat.REMPLIE
    assert etat("IP_TC", **inconnue) is Etat.INCONNUE
    possibles = juges(departement="75", **inconnue)
    assert possibles.est_certain(Ordre.JUDICIAIRE)
    assert not possibles.est_certain(Ordre.COMMERCE)
    # Un commerçant, lui, va au tribunal de commerce ou au tribunal judiciaire selon la réponse.
    assert etat("IP_TJ", creancier_commercant=True, debiteur_commercant=None) is Etat.INCONNUE


def test_contre_un_commercant_un_creancier_inconnu_peut_saisir_le_juge_commercial():
    inconnu = {"creancier_commercant": None, "debiteur_commercant": True}
    assert etat("IP_TC", **inconnu) is Etat.REMPLIE
    assert etat("IP_TJ", **inconnu) is Etat.INCONNUE


def test_un_debiteur_dans_l_union_montre_bruxelles_i_bis():
    loin = {"debiteur_pays": "BE", "debiteur_demeure_en_france": False}
    faits = voies(des_faits(**loin))
    assert faits["IP_TC"].etat is Etat.NON_REMPLIE
    assert faits["IP_EUROPEENNE"].etat is Etat.REMPLIE
    assert faits["FOND_TC"].etat is Etat.INCONNUE
    for code in ("FOND_TC", "REFERE_PROVISION_TC", "IP_EUROPEENNE"):
        dits = " ".join(f"{c.libelle} {c.fondement}" for c in faits[code].conditions)
        assert "Bruxelles I bis" in dits
        assert "1215/2012" in dits


def test_un_debiteur_hors_de_l_union_ne_designe_pas_de_juge():
    loin = {"debiteur_pays": "CH", "debiteur_demeure_en_france": False}
    assert etat("FOND_TC", **loin) is Etat.INCONNUE
    assert etat("IP_TC", **loin) is Etat.NON_REMPLIE


# Juges et tribunaux


def test_le_creancier_non_commercant_a_le_choix_contre_un_commercant():
    possibles = juges(debiteur_commercant=True, creancier_commercant=False, departement="75")
    assert possibles.ordres == (Ordre.COMMERCE, Ordre.JUDICIAIRE)
    assert not possibles.selon_la_reponse


@pytest.mark.parametrize(
    ("departement", "ordre"),
    [("57", Ordre.CHAMBRE_COMMERCIALE), ("974", Ordre.MIXTE), ("2A", Ordre.COMMERCE)],
)
def test_la_juridiction_commerciale_change_de_forme_selon_le_departement(departement, ordre):
    assert ordre_commercial(departement) is ordre


@pytest.mark.parametrize(
    ("ordre", "insee", "nom"),
    [
        (Ordre.COMMERCE, "75056", "Tribunal des activités économiques de Paris"),
        (Ordre.COMMERCE, "01001", "Tribunal de commerce de Bourg-en-Bresse"),
        (
            Ordre.CHAMBRE_COMMERCIALE,
            "67482",
            "Chambre commerciale du Tribunal judiciaire de Strasbourg",
        ),
        (Ordre.JUDICIAIRE, "75056", "Tribunal judiciaire de Paris"),
        (
            Ordre.PROTECTION,
            "75056",
            "Juge des contentieux de la protection, tribunal judiciaire de Paris",
        ),
        (Ordre.MIXTE, "97105", "Tribunal mixte de commerce de Basse-Terre"),
    ],
)
def test_le_tribunal_se_trouve_par_la_commune(ordre, insee, nom):
    assert tribunaux(ordre, insee=insee).noms == (nom,)


def test_un_code_postal_partage_laisse_plusieurs_tribunaux():
    assert tribunaux(Ordre.COMMERCE, code_postal="00000").noms == ()
    assert not tribunaux(Ordre.COMMERCE, code_postal="00000").est_certain
    assert tribunaux(Ordre.COMMERCE, insee="69123").est_certain


# Mentions


def test_une_facture_entre_professionnels_porte_cinq_mentions():
    assert len(exigees(Regime.B2B)) == 5
    assert [m.code for m in exigees(Regime.B2C)] == ["echeance", "identite"]
    assert manquantes({m.code for m in exigees(Regime.B2B)}, Regime.B2B) == ()


@pytest.mark.parametrize(
    "phrase",
    [
        "La présente interrompt la prescription.",
        "Des frais de recouvrement de 25 € seront ajoutés.",
        "Frais de dossier : 12 €",
        "Nous saisirons un huissier.",
        "Le tribunal d'instance tranchera.",
        "Dernier avis avant saisie",
        "Vous devriez payer.",
        "Commandement de payer",
    ],
)
def test_un_ecrit_amiable_ne_dit_pas_ce_que_la_loi_ne_dit_pas(phrase):
    assert len(interdits(phrase)) == 1


@pytest.mark.parametrize(
    "texte",
    [
        L111_8_ALINEA_2,
        L111_8_ALINEA_3,
        "Pénalités de retard exigibles le jour suivant la date de règlement : taux BCE + 10 "
        "points. Indemnité forfaitaire pour frais de recouvrement : 40 €. Escompte : néant.",
        "En cas de retard, intérêts au taux légal à compter de la mise en demeure.",
        "Indemnité forfaitaire de 40 € pour frais de recouvrement",
    ],
)
def test_les_textes_de_la_loi_restent_permis(texte):
    assert interdits(texte) == ()


def test_la_lettre_d_un_mandataire_porte_cinq_elements():
    assert len(manquants_r124_4(())) == 5
    assert manquants_r124_4({"recouvreur", "creancier", "sommes", "paiement", "l111_8"}) == ()


# Frais


@pytest.mark.parametrize(
    ("creance", "cout"),
    # (25,79 × 0,5 + 8,80) × 1,2 = 26,034 ; (25,79 + 8,80) × 1,2 = 41,508 ;
    # (25,79 × 2 + 8,80) × 1,2 = 72,456
    [("128", "26.03"), ("128.01", "41.51"), ("1280", "41.51"), ("1280.01", "72.46")],
)
def test_la_signification_coute_selon_le_montant(creance, cout):
    assert signification(D(creance)).ttc == D(cout)


def test_le_greffe_d_une_injonction_est_celui_du_1er_mars_2026():
    """25,19 € HT × 1,2 = 30,228 ; 33,47 et 37,07 sont d'anciens barèmes."""
    greffe = greffe_injonction(commercial=True)
    assert (greffe.ttc, greffe.effet) == (D("30.23"), date(2026, 3, 1))
    assert not greffe.est_une_fourchette
    # 30,23 + 72,46.
    assert cout_injonction(D("5000"), commercial=True).ttc == D("102.69")
    assert not cout_injonction(D("5000"), commercial=False).a_confirmer


def test_un_tarif_aux_sources_divergentes_serait_une_fourchette_a_confirmer():
    table = dict(tarifs())
    table["greffe_tc"] = replace(table["greffe_tc"], maximum=D("33.47"))
    total = cout_injonction(D("5000"), commercial=True, table=table)
    assert (total.minimum, total.maximum) == (D("102.69"), D("105.93"))
    assert total.a_confirmer


def test_l_injonction_est_exoneree_de_la_contribution_de_50_euros():
    assert contribution_justice(tribunal_judiciaire=True, injonction=True) == 0
    assert contribution_justice(tribunal_judiciaire=False, injonction=False) == 0
    assert contribution_justice(tribunal_judiciaire=True, injonction=False) == D("50.00")


# Régimes


@pytest.mark.parametrize(
    ("qualite", "professionnel", "regime"),
    [
        ("professionnel", True, Regime.B2B),
        ("particulier", True, Regime.B2C),
        ("public", True, Regime.B2G),
        ("professionnel", False, Regime.C2X),
    ],
)
def test_le_regime_vient_de_la_qualite_des_deux_parties(qualite, professionnel, regime):
    assert regime_de(qualite, creancier_professionnel=professionnel) is regime
