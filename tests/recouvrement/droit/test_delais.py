from datetime import date

import pytest

from recouvrement.droit.delais import Distance, delai, distance_de
from recouvrement.droit.feries import Zone, est_ouvre, prochain_ouvre, zone_de
from recouvrement.droit.injonction import (
    consigner,
    constituer_avocat,
    demander_la_formule,
    execution,
    opposition,
    signifier,
)
from recouvrement.droit.paiement import Situation, fin_de_mois_a, fin_de_mois_b, verifier
from recouvrement.droit.procedure_collective import (
    ProcedureCollective,
    declaration,
    est_anterieure,
    releve_de_forclusion,
)
from recouvrement.droit.sources import Confiance

# Jours ouvrés


@pytest.mark.parametrize(
    ("jour", "zone", "ouvre"),
    [
        (date(2026, 4, 3), Zone.METROPOLE, True),  # Vendredi saint
        (date(2026, 4, 3), Zone.MOSELLE, False),
        (date(2026, 4, 3), Zone.ALSACE, False),
        (date(2025, 12, 26), Zone.MOSELLE, False),  # Saint-Étienne, un vendredi
        (date(2026, 5, 22), Zone.MARTINIQUE, False),  # abolition de l'esclavage
        (date(2026, 5, 27), Zone.GUADELOUPE, False),
        (date(2026, 6, 10), Zone.GUYANE, False),
        (date(2027, 12, 20), Zone.REUNION, False),
        (date(2026, 4, 27), Zone.MAYOTTE, False),
        (date(2026, 4, 27), Zone.METROPOLE, True),
        (date(2026, 5, 8), Zone.METROPOLE, False),
        (date(2026, 11, 21), Zone.METROPOLE, False),  # samedi
    ],
)
def test_les_jours_feries_dependent_du_lieu(jour, zone, ouvre):
    assert est_ouvre(jour, zone) is ouvre


def test_le_prochain_jour_ouvre_saute_le_pont_de_paques():
    # Samedi 4, dimanche 5, lundi de Pâques 6 avril 2026 ; en Alsace le 3 est férié aussi.
    assert prochain_ouvre(date(2026, 4, 4)) == date(2026, 4, 7)
    assert prochain_ouvre(date(2026, 4, 3), Zone.ALSACE) == date(2026, 4, 7)


@pytest.mark.parametrize(
    ("code", "zone"),
    [("67000", Zone.ALSACE), ("57", Zone.MOSELLE), ("97200", Zone.MARTINIQUE), ("75", Zone(""))],
)
def test_la_zone_se_lit_dans_le_code(code, zone):
    assert zone_de(code) is zone


# Computation (CPC 640 à 643)


def test_le_31_janvier_plus_un_mois_est_le_dernier_jour_de_fevrier():
    assert delai(date(2026, 1, 31), mois=1).a_tenir == date(2026, 2, 28)
    assert delai(date(2028, 1, 31), mois=1).a_tenir == date(2028, 2, 29)


def test_le_jour_de_l_acte_ne_compte_pas():
    # Quinze jours après le 1er juin : le 16.
    assert delai(date(2026, 6, 1), jours=15).a_tenir == date(2026, 6, 16)


def test_le_delai_du_debiteur_est_proroge_et_pas_celui_du_creancier():
    d = delai(date(2026, 7, 14), mois=1)  # 14 août 2026, vendredi : ouvré
    assert (d.a_tenir, d.a_attendre, d.est_proroge) == (date(2026, 8, 14),) * 2 + (False,)
    d = delai(date(2026, 7, 15), mois=1)  # 15 août, samedi et férié
    assert (d.a_tenir, d.a_attendre) == (date(2026, 8, 15), date(2026, 8, 17))
    assert not d.est_expire(date(2026, 8, 17))
    assert d.est_expire(date(2026, 8, 18))


def test_la_distance_ajoute_un_ou_deux_mois():
    depart = date(2026, 10, 15)
    assert delai(depart, mois=1, distance=Distance.OUTRE_MER).a_tenir == date(2026, 12, 15)
    assert delai(depart, mois=1, distance=Distance.ETRANGER).a_tenir == date(2027, 1, 15)
    assert distance_de("976") is Distance.OUTRE_MER
    assert distance_de("", "DE") is Distance.ETRANGER


