"""Ce que l'argent fait aux factures."""

from datetime import date
from decimal import Decimal
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command

from factures.actions import (
    annuler_encaissement,
    clore_litige,
    confier_au_contentieux,
    encaisser,
    enregistrer_facture,
    imputer,
    modifier_facture,
    ouvrir_litige,
    retirer_du_contentieux,
    utiliser_avoir,
)
from factures.enums import IssueLitige, MotifLitige, Moyen
from factures.erreurs import (
    AnnulationImpossible,
    AvoirInutilisable,
    EncaissementDejaAnnule,
    FactureDejaReglee,
    FactureIncoherente,
    FactureIntrouvable,
    ImputationExcessive,
    LitigeDejaClos,
    LitigeDejaOuvert,
    LitigeImpossible,
    MontantInvalide,
    NumeroDejaPris,
)
from factures.models import Encaissement, Facture, Imputation
from factures.signals import creances_changees
from recouvrement.journal.lectures import historique
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import un_avoir, un_encaissement, une_facture

pytestmark = pytest.mark.django_db
RECU = date(2026, 2, 10)


@pytest.fixture(autouse=True)
def les_soldes_se_refont(django_db_setup, db):
    yield
    call_command("verifier", "soldes", stdout=StringIO())


@pytest.fixture
def annonces():
    vues = []

    def noter(sender, *, creancier, factures, motif, **_):
        vues.append((motif, [facture.numero for facture in factures]))

    creances_changees.connect(noter)
    yield vues
    creances_changees.disconnect(noter)


def recevoir(client, montant, **champs):
    valeurs = {"recu_le": RECU, "moyen": Moyen.VIREMENT, "acteur": None}
    return encaisser(client, montant=Decimal(montant), **valeurs | champs)


def relue(facture):
    return Facture.objects.pour(facture.creancier).get(pk=facture.pk)


def test_un_reglement_sans_precision_paye_les_plus_anciennes_d_abord(annonces):
    client = un_client()
    recente = une_facture(client=client, numero="B", date_echeance=date(2026, 3, 31))
    ancienne = une_facture(client=client, numero="A")
    encaissement = recevoir(client, "1500.00")
    assert encaissement.disponible == Decimal("0.00")
    assert relue(ancienne).solde == Decimal("0.00")
    assert relue(ancienne).soldee_le == RECU
    # A, échue depuis dix jours, doit aussi 3,99 € (1 200 × 12,15 % × 10 / 365) et 40 € : ils
    # passent avant B, qui n'est pas échue (1342-10). 1 500 − 1 243,99 = 256,01.
    assert relue(recente).solde == Decimal("943.99")
    assert relue(recente).soldee_le is None
    assert annonces == [("soldee", ["A"]), ("modifiee", ["B"])]


def test_l_excedent_reste_disponible_puis_s_impute_sur_la_facture_suivante():
    client = un_client()
    une_facture(client=client)
    encaissement = recevoir(client, "1300.00")
    # 1 300 − 1 200 − 3,99 d'intérêts de dix jours − 40.
    assert encaissement.disponible == Decimal("56.01")
    suivante = une_facture(client=client, date_emission=date(2026, 3, 1),
                           date_echeance=date(2026, 3, 31))  # fmt: skip
    encaissement = imputer(encaissement, acteur=None)
    assert encaissement.disponible == Decimal("0.00")
    assert relue(suivante).solde == Decimal("1143.99")
    # L'argent était là avant la facture : il la paye le jour où elle naît.
    imputation = Imputation.objects.pour(client.creancier).get(facture=suivante)
    assert imputation.le == date(2026, 3, 1)
    with pytest.raises(ImputationExcessive):
        imputer(encaissement, acteur=None)


def test_imputer_deux_fois_le_meme_reglement_sur_une_facture_ajoute_a_son_imputation():
    facture = une_facture()
    encaissement = recevoir(facture.client, "500.00", imputations=[(facture.pk, Decimal("200.00"))])
    imputer(encaissement, acteur=None, imputations=[(facture.pk, Decimal("300.00"))])
    assert relue(facture).solde == Decimal("700.00")
    assert Imputation.objects.pour(facture.creancier).get().montant == Decimal("500.00")


