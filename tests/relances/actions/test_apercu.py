"""L'aperçu et la planification donnent la même réponse : la table des règles, deux fois posée."""

from datetime import UTC, date, datetime, timedelta

import pytest

from factures.actions import annuler_encaissement
from factures.models import Facture
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from relances.actions.decisions import renvoyer
from relances.actions.envoi import METIER
from relances.actions.planification import planifier
from relances.enums import CodeBlocage, EtatRelance
from relances.lectures.relecture import relire
from relances.models import Relance
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import un_encaissement, une_facture

pytestmark = pytest.mark.django_db

LUNDI = date(2026, 11, 23)
DIX_HEURES = datetime(2026, 11, 23, 9, tzinfo=UTC)


def apres(jours):
    return {
        "au": LUNDI + timedelta(days=jours),
        "maintenant": DIX_HEURES + timedelta(days=jours),
    }


def apercu(creancier, *, jours):
    """Ce que le prochain battement ferait : (facture, étape) à prévoir, et les raisons du reste."""
    bilan = planifier(creancier, a_blanc=True, **apres(jours))
    prevues = {(ligne.pk, etape.cle) for prevue in bilan.creees for ligne, etape in prevue.lignes}
    return prevues, {e.facture: [b.phrase for b in e.blocages] for e in bilan.ecartees}


def planifiees(creancier, *, jours):
    bilan = planifier(creancier, **apres(jours))
    return {(ligne.pk, etape.cle) for prevue in bilan.creees for ligne, etape in prevue.lignes}


def devenue_incertaine(creancier):
    """Le premier rappel a été transmis le lundi, et le serveur n'a pas dit s'il le prenait."""
    planifier(creancier, **apres(0))
    relance = Relance.objects.pour(creancier).get()
    Envoi.objects.pour(creancier).update(etat=EtatEnvoi.INCERTAIN, octets=b"x", data_a=DIX_HEURES)
    envoi = Envoi.objects.pour(creancier).get()
    METIER.non_parti(envoi, EtatEnvoi.INCERTAIN, "Pas de réponse", maintenant=DIX_HEURES)
    relance.refresh_from_db()
    assert relance.etat == EtatRelance.INCERTAINE
    return relance


@pytest.fixture
def impayee():
    return une_facture(
        creancier=un_creancier(),
        date_emission=LUNDI - timedelta(days=35),
        date_echeance=LUNDI - timedelta(days=5),
    )


@pytest.fixture
def rejetee(impayee):
    """Payée deux jours après un envoi incertain ; puis le chèque revient, elle est redue."""
    relance = devenue_incertaine(impayee.creancier)
    cheque = un_encaissement(
        impayee, montant=impayee.solde, recu_le=LUNDI + timedelta(days=2), moyen="cheque"
    )
    annuler_encaissement(
        cheque,
        le=LUNDI + timedelta(days=9),
        motif="Chèque sans provision",
        acteur=un_utilisateur(chez=impayee.creancier),
    )
    facture = Facture.objects.pour(impayee.creancier).get()
    assert (facture.cycle, facture.solde) == (2, facture.montant_ttc)
    return relance, facture


def test_tant_qu_il_est_incertain_un_envoi_retient_la_suite(impayee):
    creancier = impayee.creancier
    devenue_incertaine(creancier)
    prevues, raisons = apercu(creancier, jours=30)
    assert prevues == set()
    assert raisons == {impayee.pk: ["Le dernier envoi est incertain : à trancher"]}
    assert planifiees(creancier, jours=30) == set()


def test_un_cheque_rejete_apres_un_envoi_incertain_l_apercu_dit_ce_que_fait_la_planification(
    rejetee,
):
    _, facture = rejetee
    prevues, _ = apercu(facture.creancier, jours=10)
    assert prevues == {(facture.pk, "rappel")}
    assert planifiees(facture.creancier, jours=10) == prevues


def test_renvoyer_le_message_d_un_cycle_passe_ne_saute_pas_les_etapes_du_nouveau(rejetee):
    relance, facture = rejetee
    creancier = facture.creancier
    dans_dix_jours = apres(10)["maintenant"]
    renvoyer(relance, maintenant=dans_dix_jours, acteur=un_utilisateur(chez=creancier))
    relue = relire(creancier, maintenant=dans_dix_jours, pk=relance.pk)
    assert relue.dues == []
    assert [(b.code, b.phrase) for b in relue.contre] == [
        (CodeBlocage.DEVANCEE, "Facture payée depuis, puis redevenue due : ses étapes recommencent")
    ]
