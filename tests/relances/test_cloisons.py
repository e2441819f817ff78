"""La faute de l'un n'arrête pas les autres : par créancier, par message, à chaque étape."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from clients.actions import marquer_coordonnee
from clients.enums import Validite
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.actions.instance import geler, lire_instance
from recouvrement.courriel.depart.balayage import balayer
from recouvrement.courriel.depart.envoi import reclamer_un
from recouvrement.courriel.depart.etats import FAUTES_PERMISES, RECUL_APRES_FAUTE
from recouvrement.courriel.enums import EtatEnvoi, PartieBattement
from recouvrement.courriel.evenements import Evenement
from recouvrement.courriel.models import Envoi, Panne
from recouvrement.courriel.transport.smtp import Transport
from recouvrement.equipe.actions import archiver, rouvrir
from recouvrement.journal.models import Entree
from relances.actions import envoi as actions_envoi
from relances.actions.battement import METIERS, battre, preparer, sonner
from relances.actions.decisions import renvoyer
from relances.actions.planification import planifier
from relances.enums import EtatRelance
from relances.models import Relance
from tests.appuis.envois import expedier_un
from tests.appuis.smtp import COURTS
from tests.fabriques.clients import un_client, une_coordonnee
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture
from tests.recouvrement.courriel.depots import un_depot

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("puits")]

LUNDI = date(2026, 11, 23)
DIX_HEURES = datetime(2026, 11, 23, 9, tzinfo=UTC)


def echue(**champs):
    return une_facture(
        date_emission=LUNDI - timedelta(days=35), date_echeance=LUNDI - timedelta(days=5), **champs
    )


def la_relance(facture):
    return Relance.objects.pour(facture.creancier).select_related("envoi").get()


def test_corriger_une_adresse_avant_le_depart_n_arrete_plus_personne(puits):
    facture, autre = echue(), echue()
    preparer(DIX_HEURES)
    coordonnee = facture.client.coordonnees.get()
    marquer_coordonnee(
        coordonnee, validite=Validite.INVALIDE, motif="", le=LUNDI, acteur=un_utilisateur()
    )
    battre(DIX_HEURES)
    assert la_relance(facture).etat == EtatRelance.A_FAIRE
    une_coordonnee(facture.client, valeur="tresorerie@duval.example")
    un_depot(nature="compte", destinataire="b@duval.example", maintenant=DIX_HEURES)
    for minute in (1, 2):
        assert battre(DIX_HEURES + timedelta(minutes=minute)).echecs == []
    relance = la_relance(facture)
    assert (relance.etat, relance.tour) == (EtatRelance.FAITE, 2)
    assert relance.envoi.cle == f"relance:{relance.pk}:2"
    assert la_relance(autre).etat == EtatRelance.FAITE
    assert {a for recu in puits.lignes() for a in recu["a"]} >= {
        "tresorerie@duval.example",
        "b@duval.example",
    }


@pytest.fixture
def chez_un_fautif(monkeypatch):
    """La planification d'un créancier échoue, comme le ferait une donnée impossible."""
    fautif = un_creancier()

    def planifier_sauf_lui(creancier, **options):
        if creancier.pk == fautif.pk:
            with connection.cursor() as curseur:
                curseur.execute("SELECT * FROM rien_de_tel")
        return planifier(creancier, **options)

    monkeypatch.setattr("relances.actions.battement.planifier", planifier_sauf_lui)
    return fautif


def test_un_creancier_dont_la_prevision_echoue_n_arrete_pas_les_autres(puits, chez_un_fautif):
    echue(creancier=chez_un_fautif)
    facture = echue(creancier=un_creancier())
    bilan = battre(DIX_HEURES)
    assert la_relance(facture).etat == EtatRelance.FAITE
    [dit] = bilan.echecs
    assert dit.startswith(f"Prévision des relances ({chez_un_fautif.code}) : ")
    instance = lire_instance()
    assert (instance.battue_le, instance.echec_le, instance.echec) == (DIX_HEURES, DIX_HEURES, dit)
    [panne] = Panne.objects.pour(chez_un_fautif).ouvertes()
    assert (panne.partie, panne.nombre) == (PartieBattement.PLANIFICATION, 1)


def test_une_panne_s_ouvre_une_fois_se_compte_et_se_clot(chez_un_fautif, monkeypatch):
    for minute in range(3):
        battre(DIX_HEURES + timedelta(minutes=minute))
    [panne] = Panne.objects.pour(chez_un_fautif)
    assert (panne.nombre, panne.close_le) == (3, None)
    monkeypatch.undo()
    fin = DIX_HEURES + timedelta(minutes=3)
    preparer(fin)
    panne.refresh_from_db()
    assert panne.close_le == fin
    evenements = list(
        Entree.objects.pour(chez_un_fautif).values_list("evenement", flat=True).order_by("pk")
    )
    assert evenements.count(Evenement.PANNE_OUVERTE) == 1
    assert evenements.count(Evenement.PANNE_CLOSE) == 1


