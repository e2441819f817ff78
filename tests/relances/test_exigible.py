"""« Exigible » veut dire échu : ce qui ne l'est pas ne se coche, ne s'ajoute ni ne se mêle."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.courriers import ecrire_hors_scenario
from relances.actions.planification import planifier
from relances.courriels.reclamation import Reclamation
from relances.enums import Canal
from relances.models import Etape
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture
from tests.relances.test_faveur import lisible

pytestmark = pytest.mark.django_db

LUNDI = date(2026, 11, 23)
DIX_HEURES = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def debiteur():
    return un_client()


@pytest.fixture
def acteur(debiteur):
    return un_utilisateur(chez=debiteur.creancier)


def due_dans(debiteur, jours, **champs):
    echeance = LUNDI + timedelta(days=jours)
    return une_facture(
        client=debiteur,
        date_emission=echeance - timedelta(days=30),
        date_echeance=echeance,
        **champs,
    )


@pytest.mark.parametrize("page", ["relances:ecrire", "relances:ecrire_lettre"])
def test_ce_qui_n_est_pas_echu_se_propose_sans_se_cocher(client, debiteur, acteur, page):
    echue, jour_meme = due_dans(debiteur, -5), due_dans(debiteur, 0)
    client.force_login(acteur)

    with time_machine.travel(DIX_HEURES, tick=False):
        reponse = client.get(reverse(page, args=[debiteur.creancier.code, debiteur.pk]))

    assert [
        (facture, est_cochee)
        for facture, est_cochee, _ in reponse.context["form"].factures_a_cocher
    ] == [(echue, True), (jour_meme, False)]
    assert "à échoir" in reponse.text


def test_on_ne_reclame_pas_ensemble_l_echu_et_l_a_echoir(debiteur, acteur):
    echue, a_echoir = due_dans(debiteur, -5), due_dans(debiteur, 9, numero="F-9")

    def ecrire(*factures):
        return ecrire_hors_scenario(
            debiteur,
            canal=Canal.COURRIER,
            factures=factures,
            sujet="Vos factures",
            texte="Bonjour",
            le=LUNDI,
            acteur=acteur,
        )

    with pytest.raises(ErreurMetier, match=r"Pas encore échu : F-9\."):
        ecrire(echue, a_echoir)
    assert ecrire(a_echoir).lignes.count() == 1
    assert ecrire(echue).lignes.count() == 1


def test_relue_plus_tard_une_demande_nomme_l_a_echoir_sans_l_ajouter(debiteur):
    echue, a_echoir = due_dans(debiteur, -5), due_dans(debiteur, 9)
    reclamation = Reclamation.de(
        debiteur.creancier, debiteur, [echue, a_echoir], au=LUNDI, langue="fr"
    )
    assert [d.facture for d in reclamation.demandees] == [echue]
    assert [d.facture for d in reclamation.a_echoir] == [a_echoir]
    assert reclamation.somme == Decimal("1200.00")


def test_une_relance_qui_reclame_n_emporte_pas_un_rappel_de_courtoisie(debiteur):
    echue, bientot = due_dans(debiteur, -5), due_dans(debiteur, 2)

    [prevue] = planifier(debiteur.creancier, au=LUNDI, maintenant=DIX_HEURES).creees

    assert [ligne.pk for ligne, _ in prevue.lignes] == [echue.pk]
    assert prevue.montant == Decimal("1200.00")
    assert planifier(debiteur.creancier, au=LUNDI, maintenant=DIX_HEURES).creees == []
    assert bientot.lignes_de_relance.count() == 0


def test_l_apercu_d_une_etape_ne_montre_que_ce_qu_elle_reclame(client, debiteur, acteur):
    due_dans(debiteur, -5, numero="F-ECHUE")
    due_dans(debiteur, 9, numero="F-A-ECHOIR")
    planifier(debiteur.creancier, au=LUNDI, maintenant=DIX_HEURES)
    client.force_login(acteur)
    for cle, montree, tue in (
        ("rappel", "F-ECHUE", "F-A-ECHOIR"),
        ("courtoisie", "F-A-ECHOIR", "F-ECHUE"),
    ):
        etape = Etape.objects.pour(debiteur.creancier).en_vigueur().get(cle=cle)
        with time_machine.travel(DIX_HEURES, tick=False):
            page = client.get(reverse("relances:apercu", args=[debiteur.creancier.code, etape.pk]))
        assert montree in page.text
        assert tue not in page.text


def test_la_fiche_et_ma_journee_n_ajoutent_pas_l_a_echoir(client, debiteur, acteur):
    """1 200 € échus depuis 5 jours : 1 200 + 2,04 (5 jours à 12,40 %) + 40 = 1 242,04."""
    due_dans(debiteur, -5)
    due_dans(debiteur, 9)
    client.force_login(acteur)
    adresse = reverse("accueil:client", args=[debiteur.creancier.code, debiteur.pk])
    with time_machine.travel(DIX_HEURES, tick=False):
        page = lisible(client.get(f"{adresse}?onglet=factures").text)
    assert "à échoir compris" not in page
    assert "1 242,04 €" in page
    assert "À échoir, non compris" in page
