"""Payé, puis plus dû : la somme redevient disponible, et compte en faveur du client.

10 000 € échus le 01/05/2026, payés 10 460,55 € le 03/09 : 420,55 € d'intérêts, 40 € d'indemnité
(valeurs de `test_accessoires`). Renoncer aux intérêts après coup en rend 420,55.
"""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from clients.actions import etablir_nature, modifier_client
from clients.enums import NatureClient
from factures.actions import annuler_encaissement, imputer, modifier_facture
from factures.actions.conventions import poser_convention
from factures.actions.decisions import Dispositif, enregistrer_decision
from factures.lectures.faveur import faveur_de, reclamables
from factures.lectures.recu import recu_du_reglement
from factures.lectures.soldes import ecarts_de_solde
from factures.models import Encaissement
from recouvrement.accueil.actions import annuler_geste
from recouvrement.journal.models import Entree
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture
from tests.factures.test_accessoires import JOUR, TOTAL, D, dix_mille, du, part, recevoir

pytestmark = pytest.mark.django_db


def convenir(facture, *, sur=None, **choix):
    creancier = facture.creancier
    return poser_convention(
        creancier, motif="Geste", le=JOUR, acteur=un_utilisateur(chez=creancier),
        **(sur if sur is not None else {"facture": facture}), **choix,
    )  # fmt: skip


def disponible(recu):
    return Encaissement.objects.pour(recu.creancier).get(pk=recu.pk).disponible


def en_faveur(client):
    lus = reclamables(client.creancier, au=JOUR, clients=[client.pk])
    return faveur_de(client, lus).total


def concorde(facture):
    assert list(ecarts_de_solde(facture.creancier)) == []
    decompte = du(facture.client, JOUR)
    return decompte.total, decompte.excedent


@pytest.mark.parametrize("ou", ["facture", "client", "creancier"])
def test_renoncer_apres_coup_rend_ce_qui_payait_les_interets(ou):
    facture = dix_mille()
    recu = recevoir(facture.client, TOTAL)
    sur = {"facture": {"facture": facture}, "client": {"client": facture.client}, "creancier": {}}
    convenir(facture, sur=sur[ou], renonce_interets=True)
    assert concorde(facture) == (0, 0)
    assert part(facture) == [(D("10000.00"), D("40.00"))]
    assert disponible(recu) == en_faveur(facture.client) == D("420.55")
    evenements = Entree.objects.pour(facture.creancier).filter(evenement="trop_percu_rendu")
    assert {entree.donnees["montant"] for entree in evenements} == {"420.55"}
    assert evenements.count() == 2


def test_le_dernier_reglement_rend_le_premier():
    """10 000, puis 400 et 60,55 € d'accessoires : 420,55 € à rendre, 60,55 au dernier d'abord."""
    facture = dix_mille()
    recevoir(facture.client, "10000.00")
    premier = recevoir(facture.client, "400.00")
    second = recevoir(facture.client, "60.55")
    convenir(facture, renonce_interets=True)
    assert concorde(facture) == (0, 0)
    assert (disponible(second), disponible(premier)) == (D("60.55"), D("360.00"))
    # Une part toute rendue reste écrite : elle a existé.
    assert [vue.rendus for vue in recu_du_reglement(second).parts] == [D("60.55")]
    assert (
        annuler_encaissement(second, motif="Rejeté", acteur=None, le=JOUR).imputations.count() == 0
    )
    assert concorde(facture)[1] == 0


def test_la_somme_rendue_paye_une_autre_facture():
    facture = dix_mille()
    recu = recevoir(facture.client, TOTAL)
    convenir(facture, renonce_interets=True, renonce_indemnite=True)
    autre = dix_mille(facture.client)
    imputer(recu, acteur=None)
    autre.refresh_from_db()
    assert autre.solde == D("10000.00") - TOTAL + D("10000.00")
    assert disponible(recu) == 0
    assert list(ecarts_de_solde(facture.creancier)) == []


def test_une_convention_remplacee_fait_payer_de_nouveau_par_le_meme_reglement():
    facture = dix_mille()
    recu = recevoir(facture.client, TOTAL)
    convenir(facture, renonce_interets=True)
    convenir(facture)
    assert concorde(facture) == (0, 0)
    assert (disponible(recu), en_faveur(facture.client)) == (0, 0)
    assert part(facture) == [(D("10000.00"), D("460.55"))]
    assert recu_du_reglement(recu).rendus == 0


