"""Le banc d'essai marche sur peu de factures ; ses chiffres, eux, ne se testent pas."""

from datetime import date, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from clients.models import Client
from factures.lectures.soldes import ecarts_de_solde
from factures.models import Facture
from recouvrement.banc import calculs, donnees, envois, imports, lots, pages, poids
from recouvrement.banc.mesures import Mesure
from recouvrement.comptes.models import Creancier
from recouvrement.socle.temps import PARIS
from tests.fabriques.comptes import un_creancier

AU = date(2026, 6, 17)
MAINTENANT = datetime(2026, 6, 17, 10, 0, tzinfo=PARIS)


def test_un_rapport_dit_combien_de_fois_on_est_plus_lent():
    assert Mesure("durée", 3.0, limite=1.5).rapport == 2.0
    assert Mesure("débit", 50.0, "/s", limite=100.0).rapport == 2.0
    assert Mesure("sans limite", 3.0).rapport is None
    assert "× 2.00" in Mesure("durée", 3.0, limite=1.5).en_ligne()


def test_il_refuse_une_base_ou_vit_un_vrai_creancier(db):
    un_creancier()
    with pytest.raises(CommandError, match="vrais créanciers"):
        call_command("banc", dedans=True, lignes="P7", factures=10, stdout=StringIO())


def test_il_ne_connait_que_ses_lignes():
    with pytest.raises(CommandError, match="P2"):
        call_command("banc", lignes="P2")


def test_ses_donnees_sont_justes_et_ne_se_font_qu_une_fois(db):
    premiers = donnees.construire(400, au=AU)
    assert [c.pk for c in donnees.construire(400, au=AU)] == [c.pk for c in premiers]
    assert Facture.objects.systeme().count() == 400
    assert 110 <= Facture.objects.systeme().ouvertes().count() <= 210
    assert [e for creancier in premiers for e in ecarts_de_solde(creancier)] == []


def test_chaque_page_connue_repond(db, monkeypatch):
    monkeypatch.setattr(pages, "ESSAIS", 2)
    creanciers = donnees.construire(400, au=AU)
    pages.preparer(creanciers, au=AU, maintenant=MAINTENANT)
    lignes = list(pages.mesurer(creanciers, au=AU, maintenant=MAINTENANT))
    assert sum(isinstance(ligne, Mesure) for ligne in lignes) >= 40
    assert [ligne for ligne in lignes if isinstance(ligne, str) and "ignorée" not in ligne] == []
    assert {mesure.unite for mesure in poids.poids(creanciers[0])} == {"ko"}


def test_il_prevoit_et_rejoue(db):
    mesures = list(envois.planification(200, au=AU, maintenant=MAINTENANT))
    assert "prévoir 200 factures" in mesures[3].quoi
    assert Creancier.objects.filter(code__startswith="banc-plan-").count() == 2


def test_il_importe_un_tableur_et_des_factures_electroniques(db):
    assert (
        "40 lignes de CSV créées sur 40" in imports.tableur(40, au=AU, maintenant=MAINTENANT).quoi
    )
    assert (
        "3 Factur-X importées sur 3" in imports.electroniques(3, au=AU, maintenant=MAINTENANT).quoi
    )


def test_il_compare_nos_ecritures_en_masse_a_celles_de_django(db):
    (mesure,) = lots.ecritures(30)

    assert mesure.quoi == "écrire 30 fiches d'un coup"
    assert mesure.rapport is not None
    assert not Client.objects.systeme().exists()


def test_il_envoie_au_puits(db):
    sans, avec = envois.envois(6, au=AU, maintenant=MAINTENANT)
    assert "6 messages" in sans.quoi
    assert "PDF joint" in avec.quoi


def test_il_calcule_des_decomptes(db):
    (mesure,) = calculs.decomptes(50, au=AU)
    assert mesure.limite > 0
