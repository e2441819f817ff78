"""L'envoi, contre un vrai serveur SMTP : jamais deux fois, jamais après paiement, jamais perdu."""

import os
import signal
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes, policy

import pytest
from django.conf import settings as reglages
from django.db import connection, connections

from factures.models import Facture
from recouvrement.courriel.depart.balayage import balayer
from recouvrement.courriel.depart.envoi import reclamer_un, vider
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.transport.smtp import Injoignable, Transport
from recouvrement.journal.models import Entree
from recouvrement.serveurs import ServeurSmtp
from relances.actions.annulations import retirer_les_factures
from relances.actions.battement import METIERS
from relances.actions.decisions import renvoyer, trancher, valider
from relances.actions.planification import planifier
from relances.enums import EtatRelance
from relances.evenements import Evenement
from relances.models import Etape, Relance, RelanceFacture
from tests.appuis.envois import expedier_un
from tests.appuis.smtp import COURTS, port_libre
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db(transaction=True)

LUNDI = date(2026, 11, 23)
DIX_HEURES = datetime(2026, 11, 23, 9, tzinfo=UTC)


def midi():
    return DIX_HEURES


def une_relance_prevue(*, courriel="", creancier=None, **facture):
    creancier = creancier or un_creancier()
    client = un_client(creancier=creancier, courriel=courriel)
    une_facture(
        client=client,
        date_emission=LUNDI - timedelta(days=35),
        date_echeance=LUNDI - timedelta(days=5),
        **facture,
    )
    planifier(creancier, au=LUNDI, maintenant=DIX_HEURES)
    return Relance.objects.pour(creancier).get(client=client)


def envoyer(transport, *, horloge=midi, **options):
    return expedier_un(horloge, transport=transport, metiers=METIERS, **options)


def relue(relance):
    return Relance.objects.pour(relance.creancier).select_related("envoi").get(pk=relance.pk)


def test_une_relance_part_et_garde_ses_octets_exacts(puits, transport):
    relance = une_relance_prevue(libelle="Escalier en chêne")
    assert envoyer(transport) == EtatEnvoi.ENVOYE
    relance = relue(relance)
    [recu] = puits.lignes()
    assert relance.etat == EtatRelance.FAITE
    assert relance.envoi.reponse == "250 2.0.0 OK garde"
    assert recu["octets"].encode() == bytes(relance.envoi.octets)
    assert recu["message_id"] == relance.envoi.message_id
    assert recu["a"] == [relance.destinataire]
    message = message_from_bytes(bytes(relance.envoi.octets), policy=policy.default)
    assert message["From"] == "Menuiserie Kerbrat <compta@kerbrat.example>"
    assert message["Reply-To"] == "compta@kerbrat.example"
    assert message["Auto-Submitted"] == "auto-generated"
    texte = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    for partie in (texte, html):
        assert "Escalier en chêne" in partie
        assert "1\u202f200,00\u202f€" in partie
        assert "FR76" in partie
        assert "{{" not in partie
    assert [p.get_content_type() for p in message.walk()].count("image/png") == 1
    assert relance.envoi.somme == Decimal("1200.00")
    evenements = Entree.objects.pour(relance.creancier).values_list("evenement", flat=True)
    assert Evenement.RELANCE_ENVOYEE in evenements


def test_la_meme_tache_deux_fois_n_envoie_qu_une_fois(puits, transport):
    une_relance_prevue()
    assert envoyer(transport) == EtatEnvoi.ENVOYE
    assert envoyer(transport) is None
    planifier(Relance.objects.systeme().get().creancier, au=LUNDI, maintenant=DIX_HEURES)
    assert envoyer(transport) is None
    assert len(puits.lignes()) == 1


def test_une_facture_payee_entre_la_planification_et_l_envoi_ne_part_pas(puits, transport):
    relance = une_relance_prevue()
    Facture.objects.pour(relance.creancier).update(solde=0, soldee_le=LUNDI)
    assert envoyer(transport) == EtatEnvoi.ANNULE
    assert relue(relance).etat == EtatRelance.ANNULEE
    assert puits.lignes() == []


