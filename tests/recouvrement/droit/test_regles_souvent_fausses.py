"""Les règles que l'on se trompe souvent à coder, une par test ; l'arithmétique est écrite."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from recouvrement.droit.decompte import Convention, FaitFacture, FaitPaiement, decompte
from recouvrement.droit.delais import Distance, delai, distance_de
from recouvrement.droit.feries import Zone, est_ouvre
from recouvrement.droit.prescription import Acte, Duree, Evenement, prescription
from recouvrement.droit.regimes import Regime
from recouvrement.droit.sources import Confiance
from recouvrement.droit.taux import TauxInconnu

D = Decimal
# 10 000 € échus le 01/05/2026 ; arrêtés au 30/06/2026 : 60 jours du seul premier semestre.
FACTURE = FaitFacture("F1", D("10000.00"), date(2026, 4, 1), date(2026, 5, 1))
AU = date(2026, 6, 30)


def de(regime, au=AU, facture=FACTURE, recus=(), **reste):
    return decompte(facture, recus, Convention(regime, **reste), au)


@pytest.mark.parametrize(
    ("regime", "interets", "indemnite"),
    [
        # 10 000 × (2,15 + 10) % × 60 / 365 = 199,726.
        (Regime.B2B, "199.73", "40.00"),
        # 10 000 × (2,15 + 8) % × 60 / 365 = 166,849.
        (Regime.B2G, "166.85", "40.00"),
        # Mise en demeure reçue le 01/05 : 10 000 × 2,62 % × 60 / 365 = 43,068.
        (Regime.B2C, "43.07", "0.00"),
        # 10 000 × 6,67 % × 60 / 365 = 109,643.
        (Regime.C2X, "109.64", "0.00"),
    ],
)
def test_quatre_regimes_donnent_quatre_comptes(regime, interets, indemnite):
    d = de(regime, mise_en_demeure_recue_le=date(2026, 5, 1))
    assert (d.interets_dus, d.indemnite) == (D(interets), D(indemnite))


def test_le_consommateur_ne_doit_rien_avant_la_reception_de_la_mise_en_demeure():
    """Reçue le 10/06 : du 11 au 30, 20 jours ; 10 000 × 2,62 % × 20 / 365 = 14,356."""
    assert de(Regime.B2C).total == D("10000.00")
    recue = de(Regime.B2C, mise_en_demeure_recue_le=date(2026, 6, 10))
    assert recue.periodes[0].du == date(2026, 6, 11)
    assert recue.total == D("10014.36")


def test_le_plancher_de_2024_ne_releve_pas_le_taux_par_defaut():
    """3 × 5,07 = 15,21 % au S1 2024 ; le taux par défaut reste 4,50 + 10 = 14,50 %."""
    facture = replace(FACTURE, emission=date(2023, 12, 1), echeance=date(2023, 12, 31))
    [periode] = de(Regime.B2B, date(2024, 6, 30), facture).periodes
    # 10 000 × 14,50 % × 182 / 365 = 723,01.
    assert (periode.jours, periode.taux, periode.montant) == (182, D("14.50"), D("723.01"))


def test_les_quarante_euros_ne_dependent_pas_du_nombre_de_jours_ni_de_relances():
    assert de(Regime.B2B, date(2026, 5, 1)).indemnite == 0
    assert de(Regime.B2B, date(2026, 5, 2)).indemnite == de(Regime.B2B).indemnite == D("40.00")


def test_le_1er_juillet_porte_le_taux_du_nouveau_semestre_et_le_30_juin_l_ancien():
    d = de(Regime.B2B, date(2026, 7, 1))
    assert [(p.du, p.au, p.taux) for p in d.periodes] == [
        (date(2026, 5, 2), date(2026, 6, 30), D("12.15")),
        (date(2026, 7, 1), date(2026, 7, 1), D("12.40")),
    ]


def test_le_1er_janvier_porte_le_taux_du_nouveau_semestre():
    facture = replace(FACTURE, emission=date(2024, 11, 1), echeance=date(2024, 12, 30))
    d = de(Regime.B2B, date(2025, 1, 1), facture)
    assert [(p.jours, p.taux) for p in d.periodes] == [(1, D("14.25")), (1, D("13.15"))]


def test_la_baisse_du_taux_en_cours_de_semestre_attend_le_semestre_suivant():
    """La BCE baisse le 18/09/2024 : 4,25 % vaut jusqu'au 31 décembre, 3,15 % ensuite."""
    facture = replace(FACTURE, emission=date(2024, 8, 1), echeance=date(2024, 9, 1))
    assert [p.taux for p in de(Regime.B2B, date(2025, 1, 31), facture).periodes] == [
        D("14.25"),
        D("13.15"),
    ]


