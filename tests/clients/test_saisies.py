"""Ce que l'on tape d'un client : qui il n'est pas, comment le joindre."""

import pytest
from django.urls import reverse

from clients.forms import ClientForm
from clients.models import Coordonnee
from recouvrement.comptes.enums import Role
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("champ", "valeur"),
    [("siren", "732 829 320"), ("siret", "732 829 320 00074"), ("tva", "FR44732829320")],
)
def test_le_creancier_ne_devient_pas_son_propre_debiteur(champ, valeur):
    form = ClientForm(
        {"nom": "Kerbrat", "nature": "professionnel", "langue": "fr", "pays": "FR", champ: valeur},
        creancier=un_creancier(siren="732829320", tva="FR44732829320"),
    )
    assert "le créancier : indiquez le débiteur." in form.errors[champ][0]


def test_plusieurs_adresses_se_saisissent_a_la_fois_et_gardent_leur_ordre(client):
    debiteur = un_client(courriel=None)
    client.force_login(un_utilisateur(chez=debiteur.creancier, role=Role.ASSISTANTE))
    client.post(
        reverse("clients:contact_ajouter", args=[debiteur.creancier.code, debiteur.pk]),
        {"nom": "Luc", "valeur": "Luc <mailto:b@d.example>; a@d.example"},
    )
    coordonnees = Coordonnee.objects.pour(debiteur.creancier).order_by("rang")
    assert [c.valeur for c in coordonnees] == ["b@d.example", "a@d.example"]