@pytest.mark.parametrize("point", ["apres_claim", "apres_connexion", "apres_rcpt"])
def test_un_paiement_pendant_le_dialogue_l_emporte_jusqu_a_data(puits, transport, point):
    relance = une_relance_prevue()

    def payer(nom):
        if nom == point:
            Facture.objects.pour(relance.creancier).update(solde=0, soldee_le=LUNDI)

    assert envoyer(transport, points=payer) == EtatEnvoi.ANNULE
    assert puits.lignes() == []


def test_un_reglement_partiel_pendant_le_dialogue_fait_recomposer(puits, transport):
    relance = une_relance_prevue()

    def payer(nom):
        if nom == "apres_rcpt":
            Facture.objects.pour(relance.creancier).update(solde=Decimal("200.00"))

    assert envoyer(transport, points=payer) == EtatEnvoi.ENVOYE
    assert relue(relance).envoi.somme == Decimal("200.00")
    assert RelanceFacture.objects.pour(relance.creancier).get().solde == Decimal("200.00")
    message = message_from_bytes(puits.lignes()[0]["octets"].encode(), policy=policy.default)
    assert "1\u202f200,00" not in message.get_body(("plain",)).get_content()


def test_une_annonce_pendant_le_dialogue_retire_le_message_deja_pris(puits, transport):
    relance = une_relance_prevue()
    facture = Facture.objects.pour(relance.creancier).get()

    def retirer(nom):
        if nom == "apres_rcpt":
            retirer_les_factures(relance.creancier, [facture.pk], motif="Facture soldée")

    assert envoyer(transport, points=retirer) is None
    assert relue(relance).envoi.etat == EtatEnvoi.ANNULE
    assert puits.lignes() == []
    assert not RelanceFacture.objects.pour(relance.creancier).get().est_vivante


@pytest.mark.parametrize(
    ("panne", "etat", "recus"),
    [
        ("rcpt450", EtatEnvoi.A_ENVOYER, 0),
        ("rcpt550", EtatEnvoi.ECHEC, 0),
        ("data451", EtatEnvoi.A_ENVOYER, 0),
        ("data554", EtatEnvoi.ECHEC, 0),
        ("coupe-avant", EtatEnvoi.INCERTAIN, 0),
        ("coupe-apres", EtatEnvoi.INCERTAIN, 1),
        ("muet", EtatEnvoi.INCERTAIN, 1),
    ],
)
def test_chaque_reponse_du_serveur_a_sa_suite(puits, transport, panne, etat, recus):
    relance = une_relance_prevue(courriel=f"{panne}@duval.example")
    assert envoyer(transport) == etat
    relance = relue(relance)
    assert relance.envoi.etat == etat
    assert len(puits.lignes()) == recus
    attendu = {
        EtatEnvoi.A_ENVOYER: EtatRelance.PLANIFIEE,
        EtatEnvoi.ECHEC: EtatRelance.ECHEC,
        EtatEnvoi.INCERTAIN: EtatRelance.INCERTAINE,
    }
    assert relance.etat == attendu[etat]
    if etat == EtatEnvoi.A_ENVOYER:
        assert relance.envoi.pas_avant == DIX_HEURES + timedelta(minutes=1)
    # Rien ne repart de soi-même une fois DATA commencé.
    lendemain = DIX_HEURES + timedelta(days=1)
    balayer(lendemain, metiers=METIERS)
    planifier(relance.creancier, au=LUNDI + timedelta(days=1), maintenant=lendemain)
    if etat != EtatEnvoi.A_ENVOYER:
        assert envoyer(transport, horloge=lambda: lendemain) is None
        assert len(puits.lignes()) == recus


