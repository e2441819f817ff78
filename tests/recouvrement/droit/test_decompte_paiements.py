"""Le décompte après paiements, renonciations et jugement : montants posés à la main."""

from datetime import date

import pytest

from recouvrement.droit.decompte import (
    Convention,
    decompte,
)
from recouvrement.droit.regimes import Regime
from tests.recouvrement.droit.cas import B2B, D, lignes, paye, une_facture

# Les paiements


def test_un_paiement_le_jour_de_l_echeance_est_a_l_heure():
    d = decompte(une_facture(), [paye("10000", date(2026, 5, 1))], B2B, date(2026, 9, 3))
    assert (d.total, d.indemnite_initiale, d.periodes) == (0, 0, ())


def test_un_paiement_avant_l_echeance_reduit_le_principal_des_le_premier_jour():
    d = decompte(une_facture("4650"), [paye("1000", date(2026, 4, 20))], B2B, date(2026, 5, 11))
    # 3 650 × 12,15 % × 10 / 365
    assert lignes(d) == [(10, "12.15", "12.15")]


def test_le_jour_du_paiement_porte_encore_l_ancien_principal():
    # Payé en entier (intérêts du jour et 40 € compris) le 2 mai : 3 650 + 1,215 -> 1,22 + 40
    d = decompte(une_facture("3650"), [paye("3691.22", date(2026, 5, 2))], B2B, date(2026, 9, 3))
    assert lignes(d) == [(1, "12.15", "1.22")]
    assert d.total == 0
    assert d.paiements[0].sur_indemnite == D("40.00")


def test_payer_le_principal_n_efface_pas_les_interets_ni_les_quarante_euros():
    # Le 11 mai : 3 650 × 12,15 % × 10 / 365 = 12,15 ; 3 650 reçus éteignent 12,15 d'intérêts
    # puis 3 637,85 de principal : 12,15 restent. 12,15 × 12,15 % × 20 / 365 = 0,0809
    d = decompte(une_facture("3650"), [paye("3650", date(2026, 5, 11))], B2B, date(2026, 5, 31))
    assert (d.principal_restant, d.interets_dus, d.indemnite) == (D("12.15"), D("0.08"), D("40.00"))
    # Principal d'abord : les 12,15 d'intérêts restent dus et ne portent rien.
    convention = Convention(Regime.B2B, imputation="principal_dabord")
    d = decompte(
        une_facture("3650"), [paye("3650", date(2026, 5, 11))], convention, date(2026, 5, 31)
    )
    assert (d.principal_restant, d.interets_dus, d.indemnite) == (0, D("12.15"), D("40.00"))


def test_les_interets_impayes_ne_portent_pas_interet():
    # 4 000 € payés principal d'abord : l'assiette suivante est 6 000, non 6 203,13.
    convention = Convention(Regime.B2B, imputation="principal_dabord")
    d = decompte(une_facture(), [paye("4000", date(2026, 7, 1))], convention, date(2026, 9, 3))
    assert d.periodes[-1].principal == D("6000")


def test_ce_qui_depasse_tout_le_du_est_un_excedent():
    # 3 650 + 12,15 + 40 = 3 702,15 ; reçus 3 800 : excédent 97,85
    d = decompte(une_facture("3650"), [paye("3800", date(2026, 5, 11))], B2B, date(2026, 5, 31))
    p = d.paiements[0]
    assert (p.sur_interets, p.sur_principal, p.sur_indemnite, p.excedent) == (
        D("12.15"),
        D("3650"),
        D("40.00"),
        D("97.85"),
    )
    assert (d.total, d.excedent) == (0, D("97.85"))


def test_un_paiement_posterieur_au_jour_arrete_ne_compte_pas():
    d = decompte(une_facture(), [paye("4000", date(2026, 9, 4))], B2B, date(2026, 9, 3))
    assert (d.paiements, d.total) == ((), D("10460.55"))


def test_un_avoir_reduit_le_principal_et_jamais_les_interets():
    # 10 jours à 12,15 % sur 4 650 = 15,477 -> 15,48 ; puis 3 650 × 12,15 % × 10 / 365 = 12,15
    avoir = paye("1000", date(2026, 5, 11), avoir=True)
    d = decompte(une_facture("4650"), [avoir], B2B, date(2026, 5, 21))
    assert lignes(d) == [(10, "12.15", "15.48"), (10, "12.15", "12.15")]
    assert (d.principal_restant, d.interets_dus) == (D("3650"), D("27.63"))


def test_une_facture_annulee_par_un_avoir_ne_doit_ni_interets_ni_quarante_euros():
    d = decompte(
        une_facture("500"), [paye("500", date(2026, 8, 1), avoir=True)], B2B, date(2026, 9, 3)
    )
    assert (d.total, d.periodes) == (0, ())


