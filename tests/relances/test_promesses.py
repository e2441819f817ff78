from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from factures.actions import annuler_encaissement, encaisser
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.promesses import constater_promesse, promettre
from relances.enums import Canal, EtatRelance
from relances.models import Promesse, RelanceFacture
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
LE = date(2026, 3, 2)
POUR_LE = date(2026, 3, 9)
MATIN = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def client():
    return un_client()


def une_promesse(client, *, montant="1200.00", **champs):
    valeurs = {
        "montant": Decimal(montant),
        "pour_le": POUR_LE,
        "le": LE,
        "acteur": un_utilisateur(chez=client.creancier),
    }
    return promettre(client, **valeurs | champs)


def recevoir(client, montant, le):
    return encaisser(client, montant=Decimal(montant), recu_le=le, moyen="virement", acteur=None)


def relire(promesse):
    promesse.refresh_from_db()
    return (promesse.est_tenue, promesse.close_le)


def un_envoi(client, **champs):
    valeurs = {
        "nature": "relance",
        "cle": "essai",
        "destinataire": "compta@duval.example",
        "expediteur": "compta@kerbrat.example",
        "sujet": "Rappel",
        "etat": EtatEnvoi.A_ENVOYER,
        "message_id": "<essai@exemple.example>",
        "pas_avant": MATIN,
        "octets": b"Rappel",
        "data_a": MATIN,
        "jeton": uuid4(),
        "bail": MATIN,
    }
    return Envoi.objects.create(creancier=client.creancier, **valeurs | champs)


def test_une_promesse_retire_la_relance_prevue_et_son_message(client):
    facture = une_facture(client=client)
    envoi = un_envoi(client)
    relance = une_relance(
        client,
        canal=Canal.COURRIEL,
        factures=[facture],
        etat=EtatRelance.PLANIFIEE,
        envoi=envoi,
    )

    une_promesse(client)

    relance.refresh_from_db()
    envoi.refresh_from_db()
    assert relance.etat == EtatRelance.ANNULEE
    assert relance.motif == "Promesse de paiement pour le 09/03/2026"
    assert envoi.etat == EtatEnvoi.ANNULE
    assert not RelanceFacture.objects.pour(client.creancier).get().est_vivante


def test_un_message_deja_en_route_n_est_pas_retire(client):
    envoi = un_envoi(client, etat=EtatEnvoi.DATA)
    relance = une_relance(client, canal=Canal.COURRIEL, etat=EtatRelance.PLANIFIEE, envoi=envoi)

    une_promesse(client)

    relance.refresh_from_db()
    assert relance.etat == EtatRelance.PLANIFIEE


def test_une_nouvelle_promesse_remplace_l_ancienne(client):
    ancienne = une_promesse(client)

    nouvelle = une_promesse(client, montant="600.00")

    assert relire(ancienne) == (None, LE)
    assert list(Promesse.objects.pour(client.creancier).en_cours()) == [nouvelle]


@pytest.mark.parametrize("faute", [{"montant": "0.00"}, {"pour_le": date(2026, 3, 1)}])
def test_une_promesse_a_une_somme_et_une_date_a_venir(client, faute):
    with pytest.raises(ErreurMetier):
        une_promesse(client, **faute)


def test_le_reglement_qui_couvre_la_promesse_la_tient(client):
    une_facture(client=client)
    promesse = une_promesse(client)

    recevoir(client, "1200.00", date(2026, 3, 6))

    assert relire(promesse) == (True, date(2026, 3, 6))


def test_deux_reglements_partiels_tiennent_une_promesse_partielle(client):
    une_facture(client=client)
    promesse = une_promesse(client, montant="500.00")

    recevoir(client, "200.00", date(2026, 3, 4))
    assert relire(promesse) == (None, None)
    recevoir(client, "300.00", date(2026, 3, 9))

    assert relire(promesse) == (True, date(2026, 3, 9))


def test_ce_qui_etait_recu_avant_la_promesse_ne_la_tient_pas(client):
    une_facture(client=client)
    recevoir(client, "600.00", date(2026, 2, 20))
    promesse = une_promesse(client, montant="600.00")

    recevoir(client, "100.00", date(2026, 3, 4))

    assert relire(promesse) == (None, None)


