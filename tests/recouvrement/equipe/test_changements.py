"""L'argent et la voix d'un créancier ne changent jamais d'un seul geste inaperçu."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation
from recouvrement.courriel.models import Envoi
from recouvrement.equipe import actions
from recouvrement.equipe.enums import EtatChangement, SujetChangement
from recouvrement.equipe.erreurs import (
    DejaDemande,
    DemandeClose,
    DemandeurParti,
    PasGestionnaire,
    PropreDemande,
    ValeurChangee,
)
from recouvrement.equipe.models import Changement, Invitation
from recouvrement.journal.models import Entree
from recouvrement.socle.erreurs import ErreurMetier
from tests.fabriques.changements import (
    APRES,
    AVANT,
    MAINTENANT,
    courriels,
    demander,
    evenements,
    iban,
    relu,
    un_couple,
)
from tests.fabriques.comptes import un_creancier, un_utilisateur

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("champs", "sujet"),
    [
        ({"iban": APRES}, "iban"),
        ({"bic": "BNPAFRPPXXX"}, "iban"),
        ({"courriel_expediteur": "autre@kerbrat.example"}, "expediteur"),
        ({"courriel_reponse": "autre@kerbrat.example"}, "expediteur"),
        ({"nom_expediteur": "Kerbrat et fils"}, "expediteur"),
        ({"envois_geles": False}, "envois"),
    ],
)
def test_a_deux_rien_ne_change_avant_l_accord_du_second(champs, sujet):
    creancier, claire, paul = un_couple()
    Creancier.objects.filter(pk=creancier.pk).update(envois_geles=True)
    [nom] = champs
    avant = getattr(Creancier.objects.get(pk=creancier.pk), nom)

    changement = demander(creancier, claire, **champs)

    assert (changement.sujet, changement.etat) == (sujet, EtatChangement.EN_ATTENTE)
    assert getattr(Creancier.objects.get(pk=creancier.pk), nom) == avant
    actions.approuver(changement, acteur=paul, maintenant=MAINTENANT)
    assert getattr(Creancier.objects.get(pk=creancier.pk), nom) == champs[nom]
    decide = relu(changement)
    assert (decide.etat, decide.decide_par, decide.defaire_avant) == ("applique", paul, None)


def test_le_journal_garde_qui_a_demande_qui_a_approuve_l_avant_et_l_apres():
    creancier, claire, paul = un_couple()

    actions.approuver(demander(creancier, claire), acteur=paul, maintenant=MAINTENANT)

    entrees = Entree.objects.pour(creancier).order_by("id")
    assert [(e.evenement, e.acteur) for e in entrees] == [
        *(("changement_demande", claire), ("creancier_modifie", paul)),
        ("changement_applique", paul),
    ]
    assert entrees[1].donnees["changes"] == {"iban": [AVANT, APRES]}
    assert list(entrees[0].donnees["changes"]) == ["IBAN"]


def test_tous_les_gestionnaires_l_apprennent_sans_l_iban_entier():
    creancier, claire, paul = un_couple()
    un_utilisateur(chez=creancier, role=Role.ASSISTANTE)
    un_utilisateur(chez=creancier, is_active=False)

    demander(creancier, claire)

    lus = courriels()
    assert {destinataire for destinataire, _ in lus} == {claire.email, paul.email}
    for _, corps in lus:
        assert "FR76 … 0189 → FR76 … 0129" in corps
        assert AVANT not in corps.replace(" ", "").replace("\n", "")
        assert "parametres" in corps
        assert "/changement/" not in corps


def test_personne_n_approuve_sa_propre_demande_ni_celle_d_un_autre_creancier():
    creancier, claire, _paul = un_couple()
    assistante = un_utilisateur(chez=creancier, role=Role.ASSISTANTE)
    etranger = un_utilisateur(chez=un_creancier())
    changement = demander(creancier, claire)

    for acteur, refus in (
        *((claire, PropreDemande), (assistante, PasGestionnaire)),
        (etranger, PasGestionnaire),
    ):
        with pytest.raises(refus):
            actions.approuver(changement, acteur=acteur, maintenant=MAINTENANT)
        with pytest.raises(refus):
            actions.refuser(changement, acteur=acteur, maintenant=MAINTENANT)
    assert iban(creancier) == AVANT


def test_la_base_elle_meme_refuse_une_approbation_par_qui_a_demande():
    creancier, claire, _paul = un_couple()
    changement = demander(creancier, claire)

    with pytest.raises(IntegrityError), transaction.atomic():
        Changement.objects.pour(creancier).filter(pk=changement.pk).update(
            etat="applique", decide_par=claire, decide_le=MAINTENANT
        )


def test_une_seule_demande_attend_par_sujet_et_l_expiree_laisse_la_place():
    creancier, claire, paul = un_couple()
    premiere = demander(creancier, claire)

    with pytest.raises(DejaDemande):
        demander(creancier, paul)
    demander(creancier, paul, nom_expediteur="Autre sujet")
    with pytest.raises(IntegrityError), transaction.atomic():
        Changement.objects.create(
            creancier=creancier,
            sujet=SujetChangement.IBAN,
            avant={},
            apres={},
            demande_par=paul,
            demande_le=MAINTENANT,
            expire_le=MAINTENANT,
        )
    apres = MAINTENANT + timedelta(days=7)
    with pytest.raises(DemandeClose):
        actions.approuver(premiere, acteur=paul, maintenant=apres)
    demander(creancier, paul, maintenant=apres)
    assert relu(premiere).etat == EtatChangement.EXPIRE
    assert iban(creancier) == AVANT
    assert "changement_expire" in evenements(creancier)


def test_un_champ_ordinaire_s_ecrit_avec_et_un_refus_n_ecrit_rien():
    creancier, claire, _paul = un_couple()
    demander(creancier, claire, iban=APRES, ville="Vannes")
    assert Creancier.objects.get(pk=creancier.pk).ville == "Vannes"

    with pytest.raises(DejaDemande):
        demander(creancier, claire, iban=APRES, ville="Brest")
    assert Creancier.objects.get(pk=creancier.pk).ville == "Vannes"


def test_modifier_un_creancier_ne_contourne_pas_la_demande():
    creancier, claire, _paul = un_couple()

    with pytest.raises(ValueError, match="iban"):
        actions.modifier_creancier(creancier, iban=APRES, acteur=claire)


def test_refuser_et_se_raviser_ferment_la_demande():
    creancier, claire, paul = un_couple()

    refusee = demander(creancier, claire)
    actions.refuser(refusee, acteur=paul, maintenant=MAINTENANT)
    retiree = demander(creancier, claire)
    with pytest.raises(ErreurMetier):
        actions.retirer_la_demande(retiree, acteur=paul, maintenant=MAINTENANT)
    actions.retirer_la_demande(retiree, acteur=claire, maintenant=MAINTENANT)

    assert [relu(c).etat for c in (refusee, retiree)] == ["refuse", "retire"]
    for close in (refusee, retiree):
        with pytest.raises(DemandeClose):
            actions.approuver(close, acteur=paul, maintenant=MAINTENANT)
    assert iban(creancier) == AVANT


@pytest.mark.parametrize("depart", ["desactivee", "retrogradee", "retiree"])
def test_qui_part_emporte_ses_demandes(depart):
    creancier, claire, paul = un_couple()
    un_utilisateur(chez=creancier)
    changement = demander(creancier, claire)
    habilitation = claire.habilitations.get()
    faits = {"acteur": paul, "maintenant": MAINTENANT}

    match depart:
        case "desactivee":
            actions.desactiver_compte(
                claire, acteur=un_utilisateur(est_administrateur=True), maintenant=MAINTENANT
            )
        case "retrogradee":
            depart = actions.changer_role(habilitation, role=Role.LECTURE, **faits)
        case "retiree":
            depart = actions.retirer(habilitation, **faits)
    if isinstance(depart, Changement):
        troisieme = Habilitation.objects.filter(creancier=creancier).latest("pk").utilisateur
        actions.approuver(depart, acteur=troisieme, maintenant=MAINTENANT)

    assert relu(changement).etat == EtatChangement.ANNULE
    with pytest.raises(DemandeClose):
        actions.approuver(changement, acteur=paul, maintenant=MAINTENANT)


def test_un_demandeur_qui_ne_l_est_plus_ne_fait_rien_appliquer():
    creancier, claire, paul = un_couple()
    changement = demander(creancier, claire)
    claire.habilitations.update(role=Role.LECTURE)

    with pytest.raises(DemandeurParti):
        actions.approuver(changement, acteur=paul, maintenant=MAINTENANT)


def test_une_valeur_changee_depuis_ne_s_approuve_pas():
    creancier, claire, paul = un_couple()
    changement = demander(creancier, claire)
    Creancier.objects.filter(pk=creancier.pk).update(iban="")

    with pytest.raises(ValeurChangee):
        actions.approuver(changement, acteur=paul, maintenant=MAINTENANT)


def test_geler_vaut_aussitot_meme_a_deux_et_reprendre_attend():
    creancier, claire, paul = un_couple()

    assert (
        actions.regler(
            creancier, champs={"envois_geles": True}, acteur=claire, maintenant=MAINTENANT
        )
        == []
    )
    assert Creancier.objects.get(pk=creancier.pk).envois_geles
    assert {destinataire for destinataire, _ in courriels()} == {claire.email, paul.email}
    reprise = demander(creancier, claire, envois_geles=False)
    assert Creancier.objects.get(pk=creancier.pk).envois_geles
    # L'annonce ne tient pas au créancier : son gel ne la retient pas.
    assert not Envoi.objects.pour(creancier).exists()
    actions.approuver(reprise, acteur=paul, maintenant=MAINTENANT)
    assert not Creancier.objects.get(pk=creancier.pk).envois_geles


def test_archiver_attend_le_second():
    creancier, claire, paul = un_couple()

    changement = actions.archiver(creancier, acteur=claire, maintenant=MAINTENANT)
    assert Creancier.objects.get(pk=creancier.pk).archive_le is None
    actions.approuver(changement, acteur=paul, maintenant=MAINTENANT + timedelta(days=2))
    assert f"{Creancier.objects.get(pk=creancier.pk).archive_le}" == "2026-03-04"


def test_nommer_et_inviter_un_gestionnaire_attendent_une_assistante_non():
    creancier, claire, paul = un_couple()
    lea = un_utilisateur(chez=creancier, role=Role.ASSISTANTE)
    faits = {"acteur": claire, "maintenant": MAINTENANT}

    promue = actions.changer_role(lea.habilitations.get(), role=Role.GESTIONNAIRE, **faits)
    assert lea.habilitations.get().role == Role.ASSISTANTE
    rien, adresse = actions.inviter(
        creancier, courriel="max@exemple.example", role=Role.GESTIONNAIRE, **faits
    )
    assert (rien, adresse) == (None, "")
    assert not Invitation.objects.pour(creancier).exists()
    assistante, _ = actions.inviter(
        creancier, courriel="ana@exemple.example", role=Role.ASSISTANTE, **faits
    )
    assert assistante.courriel == "ana@exemple.example"

    actions.approuver(promue, acteur=paul, maintenant=MAINTENANT)
    assert lea.habilitations.get().role == Role.GESTIONNAIRE
    attend = Changement.objects.pour(creancier).get(etat=EtatChangement.EN_ATTENTE)
    approuve = actions.approuver(attend, acteur=paul, maintenant=MAINTENANT)
    assert "/invitation/" in approuve.adresse
    assert Invitation.objects.pour(creancier).get(courriel="max@exemple.example").role == (
        Role.GESTIONNAIRE
    )
