"""Chaque chiffre du tableau de bord ouvre une liste dont le total est ce chiffre."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from factures.actions import encaisser
from recouvrement.accueil.actions import annuler_geste
from recouvrement.accueil.lectures.activite import activite
from recouvrement.accueil.lectures.tableau import tableau_de_bord
from recouvrement.comptes.enums import Role
from relances.actions.appels import Suite, consigner_appel
from relances.actions.promesses import promettre
from relances.enums import Canal, EtatRelance, Issue
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
LISTES = re.compile(
    r'href="(/[^"]*/(?:factures/(?:reglements/)?\?|relances/(?:etapes|promesses)/)[^"]*)"'
)


@pytest.fixture
def creancier():
    return un_creancier()


@pytest.fixture
def maison(creancier):
    """Des factures à tous les âges, une étape faite, un règlement, une promesse."""
    au = timezone.localdate()
    acteur = un_utilisateur(chez=creancier, role=Role.ASSISTANTE)
    client = un_client(creancier=creancier)
    for jours in (-10, 5, 45, 75, 120, 400):
        echeance = au - timedelta(days=jours)
        derniere = une_facture(
            client=client,
            montant_ttc=Decimal(100 + jours),
            date_emission=echeance - timedelta(days=30),
            date_echeance=echeance,
        )
    une_relance(
        client,
        canal=Canal.MISE_EN_DEMEURE,
        factures=[derniere],
        etat=EtatRelance.FAITE,
        faite_le=timezone.now(),
    )
    encaisser(client, montant=Decimal("30.00"), recu_le=au, moyen="virement", acteur=acteur)
    encaisser(client, montant=Decimal("10.00"), recu_le=au, moyen="cheque", acteur=acteur)
    promettre(client, montant=Decimal("77.00"), pour_le=au, le=au, acteur=acteur)
    return acteur


def test_chaque_lien_du_tableau_ouvre_la_liste_qu_il_compte(client, creancier, maison):
    client.force_login(maison)
    page = client.get(reverse("accueil:tableau_creancier", args=[creancier.code]))
    bord = page.context["bord"]

    def total(url):
        contexte = client.get(url.replace("&amp;", "&")).context
        if "liste" not in contexte:
            totaux = contexte["totaux"]
            return getattr(totaux, "solde", None) or totaux.montant
        sommes = contexte["liste"].sommes
        return sommes.get("solde") or sommes["montant"]

    liens = set(LISTES.findall(page.content.decode()))
    totaux = {url: total(url) for url in liens if "export" not in url}

    def celui(fragment):
        return next(t for url, t in totaux.items() if fragment in url)

    for tranche in bord.tranches:
        assert celui(f"tranche={tranche.cle}") == tranche.total
    for palier in bord.paliers:
        if palier.nombre:
            assert celui(f"/etapes/{palier.palier}/") == palier.montant
    assert celui("?etat=echues") == bord.echu
    assert celui("/reglements/") == bord.chiffres[3].valeur == Decimal("40.00")
    assert {t for url, t in totaux.items() if "/promesses/" in url} == {Decimal("77.00")}


def test_le_tableau_de_tous_detaille_chaque_creancier(client, creancier, maison):
    autre = un_creancier()
    maison.habilitations.create(creancier=autre, role=Role.LECTURE)
    client.force_login(maison)

    bord = client.get(reverse("accueil:tableau")).context["bord"]

    lignes = {ligne.creancier: ligne for ligne in bord.lignes}
    assert set(lignes) == {creancier, autre}
    assert sum(ligne.encours for ligne in bord.lignes) == bord.encours == lignes[creancier].encours
    assert lignes[creancier].encaisse == Decimal("40.00")
    assert lignes[creancier].promis == Decimal("77.00")
    assert lignes[autre].encours == 0


def test_le_delai_de_paiement_se_compare_au_premier_du_mois(creancier):
    client = un_client(creancier=creancier)
    une_facture(
        client=client,
        montant_ttc=Decimal("900.00"),
        date_emission=date(2026, 8, 3),
        date_echeance=date(2026, 9, 2),
    )

    dso = tableau_de_bord([creancier], au=date(2026, 9, 15)).chiffres[2]

    assert (dso.valeur, dso.precedente, dso.ecart) == (Decimal(90), Decimal(90), Decimal(0))
    assert dso.depuis == date(2026, 9, 1)


def test_le_premier_du_mois_se_compare_au_mois_d_avant(creancier):
    echu = tableau_de_bord([creancier], au=date(2026, 9, 1)).chiffres[0]

    assert echu.depuis == date(2026, 8, 1)


def test_l_activite_ne_compte_pas_les_appels_annules(creancier):
    acteur = un_utilisateur(chez=creancier, nom_complet="Nadège Rousselot")
    client, maintenant = un_client(creancier=creancier), timezone.now()
    au = timezone.localdate(maintenant)
    faits = [
        consigner_appel(client, issue=issue, maintenant=maintenant, acteur=acteur, suite=suite)
        for issue, suite in (
            (Issue.MESSAGERIE, None),
            (Issue.PROMET, Suite(montant=Decimal("10.00"), pour_le=au)),
            (Issue.SANS_REPONSE, None),
        )
    ]
    annuler_geste(faits[2].geste, maintenant=maintenant, acteur=acteur)

    [ligne] = activite([creancier], au=au)

    assert (ligne.nom, ligne.appels, ligne.joints, ligne.promesses) == ("N. Rousselot", 2, 1, 1)
    # Promis pour aujourd'hui : on l'attend encore.
    assert ligne.fiabilite.jugees == 0
    assert ligne.part_jointe == 50


@pytest.mark.parametrize("nom", ["factures:exporter_reglements", "relances:exporter_promesses"])
def test_les_listes_du_tableau_s_exportent(client, creancier, maison, nom):
    client.force_login(maison)

    csv = b"".join(client.get(reverse(nom, args=[creancier.code, "csv"])).streaming_content)

    assert csv.count(b"\r\n") in (2, 3)
    assert client.get(reverse(nom, args=[creancier.code, "xlsx"])).status_code == 200
    assert client.get(reverse(nom, args=[creancier.code, "pdf"])).status_code == 404


def test_une_etape_inconnue_n_existe_pas(client, creancier, maison):
    client.force_login(maison)

    assert client.get(reverse("relances:etape", args=[creancier.code, 9])).status_code == 404
