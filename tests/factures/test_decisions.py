"""Ce qu'un juge a décidé : saisi par la page, suivi aussitôt par le décompte, au journal."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from factures.actions.decisions import Dispositif, enregistrer_decision
from factures.enums import NatureDecision
from factures.erreurs import DecisionImpossible
from factures.lectures.decompte import decompte_client
from factures.models import Decision
from recouvrement.comptes.enums import Role
from recouvrement.journal.lectures import historique
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import un_avoir, une_facture

pytestmark = pytest.mark.django_db

D = Decimal
AU = date(2026, 7, 31)
SAISIE = {
    "reference": "Tribunal de commerce de Rennes, 12 mars 2026, n° 2026F00123",
    "nature": "jugement",
    "rendue_le": "2026-03-15",
    "executoire_le": "2026-03-15",
}


@pytest.fixture
def facture(client):
    """5 000 € contre un particulier : rien ne court avant la décision (C. civ., art. 1231-7)."""
    creancier = un_creancier()
    client.force_login(un_utilisateur(chez=creancier, role=Role.ASSISTANTE))
    return une_facture(
        client=un_client(creancier=creancier, nature="particulier"), montant_ttc=D("5000.00")
    )


def adresse(facture, nom="decisions"):
    return reverse(f"factures:{nom}", args=[facture.creancier.code, facture.client_id])


def montants(facture):
    [ligne] = decompte_client(facture.client, au=AU, factures=[facture]).lignes
    return [(p.jours, p.taux, p.montant) for p in ligne.periodes]


def test_cinq_points_de_plus_deux_mois_apres_la_decision_executoire(client, facture):
    """V4 : 61 j à 2,62 % = 21,89 ; 46 j à 7,62 % = 48,02 ; 31 j à 7,75 % = 32,91."""
    assert montants(facture) == []
    reponse = client.post(adresse(facture), SAISIE | {"factures": [facture.pk]})
    assert reponse.status_code == 302
    assert montants(facture) == [
        (61, D("2.62"), D("21.89")),
        (46, D("7.62"), D("48.02")),
        (31, D("7.75"), D("32.91")),
    ]
    page = client.get(adresse(facture, "decompte"), {"au": "2026-07-31"}).content.decode()
    assert "CMF, art. L313-3" in page
    [entree] = historique(facture)
    assert entree.libelle == "Décision de justice enregistrée"
    assert entree.donnees["reference"] == SAISIE["reference"]


def test_condamner_au_taux_legal_remplace_les_penalites(client, facture):
    """Cass. com., 24/04/2024 : elles ne se cumulent pas."""
    facture.client.nature = "professionnel"
    facture.client.save(update_fields=["nature"])
    avant = [(D("12.15")), (D("12.40"))]
    assert [taux for _, taux, _ in montants(facture)] == avant
    client.post(adresse(facture), SAISIE | {"factures": [facture.pk]})
    # Sans condamnation au taux légal, la majoration ne vise pas les pénalités.
    assert [taux for _, taux, _ in montants(facture)] == avant
    client.post(
        adresse(facture), SAISIE | {"factures": [facture.pk], "condamnation_au_taux_legal": "on"}
    )
    assert [taux for _, taux, _ in montants(facture)] == [
        D("12.15"), D("2.62"), D("7.62"), D("7.75"),
    ]  # fmt: skip


def test_un_delai_de_grace_ecarte_penalites_et_majoration(client, facture):
    """C. civ., art. 1343-5 : le taux légal court, sans les cinq points, jusqu'au terme."""
    client.post(
        adresse(facture), SAISIE | {"factures": [facture.pk], "grace_jusqu_au": "2026-06-30"}
    )
    assert [(jours, taux) for jours, taux, _ in montants(facture)] == [
        (107, D("2.62")),
        (31, D("7.75")),
    ]
    facture.client.nature = "professionnel"
    facture.client.save(update_fields=["nature"])
    assert [(jours, taux) for jours, taux, _ in montants(facture)] == [
        (43, D("12.15")),
        (107, D("0.00")),
        (31, D("12.40")),
    ]


