"""Payer le total montré : plus rien n'est dû, sur aucune page ni export, aucun jour."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from contentieux import actions as contentieux
from contentieux.enums import Voie
from recouvrement.socle.erreurs import ErreurMetier
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.factures.test_accessoires import JOUR, TOTAL, dix_mille, recevoir

pytestmark = pytest.mark.django_db
JOURS = ["2026-09-03", "2026-09-04", "2026-11-28", "2027-09-03"]


@pytest.fixture
def du():
    return dix_mille(un_client(forme_juridique="SARL", siren="404833048"))


def montres(client, acteur, facture, au):
    """Ce que chaque page et chaque fichier donne pour dû, ce jour-là."""
    code, debiteur = facture.creancier.code, facture.client
    with time_machine.travel(f"{au}T10:00:00Z", tick=False):
        client.force_login(acteur)
        fiche = client.get(debiteur.get_absolute_url()).context["fiche"]
        detail = client.get(facture.get_absolute_url()).context["fiche"]
        adresse = reverse("factures:decompte", args=[code, debiteur.pk])
        page = client.get(adresse, {"soldees": "on"}).context["decompte"]
        sans = client.get(adresse).context
        tableur = client.get(adresse, {"soldees": "on", "format": "xlsx"}).content
        reglement = client.get(
            reverse("factures:reglement", args=[code]), {"client": debiteur.pk}
        ).context["form"]
        tableau = client.get(reverse("accueil:tableau_creancier", args=[code]))
        factures = b"".join(
            client.get(reverse("factures:exporter", args=[code, "csv"])).streaming_content
        )
    return {
        "fiche": fiche.exigible + fiche.reglees.total,
        "facture": detail.total,
        "décompte": page.total,
        "décompte sans les soldées": sans["decompte"].total + sans["reglees"].total,
        "tableur": Decimal(str(list(load_workbook(BytesIO(tableur)).active.values)[-1][-1])),
        "règlement": reglement.du,
    }, (tableau.context["bord"], factures.decode("utf-8-sig"))


def test_le_total_de_chaque_page_est_celui_qu_un_reglement_eteint(client, du):
    acteur = un_utilisateur(chez=du.creancier, role="assistante")
    avant, _ = montres(client, acteur, du, JOURS[0])
    assert avant == dict.fromkeys(avant, TOTAL)

    recevoir(du.client, TOTAL)

    for au in JOURS:
        apres, (bord, export) = montres(client, acteur, du, au)
        assert apres == dict.fromkeys(avant, Decimal(0))
        assert bord.echu == Decimal(0)
        assert "460,55" not in export


def test_la_requete_ne_demande_pas_ce_qui_a_ete_paye_depuis(du):
    acteur = un_utilisateur(chez=du.creancier)
    dossier = contentieux.ouvrir_dossier(
        du.client, factures=[du], voie=Voie.INJONCTION_TC, le=JOUR, acteur=acteur
    )

    def preparer(arrete_au):
        relu = contentieux.renseigner_requete(
            dossier, tribunal="tribunal de commerce de Rennes", arrete_au=arrete_au,
            requete={"fondement": "Devis", "lieu": "Rennes"}, acteur=acteur,
        )  # fmt: skip
        maintenant = datetime(2026, 9, 10, 10, tzinfo=UTC)
        return contentieux.preparer_documents(relu, maintenant=maintenant, acteur=acteur)

    recevoir(du.client, TOTAL)
    with pytest.raises(ErreurMetier, match="Un règlement du 03/09/2026 n'est pas compté"):
        preparer(date(2026, 9, 2))
    with pytest.raises(ErreurMetier, match="Rien n'est dû"):
        preparer(date(2026, 9, 5))
