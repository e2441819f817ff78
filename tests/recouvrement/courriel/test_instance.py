from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from recouvrement.courriel.actions.instance import degeler, geler, lire_instance
from recouvrement.courriel.evenements import Evenement
from recouvrement.courriel.models import Instance
from recouvrement.journal.models import Entree

MIDI = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_l_instance_est_une_ligne_et_une_seule():
    assert lire_instance() == lire_instance()
    with pytest.raises(IntegrityError), transaction.atomic():
        Instance.objects.create(pk=2)


def test_un_gel_dit_pourquoi_et_depuis_quand_et_s_inscrit_une_fois():
    geler("Base restaurée", maintenant=MIDI, acteur=None)
    geler("Encore", maintenant=MIDI, acteur=None)
    instance = lire_instance()
    assert (instance.gelee_le, instance.motif_gel) == (MIDI, "Base restaurée")
    gels = Entree.objects.systeme().filter(evenement=Evenement.INSTANCE_GELEE)
    assert [entree.donnees["motif"] for entree in gels] == ["Base restaurée"]


def test_une_personne_rend_les_envois():
    geler("Base restaurée", maintenant=MIDI, acteur=None)
    degeler(acteur=None)
    assert (lire_instance().gelee_le, lire_instance().motif_gel) == (None, "")