def test_une_periode_est_coupee_a_chaque_paiement():
    recus = [FaitPaiement(D("1000.00"), date(2026, 5, 31))]
    assert [(p.du, p.au) for p in de(Regime.B2B, recus=recus).periodes] == [
        (date(2026, 5, 2), date(2026, 5, 31)),
        (date(2026, 6, 1), date(2026, 6, 30)),
    ]


def test_aucune_tva_ne_s_ajoute_aux_penalites_ni_aux_quarante_euros():
    """L'assiette est le TTC ; ni les intérêts ni l'indemnité n'en portent à leur tour."""
    d = de(Regime.B2B)
    assert d.periodes[0].principal == FACTURE.montant
    assert d.total - FACTURE.montant == D("199.73") + D("40.00")


def test_fevrier_bissextile_compte_vingt_neuf_jours():
    """Du 1er au 29 février 2024 : 29 j ; 10 000 × 14,50 % × 29 / 365 = 115,205."""
    facture = replace(FACTURE, emission=date(2024, 1, 1), echeance=date(2024, 1, 31))
    d = de(Regime.B2B, date(2024, 2, 29), facture)
    assert (d.periodes[0].jours, d.interets_dus) == (29, D("115.21"))


def test_payee_le_jour_de_l_echeance_elle_ne_doit_rien_et_le_lendemain_si():
    """Un jour : 10 000 × 12,15 % / 365 = 3,329 €, payé d'abord : autant de principal reste."""
    a_l_heure = [FaitPaiement(FACTURE.montant, FACTURE.echeance)]
    assert de(Regime.B2B, recus=a_l_heure).total == 0
    en_retard = [FaitPaiement(FACTURE.montant, date(2026, 5, 2))]
    d = de(Regime.B2B, recus=en_retard)
    assert (d.principal_restant, d.indemnite) == (D("3.33"), D("40.00"))


def test_une_echeance_le_1er_mai_ne_se_reporte_pas():
    """Le report des délais de procédure (CPC, art. 642) ne vise pas un terme convenu."""
    assert not est_ouvre(FACTURE.echeance)
    assert de(Regime.B2B).periodes[0].du == date(2026, 5, 2)


def test_une_renonciation_partielle_aux_interets_ne_se_paie_pas():
    """199,73 courus, 50 abandonnés : un règlement de 1 000 € en paie 149,73."""
    recus = [FaitPaiement(D("1000.00"), AU)]
    d = de(Regime.B2B, recus=recus, remise_interets=D("50.00"))
    assert d.paiements[0].sur_interets == D("149.73")
    assert (d.interets_dus, d.principal_restant) == (D("0.00"), D("9149.73"))


