"""La mise en demeure : ce qu'elle réclame, à qui, et au nom de quel droit."""

from datetime import date
from decimal import Decimal

import pytest

from recouvrement.socle.erreurs import ErreurMetier
from relances.enums import Canal
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance
from tests.relances.test_courriers import mettre_en_demeure, texte

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return un_client()


@pytest.fixture
def acteur(client):
    return un_utilisateur(chez=client.creancier)


def test_la_mise_en_demeure_d_un_professionnel_ajoute_penalites_et_40_euros(client, acteur):
    """Vecteur V1 : 10 000 € échus le 01/05/2026, arrêtés au 03/09/2026 : 420,55 € et 40 €."""
    facture = une_facture(
        client=client,
        montant_ttc=Decimal("10000.00"),
        date_emission=date(2026, 4, 1),
        date_echeance=date(2026, 5, 1),
    )

    sommation = mettre_en_demeure(client, acteur, facture)

    assert (sommation.principal, sommation.interets, sommation.indemnites) == (
        Decimal("10000.00"),
        Decimal("420.55"),
        Decimal("40.00"),
    )
    lu = texte(sommation.courrier)
    assert "10 460,55" in lu
    assert "L. 441-10" in lu or "L441-10" in lu
    assert sommation.courrier.canal == Canal.MISE_EN_DEMEURE


def test_la_mise_en_demeure_d_un_particulier_n_a_ni_40_euros_ni_penalites(acteur, client):
    """Le code de commerce (L441-10) ne vise que les professionnels."""
    particulier = un_client(
        creancier=client.creancier,
        nature="particulier",
        est_commercant=False,
        nom="Paulette Maréchal",
    )
    facture = une_facture(client=particulier)

    sommation = mettre_en_demeure(particulier, acteur, facture)

    lu = texte(sommation.courrier)
    assert sommation.indemnites == Decimal("0.00")
    assert "441-10" not in lu
    assert "40,00" not in lu
    assert "pénalités de retard" not in lu.lower()


def test_la_mise_en_demeure_sert_l_etape_que_le_scenario_proposait(client, acteur):
    voulue, laissee = une_facture(client=client), une_facture(client=client)
    proposee = une_relance(client, canal=Canal.MISE_EN_DEMEURE, factures=[voulue, laissee])

    sommation = mettre_en_demeure(client, acteur, voulue)

    assert sommation.courrier.relance == proposee
    vivantes = proposee.lignes.pour(client.creancier).filter(est_vivante=True)
    assert [ligne.facture for ligne in vivantes] == [voulue]


@pytest.mark.parametrize(
    "impropre",
    [
        {"date_echeance": date(2026, 9, 3)},
        {"solde": Decimal("0.00"), "soldee_le": date(2026, 2, 1)},
        {"contentieux_depuis": date(2026, 6, 1)},
    ],
)
def test_on_ne_met_en_demeure_que_pour_des_factures_echues_et_amiables(client, acteur, impropre):
    facture = une_facture(client=client, **impropre)

    with pytest.raises(ErreurMetier, match="facture échue"):
        mettre_en_demeure(client, acteur, facture)


def test_une_procedure_collective_interdit_la_sommation(acteur, client):
    client.procedure_collective_le = date(2026, 6, 1)

    with pytest.raises(ErreurMetier, match="Procédure collective"):
        mettre_en_demeure(client, acteur, une_facture(client=client))


def test_la_mise_en_demeure_d_une_personne_publique_cite_son_propre_droit(acteur, client):
    commune = un_client(creancier=client.creancier, nature="public", est_commercant=None)
    courrier = mettre_en_demeure(commune, acteur, une_facture(client=commune)).courrier
    dite = " ".join(texte(courrier).split())
    assert "code de la commande publique, art. D. 2192-35" in dite
    assert "juridiction administrative" in dite
    for etranger in ("D. 441-5", "L. 441-10", "injonction de payer"):
        assert etranger not in dite
