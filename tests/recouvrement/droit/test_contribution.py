"""La contribution pour la justice économique, valeur par valeur (décret n° 2024-1225)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recouvrement.droit.contribution import (
    Demandeur,
    EtatContribution,
    contribution_tae,
)

D = Decimal
M = 1_000_000
DUE, NON_DUE = EtatContribution.DUE, EtatContribution.NON_DUE
A_RENSEIGNER = EtatContribution.A_RENSEIGNER


def une_societe(chiffre, benefice, salaries=250):
    return Demandeur(
        salaries=salaries,
        chiffre_d_affaires=None if chiffre is None else D(chiffre),
        benefice=None if benefice is None else D(benefice),
    )


def une_personne(revenu, salaries=250):
    return Demandeur(
        personne_physique=True,
        salaries=salaries,
        revenu_par_part=None if revenu is None else D(revenu),
    )


def de(demandeur, demande="100000", **reste):
    return contribution_tae(D(demande), demandeur, devant_un_tae=True, **reste)


@pytest.mark.parametrize(
    ("chiffre", "benefice", "demande", "montant"),
    [
        (50 * M + 1, 3 * M + 1, "50000.01", "1500.00"),  # 3 % de 50 000,01
        (1_500 * M, 3 * M + 1, "100000", "3000.00"),
        (60 * M, 4 * M, "2000000", "50000.00"),  # 60 000, plafonnés
        (1_500 * M + 1, 1, "100000", "5000.00"),  # 5 %
        (2_000 * M, 10 * M, "3000000", "100000.00"),  # 150 000, plafonnés
    ],
)
def test_une_personne_morale_doit_un_pourcentage_de_toute_sa_demande(
    chiffre, benefice, demande, montant
):
    due = de(une_societe(chiffre, benefice), demande)
    assert (due.etat, due.montant) == (DUE, D(montant))
    assert due.confiance.a_confirmer
    assert "issue inconnue" in due.motif


@pytest.mark.parametrize(
    ("revenu", "demande", "montant"),
    [
        (250_001, "100000", "1000.00"),
        (500_000, "2000000", "17000.00"),  # 1 %, 20 000 plafonnés
        (500_001, "100000", "2000.00"),
        (1_000_000, "2000000", "33000.00"),
        (1_000_001, "100000", "3000.00"),
        (2_000_000, "2000000", "50000.00"),
    ],
)
def test_une_personne_physique_doit_selon_son_revenu_par_part(revenu, demande, montant):
    due = de(une_personne(revenu), demande)
    assert (due.etat, due.montant) == (DUE, D(montant))


@pytest.mark.parametrize(
    "demandeur",
    [
        une_societe(60 * M, 4 * M, salaries=249),
        une_societe(50 * M, 4 * M),
        une_societe(60 * M, 3 * M),
        une_societe(1_501 * M, 0),
        une_societe(50 * M, None),
        une_personne(250_000),
        une_personne(None, salaries=12),
    ],
)
def test_hors_des_tranches_rien_n_est_du(demandeur):
    assert de(demandeur)[:2] == (NON_DUE, 0)


@pytest.mark.parametrize(
    ("demandeur", "quoi"),
    [
        (Demandeur(), "effectif"),
        (Demandeur(personne_physique=None, salaries=300), "physique ou morale"),
        (une_societe(None, 4 * M), "chiffre d'affaires"),
        (une_societe(60 * M, None), "bénéfice"),
        (une_personne(None), "revenu fiscal"),
    ],
)
def test_ce_qui_n_est_pas_su_se_demande_et_n_exonere_jamais(demandeur, quoi):
    inconnue = de(demandeur)
    assert inconnue.etat is A_RENSEIGNER
    assert quoi in inconnue.motif


def test_ni_au_seuil_ni_ailleurs_qu_au_tae_et_l_instance_peut_la_taire():
    societe = une_societe(60 * M, 4 * M)
    assert de(societe, "50000").etat is NON_DUE
    assert contribution_tae(D("90000"), societe, devant_un_tae=False).etat is NON_DUE
    tue = de(societe, active=False)
    assert (tue.etat, tue.montant) == (EtatContribution.DESACTIVEE, 0)
    assert "constitutionnalité" in tue.motif


@given(
    st.decimals("50000.01", "9999999", places=2),
    st.one_of(st.none(), st.integers(0, 3_000 * M)),
    st.one_of(st.none(), st.integers(-M, 50 * M)),
    st.one_of(st.none(), st.integers(0, 5_000)),
)
def test_le_montant_reste_sous_son_plafond_et_sous_cinq_pour_cent(
    demande, chiffre, benefice, salaries
):
    contribution = de(une_societe(chiffre, benefice, salaries), str(demande))
    assert 0 <= contribution.montant <= min(D(100_000), demande / 20 + D("0.01"))
    assert (contribution.etat is DUE) == (contribution.montant > 0)
    if salaries is None:
        assert contribution.etat is A_RENSEIGNER
