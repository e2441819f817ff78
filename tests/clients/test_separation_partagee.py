"""Ce qui est né depuis une réunion : il suit ses factures, se retire, ou tient les deux fiches."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from clients.actions import fusionner
from clients.models import Client
from contentieux.models import Dossier, DossierFacture
from recouvrement.accueil.actions import annuler_geste
from recouvrement.journal.models import Geste
from recouvrement.socle.erreurs import ErreurMetier
from relances.enums import EtatRelance
from relances.models import Promesse, RelanceFacture
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
JOUR = date(2026, 3, 2)
A_NEUF_HEURES = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def reunies():
    """Deux fiches d'une facture chacune, que l'on vient de réunir."""
    creancier = un_creancier()
    acteur = un_utilisateur(chez=creancier)
    garde, absorbe = (un_client(creancier=creancier, nom=nom) for nom in ("Duval", "Duval Sud"))
    factures = [une_facture(client=fiche) for fiche in (garde, absorbe)]
    garde = fusionner(garde, absorbe, le=JOUR, acteur=acteur)
    return garde, absorbe, factures, acteur


def separer(garde, acteur):
    geste = Geste.objects.pour(garde.creancier).get(genre="fusion")
    annuler_geste(geste, acteur=acteur, maintenant=datetime(2026, 3, 2, 10, tzinfo=UTC))


def une_promesse(garde, factures, acteur):
    promesse = Promesse.objects.create(
        creancier=garde.creancier,
        client=garde,
        montant=Decimal("10.00"),
        pour_le=date(2026, 4, 1),
        faite_le=JOUR,
        auteur=acteur,
    )
    promesse.factures.set(factures)
    return promesse


def un_dossier(garde, factures, acteur):
    dossier = Dossier.objects.create(
        creancier=garde.creancier, client=garde, ouvert_le=JOUR, ouvert_par=acteur
    )
    for facture in factures:
        DossierFacture.objects.create(creancier=garde.creancier, dossier=dossier, facture=facture)
    return dossier


def une_relance_partie(garde, factures, acteur):
    return une_relance(garde, factures=factures, etat=EtatRelance.FAITE, faite_le=A_NEUF_HEURES)


@pytest.mark.parametrize("naitre", [une_promesse, un_dossier, une_relance_partie])
def test_ce_qui_ne_porte_que_sur_la_facture_rendue_la_suit(reunies, naitre):
    garde, absorbe, (_, sienne), acteur = reunies
    sienne.refresh_from_db()
    fait = naitre(garde, [sienne], acteur)
    separer(garde, acteur)
    fait.refresh_from_db()
    assert fait.client_id == absorbe.pk


@pytest.mark.parametrize("naitre", [une_promesse, un_dossier, une_relance_partie])
def test_ce_qui_porte_sur_les_deux_les_tient_ensemble(reunies, naitre):
    garde, _, factures, acteur = reunies
    naitre(garde, factures, acteur)
    with pytest.raises(ErreurMetier, match="des factures des deux fiches"):
        separer(garde, acteur)
    assert Client.objects.pour(garde.creancier).actifs().count() == 1


def test_une_relance_qui_attendait_pour_les_deux_ne_garde_que_la_sienne(reunies):
    garde, _, (restee, rendue), acteur = reunies
    relance = une_relance(garde, factures=[restee, rendue])
    separer(garde, acteur)
    relance.refresh_from_db()
    vivantes = RelanceFacture.objects.pour(garde.creancier).vivantes()
    assert list(vivantes.values_list("facture", flat=True)) == [restee.pk]
    assert relance.client_id == garde.pk


def test_les_donnees_effacees_ne_se_separent_plus(reunies):
    garde, absorbe, _, acteur = reunies
    fiches = Client.objects.pour(garde.creancier)
    fiches.filter(pk=absorbe.pk).update(
        efface_le=JOUR, code="", siren="", siret="", tva="", adresse="", complement="", ville=""
    )
    with pytest.raises(ErreurMetier, match="effacées depuis"):
        separer(garde, acteur)
