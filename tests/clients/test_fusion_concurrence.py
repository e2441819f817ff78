"""Une fusion et un autre geste au même instant : rien n'atterrit sur la fiche absorbée."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from threading import Event

import pytest
from django.db import connection, transaction

from clients.actions import fusionner
from clients.erreurs import ClientFusionne
from clients.models import Client
from contentieux.actions.dossier import ouvrir_dossier
from contentieux.enums import Voie
from factures.actions import (
    annuler_encaissement,
    deposer_piece,
    encaisser,
    enregistrer_facture,
    imputer,
    utiliser_avoir,
)
from factures.actions.conventions import poser_convention
from factures.enums import NaturePiece
from factures.models import Convention, Encaissement, Facture, Piece
from relances.actions.appels import consigner_appel
from relances.actions.courriers import ecrire_hors_scenario
from relances.actions.mises_en_demeure import preparer_mise_en_demeure
from relances.actions.planification import planifier
from relances.actions.promesses import promettre
from relances.enums import Canal, Issue
from relances.models import Appel, Courrier, MiseEnDemeure, Promesse, Relance
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import un_avoir, un_encaissement, une_facture

pytestmark = pytest.mark.django_db(transaction=True)

JOUR = date(2026, 3, 2)
MIDI = datetime(2026, 3, 2, 11, tzinfo=UTC)
SUIVIS = (
    *(Facture, Encaissement, Piece, Convention),
    *(Relance, Appel, Promesse, Courrier, MiseEnDemeure),
)


@pytest.fixture
def deux():
    creancier = un_creancier()
    return un_client(creancier=creancier), un_client(creancier=creancier)


def _facture(client, acteur):
    enregistrer_facture(
        client.creancier,
        client=client,
        numero="F-COURSE",
        date_emission=date(2026, 1, 1),
        date_echeance=date(2026, 1, 31),
        montant_ttc=Decimal("10.00"),
        acteur=acteur,
    )


def _regler(client, acteur):
    encaisser(client, montant=Decimal("5.00"), recu_le=JOUR, moyen="virement", acteur=acteur)


def _deposer(client, acteur):
    deposer_piece(
        client,
        nature=NaturePiece.AUTRE,
        intitule="Bon",
        nom_fichier="bon.txt",
        octets=b"bon",
        acteur=acteur,
    )


def _ses_factures(client):
    return list(Facture.objects.pour(client.creancier).filter(numero__startswith="F-2026"))


GESTES = {
    "regler": _regler,
    "facturer": _facture,
    "deposer": _deposer,
    "convenir": lambda c, a: poser_convention(
        c.creancier, client=c, motif="Contrat", le=JOUR, acteur=a
    ),
    "appeler": lambda c, a: consigner_appel(c, issue=Issue.MESSAGERIE, maintenant=MIDI, acteur=a),
    "promettre": lambda c, a: promettre(
        c, montant=Decimal("5.00"), pour_le=date(2026, 4, 1), le=JOUR, acteur=a
    ),
    "ecrire": lambda c, a: ecrire_hors_scenario(
        c,
        canal=Canal.COURRIER,
        factures=_ses_factures(c),
        sujet="",
        texte="Bonjour",
        le=JOUR,
        acteur=a,
    ),
    "sommer": lambda c, a: preparer_mise_en_demeure(
        c, factures=_ses_factures(c), maintenant=MIDI, acteur=a
    ),
    "ouvrir un dossier": lambda c, a: ouvrir_dossier(
        c, factures=_ses_factures(c), voie=Voie.INJONCTION_TC, le=JOUR, acteur=a
    ),
}


@pytest.mark.parametrize("geste", GESTES)
def test_une_page_ouverte_avant_la_fusion_n_ecrit_pas_sur_la_fiche_absorbee(deux, geste):
    garde, absorbe = deux
    une_facture(client=absorbe)
    acteur = un_utilisateur(chez=garde.creancier)
    perimee = Client.objects.pour(garde.creancier).select_related("creancier").get(pk=absorbe.pk)
    fusionner(garde, absorbe, le=JOUR, acteur=acteur)
    with pytest.raises(ClientFusionne):
        GESTES[geste](perimee, acteur)
    _rien_sur(absorbe)


def _fondre(garde, absorbe, acteur, tient, laisser):
    """La fusion tient ses verrous jusqu'à ce qu'on la laisse finir."""
    try:
        with transaction.atomic():
            fusionner(garde, absorbe, le=JOUR, acteur=acteur)
            tient.set()
            laisser.wait(5)
    finally:
        connection.close()


@pytest.mark.postgres
@pytest.mark.parametrize("geste", GESTES)
def test_un_geste_qui_attend_une_fusion_n_atterrit_pas_sur_la_fiche_absorbee(deux, geste):
    """La fusion tient ses verrous pendant que l'autre commence : vraies transactions."""
    garde, absorbe = deux
    une_facture(client=absorbe)
    acteur = un_utilisateur(chez=garde.creancier)
    perimee = Client.objects.pour(garde.creancier).select_related("creancier").get(pk=absorbe.pk)
    tient, laisser = Event(), Event()
    fondre = partial(_fondre, garde, absorbe, acteur, tient, laisser)

    def agir():
        try:
            tient.wait(5)
            GESTES[geste](perimee, acteur)
        except ClientFusionne:
            return "refuse"
        finally:
            connection.close()
        return "ecrit"

    with ThreadPoolExecutor(2) as fils:
        fusion, autre = fils.submit(fondre), fils.submit(agir)
        tient.wait(5)
        # Le temps que l'autre arrive jusqu'au verrou.
        Event().wait(0.3)
        laisser.set()
        fusion.result()
        assert autre.result() == "refuse"
    _rien_sur(absorbe)


@pytest.mark.postgres
def test_la_planification_qui_attend_une_fusion_prevoit_pour_la_fiche_gardee(deux):
    garde, absorbe = deux
    une_facture(client=absorbe)
    acteur = un_utilisateur(chez=garde.creancier)
    tient, laisser = Event(), Event()
    fondre = partial(_fondre, garde, absorbe, acteur, tient, laisser)

    def prevoir():
        try:
            tient.wait(5)
            return planifier(garde.creancier, au=JOUR, maintenant=MIDI)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as fils:
        fusion, prevue = fils.submit(fondre), fils.submit(prevoir)
        tient.wait(5)
        Event().wait(0.3)
        laisser.set()
        fusion.result()
        prevue.result()
    assert Relance.objects.pour(garde.creancier).get().client_id == garde.pk


def test_un_reglement_deja_recu_suit_sa_fiche_meme_depuis_une_page_perimee(deux):
    garde, absorbe = deux
    acteur = un_utilisateur(chez=garde.creancier)
    _regler(absorbe, acteur)
    facture, avoir = une_facture(client=absorbe), un_avoir(client=absorbe)
    recu = Encaissement.objects.pour(garde.creancier).select_related("client").get()
    autre = un_encaissement(facture)
    avoir = Facture.objects.pour(garde.creancier).select_related("client").get(pk=avoir.pk)
    fusionner(garde, absorbe, le=JOUR, acteur=acteur)
    imputer(recu, acteur=acteur)
    utiliser_avoir(avoir, imputations=[(facture.pk, Decimal("10.00"))], le=JOUR, acteur=acteur)
    annuler_encaissement(autre, motif="", acteur=acteur, le=JOUR)
    _rien_sur(absorbe)


def _rien_sur(absorbe):
    for modele in SUIVIS:
        assert not modele.objects.pour(absorbe.creancier).filter(client=absorbe).exists(), modele
