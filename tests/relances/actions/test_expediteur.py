"""D'où partent les relances : d'une adresse prouvée, et pas plus que le quota du jour."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from threading import Barrier, Thread

import pytest
from django.db import connection, connections

from recouvrement.comptes.models import Creancier
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.transport.smtp import Transport
from recouvrement.equipe.actions import regler
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.battement import METIERS
from relances.actions.courriers import ecrire_hors_scenario
from relances.actions.planification import planifier
from relances.enums import Canal, CodeBlocage, EtatRelance
from relances.lectures.controles import controles
from relances.lectures.relecture import relire
from relances.models import Relance
from tests.appuis.envois import expedier_un
from tests.appuis.smtp import COURTS
from tests.fabriques.clients import un_client, une_coordonnee
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture
from tests.relances.actions.test_envoi import DIX_HEURES, LUNDI, envoyer, relue
from tests.relances.actions.test_envoi import une_relance_prevue as prevue

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("champs", "code"),
    [
        ({"courriel_expediteur": ""}, CodeBlocage.EXPEDITEUR_A_REGLER),
        ({"courriel_verifie": ""}, CodeBlocage.EXPEDITEUR),
        ({"courriel_verifie": "autre@kerbrat.example"}, CodeBlocage.EXPEDITEUR),
        ({"courriel_verifie": "compta@ailleurs.example"}, CodeBlocage.EXPEDITEUR),
    ],
)
def test_rien_ne_part_d_une_adresse_non_prouvee_et_la_relance_attend(
    puits, transport, champs, code
):
    relance = prevue(creancier=un_creancier(**champs))

    assert envoyer(transport) == EtatEnvoi.A_ENVOYER

    relance = relue(relance)
    assert relance.etat == EtatRelance.PLANIFIEE
    assert relance.envoi.reponse.startswith(code.label)
    assert puits.lignes() == []
    [bloque] = [
        c
        for c in controles(relire(relance.creancier, maintenant=DIX_HEURES, pk=relance.pk))
        if c.texte.startswith(code.label)
    ]
    assert bloque.lu == "attend"


def test_une_adresse_prouvee_ensuite_laisse_partir_ce_qui_attendait(puits, transport):
    relance = prevue(creancier=un_creancier(courriel_verifie=""))
    envoyer(transport)
    Creancier.objects.update(
        courriel_verifie="compta@kerbrat.example", courriel_verifie_le=DIX_HEURES
    )

    plus_tard = DIX_HEURES + timedelta(minutes=16)

    assert envoyer(transport, horloge=lambda: plus_tard) == EtatEnvoi.ENVOYE
    assert relue(relance).etat == EtatRelance.FAITE


def test_changer_d_adresse_ote_la_preuve_et_retient_ce_qui_etait_prevu(puits, transport):
    relance = prevue()
    regler(
        relance.creancier,
        champs={"courriel_expediteur": "autre@kerbrat.example"},
        acteur=un_utilisateur(chez=relance.creancier),
        maintenant=DIX_HEURES,
    )

    assert envoyer(transport) == EtatEnvoi.A_ENVOYER
    assert puits.lignes() == []


@pytest.mark.parametrize("point", ["apres_claim", "apres_connexion", "apres_rcpt"])
def test_une_adresse_changee_pendant_le_dialogue_arrete_le_message(puits, transport, point):
    relance = prevue()

    def changer(nom):
        if nom == point:
            Creancier.objects.update(courriel_expediteur="autre@kerbrat.example")

    assert envoyer(transport, points=changer) == EtatEnvoi.A_ENVOYER
    assert relue(relance).etat == EtatRelance.PLANIFIEE
    assert puits.lignes() == []


def test_l_enveloppe_suit_l_adresse_prouvee_depuis_le_plan(puits, transport):
    relance = prevue()
    Creancier.objects.update(
        courriel_expediteur="relances@kerbrat.example", courriel_verifie="relances@kerbrat.example"
    )

    assert envoyer(transport) == EtatEnvoi.ENVOYE

    [recu] = puits.lignes()
    message = message_from_bytes(recu["octets"].encode(), policy=policy.default)
    assert recu["de"] == message["From"].addresses[0].addr_spec == "relances@kerbrat.example"
    assert relue(relance).envoi.expediteur == "relances@kerbrat.example"


def test_une_personne_non_plus_n_ecrit_pas_d_une_adresse_non_prouvee():
    creancier = un_creancier(courriel_verifie="")
    client = un_client(creancier=creancier, courriel="a@duval.example")
    facture = une_facture(client=client)

    def ecrire(canal):
        return ecrire_hors_scenario(
            client,
            canal=canal,
            factures=[facture],
            sujet="Vos factures",
            texte="Bonjour",
            le=LUNDI,
            acteur=un_utilisateur(),
            destinataire="a@duval.example",
        )

    with pytest.raises(ErreurMetier, match=r"Expéditeur à vérifier : compta@kerbrat\.example"):
        ecrire(Canal.COURRIEL)
    # Une lettre ne part d'aucune adresse de courriel.
    assert ecrire(Canal.COURRIER).etat == EtatRelance.A_FAIRE


def _plusieurs(nombre, **champs):
    creancier = un_creancier(**champs)
    for n in range(nombre):
        client = un_client(creancier=creancier)
        une_coordonnee(client=client, valeur=f"compta@client{n}.example")
        une_facture(
            client=client,
            date_emission=LUNDI - timedelta(days=35),
            date_echeance=LUNDI - timedelta(days=5),
        )
    planifier(creancier, au=LUNDI, maintenant=DIX_HEURES)
    return creancier


def test_au_dela_du_quota_les_messages_attendent_le_lendemain(puits, transport):
    creancier = _plusieurs(3, quota_quotidien=2)
    etats = [envoyer(transport) for _ in range(3)]

    assert etats == [EtatEnvoi.ENVOYE, EtatEnvoi.ENVOYE, EtatEnvoi.A_ENVOYER]
    attend = Envoi.objects.pour(creancier).get(etat=EtatEnvoi.A_ENVOYER)
    # Mardi, à l'ouverture : neuf heures à Paris.
    assert attend.pas_avant == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert attend.reponse == "Déjà 2 courriels partis aujourd'hui : celui-ci attend demain"
    assert envoyer(transport, horloge=lambda: attend.pas_avant) == EtatEnvoi.ENVOYE
    assert len(puits.lignes()) == 3


def test_le_quota_se_compte_par_creancier_et_sur_la_journee_de_paris(puits, transport):
    creancier = _plusieurs(2, quota_quotidien=1)
    autre = _plusieurs(1, quota_quotidien=1)
    # 23 h 30 UTC la veille : c'est déjà aujourd'hui à Paris.
    Envoi.objects.pour(creancier).filter(
        pk=Envoi.objects.pour(creancier).order_by("pk").first().pk
    ).update(etat=EtatEnvoi.ENVOYE, octets=b"", data_a=datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    Relance.objects.pour(creancier).filter(envoi__etat=EtatEnvoi.ENVOYE).update(
        etat=EtatRelance.FAITE, faite_le=DIX_HEURES
    )

    envoyer(transport), envoyer(transport)

    assert Envoi.objects.pour(creancier).filter(etat=EtatEnvoi.A_ENVOYER).count() == 1
    assert Envoi.objects.pour(autre).get().etat == EtatEnvoi.ENVOYE


@pytest.mark.postgres
def test_deux_travailleurs_a_la_fois_ne_franchissent_pas_le_quota(puits):
    """Le premier tient sa transaction ouverte juste avant `data` ; le second compte après lui."""
    creancier = _plusieurs(4, quota_quotidien=1)
    barriere, etats = Barrier(4, timeout=20), []

    def travailler():
        def ensemble(point):
            if point == "apres_rcpt":
                barriere.wait()

        try:
            with Transport(puits.reglage, delais=COURTS) as transport:
                etats.append(
                    expedier_un(
                        lambda: DIX_HEURES, transport=transport, metiers=METIERS, points=ensemble
                    )
                )
        finally:
            connections.close_all()

    fils = [Thread(target=travailler) for _ in range(4)]
    [fil.start() for fil in fils]
    [fil.join(30) for fil in fils]

    assert connection.vendor == "postgresql"
    assert sorted(etats) == [EtatEnvoi.A_ENVOYER] * 3 + [EtatEnvoi.ENVOYE]
    assert Relance.objects.pour(creancier).filter(etat=EtatRelance.FAITE).count() == 1
    assert len(puits.lignes()) == 1
