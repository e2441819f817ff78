"""Un débiteur dont on ne sait pas s'il est professionnel, particulier ou public."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from clients.models import Client
from contentieux.actions import ouvrir_dossier, preparer_documents, renseigner_requete
from contentieux.enums import Voie
from factures.documents import contexte_du_decompte
from factures.lectures.decompte import decompte_client
from factures.lectures.prescription import prescriptions, prescriptions_proches
from factures.lectures.verification import constats
from recouvrement.comptes.enums import Role
from recouvrement.droit.regimes import QUALITE_A_ETABLIR
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.mises_en_demeure import preparer_mise_en_demeure
from relances.lectures.lots import lot_de_lettres
from relances.lectures.possibles import interdits
from relances.regles.faits import Usage
from tests.appuis.pages import lisible
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db

D = Decimal
AU = date(2026, 9, 3)
MAINTENANT = datetime(2026, 9, 3, 10, tzinfo=UTC)


@pytest.fixture
def creancier():
    return un_creancier()


@pytest.fixture
def acteur(creancier):
    return un_utilisateur(chez=creancier, role=Role.GESTIONNAIRE)


@pytest.fixture
def inconnu(creancier):
    return un_client(creancier=creancier, nature="inconnue", est_commercant=None, nom="Duval")


@pytest.fixture
def facture(inconnu):
    """Entre professionnels : 420,55 € de pénalités et 40 € au 03/09/2026."""
    return une_facture(
        client=inconnu,
        montant_ttc=D("10000.00"),
        date_emission=date(2026, 4, 1),
        date_echeance=date(2026, 5, 1),
    )


def test_une_fiche_dont_on_ne_dit_rien_est_de_nature_inconnue(creancier):
    assert Client.objects.create(creancier=creancier, nom="Duval").nature == "inconnue"


def test_son_decompte_est_le_principal_et_dit_pourquoi(inconnu, facture):
    decompte = decompte_client(inconnu, au=AU)

    assert (decompte.total, decompte.interets, decompte.indemnites) == (D("10000.00"), 0, 0)
    assert decompte.avertissements == (QUALITE_A_ETABLIR,)
    regles = contexte_du_decompte(inconnu, decompte, reference="D1")["regles"]
    assert regles[0] == QUALITE_A_ETABLIR
    assert "441" not in " ".join(regles)


def test_aucune_mise_en_demeure_ne_se_scelle(inconnu, facture, acteur):
    with pytest.raises(ErreurMetier, match="Qualité du débiteur à établir"):
        preparer_mise_en_demeure(inconnu, factures=[facture], maintenant=MAINTENANT, acteur=acteur)


@pytest.mark.parametrize("voie", list(Voie))
def test_aucune_voie_n_est_ouverte(inconnu, facture, acteur, voie):
    with pytest.raises(ErreurMetier, match="Qualité du débiteur à établir"):
        ouvrir_dossier(inconnu, factures=[facture], voie=voie, le=AU, acteur=acteur)


def test_un_dossier_dont_la_qualite_n_est_plus_sure_ne_scelle_rien(inconnu, facture, acteur):
    Client.objects.pour(inconnu.creancier).filter(pk=inconnu.pk).update(nature="professionnel")
    dossier = ouvrir_dossier(
        inconnu, factures=[facture], voie=Voie.INJONCTION_TC, le=AU, acteur=acteur
    )
    renseigner_requete(dossier, tribunal="Rennes", arrete_au=AU, requete={}, acteur=acteur)
    Client.objects.pour(inconnu.creancier).filter(pk=inconnu.pk).update(nature="inconnue")
    dossier.refresh_from_db()

    with pytest.raises(ErreurMetier, match="Qualité du débiteur à établir"):
        preparer_documents(dossier, maintenant=MAINTENANT, acteur=acteur)


def test_le_principal_se_demande_quand_meme_par_courriel_et_par_lettre(inconnu, facture):
    assert not interdits(inconnu, au=AU, usage=Usage.ECRIRE)
    assert not interdits(inconnu, au=AU, usage=Usage.POSTER)
    [lettre] = lot_de_lettres(inconnu.creancier, [facture], au=AU).retenues
    assert lettre.montant == D("10000.00")


def test_la_prescription_retenue_est_la_plus_courte_et_a_confirmer(inconnu, facture):
    """Deux ans (C. conso., art. L218-2), par prudence : le 01/05/2028."""
    du_droit = prescriptions([facture])[facture.pk]
    assert du_droit.dernier_jour == date(2028, 5, 1)
    assert du_droit.calcul.duree.confiance.a_confirmer
    [proche] = prescriptions_proches([inconnu.creancier], au=date(2027, 6, 1))
    assert proche.facture == facture


def test_le_delai_de_paiement_ne_se_juge_pas_d_une_qualite_inconnue(facture):
    assert "à établir" in constats(facture)[0].texte
    assert not [c for c in constats(facture) if "L441-10" in c.texte]


@pytest.mark.parametrize("page", ["relances:mise_en_demeure", "contentieux:ouvrir"])
def test_les_pages_disent_la_raison_et_ou_y_remedier(client, inconnu, facture, acteur, page):
    client.force_login(acteur)
    texte = lisible(client.get(reverse(page, args=[inconnu.creancier.code, inconnu.pk])))
    assert "Qualité du débiteur à établir" in texte
    assert "Établir sa qualité" in texte


def test_la_fiche_ne_montre_ni_interets_ni_quarante_euros(client, inconnu, facture, acteur):
    client.force_login(acteur)
    texte = lisible(client.get(inconnu.get_absolute_url()))
    assert "Qualité du débiteur à établir" in texte
    assert "Indemnités forfaitaires" not in texte


def test_creer_un_client_demande_sa_nature(client, creancier, acteur):
    client.force_login(acteur)
    adresse = reverse("clients:nouveau", args=[creancier.code])
    saisie = {"nom": "Duval", "langue": "fr", "pays": "FR", "nature": ""}

    sans = client.post(adresse, saisie)
    assert sans.status_code == 422
    assert not Client.objects.pour(creancier).exists()

    client.post(adresse, saisie | {"nature": "inconnue"})
    assert Client.objects.pour(creancier).get().nature == "inconnue"
