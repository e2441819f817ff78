"""Chaque règle dit la même chose en Python et à la base, dans des mondes où tout varie."""

from datetime import UTC, datetime
from functools import reduce
from operator import or_

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factures.lectures.faveur import reclamables
from factures.models import Facture
from recouvrement.equipe.lectures.expediteurs import partis_aujourd_hui
from recouvrement.socle.montants import ZERO
from recouvrement.socle.temps import jour_de
from relances.enums import ETATS_EN_ATTENTE, CodeBlocage
from relances.lectures.faits import (
    charger,
    etapes_en_vigueur,
    factures_ouvertes,
    faits_de_la_facture,
    faits_du_client,
    fenetre_de,
    il_y_a_de_quoi,
)
from relances.lectures.relecture import faits_a_relire
from relances.lectures.verdict import (
    DE_LA_FACTURE,
    REGLES,
    Cadre,
    arrets,
    blocages,
    faits_du_creancier,
)
from relances.lectures.verdict.regle import conditions
from relances.models import Relance
from relances.regles.calendrier import est_ouverte, prochaine_ouverture
from relances.regles.faits import Faits, Usage
from tests.relances.lectures.mondes import MONDES, batir

pytestmark = pytest.mark.django_db

INSTANTS = st.sampled_from(
    [
        datetime(2026, 11, 23, 9, tzinfo=UTC),
        datetime(2026, 11, 23, 21, tzinfo=UTC),
        datetime(2026, 11, 21, 9, tzinfo=UTC),
    ]
)


def test_chaque_code_a_sa_regle():
    assert {regle.code for regle in REGLES} == set(CodeBlocage)


def test_chaque_usage_a_ses_regles_et_chaque_regle_un_usage():
    assert {usage for regle in REGLES for usage in regle.effets} == set(Usage)
    assert all(regle.effets for regle in REGLES)


def en_python(regle, faits):
    return {facture for facture, connus in faits if regle.test(connus)}


def en_base(regle, cadre, parmi):
    trouvees = conditions(cadre, [regle.dans(cadre)])
    if trouvees is None:
        return parmi
    arretees = Facture.objects.pour(cadre.creancier).filter(reduce(or_, trouvees, Q(pk__in=[])))
    return set(arretees.values_list("pk", flat=True)) & parmi


def a_prevoir(cadre):
    """Les factures ouvertes, avec tout ce que la planification en sait."""
    lus = charger(cadre)
    return [(ligne.pk, lus.faits(ligne)) for ligne in factures_ouvertes(cadre)]


def a_relire(cadre, maintenant):
    """Les lignes qui attendent de partir, avec tout ce que le départ en relit."""
    attente = Relance.objects.pour(cadre.creancier).filter(etat__in=ETATS_EN_ATTENTE)
    return [
        (ligne.facture_id, faits)
        for relance in attente
        for ligne, faits in faits_a_relire(cadre.creancier, maintenant=maintenant, pk=relance.pk)[1]
    ]


def a_reclamer(cadre):
    """Toutes les factures, avec ce que regardent les gestes d'une personne."""
    lus = reclamables(cadre.creancier, au=cadre.au)
    return [
        (
            f.pk,
            Faits(
                cadre.au,
                cadre.faits,
                faits_du_client(f.client, en_faveur=lus.faveurs.get(f.client_id, ZERO)),
                faits_de_la_facture(f, lus),
            ),
        )
        for f in Facture.objects.pour(cadre.creancier).select_related("client")
    ]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(MONDES, INSTANTS)
def test_le_filtre_et_le_test_de_chaque_regle_s_accordent(monde, maintenant):
    with transaction.atomic():
        creancier = batir(monde, au=jour_de(maintenant))
        fenetre = fenetre_de(creancier)
        cadre = Cadre(
            creancier,
            faits_du_creancier(
                creancier, partis=partis_aujourd_hui(creancier, maintenant=maintenant)
            ),
            jour_de(maintenant),
            etapes_en_vigueur(creancier),
            None if est_ouverte(maintenant, fenetre) else prochaine_ouverture(maintenant, fenetre),
        )
        prevoir = a_prevoir(cadre)
        partir, reclamer = a_relire(cadre, maintenant), a_reclamer(cadre)
        for regle in REGLES:
            if Usage.PREVOIR in regle.effets:
                domaines = [prevoir, reclamer] if regle in DE_LA_FACTURE else [prevoir]
            else:
                domaines = [partir] if Usage.PARTIR in regle.effets else [reclamer]
            for faits in domaines:
                parmi = {facture for facture, _ in faits}
                assert en_base(regle, cadre, parmi) == en_python(regle, faits), regle.code
        dues = {f for f, connus in prevoir if not arrets(blocages(connus, Usage.PREVOIR))}
        assert {ligne.pk for ligne in factures_ouvertes(cadre, dues_seulement=True)} == dues
        # Le premier regard laisse de côté les règles qui ne se lisent que par l'étape.
        lues = [regle for regle in REGLES if regle.dans(cadre).etape is None]
        peut_etre = [
            f for f, connus in prevoir if not arrets(blocages(connus, Usage.PREVOIR, regles=lues))
        ]
        assert il_y_a_de_quoi(cadre) == bool(peut_etre)
        transaction.set_rollback(True)
