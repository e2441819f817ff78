from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from clients.enums import GenreCoordonnee, Validite
from factures.models import Litige
from recouvrement.accueil.actions import annuler_geste
from recouvrement.journal.models import Entree
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.temps import jour_de
from relances.actions.appels import Suite, consigner_appel
from relances.enums import Canal, EtatRelance, Issue
from relances.evenements import Evenement
from relances.models import Appel, Promesse, RelanceFacture
from tests.fabriques.clients import un_client, une_coordonnee
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
# Un lundi, 10 h à Paris.
LE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def client():
    return un_client()


def appeler(client, issue, *, maintenant=LE, **options):
    options.setdefault("acteur", un_utilisateur(chez=client.creancier))
    return consigner_appel(client, issue=issue, maintenant=maintenant, **options)


def etat(relance):
    relance.refresh_from_db()
    return relance.etat


def test_promettre_note_la_promesse_et_fait_l_etape(client):
    relance = une_relance(client)

    appel = appeler(
        client,
        Issue.PROMET,
        suite=Suite(montant=Decimal("1200.00"), pour_le=date(2026, 3, 9)),
    )

    promesse = Promesse.objects.pour(client.creancier).get()
    assert (promesse.montant, promesse.pour_le) == (Decimal("1200.00"), date(2026, 3, 9))
    assert (promesse.appel, promesse.faite_le) == (appel, date(2026, 3, 2))
    assert etat(relance) == EtatRelance.FAITE


def test_promettre_sans_date_ni_somme_n_ecrit_rien(client):
    relance = une_relance(client)

    with pytest.raises(ErreurMetier, match="un montant et une date"):
        appeler(client, Issue.PROMET)
    assert not Appel.objects.pour(client.creancier).exists()
    assert etat(relance) == EtatRelance.A_FAIRE


def test_contester_ouvre_un_litige_et_retire_ce_qui_devait_partir(client):
    contestee, autre = une_facture(client=client), une_facture(client=client)
    appel_du = une_relance(client, factures=[contestee])
    courriel = une_relance(
        client,
        canal=Canal.COURRIEL,
        factures=[contestee],
        etat=EtatRelance.PLANIFIEE,
    )

    appeler(
        client,
        Issue.CONTESTE,
        note="Porte livrée rayée",
        suite=Suite(motif_litige="qualite", factures=(contestee,)),
    )

    litige = Litige.objects.pour(client.creancier).get()
    assert (litige.facture, litige.detail) == (contestee, "Porte livrée rayée")
    assert etat(appel_du) == EtatRelance.FAITE
    assert etat(courriel) == EtatRelance.ANNULEE
    assert autre.litiges.count() == 0


def test_contester_dit_quoi(client):
    une_facture(client=client)

    with pytest.raises(ErreurMetier, match="quelle facture"):
        appeler(client, Issue.CONTESTE)


def test_rappeler_met_le_rappel_a_l_heure_dite(client):
    rappel = LE + timedelta(days=1, hours=5)

    appel = appeler(client, Issue.RAPPELER, suite=Suite(rappel_le=rappel))

    assert appel.rappel_le == rappel
    with pytest.raises(ErreurMetier, match="quand rappeler"):
        appeler(client, Issue.RAPPELER)


def test_dire_avoir_paye_ne_solde_rien_et_verifie_dans_trois_jours(client):
    facture = une_facture(client=client)
    courriel = une_relance(
        client, canal=Canal.COURRIEL, factures=[facture], etat=EtatRelance.A_VALIDER
    )

    appel = appeler(client, Issue.PAYE, suite=Suite(paye_le=date(2026, 2, 27)))

    facture.refresh_from_db()
    assert facture.solde == Decimal("1200.00")
    assert etat(courriel) == EtatRelance.ANNULEE
    assert courriel.motif == "Dit avoir payé le 27/02/2026"
    assert jour_de(appel.rappel_le) == date(2026, 3, 5)


def test_demander_un_delai_se_rappelle_dans_la_semaine(client):
    assert jour_de(appeler(client, Issue.DELAI).rappel_le) == date(2026, 3, 9)


def test_sans_reponse_on_rappelle_deux_jours_apres_un_jour_ouvre(client):
    jeudi = LE + timedelta(days=3)

    assert jour_de(appeler(client, Issue.SANS_REPONSE).rappel_le) == date(2026, 3, 4)
    assert jour_de(appeler(client, Issue.MESSAGERIE, maintenant=jeudi).rappel_le) == date(
        2026, 3, 9
    )


def test_la_troisieme_tentative_sans_reponse_fait_l_etape(client):
    relance = une_relance(client)

    for n in range(2):
        appeler(client, Issue.SANS_REPONSE, maintenant=LE + timedelta(days=n))
        assert etat(relance) == EtatRelance.A_FAIRE
    dernier = appeler(client, Issue.MESSAGERIE, maintenant=LE + timedelta(days=2))

    assert etat(relance) == EtatRelance.FAITE
    assert dernier.rappel_le is None
    assert RelanceFacture.objects.pour(client.creancier).get(relance=relance).est_vivante