def test_un_cheque_rejete_rouvre_la_promesse_qu_il_avait_tenue(client):
    une_facture(client=client)
    promesse = une_promesse(client)
    cheque = recevoir(client, "1200.00", date(2026, 3, 6))
    assert relire(promesse) == (True, date(2026, 3, 6))

    annuler_encaissement(cheque, motif="Chèque rejeté", le=date(2026, 3, 11), acteur=None)

    assert relire(promesse) == (None, None)
    assert promesse.est_rompue(au=date(2026, 3, 13))
    recevoir(client, "1200.00", date(2026, 3, 14))
    assert relire(promesse) == (True, date(2026, 3, 14))


def test_annuler_un_reglement_de_trop_laisse_la_promesse_tenue(client):
    une_facture(client=client)
    promesse = une_promesse(client, montant="500.00")
    recevoir(client, "500.00", date(2026, 3, 4))
    autre = recevoir(client, "300.00", date(2026, 3, 5))

    annuler_encaissement(autre, motif="Saisi deux fois", le=date(2026, 3, 6), acteur=None)

    assert relire(promesse) == (True, date(2026, 3, 4))


def test_un_reglement_d_avant_annule_ne_rouvre_ni_n_empeche_rien(client):
    une_facture(client=client, montant_ttc=Decimal("5000.00"))
    ancien = recevoir(client, "600.00", date(2026, 2, 20))
    promesse = une_promesse(client, montant="500.00")
    annuler_encaissement(ancien, motif="Chèque rejeté", le=date(2026, 3, 3), acteur=None)
    assert relire(promesse) == (None, None)

    recevoir(client, "500.00", date(2026, 3, 4))

    assert relire(promesse) == (True, date(2026, 3, 4))


def test_une_promesse_plus_recente_n_est_pas_doublee_par_l_ancienne(client):
    une_facture(client=client)
    ancienne = une_promesse(client, montant="200.00")
    cheque = recevoir(client, "200.00", date(2026, 3, 3))
    nouvelle = une_promesse(client, montant="1000.00", le=date(2026, 3, 4))

    annuler_encaissement(cheque, motif="Chèque rejeté", le=date(2026, 3, 5), acteur=None)

    assert relire(ancienne) == (True, date(2026, 3, 3))
    assert relire(nouvelle) == (None, None)


def test_la_promesse_dite_tenue_par_une_personne_le_reste(client):
    une_facture(client=client)
    promesse = une_promesse(client)
    cheque = recevoir(client, "300.00", date(2026, 3, 4))
    acteur = un_utilisateur(chez=client.creancier)
    constater_promesse(promesse, est_tenue=True, le=POUR_LE, acteur=acteur)

    annuler_encaissement(cheque, motif="Chèque rejeté", le=POUR_LE, acteur=None)

    assert relire(promesse) == (True, POUR_LE)


def test_le_reglement_d_un_autre_client_ne_tient_rien(client):
    promesse = une_promesse(client)
    autre = un_client(creancier=client.creancier)
    une_facture(client=autre)

    recevoir(autre, "1200.00", date(2026, 3, 6))

    assert relire(promesse) == (None, None)


def test_une_promesse_n_est_rompue_qu_apres_trois_jours_de_grace(client):
    promesse = une_promesse(client)

    assert not promesse.est_rompue(au=date(2026, 3, 12))
    assert promesse.est_rompue(au=date(2026, 3, 13))


@pytest.mark.parametrize("est_tenue", [True, False])
def test_une_personne_constate_une_seule_fois(client, est_tenue):
    promesse, acteur = une_promesse(client), un_utilisateur(chez=client.creancier)

    constater_promesse(promesse, est_tenue=est_tenue, le=POUR_LE, acteur=acteur)

    assert relire(promesse) == (est_tenue, POUR_LE)
    with pytest.raises(ErreurMetier, match="déjà close"):
        constater_promesse(promesse, est_tenue=est_tenue, le=POUR_LE, acteur=acteur)
