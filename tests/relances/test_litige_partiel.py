"""Un litige partiel n'arrête que ce qu'il conteste : le reste se demande, et le message le dit."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from factures.actions import ouvrir_litige
from factures.models import Litige
from recouvrement.accueil.lectures.fiche import fiche_client
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.planification import planifier
from relances.courriels.message import message_de
from relances.enums import Canal, CodeBlocage, EtatRelance
from relances.lectures.controles import controles
from relances.lectures.relecture import relire
from relances.models import Relance
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance
from tests.relances.test_courriers import mettre_en_demeure, preparer, texte
from tests.relances.test_faveur import lisible

pytestmark = pytest.mark.django_db

VENDREDI = date(2026, 5, 15)
DIX_HEURES = datetime(2026, 5, 15, 8, tzinfo=UTC)


@pytest.fixture
def facture():
    return une_facture(
        client=un_client(),
        numero="L7",
        montant_ttc=Decimal("900.00"),
        date_emission=date(2026, 4, 12),
        date_echeance=date(2026, 5, 12),
    )


@pytest.fixture
def acteur(facture):
    return un_utilisateur(chez=facture.creancier)


def contester(facture, acteur, montant):
    return ouvrir_litige(
        facture,
        motif="prix",
        le=VENDREDI,
        acteur=acteur,
        montant_conteste=None if montant is None else Decimal(montant),
    )


def prevues(facture):
    return planifier(facture.creancier, au=VENDREDI, maintenant=DIX_HEURES).creees


def test_cent_cinquante_euros_contestes_sur_neuf_cents_on_en_demande_sept_cent_cinquante(
    facture, acteur
):
    contester(facture, acteur, "150.00")

    [prevue] = prevues(facture)

    assert prevue.montant == Decimal("750.00")
    relance = Relance.objects.pour(facture.creancier).get()
    relue = relire(facture.creancier, maintenant=DIX_HEURES, pk=relance.pk)
    message = message_de(relance, factures=relue.factures, au=VENDREDI, lus=relue.lus)
    assert message.somme == Decimal("750.00")
    assert "750,00 € (hors 150,00 € contestés)" in lisible(message.texte)
    assert "hors 150,00 € contestés" in lisible(message.html)
    assert "750,00 €" in lisible(message.sujet)
    assert "900,00" not in lisible(message.texte) + lisible(message.html)
    dits = [lisible(controle.texte) for controle in controles(relue)]
    assert any("150,00 € contestés" in dit and "750,00 €" in dit for dit in dits)


@pytest.mark.parametrize("montant", [None, "900.00"])
def test_contestee_en_entier_rien_ne_part(facture, acteur, montant):
    contester(facture, acteur, montant)

    bilan = planifier(facture.creancier, au=VENDREDI, maintenant=DIX_HEURES, avec_ecartees=True)

    assert bilan.creees == []
    assert CodeBlocage.LITIGE in {b.code for e in bilan.ecartees for b in e.blocages}


def test_un_litige_partiel_laisse_ce_qui_attendait_et_un_litige_entier_le_retire(facture, acteur):
    prevues(facture)
    relance = Relance.objects.pour(facture.creancier).get()
    contester(facture, acteur, "150.00")
    relance.refresh_from_db()
    assert relance.etat == EtatRelance.PLANIFIEE

    Litige.objects.pour(facture.creancier).update(clos_le=VENDREDI, issue="fonde")
    contester(facture, acteur, None)
    relance.refresh_from_db()
    assert relance.etat == EtatRelance.ANNULEE


def test_la_lettre_et_la_mise_en_demeure_ne_demandent_que_ce_qui_n_est_pas_conteste(
    facture, acteur
):
    """750 € échus le 12/05/2026, au 03/09/2026 : 12,23 (49 jours à 12,15 %) + 16,56 (65 jours à
    12,40 %) + 40 = 818,79."""
    contester(facture, acteur, "150.00")
    lettre = une_relance(facture.client, canal=Canal.COURRIER, factures=[facture])
    lue = texte(preparer(lettre, acteur))
    assert "hors 150,00 contestés" in " ".join(lue.split())
    assert "750,00 €" in lue

    sommation = mettre_en_demeure(facture.client, acteur, facture)

    lu = " ".join(texte(sommation.courrier).split())
    assert sommation.principal == Decimal("750.00")
    assert "de nous payer 818,79 €" in lu
    assert "Vous contestez 150,00 €" in lu


def test_contestee_en_entier_la_mise_en_demeure_se_refuse_encore(facture, acteur):
    contester(facture, acteur, None)
    with pytest.raises(ErreurMetier, match="Litige ouvert sur L7"):
        mettre_en_demeure(facture.client, acteur, facture)


def test_la_fiche_garde_ses_boutons_et_dit_ce_qui_est_conteste(facture, acteur):
    contester(facture, acteur, "150.00")
    fiche = fiche_client(facture.client, au=VENDREDI)
    permis = fiche.possibles(au=VENDREDI)
    assert (permis.mise_en_demeure, fiche.conteste) == ([], Decimal("150.00"))
    # 900 × 12,15 % × 3 j ÷ 365 = 0,90 et 750 × 12,15 % × 3 j ÷ 365 = 0,75 (L441-10, II), plus 40.
    assert fiche.exigible == Decimal("940.90")
    assert fiche.net == Decimal("790.75")


def test_la_fiche_demande_la_meme_somme_que_la_mise_en_demeure(facture, acteur):
    contester(facture, acteur, "150.00")
    sommation = mettre_en_demeure(facture.client, acteur, facture)
    assert fiche_client(facture.client, au=sommation.arretee_au).net == sommation.total


def test_contestee_en_entier_la_fiche_ne_demande_rien(facture, acteur):
    contester(facture, acteur, None)
    assert fiche_client(facture.client, au=VENDREDI).net == 0
