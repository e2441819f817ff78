from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from factures.actions.litiges import ouvrir_litige
from recouvrement.accueil.lectures.a_faire import Attente, combien
from recouvrement.accueil.lectures.fiche import fiche_client
from recouvrement.accueil.lectures.journee import ma_journee
from relances.actions.appels import Suite, consigner_appel
from relances.actions.promesses import promettre
from relances.enums import Canal, EtatRelance, Issue
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import un_avoir, une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
AU = date(2026, 3, 16)
MAINTENANT = datetime(2026, 3, 16, 9, tzinfo=UTC)


@pytest.fixture
def creancier():
    return un_creancier()


def journee(*creanciers, canal=""):
    return ma_journee(creanciers, maintenant=MAINTENANT, canal=canal)


def cles(file):
    return [(action.genre, action.client_nom) for action in file.actions]


def un_debiteur(creancier, nom, montant="1200.00"):
    client = un_client(creancier=creancier, nom=nom)
    return client, une_facture(client=client, montant_ttc=Decimal(montant))


def une_journee_chargee(creancier):
    acteur = un_utilisateur(chez=creancier)
    valider, facture = un_debiteur(creancier, "Valider")
    une_relance(valider, canal=Canal.COURRIEL, factures=[facture], etat=EtatRelance.A_VALIDER)
    decider, facture = un_debiteur(creancier, "Décider")
    une_relance(decider, canal=Canal.MISE_EN_DEMEURE, factures=[facture])
    for nom, montant in (("Petit", "100.00"), ("Gros", "9000.00")):
        client, facture = un_debiteur(creancier, nom, montant)
        une_relance(client, factures=[facture])
    rompu, _ = un_debiteur(creancier, "Rompu")
    promettre(
        rompu, montant=Decimal("100.00"), pour_le=date(2026, 3, 9), le=date(2026, 3, 2),
        acteur=acteur,
    )  # fmt: skip
    rappeler, _ = un_debiteur(creancier, "Rappeler")
    consigner_appel(
        rappeler,
        issue=Issue.RAPPELER,
        maintenant=datetime(2026, 3, 13, 9, tzinfo=UTC),
        acteur=acteur,
        suite=Suite(rappel_le=datetime(2026, 3, 16, 14, tzinfo=UTC)),
    )


def test_la_file_va_de_l_heure_dite_aux_decisions_et_du_plus_gros_au_plus_petit(creancier):
    une_journee_chargee(creancier)

    assert cles(journee(creancier)) == [
        ("heure", "Rappeler"),
        ("promesse", "Rompu"),
        ("valider", "Valider"),
        ("appel", "Gros"),
        ("appel", "Petit"),
        ("decider", "Décider"),
    ]


@pytest.mark.parametrize(
    ("canal", "noms"),
    [
        ("appels", ["Rappeler", "Rompu", "Gros", "Petit"]),
        ("courriels", ["Valider"]),
        ("decisions", ["Décider"]),
        ("courriers", []),
    ],
)
def test_un_canal_ne_montre_que_ses_actions(creancier, canal, noms):
    une_journee_chargee(creancier)

    assert [nom for _, nom in cles(journee(creancier, canal=canal))] == noms


def test_ce_qui_est_prevu_demain_n_est_pas_de_la_journee(creancier):
    client, facture = un_debiteur(creancier, "Demain")
    une_relance(client, factures=[facture], prevue_le=date(2026, 3, 17))

    assert journee(creancier).actions == []


def test_la_journee_ne_montre_que_les_creanciers_demandes(creancier):
    une_journee_chargee(creancier)

    assert journee(un_creancier()).nombre == 0
    assert journee().nombre == 0


def test_l_action_suivante_est_chez_un_autre_client(creancier):
    une_journee_chargee(creancier)
    file = journee(creancier)

    suivante = file.suivante(file.actions[0])

    assert suivante.client_nom == "Rompu"
    assert file.choisie("inconnue") == file.actions[0]
    assert file.choisie(suivante.cle) == suivante


@pytest.mark.parametrize("combien", [1, 3])
def test_la_journee_coute_autant_pour_une_action_que_pour_trois(
    creancier, combien, django_assert_num_queries
):
    for n in range(combien):
        client, facture = un_debiteur(creancier, f"Client {n}")
        une_relance(client, factures=[facture])

    with django_assert_num_queries(REQUETES):
        assert journee(creancier).nombre == combien


# Sept pour la file, trois pour les échéances légales.
# Une par source de la file : qualités à établir, factures visées, avoirs à employer en sont.
# Deux pour ce que chacun a en sa faveur : le montant de la file en est net.
REQUETES = 16


def une_presque_prescrite(creancier, nom, echeance):
    return une_facture(
        client=un_client(creancier=creancier, nom=nom, nature="particulier"),
        date_emission=min(date(2024, 1, 2), echeance),
        date_echeance=echeance,
    )


def test_chaque_echeance_legale_proche_est_une_action_a_part(creancier):
    """Deux ans contre un particulier (C. conso., art. L218-2) : le seuil décide du groupe."""
    presse = une_presque_prescrite(creancier, "À un mois", date(2024, 4, 10))
    une_presque_prescrite(creancier, "À trois mois", date(2024, 6, 10))
    une_presque_prescrite(creancier, "À six mois", date(2024, 9, 10))
    une_presque_prescrite(creancier, "À douze mois", date(2025, 3, 1))
    une_presque_prescrite(creancier, "Prescrite", date(2024, 2, 1))
    une_presque_prescrite(creancier, "Au-delà d'un an", date(2025, 3, 17))
    file = journee(creancier)
    assert cles(file) == [
        ("echeance", "À un mois"),
        ("echeance", "À trois mois"),
        ("surveiller", "Prescrite"),
        ("surveiller", "À six mois"),
        ("surveiller", "À douze mois"),
    ]
    premiere = file.actions[0]
    assert premiere.lien == reverse("factures:droit", args=[creancier.code, presse.pk])
    assert "1 mois ou moins pour la réclamer, jusqu'au 10/04/2026" in premiere.raison
    assert cles(journee(creancier, canal="appels")) == []
    assert len(cles(journee(creancier, canal="decisions"))) == 5