def test_un_reglement_se_repartit_a_la_main():
    client = un_client()
    une, autre = une_facture(client=client), une_facture(client=client)
    recevoir(
        client, "700.00", imputations=[(une.pk, Decimal("300.00")), (autre.pk, Decimal("400"))]
    )
    assert (relue(une).solde, relue(autre).solde) == (Decimal("900.00"), Decimal("800.00"))


def test_la_repartition_ne_depasse_ni_le_reste_du_ni_le_montant_recu():
    facture = une_facture()
    with pytest.raises(ImputationExcessive):
        recevoir(facture.client, "2000.00", imputations=[(facture.pk, Decimal("1244.00"))])
    with pytest.raises(ImputationExcessive):
        recevoir(facture.client, "100.00", imputations=[(facture.pk, Decimal("100.01"))])
    part = (facture.pk, Decimal("10.00"))
    with pytest.raises(ImputationExcessive):
        recevoir(facture.client, "100.00", imputations=[part, part])
    assert not Encaissement.objects.pour(facture.creancier).exists()


def test_un_reglement_ne_paye_pas_la_facture_d_un_autre_client():
    facture, voisin = une_facture(), un_client()
    with pytest.raises(FactureIntrouvable):
        recevoir(voisin, "100.00", imputations=[(facture.pk, Decimal("100.00"))])


@pytest.mark.parametrize("montant", ["0", "-5.00", "10.001"])
def test_un_montant_nul_negatif_ou_au_dela_du_centime_est_refuse(montant):
    with pytest.raises(MontantInvalide):
        recevoir(un_client(), montant)


def test_la_meme_cle_de_saisie_rend_l_encaissement_deja_enregistre():
    facture, cle = une_facture(), uuid4()
    premier = recevoir(facture.client, "200.00", cle_saisie=cle)
    second = recevoir(facture.client, "200.00", cle_saisie=cle)
    assert premier == second
    assert relue(facture).solde == Decimal("1000.00")


def test_un_cheque_rejete_rouvre_la_facture_pour_un_nouveau_cycle(annonces):
    facture = une_facture(numero="F1")
    encaissement = un_encaissement(facture, montant=Decimal("1200.00"), moyen=Moyen.CHEQUE)
    annonces.clear()
    contre = annuler_encaissement(
        encaissement, motif="Chèque rejeté", acteur=None, le=date(2026, 2, 20)
    )
    assert contre.montant == Decimal("-1200.00")
    assert contre.annule == encaissement
    facture = relue(facture)
    assert facture.solde == Decimal("1200.00")
    assert facture.soldee_le is None
    assert facture.cycle == 2
    assert annonces == [("rouverte", ["F1"])]
    assert list(Encaissement.objects.pour(facture.creancier).valables()) == []
    with pytest.raises(EncaissementDejaAnnule):
        annuler_encaissement(encaissement, motif="", acteur=None, le=date(2026, 2, 21))
    with pytest.raises(AnnulationImpossible):
        annuler_encaissement(contre, motif="", acteur=None, le=date(2026, 2, 21))


def test_une_annulation_ne_precede_pas_le_reglement():
    encaissement = un_encaissement(une_facture())
    with pytest.raises(AnnulationImpossible):
        annuler_encaissement(encaissement, motif="", acteur=None, le=date(2026, 2, 9))


def test_annuler_un_reglement_partiel_ne_change_pas_le_cycle():
    facture = une_facture()
    encaissement = un_encaissement(facture)
    annuler_encaissement(encaissement, motif="Erreur", acteur=None, le=RECU)
    assert (relue(facture).solde, relue(facture).cycle) == (Decimal("1200.00"), 1)


