from datetime import UTC, datetime, timedelta

import pytest

from clients.models import Client
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.models import Envoi
from recouvrement.socle.requetes import RequeteFigee
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier

pytestmark = pytest.mark.django_db
MIDI = datetime(2026, 11, 23, 11, tzinfo=UTC)


def _clients(*, creancier: int, nom: str):
    return Client.objects.pour(Creancier(pk=creancier)).filter(nom=nom).select_related("creancier")


def _envois(*, avant: datetime):
    return Envoi.objects.systeme().filter(pas_avant__lt=avant).order_by("pk")[:1]


def test_une_requete_figee_rend_les_memes_objets_que_la_requete_libre(django_assert_num_queries):
    figee = RequeteFigee(_clients, creancier=int, nom=str)
    martin, autre = un_client(nom="Martin"), un_client(nom="Martin", creancier=un_creancier())
    un_client(nom="Durand", creancier=martin.creancier)

    with django_assert_num_queries(1):
        (trouve,) = figee(creancier=martin.creancier_id, nom="Martin")
        # La jointure est lue avec.
        assert trouve.creancier.nom == martin.creancier.nom
    assert trouve == martin
    assert figee(creancier=autre.creancier_id, nom="Martin") == [autre]
    assert figee(creancier=autre.creancier_id, nom="Durand") == []


def test_un_instant_se_donne_comme_la_base_l_attend():
    figee = RequeteFigee(_envois, avant=datetime)
    envoi = Envoi.objects.create(
        nature="compte", cle="a", message_id="<a@b.example>", destinataire="a@b.example",
        pas_avant=MIDI,
    )  # fmt: skip
    assert figee(avant=MIDI) == []
    assert figee(avant=MIDI + timedelta(seconds=1)) == [envoi]


def test_une_valeur_qui_ne_sert_pas_est_une_faute():
    figee = RequeteFigee(lambda *, creancier, rien: Client.objects.pour(Creancier(pk=creancier)),
                         creancier=int, rien=int)  # fmt: skip
    with pytest.raises(ValueError, match="ne paraît pas"):
        figee(creancier=1, rien=2)
