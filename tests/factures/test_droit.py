"""Ce que la loi fait d'une facture, tel qu'on le montre : prescription, délai, mentions."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from factures.actions.pieces import deposer_piece
from factures.actions.prescription import declarer_non_avenu, enregistrer_acte
from factures.actions.verification import constater_mise_en_demeure, verifier_facture
from factures.enums import ActePrescription
from factures.erreurs import ActeImpossible, FactureIntrouvable
from factures.lectures.decompte import decompte_client
from factures.lectures.echeances import echeances_legales
from factures.lectures.prescription import prescriptions, prescriptions_proches
from factures.lectures.verification import constats
from factures.models import EvenementPrescription
from recouvrement.comptes.enums import Role
from tests.appuis.pages import lisible
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import un_avoir, une_facture

pytestmark = pytest.mark.django_db

D = Decimal
AU = date(2026, 11, 22)


def contre_un_particulier(**champs):
    client = un_client(
        nature="particulier", est_commercant=None, creancier=champs.pop("chez", None)
    )
    return une_facture(client=client, **champs)


def dernier_jour(facture):
    return prescriptions([facture])[facture.pk].dernier_jour


def un_acte(creance, /, **champs):
    valeurs = {
        "acte": "RECONNAISSANCE", "le": date(2026, 6, 1), "preuve": "courriel du 1er juin",
        "au": AU, "acteur": un_utilisateur(chez=creance.creancier),
    }  # fmt: skip
    return enregistrer_acte(creance, **valeurs | champs)


def test_cinq_ans_entre_professionnels_deux_contre_un_consommateur():
    assert dernier_jour(une_facture()) == date(2031, 1, 31)
    assert dernier_jour(contre_un_particulier()) == date(2028, 1, 31)


def test_la_prestation_finie_avant_l_echeance_fait_partir_le_delai():
    facture = contre_un_particulier(date_prestation=date(2026, 1, 10))
    lue = prescriptions([facture])[facture.pk]
    assert (lue.dernier_jour, lue.autre_dernier_jour) == (date(2028, 1, 10), date(2028, 1, 31))


def test_une_reconnaissance_fait_repartir_le_delai():
    facture = contre_un_particulier()
    un_acte(facture)
    assert dernier_jour(facture) == date(2028, 6, 1)


def test_un_acte_non_avenu_ne_change_plus_rien_mais_reste():
    facture = contre_un_particulier()
    acte = un_acte(facture)
    declarer_non_avenu(acte, motif="saisi par erreur", acteur=acte.saisi_par)
    assert dernier_jour(facture) == date(2028, 1, 31)
    assert EvenementPrescription.objects.pour(facture.creancier).count() == 1
    with pytest.raises(ActeImpossible):
        declarer_non_avenu(acte, motif="encore", acteur=acte.saisi_par)


@pytest.mark.parametrize("acte", ["RELANCE", "MISE_EN_DEMEURE", "REQUETE_INJONCTION"])
def test_une_relance_une_mise_en_demeure_un_depot_ne_s_enregistrent_pas(acte):
    assert acte not in ActePrescription.values
    with pytest.raises(ActeImpossible, match="n'interrompt ni ne suspend"):
        un_acte(une_facture(), acte=acte)


@pytest.mark.parametrize(
    "faute",
    [
        {"le": date(2026, 11, 23)},
        {"le": date(2025, 12, 31)},
        {"fin": date(2026, 7, 1)},
        {"acte": "MEDIATION", "fin": date(2026, 5, 1)},
        {"preuve": "  "},
    ],
)
def test_un_acte_futur_trop_ancien_ou_sans_preuve_est_refuse(faute):
    with pytest.raises(ActeImpossible):
        un_acte(une_facture(), **faute)


def test_la_piece_d_un_autre_client_ne_prouve_rien():
    facture = une_facture()
    autre = un_client(creancier=facture.creancier)
    piece = deposer_piece(
        autre, nature="echange", intitule="Courriel", nom_fichier="a.txt", octets=b"oui",
        acteur=None,
    )  # fmt: skip
    with pytest.raises(FactureIntrouvable):
        un_acte(facture, piece=piece)


def test_la_mediation_suspend_sans_fin_tant_qu_elle_dure():
    facture = contre_un_particulier()
    un_acte(facture, acte="MEDIATION")
    assert dernier_jour(facture) is None


def test_les_alertes_a_douze_six_trois_et_un_mois():
    """Échue le 31/01/2026 contre un particulier : dernier jour le 31/01/2028."""
    facture = contre_un_particulier()
    [creancier] = [facture.creancier]
    for au, attendu in (
        (date(2027, 1, 30), None),
        (date(2027, 1, 31), 12),
        (date(2027, 7, 31), 6),
        (date(2027, 10, 31), 3),
        (date(2027, 12, 31), 1),
        (date(2028, 2, 1), 0),
    ):
        proches = prescriptions_proches([creancier], au=au)
        assert [p.calcul.alerte(au) for p in proches] == ([] if attendu is None else [attendu])


def test_professionnel_et_public_alertent_aussi_a_temps():
    creancier = un_creancier()
    une_facture(client=un_client(creancier=creancier))
    une_facture(client=un_client(creancier=creancier, nature="public"))
    assert prescriptions_proches([creancier], au=date(2029, 12, 30)) == []
    assert len(prescriptions_proches([creancier], au=date(2029, 12, 31))) == 1
    assert len(prescriptions_proches([creancier], au=date(2030, 1, 31))) == 2


def test_une_facture_soldee_ou_d_un_autre_creancier_n_alerte_pas():
    facture = contre_un_particulier(solde=D("0.00"))
    contre_un_particulier()
    assert prescriptions_proches([facture.creancier], au=date(2028, 1, 1)) == []


def test_trois_factures_ne_demandent_pas_plus_de_requetes_qu_une(django_assert_num_queries):
    facture = contre_un_particulier()
    un_acte(facture)
    au = date(2028, 5, 1)
    # Taux, procédures, décisions à suivre, factures, actes, décisions.
    with django_assert_num_queries(6):
        assert len(echeances_legales([facture.creancier], au=au).lignes) == 2
    for _ in range(2):
        une_facture(client=facture.client)
    with django_assert_num_queries(6):
        assert len(echeances_legales([facture.creancier], au=au).lignes) == 4


def test_un_delai_trop_long_se_dit_avec_l_article():
    facture = une_facture(date_echeance=date(2026, 3, 3))
    assert constats(facture)[0].texte == (
        "Délai trop long : 60 jours après l'émission, soit le 02/03/2026 au plus "
        "(C. com., art. L441-10, I, al. 2)."
    )
    verifier_facture(facture, situation="FIN_DE_MOIS", mentions=[], acteur=un_utilisateur())
    facture.refresh_from_db()
    assert constats(facture)[0].texte.startswith("Délai permis : 45 jours fin de mois")


def test_les_mentions_absentes_se_disent_avec_l_article():
    facture = une_facture()
    assert "pas encore été vérifiées" in constats(facture)[1].texte
    verifier_facture(
        facture, situation="", mentions=["echeance", "taux_penalites", "identite"],
        acteur=un_utilisateur(),
    )  # fmt: skip
    facture.refresh_from_db()
    assert [(c.texte, c.detail) for c in constats(facture)[1:]] == [
        (
            "Mention absente : indemnité forfaitaire de 40 €",
            "C. com., art. L441-9, I et D441-5 · à confirmer",
        ),
        (
            "Mention absente : conditions d'escompte, ou leur absence",
            "C. com., art. L441-9, I · à confirmer",
        ),
    ]


def test_contre_un_particulier_l_interet_court_de_la_mise_en_demeure_recue():
    """1 200 € à 2,62 % du 11/03 au 10/04 (31 j) : 2,67 € ; et jamais 40 €."""
    facture = contre_un_particulier()
    au = date(2026, 4, 10)
    assert decompte_client(facture.client, au=au).accessoires == D("0.00")
    constater_mise_en_demeure([facture], recue_le=date(2026, 3, 10), acteur=None)
    constater_mise_en_demeure([facture], recue_le=date(2026, 3, 20), acteur=None)
    decompte = decompte_client(facture.client, au=au)
    assert (decompte.interets, decompte.indemnites) == (D("2.67"), D("0.00"))


# Les pages

ACTE = {"acte": "RECONNAISSANCE", "le": "2026-06-01", "preuve": "courriel du 1er juin"}


@pytest.fixture
def facture(client):
    creancier = un_creancier()
    client.force_login(un_utilisateur(chez=creancier, role=Role.ASSISTANTE))
    return contre_un_particulier(chez=creancier)


def adresse(creance, nom, pk=None):
    return reverse(f"factures:{nom}", args=[creance.creancier.code, pk or creance.pk])


def test_la_page_dit_la_date_ce_qui_la_fait_et_ce_qui_l_a_changee(client, facture):
    assert "31/01/2028" in lisible(client.get(adresse(facture, "droit")))
    assert client.post(adresse(facture, "acte"), ACTE).status_code == 302
    texte = lisible(client.get(adresse(facture, "droit")))
    for attendu in ("01/06/2028", "courriel du 1er juin", "C. civ., art. 2240", "L218-2"):
        assert attendu in texte
    assert "01/06/2028" in lisible(client.get(adresse(facture, "detail")))


def test_un_acte_sans_preuve_est_refuse_et_la_page_reste(client, facture):
    assert client.post(adresse(facture, "acte"), ACTE | {"preuve": ""}).status_code == 422
    assert client.post(adresse(facture, "acte"), ACTE | {"acte": "RELANCE"}).status_code == 422
    assert not EvenementPrescription.objects.pour(facture.creancier).exists()


def test_un_acte_se_declare_sans_effet_avec_un_motif(client, facture):
    acte = un_acte(facture)
    assert client.post(adresse(facture, "non_avenu", acte.pk), {}).status_code == 422
    reponse = client.post(adresse(facture, "non_avenu", acte.pk), {"motif": "rejeté"})
    assert reponse.status_code == 302
    assert "sans effet : rejeté" in lisible(client.get(adresse(facture, "droit")))


def test_la_verification_s_enregistre(client, facture):
    reponse = client.post(adresse(facture, "verifier"), {"mentions": ["echeance", "identite"]})
    assert reponse.status_code == 302
    texte = lisible(client.get(adresse(facture, "droit")))
    assert "Aucune mention attendue ne manque" in texte
    assert client.post(adresse(facture, "verifier"), {"mentions": ["x"]}).status_code == 422


def test_la_lecture_seule_regarde_sans_ecrire(client, facture):
    acte = un_acte(facture)
    client.force_login(un_utilisateur(chez=facture.creancier, role=Role.LECTURE))
    assert client.get(adresse(facture, "droit")).status_code == 200
    for nom, pk in (("acte", None), ("verifier", None), ("non_avenu", acte.pk)):
        assert client.post(adresse(facture, nom, pk)).status_code == 403


def test_chez_un_autre_creancier_rien_n_existe(client, facture):
    etrangere = une_facture()
    acte = un_acte(etrangere)
    assert client.get(adresse(facture, "droit", etrangere.pk)).status_code == 404
    for nom, pk in (("acte", etrangere.pk), ("verifier", etrangere.pk), ("non_avenu", acte.pk)):
        assert client.post(adresse(facture, nom, pk)).status_code == 404


def test_un_avoir_ne_se_prescrit_pas(client, facture):
    avoir = un_avoir(client=facture.client)
    page = client.get(adresse(facture, "droit", avoir.pk))
    assert "Un avoir n’est pas une créance" in lisible(page)