def test_un_delai_nul_est_refuse():
    with pytest.raises(ValueError, match="au moins"):
        delai(date(2026, 1, 1))


# Injonction de payer


def test_la_signification_se_fait_en_six_puis_trois_mois_selon_la_date_de_l_ordonnance():
    d = signifier(date(2026, 8, 31))  # le 28 février est un dimanche : ne pas s'y fier
    assert (d.a_tenir, d.a_attendre) == (date(2027, 2, 28), date(2027, 3, 1))
    assert signifier(date(2026, 9, 1)).a_tenir == date(2026, 12, 1)


def test_l_opposition_court_un_mois_et_attend_le_jour_ouvrable():
    d = opposition(date(2026, 10, 15))
    assert (d.a_tenir, d.a_attendre) == (date(2026, 11, 15), date(2026, 11, 16))


def executer(ordonnance, signifiee, **reste):
    return execution(ordonnance, signifiee_le=signifiee, **reste).apres


def test_l_execution_attend_deux_mois_depuis_la_reforme():
    assert executer(date(2026, 9, 10), date(2026, 10, 15)) == date(2026, 12, 15)
    assert executer(date(2026, 8, 31), date(2026, 10, 15)) == date(2026, 11, 16)


def test_les_deux_mois_sans_avis_s_attendent_jusqu_au_jour_ouvrable():
    """Signifiée le 13/10/2026 : 13/12, un dimanche, donc lundi 14. Le 25/12 : férié, lundi 28."""
    assert executer(date(2026, 9, 10), date(2026, 10, 13)) == date(2026, 12, 14)
    assert executer(date(2026, 9, 10), date(2026, 10, 25)) == date(2026, 12, 28)


@pytest.mark.parametrize(
    ("ordonnance", "a_temps", "trop_tard"),
    [
        (date(2026, 9, 10), date(2026, 12, 10), date(2026, 12, 11)),
        # Six mois : 28/02/2027, un dimanche ; prorogé au lundi 1er mars.
        (date(2026, 8, 31), date(2027, 3, 1), date(2027, 3, 2)),
    ],
)
def test_signifiee_trop_tard_l_ordonnance_est_non_avenue_et_ne_s_execute_jamais(
    ordonnance, a_temps, trop_tard
):
    assert executer(ordonnance, a_temps) is not None
    tardive = execution(ordonnance, signifiee_le=trop_tard)
    assert tardive.non_avenue
    assert tardive.apres is None
    assert "non avenue" in tardive.motif
    assert "caduque" not in tardive.motif


def test_ni_signification_ni_execution_et_l_opposition_arrete_tout():
    assert executer(date(2026, 9, 10), None) is None
    assert executer(date(2026, 9, 10), date(2026, 10, 15), opposition_le=date(2026, 11, 2)) is None


def test_une_ordonnance_d_avant_mars_2022_demande_sa_formule_executoire():
    """Ancien art. 1423 : dans le mois suivant le mois d'opposition, 15/03 + 2 mois = 15/05/2022."""
    ordonnance, signifiee = date(2022, 2, 28), date(2022, 3, 15)
    assert executer(ordonnance, signifiee) is None
    assert demander_la_formule(signifiee).a_tenir == date(2022, 5, 15)
    # Opposition jusqu'au 15/04/2022, un vendredi ; formule apposée le 2 mai.
    assert executer(ordonnance, signifiee, formule_le=date(2022, 5, 2)) == date(2022, 5, 2)
    # Le lendemain de la bascule, la formule est d'emblée sur l'ordonnance.
    assert executer(date(2022, 3, 1), signifiee) == date(2022, 4, 15)


def test_l_execution_contre_qui_demeure_loin_est_une_lecture():
    """Étranger : 31/10/2026 + 3 mois = 31/01/2027, un dimanche, donc lundi 1er février."""
    loin = execution(date(2026, 9, 10), signifiee_le=date(2026, 10, 31), distance=Distance.ETRANGER)
    assert (loin.apres, loin.confiance) == (date(2027, 2, 1), Confiance.LECTURE)


