"""Le décompte, cas par cas : chaque montant attendu est posé à la main en commentaire."""

from datetime import date

import pytest

from recouvrement.droit.decompte import (
    Convention,
    decompte,
)
from recouvrement.droit.regimes import Regime
from recouvrement.droit.taux import LigneTaux, Serie, TauxInconnu, table_publiee
from tests.recouvrement.droit.cas import B2B, D, lignes, paye, une_facture

# Vecteurs de référence


def test_v1_deux_semestres_entre_professionnels():
    d = decompte(une_facture(), [], B2B, date(2026, 9, 3))
    # 10 000 × 12,15 % × 60 / 365 = 199,726 ; 10 000 × 12,40 % × 65 / 365 = 220,821
    assert lignes(d) == [(60, "12.15", "199.73"), (65, "12.40", "220.82")]
    assert (d.interets_dus, d.indemnite, d.total) == (D("420.55"), D("40.00"), D("10460.55"))
    assert (d.periodes[0].du, d.periodes[0].au) == (date(2026, 5, 2), date(2026, 6, 30))


def test_v2_un_paiement_partiel_eteint_les_interets_d_abord():
    d = decompte(une_facture(), [paye("4000", date(2026, 7, 1))], B2B, date(2026, 9, 3))
    # 1er juillet : 10 000 × 12,40 % / 365 = 3,397 ; 199,73 + 3,40 = 203,13
    # 4 000 − 203,13 = 3 796,87 ; 10 000 − 3 796,87 = 6 203,13
    # 6 203,13 × 12,40 % × 64 / 365 = 134,871
    assert lignes(d) == [(60, "12.15", "199.73"), (1, "12.40", "3.40"), (64, "12.40", "134.87")]
    assert (d.paiements[0].sur_interets, d.paiements[0].sur_principal) == (
        D("203.13"),
        D("3796.87"),
    )
    assert (d.principal_restant, d.interets_dus) == (D("6203.13"), D("134.87"))


def test_v2_bis_principal_d_abord_les_interets_restent_dus():
    convention = Convention(Regime.B2B, imputation="principal_dabord")
    d = decompte(une_facture(), [paye("4000", date(2026, 7, 1))], convention, date(2026, 9, 3))
    # 6 000 × 12,40 % × 64 / 365 = 130,455 -> 130,45 (130,4548) ; 203,13 + 130,45 = 333,58
    assert d.principal_restant == D("6000.00")
    assert d.periodes[-1].montant == D("130.45")
    assert d.interets_dus == D("333.58")


def test_v3_le_consommateur_doit_le_taux_legal_depuis_la_mise_en_demeure():
    convention = Convention(Regime.B2C, mise_en_demeure_recue_le=date(2026, 6, 10))
    d = decompte(une_facture("1200", date(2026, 5, 1)), [], convention, date(2026, 9, 30))
    # 1 200 × 2,62 % × 20 / 365 = 1,7227 ; 1 200 × 2,75 % × 92 / 365 = 8,3178
    assert lignes(d) == [(20, "2.62", "1.72"), (92, "2.75", "8.32")]
    assert (d.interets_dus, d.indemnite) == (D("10.04"), D("0"))


def test_v4_cinq_points_de_plus_deux_mois_apres_la_decision_executoire():
    convention = Convention(Regime.B2C, jugement_executoire_le=date(2026, 3, 15))
    d = decompte(une_facture("5000", date(2026, 1, 10)), [], convention, date(2026, 7, 31))
    # 5 000 × 2,62 % × 61 / 365 = 21,893 ; × 7,62 % × 46 = 48,016 ; × 7,75 % × 31 = 32,911
    assert lignes(d) == [
        (61, "2.62", "21.89"),
        (46, "7.62", "48.02"),
        (31, "7.75", "32.91"),
    ]
    assert d.periodes[1].du == date(2026, 5, 16)