def test_deux_paiements_du_meme_jour_s_imputent_comme_un_seul():
    jour, au = date(2026, 7, 1), date(2026, 9, 3)
    deux = decompte(une_facture(), [paye("1500", jour), paye("2500", jour)], B2B, au)
    assert (deux.principal_restant, deux.interets_dus) == (D("6203.13"), D("134.87"))
    assert len(deux.periodes) == 3


# L'indemnité, les renonciations


def test_les_quarante_euros_restent_dus_d_une_facture_payee_en_retard():
    convention = Convention(Regime.B2B, renonce_interets=True)
    d = decompte(une_facture("500"), [paye("500", date(2026, 6, 1))], convention, date(2026, 9, 3))
    assert (d.principal_restant, d.interets_dus, d.indemnite) == (0, 0, D("40.00"))


def test_les_quarante_euros_ne_sont_dus_qu_une_fois_d_une_facture():
    recus = [paye("10", date(2026, mois, 15)) for mois in (6, 7, 8)]
    d = decompte(une_facture("500"), recus, B2B, date(2026, 9, 3))
    assert d.indemnite_initiale == D("40.00")


def test_renoncer_aux_interets_ou_a_l_indemnite_en_tout_ou_partie():
    facture, au = une_facture(), date(2026, 9, 3)

    def du(**choix):
        d = decompte(facture, [], Convention(Regime.B2B, **choix), au)
        return d.interets_dus, d.indemnite

    assert du(renonce_interets=True) == (0, D("40.00"))
    assert du(renonce_indemnite=True) == (D("420.55"), 0)
    # 420,55 − 20,55 = 400 ; 40 − 15 = 25
    assert du(remise_interets=D("20.55"), remise_indemnite=D("15")) == (D("400.00"), D("25.00"))
    assert du(remise_interets=D("999")) == (0, D("40.00"))


def test_le_regime_propre_a_la_facture_l_emporte_sur_la_convention():
    d = decompte(une_facture("500", regime=Regime.B2C), [], B2B, date(2026, 9, 3))
    assert d.total == D("500")


# Procédure collective, capitalisation


def test_le_jugement_d_ouverture_arrete_les_interets_la_veille():
    convention = Convention(Regime.B2B, procedure_collective_le=date(2026, 5, 12))
    # 3 650 × 12,15 % × 10 / 365 : du 2 au 11 mai
    d = decompte(une_facture("3650"), [], convention, date(2026, 9, 3))
    assert lignes(d) == [(10, "12.15", "12.15")]
    assert d.indemnite == D("40.00")


def test_une_facture_a_echoir_au_jugement_ne_doit_pas_les_quarante_euros():
    convention = Convention(Regime.B2B, procedure_collective_le=date(2026, 5, 1))
    d = decompte(une_facture("3650"), [], convention, date(2026, 9, 3))
    assert (d.total, d.indemnite_initiale) == (D("3650"), 0)


def test_un_paiement_differe_d_un_an_garde_ses_interets():
    convention = Convention(
        Regime.B2B, procedure_collective_le=date(2026, 5, 12), interets_maintenus=True
    )
    d = decompte(une_facture(), [], convention, date(2026, 9, 3))
    assert d.interets_dus == D("420.55")


def test_la_capitalisation_attend_une_annee_entiere():
    convention = Convention(Regime.B2B, taux_contractuel=D("15"), capitalisation=True)
    facture = une_facture("3650", date(2025, 3, 1))
    # Du 02/03/2025 au 01/03/2026, 15 % : 121 j = 181,50 ; 184 j = 276,00 ; 60 j = 90,00 : 547,50.
    d = decompte(facture, [], convention, date(2026, 3, 1))
    assert (d.interets_dus, d.periodes[-1].principal) == (D("547.50"), D("3650"))
    # Le 2 mars 2026, l'assiette devient 4 197,50 : × 15 % × 10 / 365 = 17,25
    d = decompte(facture, [], convention, date(2026, 3, 11))
    assert (d.periodes[-1].principal, d.periodes[-1].montant) == (D("4197.50"), D("17.25"))
    assert (d.principal_restant, d.interets_dus) == (D("3650"), D("564.75"))


def test_sans_clause_ni_decision_rien_ne_se_capitalise():
    convention = Convention(Regime.B2B, taux_contractuel=D("15"))
    d = decompte(une_facture("3650", date(2025, 3, 1)), [], convention, date(2026, 3, 11))
    # 375 jours × 1,50 = 562,50
    assert d.interets_dus == D("562.50")


def test_un_taux_negatif_ou_un_paiement_negatif_est_refuse():
    with pytest.raises(ValueError, match="négatif"):
        Convention(Regime.B2B, taux_contractuel=D("-1"))
    with pytest.raises(ValueError, match="négatif"):
        paye("-1", date(2026, 1, 1))
    with pytest.raises(ValueError, match="négative"):
        Convention(Regime.B2B, remise_interets=D("-1"))
