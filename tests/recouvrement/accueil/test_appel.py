"""La page d'appel : celle de Ma journée, ouverte depuis la fiche, dans les mots de qui parle."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from factures.actions import ouvrir_litige
from recouvrement.accueil.lectures.a_dire import (
    RIEN_A_DEMANDER,
    RIEN_N_EST_DU,
    a_dire,
    presentation,
)
from recouvrement.accueil.lectures.fiche import fiche_client
from recouvrement.comptes.enums import ModeIntervention, Role
from recouvrement.socle.formats import de
from relances.models import Appel
from relances.regles import textes
from tests.fabriques.clients import un_client, un_contact, une_coordonnee
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import un_avoir, une_facture
from tests.relances.test_faveur import lisible

pytestmark = pytest.mark.django_db

LE = date(2026, 3, 2)


@pytest.fixture
def debiteur():
    return un_client(creancier=un_creancier(nom="Imprimerie Morvan"))


@pytest.fixture
def assistante(debiteur):
    return un_utilisateur(chez=debiteur.creancier)


@pytest.mark.parametrize(
    ("nom", "attendu"),
    [
        ("Imprimerie Morvan", "d'Imprimerie Morvan"),
        ("Élagage Le Goff", "d'Élagage Le Goff"),
        ("Hôtel du Port", "d'Hôtel du Port"),
        ("Halles du Port", "de Halles du Port"),
        ("Menuiserie Kerbrat", "de Menuiserie Kerbrat"),
        ("3D Façades", "de 3D Façades"),
    ],
)
def test_de_s_elide_devant_une_voyelle(nom, attendu):
    assert de(nom) == attendu


def test_un_texte_d_etape_elide_devant_un_nom():
    valeurs = {"creancier": "Imprimerie Morvan", "client": "Duval", "total": "aucun"}
    lu = textes.en_texte(
        "Au nom de {{ creancier }}, factures de {{ client }}, de {{ total }}", valeurs
    )
    assert lu == "Au nom d'Imprimerie Morvan, factures de Duval, de aucun\n"


@pytest.mark.parametrize(
    ("mode", "role", "attendu"),
    [
        ("interne", Role.ASSISTANTE, "Bonjour, je suis Nadège Rousselot, d'Imprimerie Morvan."),
        ("secretariat", Role.ASSISTANTE, "Bonjour, secrétariat d'Imprimerie Morvan."),
        (
            "secretariat",
            Role.GESTIONNAIRE,
            "Bonjour, je suis Nadège Rousselot, d'Imprimerie Morvan.",
        ),
        (
            "mandataire",
            Role.ASSISTANTE,
            "Bonjour, Nadège Rousselot. Je vous appelle pour le compte d'Imprimerie Morvan.",
        ),
    ],
)
def test_la_phrase_dit_qui_parle(debiteur, assistante, mode, role, attendu):
    debiteur.creancier.mode = ModeIntervention(mode)
    assistante.nom_complet = "Nadège Rousselot"
    assert presentation(debiteur.creancier, assistante, role) == attendu


def dit(debiteur):
    return lisible(a_dire(fiche_client(debiteur, au=LE), "Bonjour."))


def test_la_phrase_demande_le_net_et_nomme_ce_qui_le_reduit(debiteur, assistante):
    facture = une_facture(client=debiteur, numero="F-1")
    ouvrir_litige(
        facture, motif="prix", le=LE, acteur=assistante, montant_conteste=Decimal("150.00")
    )
    jour = date(2026, 2, 14)
    un_avoir(client=debiteur, numero="BA", date_emission=jour, date_echeance=jour)

    assert "la facture F-1, échue le 31/01 : 750,00 € à régler" in dit(debiteur)
    assert "hors 150,00 € contestés, avoir BA du 14/02/2026 déduit" in dit(debiteur)


def test_couvert_il_n_y_a_rien_a_demander(debiteur):
    une_facture(client=debiteur)
    jour = date(2026, 2, 14)
    un_avoir(
        client=debiteur,
        montant_ttc=Decimal("1200.00"),
        date_emission=jour,
        date_echeance=jour,
    )
    assert dit(debiteur) == RIEN_A_DEMANDER


def test_qui_ne_doit_rien_ne_s_entend_pas_parler_d_une_facture(debiteur):
    assert dit(debiteur) == RIEN_N_EST_DU
    une_facture(client=debiteur, date_echeance=date(2026, 4, 30))
    assert dit(debiteur).endswith("Avez-vous bien reçu notre dernière facture ? »")


def test_l_echu_que_nul_n_a_relance_ne_se_dit_pas_a_echoir(debiteur):
    def etape():
        return fiche_client(debiteur, au=LE).nom_palier

    assert etape() == "Aucune facture ouverte"
    une_facture(client=debiteur, date_echeance=date(2026, 4, 30))
    assert etape() == "À échoir"
    une_facture(client=debiteur)
    assert etape() == "Pas encore relancé"


def test_depuis_la_fiche_l_appel_montre_ce_que_montre_ma_journee(client, debiteur, assistante):
    une_facture(client=debiteur, numero="F-1")
    une_coordonnee(debiteur, genre="telephone", valeur="+33261910417")
    client.force_login(assistante)
    fiche = client.get(reverse("accueil:client", args=[debiteur.creancier.code, debiteur.pk]))
    adresse = reverse("accueil:appel", args=[debiteur.creancier.code, debiteur.pk])
    assert adresse in fiche.text

    page = client.get(adresse)

    assert 'href="tel:+33261910417"' in page.text
    assert "F-1" in page.text
    assert "Je vous appelle au sujet de" in page.text
    assert "Derniers faits" in page.text
    assert "Consigner" not in page.text


def test_un_compte_rendu_refuse_garde_la_page_et_la_saisie(client, debiteur, assistante):
    une_facture(client=debiteur, numero="F-1")
    un_contact(debiteur)
    client.force_login(assistante)
    adresse = reverse("accueil:appel", args=[debiteur.creancier.code, debiteur.pk])

    page = client.post(adresse, {"issue": "promet", "note": "Rappeler Mme Duval", "montant": ""})

    assert page.status_code == 422
    assert "Rappeler Mme Duval" in page.text
    assert "Derniers faits" in page.text
    assert not Appel.objects.pour(debiteur.creancier).exists()