def test_la_decision_peut_ordonner_la_capitalisation(client):
    """184 j et 181 j à 2,76 % et 2,62 % puis l'année entière porte intérêt (C. civ., 1343-2)."""
    facture = une_facture(
        client=un_client(nature="particulier"), montant_ttc=D("5000.00"),
        date_emission=date(2025, 1, 1), date_echeance=date(2025, 1, 31),
        mise_en_demeure_recue_le=date(2025, 6, 30),
    )  # fmt: skip
    client.force_login(un_utilisateur(chez=facture.creancier, role=Role.ASSISTANTE))
    saisie = SAISIE | {"factures": [facture.pk], "executoire_le": "2026-07-15"}
    saisie |= {"rendue_le": "2026-07-15"}
    client.post(adresse(facture), saisie | {"capitalisation_depuis": "2025-06-30"})
    [ligne] = decompte_client(facture.client, au=AU, factures=[facture]).lignes
    # 5 000 × 2,76 % × 184 / 365 = 69,57 ; 5 000 × 2,62 % × 181 / 365 = 64,96.
    assert ligne.periodes[-1].principal == D("5000.00") + D("69.57") + D("64.96")


def test_une_decision_retiree_n_a_plus_d_effet_et_reste_lisible(client, facture):
    client.post(adresse(facture), SAISIE | {"factures": [facture.pk]})
    [decision] = Decision.objects.pour(facture.creancier)
    url = reverse("factures:retirer_decision", args=[facture.creancier.code, decision.pk])
    assert client.post(url, {"motif": ""}).status_code == 422
    assert client.post(url, {"motif": "Infirmée en appel"}).status_code == 302
    assert montants(facture) == []
    assert "Infirmée en appel" in client.get(adresse(facture)).content.decode()
    assert client.post(url, {"motif": "Encore"}).status_code == 422


def test_une_decision_juge_plusieurs_factures_et_en_laisse(client, facture):
    autre, laissee = (une_facture(client=facture.client) for _ in range(2))
    client.post(adresse(facture), SAISIE | {"factures": [facture.pk, autre.pk]})
    assert Decision.objects.pour(facture.creancier).count() == 2
    assert montants(laissee) == []


@pytest.mark.parametrize(
    ("saisie", "phrase"),
    [
        ({"reference": " "}, "quelle décision"),
        ({"executoire_le": date(2026, 8, 1)}, "pas encore exécutoire"),
        ({"executoire_le": date(2025, 12, 31)}, "précède la facture"),
        ({"executoire_le": None}, "depuis quand"),
        ({"rendue_le": date(2026, 8, 1)}, "pas encore rendue"),
        ({"rendue_le": date(2026, 3, 16)}, "avant d'être rendue"),
        ({"nature": NatureDecision.INJONCTION}, "date de l'ordonnance"),
        ({"nature": NatureDecision.INJONCTION, "rendue_le": date(2026, 3, 1)}, "se déduit"),
        ({"grace_jusqu_au": date(2026, 3, 15)}, "finit après"),
        ({"grace_jusqu_au": date(2028, 3, 16)}, "deux ans au plus"),
    ],
)
def test_une_decision_incoherente_est_refusee(facture, saisie, phrase):
    valeurs = {"reference": "TC Rennes", "executoire_le": date(2026, 3, 15)} | saisie
    with pytest.raises(DecisionImpossible, match=phrase):
        enregistrer_decision([facture], Dispositif(**valeurs), au=AU, acteur=None)


def test_un_avoir_ne_se_juge_pas(facture):
    with pytest.raises(DecisionImpossible):
        enregistrer_decision(
            [un_avoir(client=facture.client)],
            Dispositif("TC", executoire_le=AU),
            au=AU,
            acteur=None,
        )


def test_sans_facture_la_page_refuse(client, facture):
    assert client.post(adresse(facture), SAISIE).status_code == 422
    ailleurs = une_facture()
    saisie = SAISIE | {"factures": [ailleurs.pk]}
    assert client.post(adresse(facture), saisie).status_code == 422


def test_la_lecture_seule_n_enregistre_pas_et_l_etranger_n_existe_pas(client, facture):
    client.post(adresse(facture), SAISIE | {"factures": [facture.pk]})
    [decision] = Decision.objects.pour(facture.creancier)
    retirer = reverse("factures:retirer_decision", args=[facture.creancier.code, decision.pk])
    client.force_login(un_utilisateur(chez=facture.creancier, role=Role.LECTURE))
    assert client.post(adresse(facture), SAISIE).status_code == 403
    assert client.post(retirer, {"motif": "x"}).status_code == 403
    autre = un_creancier()
    client.force_login(un_utilisateur(chez=autre))
    for url in (
        reverse("factures:decisions", args=[autre.code, facture.client_id]),
        reverse("factures:retirer_decision", args=[autre.code, decision.pk]),
    ):
        assert client.post(url, SAISIE | {"motif": "x"}).status_code == 404
