"""Défaire un import : tout s'en va, ou rien, et jamais ce qui en est né."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from clients.models import Client
from factures.actions import defaire_import, encaisser, modifier_facture, ouvrir_litige
from factures.actions.importation import preparer_import, valider_import
from factures.enums import EtatImport
from factures.erreurs import ImportIrreversible
from factures.models import Encaissement, Facture, Importation
from recouvrement.journal.models import Entree
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.promesses import promettre
from relances.models import Relance, RelanceFacture
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.relances import une_relance

pytestmark = [pytest.mark.django_db, pytest.mark.scenario]
MAINTENANT = datetime(2026, 4, 1, 10, tzinfo=UTC)
CSV = (
    "Numéro;Client;Code client;Date facture;Échéance;Montant TTC;Déjà payé\n"
    "F1;Garage Pellerin;;01/03/2026;31/03/2026;120,00;20,00\n"
    "F2;Menuiserie Duval;M1;01/03/2026;31/03/2026;80,00;\n"
).encode()


def importer(creancier, octets=CSV, **options):
    fichiers = [("ventes.csv", octets)]
    importation = preparer_import(
        creancier, fichiers, acteur=None, maintenant=MAINTENANT, **options
    )
    return valider_import(importation, acteur=None, maintenant=MAINTENANT)


def la_facture(creancier, numero="F1"):
    return Facture.objects.pour(creancier).select_related("client", "creancier").get(numero=numero)


def test_defaire_retire_factures_versements_et_clients_neufs_puis_on_peut_reimporter():
    creancier = un_creancier()
    connu = un_client(creancier=creancier, nom="Menuiserie Duval", code="M1")
    importation = importer(creancier)
    defaire_import(importation, acteur=None)
    assert not Facture.objects.pour(creancier).exists()
    assert not Encaissement.objects.pour(creancier).exists()
    assert list(Client.objects.pour(creancier)) == [connu]
    assert Importation.objects.pour(creancier).get().etat == EtatImport.DEFAIT
    entree = Entree.objects.pour(creancier).get(evenement="import_defait")
    assert (entree.donnees["factures"], entree.donnees["clients"]) == (["F1", "F2"], 1)
    importer(creancier)
    assert Facture.objects.pour(creancier).count() == 2
    call_command("verifier", "soldes", stdout=StringIO())


def un_reglement(facture):
    encaisser(
        facture.client, montant=Decimal("10.00"), recu_le=date(2026, 4, 2), moyen="virement",
        acteur=None,
    )  # fmt: skip


def une_modification(facture):
    modifier_facture(facture, acteur=None, libelle="Portail")


def un_litige(facture):
    acteur = un_utilisateur(chez=facture.creancier)
    ouvrir_litige(facture, motif="prix", le=date(2026, 4, 2), acteur=acteur)


def une_promesse(facture):
    promettre(
        facture.client, montant=Decimal("10.00"), pour_le=date(2026, 4, 9), le=date(2026, 4, 2),
        acteur=un_utilisateur(chez=facture.creancier), factures=[facture],
    )  # fmt: skip


def une_relance_faite(facture):
    une_relance(facture.client, factures=[facture], etat="faite", faite_le=MAINTENANT)


@pytest.mark.parametrize(
    "geste", [un_reglement, une_modification, un_litige, une_promesse, une_relance_faite]
)
def test_ce_qui_est_ne_de_l_import_empeche_de_le_defaire(geste):
    creancier = un_creancier()
    importation = importer(creancier)
    geste(la_facture(creancier))
    with pytest.raises(ErreurMetier, match="ne se défait plus"):
        defaire_import(importation, acteur=None)
    assert Facture.objects.pour(creancier).count() == 2
    call_command("verifier", "soldes", stdout=StringIO())


def test_une_relance_seulement_prevue_s_en_va_avec_ses_factures():
    creancier = un_creancier()
    importation = importer(creancier)
    facture = la_facture(creancier)
    une_relance(facture.client, factures=[facture], etat="planifiee")
    defaire_import(importation, acteur=None)
    assert not Relance.objects.pour(creancier).exists()
    assert not RelanceFacture.objects.pour(creancier).exists()


def test_un_import_qui_a_mis_a_jour_ou_qui_attend_ne_se_defait_pas():
    creancier = un_creancier()
    importer(creancier)
    plus_cher = CSV.replace(b"80,00", b"90,00")
    revu = importer(creancier, plus_cher, pour_toutes={"montant": "oui"})
    with pytest.raises(ImportIrreversible, match="mis à jour"):
        defaire_import(revu, acteur=None)
    attend = preparer_import(creancier, [("v.csv", CSV)], acteur=None, maintenant=MAINTENANT)
    with pytest.raises(ImportIrreversible, match="n'est pas enregistré"):
        defaire_import(attend, acteur=None)