def test_un_avoir_paye_une_facture_et_le_reste_sert_encore():
    client = un_client()
    facture, avoir = une_facture(client=client), un_avoir(client=client, numero="AV-1")
    parts = [(facture.pk, Decimal("120.00"))]
    utilisation = utiliser_avoir(avoir, imputations=parts, le=RECU, acteur=None)
    assert utilisation.moyen == Moyen.AVOIR
    assert relue(facture).solde == Decimal("1080.00")
    assert relue(avoir).solde == Decimal("180.00")
    parts = [(facture.pk, Decimal("180.01"))]
    with pytest.raises(AvoirInutilisable):
        utiliser_avoir(avoir, imputations=parts, le=RECU, acteur=None)
    parts = [(facture.pk, Decimal("180.00"))]
    utiliser_avoir(avoir, imputations=parts, le=date(2026, 2, 12), acteur=None)
    assert relue(avoir).soldee_le == date(2026, 2, 12)
    annuler_encaissement(utilisation, motif="Erreur", acteur=None, le=date(2026, 2, 15))
    assert relue(avoir).solde == Decimal("120.00")
    assert relue(avoir).soldee_le is None
    assert relue(facture).solde == Decimal("1020.00")


def test_un_avoir_n_est_ni_un_reglement_ni_payable():
    avoir = un_avoir()
    with pytest.raises(FactureIntrouvable):
        recevoir(avoir.client, "100.00", imputations=[(avoir.pk, Decimal("100.00"))])
    with pytest.raises(AvoirInutilisable):
        recevoir(avoir.client, "100.00", moyen=Moyen.AVOIR)
    facture = une_facture(client=avoir.client)
    parts = [(facture.pk, Decimal("10.00"))]
    with pytest.raises(AvoirInutilisable):
        utiliser_avoir(facture, imputations=parts, le=RECU, acteur=None)


def test_soldee_le_jour_du_dernier_paiement_meme_saisi_avant():
    facture = une_facture()
    un_encaissement(facture, montant=Decimal("200.00"), recu_le=date(2026, 3, 5))
    un_encaissement(facture, montant=Decimal("1000.00"), recu_le=date(2026, 2, 1))
    assert relue(facture).soldee_le == date(2026, 3, 5)


def test_un_reglement_annule_ne_date_pas_une_facture_soldee_par_correction():
    facture = une_facture()
    rejete = un_encaissement(facture, montant=Decimal("100.00"), recu_le=date(2026, 3, 5))
    annuler_encaissement(rejete, motif="Rejet", acteur=None, le=date(2026, 3, 9))
    un_encaissement(facture, montant=Decimal("200.00"), recu_le=date(2026, 2, 1))
    champs = {"montant_ht": None, "montant_tva": None}
    modifier_facture(facture, acteur=None, montant_ttc=Decimal("200.00"), **champs)
    assert relue(facture).soldee_le == date(2026, 2, 1)


def test_un_avoir_est_epuise_le_jour_de_son_dernier_emploi_meme_saisi_avant():
    client = un_client()
    facture, avoir = une_facture(client=client), un_avoir(client=client)
    parts = [(facture.pk, Decimal("150.00"))]
    utiliser_avoir(avoir, imputations=parts, le=date(2026, 3, 5), acteur=None)
    utiliser_avoir(avoir, imputations=parts, le=date(2026, 2, 1), acteur=None)
    assert relue(avoir).soldee_le == date(2026, 3, 5)


def test_chaque_geste_s_inscrit_a_l_historique_de_la_facture():
    acteur = un_utilisateur()
    facture = une_facture()
    encaissement = un_encaissement(facture, acteur=acteur)
    annuler_encaissement(encaissement, motif="Erreur", acteur=acteur, le=RECU)
    evenements = [(e.evenement, e.acteur) for e in historique(facture)]
    assert evenements == [("reglement_retire", acteur), ("reglement_impute", acteur)]


def saisir(client, **champs):
    valeurs = {
        "numero": "F-1",
        "date_emission": date(2026, 1, 1),
        "date_echeance": date(2026, 1, 31),
        "montant_ht": Decimal("100.00"),
        "montant_tva": Decimal("20.00"),
        "montant_ttc": Decimal("120.00"),
        "acteur": None,
    }
    return enregistrer_facture(client.creancier, client=client, **valeurs | champs)


def test_une_facture_enregistree_doit_tout_son_montant():
    facture = saisir(un_client())
    assert (facture.solde, facture.est_avoir) == (Decimal("120.00"), False)


