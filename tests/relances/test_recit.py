"""Ce que disent les textes proposés est vrai : rien de nié, rien d'inventé, rien d'interdit."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from factures.actions import annuler_encaissement, ouvrir_litige
from factures.actions.conventions import poser_convention
from factures.enums import MotifLitige
from factures.models import Facture
from recouvrement.documents import fichiers
from recouvrement.droit.mentions import interdits
from relances.actions.appels import consigner_appel
from relances.actions.courriers import preparer_lettre
from relances.actions.mises_en_demeure import preparer_mise_en_demeure
from relances.actions.scenarios import scenario_par_defaut
from relances.courriels.message import message_de
from relances.enums import Canal, EtatRelance, Issue
from relances.models import Etape, Relance
from relances.regles.scenario_initial import ETAPES_INITIALES
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import un_encaissement, une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db

ECHEANCE = date(2026, 5, 6)
RAPPEL_LE = datetime(2026, 5, 11, 8, tzinfo=UTC)
APPEL_LE = datetime(2026, 5, 12, 8, tzinfo=UTC)
FERME_LE = date(2026, 5, 26)
COURRIELS = [e for e in ETAPES_INITIALES if e.canal == Canal.COURRIEL]
FERMES = [e for e in ETAPES_INITIALES if e.texte and e.palier >= 2 and e.canal != Canal.TELEPHONE]


def k3(**client) -> Facture:
    """cas/ni-paiement-ni-message : 860,00 € échus le mercredi 6 mai 2026."""
    return une_facture(
        client=un_client(creancier=un_creancier(cree_le=RAPPEL_LE), **client),
        numero="K3",
        montant_ttc=Decimal("860.00"),
        date_emission=date(2026, 4, 6),
        date_echeance=ECHEANCE,
    )


def deja_partie(factures, cle="rappel", le=RAPPEL_LE) -> Relance:
    client = factures[0].client
    return une_relance(
        client,
        canal=Canal.COURRIEL,
        factures=factures,
        etape=etape_de(client, cle),
        etat=EtatRelance.FAITE,
        faite_le=le,
    )


def etape_de(client, cle):
    scenario_par_defaut(client.creancier)
    return Etape.objects.pour(client.creancier).get(cle=cle)


def message(factures, cle, *, au=FERME_LE):
    client = factures[0].client
    relance = une_relance(
        client,
        canal=Canal.COURRIEL,
        factures=[],
        etape=etape_de(client, cle),
        langue=client.langue,
        destinataire="compta@duval.example",
    )
    relues = Facture.objects.pour(client.creancier).filter(pk__in=[f.pk for f in factures])
    ecrit = message_de(relance, factures=relues, au=au)
    relance.delete()
    return ecrit


def propre(texte: str) -> str:
    return " ".join(texte.replace("\u202f", " ").replace("\xa0", " ").split())


def lue(courrier) -> str:
    pages = PdfReader(BytesIO(fichiers.lire(courrier.document.empreinte))).pages
    return propre(" ".join(page.extract_text() for page in pages))


def un_appel(client, issue=Issue.DELAI, le=APPEL_LE):
    return consigner_appel(
        client, issue=issue, maintenant=le, acteur=un_utilisateur(chez=client.creancier)
    )


@pytest.mark.parametrize("meme_facture", [True, False], ids=["cette facture", "une autre"])
def test_la_relance_ferme_ne_nie_ni_le_paiement_ni_l_appel(meme_facture):
    facture = k3()
    autre = une_facture(client=facture.client, date_echeance=date(2026, 4, 30))
    deja_partie([facture])
    un_appel(facture.client)
    un_encaissement(
        facture if meme_facture else autre, montant=Decimal("460.00"), recu_le=date(2026, 5, 13)
    )

    ecrit = message([facture], "relance-ferme")

    texte, html = propre(ecrit.texte), propre(ecrit.html)
    reste = "400,00 €" if meme_facture else "860,00 €"
    assert f"il reste à régler {reste} sur la facture ci-dessous" in texte
    for dit in (texte, html):
        assert "ni paiement ni message" not in dit
        assert "Nous avons bien reçu 460,00 € le 13/05/2026 et vous en remercions." in dit
        assert "Nous avons échangé le 12/05/2026." in dit
        assert "Nous vous avons écrit à ce sujet le 11/05/2026." in dit


def test_plusieurs_versements_se_disent_d_une_somme_et_un_annule_se_tait():
    facture = k3()
    deja_partie([facture])
    for montant, jour in (("100.00", 13), ("60.00", 15)):
        un_encaissement(facture, montant=Decimal(montant), recu_le=date(2026, 5, jour))
    rendu = un_encaissement(facture, montant=Decimal("50.00"), recu_le=date(2026, 5, 18))
    annuler_encaissement(
        rendu,
        le=date(2026, 5, 20),
        motif="Chèque rejeté",
        acteur=un_utilisateur(chez=facture.creancier),
    )
    texte = propre(message([facture], "relance-ferme").texte)
    assert "bien reçu 160,00 €, en dernier lieu le 15/05/2026 et" in texte


@pytest.mark.parametrize("issue", [Issue.SANS_REPONSE, Issue.MESSAGERIE, Issue.MAUVAIS_NUMERO])
def test_un_appel_qui_n_a_joint_personne_n_est_pas_un_echange(issue):
    facture = k3()
    deja_partie([facture])
    un_appel(facture.client, issue)
    assert "échangé" not in message([facture], "relance-ferme").texte


def test_une_contestation_est_une_reponse():
    facture = k3()
    autre = une_facture(client=facture.client)
    deja_partie([facture])
    ouvrir_litige(
        autre,
        motif=MotifLitige.values[0],
        le=date(2026, 5, 14),
        acteur=un_utilisateur(chez=facture.creancier),
    )
    assert "Nous avons échangé le 14/05/2026" in message([facture], "relance-ferme").texte


def test_ce_qui_precede_le_dernier_rappel_ne_se_redit_pas():
    facture = k3()
    un_appel(facture.client, le=datetime(2026, 5, 8, 8, tzinfo=UTC))
    deja_partie([facture])
    texte = message([facture], "relance-ferme").texte
    assert "échangé" not in texte
    assert "bien reçu" not in texte


@pytest.mark.parametrize("etape", FERMES, ids=lambda e: e.cle)
def test_un_rappel_ne_se_cite_que_pour_les_factures_qui_l_ont_eu(etape):
    facture = k3()
    neuve = une_facture(client=facture.client, date_echeance=date(2026, 5, 20))
    # Un rappel de courtoisie précède l'échéance : ce n'est pas un rappel de l'impayé.
    deja_partie([neuve], "courtoisie", datetime(2026, 5, 18, 8, tzinfo=UTC))
    deja_partie([facture])

    seule = propre(message([facture], etape.cle).texte)
    ensemble = propre(message([facture, neuve], etape.cle).texte)

    assert "11/05/2026" in seule
    assert "11/05/2026" not in ensemble
    for dit in (seule, ensemble):
        assert "rappels" not in dit
        assert "sans réponse" not in dit


@pytest.mark.parametrize("etape", COURRIELS, ids=lambda e: e.cle)
@pytest.mark.parametrize(
    ("nature", "penalites", "forfait"),
    [
        ("professionnel", "des pénalités de retard", True),
        ("public", "des intérêts moratoires", True),
        ("particulier", "", False),
        ("inconnue", "", False),
    ],
)
def test_chaque_courriel_dit_la_somme_et_ce_que_le_retard_ajoute(etape, nature, penalites, forfait):
    facture = k3(nature=nature, est_commercant=None)
    au = ECHEANCE + timedelta(days=etape.delai)
    texte = propre(message([facture], etape.cle, au=au).texte)
    assert "860,00 €" in texte
    dit = "indemnité forfaitaire de 40 €" + ("" if etape.delai > 0 else " par facture")
    assert (dit in texte) is forfait
    if penalites:
        assert penalites in texte
    else:
        assert "pénalité" not in texte
        assert "moratoire" not in texte


def test_les_penalites_du_jour_sont_celles_du_decompte():
    # 860 € × 12,15 % × 20 jours ÷ 365 = 5,7255 € : du 7 au 26 mai (L441-10, II ; BCE 2,15 + 10).
    texte = propre(message([k3()], "relance-ferme").texte)
    assert "des pénalités de retard (5,73 € à ce jour) et l'indemnité forfaitaire de 40 €" in texte
    assert "Ces sommes s'ajoutent à celle demandée ici." in texte


def test_ce_a_quoi_le_creancier_renonce_ne_se_dit_pas():
    facture = k3()
    poser_convention(
        facture.creancier,
        facture=facture,
        renonce_interets=True,
        renonce_indemnite=True,
        motif="Geste commercial",
        le=date(2026, 5, 1),
        acteur=un_utilisateur(chez=facture.creancier),
    )
    texte = message([facture], "relance-ferme").texte
    assert "pénalité" not in texte
    assert "40\u00a0€" not in texte


def test_plusieurs_factures_disent_la_somme_de_leurs_indemnites():
    facture = k3()
    autre = une_facture(client=facture.client, date_echeance=ECHEANCE)
    texte = propre(message([facture, autre], "relance-ferme").texte)
    assert "une indemnité forfaitaire de 40 € par facture (soit 80,00 €)" in texte


@pytest.mark.parametrize("etape", FERMES, ids=lambda e: e.cle)
@pytest.mark.parametrize(("langue", "mots"), [("fr", "juridiction compétente"), ("en", "court")])
def test_des_le_ton_ferme_l_action_en_justice_est_possible(etape, langue, mots):
    texte = message([k3(langue=langue)], etape.cle).texte
    assert mots in texte
    assert ("pourra" in texte) or ("may" in texte)


@pytest.mark.parametrize("etape", [e for e in COURRIELS if e.palier < 2], ids=lambda e: e.cle)
def test_avant_le_ton_ferme_aucune_action_ne_s_annonce(etape):
    assert "juridiction" not in message([k3()], etape.cle).texte


def test_la_derniere_lettre_annonce_le_contentieux_les_penalites_et_les_echeances_a_venir():
    facture = k3()
    une_facture(
        client=facture.client,
        numero="K9",
        montant_ttc=Decimal("500.00"),
        date_emission=date(2026, 5, 30),
        date_echeance=date(2026, 6, 30),
    )
    deja_partie([facture])
    relance = une_relance(facture.client, canal=Canal.RECOMMANDE, factures=[facture])
    courrier = preparer_lettre(
        relance,
        maintenant=datetime(2026, 6, 22, 8, tzinfo=UTC),
        acteur=un_utilisateur(chez=facture.creancier),
    )
    dit = lue(courrier)
    # 860 € × 12,15 % × 47 jours ÷ 365 = 13,4548 €.
    assert "13,45 €" in dit
    assert "saisir la juridiction compétente" in dit
    assert "Facture K9, échéance 30/06/2026 : 500,00 €" in dit
    assert "Nous vous demandons de régler 860,00 €" in dit
    assert "11/05/2026" in dit


def test_la_lettre_au_public_et_la_lettre_anglaise_citent_leur_texte():
    public, anglaise = k3(nature="public"), k3(langue="en")
    for facture, mots in (
        (public, "code de la commande publique, art. L. 2192-13"),
        (anglaise, "French Commercial Code, art. L. 441-10"),
    ):
        courrier = preparer_lettre(
            une_relance(
                facture.client,
                canal=Canal.COURRIER,
                factures=[facture],
                langue=facture.client.langue,
            ),
            maintenant=datetime(2026, 6, 10, 8, tzinfo=UTC),
            acteur=un_utilisateur(chez=facture.creancier),
        )
        assert mots in lue(courrier)


def test_la_mise_en_demeure_ne_cite_que_les_rappels_de_ses_factures():
    facture = k3()
    jamais = une_facture(client=facture.client, date_echeance=date(2026, 5, 20))
    deja_partie([facture])
    acteur = un_utilisateur(chez=facture.creancier)
    maintenant = datetime(2026, 7, 6, 8, tzinfo=UTC)
    avec = preparer_mise_en_demeure(
        facture.client, factures=[facture, jamais], maintenant=maintenant, acteur=acteur
    )
    dit = lue(avec.courrier)
    assert "rappel du" not in dit
    assert "Vous nous devez encore" in dit


def test_chaque_message_nomme_son_debiteur():
    """cas/nom-du-debiteur-absent : deux débiteurs, une boîte."""
    creancier = un_creancier()
    cycles, brasserie = [
        un_client(creancier=creancier, nom=nom, code=code, courriel="compta@cabinet.example")
        for nom, code in (("Cycles Le Bihan", "C-11"), ("Brasserie du Quai", "C-12"))
    ]
    for client, autre in ((cycles, "Brasserie"), (brasserie, "Cycles")):
        factures = [une_facture(client=client), une_facture(client=client)]
        ecrit = message(factures, "rappel")
        assert client.nom in ecrit.sujet
        for dit in (ecrit.texte, ecrit.html):
            assert f"{client.nom} ({client.code})" in dit
            assert autre not in dit
            assert "CLIENT-" not in dit


def test_sans_code_la_reference_du_virement_est_le_nom():
    client = un_client(nom="Établissements Veuve Kermarrec et ses fils réunis")
    ecrit = message([une_facture(client=client), une_facture(client=client)], "rappel")
    assert "la référence Établissements Veuve Kermarrec et s" in propre(ecrit.texte)
    assert "CLIENT-" not in ecrit.texte


def test_un_texte_ecrit_par_une_personne_nomme_aussi_le_debiteur():
    client = un_client(nom="Cycles Le Bihan")
    relance = une_relance(client, canal=Canal.COURRIEL, sujet="Bonjour", texte="Merci de régler.")
    ecrit = message_de(relance, factures=relance.factures.all(), au=FERME_LE)
    assert "Cycles Le Bihan" in ecrit.texte
    assert "Cycles Le Bihan" in ecrit.html


@pytest.mark.parametrize("etape", ETAPES_INITIALES, ids=lambda e: e.cle)
def test_aucun_texte_propose_ne_dit_ce_que_la_loi_interdit(etape):
    for texte in (etape.sujet, etape.texte):
        assert interdits(texte) == ()


def test_la_page_d_un_appel_montre_le_script_aux_montants_du_jour(client):
    facture = k3(nom="Cycles Le Bihan")
    relance = une_relance(facture.client, factures=[facture])
    client.force_login(un_utilisateur(chez=facture.creancier))
    page = client.get(reverse("relances:relance", args=[facture.creancier.code, relance.pk]))
    dit = propre(page.content.decode())
    assert "règle les factures de Cycles Le Bihan" in dit
    assert "Rappeler 860,00 €, échéance 06/05/2026" in dit
    assert "{{" not in dit


def test_une_facture_a_echoir_jointe_ne_fait_pas_taire_le_rappel_des_echues():
    facture = k3()
    a_venir = une_facture(client=facture.client, date_echeance=date(2026, 6, 30))
    deja_partie([facture])
    texte = propre(message([facture, a_venir], "relance-ferme").texte)
    assert "Nous vous avons écrit à ce sujet le 11/05/2026." in texte


def test_un_courriel_hors_scenario_propose_aussi_ce_que_le_retard_ajoute(client):
    facture = k3()
    client.force_login(un_utilisateur(chez=facture.creancier))
    adresse = reverse("relances:ecrire", args=[facture.creancier.code, facture.client.pk])
    propose = client.get(adresse).context["form"].initial
    relance = une_relance(facture.client, canal=Canal.COURRIEL, factures=[facture], **propose)
    ecrit = message_de(relance, factures=[facture], au=FERME_LE)
    assert "des pénalités de retard (5,73 € à ce jour)" in propre(ecrit.texte)
    assert facture.client.nom in ecrit.sujet
