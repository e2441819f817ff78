"""La matrice entière : chacun visite tout ce qui est à lui aussi, par les six méthodes."""

import pytest

from tests.matrice.roles import les_gens
from tests.matrice.test_matrice import mondes, sonder

pytestmark = [pytest.mark.django_db, pytest.mark.campagne]
__all__ = ["mondes"]


def test_la_matrice_entiere(mondes):
    ici, ailleurs = mondes
    fautes, comptes = sonder(ici, ailleurs, les_gens(ici, ailleurs), a_fond=True)
    print(f"\n{comptes.pop('sondes')} sondes ; {dict(sorted(comptes.items()))}")
    assert fautes == [], "\n".join(fautes)