def test_v5_trois_semestres():
    d = decompte(une_facture("2500", date(2025, 6, 30)), [], B2B, date(2026, 7, 31))
    # 2 500 × 12,15 % × 184 / 365 = 153,123 ; × 12,15 % × 181 = 150,627 ; × 12,40 % × 31 = 26,329
    assert [p.montant for p in d.periodes] == [D("153.12"), D("150.63"), D("26.33")]
    assert d.interets_dus == D("330.08")


# Le temps


def test_rien_n_est_du_de_plus_le_jour_de_l_echeance():
    d = decompte(une_facture(), [], B2B, date(2026, 5, 1))
    assert (d.interets_dus, d.indemnite, d.total) == (0, 0, D("10000"))


def test_le_premier_jour_de_retard_est_le_lendemain_de_l_echeance():
    d = decompte(une_facture(), [], B2B, date(2026, 5, 2))
    # 10 000 × 12,15 % × 1 / 365 = 3,3288
    assert lignes(d) == [(1, "12.15", "3.33")]
    assert d.indemnite == D("40.00")


def test_une_echeance_un_jour_ferie_n_est_pas_reportee():
    # 25 décembre 2025 : le retard court dès le 26. 1 000 × 12,15 % × 6 / 365 = 1,997
    d = decompte(une_facture("1000", date(2025, 12, 25)), [], B2B, date(2025, 12, 31))
    assert lignes(d) == [(6, "12.15", "2.00")]


def test_les_periodes_sont_coupees_au_semestre_meme_a_taux_egal():
    # 12,15 % au 2e semestre 2025 comme au 1er semestre 2026.
    # 1 000 × 12,15 % × 10 / 365 = 3,3288, deux fois
    d = decompte(une_facture("1000", date(2025, 12, 21)), [], B2B, date(2026, 1, 10))
    assert lignes(d) == [(10, "12.15", "3.33"), (10, "12.15", "3.33")]


def test_un_changement_de_taux_en_cours_de_semestre_est_sans_effet():
    # La BCE est passée à 2,65 % le 16/09/2026 : 12,40 % vaut jusqu'au 31 décembre.
    # 1 000 × 12,40 % × 92 / 365 = 31,2548
    d = decompte(une_facture("1000", date(2026, 9, 30)), [], B2B, date(2026, 12, 31))
    assert lignes(d) == [(92, "12.40", "31.25")]


def test_le_taux_bce_du_1er_juillet_2022_est_encore_nul():
    # La hausse date du 27/07/2022. 3 650 × 10 % × 184 / 365 = 184,00
    d = decompte(une_facture("3650", date(2022, 6, 30)), [], B2B, date(2022, 12, 31))
    assert lignes(d) == [(184, "10.00", "184.00")]


def test_l_annee_bissextile_compte_366_jours_sur_365_par_defaut():
    # 2024 : 3 650 × 14,50 % × 182 / 365 = 263,90 ; 3 650 × 14,25 % × 184 / 365 = 262,20
    d = decompte(une_facture("3650", date(2023, 12, 31)), [], B2B, date(2024, 12, 31))
    assert lignes(d) == [(182, "14.50", "263.90"), (184, "14.25", "262.20")]


def test_l_annee_bissextile_compte_366_jours_sur_366_en_base_reelle():
    # 3 660 × 14,50 % × 182 / 366 = 263,90 ; 3 660 × 14,25 % × 184 / 366 = 262,20
    convention = Convention(Regime.B2B, base_jours="reelle")
    d = decompte(une_facture("3660", date(2023, 12, 31)), [], convention, date(2024, 12, 31))
    assert lignes(d) == [(182, "14.50", "263.90"), (184, "14.25", "262.20")]


def test_un_demi_centime_s_arrondit_vers_le_haut():
    # 73 × 12,50 % × 1 / 365 = 0,025
    d = decompte(une_facture("73", date(2023, 1, 1)), [], B2B, date(2023, 1, 2))
    assert lignes(d) == [(1, "12.50", "0.03")]


