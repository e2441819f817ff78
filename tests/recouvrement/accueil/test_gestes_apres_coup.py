"""Annuler un geste après que d'autres faits ont suivi : l'argent, la poste, l'effacement."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from clients.erreurs import ClientEfface
from contentieux.actions import ouvrir_dossier, ranger_pieces
from contentieux.enums import Voie
from factures.actions import annuler_encaissement, encaisser
from factures.actions.pieces import deposer_piece
from factures.enums import NaturePiece
from factures.models import Piece
from recouvrement.accueil.actions import annuler_geste
from recouvrement.journal.immuable import fautes_de_garde
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.vie_privee.actions.effacement import effacer_les_personnes
from relances.actions.appels import Suite, clore_rappel, consigner_appel
from relances.actions.courriers import preparer_lettre
from relances.actions.poste import poster
from relances.actions.preuves import Preuve
from relances.actions.promesses import constater_promesse
from relances.enums import Canal, EtatCourrier, Issue
from relances.models import Promesse
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
LE = datetime(2026, 3, 2, 9, tzinfo=UTC)
JOUR = date(2026, 3, 2)


@pytest.fixture
def client_du():
    return un_client(nature="particulier")


@pytest.fixture
def acteur(client_du):
    return un_utilisateur(chez=client_du.creancier)


def promettre(client, acteur, montant):
    suite = Suite(montant=Decimal(montant), pour_le=date(2026, 3, 9))
    appel = consigner_appel(client, issue=Issue.PROMET, maintenant=LE, acteur=acteur, suite=suite)
    return Promesse.objects.pour(client.creancier).get(geste=appel.geste)


def payer(client, acteur, montant):
    return encaisser(
        client, montant=Decimal(montant), recu_le=date(2026, 3, 3), moyen="virement", acteur=acteur
    )


def revenir(geste, acteur, maintenant=LE):
    return annuler_geste(geste, acteur=acteur, maintenant=maintenant)


def test_la_promesse_rendue_mais_deja_couverte_est_tenue(client_du, acteur):
    une_facture(client=client_du, montant_ttc=Decimal(5000))
    premiere = promettre(client_du, acteur, 100)
    seconde = promettre(client_du, acteur, 1000)
    payer(client_du, acteur, 200)
    revenir(seconde.geste, acteur)
    premiere.refresh_from_db()
    assert (premiere.est_tenue, premiere.close_le) == (True, date(2026, 3, 3))
    assert not premiere.est_annulee


def test_le_constat_annule_apres_le_reglement_laisse_la_promesse_tenue(client_du, acteur):
    une_facture(client=client_du, montant_ttc=Decimal(5000))
    promesse = promettre(client_du, acteur, 100)
    constat = constater_promesse(promesse, est_tenue=False, le=JOUR, acteur=acteur).close_geste
    payer(client_du, acteur, 200)
    revenir(constat, acteur)
    promesse.refresh_from_db()
    assert promesse.est_tenue is True


def test_la_promesse_tenue_par_un_reglement_annule_reprend_son_cours(client_du, acteur):
    une_facture(client=client_du, montant_ttc=Decimal(5000))
    premiere = promettre(client_du, acteur, 100)
    recu = payer(client_du, acteur, 200)
    seconde = promettre(client_du, acteur, 1000)
    revenir(recu.geste, acteur, timezone.now())
    revenir(seconde.geste, acteur)
    premiere.refresh_from_db()
    assert (premiere.est_tenue, premiere.close_le) == (None, None)


def test_l_argent_saisi_avant_la_promesse_ne_la_tient_pas(client_du, acteur):
    une_facture(client=client_du, montant_ttc=Decimal(5000))
    payer(client_du, acteur, 200)
    promesse = promettre(client_du, acteur, 100)
    payer(client_du, acteur, 10)
    promesse.refresh_from_db()
    assert promesse.est_tenue is None


def test_clore_le_rappel_d_un_appel_barre_ne_pose_aucun_geste(client_du, acteur):
    appel = consigner_appel(client_du, issue=Issue.DELAI, maintenant=LE, acteur=acteur)
    revenir(appel.geste, acteur)
    assert clore_rappel(appel, maintenant=LE, acteur=acteur) is None


RECU = Preuve("recu.txt", b"Depot du 2 mars")


def deposer(client, acteur):
    lettre = preparer_lettre(
        une_relance(client, canal=Canal.RECOMMANDE), maintenant=timezone.now(), acteur=acteur
    )
    return redeposer(lettre, acteur)


def redeposer(lettre, acteur, recu=RECU):
    return poster(
        lettre, le=timezone.localdate(), numero_suivi="1A", maintenant=timezone.now(),
        acteur=acteur, preuve=recu,
    )  # fmt: skip


def test_la_preuve_d_un_depot_annule_quitte_le_dossier(client_du, acteur):
    lettre = deposer(client_du, acteur)
    assert lettre.preuve_depot.geste == lettre.poste_geste
    revenir(lettre.poste_geste, acteur)
    lettre.refresh_from_db()
    assert (lettre.etat, lettre.preuve_depot) == (EtatCourrier.A_POSTER, None)
    assert not Piece.objects.pour(client_du.creancier).exists()
    # Le même reçu se dépose de nouveau ; versée à part, une preuve ne s'efface toujours pas.
    assert redeposer(lettre, acteur).preuve_depot is not None
    assert fautes_de_garde() == []


def test_la_preuve_qui_remplace_celle_du_depot_part_avec_lui(client_du, acteur):
    lettre = deposer(client_du, acteur)
    redeposer(lettre, acteur, Preuve("autre.txt", b"Le bon recu"))
    revenir(lettre.poste_geste, acteur)
    assert not Piece.objects.pour(client_du.creancier).exists()


def test_la_preuve_deja_au_bordereau_y_reste(client_du, acteur):
    facture = une_facture(client=client_du)
    lettre = deposer(client_du, acteur)
    dossier = ouvrir_dossier(
        client_du, factures=[facture], voie=Voie.AUTRE, le=date(2026, 6, 1), acteur=acteur
    )
    ranger_pieces(dossier, pieces=[(lettre.preuve_depot, "")], acteur=acteur)
    revenir(lettre.poste_geste, acteur)
    lettre.refresh_from_db()
    assert lettre.preuve_depot is None
    assert Piece.objects.pour(client_du.creancier).count() == 1


def effacer(client, acteur):
    effacer_les_personnes(client, nom=client.nom, maintenant=timezone.now(), acteur=acteur)
    client.refresh_from_db()


def test_une_fiche_effacee_ne_recoit_ni_piece_ni_geste_mais_son_compte_vit(client_du, acteur):
    facture = une_facture(client=client_du)
    recu = payer(client_du, acteur, facture.solde)
    effacer(client_du, acteur)
    with pytest.raises(ClientEfface):
        deposer_piece(
            client_du, nature=NaturePiece.DEVIS, intitule="", nom_fichier="a.txt", octets=b"a",
            acteur=acteur,
        )  # fmt: skip
    annuler_encaissement(recu, motif="Chèque rejeté", acteur=acteur, le=date(2026, 3, 9))
    facture.refresh_from_db()
    assert facture.solde == facture.montant_ttc
    payer(client_du, acteur, facture.solde)
    facture.refresh_from_db()
    assert facture.solde == 0


@pytest.mark.parametrize("sorte", ["appel", "promesse", "constat"])
def test_la_page_du_geste_dit_que_la_fiche_est_effacee(client_du, acteur, client, sorte):
    if sorte == "appel":
        geste = consigner_appel(client_du, issue=Issue.DELAI, maintenant=LE, acteur=acteur).geste
    else:
        promesse = promettre(client_du, acteur, 100)
        geste = promesse.geste
        if sorte == "constat":
            geste = constater_promesse(
                promesse, est_tenue=False, le=JOUR, acteur=acteur
            ).close_geste
    effacer(client_du, acteur)
    client.force_login(acteur)
    assert client.get(geste.get_absolute_url()).context["fiche"].raison == ClientEfface.message
    with pytest.raises(ErreurMetier, match="effacées"):
        revenir(geste, acteur)
