"""Un gestionnaire nommé par un seul ne tient pas lieu de second tant que cela se défait."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import escape

from recouvrement.comptes.enums import Role
from recouvrement.equipe import actions
from recouvrement.equipe.enums import EtatChangement, SujetChangement
from recouvrement.equipe.erreurs import DernierGestionnaire, NommeParUnSeul
from recouvrement.equipe.models import Changement
from tests.fabriques.changements import (
    APRES,
    AVANT,
    MAINTENANT,
    courriels,
    demander,
    iban,
    relu,
)
from tests.fabriques.comptes import un_creancier, un_utilisateur

pytestmark = pytest.mark.django_db
LE_LENDEMAIN = MAINTENANT + timedelta(hours=24)


def une_victime_et_son_complice(par="invitation"):
    """La session volée de la seule gestionnaire vient d'en nommer un second."""
    creancier = un_creancier(iban=AVANT)
    victime = un_utilisateur(chez=creancier)
    faits = {"acteur": victime, "maintenant": MAINTENANT}
    if par == "invitation":
        invitation, _ = actions.inviter(
            creancier, courriel="complice@exemple.example", role=Role.GESTIONNAIRE, **faits
        )
        complice = un_utilisateur(email="complice@exemple.example")
        actions.accepter(invitation, utilisateur=complice, maintenant=MAINTENANT)
    else:
        complice = un_utilisateur(chez=creancier, role=Role.LECTURE)
        actions.changer_role(complice.habilitations.get(), role=Role.GESTIONNAIRE, **faits)
    return creancier, victime, complice


def la_nomination(creancier):
    return Changement.objects.pour(creancier).order_by("pk").first()


@pytest.mark.parametrize("par", ["invitation", "role"])
def test_le_complice_n_approuve_rien_et_le_changement_se_defait(par):
    creancier, victime, complice = une_victime_et_son_complice(par)

    changement = demander(creancier, victime)

    assert (changement.etat, changement.defaire_avant) == (EtatChangement.APPLIQUE, LE_LENDEMAIN)
    recus = {a: corps for a, corps in courriels() if "FR76 … 0129" in corps}
    assert set(recus) == {victime.email, complice.email}
    assert "/changement/" in recus[victime.email]
    assert "/changement/" not in recus[complice.email]
    actions.defaire(changement, acteur=victime, maintenant=MAINTENANT, par_lien=True)
    assert iban(creancier) == AVANT


def test_ce_que_le_complice_demande_et_que_la_session_volee_approuve_se_defait():
    creancier, victime, complice = une_victime_et_son_complice()

    changement = demander(creancier, complice)
    assert changement.etat == EtatChangement.EN_ATTENTE
    approuve = actions.approuver(changement, acteur=victime, maintenant=MAINTENANT)

    assert (iban(creancier), approuve.defaire_avant) == (APRES, LE_LENDEMAIN)
    [lien] = [m for a, c in courriels() if a == victime.email and "FR76 … 0129" in c
              for m in c.split() if "/changement/" in m]  # fmt: skip
    jeton = lien.rstrip("/").rpartition("/")[2]
    trouve = Changement.objects.par_jeton(jeton).get()
    actions.defaire(trouve, acteur=victime, maintenant=MAINTENANT, par_lien=True)
    assert iban(creancier) == AVANT


def test_le_complice_n_approuve_pas_une_demande_plus_ancienne():
    creancier, victime, complice = une_victime_et_son_complice()
    autre = un_utilisateur(chez=creancier)
    attente = demander(creancier, victime)

    with pytest.raises(NommeParUnSeul):
        actions.approuver(attente, acteur=complice, maintenant=MAINTENANT)
    actions.approuver(attente, acteur=autre, maintenant=MAINTENANT)
    assert relu(attente).defaire_avant is None


@time_machine.travel(MAINTENANT + timedelta(hours=1), tick=False)
def test_la_page_ne_propose_pas_au_complice_un_accord_qui_sera_refuse(client):
    creancier, victime, complice = une_victime_et_son_complice()
    autre = un_utilisateur(chez=creancier)
    attente = demander(creancier, victime)
    approuver = reverse("equipe:changement_approuver", args=[creancier.code, attente.pk])
    refuser = reverse("equipe:changement_refuser", args=[creancier.code, attente.pk])

    def page(personne):
        client.force_login(personne)
        return client.get(reverse("equipe:parametres", args=[creancier.code])).content.decode()

    assert approuver not in page(complice)
    assert refuser in page(complice)
    assert escape(NommeParUnSeul.message) in page(complice)
    assert approuver in page(autre)
    assert escape(NommeParUnSeul.message) not in page(autre)


@pytest.mark.parametrize("role", [None, Role.LECTURE])
def test_la_victime_ne_s_ecarte_pas_tant_que_son_lien_vaut(role):
    creancier, victime, complice = une_victime_et_son_complice()

    for acteur in (victime, complice):
        with pytest.raises(DernierGestionnaire):
            actions.changer_role(
                victime.habilitations.get(), role=role, acteur=acteur, maintenant=MAINTENANT
            )
    un_utilisateur(chez=creancier)
    with pytest.raises(NommeParUnSeul):
        actions.changer_role(
            victime.habilitations.get(), role=role, acteur=complice, maintenant=MAINTENANT
        )


@pytest.mark.parametrize("reste", ["rien", "lecture"])
def test_defaire_la_nomination_rend_d_abord_son_role_a_qui_l_avait_faite(reste):
    creancier, victime, complice = une_victime_et_son_complice()
    if reste == "rien":
        victime.habilitations.all().delete()
    else:
        victime.habilitations.update(role=Role.LECTURE)

    actions.defaire(la_nomination(creancier), acteur=victime, maintenant=MAINTENANT, par_lien=True)

    assert victime.habilitations.get().role == Role.GESTIONNAIRE
    assert not complice.habilitations.exists()


def test_un_complice_ecarte_ne_recoit_pas_de_quoi_revenir():
    _creancier, victime, complice = une_victime_et_son_complice()

    retrait = actions.retirer(complice.habilitations.get(), acteur=victime, maintenant=MAINTENANT)

    assert retrait.etat == EtatChangement.APPLIQUE
    assert not complice.habilitations.exists()
    assert not any("/changement/" in corps for a, corps in courriels() if a == complice.email)


def test_le_delai_passe_il_est_un_second_comme_un_autre():
    creancier, victime, complice = une_victime_et_son_complice()

    changement = demander(creancier, victime, maintenant=LE_LENDEMAIN)

    assert changement.etat == EtatChangement.EN_ATTENTE
    actions.approuver(changement, acteur=complice, maintenant=LE_LENDEMAIN)
    assert relu(changement).defaire_avant is None
    retrait = actions.retirer(victime.habilitations.get(), acteur=complice, maintenant=LE_LENDEMAIN)
    assert (retrait.sujet, retrait.etat) == (SujetChangement.ROLE, EtatChangement.EN_ATTENTE)
