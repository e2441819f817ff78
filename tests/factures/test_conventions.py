"""Ce qui a été convenu : le plus précis l'emporte, l'ancien reste, l'auteur est connu."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from factures.actions.conventions import poser_convention
from factures.erreurs import ConventionImpossible
from factures.lectures.decompte import decompte_client
from factures.models import Convention
from recouvrement.comptes.enums import Role
from recouvrement.journal.lectures import historique
from tests.appuis.pages import lisible
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import un_encaissement, une_facture

pytestmark = pytest.mark.django_db

D = Decimal
AU = date(2026, 4, 10)  # 69 jours après l'échéance de la facture de la fabrique


@pytest.fixture
def facture():
    return une_facture(montant_ttc=D("1000.00"))


@pytest.fixture
def acteur(facture):
    return un_utilisateur(chez=facture.creancier)


def poser(creance, acteur, /, **choix):
    return poser_convention(
        creance.creancier, motif="CGV du 1er janvier", le=AU, acteur=acteur, **choix
    )


def interets(facture):
    return decompte_client(facture.client, au=AU, factures=[facture]).interets


def test_sans_convention_le_taux_est_celui_de_la_loi(facture):
    """1 000 × 12,15 % × 69 / 365 = 22,97 €."""
    assert interets(facture) == D("22.97")


def test_la_facture_l_emporte_sur_le_client_qui_l_emporte_sur_le_creancier(facture, acteur):
    """1 000 × taux × 69 / 365 : 20 % → 37,81 ; 15 % → 28,36 ; 10 % → 18,90."""
    poser(facture, acteur, facture=facture, taux_contractuel=D("10"))
    poser(facture, acteur, client=facture.client, taux_contractuel=D("15"))
    poser(facture, acteur, taux_contractuel=D("20"))
    assert interets(facture) == D("18.90")
    assert interets(une_facture(client=facture.client, montant_ttc=D("1000.00"))) == D("28.36")
    ailleurs = une_facture(client=un_client(creancier=facture.creancier), montant_ttc=D("1000.00"))
    assert interets(ailleurs) == D("37.81")
    assert interets(une_facture(montant_ttc=D("1000.00"))) == D("22.97")


def test_la_derniere_posee_remplace_et_l_ancienne_reste(facture, acteur):
    poser(facture, acteur, facture=facture, taux_contractuel=D("10"))
    poser(facture, acteur, facture=facture, taux_contractuel=D("20"))
    assert interets(facture) == D("37.81")
    assert Convention.objects.pour(facture.creancier).count() == 2


def test_les_interets_d_abord_laissent_du_principal(facture, acteur):
    """500 € reçus 43 j après : 14,31 € d'intérêts (1 000 × 12,15 % × 43 / 365 = 14,314)."""
    un_encaissement(facture, montant=D("500.00"), recu_le=date(2026, 3, 15))
    facture.refresh_from_db()
    [ligne] = decompte_client(facture.client, au=AU, factures=[facture]).lignes
    assert ligne.principal == D("514.31")
    assert ligne.calcul.paiements[0].sur_interets == D("14.31")
    assert ligne.solde == D("500.00") == facture.solde
    poser(facture, acteur, client=facture.client, imputation="principal_dabord")
    [ligne] = decompte_client(facture.client, au=AU, factures=[facture]).lignes
    assert ligne.principal == D("500.00") == facture.solde


def test_sans_convention_un_reglement_paie_d_abord_les_interets(facture):
    """C. civ., art. 1343-1, à défaut de choix du créancier."""
    un_encaissement(facture, montant=D("500.00"), recu_le=date(2026, 3, 15))
    facture.refresh_from_db()
    [ligne] = decompte_client(facture.client, au=AU, factures=[facture]).lignes
    assert ligne.calcul.convention.imputation == "interets_dabord"
    assert Convention(creancier=facture.creancier).imputation == "interets_dabord"


