"""Les échéances légales se voient là où l'on commence sa journée."""

from datetime import date

import pytest
from django.urls import reverse

from factures.models import ProcedureOuverte
from recouvrement.comptes.enums import Role
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db


@pytest.fixture
def procedure(client):
    creancier = un_creancier()
    acteur = un_utilisateur(chez=creancier, role=Role.ASSISTANTE)
    client.force_login(acteur)
    debiteur = un_client(
        creancier=creancier, nom="Le Gall Plomberie", procedure_collective_le=date(2020, 1, 6)
    )
    une_facture(client=debiteur)
    return ProcedureOuverte.objects.create(
        creancier=creancier,
        client=debiteur,
        nature="liquidation",
        jugement_le=date(2020, 1, 6),
        publication_le=date(2020, 1, 14),
        saisie_par=acteur,
    )


@pytest.mark.parametrize("page", ["journee", "tableau"])
def test_ma_journee_et_le_tableau_montrent_la_declaration_a_faire(client, procedure, page):
    # Deux mois : samedi 14 mars 2020 ; le délai va au lundi 16 (CPC, art. 642).
    texte = client.get(reverse(f"accueil:{page}")).content.decode()
    assert "Le Gall Plomberie" in texte
    assert "Délai de déclaration passé depuis le 16/03/2020" in texte


@pytest.mark.parametrize("page", ["journee", "tableau"])
def test_ce_qui_est_a_un_autre_creancier_ne_s_y_montre_pas(client, procedure, page):
    client.force_login(un_utilisateur(chez=un_creancier()))
    assert "Le Gall Plomberie" not in client.get(reverse(f"accueil:{page}")).content.decode()


def test_la_fiche_dit_jusqu_a_quand_reclamer_et_mene_au_decompte(client, procedure):
    texte = client.get(procedure.client.get_absolute_url() + "?onglet=factures").content.decode()
    assert "réclamable jusqu’au 31/01/2031" in texte
    for nom in ("decompte", "conventions", "procedure"):
        args = [procedure.creancier.code, procedure.client_id]
        assert reverse(f"factures:{nom}", args=args) in texte