def test_un_semestre_absent_de_la_table_bloque_le_calcul():
    with pytest.raises(TauxInconnu, match="1er semestre 2027"):
        decompte(une_facture(), [], B2B, date(2027, 1, 1))


def test_un_taux_ajoute_par_l_operateur_debloque_le_calcul():
    table = table_publiee().avec(
        [LigneTaux(Serie.BCE, date(2027, 1, 1), D("2.65"), "BCE, 16/09/2026")]
    )
    # 3 650 × 12,65 % × 10 / 365 = 12,65
    d = decompte(une_facture("3650", date(2026, 12, 31)), [], B2B, date(2027, 1, 10), table)
    assert lignes(d) == [(10, "12.65", "12.65")]


def test_une_facture_payee_n_a_pas_besoin_d_un_taux_a_venir():
    d = decompte(une_facture(), [paye("10000", date(2026, 4, 30))], B2B, date(2027, 3, 1))
    assert d.total == 0


# Les taux


def test_le_taux_suppletif_n_est_jamais_compare_au_plancher():
    # 1er semestre 2024 : BCE + 10 = 14,50 % < 3 × 5,07 = 15,21 %. 3 650 × 14,50 % × 10 / 365
    d = decompte(une_facture("3650", date(2024, 1, 1)), [], B2B, date(2024, 1, 11))
    assert lignes(d) == [(10, "14.50", "14.50")]


def test_un_taux_stipule_sous_le_plancher_laisse_le_plus_bas_des_deux():
    convention = Convention(Regime.B2B, taux_contractuel=D("3"))
    # 2026 : plancher 3 × 2,75 = 8,25 % < 12,40 %. 3 650 × 8,25 % × 10 / 365 = 8,25
    d = decompte(une_facture("3650", date(2026, 7, 1)), [], convention, date(2026, 7, 11))
    assert lignes(d) == [(10, "8.25", "8.25")]
    assert "plancher" in d.avertissements[0]
    # 2024 : taux supplétif 14,50 % < plancher 15,21 %
    d = decompte(une_facture("3650", date(2024, 1, 1)), [], convention, date(2024, 1, 11))
    assert lignes(d) == [(10, "14.50", "14.50")]
    assert "15,21 %" in d.avertissements[0]
    assert "14,50 %" in d.avertissements[0]


def test_un_taux_stipule_au_plancher_est_licite():
    convention = Convention(Regime.B2B, taux_contractuel=D("8.25"))
    d = decompte(une_facture("3650", date(2026, 7, 1)), [], convention, date(2026, 7, 11))
    assert lignes(d) == [(10, "8.25", "8.25")]
    assert d.avertissements == ()


def test_un_taux_stipule_superieur_remplace_le_taux_suppletif():
    convention = Convention(Regime.B2B, taux_contractuel=D("15"))
    # 3 650 × 15 % × 5 / 365 = 7,50 de chaque côté du 30 juin
    d = decompte(une_facture("3650", date(2026, 6, 25)), [], convention, date(2026, 7, 5))
    assert lignes(d) == [(5, "15", "7.50"), (5, "15", "7.50")]


def test_le_debiteur_public_doit_huit_points_et_un_taux_fige():
    # Premier jour de retard : 1er juillet 2025, BCE 2,15 % + 8 = 10,15 % pour tout le retard.
    # 3 650 × 10,15 % × 500 / 365 = 507,50 ; du 01/07/2025 au 12/11/2026 : 500 jours
    convention = Convention(Regime.B2G)
    d = decompte(une_facture("3650", date(2025, 6, 30)), [], convention, date(2026, 11, 12))
    assert lignes(d) == [(500, "10.15", "507.50")]
    assert d.indemnite == D("40.00")


def test_le_taux_stipule_ne_s_applique_pas_au_debiteur_public():
    convention = Convention(Regime.B2G, taux_contractuel=D("5"))
    d = decompte(une_facture("3650", date(2026, 7, 1)), [], convention, date(2026, 7, 11))
    assert lignes(d) == [(10, "10.40", "10.40")]
    assert "taux stipulé est écarté" in d.avertissements[0]


