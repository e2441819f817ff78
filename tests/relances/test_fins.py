"""Au bout du scénario, une facture encore due : une tâche et une ligne, une fois par cycle."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from recouvrement.accueil.lectures.a_faire import combien
from recouvrement.accueil.lectures.journee import ma_journee
from recouvrement.journal.models import Entree
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.fins import constater_les_fins, decider_des_fins
from relances.actions.planification import planifier
from relances.enums import EtatRelance
from relances.lectures.faits import cadre_du_jour
from relances.models import Etape, FinDeScenario, RelanceFacture
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
MAINTENANT = datetime(2026, 9, 3, 10, tzinfo=UTC)
AU = date(2026, 9, 3)


@pytest.fixture
def debiteur():
    return un_client()


@pytest.fixture
def acteur(debiteur):
    return un_utilisateur(chez=debiteur.creancier)


@pytest.fixture
def facture(debiteur):
    """Sa dernière étape est faite ; elle reste due."""
    facture = une_facture(client=debiteur, date_echeance=date(2026, 5, 1))
    derniere_etape_faite(facture)
    return facture


def derniere_etape_faite(facture, **champs):
    relance = une_relance(
        facture.client,
        factures=[facture],
        etat=EtatRelance.FAITE,
        faite_le=datetime(2026, 7, 20, 10, tzinfo=UTC),
    )
    derniere = Etape.objects.pour(facture.creancier).en_vigueur().order_by("-rang").first()
    lignes = RelanceFacture.objects.pour(facture.creancier).filter(relance=relance)
    lignes.update(etape=derniere, cle_etape=derniere.cle, rang=derniere.rang, **champs)


def les_fins(creancier):
    return [a for a in ma_journee([creancier], maintenant=MAINTENANT).actions if a.genre == "fin"]


def test_la_planification_fait_une_tache_et_une_ligne_une_seule_fois(debiteur, facture):
    creancier = debiteur.creancier
    for _ in range(3):
        planifier(creancier, au=AU, maintenant=MAINTENANT)

    [tache] = les_fins(creancier)
    assert (tache.client_id, tache.raison) == (
        debiteur.pk,
        "Scénario terminé : décider de la suite",
    )
    ligne = Entree.objects.pour(creancier).filter(evenement="scenario_termine").get()
    assert ligne.cible_id == facture.pk
    journee = ma_journee([creancier], maintenant=MAINTENANT)
    assert combien([creancier], maintenant=MAINTENANT).journee == journee.a_faire


def test_redevenue_due_elle_recommence_et_finira_une_autre_fois(debiteur, facture):
    constater_les_fins(cadre_du_jour(debiteur.creancier, au=AU))
    facture.cycle = 2
    facture.save(update_fields=["cycle"])
    assert constater_les_fins(cadre_du_jour(debiteur.creancier, au=AU)) == 0
    assert les_fins(debiteur.creancier) == []

    derniere_etape_faite(facture, cycle=2)
    assert constater_les_fins(cadre_du_jour(debiteur.creancier, au=AU)) == 1
    assert FinDeScenario.objects.pour(debiteur.creancier).count() == 2


@pytest.mark.parametrize(
    "champs",
    [
        {"suspendu_le": date(2026, 8, 1)},
        {"procedure_collective_le": date(2026, 8, 1)},
    ],
)
def test_ce_qui_arrete_les_relances_n_attend_pas_de_decision(debiteur, facture, champs):
    for nom, valeur in champs.items():
        setattr(debiteur, nom, valeur)
    debiteur.save(update_fields=list(champs))
    assert constater_les_fins(cadre_du_jour(debiteur.creancier, au=AU)) == 0


def test_une_etape_qui_reste_a_faire_n_est_pas_une_fin(debiteur):
    facture = une_facture(client=debiteur, date_echeance=date(2026, 5, 1))
    une_relance(debiteur, factures=[facture])
    assert constater_les_fins(cadre_du_jour(debiteur.creancier, au=AU)) == 0


def test_c_est_decide_retire_la_tache_et_laisse_la_facture_due(client, debiteur, facture, acteur):
    constater_les_fins(cadre_du_jour(debiteur.creancier, au=AU))
    client.force_login(acteur)
    client.post(reverse("relances:fin_decidee", args=[debiteur.creancier.code, debiteur.pk]))

    assert les_fins(debiteur.creancier) == []
    assert constater_les_fins(cadre_du_jour(debiteur.creancier, au=AU)) == 0
    facture.refresh_from_db()
    assert facture.solde > 0
    with pytest.raises(ErreurMetier, match="Rien n'attend"):
        decider_des_fins(debiteur, acteur=acteur)