def test_une_renonciation_totale_dit_ce_qu_elle_abandonne():
    """10 000 × 12,15 % × 60 / 365 = 199,73 € et 40 € : comptés, abandonnés, rien n'en est dû."""
    d = de(Regime.B2B, renonce_interets=True, renonce_indemnite=True)
    assert (d.interets_courus, d.remise_interets, d.interets_dus) == (D("199.73"), D("199.73"), 0)
    assert (d.remise_indemnite, d.indemnite_initiale, d.total) == (D("40.00"), 0, FACTURE.montant)
    # Un règlement ne paie que du principal ; l'abandon court ensuite sur ce qui reste :
    # 10 000 × 12,15 % × 30 / 365 = 99,86 ; 9 000 × 12,15 % × 30 / 365 = 89,88.
    recus = [FaitPaiement(D("1000.00"), date(2026, 5, 31))]
    d = de(Regime.B2B, recus=recus, renonce_interets=True, remise_indemnite=D("15.00"))
    assert d.paiements[0].sur_principal == D("1000.00")
    assert d.remise_interets == D("99.86") + D("89.88")
    assert (d.remise_indemnite, d.indemnite) == (D("15.00"), D("25.00"))


def test_renoncer_ne_demande_pas_un_taux_que_la_table_ignore():
    """Le montant abandonné est inconnu, et dit ; le principal se compte quand même."""
    d = de(Regime.B2B, date(2027, 2, 1), renonce_interets=True)
    assert (d.total, d.remise_interets) == (D("10040.00"), 0)
    assert "montant abandonné inconnu" in d.avertissements[0]
    with pytest.raises(TauxInconnu):
        de(Regime.B2B, date(2027, 2, 1))


@pytest.mark.parametrize(
    ("stipule", "retenu"),
    [
        ("15.21", "15.21"),  # au plancher : licite
        ("15.00", "15.00"),  # entre le défaut (14,50) et le plancher (15,21)
        ("14.50", "14.50"),
        ("14.00", "14.50"),  # sous les deux : la plus basse qui ne descend pas sous elle
        ("3.00", "14.50"),
    ],
)
def test_une_clause_de_2024_entre_le_taux_par_defaut_et_le_plancher_reste_la_sienne(
    stipule, retenu
):
    """S1 2024 : plancher 3 × 5,07 = 15,21 %, défaut 4,50 + 10 = 14,50 % ; point non tranché."""
    facture = replace(FACTURE, emission=date(2023, 12, 1), echeance=date(2023, 12, 31))
    d = de(Regime.B2B, date(2024, 6, 30), facture, taux_contractuel=D(stipule))
    assert [p.taux for p in d.periodes] == [D(retenu)]
    if stipule != "15.21":
        for dit in (stipule.replace(".", ","), "15,21", "14,50", "non tranché"):
            assert dit in d.avertissements[0]


def test_en_2026_une_clause_sous_le_plancher_va_au_plancher():
    """S1 2026 : plancher 3 × 2,62 = 7,86 %, défaut 12,15 %."""
    d = de(Regime.B2B, taux_contractuel=D("7.00"))
    assert [p.taux for p in d.periodes] == [D("7.86")]


def test_une_capitalisation_demandee_tard_dit_les_deux_lectures():
    """C. civ., art. 1343-2 : taux convenu 10 %, échue le 31/12/2023, demandée le 30/06/2025.

    Retenue, l'année comptée de la demande : 10 000 × 10 % × 912 / 365 (jusqu'au 30/06/2026, dont
    366 jours en 2024, 365 en 2025, 181 en 2026), puis rien de plus ce jour-là. L'autre lecture :
    les intérêts d'une année entière portent intérêt dès la demande.
    """
    facture = replace(FACTURE, emission=date(2023, 12, 1), echeance=date(2023, 12, 31))
    tard = {"capitalisation": True, "capitalisation_depuis": date(2025, 6, 30)}
    commun = {"taux_contractuel": D("20.00"), **tard}
    d = de(Regime.B2B, date(2026, 6, 30), facture, **commun)
    # 10 000 × 20 % × 182 / 365 = 997,26 ; 184 : 1 008,22 ; 181 : 991,78 ; 184 ; 181.
    simple = D("997.26") + D("1008.22") + D("991.78") + D("1008.22") + D("991.78")
    assert d.interets_dus == simple
    # 2 997,26 capitalisés le 30/06/2025 : 12 997,26 × 20 % × 184 / 365 = 1 310,41 ;
    # × 181 / 365 = 1 289,04.
    autre = D("2997.26") + D("1310.41") + D("1289.04")
    [dit] = [a for a in d.avertissements if "capitalisation" in a.lower()]
    assert str(autre - simple).replace(".", ",") in dit
    assert "à confirmer" in dit
    # Demandée dès le départ, une seule lecture.
    tot = de(Regime.B2B, date(2026, 6, 30), facture, taux_contractuel=D("20"), capitalisation=True)
    assert not any("capitalisation" in a.lower() for a in tot.avertissements)


