"""Annuler un geste ne rend pas les relances qu'un autre retient, et ne rend que ce qui est dû."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from factures.actions import encaisser, ouvrir_litige
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.appels import Suite
from relances.actions.courriers import preparer_lettre
from relances.actions.decisions import annuler, valider
from relances.actions.planification import ADRESSE_A_CORRIGER, planifier
from relances.actions.poste import poster
from relances.enums import Canal, EtatCourrier, EtatRelance, Issue
from relances.models import Relance
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance
from tests.recouvrement.accueil.test_gestes import JOUR, LE, appeler, revenir

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_du():
    return un_client()


@pytest.fixture
def acteur(client_du):
    return un_utilisateur(chez=client_du.creancier)


def promettre(client, acteur, montant=100):
    suite = Suite(montant=Decimal(montant), pour_le=date(2026, 3, 9))
    return appeler(client, acteur, Issue.PROMET, suite=suite).geste


def dire_paye(client, acteur):
    return appeler(client, acteur, Issue.PAYE).geste


def contester(client, acteur):
    facture = Relance.objects.pour(client.creancier).first().lignes.first().facture
    return ouvrir_litige(facture, motif="autre", le=JOUR, acteur=acteur).geste


def un_courriel(client, **champs):
    valeurs = {"etat": EtatRelance.A_VALIDER, "destinataire": "compta@vasseur.example"}
    return une_relance(client, canal=Canal.COURRIEL, **valeurs | champs)


def solder(client, relance, acteur):
    encaisser(
        client, montant=relance.lignes.get().facture.solde, recu_le=JOUR, moyen="virement",
        acteur=acteur,
    )  # fmt: skip


def etat(relance):
    relance.refresh_from_db()
    return relance.etat, relance.lignes.filter(est_vivante=True).count()


@pytest.mark.parametrize(
    ("premier", "second"),
    [
        (promettre, promettre), (dire_paye, promettre), (dire_paye, contester),
        (promettre, dire_paye), (dire_paye, dire_paye), (promettre, contester),
    ],
)  # fmt: skip
def test_la_relance_revient_quand_le_dernier_geste_la_lache(client_du, acteur, premier, second):
    relance = un_courriel(client_du)
    a, b = premier(client_du, acteur), second(client_du, acteur)

    revenir(a, acteur)
    assert etat(relance) == (EtatRelance.ANNULEE, 0)
    revenir(b, acteur)
    assert etat(relance) == (EtatRelance.A_VALIDER, 1)


def test_un_litige_ne_garde_que_sa_facture(client_du, acteur):
    une, autre = (une_facture(client=client_du) for _ in range(2))
    relance = un_courriel(client_du, factures=[une, autre])
    paye = dire_paye(client_du, acteur)
    litige = ouvrir_litige(une, motif="autre", le=JOUR, acteur=acteur)

    revenir(paye, acteur)
    assert etat(relance) == (EtatRelance.A_VALIDER, 1)
    revenir(litige.geste, acteur)
    assert etat(relance) == (EtatRelance.A_VALIDER, 2)


@pytest.fixture
def prevue(client_du):
    une_facture(client=client_du, date_emission=date(2025, 12, 1), date_echeance=date(2026, 1, 1))
    Creancier.objects.filter(pk=client_du.creancier.pk).update(
        reglements_connus_au=JOUR, courriel_expediteur="nous@atelier.example"
    )
    client_du.creancier.refresh_from_db()
    planifier(client_du.creancier, au=JOUR, maintenant=LE)
    return Relance.objects.pour(client_du.creancier).get()


def test_un_message_prevu_puis_retenu_par_erreur_revient_a_valider(client_du, acteur, prevue):
    if prevue.etat == EtatRelance.A_VALIDER:
        prevue = valider(prevue, maintenant=LE, acteur=acteur)
    envoi = prevue.envoi
    retenue = annuler(prevue, motif="Pas maintenant", acteur=acteur)

    revenir(retenue.decision_geste, acteur)

    envoi.refresh_from_db()
    assert envoi.etat == EtatEnvoi.ANNULE
    assert etat(prevue) == (EtatRelance.A_VALIDER, 1)
    assert valider(prevue, maintenant=LE, acteur=acteur).envoi_id != envoi.pk


def test_une_retenue_ne_se_reprend_plus_quand_la_suite_est_partie(client_du, acteur):
    relance = un_courriel(client_du)
    retenue = annuler(relance, motif="Non", acteur=acteur)
    une_relance(
        client_du, factures=[relance.lignes.get().facture], etat=EtatRelance.FAITE, faite_le=LE
    )
    with pytest.raises(ErreurMetier, match="suivante"):
        revenir(retenue.decision_geste, acteur)


def test_retenue_puis_payee_elle_ne_revient_pas(client_du, acteur):
    relance = un_courriel(client_du)
    retenue = annuler(relance, motif="Non", acteur=acteur)
    solder(client_du, relance, acteur)
    revenir(retenue.decision_geste, acteur)
    assert etat(relance) == (EtatRelance.ANNULEE, 0)


def test_un_courriel_sans_adresse_la_redemande(client_du, acteur):
    sans = un_client(creancier=client_du.creancier, courriel=None)
    relance = un_courriel(sans, etat=EtatRelance.A_FAIRE, destinataire="", motif=ADRESSE_A_CORRIGER)
    revenir(contester(sans, acteur), acteur)
    assert etat(relance) == (EtatRelance.A_FAIRE, 1)
    assert relance.motif == ADRESSE_A_CORRIGER


def test_un_appel_annule_apres_paiement_n_est_plus_a_faire(client_du, acteur):
    relance = une_relance(client_du)
    appel = appeler(client_du, acteur, Issue.DELAI)
    solder(client_du, relance, acteur)
    revenir(appel.geste, acteur)
    assert etat(relance) == (EtatRelance.ANNULEE, 0)
    assert relance.faite_le is None


def test_un_depot_annule_apres_paiement_ne_se_reposte_pas(client_du, acteur):
    relance = une_relance(client_du, canal=Canal.RECOMMANDE)
    maintenant = timezone.now()
    lettre = preparer_lettre(relance, maintenant=maintenant, acteur=acteur)
    lettre = poster(
        lettre, le=timezone.localdate(), numero_suivi="1A", maintenant=maintenant, acteur=acteur
    )
    solder(client_du, relance, acteur)
    revenir(lettre.poste_geste, acteur, maintenant)
    lettre.refresh_from_db()
    assert lettre.etat == EtatCourrier.ANNULE
    assert etat(relance) == (EtatRelance.ANNULEE, 0)


def test_la_relance_suivante_garde_les_factures_des_autres(client_du, acteur):
    une, autre = (une_facture(client=client_du) for _ in range(2))
    une_relance(client_du, factures=[une])
    appel = appeler(client_du, acteur, Issue.DELAI)
    suivante = un_courriel(client_du, factures=[une, autre])
    revenir(appel.geste, acteur)
    assert etat(suivante) == (EtatRelance.A_VALIDER, 1)
    assert suivante.lignes.get(est_vivante=True).facture == autre
