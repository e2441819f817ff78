"""Un avoir qui reste, un règlement qui attend : aucune demande ne réclame le brut sans un mot."""

from datetime import UTC, date, datetime
from decimal import Decimal
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from clients.models import Client
from contentieux.actions import ouvrir_dossier
from contentieux.enums import Voie
from factures.actions import encaisser, utiliser_avoir
from factures.actions.importation import preparer_import, valider_import
from factures.models import Facture
from recouvrement.accueil.lectures.a_faire import combien
from recouvrement.accueil.lectures.fiche import fiche_client
from recouvrement.accueil.lectures.journee import ma_journee
from recouvrement.courriel.actions import heure
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.battement import battre
from relances.actions.planification import planifier
from relances.enums import Canal, CodeBlocage, EtatRelance
from relances.models import Relance
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import un_avoir, une_facture
from tests.fabriques.relances import une_relance
from tests.relances.test_courriers import mettre_en_demeure, preparer, texte

pytestmark = [pytest.mark.django_db, pytest.mark.scenario]

CAS = Path(__file__).parent / "cas"
LUNDI = date(2026, 5, 18)
DIX_HEURES = datetime(2026, 5, 18, 8, tzinfo=UTC)


@pytest.fixture
def un_lundi(monkeypatch):
    # PostgreSQL ne voyage pas dans le temps : ici, l'heure est celle du poste.
    monkeypatch.setattr(heure, "heure_de_la_base", timezone.now)
    with time_machine.travel(DIX_HEURES, tick=False):
        yield


@pytest.fixture
def importees():
    """B1 (740,00) et l'avoir BA (90,00) ; D1 (510,00) et l'avoir DA (510,00)."""
    creancier = un_creancier(code="avoirs")
    fichier = ("a.csv", (CAS / "avoir-ouvert-ignore" / "a.csv").read_bytes())
    importation = preparer_import(creancier, [fichier], acteur=None, maintenant=DIX_HEURES)
    valider_import(importation, acteur=None, maintenant=DIX_HEURES)
    Client.objects.pour(creancier).update(
        nature="professionnel", adresse="4 quai Nord", code_postal="29200", ville="Brest"
    )
    return creancier


def la_facture(creancier, numero):
    factures = Facture.objects.pour(creancier).select_related("client__creancier")
    return factures.get(numero=numero)


def messages(creancier):
    faites = Relance.objects.pour(creancier).filter(etat=EtatRelance.FAITE).select_related("envoi")
    lus = [message_from_bytes(bytes(r.envoi.octets), policy=policy.default) for r in faites]
    return {lu["To"].addresses[0].addr_spec: lu for lu in lus}


def ecrit(message, genre):
    return lisible(message.get_body((genre,)).get_content())


def lisible(texte):
    return " ".join(texte.replace("\u202f", " ").split())


def test_le_message_deduit_l_avoir_et_qui_est_couvert_ne_recoit_rien(un_lundi, importees, puits):
    battre(DIX_HEURES)

    recus = messages(importees)
    assert list(recus) == ["b@bihan.example"]
    for genre in ("plain", "html"):
        lu = ecrit(recus["b@bihan.example"], genre)
        assert "740,00 €" in lu
        assert "À déduire : avoir BA du 14/05/2026" in lu
        assert "− 90,00 €" in lu
        assert "Net à régler" in lu
        assert "régler 650,00 €" in lu
    assert "650,00 €" in lisible(recus["b@bihan.example"]["Subject"])
    relance = Relance.objects.pour(importees).get()
    assert (relance.montant, relance.envoi.somme) == (Decimal("650.00"), Decimal("650.00"))