def test_le_delai_de_grace_ecarte_les_penalites_et_la_majoration():
    """C. civ., art. 1343-5 : décision du 15/05, grâce jusqu'au 31/05 ; 14 j avant, 30 j après."""
    grace = {"jugement_executoire_le": date(2026, 5, 15), "grace_jusqu_au": date(2026, 5, 31)}
    d = de(Regime.B2B, **grace)
    assert [(p.jours, p.taux) for p in d.periodes] == [
        (14, D("12.15")),
        (16, D("0.00")),
        (30, D("12.15")),
    ]
    longue = {"jugement_executoire_le": date(2026, 1, 31), "grace_jusqu_au": date(2026, 5, 31)}
    legal = de(Regime.B2C, **longue)
    assert [(p.jours, p.taux) for p in legal.periodes] == [(30, D("2.62")), (30, D("7.62"))]
    with pytest.raises(ValueError, match="décision"):
        Convention(Regime.B2B, grace_jusqu_au=date(2026, 5, 31))


@pytest.mark.parametrize(
    ("depart", "mois", "a_tenir"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 2, 28), 1, date(2026, 3, 28)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
    ],
)
def test_un_delai_en_mois_finit_au_meme_quantieme_ou_au_dernier_jour(depart, mois, a_tenir):
    """CPC, art. 641, al. 2."""
    assert delai(depart, mois=mois).a_tenir == a_tenir


def test_le_report_se_donne_au_debiteur_et_ne_se_prend_pas_pour_nous():
    """31/01/2026 + 1 mois : samedi 28 février. Nous agissons le 28, il peut agir le 2 mars."""
    d = delai(date(2026, 1, 31), mois=1)
    assert (d.a_tenir, d.a_attendre) == (date(2026, 2, 28), date(2026, 3, 2))
    assert not d.est_expire(date(2026, 3, 2))
    assert d.est_expire(date(2026, 3, 3))


@pytest.mark.parametrize(
    ("zone", "a_attendre"),
    [
        # Le 26 décembre 2025 est un vendredi : férié en Alsace-Moselle, le lundi 29 suit.
        (Zone.METROPOLE, date(2025, 12, 26)),
        (Zone.ALSACE, date(2025, 12, 29)),
        (Zone.MOSELLE, date(2025, 12, 29)),
    ],
)
def test_un_delai_s_attend_selon_les_feries_d_alsace_moselle(zone, a_attendre):
    assert delai(date(2025, 11, 26), mois=1, zone=zone).a_attendre == a_attendre


def test_un_delai_s_attend_selon_les_feries_d_outre_mer():
    """20 décembre 2027, abolition à La Réunion : un lundi ; 27 avril 2027 à Mayotte : un mardi."""
    assert delai(date(2027, 11, 20), mois=1, zone=Zone.REUNION).a_attendre == date(2027, 12, 21)
    assert delai(date(2027, 11, 20), mois=1).a_attendre == date(2027, 12, 20)
    assert delai(date(2027, 3, 27), mois=1, zone=Zone.MAYOTTE).a_attendre == date(2027, 4, 28)


