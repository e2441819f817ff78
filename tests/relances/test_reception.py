"""La mise en demeure reçue fait courir les intérêts contre un particulier."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from factures.lectures.decompte import decompte_client
from relances.actions.mises_en_demeure import preparer_mise_en_demeure
from relances.actions.poste import poster, suivre
from relances.enums import EtatCourrier
from relances.models import Courrier
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db

MAINTENANT = datetime(2026, 9, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("etat", "recue_le"),
    [(EtatCourrier.DISTRIBUE, date(2026, 9, 7)), (EtatCourrier.REFUSE, None)],
)
def test_sa_distribution_fait_partir_les_interets_son_refus_non(etat, recue_le):
    """1 200 € à 2,75 % du 8 au 30 septembre 2026 (23 jours) : 2,08 €."""
    debiteur = un_client(nature="particulier", est_commercant=None)
    acteur = un_utilisateur(chez=debiteur.creancier)
    facture = une_facture(client=debiteur)
    demeure = preparer_mise_en_demeure(
        debiteur, factures=[facture], maintenant=MAINTENANT, acteur=acteur
    )
    # La base date la préparation d'elle-même : cet essai se passe à l'avenir.
    courriers = Courrier.objects.pour(debiteur.creancier)
    courriers.filter(pk=demeure.courrier_id).update(prepare_le=MAINTENANT)
    courrier = poster(
        courriers.get(), le=date(2026, 9, 3), numero_suivi="", maintenant=MAINTENANT, acteur=acteur
    )
    suivre(courrier, etat=etat, le=date(2026, 9, 7), acteur=acteur)
    facture.refresh_from_db()
    assert facture.mise_en_demeure_recue_le == recue_le
    interets = decompte_client(debiteur, au=date(2026, 9, 30)).interets
    assert interets == (Decimal("2.08") if recue_le else Decimal("0.00"))
