"""La contribution devant un tribunal des activités économiques : demandée, chiffrée ou tue."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from contentieux import actions
from contentieux.enums import Voie
from recouvrement.comptes.enums import Role
from tests.appuis.pages import lisible
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db

LE = date(2026, 5, 1)
TAE = "Tribunal des activités économiques de Lyon"


@pytest.fixture
def dossier(client):
    """80 000 € et 40 €, échus la veille : 26,63 € d'intérêts (80 000 × 12,15 % / 365)."""
    facture = une_facture(
        client=un_client(forme_juridique="SARL", siren="404833048"),
        montant_ttc=Decimal("80000.00"),
        date_emission=date(2026, 4, 1),
        date_echeance=date(2026, 4, 30),
    )
    creancier = facture.creancier
    creancier.forme_juridique = "SAS"
    creancier.save(update_fields=["forme_juridique"])
    acteur = un_utilisateur(chez=creancier, role=Role.GESTIONNAIRE)
    client.force_login(acteur)
    return actions.ouvrir_dossier(
        facture.client, factures=[facture], voie=Voie.INJONCTION_TC, le=LE, acteur=acteur
    )


def renseigner(client, dossier, **dits):
    saisie = {"tribunal": TAE, "arrete_au": "2026-05-01", "fondement": "Devis accepté"}
    url = reverse("contentieux:requete", args=[dossier.creancier.code, dossier.pk])
    assert client.post(url, saisie | dits).status_code == 302
    return lisible(client.get(dossier.get_absolute_url()))


def test_ailleurs_qu_au_tae_rien_ne_se_demande(client, dossier):
    page = renseigner(client, dossier, tribunal="Tribunal de commerce de Rennes")
    assert "justice économique" not in page
    assert "Effectif du créancier" not in page


def test_inconnue_elle_se_demande_et_n_est_jamais_exoneree_d_office(client, dossier):
    page = renseigner(client, dossier)
    assert "justice économique : à renseigner" in page
    assert "Effectif du créancier" in page
    assert "Revenu fiscal" not in page
    assert "chiffre d&#x27;affaires moyen" in renseigner(client, dossier, salaries="300")


def test_elle_se_chiffre_par_tranche_et_porte_sa_reserve(client, dossier):
    """3 % de 80 066,63 = 2 402,00 €."""
    societe = {"salaries": "300", "chiffre_d_affaires": "60 000 000", "benefice": "4 000 000"}
    page = renseigner(client, dossier, **societe)
    assert "2 402,00" in page.replace("\u202f", " ").replace("\xa0", " ")
    assert "issue inconnue" in page
    assert "à confirmer" in page
    assert "non due" in renseigner(client, dossier, salaries="249")
    # Zéro est une réponse : ni bénéfice ni contribution.
    assert "non due" in renseigner(client, dossier, **societe | {"benefice": "0"})


def test_l_instance_peut_la_taire(client, dossier, settings):
    settings.CONTRIBUTION_TAE = False
    page = renseigner(
        client, dossier, salaries="300", chiffre_d_affaires="60000000", benefice="4000000"
    )
    assert "justice économique : désactivée" in page
    assert "2 402" not in page.replace("\u202f", " ").replace("\xa0", " ")
