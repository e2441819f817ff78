"""Une décision et ses suites, notées une fois : intérêts, prescription et calendrier les lisent."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from factures.actions.decisions import (
    Dispositif,
    enregistrer_decision,
    noter_suite,
    retirer_suite,
)
from factures.enums import FaitDecision, NatureDecision
from factures.erreurs import ActeImpossible, DecisionImpossible
from factures.lectures.decompte import decompte_client
from factures.lectures.echeances import echeances_legales
from factures.lectures.prescription import prescriptions
from factures.models import SuiteDecision
from recouvrement.accueil.lectures.a_faire import en_actions
from recouvrement.comptes.enums import Role
from tests.appuis.pages import lisible
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture
from tests.factures.test_droit import un_acte

pytestmark = pytest.mark.django_db

D = Decimal
AU = date(2027, 6, 30)
ORDONNANCE = Dispositif(
    "TJ Rennes, n° 26/1", nature=NatureDecision.INJONCTION, rendue_le=date(2026, 9, 10)
)
JUGEMENT = Dispositif(
    "TJ Rennes, n° 26/2", rendue_le=date(2026, 3, 12), executoire_le=date(2026, 3, 15)
)


@pytest.fixture
def facture(client):
    creancier = un_creancier()
    client.force_login(un_utilisateur(chez=creancier, role=Role.ASSISTANTE))
    return une_facture(
        client=un_client(creancier=creancier, nature="particulier"), montant_ttc=D("5000.00")
    )


def juger(dispositif, *factures):
    acteur = un_utilisateur(chez=factures[0].creancier)
    return enregistrer_decision(factures, dispositif, au=AU, acteur=acteur)[0]


def noter(decision, fait, le):
    acteur = un_utilisateur(chez=decision.creancier)
    return noter_suite(decision, fait=fait, le=le, au=AU, acteur=acteur)


def dernier_jour(facture):
    return prescriptions([facture])[facture.pk].dernier_jour


def echeances(facture, au):
    return [e.texte for e in echeances_legales([facture.creancier], au=au).lignes]


def test_un_jugement_donne_dix_ans_pour_l_executer(client, facture):
    """Échue le 31/01/2026 contre un particulier : 31/01/2028 ; jugée le 12/03/2026 : 12/03/2036."""
    assert dernier_jour(facture) == date(2028, 1, 31)
    juger(JUGEMENT, facture)
    assert dernier_jour(facture) == date(2036, 3, 12)
    page = lisible(client.get(reverse("factures:droit", args=[facture.creancier.code, facture.pk])))
    for attendu in (
        "la décision peut être exécutée jusqu",
        "12/03/2036",
        "L111-4",
        "lecture du texte, à confirmer",
        "TJ Rennes, n° 26/2",
    ):
        assert attendu in page
    detail = client.get(reverse("factures:detail", args=[facture.creancier.code, facture.pk]))
    assert "12/03/2036" in lisible(detail)


def test_l_interet_legal_court_du_prononce_et_se_majore_du_jour_executoire(facture):
    """C. civ., 1231-7 : du 13/03 au 15/05/2026, 64 j à 2,62 % = 22,97 ; puis 46 j à 7,62 %."""
    juger(JUGEMENT, facture)
    [ligne] = decompte_client(facture.client, au=date(2026, 6, 30), factures=[facture]).lignes
    assert [(p.jours, p.taux, p.montant) for p in ligne.periodes] == [
        (64, D("2.62"), D("22.97")),
        (46, D("7.62"), D("48.02")),
    ]


def test_la_signification_d_une_ordonnance_se_note_une_fois_et_tout_suit(client, facture):
    """Prescription : 15/10/2028 ; intérêts dès le 16/10/2026 ; exécution après le 15/12/2026."""
    decision = juger(ORDONNANCE, facture)
    assert dernier_jour(facture) == date(2028, 1, 31)
    suite = reverse("factures:suite_decision", args=[facture.creancier.code, facture.client_id])
    saisie = {"decision": decision.pk, "fait": "a_personne", "le": "2026-10-15"}
    assert client.post(suite, saisie).status_code == 302
    assert dernier_jour(facture) == date(2028, 10, 15)
    [ligne] = decompte_client(facture.client, au=date(2026, 12, 31), factures=[facture]).lignes
    # Majoré deux mois après le 15/12/2026 seulement.
    assert [(p.du, p.taux) for p in ligne.periodes] == [(date(2026, 10, 16), D("2.75"))]
    page = lisible(
        client.get(reverse("factures:decisions", args=[facture.creancier.code, facture.client_id]))
    )
    for attendu in (
        "exécutoire le 15/12/2026",
        "opposition possible jusqu",
        "16/11/2026",
        "Signifiée, remise à personne le 15/10/2026",
    ):
        assert attendu in page
    droit = reverse("factures:droit", args=[facture.creancier.code, facture.pk])
    assert "point discuté" in lisible(client.get(droit))


def test_la_suite_vaut_pour_toutes_les_factures_jugees(facture):
    autre = une_facture(client=facture.client)
    decision = juger(ORDONNANCE, facture, autre)
    noter(decision, FaitDecision.SIGNIFIEE, date(2026, 10, 15))
    assert dernier_jour(facture) == dernier_jour(autre) == date(2028, 10, 15)
    assert SuiteDecision.objects.pour(facture.creancier).count() == 2


def test_une_opposition_suspend_tout_et_le_jugement_qui_suit_donne_dix_ans(facture):
    decision = juger(ORDONNANCE, facture)
    noter(decision, FaitDecision.A_PERSONNE, date(2026, 10, 15))
    noter(decision, FaitDecision.OPPOSITION, date(2026, 11, 2))
    assert dernier_jour(facture) is None
    juger(
        Dispositif("TJ, opposition", rendue_le=date(2027, 4, 1), executoire_le=date(2027, 4, 1)),
        facture,
    )
    assert dernier_jour(facture) == date(2037, 4, 1)


def test_une_ordonnance_se_signifie_a_temps_et_le_calendrier_le_dit(facture):
    """Trois mois : 10/12/2026, un jeudi ; pressante le dernier mois, non avenue ensuite."""
    juger(ORDONNANCE, facture)
    assert any("au plus tard le 10/12/2026" in t for t in echeances(facture, date(2026, 11, 20)))
    assert any("au plus tard le 10/12/2026" in t for t in echeances(facture, date(2026, 12, 10)))
    assert any("non avenue" in t for t in echeances(facture, date(2026, 12, 11)))
    lignes = echeances_legales([facture.creancier], au=date(2026, 11, 20)).lignes
    [action] = en_actions(lignes)
    assert (action.genre, action.mot) == ("echeance", "Ouvrir la décision")


def test_une_ordonnance_signifiee_trop_tard_ne_s_execute_ni_n_interrompt(client, facture):
    decision = juger(ORDONNANCE, facture)
    noter(decision, FaitDecision.A_PERSONNE, date(2026, 12, 11))
    assert dernier_jour(facture) == date(2028, 1, 31)
    assert decompte_client(facture.client, au=AU, factures=[facture]).interets == 0
    page = lisible(
        client.get(reverse("factures:decisions", args=[facture.creancier.code, facture.client_id]))
    )
    assert "pas d’exécution" in page
    assert "exécutoire le" not in page


@pytest.mark.parametrize(
    ("dispositif", "suites", "phrase"),
    [
        (JUGEMENT, [(FaitDecision.OPPOSITION, date(2026, 4, 1))], "ne suit pas"),
        (
            ORDONNANCE,
            [(FaitDecision.OPPOSITION, date(2026, 10, 1))],
            "Notez d'abord le jour",
        ),
        (ORDONNANCE, [(FaitDecision.A_PERSONNE, date(2026, 9, 9))], "précède la décision"),
        (ORDONNANCE, [(FaitDecision.A_PERSONNE, date(2027, 7, 1))], "pas encore passée"),
        (
            ORDONNANCE,
            [
                (FaitDecision.A_PERSONNE, date(2026, 10, 1)),
                (FaitDecision.SIGNIFIEE, date(2026, 10, 2)),
            ],
            "déjà notée",
        ),
        (
            ORDONNANCE,
            [
                (FaitDecision.A_PERSONNE, date(2026, 10, 1)),
                (FaitDecision.ETEINT, date(2026, 11, 2)),
            ],
            "Aucun recours",
        ),
    ],
)
def test_une_suite_incoherente_est_refusee(facture, dispositif, suites, phrase):
    decision = juger(dispositif, facture)
    *avant, (fait, le) = suites
    for un, jour in avant:
        noter(decision, un, jour)
    with pytest.raises(DecisionImpossible, match=phrase):
        noter(decision, fait, le)


def test_une_suite_retiree_reste_lisible_et_n_a_plus_d_effet(client, facture):
    decision = juger(ORDONNANCE, facture)
    [suite] = noter(decision, FaitDecision.A_PERSONNE, date(2026, 10, 15))
    url = reverse("factures:retirer_suite", args=[facture.creancier.code, suite.pk])
    assert client.post(url, {"motif": ""}).status_code == 422
    assert client.post(url, {"motif": "mauvaise date"}).status_code == 302
    assert dernier_jour(facture) == date(2028, 1, 31)
    page = client.get(
        reverse("factures:decisions", args=[facture.creancier.code, facture.client_id])
    )
    assert "retirée : mauvaise date" in lisible(page)
    with pytest.raises(DecisionImpossible, match="déjà retirée"):
        retirer_suite(suite, motif="encore", acteur=decision.saisie_par)
    noter(decision, FaitDecision.A_PERSONNE, date(2026, 10, 16))
    assert dernier_jour(facture) == date(2028, 10, 16)


def test_la_signification_ne_se_saisit_pas_une_seconde_fois_a_la_page_du_droit(client, facture):
    page = client.get(reverse("factures:droit", args=[facture.creancier.code, facture.pk]))
    assert "SIGNIFICATION_INJONCTION" not in page.content.decode()
    assert "RECLAMATION_ECRITE" not in page.content.decode()
    with pytest.raises(ActeImpossible, match="avec la décision"):
        un_acte(facture, acte="SIGNIFICATION_INJONCTION")


def test_une_relance_ecrite_interrompt_contre_une_commune(client, facture):
    """Loi n° 68-1250, art. 2 : 2026 + 4 ans, comptés du 1er janvier suivant."""
    publique = une_facture(
        client=un_client(creancier=facture.creancier, nature="public"),
        date_emission=date(2025, 1, 1),
        date_echeance=date(2025, 1, 31),
    )
    assert dernier_jour(publique) == date(2029, 12, 31)
    page = client.get(reverse("factures:droit", args=[facture.creancier.code, publique.pk]))
    assert "une relance en est une" in lisible(page)
    un_acte(publique, acte="RECLAMATION_ECRITE")
    assert dernier_jour(publique) == date(2030, 12, 31)
    with pytest.raises(ActeImpossible, match="personne publique"):
        un_acte(facture, acte="RECLAMATION_ECRITE")


def test_trois_decisions_ne_demandent_pas_plus_de_requetes_qu_une(
    facture, django_assert_num_queries
):
    def lire(nombre):
        factures = [une_facture(client=facture.client) for _ in range(nombre)]
        for rang, une in enumerate(factures):
            juger(Dispositif(f"TJ {nombre}.{rang}", executoire_le=date(2026, 3, 15)), une)
        with django_assert_num_queries(3):  # actes, décisions, leurs suites
            prescriptions(factures)

    lire(1)
    lire(3)
