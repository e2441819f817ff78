"""Ce qu'un administrateur fait d'un compte se confirme et s'apprend ; il ne décide pas seul."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from recouvrement.comptes.enums import Role
from recouvrement.courriel.models import Envoi
from recouvrement.equipe import actions
from recouvrement.equipe.enums import EtatChangement
from tests.fabriques.changements import AVANT, MAINTENANT, courriels, demander, iban, un_couple
from tests.fabriques.comptes import (
    MOT_DE_PASSE,
    confirmer,
    connecter_avec_mot_de_passe,
    un_creancier,
    un_utilisateur,
    une_habilitation,
)
from tests.recouvrement.equipe.test_instance import un_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    personne = un_utilisateur(est_administrateur=True, mot_de_passe=MOT_DE_PASSE)
    connecter_avec_mot_de_passe(client, personne)
    return personne


@pytest.mark.parametrize("page", ["compte_desactiver", "compte_reactiver", "compte_lien"])
def test_toucher_a_un_compte_redemande_qui_l_on_est(client, admin, page):
    compte = un_utilisateur(is_active=page != "compte_reactiver")
    avant = compte.is_active
    url = reverse(f"equipe:{page}", args=[compte.pk])

    reponse = client.post(url)

    assert reponse.url.startswith(reverse("account_reauthenticate"))
    compte.refresh_from_db()
    assert compte.is_active == avant
    assert courriels() == []
    confirmer(client, suivant=url)
    assert {a for a, _ in courriels()} == {compte.email, admin.email}


def test_montrer_un_lien_redemande_qui_l_on_est(client, admin):
    url = reverse("equipe:message", args=[un_message().pk])

    assert client.post(url).url.startswith(reverse("account_reauthenticate"))
    assert "1-abc123-def456" in confirmer(client, suivant=url).content.decode()


@pytest.mark.parametrize("geste", ["desactiver_compte", "reactiver_compte", "donner_un_lien"])
def test_la_personne_les_administrateurs_et_ses_gestionnaires_l_apprennent(geste):
    creancier, claire, paul = un_couple()
    un_utilisateur(chez=creancier, role=Role.ASSISTANTE)
    un_utilisateur(chez=un_creancier())
    une, autre = (un_utilisateur(est_administrateur=True) for _ in range(2))
    if geste == "reactiver_compte":
        paul.is_active = False
        paul.save()

    getattr(actions, geste)(paul, acteur=une, maintenant=MAINTENANT)

    recus = courriels()
    assert sorted(a for a, _ in recus) == sorted(
        personne.email for personne in (paul, claire, une, autre)
    )
    for _, corps in recus:
        assert str(une) in corps
        assert paul.email in corps
        assert "password/reset" not in corps


def test_desactiver_le_second_ne_laisse_pas_decider_seul_pendant_sept_jours():
    creancier, claire, paul = un_couple()
    claire.est_administrateur = True
    claire.save()
    actions.desactiver_compte(paul, acteur=claire, maintenant=MAINTENANT)
    sept_jours = MAINTENANT + timedelta(days=7)

    attente = demander(creancier, claire, maintenant=sept_jours - timedelta(seconds=1))

    assert (attente.etat, iban(creancier)) == (EtatChangement.EN_ATTENTE, AVANT)
    retrait = actions.retirer(paul.habilitations.get(), acteur=claire, maintenant=MAINTENANT)
    assert retrait.etat == EtatChangement.EN_ATTENTE
    actions.retirer_la_demande(attente, acteur=claire, maintenant=MAINTENANT)
    seule = demander(creancier, claire, maintenant=sept_jours)
    assert (seule.etat, seule.defaire_avant is None) == (EtatChangement.APPLIQUE, False)


def test_reactive_le_second_decide_aussitot():
    creancier, claire, paul = un_couple()
    admin = un_utilisateur(est_administrateur=True)
    actions.desactiver_compte(paul, acteur=admin, maintenant=MAINTENANT)
    attente = demander(creancier, claire)
    actions.reactiver_compte(paul, acteur=admin, maintenant=MAINTENANT)
    paul.refresh_from_db()

    actions.approuver(attente, acteur=paul, maintenant=MAINTENANT)

    assert paul.desactive_le is None
    assert iban(creancier) != AVANT


@pytest.mark.parametrize(
    ("cle", "champs", "lien"),
    [
        ("expediteur:", {"courriel_expediteur": "president@ailleurs.example"}, "/expediteur/"),
        ("changement:", {}, "/changement/"),
    ],
)
def test_un_lien_qui_prouve_ou_defait_ne_se_montre_jamais(client, admin, cle, champs, lien):
    creancier = un_creancier(iban=AVANT)
    une_habilitation(admin, creancier, Role.GESTIONNAIRE)
    demander(creancier, admin, maintenant=timezone.now(), **champs)
    envoi = Envoi.objects.de_compte().filter(cle__startswith=cle).get()
    url = reverse("equipe:message", args=[envoi.pk])
    confirmer(client)

    for reponse in (client.get(url), client.post(url)):
        texte = reponse.content.decode()
        assert f"{lien}…" in texte
        assert "Le lien de ce message reste caché" in texte
        assert "Montrer le lien" not in texte
