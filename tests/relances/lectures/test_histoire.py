"""L'histoire depuis le dernier rappel, sur des suites de faits tirées au hasard."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recouvrement.socle.montants import ZERO
from relances.actions.appels import consigner_appel
from relances.enums import ISSUES_NON_JOINT, Canal, EtatRelance, Issue
from relances.lectures.histoire import histoire_de
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import un_encaissement, une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
# Après l'heure de la base : ce qui est saisi maintenant l'est avant tout rappel.
ECHEANCE = date(2031, 3, 3)
AU = ECHEANCE + timedelta(days=40)
JOUR = st.integers(-5, 40)
FAITS = st.lists(
    st.one_of(
        st.tuples(st.just("rappel"), JOUR, st.sampled_from([Canal.COURRIEL, Canal.COURRIER])),
        st.tuples(st.just("appel"), JOUR, st.sampled_from([Issue.DELAI, *ISSUES_NON_JOINT])),
        st.tuples(st.just("paiement"), JOUR, st.integers(1, 50)),
    ),
    max_size=6,
)


def a(jour: int, heure: int) -> datetime:
    return datetime.combine(ECHEANCE + timedelta(days=jour), time(heure), UTC)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(FAITS)
def test_ce_qui_est_venu_depuis_le_dernier_rappel_et_rien_d_autre(faits):
    with transaction.atomic():
        facture = une_facture(
            montant_ttc=Decimal("1000.00"),
            date_emission=ECHEANCE - timedelta(days=30),
            date_echeance=ECHEANCE,
        )
        acteur = un_utilisateur(chez=facture.creancier)
        for quoi, jour, detail in faits:
            if quoi == "rappel":
                une_relance(
                    facture.client,
                    canal=detail,
                    factures=[facture],
                    etape=None,
                    etat=EtatRelance.FAITE,
                    faite_le=a(jour, 8),
                )
            elif quoi == "appel":
                consigner_appel(facture.client, issue=detail, maintenant=a(jour, 12), acteur=acteur)
            else:
                recu_le = ECHEANCE + timedelta(days=jour)
                un_encaissement(facture, montant=Decimal(detail), recu_le=recu_le)
        lue = histoire_de(facture.client, [facture], au=AU)
        transaction.set_rollback(True)

    rappels = [jour for quoi, jour, _ in faits if quoi == "rappel" and jour > 0]
    depuis = max(rappels, default=0)
    recus = [d for quoi, jour, d in faits if quoi == "paiement" and jour > depuis]
    joints = [
        jour
        for quoi, jour, issue in faits
        if quoi == "appel" and issue == Issue.DELAI and jour >= depuis
    ]
    assert lue.recu == sum(map(Decimal, recus), ZERO)
    assert lue.versements == len(recus)
    assert lue.deja_relancees is bool(rappels)
    attendu = ECHEANCE + timedelta(days=depuis) if rappels else None
    assert lue.rappel_le == attendu
    assert lue.echange_le == (ECHEANCE + timedelta(days=max(joints)) if joints else None)
    assert lue.est_silence is (bool(rappels) and not recus and not joints)
