"""Un battement entier, ses commandes, et ce que les autres apps annoncent aux relances."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes, policy
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from factures.actions import deposer_piece, encaisser, ouvrir_litige
from factures.enums import MotifLitige, Moyen, NaturePiece
from factures.models import Facture
from recouvrement.courriel.actions import heure
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from relances import tasks
from relances.actions.battement import battre
from relances.enums import EtatRelance
from relances.models import Relance
from relances.regles.scenario_initial import ETAPES_INITIALES
from tests.appuis.smtp import un_serveur_smtp
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = [pytest.mark.django_db, pytest.mark.scenario]

LUNDI = date(2026, 11, 23)
DIX_HEURES = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def un_lundi(monkeypatch):
    # PostgreSQL ne voyage pas dans le temps : ici, l'heure est celle du poste.
    monkeypatch.setattr(heure, "heure_de_la_base", timezone.now)
    with time_machine.travel(DIX_HEURES, tick=False):
        yield


@pytest.fixture
def sans_serveur(settings):
    settings.SERVEUR_SMTP = None


def echue(**champs):
    echeance = LUNDI - timedelta(days=5)
    return une_facture(
        date_emission=echeance - timedelta(days=30), date_echeance=echeance, **champs
    )


def la_relance(facture):
    return Relance.objects.pour(facture.creancier).select_related("envoi").get()


def lu(relance):
    return message_from_bytes(bytes(relance.envoi.octets), policy=policy.default)


def test_un_battement_prevoit_et_envoie(settings, tmp_path):
    facture = echue()
    with un_serveur_smtp(tmp_path) as puits:
        settings.SERVEUR_SMTP = puits.reglage
        bilan = battre(DIX_HEURES)
        assert (bilan.prevues, bilan.envois) == (1, {EtatEnvoi.ENVOYE: 1})
        assert len(puits.lignes()) == 1
        assert battre(DIX_HEURES).envois == {}
    assert la_relance(facture).etat == EtatRelance.FAITE


def test_sans_serveur_le_battement_garde_les_messages(sans_serveur):
    facture = echue()
    assert battre(DIX_HEURES).envois == {EtatEnvoi.RETENU: 1}
    assert la_relance(facture).envoi.etat == EtatEnvoi.RETENU


def test_la_commande_battement_fait_un_battement(sans_serveur):
    echue()
    sortie = StringIO()
    call_command("battement", stdout=sortie)
    assert sortie.getvalue().startswith("1 relances prévues")


def test_planifier_a_blanc_dit_tout_et_n_ecrit_rien():
    creancier = un_creancier()
    part = echue(creancier=creancier)
    arretee = echue(client=un_client(creancier=creancier, suspendu_le=LUNDI))
    sortie = StringIO()
    call_command(
        *("planifier_relances", "--au", "2026-11-23"),
        *("--creancier", creancier.code, "--a-blanc"),
        stdout=sortie,
    )
    assert part.numero in sortie.getvalue()
    assert f"- {arretee.numero} : Client suspendu" in sortie.getvalue()
    assert not Relance.objects.pour(creancier).exists()


def test_planifier_pour_un_autre_jour_prevoit_ce_qui_sera_du():
    facture = echue()
    call_command("planifier_relances", "--au", "2026-11-24", stdout=StringIO())
    assert la_relance(facture).envoi.pas_avant == datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_planifier_pour_un_creancier_inconnu_le_dit():
    with pytest.raises(CommandError, match="Aucun créancier"):
        call_command("planifier_relances", "--creancier", "personne")


def test_la_sonnette_reveille_assez_d_ouvriers(monkeypatch, sans_serveur):
    echue()
    appels = []
    monkeypatch.setattr(tasks.vider, "delay", lambda: appels.append(1))
    tasks.battre()
    assert appels == [1]
    tasks.vider()
    tasks.vider()
    assert Envoi.objects.systeme().get().etat == EtatEnvoi.RETENU


def test_un_reglement_retire_la_relance_dans_la_meme_transaction():
    facture = echue()
    battre_sans_envoyer()
    acteur = un_utilisateur(chez=facture.creancier)
    encaisser(
        facture.client,
        montant=Decimal("1200.00"),
        recu_le=LUNDI,
        moyen=Moyen.VIREMENT,
        acteur=acteur,
    )
    relance = la_relance(facture)
    assert (relance.etat, relance.envoi.etat) == (EtatRelance.ANNULEE, EtatEnvoi.ANNULE)


def test_un_litige_sur_une_facture_laisse_partir_les_autres(sans_serveur):
    client = un_client()
    contestee, due = echue(client=client), echue(client=client)
    battre_sans_envoyer()
    ouvrir_litige(
        contestee,
        motif=MotifLitige.PRIX,
        montant_conteste=None,
        detail="",
        le=LUNDI,
        acteur=un_utilisateur(chez=client.creancier),
    )
    battre(DIX_HEURES)
    relance = la_relance(due)
    texte = lu(relance).get_body(("plain",)).get_content()
    assert due.numero in texte
    assert contestee.numero not in texte
    assert relance.envoi.somme == Decimal("1200.00")


def battre_sans_envoyer():
    call_command("planifier_relances", stdout=StringIO())


def test_le_pdf_de_la_facture_est_joint(sans_serveur):
    facture = echue()
    octets = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
    deposer_piece(
        facture.client,
        facture=facture,
        nature=NaturePiece.FACTURE,
        intitule="Facture",
        nom_fichier="facture-été.pdf",
        octets=octets,
        acteur=None,
        type_mime="application/pdf",
    )
    battre(DIX_HEURES)
    [piece] = list(lu(la_relance(facture)).iter_attachments())
    assert piece.get_filename() == "facture-été.pdf"
    assert piece.get_content() == octets


def test_un_client_anglais_lit_de_l_anglais(sans_serveur):
    facture = echue(client=un_client(langue="en"))
    battre(DIX_HEURES)
    message = lu(la_relance(facture))
    nom = facture.client.nom
    assert message["Subject"] == f"Invoice {facture.numero}: €1,200.00 outstanding ({nom})"
    assert "€1,200.00 remains outstanding" in message.get_body(("plain",)).get_content()
    assert "Due date" in message.get_body(("html",)).get_content()


@pytest.mark.parametrize("etape", ETAPES_INITIALES, ids=lambda e: e.cle)
def test_aucun_texte_propose_ne_reclame_de_frais_ni_ne_menace(etape):
    dit = f"{etape.sujet} {etape.texte}".lower()
    for mot in ("frais", "huissier", "saisie", "tribunal", "poursuite", "plainte"):
        assert mot not in dit


def test_le_nom_hostile_d_un_client_ne_devient_pas_un_en_tete(sans_serveur):
    client = un_client(nom="Duval\r\nBcc: tiers@mal.example <b>")
    contact = client.contacts.get()
    contact.nom = "Sandrine\nBcc: tiers@mal.example"
    contact.save()
    facture = echue(client=client)
    battre(DIX_HEURES)
    message = lu(la_relance(facture))
    assert message["Bcc"] is None
    assert len(message["To"].addresses) == 1


def test_l_adresse_devenue_invalide_avant_le_depart_fait_une_tache(sans_serveur):
    facture = echue()
    battre_sans_envoyer()
    facture.client.coordonnees.update(validite="invalide")
    battre(DIX_HEURES)
    relance = la_relance(facture)
    assert (relance.etat, relance.envoi) == (EtatRelance.A_FAIRE, None)
    assert relance.motif.startswith("Adresse à corriger")
    assert Facture.objects.pour(facture.creancier).get().solde == Decimal("1200.00")