def test_une_echeance_avant_l_emission_s_enregistre():
    facture = saisir(un_client(), date_echeance=date(2025, 12, 31))
    assert facture.nee_le == date(2025, 12, 31)


def test_des_montants_qui_se_contredisent_sont_refuses():
    client = un_client()
    with pytest.raises(FactureIncoherente):
        saisir(client, montant_tva=Decimal("19.99"))
    with pytest.raises(FactureIncoherente):
        saisir(client, montant_ht=None, montant_tva=None, montant_ttc=Decimal("0.00"))


def test_un_numero_ne_sert_qu_une_fois_chez_un_creancier():
    client = un_client()
    saisir(client)
    with pytest.raises(NumeroDejaPris):
        saisir(client)
    saisir(un_client())


def test_modifier_le_montant_garde_ce_qui_a_ete_regle(annonces):
    facture = une_facture(numero="F1")
    un_encaissement(facture)
    annonces.clear()
    champs = {"montant_ht": None, "montant_tva": None}
    modifier_facture(facture, acteur=None, montant_ttc=Decimal("1000.00"), **champs)
    assert relue(facture).solde == Decimal("800.00")
    assert annonces == [("modifiee", ["F1"])]
    with pytest.raises(FactureDejaReglee):
        modifier_facture(facture, acteur=None, montant_ttc=Decimal("199.99"))
    modifier_facture(facture, acteur=None, montant_ttc=Decimal("200.00"))
    assert (relue(facture).solde, relue(facture).soldee_le) == (Decimal("0.00"), RECU)
    modifier_facture(facture, acteur=None, montant_ttc=Decimal("250.00"))
    assert (relue(facture).solde, relue(facture).cycle) == (Decimal("50.00"), 2)
    with pytest.raises(FactureDejaReglee):
        modifier_facture(facture, acteur=None, client=un_client(creancier=facture.creancier))


def test_modifier_sans_rien_changer_n_ecrit_rien(annonces):
    facture = une_facture()
    modifier_facture(facture, acteur=None, libelle=facture.libelle)
    assert list(historique(facture)) == []
    assert annonces == []


def test_un_litige_s_ouvre_une_fois_et_se_clot_avec_une_issue(annonces):
    facture, acteur = une_facture(numero="F1"), un_utilisateur()
    litige = ouvrir_litige(facture, motif=MotifLitige.QUALITE, le=RECU, acteur=acteur)
    with pytest.raises(LitigeDejaOuvert):
        ouvrir_litige(facture, motif=MotifLitige.PRIX, le=RECU, acteur=acteur)
    litige = clore_litige(litige, issue=IssueLitige.INFONDE, le=date(2026, 2, 12), acteur=acteur)
    assert litige.clos_le == date(2026, 2, 12)
    with pytest.raises(LitigeDejaClos):
        clore_litige(litige, issue=IssueLitige.FONDE, le=date(2026, 2, 13), acteur=acteur)
    assert annonces == [("litige", ["F1"]), ("modifiee", ["F1"])]


def test_on_ne_conteste_ni_une_facture_soldee_ni_plus_que_son_montant():
    facture, acteur = une_facture(), un_utilisateur()
    with pytest.raises(LitigeImpossible):
        ouvrir_litige(
            facture, motif="prix", le=RECU, acteur=acteur, montant_conteste=Decimal("1200.01")
        )
    un_encaissement(facture, montant=Decimal("1200.00"))
    with pytest.raises(LitigeImpossible):
        ouvrir_litige(facture, motif="prix", le=RECU, acteur=acteur)


def test_confier_au_contentieux_puis_retirer(annonces):
    une = une_facture(numero="A")
    autre = une_facture(client=une.client, numero="B", contentieux_depuis=date(2026, 1, 1))
    changees = confier_au_contentieux([une, autre], le=RECU, acteur=None)
    assert [facture.numero for facture in changees] == ["A"]
    assert relue(une).contentieux_depuis == RECU
    assert relue(autre).contentieux_depuis == date(2026, 1, 1)
    retirer_du_contentieux([une, autre], le=RECU, acteur=None)
    assert relue(une).contentieux_depuis is None
    assert annonces == [("contentieux", ["A"]), ("modifiee", ["A", "B"])]
