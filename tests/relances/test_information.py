"""Le premier écrit dit au débiteur ce qui est su de lui et ses droits ; les suivants, non."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from io import BytesIO

import pytest
import time_machine
from django.utils import timezone
from pypdf import PdfReader

from recouvrement.comptes.enums import ModeIntervention
from recouvrement.courriel.actions import heure
from recouvrement.documents import fichiers
from relances.actions.battement import battre
from relances.actions.courriers import preparer_lettre
from relances.actions.mises_en_demeure import preparer_mise_en_demeure
from relances.actions.scenarios import scenario_par_defaut
from relances.courriels.message import apercu_d_une_etape, message_de
from relances.enums import Canal, EtatRelance
from relances.models import Etape, Relance
from tests.appuis.smtp import un_serveur_smtp
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db

LUNDI = date(2026, 11, 23)
DIX_HEURES = datetime(2026, 11, 23, 9, tzinfo=UTC)
AVANT = datetime(2026, 11, 2, 9, tzinfo=UTC)
COURRIEL = Canal.COURRIEL


def parties(envoi) -> list[str]:
    message = message_from_bytes(bytes(envoi.octets), policy=policy.default)
    return [" ".join(message.get_body((p,)).get_content().split()) for p in ("plain", "html")]


def test_le_premier_courriel_parti_informe_et_le_second_se_tait(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(heure, "heure_de_la_base", timezone.now)
    creancier = un_creancier(adresse="3 quai de la Loire", code_postal="44000", ville="Nantes")
    echeance = LUNDI - timedelta(days=5)
    une_facture(
        client=un_client(creancier=creancier),
        date_emission=echeance - timedelta(days=30),
        date_echeance=echeance,
    )
    with un_serveur_smtp(tmp_path) as puits:
        settings.SERVEUR_SMTP = puits.reglage
        with time_machine.travel(DIX_HEURES, tick=False):
            battre(DIX_HEURES)
        plus_tard = DIX_HEURES + timedelta(days=15)
        relances = Relance.objects.pour(creancier)
        premiere = relances.get(etat=EtatRelance.FAITE)
        une_relance(
            premiere.client,
            canal=COURRIEL,
            factures=list(premiere.factures.all()),
            etat=EtatRelance.A_VALIDER,
            etape=Etape.objects.pour(creancier).get(cle="relance-ferme"),
            destinataire=premiere.destinataire,
        )
        seconde = relances.exclude(pk=premiere.pk).get()
    for dit in parties(premiere.envoi):
        assert f"{creancier.nom} (3 quai de la Loire, 44000 Nantes), responsable" in dit
        assert "tirées de ses propres dossiers" in dit
        assert "vous y opposer" in dit
        assert "cnil.fr" in dit
    second = message_de(seconde, factures=seconde.factures.all(), au=plus_tard.date())
    assert "données personnelles" not in second.texte + second.html


@pytest.mark.parametrize(("langue", "mots"), [("fr", "responsable du"), ("en", "as controller")])
def test_l_apercu_montre_l_information_dans_la_langue_du_client(langue, mots):
    client = un_client(langue=langue)
    facture = une_facture(client=client)
    scenario_par_defaut(client.creancier)
    etape = Etape.objects.pour(client.creancier).get(cle="rappel")
    apercu = apercu_d_une_etape(
        etape, client, factures=[facture], au=LUNDI, destinataire="a@b.example"
    )
    assert mots in apercu.texte
    assert mots in apercu.html


@pytest.mark.parametrize("mode", ModeIntervention.values)
def test_le_responsable_est_le_creancier_quel_que_soit_le_mode(mode):
    client = un_client(creancier=un_creancier(mode=mode))
    relance = une_relance(client, canal=COURRIEL)
    texte = message_de(relance, factures=relance.factures.all(), au=LUNDI).texte
    assert f"{client.creancier.nom}, responsable du traitement" in texte.replace(
        f" ({client.creancier.adresse}, {client.creancier.code_postal} {client.creancier.ville})",
        "",
    )


@pytest.mark.parametrize(
    ("texte", "combien", "sienne"),
    [
        ("Bonjour", 1, False),
        ("Bonjour\n\n{{ information }}\n\nMerci", 1, False),
        ("Bonjour{{#si premier_contact}}\n\nMa notice.{{/si}}", 0, True),
    ],
)
def test_un_texte_a_soi_place_l_information_ou_la_remplace(texte, combien, sienne):
    client = un_client()
    relance = une_relance(client, canal=COURRIEL, sujet="Relance", texte=texte)
    ecrit = message_de(relance, factures=relance.factures.all(), au=LUNDI)
    assert ecrit.texte.count("Vos données personnelles.") == combien
    assert ecrit.html.count("Vos données personnelles.") == combien
    assert ("Ma notice." in ecrit.texte) is sienne
    Relance.objects.pour(client.creancier).filter(
        pk=une_relance(client, canal=Canal.COURRIER).pk
    ).update(etat=EtatRelance.FAITE, faite_le=AVANT)
    ensuite = message_de(relance, factures=relance.factures.all(), au=LUNDI)
    assert "Vos données" not in ensuite.texte
    assert "Ma notice." not in ensuite.texte


@pytest.mark.parametrize(
    ("canal", "etat", "informe"),
    [
        (Canal.TELEPHONE, EtatRelance.FAITE, True),
        (COURRIEL, EtatRelance.INCERTAINE, True),
        (COURRIEL, EtatRelance.FAITE, False),
        (Canal.RECOMMANDE, EtatRelance.FAITE, False),
    ],
)
def test_seul_un_ecrit_surement_parti_a_informe(canal, etat, informe):
    client = un_client()
    une_relance(client, canal=canal, etat=etat, faite_le=AVANT)
    relance = une_relance(client, canal=COURRIEL)
    texte = message_de(relance, factures=relance.factures.all(), au=LUNDI).texte
    assert ("Vos données personnelles." in texte) is informe


def imprime(document) -> str:
    pdf = PdfReader(BytesIO(fichiers.lire(document.empreinte)))
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def test_la_premiere_lettre_l_imprime_et_la_suivante_non():
    client = un_client()
    acteur = un_utilisateur(chez=client.creancier)
    premiere, seconde = [une_relance(client, canal=Canal.COURRIER) for _ in range(2)]
    une = preparer_lettre(premiere, maintenant=DIX_HEURES, acteur=acteur)
    Relance.objects.pour(client.creancier).filter(pk=premiere.pk).update(
        etat=EtatRelance.FAITE, faite_le=DIX_HEURES - timedelta(days=20)
    )
    deux = preparer_lettre(seconde, maintenant=DIX_HEURES, acteur=acteur)
    assert "responsable du traitement" in imprime(une.document)
    # La notice tient sous la signature : elle ne coûte pas une feuille.
    assert (une.document.pages, deux.document.pages) == (1, 1)
    assert "données personnelles" not in imprime(deux.document)


def test_une_mise_en_demeure_qui_est_le_premier_ecrit_informe_aussi():
    client = un_client()
    acteur = un_utilisateur(chez=client.creancier)
    sommation = preparer_mise_en_demeure(
        client, factures=[une_facture(client=client)], maintenant=DIX_HEURES, acteur=acteur
    )
    assert "responsable du traitement" in imprime(sommation.courrier.document)
