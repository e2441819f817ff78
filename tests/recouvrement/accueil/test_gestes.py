"""Un geste s'annule avec tout ce qu'il a écrit, et rien d'autre ; ou il dit pourquoi pas."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from clients.models import Coordonnee
from contentieux.actions import avancer, ouvrir_dossier
from contentieux.enums import EtatDossier, Voie
from contentieux.models import Dossier, EvenementDossier
from factures.actions import clore_litige, encaisser, ouvrir_litige
from factures.enums import IssueLitige
from factures.models import Litige
from recouvrement.accueil.actions import annuler_geste
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Entree, Geste
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.appels import Suite, clore_rappel, consigner_appel
from relances.actions.courriers import ecrire_hors_scenario, preparer_lettre
from relances.actions.decisions import annuler, reporter, valider
from relances.actions.poste import poster, suivre
from relances.actions.promesses import constater_promesse
from relances.enums import Canal, EtatCourrier, EtatRelance, Issue
from relances.models import Appel, Promesse, Relance, RelanceFacture
from tests.fabriques.clients import un_client, une_coordonnee
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
# Un lundi, 10 h à Paris.
LE = datetime(2026, 3, 2, 9, tzinfo=UTC)
JOUR = date(2026, 3, 2)


@pytest.fixture
def client_du():
    return un_client()


@pytest.fixture
def acteur(client_du):
    return un_utilisateur(chez=client_du.creancier)


def appeler(client, acteur, issue, **options):
    return consigner_appel(client, issue=issue, maintenant=LE, acteur=acteur, **options)


def contester(client, acteur, facture, note=""):
    return appeler(client, acteur, Issue.CONTESTE, note=note, suite=Suite(factures=(facture,)))


def revenir(geste, acteur, maintenant=LE):
    return annuler_geste(geste, acteur=acteur, maintenant=maintenant)


def raison(geste, acteur, maintenant=LE) -> str:
    with pytest.raises(ErreurMetier) as refus:
        revenir(geste, acteur, maintenant)
    return str(refus.value)


def ouverts(client):
    return [x.facture for x in Litige.objects.pour(client.creancier).ouverts().order_by("pk")]


@pytest.mark.parametrize("note", ["", "Le métré est faux"])
def test_annuler_un_appel_ne_ferme_pas_le_litige_d_un_autre(client_du, acteur, note):
    """Même jour, même personne, même note : seul le lien les distingue."""
    une, autre, tierce = (une_facture(client=client_du) for _ in range(3))
    premier = contester(client_du, acteur, une, note)
    contester(client_du, acteur, autre, note)
    ouvrir_litige(tierce, motif="autre", le=JOUR, acteur=acteur, detail=note)

    revenir(premier.geste, acteur)

    assert ouverts(client_du) == [autre, tierce]
    clos = Litige.objects.pour(client_du.creancier).get(facture=une)
    assert (clos.issue, clos.clos_geste) == (IssueLitige.ANNULE, premier.geste.annulation)


def test_annuler_deux_fois_n_annule_qu_une(client_du, acteur):
    appel = appeler(client_du, acteur, Issue.DELAI)

    assert revenir(appel.geste, acteur) == revenir(appel.geste, acteur)

    annulations = Geste.objects.pour(client_du.creancier).filter(genre=Genre.ANNULATION)
    assert annulations.count() == 1
    assert "ne s'annule pas" in raison(annulations.get(), acteur)


def test_la_base_tient_un_geste_pour_ecrit(client_du, acteur):
    geste = appeler(client_du, acteur, Issue.DELAI).geste
    gestes = Geste.objects.pour(client_du.creancier).filter(pk=geste.pk)
    for faute in (
        lambda: gestes.update(genre=Genre.IMPORT),
        gestes.delete,
        lambda: Geste.objects.create(creancier=client_du.creancier, genre="autre"),
        lambda: Geste.objects.create(creancier=client_du.creancier, genre=Genre.ANNULATION),
        lambda: Geste.objects.create(
            creancier=client_du.creancier, genre=Genre.APPEL, annule=geste
        ),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            faute()


def test_chaque_ligne_du_journal_dit_son_geste(client_du, acteur):
    une_relance(client_du)
    suite = Suite(montant=Decimal(100), pour_le=date(2026, 3, 9))
    appel = appeler(client_du, acteur, Issue.PROMET, suite=suite)
    annulation = revenir(appel.geste, acteur)

    def dites(geste):
        entrees = Entree.objects.pour(client_du.creancier).filter(geste=geste).order_by("pk")
        return list(entrees.values_list("evenement", flat=True))

    assert dites(appel.geste) == ["relance_faite", "promesse_faite", "appel_consigne"]
    assert dites(annulation) == ["appel_annule", "promesse_annulee", "relance_rendue"]


def test_la_promesse_tenue_ou_dite_rompue_garde_son_appel(client_du, acteur):
    une_facture(client=client_du)
    suite = Suite(montant=Decimal(100), pour_le=date(2026, 3, 9))
    premier = appeler(client_du, acteur, Issue.PROMET, suite=suite)
    encaisser(
        client_du, montant=Decimal(100), recu_le=date(2026, 3, 3), moyen="virement", acteur=acteur
    )
    assert raison(premier.geste, acteur) == "La promesse a été tenue depuis."

    second = appeler(client_du, acteur, Issue.PROMET, suite=suite)
    constat = constater_promesse(second.promesse, est_tenue=False, le=JOUR, acteur=acteur)
    assert raison(second.geste, acteur) == "La promesse a été dite non tenue depuis."

    revenir(constat.close_geste, acteur)
    assert list(Promesse.objects.pour(client_du.creancier).en_cours()) == [second.promesse]
    revenir(second.geste, acteur)
    assert not Promesse.objects.pour(client_du.creancier).en_cours().exists()


def test_le_litige_tranche_garde_son_ouverture_jusqu_a_ce_que_l_issue_s_annule(client_du, acteur):
    facture = une_facture(client=client_du)
    litige = ouvrir_litige(facture, motif="prix", le=JOUR, acteur=acteur)
    clos = clore_litige(litige, issue=IssueLitige.FONDE, le=JOUR, acteur=acteur)
    assert raison(litige.geste, acteur) == (f"Le litige sur {facture.numero} a été tranché depuis.")

    revenir(clos.clos_geste, acteur)
    assert ouverts(client_du) == [facture]
    revenir(litige.geste, acteur)
    assert ouverts(client_du) == []


def test_annuler_un_litige_rend_ce_qu_il_avait_retire(client_du, acteur):
    facture = une_facture(client=client_du)
    appel = une_relance(client_du, factures=[facture])
    lettre = ecrire_hors_scenario(
        client_du, canal=Canal.COURRIER, factures=[facture], sujet="", texte="", le=JOUR,
        acteur=acteur,
    )  # fmt: skip
    courrier = preparer_lettre(lettre, maintenant=LE, acteur=acteur)
    litige = ouvrir_litige(facture, motif="prix", le=JOUR, acteur=acteur)
    for relance in (appel, lettre):
        relance.refresh_from_db()
        assert relance.etat == EtatRelance.ANNULEE

    revenir(litige.geste, acteur)

    for relance in (appel, lettre):
        relance.refresh_from_db()
        assert relance.etat == EtatRelance.A_FAIRE
        assert relance.lignes.get().est_vivante
    courrier.refresh_from_db()
    assert courrier.etat == EtatCourrier.A_POSTER


def test_ce_que_la_planification_a_repris_ne_revient_pas_en_double(client_du, acteur):
    facture = une_facture(client=client_du)
    avant = une_relance(client_du, factures=[facture])
    litige = ouvrir_litige(facture, motif="prix", le=JOUR, acteur=acteur)
    une_relance(client_du, factures=[facture])

    revenir(litige.geste, acteur)

    avant.refresh_from_db()
    assert avant.etat == EtatRelance.ANNULEE
    vivantes = RelanceFacture.objects.pour(client_du.creancier).vivantes()
    assert vivantes.filter(facture=facture).count() == 1


def test_un_appel_ne_s_annule_plus_quand_l_etape_suivante_est_partie(client_du, acteur):
    facture = une_facture(client=client_du)
    une_relance(client_du, factures=[facture])
    appel = appeler(client_du, acteur, Issue.DELAI)
    une_relance(
        client_du, canal=Canal.COURRIEL, factures=[facture], etat=EtatRelance.FAITE, faite_le=LE
    )

    assert raison(appel.geste, acteur) == "L'étape suivante est partie depuis."
    appel.refresh_from_db()
    assert appel.annule_le is None


def test_ce_que_l_automate_avait_prevu_apres_l_appel_attend(client_du, acteur):
    facture = une_facture(client=client_du)
    faite = une_relance(client_du, factures=[facture])
    appel = appeler(client_du, acteur, Issue.DELAI)
    prevue = une_relance(client_du, canal=Canal.COURRIER, factures=[facture])

    revenir(appel.geste, acteur)

    faite.refresh_from_db()
    prevue.refresh_from_db()
    assert (faite.etat, faite.decidee_par) == (EtatRelance.A_FAIRE, None)
    assert prevue.etat == EtatRelance.ANNULEE


@pytest.fixture
def a_valider(client_du, settings):
    une_coordonnee(client_du, valeur="compta@vasseur.example")
    return une_relance(client_du, canal=Canal.COURRIEL, etat=EtatRelance.A_VALIDER)


def test_une_validation_s_annule_tant_que_rien_n_est_parti(client_du, acteur, a_valider):
    validee = valider(a_valider, maintenant=LE, acteur=acteur)
    envoi = validee.envoi

    revenir(validee.decision_geste, acteur)

    envoi.refresh_from_db()
    a_valider.refresh_from_db()
    assert envoi.etat == EtatEnvoi.ANNULE
    assert (a_valider.etat, a_valider.envoi, a_valider.decidee_par) == (
        EtatRelance.A_VALIDER, None, None,
    )  # fmt: skip
    encore = valider(a_valider, maintenant=LE, acteur=acteur)
    type(envoi).objects.pour(client_du.creancier).filter(pk=encore.envoi_id).update(
        etat=EtatEnvoi.DATA, jeton=uuid4(), bail=LE, octets=b"De: nous", data_a=LE
    )
    assert raison(encore.decision_geste, acteur) == "La relance est partie."


def test_une_decision_remplacee_le_dit(client_du, acteur, a_valider):
    validee = valider(a_valider, maintenant=LE, acteur=acteur)
    premiere = validee.decision_geste
    annuler(validee, motif="Le client a appelé", acteur=acteur)
    assert raison(premiere, acteur) == "Une autre décision l'a remplacée depuis."


def test_une_relance_retenue_par_erreur_revient(client_du, acteur, a_valider):
    annuler(a_valider, motif="Le client a appelé", acteur=acteur)
    a_valider.refresh_from_db()
    assert a_valider.etat == EtatRelance.ANNULEE

    revenir(a_valider.decision_geste, acteur)

    a_valider.refresh_from_db()
    assert (a_valider.etat, a_valider.motif) == (EtatRelance.A_VALIDER, "")
    reporter(a_valider, au=JOUR, acteur=acteur)
    report = Geste.objects.pour(client_du.creancier).get(genre=Genre.DECISION)
    assert "se remplace" in raison(report, acteur)


@pytest.fixture
def courrier(client_du, acteur):
    lettre = ecrire_hors_scenario(
        client_du, canal=Canal.RECOMMANDE, factures=[une_facture(client=client_du)], sujet="",
        texte="", le=JOUR, acteur=acteur,
    )  # fmt: skip
    return preparer_lettre(lettre, maintenant=LE, acteur=acteur)


def test_une_lettre_dite_postee_par_erreur_attend_de_nouveau(client_du, acteur, courrier):
    poste = poster(
        courrier, le=timezone.localdate(), numero_suivi="1A 1", maintenant=LE, acteur=acteur
    )
    assert raison(courrier.geste, acteur) == "La lettre est postée."

    revenir(poste.poste_geste, acteur)

    courrier.refresh_from_db()
    relance = courrier.relance
    assert (courrier.etat, courrier.poste_le, courrier.numero_suivi) == (
        EtatCourrier.A_POSTER, None, "",
    )  # fmt: skip
    assert (relance.etat, relance.faite_le) == (EtatRelance.A_FAIRE, None)
    poste = poster(
        courrier, le=timezone.localdate(), numero_suivi="1A 2", maintenant=LE, acteur=acteur
    )
    suivi = suivre(poste, etat=EtatCourrier.AVISE, le=timezone.localdate(), acteur=acteur)
    assert raison(poste.poste_geste, acteur) == "La poste en a dit plus depuis."
    assert "ce qui a suivi" in raison(suivi.suivi_geste, acteur)


def test_une_lettre_preparee_s_annule_avant_la_poste(client_du, acteur, courrier):
    revenir(courrier.geste, acteur)

    courrier.refresh_from_db()
    assert courrier.etat == EtatCourrier.ANNULE
    assert raison(courrier.relance.geste, acteur) == (
        "Ce qui a été écrit est parti, ou a été retiré depuis."
    )


def test_une_relance_ecrite_a_la_main_se_retire(client_du, acteur):
    ecrite = ecrire_hors_scenario(
        client_du, canal=Canal.COURRIER, factures=[une_facture(client=client_du)], sujet="",
        texte="", le=JOUR, acteur=acteur,
    )  # fmt: skip

    revenir(ecrite.geste, acteur)

    assert Relance.objects.pour(client_du.creancier).get().etat == EtatRelance.ANNULEE


def test_un_reglement_s_annule_aussitot_par_qui_l_a_saisi(client_du, acteur):
    facture = une_facture(client=client_du)
    recu = encaisser(client_du, montant=Decimal(100), recu_le=JOUR, moyen="virement", acteur=acteur)
    maintenant = timezone.now()
    autre = un_utilisateur(chez=client_du.creancier)
    assert "par un autre" in raison(recu.geste, autre, maintenant)
    assert "dix minutes" in raison(recu.geste, acteur, maintenant + timedelta(minutes=11))

    revenir(recu.geste, acteur, maintenant)

    facture.refresh_from_db()
    assert facture.solde == Decimal("1200.00")
    assert recu.contre_ecriture.geste == recu.geste.annulation


def test_la_derniere_etape_d_un_dossier_s_annule_et_lui_seul(client_du, acteur):
    facture = une_facture(client=client_du)
    dossier = ouvrir_dossier(
        client_du, factures=[facture], voie=Voie.INJONCTION_TC, le=JOUR, acteur=acteur
    )
    for etat in (EtatDossier.DEPOSE, EtatDossier.ORDONNANCE):
        dossier = avancer(dossier, etat=etat, le=JOUR, note="", acteur=acteur)
    ouverture, depot, ordonnance = (
        e.geste for e in EvenementDossier.objects.pour(client_du.creancier).order_by("pk")
    )
    assert raison(depot, acteur) == "Le dossier a avancé depuis."
    assert "se clôt" in raison(ouverture, acteur)

    revenir(ordonnance, acteur)
    assert Dossier.objects.pour(client_du.creancier).get().etat == EtatDossier.DEPOSE
    revenir(depot, acteur)
    assert Dossier.objects.pour(client_du.creancier).get().etat == EtatDossier.PREPARATION


def test_un_numero_redevient_ce_qu_il_etait(client_du, acteur):
    """Un faux numéro dit deux fois le reste tant qu'un des deux appels tient."""
    numero = une_coordonnee(
        client_du, genre="telephone", valeur="+33299000001", validite="valide", motif="Rappelé"
    )
    premier, second = (
        appeler(client_du, acteur, Issue.MAUVAIS_NUMERO, numero=numero.valeur) for _ in range(2)
    )

    def lu():
        relu = Coordonnee.objects.pour(client_du.creancier).get(pk=numero.pk)
        return relu.validite, relu.motif

    revenir(premier.geste, acteur)
    assert lu() == ("invalide", "Mauvais numéro")
    revenir(second.geste, acteur)
    assert lu() == ("valide", "Rappelé")


def test_un_rappel_clos_attend_de_nouveau_si_personne_d_autre_ne_l_a_clos(client_du, acteur):
    attendu = appeler(client_du, acteur, Issue.SANS_REPONSE)
    clore_rappel(attendu, maintenant=LE, acteur=acteur)
    clore_rappel(attendu, maintenant=LE, acteur=acteur)
    clos = Geste.objects.pour(client_du.creancier).get(genre=Genre.RAPPEL)

    revenir(clos, acteur)

    attendent = Appel.objects.pour(client_du.creancier).a_rappeler(jusqu_a=LE + timedelta(days=9))
    assert list(attendent) == [attendu]