def test_une_declaration_de_creance_a_faire_est_une_action(creancier):
    debiteur = un_client(
        creancier=creancier, nom="Failli", procedure_collective_le=date(2026, 3, 2)
    )
    assert cles(journee(creancier)) == [("echeance", "Failli")]
    [action] = journee(creancier).actions
    assert action.lien == reverse("factures:procedure", args=[creancier.code, debiteur.pk])


def test_une_duree_d_un_an_choisie_alerte_des_l_annee(creancier):
    client = un_client(creancier=creancier, nom="Chargeur")
    une_facture(client=client, duree_prescription="TRANSPORT", date_echeance=date(2026, 1, 31))
    une_facture(client=client, date_echeance=date(2026, 1, 31))
    [action] = journee(creancier).actions
    assert (action.genre, action.client_nom) == ("surveiller", "Chargeur")
    assert "jusqu'au 31/01/2027" in action.raison


@pytest.mark.parametrize("combien", [1, 3])
def test_les_echeances_coutent_autant_pour_une_que_pour_trois(
    creancier, combien, django_assert_num_queries
):
    for n in range(combien):
        une_presque_prescrite(creancier, f"Client {n}", date(2024, 4, 10))

    # Et deux de plus : les actes de prescription de ces factures, et leurs décisions.
    with django_assert_num_queries(REQUETES + 2):
        assert journee(creancier).nombre == combien


def test_l_action_mene_a_la_facture_depuis_la_page(client, creancier):
    client.force_login(un_utilisateur(chez=creancier))
    facture = une_presque_prescrite(creancier, "Dupont", date(2020, 4, 10))
    texte = client.get(reverse("accueil:journee_creancier", args=[creancier.code])).content.decode()
    assert reverse("factures:droit", args=[creancier.code, facture.pk]) in texte
    assert "Voir le droit de la facture" in texte


def test_les_filtres_disent_combien_chacun_montrerait(creancier):
    autre = un_creancier()
    une_journee_chargee(creancier)
    client, facture = un_debiteur(autre, "Ailleurs")
    une_relance(client, factures=[facture])

    file = ma_journee(
        [creancier, autre], maintenant=MAINTENANT, canal="appels", chez_qui=autre.code, compter=True
    )

    assert [action.client_nom for action in file.actions] == ["Ailleurs"]
    assert {cle: nombre for cle, _, nombre in file.par_canal} == {
        "appels": 1,
        "courriels": 0,
        "courriers": 0,
        "decisions": 0,
    }
    assert file.par_creancier == [(creancier, 4), (autre, 1)]


def test_le_cadre_compte_comme_la_page(creancier, django_assert_num_queries):
    une_journee_chargee(creancier)

    with django_assert_num_queries(1):
        attente = combien([creancier], maintenant=MAINTENANT)

    assert attente.journee == journee(creancier).a_faire == 6
    assert attente.a_valider == 1


def test_sans_creancier_le_cadre_ne_compte_rien(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert combien([], maintenant=MAINTENANT) == Attente()


def test_ce_que_le_verdict_refuse_a_tous_n_attend_personne(creancier):
    """Un appel, un message à valider, un envoi refusé : il ne reste qu'à déclarer et à trancher."""
    client, facture = un_debiteur(creancier, "En procédure")
    une_relance(client, factures=[facture])
    for etat in (EtatRelance.A_VALIDER, EtatRelance.ECHEC, EtatRelance.INCERTAINE):
        une_relance(client, canal=Canal.COURRIEL, factures=[], etat=etat, faite_le=MAINTENANT)
    refusee, confiee = un_debiteur(creancier, "Au tribunal")
    une_relance(refusee, canal=Canal.COURRIEL, factures=[confiee], etat=EtatRelance.ECHEC)
    assert len(cles(journee(creancier))) == 4
    client.procedure_collective_le = confiee.contentieux_depuis = AU
    client.save()
    confiee.save()
    assert cles(journee(creancier)) == [("echeance", "En procédure"), ("trancher", "En procédure")]
    assert combien([creancier], maintenant=MAINTENANT).journee == 1


def test_le_montant_d_une_action_est_le_net_que_l_appel_demande(creancier):
    """1 200 € échus, 150 contestés, un avoir de 300 : 750 ; rien de ce qui est à échoir."""
    client, facture = un_debiteur(creancier, "Net")
    une_facture(client=client, montant_ttc=Decimal("400.00"), date_echeance=date(2026, 12, 1))
    un_avoir(client=client, date_emission=date(2026, 2, 1))
    ouvrir_litige(
        facture, motif="prix", montant_conteste=Decimal("150.00"), le=date(2026, 3, 2),
        acteur=un_utilisateur(chez=creancier),
    )  # fmt: skip
    une_relance(client, factures=[facture])
    couvert, due = un_debiteur(creancier, "Couvert", "100.00")
    un_avoir(client=couvert, date_emission=date(2026, 2, 1))
    une_relance(couvert, factures=[due])
    montants = {action.client_nom: action.montant for action in journee(creancier).actions}
    assert montants == {"Net": Decimal("750.00"), "Couvert": Decimal("0.00")}
    assert fiche_client(client, au=AU).a_regler == montants["Net"]
