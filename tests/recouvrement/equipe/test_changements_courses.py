"""Deux gestes à la fois sur la même demande : un seul gagne."""

import pytest

from recouvrement.equipe import actions
from recouvrement.equipe.enums import EtatChangement
from recouvrement.equipe.models import Changement
from tests.fabriques.changements import (
    APRES,
    AVANT,
    MAINTENANT,
    demander,
    en_parallele,
    evenements,
    iban,
    relu,
    un_couple,
)
from tests.fabriques.comptes import un_utilisateur

pytestmark = pytest.mark.django_db(transaction=True)


def test_deux_approbations_a_la_fois_n_appliquent_qu_une_fois():
    creancier, claire, paul = un_couple()
    ines = un_utilisateur(chez=creancier)
    changement = demander(creancier, claire)

    issues = en_parallele(
        *(
            lambda acteur=acteur: actions.approuver(
                changement, acteur=acteur, maintenant=MAINTENANT
            )
            for acteur in (paul, ines)
        )
    )

    assert sorted(map(str, issues)) == ["DemandeClose", "True"]
    assert evenements(creancier).count("creancier_modifie") == 1


@pytest.mark.parametrize("contre", ["retirer", "refuser", "desactiver"])
def test_approuver_contre_retirer_un_seul_gagne_et_la_valeur_le_suit(contre):
    creancier, claire, paul = un_couple()
    ines = un_utilisateur(chez=creancier)
    admin = un_utilisateur(est_administrateur=True)
    changement = demander(creancier, claire)
    faits = {"maintenant": MAINTENANT}
    autre = {
        "retirer": lambda: actions.retirer_la_demande(changement, acteur=claire, **faits),
        "refuser": lambda: actions.refuser(changement, acteur=ines, **faits),
        "desactiver": lambda: actions.desactiver_compte(
            claire, acteur=admin, maintenant=MAINTENANT
        ),
    }[contre]

    issues = en_parallele(lambda: actions.approuver(changement, acteur=paul, **faits), autre)

    etat = relu(changement).etat
    assert (issues[0] is True) == (etat == EtatChangement.APPLIQUE)
    assert iban(creancier) == (APRES if issues[0] is True else AVANT)
    if contre != "desactiver":
        assert issues.count(True) == 1
    assert len([e for e in evenements(creancier) if e.startswith("changement_")]) == 2


def test_deux_demandes_a_la_fois_n_en_laissent_qu_une():
    creancier, claire, paul = un_couple()

    issues = en_parallele(
        *(lambda acteur=acteur: demander(creancier, acteur) for acteur in (claire, paul))
    )

    assert sorted(map(str, issues)) == ["DejaDemande", "True"]
    assert Changement.objects.pour(creancier).count() == 1