@pytest.mark.parametrize(
    "portee", [{}, {"client": True}, {"client": True, "facture": True}], ids=lambda p: str(len(p))
)
def test_l_ordre_d_imputation_se_choisit_par_creancier_client_ou_facture(facture, acteur, portee):
    un_encaissement(facture, montant=D("500.00"), recu_le=date(2026, 3, 15))
    facture.refresh_from_db()
    choix = {nom: {"client": facture.client, "facture": facture}[nom] for nom in portee}
    poser(facture, acteur, imputation="principal_dabord", **choix)
    [ligne] = decompte_client(facture.client, au=AU, factures=[facture]).lignes
    assert ligne.principal == D("500.00")


def test_une_remise_d_interets_ne_se_paie_pas(facture, acteur):
    """10 € abandonnés sur 14,31 : les 500 € reçus n'en paient que 4,31."""
    un_encaissement(facture, montant=D("500.00"), recu_le=date(2026, 3, 15))
    facture.refresh_from_db()
    poser(facture, acteur, facture=facture, remise_interets=D("10.00"))
    [ligne] = decompte_client(facture.client, au=AU, factures=[facture]).lignes
    assert ligne.calcul.paiements[0].sur_interets == D("4.31")
    assert ligne.calcul.remise_interets == D("10.00")
    assert ligne.accessoires == ligne.interets_nes + D("40.00")


def test_la_capitalisation_demande_le_contrat_et_sa_date(client, facture, acteur):
    """1 000 € à 12,15 % puis 12,40 % : au 1er février 2027, l'année entière porte à son tour."""
    au = date(2026, 12, 31)
    client.force_login(acteur)
    ancienne = une_facture(
        client=facture.client, montant_ttc=D("1000.00"), date_emission=date(2025, 1, 1),
        date_echeance=date(2025, 6, 30),
    )  # fmt: skip
    # 2025 S2 : 184 j × 12,15 % = 61,25 ; 2026 S1 : 181 j × 12,15 % = 60,25 ; S2 : 184 j × 12,40 %.
    sans = decompte_client(facture.client, au=au, factures=[ancienne]).interets
    assert sans == D("61.25") + D("60.25") + D("62.51")
    saisie = SAISIE | {
        "portee": ancienne.pk, "taux_contractuel": "", "imputation": "interets_dabord",
        "capitalisation_depuis": "2025-06-30", "motif": "CGV, article 7",
    }  # fmt: skip
    assert client.post(adresse(facture), saisie).status_code == 302
    # Assiette portée à 1 121,50 € le 1er juillet 2026 : × 12,40 % × 184 / 365 = 70,10.
    avec = decompte_client(facture.client, au=au, factures=[ancienne])
    assert avec.interets == D("61.25") + D("60.25") + D("70.10")
    assert avec.periodes[-1].principal == D("1121.50")
    assert "intérêts capitalisés depuis le 30/06/2025" in lisible(client.get(adresse(facture)))


def test_les_interets_maintenus_courent_malgre_la_procedure_collective(client, facture, acteur):
    """C. com., art. L622-28 : jugement du 11/03/2026, 38 jours puis plus rien, sauf maintien."""
    facture.client.procedure_collective_le = date(2026, 3, 11)
    facture.client.save(update_fields=["procedure_collective_le"])
    assert interets(facture) == D("12.65")
    client.force_login(acteur)
    saisie = SAISIE | {
        "portee": facture.pk, "taux_contractuel": "", "imputation": "interets_dabord",
        "interets_maintenus": "on", "motif": "Paiement différé de dix-huit mois",
    }  # fmt: skip
    assert client.post(adresse(facture), saisie).status_code == 302
    assert interets(facture) == D("22.97")


def test_le_formulaire_part_de_ce_qui_vaut_deja(client, facture, acteur):
    poser(facture, acteur, client=facture.client, taux_contractuel=D("15"), renonce_indemnite=True)
    client.force_login(acteur)
    formulaire = client.get(adresse(facture)).context["form"]
    assert formulaire["taux_contractuel"].value() == "15,00"
    assert formulaire["renonce_indemnite"].value() is True
    page = client.get(adresse(facture), {"facture": facture.pk})
    assert page.context["form"]["portee"].value() == str(facture.pk)


