from datetime import date
from decimal import Decimal

import pytest

from factures.models import Litige
from recouvrement.accueil.lectures.a_dire import a_dire
from recouvrement.accueil.lectures.fiche import fiche_client
from relances.actions.promesses import promettre
from tests.fabriques.clients import un_client, un_contact
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
AU = date(2026, 3, 16)


@pytest.fixture
def client():
    return un_client()


def permis(client, au=AU):
    return fiche_client(client, au=au).possibles(au=au)


def test_l_exigible_ne_compte_pas_ce_qui_est_a_echoir(client):
    """Échue le 31/01/2026 : 40 € et 44 jours d'intérêts ; l'autre n'est pas encore due."""
    une_facture(client=client)
    une_facture(client=client, date_echeance=date(2026, 4, 30))

    fiche = fiche_client(client, au=AU)

    assert (fiche.echu, fiche.reste_a_echoir) == (Decimal("1200.00"), Decimal("1200.00"))
    assert fiche.decompte.indemnites == Decimal("40.00")
    assert fiche.exigible == fiche.echu + fiche.decompte.interets + Decimal("40.00")


def test_ce_qu_il_faut_dire_parle_de_la_promesse_non_tenue(client):
    une_facture(client=client)
    promettre(
        client, montant=Decimal("1200.00"), pour_le=date(2026, 3, 9), le=date(2026, 3, 2),
        acteur=un_utilisateur(chez=client.creancier),
    )  # fmt: skip

    fiche = fiche_client(client, au=AU)

    assert fiche.promesse_rompue
    assert "09/03" in a_dire(fiche, "Bonjour.")


def test_sans_rien_de_du_rien_ne_se_reclame(client):
    lu = permis(client)

    assert lu.courrier == ["Rien à réclamer"]
    assert lu.mise_en_demeure == lu.contentieux == ["Aucune facture échue hors contentieux"]
    assert lu.prochaine is None


def test_une_facture_echue_permet_tout_avec_une_adresse(client):
    une_facture(client=client)

    lu = permis(client)

    assert (lu.courriel, lu.courrier, lu.mise_en_demeure, lu.contentieux) == ([], [], [], [])


def test_toutes_contestees_on_peut_encore_ecrire_et_saisir_le_juge(client):
    facture = une_facture(client=client)
    Litige.objects.create(
        creancier=client.creancier,
        facture=facture,
        motif="prix",
        ouvert_le=AU,
        ouvert_par=un_utilisateur(chez=client.creancier),
    )

    lu = permis(client)

    assert (lu.courriel, lu.contentieux) == ([], [])
    assert lu.courrier == ["Toutes ses factures sont en litige"]
    assert lu.mise_en_demeure == ["Toutes ses factures échues sont en litige"]


def test_sans_adresse_postale_pas_de_lettre():
    client = un_client(adresse="", ville="")
    une_facture(client=client)

    lu = permis(client)

    assert lu.courrier == lu.mise_en_demeure == ["Adresse postale incomplète"]
    assert lu.contentieux == []


def test_une_procedure_collective_interdit_tout(client):
    une_facture(client=client)
    client.procedure_collective_le = date(2026, 3, 1)

    lu = permis(client)

    assert all((lu.courriel, lu.courrier, lu.mise_en_demeure, lu.contentieux))


@pytest.mark.parametrize("combien", [1, 3])
def test_la_fiche_coute_autant_pour_une_facture_que_pour_trois(
    client, combien, django_assert_num_queries
):
    for _ in range(combien):
        une_relance(client)
        un_contact(client)

    with django_assert_num_queries(15):
        permis(client)


def test_une_prescription_a_moins_de_six_mois_se_voit_en_tete():
    client = un_client(nature="particulier", est_commercant=False)
    une_facture(client=client, date_emission=date(2024, 11, 2), date_echeance=date(2024, 12, 2))
    recente = un_client(creancier=client.creancier)
    une_facture(client=recente)

    assert fiche_client(client, au=date(2026, 9, 1)).prescription_proche is not None
    assert fiche_client(client, au=date(2025, 1, 1)).prescription_proche is None
    assert fiche_client(recente, au=date(2026, 3, 2)).prescription_proche is None
