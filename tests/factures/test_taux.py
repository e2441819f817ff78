"""L'administrateur complète la table ; un semestre absent se dit, il ne se devine pas."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from factures.actions.taux import saisir_taux
from factures.erreurs import TauxRefuse
from factures.lectures.decompte import decompte_client
from factures.lectures.taux import table_en_vigueur, taux_manquants
from factures.models import TauxPublie
from recouvrement.droit.taux import Serie, semestre, table_publiee
from recouvrement.journal.models import Entree
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db

D = Decimal
BCE_2027 = {
    "effet": date(2027, 1, 1), "valeur": D("2.65"), "source": "BCE, décision du 16/09/2026",
    "publie_le": date(2026, 9, 16), "acteur": None,
}  # fmt: skip


def bce_en_vigueur(jour):
    return table_en_vigueur().ligne(Serie.BCE, semestre(jour)).valeur


def test_sans_saisie_c_est_la_table_livree_elle_meme():
    assert table_en_vigueur() is table_publiee()


def test_un_taux_saisi_debloque_le_decompte():
    """2026 à 12,15 % puis 12,40 % (S2) ; 2027 à 12,65 % une fois le taux saisi."""
    facture = une_facture(montant_ttc=D("1000.00"))
    au = date(2027, 1, 31)
    refuse = decompte_client(facture.client, au=au)
    assert (refuse.interets, refuse.refus) == (
        None, "Taux BCE inconnu au 1er semestre 2027 : table à compléter.",
    )  # fmt: skip
    saisir_taux("bce", **BCE_2027)
    calcul = decompte_client(facture.client, au=au)
    assert calcul.refus == ""
    assert calcul.lignes[0].periodes[-1].taux == D("12.65")
    # 1 000 × 12,65 % × 31 / 365 = 10,74 €
    assert calcul.lignes[0].periodes[-1].montant == D("10.74")


def test_une_correction_l_emporte_et_l_ancienne_reste():
    saisir_taux("bce", **BCE_2027)
    saisir_taux("bce", **BCE_2027 | {"valeur": D("2.40"), "source": "BCE, décision du 10/12/2026"})
    saisir_taux("bce", **BCE_2027 | {"valeur": D("2.40"), "source": "BCE, décision du 10/12/2026"})
    assert bce_en_vigueur(date(2027, 3, 1)) == D("2.40")
    assert TauxPublie.objects.count() == 2


@pytest.mark.parametrize(
    "faute", [{"effet": date(2027, 2, 1)}, {"source": " "}, {"valeur": D("-1")}]
)
def test_un_taux_sans_source_ou_hors_semestre_est_refuse(faute):
    with pytest.raises(TauxRefuse):
        saisir_taux("bce", **BCE_2027 | faute)


def test_l_avertissement_vient_quinze_jours_avant():
    assert taux_manquants(au=date(2026, 12, 16)) is None
    manque = taux_manquants(au=date(2026, 12, 17))
    assert manque.debut == date(2027, 1, 1)
    assert manque.phrase.startswith("Taux du 1er semestre 2027 à saisir avant le 01/01/2027")
    saisir_taux("bce", **BCE_2027)
    assert "BCE" not in taux_manquants(au=date(2026, 12, 17)).phrase
    assert taux_manquants(au=date(2027, 1, 2)).a_commence


SAISIE = {
    "serie": "bce", "effet": "2027-01-01", "valeur": "2,65",
    "source": "BCE, décision du 16/09/2026", "publie_le": "2026-09-16",
}  # fmt: skip


def test_l_administrateur_saisit_un_taux(client):
    client.force_login(un_utilisateur(est_administrateur=True))
    assert client.post(reverse("accueil:taux"), SAISIE).status_code == 302
    assert bce_en_vigueur(date(2027, 3, 1)) == D("2.65")
    assert Entree.objects.systeme().filter(evenement="taux_saisi").count() == 1
    assert "BCE, décision du 16/09/2026" in client.get(reverse("accueil:taux")).content.decode()


@pytest.mark.parametrize("faute", [{"source": ""}, {"effet": "2027-02-01"}, {"publie_le": ""}])
def test_sans_source_ni_date_le_formulaire_refuse(client, faute):
    client.force_login(un_utilisateur(est_administrateur=True))
    assert client.post(reverse("accueil:taux"), SAISIE | faute).status_code == 422
    assert not TauxPublie.objects.exists()


def test_une_gestionnaire_ne_touche_pas_aux_taux(client):
    client.force_login(un_utilisateur(chez=un_creancier()))
    assert client.get(reverse("accueil:taux")).status_code == 403
    assert client.post(reverse("accueil:taux"), SAISIE).status_code == 403


def test_la_commande_importe_tout_ou_rien(tmp_path, capsys):
    fichier = tmp_path / "taux.csv"
    entete = "serie;effet;valeur;source;publie_le\n"
    bonne = "bce;2027-01-01;2,65;BCE, 16/09/2026;2026-09-16\n"
    fichier.write_text(entete + bonne + "bce;2027-02-01;3;x;2027-01-01\n", encoding="utf-8")
    with pytest.raises(CommandError, match="1er janvier"):
        call_command("importer_taux", fichier)
    assert not TauxPublie.objects.exists()
    fichier.write_text(entete + bonne, encoding="utf-8")
    call_command("importer_taux", fichier)
    assert "2.65 %" in capsys.readouterr().out
    fichier.write_text("serie;effet\nbce;2027-01-01\n", encoding="utf-8")
    with pytest.raises(CommandError, match="Colonnes absentes : valeur, source, publie_le"):
        call_command("importer_taux", fichier)


def test_un_taux_sans_valeur_est_refuse_avec_sa_ligne(tmp_path):
    fichier = tmp_path / "taux.csv"
    entete = "serie;effet;valeur;source;publie_le\n"
    fichier.write_text(entete + "bce;2027-01-01;;BCE;2026-09-16\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"Ligne 2 : .*valeur"):
        call_command("importer_taux", fichier)
    assert not TauxPublie.objects.exists()
