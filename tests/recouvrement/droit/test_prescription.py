from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recouvrement.droit.prescription import (
    Acte,
    Duree,
    Effet,
    Evenement,
    departs,
    duree_de,
    prescription,
)
from recouvrement.droit.regimes import Regime
from recouvrement.droit.sources import Confiance

DEPART = date(2024, 3, 15)
SANS_EFFET = [acte for acte in Acte if acte.effet is Effet.AUCUN]


def dernier(*evenements, duree=Duree.CONSOMMATEUR, depart=DEPART):
    return prescription(depart, duree, evenements).dernier_jour


@pytest.mark.parametrize(
    ("duree", "terme"),
    [
        (Duree.ENTRE_PROFESSIONNELS, date(2029, 3, 15)),
        (Duree.CIVILE, date(2029, 3, 15)),
        (Duree.CONSOMMATEUR, date(2026, 3, 15)),  # un dimanche : pas de report
        (Duree.TRANSPORT, date(2025, 3, 15)),
        (Duree.PERSONNE_PUBLIQUE, date(2028, 12, 31)),
        (Duree.REGIME_INCONNU, date(2026, 3, 15)),
    ],
)
def test_chaque_duree_a_son_terme(duree, terme):
    assert dernier(duree=duree) == terme


def test_le_29_fevrier_se_prescrit_le_28():
    assert dernier(depart=date(2024, 2, 29)) == date(2026, 2, 28)


def test_le_regime_donne_la_duree_et_l_inconnu_la_plus_courte():
    assert duree_de(Regime.B2B) is Duree.ENTRE_PROFESSIONNELS
    assert duree_de(Regime.B2B, commercial=False) is Duree.CIVILE
    assert duree_de(Regime.B2C) is Duree.CONSOMMATEUR
    assert duree_de(Regime.B2G) is Duree.PERSONNE_PUBLIQUE
    assert duree_de(Regime.INCONNU).ans == 2
    assert duree_de(Regime.INCONNU).confiance.a_confirmer


@pytest.mark.parametrize("acte", SANS_EFFET)
def test_ni_relance_ni_mise_en_demeure_ni_requete_n_interrompent(acte):
    p = prescription(DEPART, Duree.CONSOMMATEUR, [Evenement(acte, date(2025, 6, 1))])
    assert p.dernier_jour == date(2026, 3, 15)
    assert "sans effet" in p.etapes[0].motif


@pytest.mark.parametrize(
    "acte",
    [
        Acte.RECONNAISSANCE,
        Acte.PAIEMENT_PARTIEL,
        Acte.ECHEANCIER,
        Acte.SIGNIFICATION_INJONCTION,
        Acte.EXECUTION,
    ],
)
def test_une_interruption_fait_repartir_la_meme_duree(acte):
    assert dernier(Evenement(acte, date(2025, 6, 1))) == date(2027, 6, 1)


def test_un_paiement_apres_la_prescription_acquise_ne_la_ranime_pas():
    p = prescription(
        DEPART, Duree.CONSOMMATEUR, [Evenement(Acte.PAIEMENT_PARTIEL, date(2026, 3, 16))]
    )
    assert p.dernier_jour == date(2026, 3, 15)
    assert "trop tard" in p.etapes[0].motif


def test_une_instance_en_cours_arrete_tout_et_son_extinction_fait_repartir():
    assert dernier(Evenement(Acte.DEMANDE_EN_JUSTICE, date(2025, 6, 1))) is None
    finie = Evenement(Acte.DEMANDE_EN_JUSTICE, date(2025, 6, 1), fin=date(2026, 9, 1))
    assert dernier(finie) == date(2028, 9, 1)


def test_une_tentative_prealable_sans_fin_connue_se_compte_de_son_enregistrement():
    """CPC, art. 820 : par prudence, et la date le dit ; la fin connue fait repartir de là."""
    p = prescription(
        DEPART, Duree.CONSOMMATEUR, [Evenement(Acte.TENTATIVE_PREALABLE, date(2025, 6, 1))]
    )
    assert p.dernier_jour == date(2027, 6, 1)
    assert p.confiance is Confiance.LECTURE
    assert "par prudence" in p.etapes[0].motif
    finie = Evenement(Acte.TENTATIVE_PREALABLE, date(2025, 6, 1), fin=date(2025, 9, 1))
    assert dernier(finie) == date(2027, 9, 1)


@pytest.mark.parametrize("acte", [Acte.RECLAMATION_ECRITE, Acte.COMMUNICATION_ECRITE])
def test_une_demande_ecrite_interrompt_contre_une_personne_publique_seulement(acte):
    """Loi n° 68-1250, art. 2 : quatre ans du 1er janvier suivant, 2025 + 4 = fin 2029."""
    ecrite = Evenement(acte, date(2025, 6, 1))
    assert dernier(ecrite, duree=Duree.PERSONNE_PUBLIQUE) == date(2029, 12, 31)
    assert dernier(ecrite) == date(2026, 3, 15)
    assert dernier(ecrite, duree=Duree.ENTRE_PROFESSIONNELS) == date(2029, 3, 15)


