"""À la mise à jour, qui gardait les textes d'origine reçoit les nouveaux ; les siens restent."""

from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.urls import reverse

from relances.actions.scenarios import publier_scenario, scenario_en_vigueur, scenario_par_defaut
from relances.enums import Canal, EtatRelance
from relances.models import Etape, Relance, Scenario
from relances.regles.affirmations import affirmations
from relances.regles.scenario_initial import ETAPES_INITIALES
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
reprise = import_module("relances.migrations.0006_textes_qui_ne_nient_rien")
ALORS = datetime(2026, 11, 20, 9, tzinfo=UTC)
FERME_D_ORIGINE = """Bonjour{{#si contact}} {{ contact }}{{/si}},

{{#si precedente}}Le {{ precedente }}, nous vous rappelions les sommes restant à régler. {{/si}}À ce jour, nous n'avons reçu ni paiement ni message de votre part.

{{ factures }}

Nous vous demandons de régler {{ total }} sous huit jours.

{{ paiement }}

Si une facture vous paraît inexacte ou si vous rencontrez une difficulté, dites-le-nous dès maintenant en répondant à ce message : nous vous rappellerons.

Cordialement,
{{ signature }}
"""  # noqa: E501


def mettre_a_jour():
    historique = MigrationLoader(connection).project_state(("relances", "0005_gestes")).apps
    reprise.proposer_les_nouveaux(historique, None)


def ferme(creancier) -> Etape:
    return Etape.objects.pour(creancier).en_vigueur().get(cle="relance-ferme")


def ecrire_la_ferme(creancier, texte):
    """Posée par l'application, version 1, avec ce texte."""
    scenario_par_defaut(creancier)
    Etape.objects.pour(creancier).filter(cle="relance-ferme").update(texte=texte)


def test_le_texte_d_origine_est_remplace_dans_une_version_de_plus():
    creancier = un_creancier()
    # Une page web rend les fins de ligne à sa façon : les mots sont les mêmes.
    ecrire_la_ferme(creancier, FERME_D_ORIGINE.replace("\n", "\r\n"))
    relance = une_relance(
        un_client(creancier=creancier),
        canal=Canal.COURRIEL,
        etape=ferme(creancier),
        etat=EtatRelance.A_VALIDER,
    )
    mettre_a_jour()

    nouvelle = ferme(creancier)
    initiale = next(e for e in ETAPES_INITIALES if e.cle == "relance-ferme")
    assert nouvelle.texte == initiale.texte
    assert scenario_en_vigueur(creancier).version == 2
    gardees = Etape.objects.pour(creancier).filter(scenario__version=1)
    assert "ni paiement ni message" in gardees.get(cle="relance-ferme").texte
    assert nouvelle.scenario.etapes.count() == gardees.count() == len(ETAPES_INITIALES)
    # Ce qui attendait de partir ne dira pas l'ancien texte.
    assert Relance.objects.pour(creancier).get(pk=relance.pk).etape == nouvelle
    assert relance.lignes.get().etape == nouvelle


def test_le_texte_d_une_personne_ne_change_pas():
    creancier = un_creancier()
    publier_scenario(
        creancier,
        nom="Le nôtre",
        etapes=[replace(e, texte=e.texte + "\nBien à vous.") for e in ETAPES_INITIALES],
        maintenant=ALORS,
        acteur=un_utilisateur(chez=creancier),
    )
    mettre_a_jour()
    assert [s.version for s in Scenario.objects.pour(creancier)] == [1]
    assert ferme(creancier).texte.endswith("Bien à vous.")


def test_aucun_texte_propose_n_affirme_sans_un_fait():
    for etape in ETAPES_INITIALES:
        assert affirmations(etape.texte) == []
        assert affirmations(etape.texte_en) == []


@pytest.mark.parametrize(
    ("texte", "trouve"),
    [
        (FERME_D_ORIGINE, ["n'avons reçu ni paiement ni message de votre part"]),
        ("Nos rappels et notre lettre sont restés sans réponse.", ["Nos rappels", "sans réponse"]),
        ("Despite our messages, nothing.", ["Despite our messages"]),
        ("{{#si silence}}Nous n'avons reçu aucune réponse.{{/si}}", []),
        ("{{#si deja_relancee}}Malgré nos rappels, {{/si}}il reste à régler.", []),
    ],
)
def test_ce_qu_un_texte_affirme_sans_condition_se_voit(texte, trouve):
    assert affirmations(texte) == trouve


def test_la_page_du_scenario_montre_la_phrase(client):
    creancier = un_creancier()
    ecrire_la_ferme(creancier, "{{ total }} : nous n'avons reçu ni paiement ni message.")
    client.force_login(un_utilisateur(chez=creancier))
    page = client.get(reverse("relances:scenario", args=[creancier.code])).content.decode()
    dit = " ".join(page.split())
    assert "« n&#x27;avons reçu ni paiement ni message » s’écrit sans condition" in dit
    ecrire_la_ferme(creancier, "{{ total }}{{#si silence}} Sans réponse.{{/si}}")
    page = client.get(reverse("relances:scenario", args=[creancier.code])).content.decode()
    assert "écrit sans condition" not in page