def test_pourquoi_dit_l_avoir_et_ma_journee_demande_de_l_utiliser(importees):
    bilan = planifier(importees, au=LUNDI, maintenant=DIX_HEURES, a_blanc=True)
    couverte = la_facture(importees, "D1")
    [raison] = [b for e in bilan.ecartees if e.facture == couverte.pk for b in e.blocages]
    assert raison.code == CodeBlocage.COUVERTE
    assert "510,00 €" in lisible(raison.phrase)

    [action] = [
        a for a in ma_journee([importees], maintenant=DIX_HEURES).actions if a.genre == "employer"
    ]
    avoir = la_facture(importees, "DA")
    assert action.client_id == couverte.client_id
    assert "l'avoir DA (510,00 €)" in lisible(action.raison)
    assert action.lien == reverse("factures:avoir", args=[importees.code, avoir.pk])
    assert combien([importees], maintenant=DIX_HEURES).journee == 1

    acteur = un_utilisateur(chez=importees)
    imputations = [(couverte.pk, Decimal("510.00"))]
    utiliser_avoir(avoir, imputations=imputations, le=LUNDI, acteur=acteur)
    assert not [
        a for a in ma_journee([importees], maintenant=DIX_HEURES).actions if a.genre == "employer"
    ]


def test_ni_lettre_ni_mise_en_demeure_ni_dossier_pour_qui_est_couvert(importees, client):
    couverte, acteur = la_facture(importees, "D1"), un_utilisateur(chez=importees)
    with pytest.raises(ErreurMetier, match="couvre D1"):
        mettre_en_demeure(couverte.client, acteur, couverte)
    lettre = une_relance(couverte.client, canal=Canal.COURRIER, factures=[couverte])
    with pytest.raises(ErreurMetier, match="Plus aucune facture"):
        preparer(lettre, acteur)
    with pytest.raises(ErreurMetier, match="couverte par un avoir"):
        ouvrir_au_tribunal(couverte, acteur)
    client.force_login(acteur)
    fiche = client.get(reverse("accueil:client", args=[importees.code, couverte.client_id]))
    assert "Un avoir ou un règlement à employer couvre ce qui est dû" in fiche.text


def ouvrir_au_tribunal(facture, acteur):
    return ouvrir_dossier(
        facture.client,
        factures=[facture],
        voie=Voie.INJONCTION_TC,
        le=date(2026, 9, 3),
        acteur=acteur,
    )


def test_la_lettre_deduit_l_avoir_et_fait_payer_le_net(importees):
    facture, acteur = la_facture(importees, "B1"), un_utilisateur(chez=importees)
    lettre = une_relance(facture.client, canal=Canal.COURRIER, factures=[facture])

    lu = texte(preparer(lettre, acteur))

    assert "À déduire : avoir BA du 14/05/2026" in lu
    assert "90,00 €" in lu
    assert "Net à régler" in lu
    assert lu.count("650,00 €") >= 2
    lettre.refresh_from_db()
    assert lettre.montant == Decimal("650.00")


def test_la_mise_en_demeure_deduit_l_avoir_du_total(importees):
    """740 € échus le 13/05/2026, au 03/09/2026 : 11,82 (48 jours à 12,15 %) + 16,34 (65 jours à
    12,40 %) + 40 = 808,16 ; moins l'avoir de 90 : 718,16."""
    facture, acteur = la_facture(importees, "B1"), un_utilisateur(chez=importees)

    sommation = mettre_en_demeure(facture.client, acteur, facture)

    lu = texte(sommation.courrier)
    assert "808,16 €" in lu
    assert "À déduire : avoir BA du 14/05/2026" in lu
    assert "Nous vous mettons en demeure de nous payer 718,16 €" in " ".join(lu.split())
    relance = Relance.objects.pour(importees).get(canal=Canal.MISE_EN_DEMEURE)
    assert relance.montant == Decimal("718.16")


def test_la_page_de_la_mise_en_demeure_dit_la_somme_que_la_lettre_demande(importees, client):
    facture, acteur = la_facture(importees, "B1"), un_utilisateur(chez=importees)
    sommation = mettre_en_demeure(facture.client, acteur, facture)
    client.force_login(acteur)

    page = client.get(reverse("relances:courrier", args=[importees.code, sommation.courrier.pk]))

    lu = lisible(page.content.decode())
    assert "<dt>Total dû</dt><dd>808,16 €</dd>" in lu
    assert "<dt>À déduire</dt><dd>− 90,00 €</dd>" in lu
    assert "<dt>Total réclamé</dt><dd>718,16 €</dd>" in lu