def test_une_base_perdue_remonte_et_le_battement_le_dit(monkeypatch):
    def perdue(*_, **__):
        connection.close()
        raise DatabaseError("serveur arrêté")

    monkeypatch.setattr("relances.actions.battement.balayer", perdue)
    # Une erreur qui n'est pas une coupure reste dans sa cloison.
    assert preparer(DIX_HEURES).echecs == [
        "Reprise des messages interrompus : DatabaseError : serveur arrêté"
    ]


def un_poison(monkeypatch, *, client, ou="message_de"):
    vraie = getattr(actions_envoi, ou)

    def composer(relance, **options):
        if relance.client_id == client.pk:
            raise ZeroDivisionError("division par zéro")
        return vraie(relance, **options)

    monkeypatch.setattr(actions_envoi, ou, composer)


def test_un_message_qui_fait_faillir_est_mis_de_cote_et_les_autres_partent(puits, monkeypatch):
    fautive, saine = echue(), echue()
    un_poison(monkeypatch, client=fautive.client)
    maintenant = DIX_HEURES
    for _ in range(FAUTES_PERMISES):
        battre(maintenant)
        maintenant += RECUL_APRES_FAUTE
    assert la_relance(saine).etat == EtatRelance.FAITE
    relance = la_relance(fautive)
    assert (relance.etat, relance.envoi.etat) == (EtatRelance.ECHEC, EtatEnvoi.ECHEC)
    assert "Mis de côté après 3 échecs : ZeroDivisionError" in relance.motif
    assert not Panne.objects.systeme().ouvertes().exists()
    # Réparé, une personne le reprend, sous une autre identité.
    monkeypatch.undo()
    renvoyer(relance, maintenant=maintenant, acteur=un_utilisateur())
    with Transport(puits.reglage, delais=COURTS) as transport:
        assert (
            expedier_un(lambda: maintenant, transport=transport, metiers=METIERS)
            == EtatEnvoi.ENVOYE
        )


def test_parti_mais_ses_suites_impossibles_a_ecrire_il_est_incertain_et_le_dit(puits, monkeypatch):
    facture, autre = echue(), echue()
    vraie = METIERS["relance"].parti

    def parti(envoi, composition, *, maintenant):
        if envoi.creancier_id == facture.creancier_id:
            raise ZeroDivisionError("division par zéro")
        return vraie(envoi, composition, maintenant=maintenant)

    monkeypatch.setattr(METIERS["relance"], "parti", parti)
    battre(DIX_HEURES)
    relance = la_relance(facture)
    assert relance.etat == EtatRelance.INCERTAINE
    assert "Accepté par le serveur (250 2.0.0 OK garde)" in relance.motif
    assert la_relance(autre).etat == EtatRelance.FAITE
    assert len(puits.lignes()) == 2


def test_meme_ses_suites_impossibles_un_message_mort_quitte_la_file(puits, monkeypatch):
    """`non_parti` échoue aussi : l'état s'écrit quand même, et la relance se voit."""
    facture, autre = echue(), echue()
    preparer(DIX_HEURES)
    pris = {reclamer_un(DIX_HEURES).pk for _ in range(2)}
    Envoi.objects.systeme().filter(pk__in=pris).update(etat="data", octets=b"x", data_a=DIX_HEURES)

    def non_parti(envoi, *_, **__):
        if envoi.creancier_id == facture.creancier_id:
            raise ZeroDivisionError("division par zéro")
        Relance.objects.pour(envoi.creancier).filter(envoi=envoi).update(
            etat=EtatRelance.INCERTAINE, faite_le=DIX_HEURES
        )

    monkeypatch.setattr(METIERS["relance"], "non_parti", non_parti)
    bilan = balayer(DIX_HEURES + timedelta(hours=1), metiers=METIERS)
    assert bilan.incertains == 2
    assert la_relance(facture).etat == EtatRelance.INCERTAINE
    assert la_relance(autre).envoi.etat == EtatEnvoi.INCERTAIN
    evenements = Entree.objects.pour(facture.creancier).values_list("evenement", flat=True)
    assert Evenement.ENVOI_MIS_DE_COTE in evenements