def test_contrepasser_reprend_tout_ce_qui_a_ete_rendu():
    facture = dix_mille()
    recu = recevoir(facture.client, TOTAL)
    convenir(facture, renonce_interets=True)
    annuler_encaissement(recu, motif="Rejeté", acteur=None, le=JOUR)
    assert concorde(facture) == (D("10040.00"), 0)
    assert en_faveur(facture.client) == 0


def _qualifier(facture):
    etablir_nature(
        [facture.client], nature=NatureClient.PARTICULIER, le=JOUR,
        acteur=un_utilisateur(chez=facture.creancier),
    )  # fmt: skip


def _juger(facture):
    dispositif = Dispositif(
        "TC Paris", rendue_le=date(2026, 6, 1), executoire_le=date(2026, 6, 1),
        condamnation_au_taux_legal=True,
    )  # fmt: skip
    acteur = un_utilisateur(chez=facture.creancier)
    enregistrer_decision([facture], dispositif, au=JOUR, acteur=acteur)


def _ouvrir(facture):
    modifier_client(facture.client, acteur=None, procedure_collective_le=date(2026, 6, 1))


def _reporter(facture):
    modifier_facture(facture, acteur=None, date_echeance=date(2026, 8, 1))


@pytest.mark.parametrize("geste", [_qualifier, _juger, _ouvrir, _reporter])
def test_tout_ce_qui_change_ce_qui_etait_du_rend_le_trop_percu(geste):
    facture = dix_mille()
    recu = recevoir(facture.client, TOTAL)
    geste(facture)
    facture.refresh_from_db()
    facture.client.refresh_from_db()
    assert concorde(facture) == (0, 0)
    assert disponible(recu) == TOTAL - sum(part(facture)[0], D(0)) > 0


def test_contre_un_particulier_rien_n_etait_du_sans_mise_en_demeure():
    facture = dix_mille()
    recu = recevoir(facture.client, TOTAL)
    _qualifier(facture)
    assert disponible(recu) == D("460.55")


def test_chaque_page_dit_ce_qui_a_ete_rendu(client):
    facture = dix_mille()
    recu = recevoir(facture.client, TOTAL)
    convenir(facture, renonce_interets=True)
    client.force_login(un_utilisateur(chez=facture.creancier))
    for adresse in (recu.get_absolute_url(), facture.get_absolute_url()):
        assert "420,55" in client.get(adresse).content.decode().replace("\u202f", "")
    assert "n’étaient plus dus" in client.get(recu.get_absolute_url()).content.decode()
    sceller = reverse("factures:recu_sceller", args=[facture.creancier.code, recu.pk])
    scelle = client.post(sceller, follow=True)
    imprime = PdfReader(BytesIO(b"".join(scelle))).pages[0].extract_text()
    assert "rendus disponibles" in " ".join(imprime.split())


def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_factures(django_assert_max_num_queries):
    comptees = []
    for combien in (1, 3):
        debiteur = un_client()
        for _ in range(combien):
            recevoir(debiteur, TOTAL, imputations=[(dix_mille(debiteur).pk, TOTAL)])
        with django_assert_max_num_queries(100) as requetes:
            convenir(dix_mille(debiteur), sur={"client": debiteur}, renonce_interets=True)
        assert en_faveur(debiteur) == combien * D("420.55")
        comptees.append(len(requetes))
    assert comptees[0] == comptees[1]


def test_revenir_sur_une_nature_dite_a_tort_rend_le_compte_d_avant():
    """Sans reprise, 460,55 € redevenaient dus, et portaient intérêts, à qui avait tout payé."""
    facture = dix_mille()
    recu, acteur = recevoir(facture.client, TOTAL), un_utilisateur(chez=facture.creancier)
    geste = etablir_nature(
        [facture.client], nature=NatureClient.PARTICULIER, le=JOUR, acteur=acteur
    )
    assert disponible(recu) == D("460.55")
    annuler_geste(geste, acteur=acteur, maintenant=timezone.now())
    facture.client.refresh_from_db()
    assert concorde(facture) == (0, 0)
    assert disponible(recu) == 0
    assert part(facture) == [(D("10000.00"), D("460.55"))]


def test_ce_qui_a_servi_ailleurs_ne_se_reprend_pas():
    facture = dix_mille()
    recu = recevoir(facture.client, TOTAL)
    convenir(facture, renonce_interets=True)
    une_facture(client=facture.client, montant_ttc=D("400.00"), date_echeance=JOUR)
    imputer(recu, acteur=None)
    assert disponible(recu) == D("20.55")
    convenir(facture)
    assert disponible(recu) == 0
    assert part(facture)[0] == (D("10000.00"), D("60.55"))
    assert list(ecarts_de_solde(facture.creancier)) == []