def test_quinze_jours_pour_consigner_et_pour_constituer_avocat():
    assert consigner(date(2026, 11, 2)).a_tenir == date(2026, 11, 17)
    assert constituer_avocat(date(2026, 11, 2)).a_tenir == date(2026, 11, 17)
    invitation = consigner(date(2026, 11, 2), sur_opposition=True)
    assert (invitation.a_tenir, invitation.confiance) == (date(2026, 11, 17), Confiance.INCERTAIN)


# Procédure collective


def test_deux_mois_pour_declarer_depuis_la_publication():
    d = declaration(date(2026, 12, 31))
    assert (d.a_tenir, d.a_attendre) == (date(2027, 2, 28), date(2027, 3, 1))
    assert declaration(date(2026, 12, 31), creancier_hors_territoire=True).a_tenir == date(
        2027, 4, 30
    )
    assert releve_de_forclusion(date(2026, 8, 31)).a_tenir == date(2027, 2, 28)


def test_la_declaration_va_au_liquidateur_ou_au_mandataire():
    assert ProcedureCollective.LIQUIDATION.destinataire == "liquidateur"
    assert ProcedureCollective.SAUVEGARDE.destinataire == "mandataire judiciaire"
    assert est_anterieure(date(2026, 1, 1), date(2026, 1, 2))
    assert not est_anterieure(date(2026, 1, 2), date(2026, 1, 2))


# Délais de paiement


@pytest.mark.parametrize(
    ("emission", "methode_a", "methode_b"),
    [
        (date(2026, 1, 15), date(2026, 3, 31), date(2026, 3, 17)),
        (date(2026, 2, 10), date(2026, 3, 31), date(2026, 4, 14)),
    ],
)
def test_v6_v7_quarante_cinq_jours_fin_de_mois_se_comptent_de_deux_facons(
    emission, methode_a, methode_b
):
    assert (fin_de_mois_a(emission), fin_de_mois_b(emission)) == (methode_a, methode_b)
    limite = max(methode_a, methode_b)
    assert verifier(Situation.FIN_DE_MOIS, emission=emission, echeance=limite).est_licite


@pytest.mark.parametrize(
    ("situation", "limite"),
    [
        (Situation.RIEN_DE_CONVENU, date(2026, 1, 31)),  # 30 j après le 1er janvier
        (Situation.CONVENU, date(2026, 3, 11)),  # 60 j après le 10 janvier
        (Situation.RECAPITULATIVE, date(2026, 2, 24)),  # 45 j
        (Situation.TRANSPORT, date(2026, 2, 9)),  # 30 j
        (Situation.DENREES_PERISSABLES, date(2026, 1, 31)),
        (Situation.VIANDES_FRAICHES, date(2026, 1, 21)),  # 20 j
        (Situation.ALCOOLS, date(2026, 3, 2)),  # 31 janvier + 30 j
        (Situation.PUBLIC, date(2026, 1, 31)),
        (Situation.PUBLIC_SANTE, date(2026, 2, 20)),  # 50 j
        (Situation.PUBLIC_ENTREPRISE, date(2026, 3, 2)),  # 60 j
    ],
)
def test_chaque_plafond_de_delai_de_paiement(situation, limite):
    dates = {"emission": date(2026, 1, 10), "livraison": date(2026, 1, 1)}
    assert verifier(situation, echeance=limite, **dates).est_licite
    verdict = verifier(situation, echeance=date(2027, 1, 1), **dates)
    assert (verdict.est_licite, verdict.limite) == (False, limite)
    assert "trop long" in verdict.phrase


def test_sans_date_de_livraison_le_verdict_reste_inconnu():
    verdict = verifier(
        Situation.RIEN_DE_CONVENU, emission=date(2026, 1, 10), echeance=date(2026, 2, 10)
    )
    assert verdict.est_licite is None
    assert "À préciser" in verdict.phrase


def test_aucun_plafond_contre_un_consommateur():
    verdict = verifier(
        Situation.CONSOMMATEUR, emission=date(2026, 1, 10), echeance=date(2029, 1, 10)
    )
    assert verdict.est_licite
