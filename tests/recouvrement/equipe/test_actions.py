from datetime import UTC, date, datetime, timedelta

import pytest

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.courriel.models import Envoi
from recouvrement.equipe import actions
from recouvrement.equipe.erreurs import (
    CodePris,
    DejaMembre,
    DernierAdministrateur,
    DernierGestionnaire,
    InvitationClose,
)
from recouvrement.equipe.models import Invitation
from recouvrement.equipe.signals import creancier_cree
from recouvrement.journal.models import Entree
from tests.fabriques.comptes import un_creancier, un_utilisateur, une_habilitation

pytestmark = pytest.mark.django_db
MAINTENANT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def evenements(creancier):
    return list(Entree.objects.pour(creancier).order_by("id").values_list("evenement", flat=True))


def inviter(creancier, courriel="lea@exemple.example", role=Role.ASSISTANTE):
    return actions.inviter(
        creancier,
        courriel=courriel,
        role=role,
        acteur=un_utilisateur(chez=creancier),
        maintenant=MAINTENANT,
    )


def test_qui_cree_un_creancier_en_devient_gestionnaire_et_c_est_annonce():
    acteur, annonces = un_utilisateur(est_administrateur=True), []

    def ecouter(sender, **faits):
        annonces.append((faits["creancier"].code, faits["acteur"]))

    creancier_cree.connect(ecouter)
    try:
        creancier = actions.creer_creancier(code="atelier", nom="Atelier Lancelin", acteur=acteur)
    finally:
        creancier_cree.disconnect(ecouter)

    assert Habilitation.objects.get(creancier=creancier).role == Role.GESTIONNAIRE
    assert annonces == [("atelier", acteur)]
    assert "creancier_cree" in evenements(creancier)
    with pytest.raises(CodePris):
        actions.creer_creancier(code="atelier", nom="Autre", acteur=acteur)


def test_modifier_un_creancier_inscrit_l_avant_et_l_apres_et_l_empreinte_des_images():
    creancier, acteur = un_creancier(ville="Rennes"), un_utilisateur()

    actions.modifier_creancier(
        creancier, ville="Vannes", logo=b"image", logo_type="image/png", acteur=acteur
    )

    creancier.refresh_from_db()
    assert (creancier.ville, bytes(creancier.logo)) == ("Vannes", b"image")
    changes = Entree.objects.pour(creancier).latest("id").donnees["changes"]
    assert changes["ville"] == ["Rennes", "Vannes"]
    assert changes["logo"][1].startswith("sha256:")


def test_archiver_puis_rouvrir():
    creancier, acteur = un_creancier(), un_utilisateur()

    actions.archiver(creancier, acteur=acteur, maintenant=MAINTENANT)
    assert Creancier.objects.get(pk=creancier.pk).archive_le == date(2026, 3, 2)
    assert not Creancier.objects.en_activite().filter(pk=creancier.pk).exists()
    actions.rouvrir(creancier, acteur=acteur, maintenant=MAINTENANT)
    assert Creancier.objects.en_activite().filter(pk=creancier.pk).exists()
    assert evenements(creancier) == [
        *("changement_demande", "creancier_archive", "changement_applique"),
        *("changement_demande", "creancier_rouvert", "changement_applique"),
    ]


def test_l_invitation_ne_garde_que_l_empreinte_de_son_jeton():
    invitation, adresse = inviter(un_creancier())

    jeton = adresse.rstrip("/").rpartition("/")[2]
    assert len(jeton) >= 43
    assert jeton not in str(
        list(Invitation.objects.pour(invitation.creancier).values_list("empreinte_jeton"))
    )
    assert Invitation.objects.par_jeton(jeton).get() == invitation
    assert invitation.expire_le == MAINTENANT + timedelta(hours=72)


def test_l_invitation_depose_un_courriel_a_la_seule_personne_invitee():
    creancier = un_creancier()
    _, adresse = inviter(creancier)

    envoi = Envoi.objects.pour(creancier).get()
    assert (envoi.destinataire, envoi.nature) == ("lea@exemple.example", "invitation")
    assert adresse.rpartition("/")[0].encode() in bytes(envoi.octets).replace(b"=\r\n", b"")