def test_le_refus_d_une_liste_noire_n_invalide_pas_l_adresse_et_se_lit_en_francais(puits):
    facture = echue(client=un_client(courriel="rcpt554@duval.example"))
    battre(DIX_HEURES)
    relance = la_relance(facture)
    assert facture.client.coordonnees.get().validite == Validite.INCONNUE
    assert relance.motif == (
        "Envoi refusé par principe (liste noire, quota, règle du serveur) : "
        "550 5.7.1 Client host blocked using zen.spamhaus.org"
    )


def test_un_creancier_archive_n_envoie_rien_meme_ce_qui_etait_prevu(puits):
    facture = echue()
    acteur = un_utilisateur(chez=facture.creancier)
    preparer(DIX_HEURES)
    archiver(facture.creancier, acteur=acteur, maintenant=DIX_HEURES)
    # L'annonce de l'archivage à ses gestionnaires part, elle : elle n'est d'aucun créancier.
    battre(DIX_HEURES)
    assert la_relance(facture).etat == EtatRelance.PLANIFIEE
    rouvrir(facture.creancier, acteur=acteur, maintenant=DIX_HEURES)
    battre(DIX_HEURES)
    assert la_relance(facture).etat == EtatRelance.FAITE


@pytest.mark.parametrize("point", ["apres_claim", "apres_rcpt"])
def test_archive_pendant_le_dialogue_rien_ne_part(puits, point):
    facture = echue()
    preparer(DIX_HEURES)

    def archiver_a(nom):
        if nom == point:
            Creancier.objects.filter(pk=facture.creancier_id).update(archive_le=LUNDI)

    with Transport(puits.reglage, delais=COURTS) as transport:
        expedier_un(lambda: DIX_HEURES, transport=transport, metiers=METIERS, points=archiver_a)
    assert puits.lignes() == []
    assert Envoi.objects.systeme().get().etat == EtatEnvoi.ANNULE


@pytest.mark.parametrize("point", ["apres_etat_data", "avant_point"])
def test_un_ouvrier_fige_au_dela_de_son_bail_ne_met_pas_le_point_final(puits, point):
    """Figé trente et une minutes, il se réveille après un renvoi et un règlement."""
    facture = echue()
    preparer(DIX_HEURES)
    heure = [DIX_HEURES]

    def figer(nom):
        if nom == point:
            heure[0] = DIX_HEURES + timedelta(minutes=31)
            balayer(heure[0], metiers=METIERS)
            relance = la_relance(facture)
            renvoyer(relance, maintenant=heure[0], acteur=un_utilisateur())
            type(facture).objects.pour(facture.creancier).update(solde=Decimal(0), soldee_le=LUNDI)

    with Transport(puits.reglage, delais=COURTS) as transport:
        expedier_un(lambda: heure[0], transport=transport, metiers=METIERS, points=figer)
    assert puits.lignes() == []
    battre(heure[0])
    assert puits.lignes() == []
    assert la_relance(facture).etat == EtatRelance.ANNULEE


def test_une_minute_entre_data_et_la_ligne_rend_le_message_a_la_file(puits):
    echue()
    preparer(DIX_HEURES)
    heure = [DIX_HEURES]

    def figer(nom):
        if nom == "apres_etat_data":
            heure[0] += timedelta(minutes=1)

    with Transport(puits.reglage, delais=COURTS) as transport:
        etat = expedier_un(lambda: heure[0], transport=transport, metiers=METIERS, points=figer)
        assert etat == EtatEnvoi.A_ENVOYER
        assert puits.lignes() == []
        assert (
            expedier_un(lambda: heure[0], transport=transport, metiers=METIERS) == EtatEnvoi.ENVOYE
        )


def test_gelee_entre_la_prise_et_data_le_message_attend(puits):
    echue()
    preparer(DIX_HEURES)

    def geler_a(nom):
        if nom == "apres_rcpt":
            geler("À la main", maintenant=DIX_HEURES, acteur=None)

    with Transport(puits.reglage, delais=COURTS) as transport:
        etat = expedier_un(lambda: DIX_HEURES, transport=transport, metiers=METIERS, points=geler_a)
    assert etat == EtatEnvoi.A_ENVOYER
    [envoi] = Envoi.objects.systeme()
    assert (envoi.tentatives, envoi.reponse) == (0, "Envois suspendus")
    assert puits.lignes() == []


def test_un_battement_qui_meurt_laisse_une_trace(monkeypatch):
    def mourir(_):
        raise RuntimeError("plus de mémoire")

    monkeypatch.setattr("relances.actions.battement.preparer", mourir)
    with pytest.raises(RuntimeError):
        sonner(envoyer=False)
    instance = lire_instance()
    assert (instance.battue_le, instance.echec) == (None, "RuntimeError : plus de mémoire")
