"""Revenir sur un geste pendant qu'une autre personne écrit : l'un passe, puis l'autre juge."""

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import date, timedelta
from decimal import Decimal
from threading import Event

import pytest
from django.db import connection
from django.utils import timezone

from clients.actions import fusionner
from factures.actions import (
    annuler_encaissement,
    clore_litige,
    encaisser,
    modifier_facture,
    ouvrir_litige,
    saisie,
)
from factures.actions.importation import retrait
from factures.enums import IssueLitige
from factures.models import Encaissement, Facture, Litige
from recouvrement.accueil.actions import annuler_geste
from recouvrement.journal import effets
from recouvrement.journal.models import Geste
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.courriers import preparer_lettre
from relances.actions.poste import annuler_courrier, poster, suivre
from relances.actions.promesses import constater_promesse, promettre
from relances.enums import Canal, EtatCourrier
from relances.models import Promesse
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance
from tests.factures.imports.test_retrait import importer, un_creancier

# SQLite n'a qu'un écrivain : rien ne s'y croise.
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PATIENCE = 20


@pytest.fixture
def client_du():
    return un_client()


@pytest.fixture
def acteur(client_du):
    return un_utilisateur(chez=client_du.creancier)


@pytest.fixture
def croiser(monkeypatch):
    """Le second geste part quand le premier en est à cette fonction, et l'y trouve.

    Le premier ne reprend que le second fini, ou arrêté devant un verrou.
    """

    def le_faire(premier, second, *, module, nom):
        vraie, au_milieu, autre = getattr(module, nom), Event(), Future()

        def s_arreter(*args, **options):
            rendu = vraie(*args, **options)
            if not au_milieu.is_set():
                au_milieu.set()
                _attendre(autre)
            return rendu

        def apres():
            assert au_milieu.wait(PATIENCE)
            return second()

        monkeypatch.setattr(module, nom, s_arreter)
        with ThreadPoolExecutor(2) as fils:
            suite = fils.submit(_tenter, apres)
            suite.add_done_callback(autre.set_result)
            debut = fils.submit(_tenter, premier)
            return debut.result(), suite.result()

    return le_faire


def _tenter(geste):
    """Ce que rend le geste, ou le refus qu'il dit ; une erreur de la base n'en est pas un."""
    try:
        return geste()
    except ErreurMetier as refus:
        return refus
    finally:
        connection.close()


def _attendre(autre: Future) -> None:
    fin = time.monotonic() + PATIENCE
    while time.monotonic() < fin and not wait([autre], timeout=0.02).done:
        with connection.cursor() as curseur:
            curseur.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                " WHERE NOT l.granted AND a.datname = current_database()"
            )
            if curseur.fetchone()[0]:
                return
    assert autre.done()


def revenir(geste, acteur):
    return lambda: annuler_geste(geste, acteur=acteur, maintenant=timezone.now())


def une_lettre(client, acteur, canal=Canal.COURRIER):
    relance = une_relance(client, canal=canal)
    return preparer_lettre(relance, maintenant=timezone.now(), acteur=acteur)


def test_le_depot_annule_pendant_le_suivi(client_du, acteur, croiser):
    jour = timezone.localdate()
    lettre = poster(
        une_lettre(client_du, acteur, Canal.RECOMMANDE),
        le=jour, numero_suivi="1A2", maintenant=timezone.now(), acteur=acteur,
    )  # fmt: skip
    annulation, refus = croiser(
        revenir(lettre.poste_geste, acteur),
        lambda: suivre(lettre, etat=EtatCourrier.DISTRIBUE, le=jour, acteur=acteur),
        module=effets,
        nom="empechements",
    )
    lettre.refresh_from_db()
    assert isinstance(annulation, Geste)
    assert isinstance(refus, ErreurMetier)
    assert (lettre.etat, lettre.distribue_le) == (EtatCourrier.A_POSTER, None)


def test_la_lettre_annulee_pendant_qu_on_la_poste(client_du, acteur, croiser):
    lettre = une_lettre(client_du, acteur)
    annulation, refus = croiser(
        revenir(lettre.geste, acteur),
        lambda: poster(
            lettre,
            le=timezone.localdate(), numero_suivi="", maintenant=timezone.now(), acteur=acteur,
        ),
        module=effets,
        nom="empechements",
    )  # fmt: skip
    lettre.refresh_from_db()
    assert isinstance(annulation, Geste)
    assert str(refus) == "Ce courrier est annulé."
    assert lettre.etat == EtatCourrier.ANNULE