def test_hors_scenario_les_essais_d_il_y_a_un_mois_ne_comptent_plus(client):
    for n in range(3):
        appeler(client, Issue.SANS_REPONSE, maintenant=LE + timedelta(days=n))

    assert appeler(
        client, Issue.SANS_REPONSE, maintenant=LE + timedelta(days=60)
    ).rappel_le is not None  # fmt: skip


def test_une_tentative_annulee_ne_compte_pas(client):
    relance = une_relance(client)
    annule = appeler(client, Issue.SANS_REPONSE)
    annuler_geste(annule.geste, maintenant=LE, acteur=annule.auteur)

    for n in (1, 2):
        appeler(client, Issue.SANS_REPONSE, maintenant=LE + timedelta(days=n))

    assert etat(relance) == EtatRelance.A_FAIRE


def test_un_faux_numero_est_marque_et_ne_se_rappelle_pas(client):
    numero = une_coordonnee(client, genre=GenreCoordonnee.TELEPHONE, valeur="+33299000001")

    appel = appeler(client, Issue.MAUVAIS_NUMERO, numero="+33299000001")

    numero.refresh_from_db()
    assert numero.validite == Validite.INVALIDE
    assert appel.rappel_le is None


def test_le_meme_formulaire_envoye_deux_fois_fait_un_appel(client):
    cle, acteur = uuid4(), un_utilisateur(chez=client.creancier)
    suite = Suite(montant=Decimal("1200.00"), pour_le=date(2026, 3, 9))

    premier = appeler(client, Issue.PROMET, suite=suite, cle_saisie=cle, acteur=acteur)
    second = appeler(client, Issue.PROMET, suite=suite, cle_saisie=cle, acteur=acteur)

    assert premier == second
    assert Appel.objects.pour(client.creancier).count() == 1
    assert Promesse.objects.pour(client.creancier).count() == 1
    consignes = Entree.objects.pour(client.creancier).filter(evenement=Evenement.APPEL_CONSIGNE)
    assert consignes.count() == 1


def test_un_nouvel_appel_clot_les_rappels_qui_attendaient(client):
    premier = appeler(client, Issue.SANS_REPONSE)

    appeler(client, Issue.DELAI, maintenant=LE + timedelta(days=2))

    premier.refresh_from_db()
    assert premier.rappel_clos_le == LE + timedelta(days=2)


def test_annuler_un_appel_rend_l_etape_la_promesse_et_les_rappels(client):
    relance = une_relance(client)
    avant = appeler(client, Issue.SANS_REPONSE, maintenant=LE - timedelta(days=2))
    appel = appeler(
        client, Issue.PROMET, suite=Suite(montant=Decimal("100.00"), pour_le=date(2026, 3, 9))
    )

    annuler_geste(appel.geste, maintenant=LE, acteur=appel.auteur)
    annuler_geste(appel.geste, maintenant=LE, acteur=appel.auteur)

    appel.refresh_from_db()
    avant.refresh_from_db()
    assert appel.annule_le == LE
    assert etat(relance) == EtatRelance.A_FAIRE
    assert not Promesse.objects.pour(client.creancier).en_cours().exists()
    assert avant.rappel_clos_le is None


def test_annuler_un_appel_rend_la_promesse_qu_il_avait_remplacee(client):
    ancienne = appeler(
        client, Issue.PROMET, suite=Suite(montant=Decimal("80.00"), pour_le=date(2026, 3, 6))
    ).promesse
    appel = appeler(
        client, Issue.PROMET, suite=Suite(montant=Decimal("100.00"), pour_le=date(2026, 3, 9))
    )

    annuler_geste(appel.geste, maintenant=LE, acteur=appel.auteur)

    assert list(Promesse.objects.pour(client.creancier).en_cours()) == [ancienne]


def test_annuler_un_appel_clot_le_litige_qu_il_avait_ouvert(client):
    facture = une_facture(client=client)
    appel = appeler(client, Issue.CONTESTE, note="Le métré", suite=Suite(factures=(facture,)))

    annuler_geste(appel.geste, maintenant=LE, acteur=appel.auteur)

    [litige] = Litige.objects.pour(client.creancier)
    assert (litige.clos_le, litige.note_issue) == (date(2026, 3, 2), "Appel annulé")


def test_annuler_un_faux_numero_le_rend_a_essayer(client):
    numero = une_coordonnee(client, genre=GenreCoordonnee.TELEPHONE, valeur="+33199001234")
    appel = appeler(client, Issue.MAUVAIS_NUMERO, numero=numero.valeur)
    numero.refresh_from_db()
    assert numero.validite == Validite.INVALIDE

    annuler_geste(appel.geste, maintenant=LE, acteur=appel.auteur)

    numero.refresh_from_db()
    assert numero.validite == Validite.INCONNUE