def test_les_refus_passagers_s_arretent_au_plafond(puits, transport):
    relance = une_relance_prevue(courriel="rcpt450@duval.example")
    maintenant = DIX_HEURES
    for _ in range(40):
        maintenant = max(maintenant, relue(relance).envoi.pas_avant)
        if envoyer(transport, horloge=lambda m=maintenant: m) == EtatEnvoi.ECHEC:
            break
    relance = relue(relance)
    assert (relance.etat, relance.envoi.tentatives) == (EtatRelance.ECHEC, 10)


def test_un_serveur_injoignable_ne_use_pas_les_essais(puits):
    relance = une_relance_prevue()
    absent = Transport(ServeurSmtp("127.0.0.1", port_libre(), "aucun", "", ""), delais=COURTS)
    with pytest.raises(Injoignable):
        envoyer(absent)
    envoi = relue(relance).envoi
    assert (envoi.etat, envoi.tentatives) == (EtatEnvoi.A_ENVOYER, 0)
    assert envoi.reponse.startswith("Serveur injoignable")


def test_un_chiffrement_exige_et_refuse_ne_laisse_rien_partir_en_clair(puits):
    une_relance_prevue()
    reglage = ServeurSmtp(
        puits.reglage.hote, puits.reglage.port, "starttls", "compta", "mot-de-passe"
    )
    with pytest.raises(Injoignable):
        envoyer(Transport(reglage, delais=COURTS))
    assert puits.lignes() == puits.lignes("rcpt") == []


def test_la_connexion_sert_plusieurs_messages(puits, transport):
    creancier = un_creancier()
    for _ in range(3):
        une_relance_prevue(creancier=creancier)
    bilan = vider(midi, transport=transport, metiers=METIERS)
    assert bilan == {EtatEnvoi.ENVOYE: 3}
    assert len(set(puits.identifiants())) == 3


def test_hors_des_heures_le_message_attend_l_ouverture(puits, transport):
    relance = une_relance_prevue()
    soir = datetime(2026, 11, 23, 18, tzinfo=UTC)
    assert envoyer(transport, horloge=lambda: soir) == EtatEnvoi.A_ENVOYER
    assert relue(relance).envoi.pas_avant == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert puits.lignes() == []


def test_un_creancier_gele_n_envoie_rien(puits, transport):
    relance = une_relance_prevue()
    relance.creancier.envois_geles = True
    relance.creancier.save()
    assert envoyer(transport) is None


def test_sans_serveur_le_message_est_compose_et_garde():
    relance = une_relance_prevue()
    assert envoyer(None) == EtatEnvoi.RETENU
    envoi = relue(relance).envoi
    assert b"Menuiserie Kerbrat" in bytes(envoi.octets)
    assert envoyer(None) is None


def test_une_etape_a_valider_attend_une_personne(puits, transport):
    creancier = un_creancier()
    planifier(creancier, au=LUNDI, maintenant=DIX_HEURES)
    Etape.objects.pour(creancier).filter(cle="rappel").update(declenchement="validation")
    relance = une_relance_prevue(creancier=creancier)
    assert relance.etat == EtatRelance.A_VALIDER
    assert envoyer(transport) is None
    valider(relance, maintenant=DIX_HEURES, acteur=un_utilisateur(chez=creancier))
    assert envoyer(transport) == EtatEnvoi.ENVOYE


def test_un_incertain_se_renvoie_sous_un_autre_identifiant_apres_l_attente(puits, transport):
    relance = une_relance_prevue(courriel="coupe-avant@duval.example")
    acteur = un_utilisateur(chez=relance.creancier)
    envoyer(transport)
    ancien = relue(relance).envoi
    with pytest.raises(Exception, match="encore en chemin"):
        renvoyer(relance, maintenant=DIX_HEURES + timedelta(minutes=20), acteur=acteur)
    plus_tard = DIX_HEURES + timedelta(minutes=31)
    renvoyer(relance, maintenant=plus_tard, acteur=acteur)
    relance = relue(relance)
    assert (relance.tour, relance.etat) == (2, EtatRelance.PLANIFIEE)
    assert relance.envoi.message_id != ancien.message_id
    assert relance.envoi.cle == f"relance:{relance.pk}:2"