def test_la_distance_ajoute_un_mois_outre_mer_et_deux_a_l_etranger():
    """CPC, art. 641 et 643 : un seul délai de tous les mois, 31/01 + (1 + 1) et 31/01 + (1 + 2).

    Cass. 2e civ., 25/03/2021, n° 19-20.636 : deux délais en mois qui se suivent se comptent d'un
    trait (13/07 + 3 + 1 = 13/11). Passer par le 28 février fermerait l'opposition trop tôt.
    """
    depart = date(2026, 1, 31)
    outre_mer = delai(depart, mois=1, distance=distance_de("974"))
    etranger = delai(depart, mois=1, distance=distance_de(None, "BE"))
    assert (outre_mer.a_tenir, etranger.a_tenir) == (date(2026, 3, 31), date(2026, 4, 30))
    assert outre_mer.confiance is etranger.confiance is Confiance.LECTURE
    assert delai(depart, mois=1).confiance is Confiance.VU
    assert distance_de("67") is Distance.AUCUNE


def test_un_delai_en_jours_de_qui_demeure_loin_compte_les_mois_puis_les_jours():
    """CPC, art. 641, al. 3 : 31/01 + 1 mois = 28/02, + 15 jours = 15/03."""
    assert delai(date(2026, 1, 31), jours=15, distance=Distance.OUTRE_MER).a_tenir == date(
        2026, 3, 15
    )


@pytest.mark.parametrize(
    ("decision", "dernier_jour_simple"),
    [
        (date(2026, 3, 15), date(2026, 5, 15)),  # un vendredi
        (date(2026, 3, 16), date(2026, 5, 18)),  # le 16 mai est un samedi
        (date(2026, 5, 15), date(2026, 7, 15)),
        (date(2026, 5, 14), date(2026, 7, 15)),  # le 14 juillet est férié
    ],
)
def test_les_deux_mois_avant_la_majoration_s_attendent_jusqu_au_jour_ouvrable(
    decision, dernier_jour_simple
):
    """CMF, art. L313-3 et CPC, art. 642 : l'attente qui ouvre un droit se proroge."""
    d = de(Regime.B2C, date(2026, 7, 31), jugement_executoire_le=decision)
    majoree = next(p for p in d.periodes if "L313-3" in p.fondement)
    assert majoree.du - timedelta(days=1) == dernier_jour_simple


@pytest.mark.parametrize(
    ("duree", "dernier_jour"),
    [
        (Duree.TRANSPORT, date(2027, 5, 1)),
        (Duree.TELECOMS, date(2027, 5, 1)),
        (Duree.NAVIRE, date(2027, 5, 1)),
        (Duree.CONSOMMATEUR, date(2028, 5, 1)),
        (Duree.PERSONNE_PUBLIQUE, date(2030, 12, 31)),
        (Duree.ENTRE_PROFESSIONNELS, date(2031, 5, 1)),
    ],
)
def test_chaque_duree_offerte_donne_sa_date(duree, dernier_jour):
    assert prescription(duree.depart(date(2026, 5, 1)), duree).dernier_jour == dernier_jour


def test_les_reconnaissances_ne_passent_pas_le_butoir_de_vingt_ans():
    """C. civ., art. 2232 : tous les quatre ans depuis 2006, le délai finit vingt ans après 2006."""
    depart = date(2006, 5, 1)
    aveux = [Evenement(Acte.RECONNAISSANCE, date(annee, 5, 1)) for annee in range(2010, 2026, 4)]
    p = prescription(depart, Duree.CIVILE, aveux)
    assert p.dernier_jour == date(2026, 5, 1)
    assert "butoir de vingt ans" in p.etapes[-1].motif


def test_une_demande_en_justice_echappe_au_butoir():
    """C. civ., art. 2232, al. 2, et 2241."""
    depart = date(2006, 5, 1)
    aveux = [Evenement(Acte.RECONNAISSANCE, date(annee, 5, 1)) for annee in range(2010, 2026, 4)]
    instance = Evenement(Acte.DEMANDE_EN_JUSTICE, date(2025, 1, 1), fin=date(2025, 9, 1))
    assert prescription(depart, Duree.CIVILE, [*aveux, instance]).dernier_jour == date(2030, 9, 1)
