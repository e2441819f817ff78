"""D'une décision saisie une fois : quand elle s'exécute, ce qui court, ce qui se prescrit."""

from datetime import date

import pytest

from recouvrement.droit.actes import Acte
from recouvrement.droit.delais import Distance
from recouvrement.droit.feries import Zone
from recouvrement.droit.sources import Confiance
from recouvrement.droit.titre import (
    Nature,
    Titre,
    actes_du_titre,
    echeances_du_titre,
    executoire,
)

ORDONNANCE = date(2026, 9, 10)
SIGNIFIEE = date(2026, 10, 15)


def une_ordonnance(**faits):
    return Titre(Nature.INJONCTION, ORDONNANCE, **faits)


def dites(titre, **lieu):
    return [(e.jour, e.a_tenir) for e in echeances_du_titre(titre, **lieu)]


def test_une_ordonnance_a_signifier_dit_jusqu_a_quand():
    """Trois mois depuis la réforme : 10/12/2026."""
    assert dites(une_ordonnance()) == [(date(2026, 12, 10), True)]
    assert actes_du_titre(une_ordonnance()) == ()


def test_signifiee_a_personne_elle_ouvre_l_opposition_puis_l_execution():
    """Opposition : 15/11/2026, un dimanche, donc le 16. Exécution après le 15/12."""
    signifiee = une_ordonnance(signifie_le=SIGNIFIEE, a_personne=True)
    assert dites(signifiee) == [(date(2026, 11, 16), False)]
    assert executoire(signifiee).apres == date(2026, 12, 15)


def test_signifiee_autrement_l_opposition_repart_du_premier_acte_a_personne():
    """CPC, art. 1416 : un acte remis le 15/01/2027 rouvre un mois, 15/02/2027, un lundi."""
    autrement = une_ordonnance(signifie_le=SIGNIFIEE, a_personne=False)
    assert "au moins" in str(echeances_du_titre(autrement)[0])
    ensuite = une_ordonnance(
        signifie_le=SIGNIFIEE, a_personne=False, acte_a_personne_le=date(2027, 1, 15)
    )
    assert dites(ensuite)[0] == (date(2027, 2, 15), False)


def test_une_opposition_arrete_l_execution_et_son_extinction_la_rend():
    opposee = une_ordonnance(signifie_le=SIGNIFIEE, opposition_le=date(2026, 11, 2))
    assert (executoire(opposee).apres, dites(opposee)) == (None, [])
    eteinte = une_ordonnance(
        signifie_le=SIGNIFIEE,
        opposition_le=date(2026, 11, 2),
        recours_eteint_le=date(2027, 3, 1),
    )
    assert executoire(eteinte).apres == date(2027, 3, 1)
    assert [a.fin for a in actes_du_titre(eteinte)] == [None, date(2027, 3, 1)]


def test_non_avenue_elle_ne_s_execute_pas_et_n_interrompt_rien():
    tardive = une_ordonnance(signifie_le=date(2026, 12, 11))
    assert executoire(tardive).non_avenue
    assert dites(tardive) == []
    assert [(a.acte, a.non_avenu) for a in actes_du_titre(tardive)] == [
        (Acte.SIGNIFICATION_INJONCTION, True)
    ]


def test_un_jugement_donne_dix_ans_de_sa_date_et_s_execute_du_jour_dit():
    jugement = Titre(Nature.JUGEMENT, date(2026, 3, 12), executoire_le=date(2026, 3, 20))
    assert executoire(jugement).apres == date(2026, 3, 20)
    assert [(a.acte, a.le) for a in actes_du_titre(jugement)] == [
        (Acte.DECISION, date(2026, 3, 12))
    ]
    # Par défaut ou réputé contradictoire : six mois pour signifier (CPC, art. 478, à confirmer).
    [echeance] = echeances_du_titre(jugement)
    assert (echeance.jour, echeance.confiance) == (date(2026, 9, 12), Confiance.DE_MEMOIRE)
    assert str(echeance).endswith("(CPC, art. 478) · à confirmer")


@pytest.mark.parametrize(
    ("nature", "distance", "jusqu_au"),
    [
        (Nature.JUGEMENT, Distance.AUCUNE, date(2026, 11, 16)),  # 15/11, un dimanche
        (Nature.REFERE, Distance.AUCUNE, date(2026, 10, 30)),  # quinze jours
        (Nature.JUGEMENT, Distance.ETRANGER, date(2027, 1, 15)),  # 1 + 2 mois d'un trait
    ],
)
def test_l_appel_court_de_la_signification(nature, distance, jusqu_au):
    titre = Titre(nature, ORDONNANCE, executoire_le=ORDONNANCE, signifie_le=SIGNIFIEE)
    assert dites(titre, distance=distance) == [(jusqu_au, False)]


def test_un_delai_n_est_passe_que_le_lendemain_du_dernier_jour_legal():
    """Ordonnance du 26/09/2026 : 26/12, un samedi ; en Alsace comme ailleurs, lundi 28."""
    [echeance] = echeances_du_titre(Titre(Nature.INJONCTION, date(2026, 9, 26)), zone=Zone.ALSACE)
    assert echeance.jour == date(2026, 12, 26)
    assert not echeance.est_passee(date(2026, 12, 28))
    assert echeance.est_passee(date(2026, 12, 29))
