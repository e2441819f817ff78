"""Les déclencheurs : ce que la base refuse, ce qu'elle permet, et s'ils sont encore là."""

import pytest

from recouvrement.journal.immuable import fautes_de_garde, gardes

pytestmark = pytest.mark.django_db


def test_chaque_garde_declaree_est_dans_la_base_mot_pour_mot():
    assert len(gardes()) >= 9
    assert fautes_de_garde() == []
