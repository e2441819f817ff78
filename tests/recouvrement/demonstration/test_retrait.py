"""Retirer la démonstration : jamais quand quelque chose de vrai en dépend."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from factures.models import TauxPublie
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.courriel.models import Envoi
from recouvrement.equipe.evenements import Evenement
from recouvrement.journal.actions import inscrire
from recouvrement.journal.models import Entree
from recouvrement.journal.verification import verifier_chaines
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur, une_habilitation

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo():
    return un_creancier(est_demonstration=True)


@pytest.fixture
def admin():
    return un_utilisateur(email="admin@demo.example", est_demonstration=True)


def retirer(**options) -> str:
    sortie = StringIO()
    call_command("demo", retirer=True, stdout=sortie, **{"oui": True} | options)
    return sortie.getvalue()


def test_une_ligne_d_un_vrai_creancier_qui_en_depend_la_retient(demo, admin):
    vrai = un_creancier()
    inscrire(Evenement.CREANCIER_MODIFIE, cible=vrai, acteur=admin)
    une_habilitation(admin, vrai, Role.LECTURE)

    with pytest.raises(CommandError, match=r"entrée du journal \(1\), habilitation \(1\)"):
        retirer()

    assert Creancier.objects.count() == 2
    assert Utilisateur.objects.filter(pk=admin.pk).exists()


def test_un_courriel_vraiment_parti_la_retient(demo):
    Envoi.objects.create(
        creancier=demo, nature="relance", cle="x", message_id="<x@x>", etat="envoye", octets=b"x",
        destinataire="compta@vraie-entreprise.fr", reponse="250 OK",
        pas_avant=datetime(2026, 11, 20, tzinfo=UTC), data_a=datetime(2026, 11, 20, tzinfo=UTC),
    )  # fmt: skip
    with pytest.raises(CommandError, match="vraies adresses"):
        retirer()
    assert Creancier.objects.exists()


@pytest.mark.parametrize("reponse", ["", "oui", "Retirer"])
def test_sans_le_mot_exact_rien_n_est_ote(demo, admin, monkeypatch, reponse):
    monkeypatch.setattr("builtins.input", lambda _: reponse)
    with pytest.raises(CommandError, match="Rien n'est ôté"):
        retirer(oui=False)
    assert Creancier.objects.exists()


def test_un_vrai_compte_y_perd_son_acces_et_rien_d_autre(demo, admin, monkeypatch):
    vrai = un_utilisateur(chez=demo)
    un_client(creancier=demo)
    inscrire(Evenement.COMPTE_CREE, cible=admin, acteur=None)
    inscrire(Evenement.COMPTE_CREE, cible=vrai, acteur=None)
    monkeypatch.setattr("builtins.input", lambda _: "retirer")

    retirer(oui=False)

    assert list(Utilisateur.objects.all()) == [vrai]
    assert not vrai.habilitations.exists()
    restantes = Entree.objects.systeme().values_list("evenement", "cible_id")
    # Le trou qu'elle laisse dans la chaîne de l'instance est dit, et rien d'autre n'y est.
    assert set(restantes) == {
        ("compte_cree", vrai.pk),
        ("demonstration_retiree", 1),
        ("constats_actes", 1),
    }
    assert verifier_chaines(maintenant=timezone.now()).nombre == 0


def test_un_taux_publie_reste_sans_le_nom_de_la_demonstration(demo, admin):
    taux = TauxPublie.objects.create(
        serie=TauxPublie._meta.get_field("serie").choices[0][0],
        effet=date(2027, 1, 1),
        valeur="2.15",
        source="Journal officiel",
        publie_le=date(2026, 12, 28),
        saisi_par=admin,
    )
    retirer()
    taux.refresh_from_db()
    assert taux.saisi_par is None


def test_sans_demonstration_il_n_y_a_rien_a_retirer():
    un_creancier()
    assert "n'est pas dans cette base" in retirer()
    assert Creancier.objects.count() == 1