def test_une_decision_donne_dix_ans_et_arrete_les_deux_ou_cinq():
    """CPCE, art. L111-4 : du 20 août 2025, dix ans ; l'instance, close par elle, ne gèle plus."""
    demande = Evenement(Acte.DEMANDE_EN_JUSTICE, date(2025, 2, 1))
    decision = Evenement(Acte.DECISION, date(2025, 8, 20))
    p = prescription(DEPART, Duree.CONSOMMATEUR, [decision, demande])
    assert (p.dernier_jour, p.duree) == (date(2035, 8, 20), Duree.TITRE)
    assert p.confiance.a_confirmer
    # Un commandement fait repartir dix ans (C. civ., art. 2231 et 2244).
    saisie = Evenement(Acte.EXECUTION, date(2030, 1, 10))
    assert dernier(decision, saisie) == date(2040, 1, 10)
    # Le juge a condamné : la prescription de la créance ne s'oppose plus.
    assert dernier(Evenement(Acte.DECISION, date(2027, 1, 1))) == date(2037, 1, 1)


def test_une_opposition_gele_jusqu_a_ce_que_le_tribunal_ait_rejuge():
    signifiee = Evenement(Acte.SIGNIFICATION_INJONCTION, date(2025, 6, 1))
    opposee = Evenement(Acte.OPPOSITION, date(2025, 6, 20))
    assert dernier(signifiee) == date(2027, 6, 1)
    assert dernier(signifiee, opposee) is None
    jugement = Evenement(Acte.DECISION, date(2026, 2, 1))
    assert dernier(signifiee, opposee, jugement) == date(2036, 2, 1)


def test_un_desistement_efface_l_interruption():
    efface = Evenement(Acte.DEMANDE_EN_JUSTICE, date(2025, 6, 1), non_avenu=True)
    assert dernier(efface) == date(2026, 3, 15)


def test_une_suspension_gele_sans_effacer():
    # Le 1er juin 2025 a couru, le 30 court de nouveau : 29 jours rendus (C. civ., 2228 et 2230),
    # 15 mars 2026 + 29 = 13 avril 2026. En compter 30 retarderait le terme d'un jour.
    gel = Evenement(Acte.IMPOSSIBILITE, date(2025, 6, 1), fin=date(2025, 6, 30))
    assert dernier(gel) == date(2026, 4, 13)
    un_jour = Evenement(Acte.IMPOSSIBILITE, date(2025, 6, 1), fin=date(2025, 6, 1))
    assert dernier(un_jour) == date(2026, 3, 15)


def test_deux_suspensions_qui_se_recouvrent_ne_comptent_qu_une_fois():
    premiere = Evenement(Acte.IMPOSSIBILITE, date(2025, 6, 1), fin=date(2025, 6, 20))
    seconde = Evenement(Acte.IMPOSSIBILITE, date(2025, 6, 10), fin=date(2025, 6, 30))
    assert dernier(premiere, seconde) == date(2026, 4, 13)


def test_apres_une_mediation_le_delai_reprend_pour_six_mois_au_moins():
    # Suspendu du 10 au 12 mars 2026 (2 jours) : 17 mars ; mais 12 mars + 6 mois = 12 septembre.
    mediation = Evenement(Acte.MEDIATION, date(2026, 3, 10), fin=date(2026, 3, 12))
    assert dernier(mediation) == date(2026, 9, 12)


def test_les_alertes_viennent_a_douze_six_trois_et_un_mois():
    p = prescription(DEPART, Duree.CONSOMMATEUR)
    assert p.alertes() == (
        (12, date(2025, 3, 15)),
        (6, date(2025, 9, 15)),
        (3, date(2025, 12, 15)),
        (1, date(2026, 2, 15)),
    )
    jours = [date(2025, 3, 14), date(2025, 3, 15), date(2025, 12, 20), date(2026, 2, 15)]
    assert [p.alerte(jour) for jour in jours] == [None, 12, 3, 1]
    assert p.alerte(date(2026, 3, 16)) == 0


def test_le_depart_prudent_est_le_plus_ancien():
    assert departs(date(2026, 3, 1), None) == (date(2026, 3, 1),) * 2


def test_un_acte_ne_finit_pas_avant_de_commencer():
    with pytest.raises(ValueError, match="commencé"):
        Evenement(Acte.MEDIATION, date(2026, 1, 2), fin=date(2026, 1, 1))


INTERROMPENT = [acte for acte in Acte if acte.effet is Effet.INTERROMPT]


@st.composite
def evenements(draw, actes=tuple(Acte)):
    le = draw(st.dates(date(2020, 1, 1), date(2032, 12, 31)))
    duree = draw(st.one_of(st.none(), st.integers(0, 900)))
    return Evenement(
        draw(st.sampled_from(actes)),
        le,
        fin=None if duree is None else le + timedelta(days=duree),
        non_avenu=draw(st.sampled_from([False, False, True])),
    )


@settings(max_examples=300, deadline=None)
@given(
    st.dates(date(2020, 1, 1), date(2028, 1, 1)),
    st.sampled_from(list(Duree)),
    st.lists(evenements(), max_size=5),
    evenements(actes=tuple(INTERROMPENT)),
    st.randoms(),
)
def test_ajouter_une_interruption_n_avance_jamais_la_prescription(
    depart, duree, actes, ajoutee, hasard
):
    avant = prescription(depart, duree, actes).dernier_jour
    tous = [*actes, ajoutee]
    hasard.shuffle(tous)
    apres = prescription(depart, duree, tous).dernier_jour
    assert apres is None or (avant is not None and apres >= avant)