def test_l_issue_annulee_pendant_qu_un_litige_s_ouvre(client_du, acteur, croiser):
    facture, jour = une_facture(client=client_du), timezone.localdate()
    litige = ouvrir_litige(facture, motif="autre", le=jour, acteur=acteur)
    litige = clore_litige(litige, issue=IssueLitige.INFONDE, le=jour, acteur=acteur)
    annulation, refus = croiser(
        revenir(litige.clos_geste, acteur),
        lambda: ouvrir_litige(facture, motif="autre", le=jour, acteur=acteur),
        module=effets,
        nom="empechements",
    )
    assert isinstance(annulation, Geste)
    assert isinstance(refus, ErreurMetier)
    assert Litige.objects.pour(client_du.creancier).ouverts().get() == litige


def test_le_constat_annule_pendant_une_autre_promesse(client_du, acteur, croiser):
    une_facture(client=client_du)
    jour = timezone.localdate()

    def promet(montant):
        pour_le = jour + timedelta(days=7)
        return promettre(
            client_du, montant=Decimal(montant), pour_le=pour_le, le=jour, acteur=acteur
        )

    constatee = constater_promesse(promet(100), est_tenue=False, le=jour, acteur=acteur)
    annulation, autre = croiser(
        revenir(constatee.close_geste, acteur),
        lambda: promet(5),
        module=effets,
        nom="empechements",
    )
    assert isinstance(annulation, Geste)
    assert Promesse.objects.pour(client_du.creancier).en_cours().get() == autre


def test_un_reglement_annule_des_deux_facons_a_la_fois(client_du, acteur, croiser):
    une_facture(client=client_du)
    recu = encaisser(
        client_du, montant=Decimal(100), recu_le=date(2026, 3, 2), moyen="virement", acteur=acteur
    )
    annulation, refus = croiser(
        revenir(recu.geste, acteur),
        lambda: annuler_encaissement(
            recu, motif="x", acteur=acteur, le=timezone.localdate()
        ),
        module=effets,
        nom="annuler",
    )  # fmt: skip
    assert isinstance(annulation, Geste)
    assert isinstance(refus, ErreurMetier)
    assert Encaissement.objects.pour(client_du.creancier).filter(annule=recu).count() == 1


def test_une_lettre_annulee_des_deux_facons_a_la_fois(client_du, acteur, croiser):
    lettre = une_lettre(client_du, acteur)
    annulation, refus = croiser(
        revenir(lettre.geste, acteur),
        lambda: annuler_courrier(lettre, motif="x", acteur=acteur),
        module=effets,
        nom="annuler",
    )
    assert isinstance(annulation, Geste)
    assert isinstance(refus, ErreurMetier)


def test_un_import_defait_pendant_un_reglement(croiser):
    importation = importer(un_creancier())
    acteur = un_utilisateur(chez=importation.creancier)
    dues = Facture.objects.pour(importation.creancier).filter(importation=importation)
    due = dues.filter(solde__gt=0).select_related("client__creancier").first()
    annulation, refus = croiser(
        revenir(importation.geste, acteur),
        lambda: encaisser(
            due.client, montant=Decimal(1), recu_le=date(2026, 3, 2), moyen="cheque", acteur=acteur
        ),
        module=retrait,
        nom="verrouiller_factures",
    )
    assert isinstance(annulation, Geste)
    assert isinstance(refus, ErreurMetier)
    assert not dues.exists()


def test_une_facture_change_de_client_pendant_la_fusion(client_du, acteur, croiser):
    garde = un_client(creancier=client_du.creancier)
    facture = une_facture(client=client_du)
    modifiee, fusion = croiser(
        lambda: modifier_facture(facture, acteur=acteur, client=garde),
        lambda: fusionner(garde, client_du, le=date(2026, 3, 2), acteur=acteur),
        module=saisie,
        nom="verrouiller_chez_son_client",
    )
    assert (modifiee.client, fusion) == (garde, garde)