def test_aucune_etape_n_est_annoncee_a_qui_est_couvert(importees):
    def annoncee():
        return fiche_client(couvert, au=LUNDI).possibles(au=LUNDI).prochaine

    couvert = la_facture(importees, "D1").client
    planifier(importees, au=LUNDI, maintenant=DIX_HEURES)
    assert annoncee() is None
    une_facture(client=couvert, date_emission=date(2026, 4, 13), date_echeance=date(2026, 5, 14))
    assert annoncee() is not None


def test_un_reglement_a_imputer_se_deduit_comme_un_avoir():
    debiteur = un_client()
    une_facture(client=debiteur, date_emission=date(2026, 4, 13), date_echeance=date(2026, 5, 13))
    encaisser(
        debiteur, montant=Decimal("200.00"), recu_le=date(2026, 5, 15), moyen="virement",
        acteur=None, imputations=[],
    )  # fmt: skip

    [prevue] = planifier(debiteur.creancier, au=LUNDI, maintenant=DIX_HEURES).creees

    assert prevue.montant == Decimal("1000.00")


def test_l_avoir_eteint_d_abord_la_plus_ancienne_et_ne_se_deduit_qu_une_fois():
    """Avoir de 600 sur 500 (avril) et 500 (mai) : la première est couverte, il reste 400."""
    debiteur, somme = un_client(), Decimal("500.00")
    avril = une_facture(
        client=debiteur, montant_ttc=somme, rang_entree=5,
        date_emission=date(2026, 3, 10), date_echeance=date(2026, 4, 10),
    )  # fmt: skip
    une_facture(
        client=debiteur, montant_ttc=somme,
        date_emission=date(2026, 4, 13), date_echeance=date(2026, 5, 13),
    )  # fmt: skip
    un_avoir(
        client=debiteur, montant_ttc=Decimal("600.00"),
        date_emission=date(2026, 5, 14), date_echeance=date(2026, 5, 14),
    )  # fmt: skip

    bilan = planifier(debiteur.creancier, au=LUNDI, maintenant=DIX_HEURES, avec_ecartees=True)

    assert [e.facture for e in bilan.ecartees] == [avril.pk]
    assert [p.montant for p in bilan.creees] == [Decimal("400.00")]


def test_un_avoir_utilise_ou_a_venir_n_arrete_rien():
    debiteur = un_client()
    une_facture(client=debiteur, date_emission=date(2026, 4, 13), date_echeance=date(2026, 5, 13))
    un_avoir(
        client=debiteur, montant_ttc=Decimal("1200.00"),
        date_emission=date(2026, 6, 1), date_echeance=date(2026, 6, 1),
    )  # fmt: skip

    [prevue] = planifier(debiteur.creancier, au=LUNDI, maintenant=DIX_HEURES).creees

    assert prevue.montant == Decimal("1200.00")


def test_un_avoir_saisi_apres_coup_retire_ce_qui_attendait(un_lundi):
    debiteur = un_client()
    une_facture(client=debiteur, date_emission=date(2026, 4, 13), date_echeance=date(2026, 5, 13))
    planifier(debiteur.creancier, au=LUNDI, maintenant=DIX_HEURES)
    un_avoir(
        client=debiteur, montant_ttc=Decimal("1200.00"),
        date_emission=LUNDI, date_echeance=LUNDI,
    )  # fmt: skip

    planifier(debiteur.creancier, au=LUNDI, maintenant=DIX_HEURES)

    [relance] = Relance.objects.pour(debiteur.creancier)
    assert relance.etat == EtatRelance.ANNULEE


def test_un_avoir_qui_ne_couvre_pas_tout_n_arrete_pas_les_relances_et_la_fiche_le_deduit():
    debiteur = un_client()
    une_facture(client=debiteur)
    jour = date(2026, 2, 14)
    un_avoir(client=debiteur, date_emission=jour, date_echeance=jour)

    fiche = fiche_client(debiteur, au=LUNDI)

    assert fiche.possibles(au=LUNDI).phrases == []
    assert fiche.net == fiche.exigible - Decimal("300.00")