def test_un_incertain_confirme_compte_comme_envoye(puits, transport):
    relance = une_relance_prevue(courriel="coupe-apres@duval.example")
    acteur = un_utilisateur(chez=relance.creancier)
    envoyer(transport)
    trancher(relance, est_arrivee=True, maintenant=DIX_HEURES, acteur=acteur)
    relance = relue(relance)
    assert (relance.etat, relance.envoi.etat) == (EtatRelance.FAITE, EtatEnvoi.ENVOYE)


def test_deux_ouvriers_ne_prennent_pas_le_meme_message():
    une_relance_prevue()
    premier, second = reclamer_un(DIX_HEURES), reclamer_un(DIX_HEURES)
    assert premier is not None
    assert second is None


def test_un_ouvrier_qui_se_reveille_apres_son_bail_ne_peut_plus_rien(puits, transport):
    relance = une_relance_prevue()

    def geler(nom):
        if nom == "apres_rcpt":
            balayer(DIX_HEURES + timedelta(minutes=3), metiers=METIERS)

    assert envoyer(transport, points=geler) != EtatEnvoi.ENVOYE
    assert puits.lignes() == []
    assert relue(relance).envoi.etat == EtatEnvoi.A_ENVOYER


@pytest.mark.parametrize(
    ("point", "apres", "recus"),
    [
        ("apres_claim", EtatEnvoi.A_ENVOYER, 0),
        ("apres_connexion", EtatEnvoi.A_ENVOYER, 0),
        ("apres_rcpt", EtatEnvoi.A_ENVOYER, 0),
        ("apres_etat_data", EtatEnvoi.INCERTAIN, 0),
        ("apres_250", EtatEnvoi.INCERTAIN, 1),
        ("apres_commit_final", EtatEnvoi.ENVOYE, 1),
    ],
)
def test_un_ouvrier_tue_n_envoie_jamais_deux_fois(puits, point, apres, recus):
    relance = une_relance_prevue()
    mourir_a(point, puits)
    assert len(puits.lignes()) == recus
    balayer(DIX_HEURES + timedelta(hours=1), metiers=METIERS)
    relance = relue(relance)
    assert relance.envoi.etat == apres
    # Un ouvrier neuf prend la suite : ce qui était incertain le reste.
    heure = DIX_HEURES + timedelta(hours=1)
    with Transport(puits.reglage, delais=COURTS) as transport:
        vider(lambda: heure, transport=transport, metiers=METIERS)
    attendus = 0 if point == "apres_etat_data" else 1
    assert len(puits.lignes()) == attendus
    if apres == EtatEnvoi.INCERTAIN:
        assert relue(relance).etat == EtatRelance.INCERTAINE


def mourir_a(point, puits):
    """Un vrai processus, tué par SIGKILL au point nommé."""
    connections.close_all()
    fils = os.fork()
    if fils == 0:
        try:

            def tuer(nom):
                if nom == point:
                    os.kill(os.getpid(), signal.SIGKILL)

            with Transport(puits.reglage, delais=COURTS) as transport:
                envoyer(transport, points=tuer)
        finally:
            os._exit(3)
    _, statut = os.waitpid(fils, 0)
    assert os.WIFSIGNALED(statut), f"le processus a fini avec {statut} sans mourir à {point}"


@pytest.fixture(autouse=True)
def base_sur_disque(settings):
    """Deux processus sur la même base : SQLite en mémoire ne le permettrait pas."""
    if connection.vendor == "sqlite":
        assert "memory" not in str(connection.settings_dict["NAME"]), reglages.DATABASES
    assert Envoi.objects.systeme().count() == 0