def test_renoncer_aux_interets_et_aux_40_euros(facture, acteur):
    poser(facture, acteur, facture=facture, renonce_interets=True, renonce_indemnite=True)
    decompte = decompte_client(facture.client, au=AU, factures=[facture])
    assert (decompte.interets, decompte.indemnites, decompte.total) == (
        D("0.00"), D("0.00"), D("1000.00"),
    )  # fmt: skip


def test_renoncer_en_partie(facture, acteur):
    poser(facture, acteur, facture=facture, remise_interets=D("10.00"), remise_indemnite=D("15.00"))
    decompte = decompte_client(facture.client, au=AU, factures=[facture])
    assert (decompte.interets, decompte.indemnites) == (D("12.97"), D("25.00"))


def test_une_remise_sans_facture_est_refusee(facture, acteur):
    with pytest.raises(ConventionImpossible):
        poser(facture, acteur, client=facture.client, remise_interets=D("10.00"))


def test_le_journal_dit_qui_et_pourquoi(facture, acteur):
    poser(facture, acteur, facture=facture, renonce_interets=True)
    [entree] = historique(facture)
    assert (entree.acteur, entree.libelle) == (acteur, "Convention posée")
    assert entree.donnees["motif"] == "CGV du 1er janvier"


def adresse(facture):
    return reverse("factures:conventions", args=[facture.creancier.code, facture.client_id])


SAISIE = {
    "portee": "client", "taux_contractuel": "15,00", "base_jours": "365",
    "imputation": "principal_dabord", "motif": "Contrat du 3 mars",
}  # fmt: skip


def test_la_gestionnaire_pose_une_convention(client, facture, acteur):
    client.force_login(acteur)
    assert client.post(adresse(facture), SAISIE).status_code == 302
    [convention] = Convention.objects.pour(facture.creancier)
    assert (convention.client, convention.taux_contractuel) == (facture.client, D("15.00"))
    page = lisible(client.get(adresse(facture)))
    assert "Contrat du 3 mars" in page


def test_sans_motif_rien_n_est_pose(client, facture, acteur):
    client.force_login(acteur)
    assert client.post(adresse(facture), SAISIE | {"motif": ""}).status_code == 422
    sans_facture = SAISIE | {"remise_interets": "5,00"}
    assert client.post(adresse(facture), sans_facture).status_code == 422
    assert not Convention.objects.pour(facture.creancier).exists()


def test_l_assistante_lit_mais_ne_pose_pas(client, facture):
    client.force_login(un_utilisateur(chez=facture.creancier, role=Role.ASSISTANTE))
    assert client.get(adresse(facture)).status_code == 200
    assert client.post(adresse(facture), SAISIE).status_code == 403


def test_chez_un_autre_creancier_le_client_n_existe_pas(client, facture):
    autre = un_creancier()
    client.force_login(un_utilisateur(chez=autre))
    url = reverse("factures:conventions", args=[autre.code, facture.client_id])
    assert client.post(url, SAISIE).status_code == 404


def test_la_facture_d_un_autre_client_n_est_pas_une_portee(client, facture, acteur):
    client.force_login(acteur)
    autre = une_facture(client=un_client(creancier=facture.creancier))
    assert client.post(adresse(facture), SAISIE | {"portee": autre.pk}).status_code == 422


def test_une_renonciation_totale_dit_le_montant_abandonne(client):
    """10 000 € échus le 31/01/2026, au 01/07 : 150 j à 12,15 % = 499,32 ; 1 j à 12,40 % = 3,40."""
    facture = une_facture(montant_ttc=D("10000.00"))
    acteur = un_utilisateur(chez=facture.creancier)
    poser_convention(
        facture.creancier, client=facture.client, renonce_interets=True, renonce_indemnite=True,
        motif="geste commercial", le=date(2026, 6, 1), acteur=acteur,
    )  # fmt: skip
    decompte = decompte_client(facture.client, au=date(2026, 7, 1))
    assert (decompte.total, decompte.interets) == (D("10000.00"), D("0.00"))
    client.force_login(acteur)
    url = reverse("factures:decompte", args=[facture.creancier.code, facture.client_id])
    page = lisible(client.get(url, {"au": "2026-07-01", "facture": facture.pk}))
    for dit in ("Intérêts auxquels on renonce", "502,72", "Indemnité à laquelle on renonce"):
        assert dit in page
