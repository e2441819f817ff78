"""Une date donnée à une personne tombe un jour ouvré du calendrier du créancier."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from recouvrement.documents.models import Document
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.temps import jour_de
from relances.actions.appels import Suite, consigner_appel
from relances.actions.mises_en_demeure import preparer_mise_en_demeure
from relances.actions.promesses import promettre
from relances.enums import Issue
from relances.forms.appel import AppelForm
from relances.models import Appel, Promesse
from relances.regles.calendrier import est_ouvre, phrase_si_chome
from tests.appuis.pages import lisible
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db
# Veille d'un pont : le vendredi 1er mai 2026 est férié, le lundi 4 est ouvré.
JEUDI = datetime(2026, 4, 30, 10, tzinfo=UTC)


@pytest.fixture
def debiteur():
    return un_client()


@pytest.fixture
def acteur(debiteur):
    return un_utilisateur(chez=debiteur.creancier)


@pytest.mark.parametrize(
    ("jour", "attendue"),
    [
        (date(2026, 4, 27), date(2026, 5, 4)),
        # Le 8 mai, férié, puis la fin de semaine.
        (date(2026, 5, 3), date(2026, 5, 11)),
    ],
)
def test_les_dates_proposees_sont_des_jours_ouvres(debiteur, jour, attendue):
    """Cinq jours après : un samedi, un férié ; jamais proposés."""
    form = AppelForm(client=debiteur, au=jour)
    assert form.initial["pour_le"] == attendue
    assert est_ouvre(jour_de(form.initial["rappel_le"]))


@pytest.mark.parametrize(
    ("zone", "attendu"),
    [("metropole", date(2026, 5, 26)), ("alsace-moselle", date(2026, 5, 26))],
)
def test_un_rappel_fixe_par_l_application_saute_la_pentecote(zone, attendu):
    """Samedi 23 mai + 2 = lundi 25, lundi de Pentecôte."""
    creancier = un_creancier(zone_feries=zone)
    client = un_client(creancier=creancier)
    consigner_appel(
        client,
        issue=Issue.SANS_REPONSE,
        maintenant=datetime(2026, 5, 23, 10, tzinfo=UTC),
        acteur=un_utilisateur(chez=creancier),
    )
    assert jour_de(Appel.objects.pour(creancier).get().rappel_le) == attendu


def test_le_calendrier_est_celui_du_creancier():
    """Le 26 décembre 2025, un vendredi, n'est férié qu'en Alsace-Moselle."""
    assert phrase_si_chome(date(2025, 12, 26), "metropole") == ""
    assert "est un jour férié" in phrase_si_chome(date(2025, 12, 26), "alsace-moselle")


def test_le_delai_d_une_mise_en_demeure_finit_un_jour_ouvre(debiteur, acteur):
    """Jeudi 30 avril + 8 = vendredi 8 mai, férié : lundi 11 mai."""
    facture = une_facture(client=debiteur, date_echeance=date(2026, 3, 31))
    preparer_mise_en_demeure(debiteur, factures=[facture], maintenant=JEUDI, acteur=acteur)
    scelle = Document.objects.pour(debiteur.creancier).get(nature="mise_en_demeure")
    assert scelle.donnees["avant_le"] == "2026-05-11"


def test_un_dimanche_saisi_reste_et_se_dit(client, debiteur, acteur):
    client.force_login(acteur)
    reponse = client.post(
        reverse("accueil:appel", args=[debiteur.creancier.code, debiteur.pk]),
        {"issue": "promet", "montant": "50", "pour_le": "2099-11-29"},
        follow=True,
    )
    # Le 29/11/2099 est un dimanche.
    assert Promesse.objects.pour(debiteur.creancier).get().pour_le == date(2099, 11, 29)
    assert "Le 29/11/2099 est un dimanche" in lisible(reponse)


@pytest.fixture
def insolvable(debiteur):
    debiteur.procedure_collective_le = date(2026, 4, 1)
    debiteur.save(update_fields=["procedure_collective_le"])
    une_facture(client=debiteur, date_echeance=date(2026, 3, 31))
    return debiteur


def test_un_debiteur_en_procedure_collective_ne_promet_rien(insolvable, acteur):
    """C. com., art. L622-7 : la créance antérieure ne se paye pas."""
    assert "promet" not in [
        i.valeur for i in AppelForm(client=insolvable, au=date(2026, 5, 4)).issues_jointes
    ]
    with pytest.raises(ErreurMetier, match="se déclare"):
        promettre(
            insolvable,
            montant=Decimal(50),
            pour_le=date(2026, 5, 11),
            le=date(2026, 5, 4),
            acteur=acteur,
        )
    with pytest.raises(ErreurMetier, match="se déclare"):
        consigner_appel(
            insolvable,
            issue=Issue.PROMET,
            maintenant=JEUDI,
            acteur=acteur,
            suite=Suite(montant=Decimal(50), pour_le=date(2026, 5, 11)),
        )


def test_ma_journee_et_l_appel_avertissent_et_ne_soufflent_rien(client, insolvable, acteur):
    consigner_appel(
        insolvable,
        issue=Issue.RAPPELER,
        maintenant=JEUDI,
        acteur=acteur,
        suite=Suite(rappel_le=JEUDI),
    )
    client.force_login(acteur)
    for adresse in (
        reverse("accueil:journee"),
        reverse("accueil:appel", args=[insolvable.creancier.code, insolvable.pk]),
    ):
        page = lisible(client.get(adresse))
        assert "Procédure collective ouverte le 01/04/2026" in page
        assert "À dire" not in page
        assert "Promet" not in page
