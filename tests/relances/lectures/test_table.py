"""La table des règles : ce que chacune dit, et ce qu'elle fait selon l'usage."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from relances.enums import CodeBlocage, EtatRelance
from relances.lectures.verdict import arrets, blocages
from relances.regles.faits import (
    Effet,
    Faits,
    FaitsClient,
    FaitsCreancier,
    FaitsFacture,
    FaitsPrevue,
    Usage,
)

LUNDI = date(2026, 11, 23)
FAITS = Faits(
    au=LUNDI,
    creancier=FaitsCreancier(
        ecart_minimal=5, expediteur="compta@kerbrat.example", expediteur_est_verifie=True
    ),
    client=FaitsClient(adresse="compta@duval.example"),
    facture=FaitsFacture(
        solde=Decimal("1200.00"),
        echeance=date(2026, 10, 31),
        etape="Rappel",
        etape_le=date(2026, 11, 3),
    ),
)
PREVUE = FaitsPrevue(EtatRelance.PLANIFIEE, delai=3, cycle=1)
# Prévue et relue : tout va bien, pour tous les usages.
SUR_LE_DEPART = replace(FAITS, prevue=PREVUE)


def dits(faits, usage):
    return [(blocage.code, blocage.effet) for blocage in blocages(faits, usage)]


def en_changeant(faits, ou, champs):
    if ou == "":
        return replace(faits, **champs)
    return replace(faits, **{ou: replace(getattr(faits, ou), **champs)})


@pytest.mark.parametrize("usage", list(Usage))
def test_une_facture_echue_d_un_client_joignable_part(usage):
    assert blocages(SUR_LE_DEPART, usage) == []


PARTOUT = [
    ("creancier", {"mandat_manque": True}, CodeBlocage.MANDAT),
    ("creancier", {"archive_le": date(2026, 11, 1)}, CodeBlocage.ARCHIVE),
    ("facture", {"est_avoir": True}, CodeBlocage.AVOIR),
    ("facture", {"solde": Decimal("0.00")}, CodeBlocage.SOLDEE),
    ("facture", {"contentieux_depuis": date(2026, 11, 1)}, CodeBlocage.CONTENTIEUX),
    ("client", {"est_fusionne": True}, CodeBlocage.SUSPENDU),
    ("client", {"efface_le": date(2026, 11, 1)}, CodeBlocage.EFFACE),
    ("client", {"procedure_collective_le": date(2026, 11, 4)}, CodeBlocage.PROCEDURE_COLLECTIVE),
]


@pytest.mark.parametrize("usage", list(Usage))
@pytest.mark.parametrize(("ou", "champs", "code"), PARTOUT)
def test_ce_qui_arrete_meme_une_personne(ou, champs, code, usage):
    assert dits(en_changeant(SUR_LE_DEPART, ou, champs), usage) == [(code, Effet.ARRETE)]


@pytest.mark.parametrize(
    ("ou", "champs", "code"),
    [
        ("client", {"promesse_pour_le": date(2026, 11, 20)}, CodeBlocage.PROMESSE),
        ("client", {"suspendu_le": date(2026, 11, 20)}, CodeBlocage.SUSPENDU),
        ("creancier", {"soldes_perimes_jours": 3}, CodeBlocage.SOLDES_PERIMES),
    ],
)
def test_ce_qui_arrete_l_automate_et_que_la_personne_lit(ou, champs, code):
    faits = en_changeant(SUR_LE_DEPART, ou, champs)
    for usage in Usage:
        automate = usage in (Usage.PREVOIR, Usage.PARTIR)
        assert dits(faits, usage) == [(code, Effet.ARRETE if automate else Effet.AVERTIT)]


@pytest.mark.parametrize(
    ("ou", "champs", "code", "usages"),
    [
        (
            *("facture", {"litige_ouvert_le": date(2026, 11, 1)}, CodeBlocage.LITIGE),
            {Usage.PREVOIR, Usage.PARTIR, Usage.POSTER, Usage.SOMMER},
        ),
        (
            *("facture", {"echeance": LUNDI}, CodeBlocage.PAS_ENCORE),
            {Usage.SOMMER, Usage.CONFIER},
        ),
        (
            *("client", {"derniere_action_le": date(2026, 11, 19)}, CodeBlocage.ECART),
            {Usage.PREVOIR, Usage.PARTIR},
        ),
        (
            *("client", {"courriel_prevu_le": LUNDI}, CodeBlocage.ECART),
            {Usage.PREVOIR},
        ),
        (
            *("client", {"adresse_postale_complete": False}, CodeBlocage.ADRESSE),
            {Usage.POSTER, Usage.SOMMER},
        ),
        (
            *("client", {"adresse_rendue_le": date(2026, 11, 4)}, CodeBlocage.ADRESSE),
            {Usage.POSTER, Usage.SOMMER},
        ),
        ("facture", {"etape_le": date(2026, 11, 24)}, CodeBlocage.PAS_ENCORE, {Usage.PREVOIR}),
        ("facture", {"etape_le": None}, CodeBlocage.FIN, {Usage.PREVOIR}),
        ("facture", {"en_cours": EtatRelance.ECHEC}, CodeBlocage.DEVANCEE, {Usage.PREVOIR}),
        ("facture", {"derniere_etape_le": LUNDI}, CodeBlocage.DEJA_FAITE, {Usage.PREVOIR}),
        ("prevue", {"delai": -3}, CodeBlocage.DEVANCEE, {Usage.PARTIR}),
        ("prevue", {"cycle": 2}, CodeBlocage.DEVANCEE, {Usage.PARTIR}),
    ],
)
def test_ce_qui_n_arrete_que_certains_usages(ou, champs, code, usages):
    faits = en_changeant(SUR_LE_DEPART, ou, champs)
    for usage in Usage:
        assert dits(faits, usage) == ([(code, Effet.ARRETE)] if usage in usages else [])


def test_une_facture_en_question_ne_se_reclame_que_par_une_personne_avertie():
    faits = en_changeant(SUR_LE_DEPART, "facture", {"en_question": "L'avoir AV-9 la vise"})
    for usage in Usage:
        effet = Effet.AVERTIT if usage == Usage.ECRIRE else Effet.ARRETE
        assert dits(faits, usage) == [(CodeBlocage.REFERENCE, effet)]


@pytest.mark.parametrize(
    ("ou", "champs", "code"),
    [
        ("creancier", {"envois_geles": True}, CodeBlocage.GEL),
        ("creancier", {"envois_ouverts": False}, CodeBlocage.OUVERTURE),
        ("creancier", {"partis": 200, "quota": 200}, CodeBlocage.QUOTA),
        ("prevue", {"etat": EtatRelance.A_VALIDER}, CodeBlocage.A_VALIDER),
        ("", {"ouverture": datetime(2026, 11, 24, 8, tzinfo=UTC)}, CodeBlocage.HORAIRES),
    ],
)
def test_ce_qui_fait_attendre_le_depart_sans_empecher_de_prevoir(ou, champs, code):
    faits = en_changeant(SUR_LE_DEPART, ou, champs)
    assert dits(faits, Usage.PARTIR) == [(code, Effet.ATTEND)]
    assert dits(faits, Usage.PREVOIR) == []


@pytest.mark.parametrize(
    ("champs", "code"),
    [
        ({"expediteur": ""}, CodeBlocage.EXPEDITEUR_A_REGLER),
        ({"expediteur_est_verifie": False}, CodeBlocage.EXPEDITEUR),
    ],
)
def test_un_courriel_attend_une_adresse_prouvee_et_une_personne_n_en_ecrit_pas(champs, code):
    faits = en_changeant(SUR_LE_DEPART, "creancier", champs)
    assert dits(faits, Usage.PARTIR) == [(code, Effet.ATTEND)]
    assert dits(faits, Usage.ECRIRE) == [(code, Effet.ARRETE)]
    assert dits(faits, Usage.POSTER) == []
    assert dits(replace(faits, par_courriel=False), Usage.PARTIR) == []


def test_sans_adresse_la_relance_se_prevoit_en_tache_mais_ne_part_pas():
    faits = en_changeant(SUR_LE_DEPART, "client", {"adresse": ""})
    assert dits(faits, Usage.PREVOIR) == [(CodeBlocage.ADRESSE, Effet.TACHE)]
    assert dits(faits, Usage.PARTIR) == [(CodeBlocage.ADRESSE, Effet.ARRETE)]
    assert arrets(blocages(faits, Usage.PREVOIR)) == []


def test_une_seule_regle_d_etape_parle():
    faits = en_changeant(
        FAITS, "facture", {"en_cours": EtatRelance.A_FAIRE, "etape_le": None, "solde": Decimal(0)}
    )
    assert [code for code, _ in dits(faits, Usage.PREVOIR)] == [
        CodeBlocage.SOLDEE,
        CodeBlocage.DEVANCEE,
    ]


@pytest.mark.parametrize(
    ("ou", "champs"),
    [
        ("client", {"promesse_pour_le": date(2026, 11, 19)}),
        ("client", {"suspendu_le": date(2026, 11, 1), "suspendu_jusqu_au": date(2026, 11, 22)}),
        ("client", {"derniere_action_le": date(2026, 11, 18)}),
        (
            "creancier",
            {"soldes_perimes_jours": 3, "reglements_connus_au": date(2026, 11, 20)},
        ),
    ],
)
def test_un_fait_revolu_n_arrete_plus_rien(ou, champs):
    assert dits(en_changeant(SUR_LE_DEPART, ou, champs), Usage.PREVOIR) == []
