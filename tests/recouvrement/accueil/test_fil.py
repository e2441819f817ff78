from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from factures.actions import encaisser, ouvrir_litige
from recouvrement.accueil.lectures.fiche import fiche_client
from recouvrement.accueil.lectures.fil import EUX, NOUS, fil_du_client
from relances.actions.appels import Suite, consigner_appel
from relances.enums import Issue
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db
AU = date(2026, 3, 20)


@pytest.fixture
def client():
    return un_client()


def une_histoire(client):
    """Facture du 01/01, litige du 05/02, règlement du 10/02, appel et promesse du 02/03."""
    acteur = un_utilisateur(chez=client.creancier)
    facture = une_facture(client=client)
    ouvrir_litige(
        facture, motif="qualite", montant_conteste=None, detail="Porte rayée",
        le=date(2026, 2, 5), acteur=acteur,
    )  # fmt: skip
    encaisser(
        client, montant=Decimal("200.00"), recu_le=date(2026, 2, 10), moyen="virement", acteur=None
    )
    consigner_appel(
        client,
        issue=Issue.PROMET,
        maintenant=datetime(2026, 3, 2, 9, tzinfo=UTC),
        acteur=acteur,
        note="Paiera dès le virement reçu",
        suite=Suite(montant=Decimal("1000.00"), pour_le=date(2026, 3, 9)),
    )


def test_le_fil_se_lit_du_plus_recent_au_plus_ancien_a_deux_mains(client):
    une_histoire(client)

    faits = fil_du_client(fiche_client(client, au=AU), au=AU).faits

    assert [(fait.le, fait.main, fait.titre) for fait in faits] == [
        (date(2026, 3, 9), EUX, "Promesse non tenue"),
        (date(2026, 3, 2), NOUS, "Appel : promet de payer"),
        (date(2026, 2, 10), EUX, "Virement : 200,00\u202f€"),
        (date(2026, 2, 5), EUX, f"Conteste {client.factures.get().numero}"),
        (date(2026, 1, 1), NOUS, f"Facture {client.factures.get().numero} de 1\u202f200,00\u202f€"),
    ]
    assert faits[1].citation == "Paiera dès le virement reçu"


def test_les_faits_d_un_meme_jour_ne_se_perdent_pas_entre_deux_pages(client):
    for _ in range(7):
        une_facture(client=client)

    premiere = fil_du_client(fiche_client(client, au=AU), au=AU, combien=3)
    deuxieme = fil_du_client(fiche_client(client, au=AU), au=AU, combien=3, depuis=premiere.suite)
    derniere = fil_du_client(fiche_client(client, au=AU), au=AU, combien=3, depuis=deuxieme.suite)

    vus = [fait.titre for page in (premiere, deuxieme, derniere) for fait in page.faits]
    assert len(vus) == len(set(vus)) == 7
    assert derniere.suite == 0


def test_une_famille_ne_montre_que_ses_faits(client):
    une_histoire(client)

    faits = fil_du_client(fiche_client(client, au=AU), au=AU, famille="reglements").faits

    assert [fait.icone for fait in faits] == ["euro"]


def test_le_fil_ne_montre_que_ce_client(client):
    une_histoire(client)

    autre = un_client(creancier=client.creancier)

    assert fil_du_client(fiche_client(autre, au=AU), au=AU).faits == []
