"""Un gestionnaire seul change aussitôt, et a un jour pour défaire."""

from datetime import timedelta

import pytest

from recouvrement.comptes.enums import Role
from recouvrement.courriel.actions.instance import degeler, geler
from recouvrement.equipe import actions
from recouvrement.equipe.enums import EtatChangement
from recouvrement.equipe.erreurs import (
    DernierGestionnaire,
    EnvoisArretes,
    PlusDefaisable,
)
from recouvrement.equipe.lectures.changements import avis_d_iban
from recouvrement.equipe.models import Changement
from recouvrement.serveurs import ServeurSmtp
from tests.fabriques.changements import (
    APRES,
    AVANT,
    MAINTENANT,
    courriels,
    demander,
    iban,
    un_couple,
)
from tests.fabriques.comptes import un_creancier, un_utilisateur

pytestmark = pytest.mark.django_db
UN_JOUR = timedelta(hours=24)


def le_lien():
    [corps] = [corps for _, corps in courriels() if "/changement/" in corps]
    return next(mot for mot in corps.split() if "/changement/" in mot)


def test_seul_le_changement_vaut_aussitot_et_se_defait_un_jour_durant():
    creancier = un_creancier()
    seule = un_utilisateur(chez=creancier)

    changement = demander(creancier, seule)

    assert iban(creancier) == APRES
    jeton = le_lien().rstrip("/").rpartition("/")[2]
    assert Changement.objects.par_jeton(jeton).get() == changement
    assert jeton not in str(Changement.objects.pour(creancier).values())
    tard = MAINTENANT + UN_JOUR
    with pytest.raises(PlusDefaisable):
        actions.defaire(changement, acteur=seule, maintenant=tard)
    actions.defaire(changement, acteur=seule, maintenant=tard - timedelta(seconds=1))
    assert iban(creancier) == AVANT
    with pytest.raises(PlusDefaisable):
        actions.defaire(changement, acteur=seule, maintenant=MAINTENANT)


def test_le_premier_courriel_defait_aussi_ce_qu_un_voleur_change_ensuite():
    creancier = un_creancier()
    seule = un_utilisateur(chez=creancier)
    premier = demander(creancier, seule)
    demander(creancier, seule, iban="FR1420041010050500013M02606")

    actions.defaire(premier, acteur=seule, maintenant=MAINTENANT)

    assert iban(creancier) == AVANT
    etats = Changement.objects.pour(creancier).values_list("etat", flat=True)
    assert set(etats) == {EtatChangement.DEFAIT}


def test_ce_que_deux_ont_decide_depuis_ne_se_defait_plus_seul():
    creancier = un_creancier()
    seule = un_utilisateur(chez=creancier)
    premier = demander(creancier, seule)
    paul = un_utilisateur(chez=creancier)
    second = demander(creancier, seule, iban="FR1420041010050500013M02606")
    actions.approuver(second, acteur=paul, maintenant=MAINTENANT)

    with pytest.raises(PlusDefaisable):
        actions.defaire(premier, acteur=seule, maintenant=MAINTENANT)


def test_defaire_une_invitation_de_gestionnaire_retire_l_acces_qu_elle_a_donne():
    creancier = un_creancier()
    seule = un_utilisateur(chez=creancier)
    invitation, _ = actions.inviter(
        creancier,
        courriel="max@exemple.example",
        role=Role.GESTIONNAIRE,
        acteur=seule,
        maintenant=MAINTENANT,
    )
    max_ = un_utilisateur(email="max@exemple.example")
    actions.accepter(invitation, utilisateur=max_, maintenant=MAINTENANT)

    changement = Changement.objects.pour(creancier).get()
    actions.defaire(changement, acteur=seule, maintenant=MAINTENANT)

    assert not max_.habilitations.exists()


def test_defaire_ne_laisse_pas_un_creancier_sans_gestionnaire():
    creancier = un_creancier()
    seule = un_utilisateur(chez=creancier)
    lea = un_utilisateur(chez=creancier, role=Role.ASSISTANTE)
    promue = actions.changer_role(
        lea.habilitations.get(), role=Role.GESTIONNAIRE, acteur=seule, maintenant=MAINTENANT
    )
    seule.is_active = False
    seule.save()

    with pytest.raises(DernierGestionnaire):
        actions.defaire(promue, acteur=seule, maintenant=MAINTENANT)


def test_l_apercu_dit_l_iban_demande_puis_change_jusqu_au_lendemain():
    creancier, claire, paul = un_couple()
    assert avis_d_iban(creancier, maintenant=MAINTENANT) == []

    changement = demander(creancier, claire)
    [phrase] = avis_d_iban(creancier, maintenant=MAINTENANT)
    assert phrase.startswith(f"Changement d'IBAN demandé le 02/03/2026 à 10\u00a0h par {claire}")
    assert "celui d'avant" in phrase
    actions.approuver(changement, acteur=paul, maintenant=MAINTENANT)
    [phrase] = avis_d_iban(creancier, maintenant=MAINTENANT)
    assert phrase == (f"IBAN changé le 02/03/2026 à 10\u00a0h par {claire}, approuvé par {paul}.")
    assert avis_d_iban(un_creancier(), maintenant=MAINTENANT) == []
    assert avis_d_iban(creancier, maintenant=MAINTENANT + UN_JOUR) == []


@pytest.fixture
def avec_serveur(settings):
    settings.SERVEUR_SMTP = ServeurSmtp("127.0.0.1", 9, "aucun", "", "")


def test_envois_arretes_un_gestionnaire_seul_ne_change_rien_mais_peut_geler(avec_serveur):
    creancier = un_creancier(iban=AVANT)
    seule = un_utilisateur(chez=creancier)
    geler("Base restaurée", maintenant=MAINTENANT, acteur=None)

    with pytest.raises(EnvoisArretes, match="Les envois sont arrêtés"):
        demander(creancier, seule)
    assert iban(creancier) == AVANT
    assert not Changement.objects.pour(creancier).exists()
    assert courriels() == []

    actions.regler(creancier, champs={"envois_geles": True}, acteur=seule, maintenant=MAINTENANT)
    creancier.refresh_from_db()
    assert creancier.envois_geles

    degeler(acteur=None)
    demander(creancier, seule)
    assert iban(creancier) == APRES


def test_envois_arretes_a_deux_la_demande_attend_comme_toujours(avec_serveur):
    creancier, anne, _paul = un_couple()
    geler("Base restaurée", maintenant=MAINTENANT, acteur=None)
    assert demander(creancier, anne).etat == EtatChangement.EN_ATTENTE


def test_sans_serveur_d_envoi_un_gestionnaire_seul_regle_quand_meme():
    creancier = un_creancier()
    geler("Base restaurée", maintenant=MAINTENANT, acteur=None)
    demander(creancier, un_utilisateur(chez=creancier))
    assert iban(creancier) == APRES
