"""Ce qui, dans un tableau, n'est pas une facture de plus : répétitions et lignes de total."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from factures.actions.importation import preparer_import, valider_import
from factures.models import Facture, LigneImport
from tests.fabriques.comptes import un_creancier
from tests.factures.imports.test_colonnes import lignes

MAINTENANT = datetime(2026, 4, 1, 10, tzinfo=UTC)
ENTETES = "Numéro;Client;Objet;Date facture;Échéance;Montant TTC"
DEUX = ["F1;Durand;Portail;01/03/2026;31/03/2026;100,00",
        "F2;Martin;Volets;02/03/2026;01/04/2026;50,00"]  # fmt: skip


def lues(*de_plus):
    return lignes("\n".join([ENTETES, *DEUX, *de_plus]))


@pytest.mark.parametrize(
    "total",
    [
        ";;;;;150,00",
        "Total;;;;;150,00",
        "TOTAL GÉNÉRAL;;;;;150,00",
        ";Total;;;;150,00",
        ";;Sous-total;;;150,00",
        ";;Totaux :;;;",
    ],
)
def test_une_ligne_de_total_se_met_de_cote(total):
    *_, derniere = lues(total)
    assert derniere.facture is None
    assert derniere.refus == ()
    assert "Ligne de total" in derniere.alertes[0].phrase


def test_un_total_qui_ne_fait_pas_la_somme_le_dit():
    *_, derniere = lues("Total;;;;;180,00")
    assert "180,00" in derniere.alertes[0].phrase
    assert "150,00" in derniere.alertes[0].phrase


def test_des_sous_totaux_par_client_se_suivent():
    toutes = lignes(
        "\n".join(
            [ENTETES, DEUX[0], "Sous-total;;;;;100,00", DEUX[1], "Sous-total;;;;;50,00",
             "Total;;;;;150,00"]
        )
    )  # fmt: skip
    assert [ligne.facture is not None for ligne in toutes] == [True, False, True, False, False]
    assert not any("font" in a.phrase for ligne in toutes for a in ligne.alertes)


@pytest.mark.parametrize(
    "facture",
    [
        # Un client qui s'appelle ainsi, une facture datée, un montant qui n'est pas la somme.
        "F3;Total Énergies;;03/03/2026;02/04/2026;150,00",
        ";Total Énergies;;03/03/2026;02/04/2026;150,00",
        ";;;;;149,00",
    ],
)
def test_ce_qui_n_est_pas_un_total_se_lit_comme_une_facture(facture):
    *_, derniere = lues(facture)
    assert not any("Ligne de total" in alerte.phrase for alerte in derniere.alertes)


@pytest.mark.django_db
def test_une_ligne_repetee_dit_laquelle_et_montre_ce_qu_elle_dit(client, creancier, acteur):
    repetee = "F1;Durand;Motorisation;01/03/2026;31/03/2026;100,00"
    csv = "\n".join([ENTETES, *DEUX, repetee, "Total;;;;;150,00"])
    importation = preparer_import(
        creancier, [("ventes.csv", csv.encode())], acteur=acteur, maintenant=MAINTENANT
    )
    ligne, total = LigneImport.objects.pour(creancier).order_by("rang")[2:]
    assert ligne.sort == "inchangee"
    assert ligne.lu["numero"] == "F1"
    assert ligne.alertes[-1]["phrase"] == "Répète ventes.csv, ligne 2 : non reprise."
    assert total.sort == "inchangee"
    page = client.get(reverse("factures:import", args=["kerbrat", importation.pk]))
    contenu = page.content.decode()
    assert "Répète ventes.csv, ligne 2" in contenu
    assert "Ligne de total (150,00" in contenu
    assert 'class="faux"' not in contenu
    valider_import(importation, acteur=acteur, maintenant=MAINTENANT)
    assert Facture.objects.pour(creancier).count() == 2


@pytest.mark.django_db
def test_un_objet_trop_long_se_coupe_avec_une_remarque_a_la_creation_et_apres():
    creancier = un_creancier()
    for objet in ("a" * 300, "b" * 300):
        csv = f"{ENTETES}\nF1;Durand;{objet};01/03/2026;31/03/2026;100,00"
        importation = preparer_import(
            creancier, [("ventes.csv", csv.encode())], acteur=None, maintenant=MAINTENANT
        )
        (ligne,) = LigneImport.objects.pour(creancier).filter(importation=importation)
        assert any("250 caractères" in alerte["phrase"] for alerte in ligne.alertes)
        valider_import(importation, acteur=None, maintenant=MAINTENANT)
    facture = Facture.objects.pour(creancier).get()
    assert len(facture.libelle) == 250
    assert facture.montant_ttc == Decimal("100.00")
