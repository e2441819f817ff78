"""Une adresse que le serveur refuse : elle se dit invalide, et une personne la corrige."""

from datetime import timedelta

import pytest

from clients.enums import Validite
from clients.models import Coordonnee
from recouvrement.accueil.lectures.journee import ma_journee
from recouvrement.courriel.depart.balayage import balayer
from recouvrement.courriel.depart.envoi import reclamer_un, vider
from recouvrement.courriel.enums import EtatEnvoi, NatureEnvoi
from recouvrement.courriel.transport.smtp import Refus
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.battement import METIERS
from relances.actions.decisions import renvoyer
from relances.actions.planification import ADRESSE_A_CORRIGER
from relances.enums import EtatRelance
from tests.fabriques.clients import une_coordonnee
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.relances.actions.test_envoi import (
    DIX_HEURES,
    LUNDI,
    envoyer,
    midi,
    relue,
    une_relance_prevue,
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_une_boite_inconnue_rend_l_adresse_invalide_et_attend_une_personne(puits, transport):
    relance = une_relance_prevue(courriel="rcpt550@duval.example")
    envoyer(transport)
    coordonnee = Coordonnee.objects.pour(relance.creancier).get()
    assert (coordonnee.validite, coordonnee.depuis_le) == (Validite.INVALIDE, LUNDI)
    assert coordonnee.motif == "Refusée par le serveur : 550 5.1.1 Adresse inconnue"
    relance = relue(relance)
    assert relance.motif == (
        "Adresse refusée par le serveur, à corriger : rcpt550@duval.example "
        "(550 5.1.1 Adresse inconnue)"
    )
    [tache] = [
        a
        for a in ma_journee([relance.creancier], maintenant=DIX_HEURES).actions
        if a.genre == "corriger"
    ]
    assert tache.raison == relance.motif
    with pytest.raises(ErreurMetier, match="Aucune adresse de courriel utilisable"):
        renvoyer(relance, maintenant=DIX_HEURES, acteur=un_utilisateur())
    # L'adresse corrigée, le message repart sous un autre identifiant.
    une_coordonnee(relance.client, valeur="tresorerie@duval.example")
    renvoyer(relance, maintenant=DIX_HEURES, acteur=un_utilisateur())
    assert envoyer(transport) == EtatEnvoi.ENVOYE
    [recu] = puits.lignes()
    assert recu["a"] == ["tresorerie@duval.example"]


@pytest.mark.parametrize(
    ("code", "texte", "etape", "morte"),
    [
        (550, "5.1.1 Adresse inconnue", "destinataire", True),
        (550, "No such user here", "destinataire", True),
        (553, "5.1.3 Bad address syntax", "destinataire", True),
        (550, "5.2.1 Mailbox disabled", "destinataire", True),
        (552, "5.2.2 Mailbox full", "destinataire", False),
        (550, "5.7.1 Relaying denied", "destinataire", False),
        (554, "5.1.1 Unknown", "data", False),
        (450, "4.1.1 Try later", "destinataire", False),
    ],
)
def test_seule_une_boite_qui_n_existe_pas_rend_l_adresse_invalide(code, texte, etape, morte):
    assert Refus(code, texte, etape=etape).adresse_morte is morte


def test_un_processus_tue_apres_avoir_marque_l_adresse_laisse_une_tache(puits, transport):
    relance = une_relance_prevue(courriel="rcpt550@duval.example")
    envoi = reclamer_un(DIX_HEURES)
    METIERS[NatureEnvoi.RELANCE].adresse_refusee(
        envoi, relance.destinataire, "550 5.1.1 Adresse inconnue", maintenant=DIX_HEURES
    )
    plus_tard = DIX_HEURES + timedelta(minutes=3)
    balayer(plus_tard, metiers=METIERS)
    assert envoyer(transport, horloge=lambda: plus_tard) == EtatEnvoi.ANNULE
    relance = relue(relance)
    assert (relance.etat, relance.motif) == (EtatRelance.A_FAIRE, ADRESSE_A_CORRIGER)
    assert puits.lignes("rcpt") == []


def test_une_adresse_impossible_n_arrete_pas_les_messages_suivants(puits, transport):
    creancier = un_creancier()
    mauvaise = une_relance_prevue(creancier=creancier, courriel="josé@duval.example")
    une_relance_prevue(creancier=creancier, courriel="compta@société.example")
    bilan = vider(midi, transport=transport, metiers=METIERS)
    assert bilan == {EtatEnvoi.ECHEC: 1, EtatEnvoi.ENVOYE: 1}
    assert relue(mauvaise).etat == EtatRelance.ECHEC
    assert puits.lignes()[0]["a"] == ["compta@xn--socit-esab.example"]
