"""Les gestes groupés : un aperçu qui n'écrit rien, puis chacun fait ou dit pourquoi non."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from factures.actions import ouvrir_litige
from recouvrement.comptes.enums import Role
from relances.enums import Canal, EtatRelance
from relances.models import Courrier, Relance
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
ADRESSE = {"adresse": "12 rue des Halles", "code_postal": "35000", "ville": "Rennes"}


@pytest.fixture(autouse=True)
def un_lundi():
    with time_machine.travel(datetime(2026, 11, 23, 9, tzinfo=UTC), tick=False):
        yield


def a_valider(creancier, *, courriel="compta@exemple.example"):
    debiteur = un_client(creancier=creancier, courriel=courriel)
    return une_relance(
        debiteur, canal=Canal.COURRIEL, etat=EtatRelance.A_VALIDER, montant=Decimal("100.00")
    )


def poster(page, creancier, nom="relances:lot", **champs):
    return page.post(reverse(nom, args=[creancier.code]), champs)


def etats(*relances):
    par_pk = dict(Relance.objects.systeme().values_list("pk", "etat"))
    return [par_pk[r.pk] for r in relances]


def test_l_apercu_compte_et_dit_qui_reste_de_cote_sans_rien_ecrire(page, creancier):
    bonnes = [a_valider(creancier), a_valider(creancier)]
    muette = a_valider(creancier, courriel=None)
    choix = [r.pk for r in (*bonnes, muette)]

    reponse = poster(page, creancier, geste="valider", vue="a_valider", relance=choix)

    assert reponse.context["phrase"] == "2\xa0relances à 2\xa0clients, 1 de côté"
    assert "Aucune adresse de courriel utilisable" in reponse.content.decode()
    assert set(etats(*bonnes, muette)) == {EtatRelance.A_VALIDER}


def test_confirmer_valide_celles_qui_le_peuvent(page, creancier):
    bonne, muette = a_valider(creancier), a_valider(creancier, courriel=None)

    poster(
        page, creancier, geste="valider", vue="a_valider", confirme="1",
        relance=[bonne.pk, muette.pk],
    )  # fmt: skip

    assert etats(bonne, muette) == [EtatRelance.PLANIFIEE, EtatRelance.A_VALIDER]


def test_toute_la_liste_filtree_se_prend_d_un_coup(page, creancier):
    for _ in range(3):
        a_valider(creancier)

    reponse = poster(page, creancier, geste="retenir", vue="a_valider", tout="on")

    assert len(reponse.context["lot"].retenues) == 3


def test_retenir_demande_un_motif(page, creancier):
    relance = a_valider(creancier)
    envoi = {"geste": "retenir", "vue": "a_valider", "confirme": "1", "relance": relance.pk}

    assert poster(page, creancier, **envoi).status_code == 422
    poster(page, creancier, **envoi, motif="Le client a appelé")

    assert etats(relance) == [EtatRelance.ANNULEE]


def test_des_factures_cochees_font_une_lettre_par_client(page, creancier):
    client = un_client(creancier=creancier, **ADRESSE)
    deux = [une_facture(client=client) for _ in range(2)]
    contestee = une_facture(client=un_client(creancier=creancier, **ADRESSE))
    ouvrir_litige(
        contestee, motif="prix", le=date(2026, 11, 20), acteur=un_utilisateur(chez=creancier)
    )
    choix = [f.pk for f in (*deux, contestee)]

    apercu = poster(page, creancier, "relances:lot_lettres", facture=choix)
    assert apercu.context["phrase"] == "1\xa0lettre à 1\xa0client, 1 de côté"
    assert not Courrier.objects.pour(creancier).exists()

    poster(
        page, creancier, "relances:lot_lettres", facture=choix, confirme="1", sujet="Factures",
        texte="Merci de régler.",
    )  # fmt: skip

    [courrier] = Courrier.objects.pour(creancier)
    assert courrier.client == client


@pytest.mark.parametrize("nom", ["relances:lot", "relances:lot_lettres"])
def test_qui_ne_fait_que_lire_ne_groupe_rien(client, creancier, nom):
    client.force_login(un_utilisateur(chez=creancier, role=Role.LECTURE))

    assert poster(client, creancier, nom, geste="valider").status_code == 403


@pytest.mark.parametrize("nom", ["relances:lot", "relances:lot_lettres"])
def test_le_lot_d_un_autre_creancier_n_existe_pas(page, nom):
    assert poster(page, un_creancier(), nom, geste="valider").status_code == 404


def test_une_relance_d_ailleurs_ne_s_invite_pas_dans_le_lot(page, creancier):
    ailleurs = a_valider(un_creancier())

    reponse = poster(
        page, creancier, geste="valider", vue="a_valider", confirme="1", relance=ailleurs.pk
    )

    assert reponse.status_code == 302
    assert etats(ailleurs) == [EtatRelance.A_VALIDER]


def test_un_geste_inconnu_n_existe_pas(page, creancier):
    assert poster(page, creancier, geste="effacer").status_code == 404