def test_une_invitation_ne_sert_qu_une_fois():
    creancier = un_creancier()
    invitation, _ = inviter(creancier)

    lea = actions.creer_compte_invite(
        invitation, nom="Léa Martin", mot_de_passe="x", maintenant=MAINTENANT
    )

    assert Habilitation.objects.get(utilisateur=lea).role == Role.ASSISTANTE
    with pytest.raises(InvitationClose):
        actions.accepter(invitation, utilisateur=lea, maintenant=MAINTENANT)


@pytest.mark.parametrize("retard", [timedelta(hours=72), timedelta(days=9)])
def test_une_invitation_expire_au_bout_de_72_heures(retard):
    invitation, _ = inviter(un_creancier())
    lea = un_utilisateur(email="lea@exemple.example")

    with pytest.raises(InvitationClose):
        actions.accepter(invitation, utilisateur=lea, maintenant=MAINTENANT + retard)


def test_une_invitation_n_est_que_pour_son_adresse():
    invitation, _ = inviter(un_creancier())

    with pytest.raises(InvitationClose):
        actions.accepter(invitation, utilisateur=un_utilisateur(), maintenant=MAINTENANT)
    assert Habilitation.objects.filter(creancier=invitation.creancier).count() == 1


def test_reinviter_revoque_la_premiere_invitation():
    creancier = un_creancier()
    premiere, _ = inviter(creancier)
    seconde, _ = inviter(creancier, courriel="LEA@exemple.example")

    en_cours = Invitation.objects.pour(creancier).en_cours(maintenant=MAINTENANT)
    assert list(en_cours) == [seconde]
    lea = un_utilisateur(email="lea@exemple.example")
    with pytest.raises(InvitationClose):
        actions.accepter(premiere, utilisateur=lea, maintenant=MAINTENANT)


def test_une_invitation_revoquee_ne_vaut_plus():
    invitation, _ = inviter(un_creancier())
    lea = un_utilisateur(email="lea@exemple.example")

    actions.revoquer_invitation(invitation, acteur=un_utilisateur(), maintenant=MAINTENANT)

    with pytest.raises(InvitationClose):
        actions.accepter(invitation, utilisateur=lea, maintenant=MAINTENANT)


def test_on_n_invite_pas_qui_a_deja_acces():
    creancier = un_creancier()
    un_utilisateur(chez=creancier, email="lea@exemple.example")

    with pytest.raises(DejaMembre):
        inviter(creancier)


def test_le_dernier_gestionnaire_ne_se_retire_ni_ne_se_retrograde():
    creancier = un_creancier()
    seul = un_utilisateur(chez=creancier)
    habilitation = seul.habilitations.get()
    une_habilitation(un_utilisateur(is_active=False), creancier, Role.GESTIONNAIRE)

    faits = {"acteur": seul, "maintenant": MAINTENANT}
    with pytest.raises(DernierGestionnaire):
        actions.retirer(habilitation, **faits)
    with pytest.raises(DernierGestionnaire):
        actions.changer_role(habilitation, role=Role.LECTURE, **faits)
    autre = un_utilisateur(chez=creancier)
    demande = actions.changer_role(habilitation, role=Role.LECTURE, **faits)
    actions.approuver(demande, acteur=autre, maintenant=MAINTENANT)
    actions.retirer(habilitation, **faits)
    assert evenements(creancier) == [
        *("changement_demande", "role_change", "changement_applique", "habilitation_retiree"),
    ]


def test_le_dernier_administrateur_ne_se_desactive_pas():
    admin = un_utilisateur(est_administrateur=True)
    un_utilisateur(est_administrateur=True, is_active=False)

    with pytest.raises(DernierAdministrateur):
        actions.desactiver_compte(admin, acteur=admin, maintenant=MAINTENANT)
    un_utilisateur(est_administrateur=True)
    actions.desactiver_compte(admin, acteur=admin, maintenant=MAINTENANT)
    assert Utilisateur.objects.get(pk=admin.pk).is_active is False