def test_le_taux_legal_particulier_depend_du_creancier_et_non_du_debiteur():
    recue = date(2026, 3, 1)
    facture = une_facture("3650", date(2026, 1, 31))
    # Créancier professionnel, débiteur consommateur : 2,62 %. 3 650 × 2,62 % × 10 / 365 = 2,62
    b2c = Convention(Regime.B2C, mise_en_demeure_recue_le=recue)
    assert lignes(decompte(facture, [], b2c, date(2026, 3, 11))) == [(10, "2.62", "2.62")]
    # Créancier particulier : 6,67 %
    c2x = Convention(Regime.C2X, mise_en_demeure_recue_le=recue)
    assert lignes(decompte(facture, [], c2x, date(2026, 3, 11))) == [(10, "6.67", "6.67")]


def test_un_taux_a_confirmer_est_signale():
    convention = Convention(Regime.C2X, mise_en_demeure_recue_le=date(2026, 7, 1))
    d = decompte(une_facture("3650"), [], convention, date(2026, 7, 11))
    # 3 650 × 6,84 % × 10 / 365 = 6,84
    assert lignes(d) == [(10, "6.84", "6.84")]
    assert "à confirmer" in d.avertissements[0]


def test_sans_mise_en_demeure_recue_le_consommateur_ne_doit_aucun_interet():
    d = decompte(une_facture("1200"), [], Convention(Regime.B2C), date(2026, 9, 30))
    assert (d.periodes, d.total) == ((), D("1200"))


def test_une_mise_en_demeure_anticipee_ne_fait_courir_qu_a_l_echeance():
    convention = Convention(Regime.B2C, mise_en_demeure_recue_le=date(2026, 4, 1))
    # 3 650 × 2,62 % × 10 / 365 = 2,62
    d = decompte(une_facture("3650"), [], convention, date(2026, 5, 11))
    assert lignes(d) == [(10, "2.62", "2.62")]


def test_penalites_et_taux_legal_ne_se_cumulent_pas_apres_jugement():
    # La décision n'a pas substitué le taux légal : les pénalités continuent, sans majoration.
    convention = Convention(Regime.B2B, jugement_executoire_le=date(2026, 2, 1))
    # 3 650 × 12,40 % × 10 / 365
    d = decompte(une_facture("3650", date(2026, 6, 30)), [], convention, date(2026, 7, 10))
    assert lignes(d) == [(10, "12.40", "12.40")]


def test_la_decision_qui_condamne_au_taux_legal_remplace_les_penalites():
    convention = Convention(
        Regime.B2B,
        jugement_executoire_le=date(2026, 3, 31),
        condamnation_au_taux_legal=True,
    )
    d = decompte(une_facture("3650", date(2026, 3, 21)), [], convention, date(2026, 6, 10))
    # Deux mois depuis le 31 mars : le 31 mai est un dimanche, l'attente va au lundi 1er juin.
    # 10 j × 12,15 % = 12,15 ; du 1er avril au 1er juin : 62 j × 2,62 % = 16,244 ;
    # majoré dès le 2 juin : 9 j × 7,62 % = 6,858 (3 650 / 365 = 10 par jour et par unité)
    assert lignes(d) == [(10, "12.15", "12.15"), (62, "2.62", "16.24"), (9, "7.62", "6.86")]


def test_la_majoration_ne_vise_pas_un_taux_stipule_au_contrat():
    convention = Convention(
        Regime.B2C,
        taux_contractuel=D("4"),
        mise_en_demeure_recue_le=date(2026, 1, 10),
        jugement_executoire_le=date(2026, 2, 1),
    )
    # 3 650 × 4 % × 171 / 365 = 68,40 ; du 11 janvier au 30 juin : 171 jours
    d = decompte(une_facture("3650", date(2026, 1, 1)), [], convention, date(2026, 6, 30))
    assert lignes(d) == [(171, "4", "68.40")]
