"""L'étape d'un dossier inscrit l'ordonnance et ses suites : on ne les saisit pas deux fois."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from contentieux import actions
from contentieux.documents import contexte_de_requete
from contentieux.enums import EtatDossier, Voie
from contentieux.lectures import fiche_dossier
from factures.actions.decisions import Dispositif, enregistrer_decision
from factures.enums import FaitDecision, NatureDecision
from factures.lectures.prescription import prescriptions
from factures.models import Decision, SuiteDecision
from recouvrement.accueil.actions import annuler_geste
from recouvrement.comptes.enums import Role
from recouvrement.socle.erreurs import ErreurMetier
from tests.appuis.pages import lisible
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db

LE = date(2026, 9, 3)
RENDUE, SIGNIFIEE = date(2026, 9, 10), date(2026, 10, 15)


@pytest.fixture
def facture():
    return une_facture(
        client=un_client(forme_juridique="SARL", siren="404833048"),
        montant_ttc=Decimal("10000.00"),
        date_emission=date(2026, 4, 1),
        date_echeance=date(2026, 5, 1),
    )


@pytest.fixture
def acteur(facture):
    return un_utilisateur(chez=facture.creancier)


@pytest.fixture
def dossier(facture, acteur):
    dossier = actions.ouvrir_dossier(
        facture.client, factures=[facture], voie=Voie.INJONCTION_TC, le=LE, acteur=acteur
    )
    return avancer(dossier, EtatDossier.DEPOSE, LE, acteur)


def avancer(dossier, etat, le, acteur, **reste):
    return actions.avancer(dossier, etat=etat, le=le, note="", acteur=acteur, **reste)


def dernier_jour(facture):
    return prescriptions([facture])[facture.pk].dernier_jour


def signifier(dossier, le, acteur):
    avancer(dossier, EtatDossier.ORDONNANCE, RENDUE, acteur)
    avancer(dossier, EtatDossier.SIGNIFIE, le, acteur, remise=FaitDecision.A_PERSONNE)


def test_l_ordonnance_et_sa_signification_font_la_decision(client, dossier, facture, acteur):
    """Échue le 01/05/2026 : 01/05/2031 ; signifiée le 15/10/2026 : 15/10/2031."""
    assert dernier_jour(facture) == date(2031, 5, 1)
    signifier(dossier, SIGNIFIEE, acteur)
    [decision] = Decision.objects.pour(facture.creancier)
    assert (decision.nature, decision.rendue_le) == (NatureDecision.INJONCTION, RENDUE)
    assert dernier_jour(facture) == date(2031, 10, 15)
    client.force_login(acteur)
    page = lisible(client.get(dossier.get_absolute_url()))
    assert "16/11/2026" in page  # opposition, prorogée
    assert "Exécution possible après le 15/12/2026" in page
    avancer(dossier, EtatDossier.OPPOSITION, date(2026, 11, 2), acteur)
    assert dernier_jour(facture) is None


def test_sans_dire_comment_elle_fut_remise_la_signification_attend(dossier, acteur):
    avancer(dossier, EtatDossier.ORDONNANCE, RENDUE, acteur)
    with pytest.raises(ErreurMetier, match="remis à personne"):
        avancer(dossier, EtatDossier.SIGNIFIE, SIGNIFIEE, acteur)


def test_signifiee_trop_tard_rien_ne_mene_plus_a_l_execution(client, dossier, facture, acteur):
    """Trois mois : 10/12/2026. Signifiée le 11, elle est non avenue (CPC, art. 1411)."""
    signifier(dossier, date(2026, 12, 11), acteur)
    assert dernier_jour(facture) == date(2031, 5, 1)
    with pytest.raises(ErreurMetier, match="non avenue"):
        avancer(dossier, EtatDossier.EXECUTOIRE, date(2027, 3, 1), acteur)
    client.force_login(un_utilisateur(chez=facture.creancier, role=Role.GESTIONNAIRE))
    page = client.get(dossier.get_absolute_url()).content.decode()
    assert "non avenue" in page
    assert 'value="executoire"' not in page
    assert "Exécution possible" not in page


def test_annuler_l_etape_retire_ce_qu_elle_avait_note(dossier, facture, acteur):
    signifier(dossier, SIGNIFIEE, acteur)
    [suite] = SuiteDecision.objects.pour(facture.creancier)
    annuler_geste(suite.geste, acteur=acteur, maintenant=timezone.now())
    assert dernier_jour(facture) == date(2031, 5, 1)
    suite.refresh_from_db()
    assert suite.retiree_motif == "étape du dossier annulée"
    [decision] = Decision.objects.pour(facture.creancier).valables()
    annuler_geste(decision.geste, acteur=acteur, maintenant=timezone.now())
    assert not Decision.objects.pour(facture.creancier).valables().exists()


def test_une_ordonnance_deja_saisie_a_sa_page_n_est_pas_repetee(dossier, facture, acteur):
    dispositif = Dispositif(
        "TC Rennes, n° 26/1", nature=NatureDecision.INJONCTION, rendue_le=RENDUE
    )
    enregistrer_decision([facture], dispositif, au=RENDUE, acteur=acteur)
    signifier(dossier, SIGNIFIEE, acteur)
    assert Decision.objects.pour(facture.creancier).count() == 1
    assert dernier_jour(facture) == date(2031, 10, 15)


def test_la_page_demande_comment_l_ordonnance_fut_signifiee(client, dossier, acteur):
    avancer(dossier, EtatDossier.ORDONNANCE, RENDUE, acteur)
    client.force_login(un_utilisateur(chez=dossier.creancier, role=Role.GESTIONNAIRE))
    url = reverse("contentieux:avancer", args=[dossier.creancier.code, dossier.pk])
    saisie = {"etat": "signifie", "le": "2026-10-15"}
    assert client.post(url, saisie).status_code == 422
    assert client.post(url, saisie | {"remise": "signifiee"}).status_code == 302
    [suite] = SuiteDecision.objects.pour(dossier.creancier)
    assert suite.fait == FaitDecision.SIGNIFIEE


def test_un_entrepreneur_individuel_dit_son_etat_civil_dans_la_requete(client, dossier, acteur):
    """CPC, art. 54, 3° a) : personne physique, donc profession, nationalité, naissance."""
    creancier = dossier.creancier
    creancier.forme_juridique = "SARL"
    creancier.save(update_fields=["forme_juridique"])
    client.force_login(acteur)
    page = lisible(client.get(dossier.get_absolute_url()))
    assert "nationalité du créancier" not in page
    assert 'name="nationalite"' not in page
    creancier.forme_juridique = "EI"
    creancier.save(update_fields=["forme_juridique"])
    page = lisible(client.get(dossier.get_absolute_url()))
    assert "la nationalité du créancier (CPC, art. 54)" in page
    assert "représentant légal du créancier" not in page
    url = reverse("contentieux:requete", args=[creancier.code, dossier.pk])
    saisie = {
        "tribunal": "Tribunal de commerce de Rennes",
        "arrete_au": "2026-09-03",
        "fondement": "Devis accepté",
        "profession": "Menuisière",
        "nationalite": "française",
        "naissance": "3 mai 1980, à Rennes",
    }
    assert client.post(url, saisie).status_code == 302
    assert "la nationalité du créancier" not in lisible(client.get(dossier.get_absolute_url()))
    dossier.refresh_from_db()
    fiche = fiche_dossier(dossier, au=LE)
    requete = contexte_de_requete(dossier, fiche.decompte, pieces=[], le=LE)
    dits = {champ.nom: champ.valeur for champ in requete["demandeur_physique"]}
    assert dits["demandeur_nationalite"] == "française"
    assert dits["demandeur_naissance"] == "3 mai 1980, à Rennes"
    # Du débiteur personne physique, l'article 57 ne demande que nom, prénoms et domicile.
    assert {c.nom for c in requete["debiteur_physique"]} == {"debiteur_nom", "debiteur_domicile"}
