"""Un débiteur dont on ne sait pas s'il est professionnel, particulier ou public."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.actions import etablir_nature
from clients.enums import NatureClient
from clients.models import Client, Qualification
from contentieux.actions import ouvrir_dossier, preparer_documents, renseigner_requete
from contentieux.enums import Voie
from factures.documents import contexte_du_decompte, partie_du_client
from factures.lectures.decompte import decompte_client
from factures.lectures.prescription import prescriptions, prescriptions_proches
from factures.lectures.verification import constats
from recouvrement.accueil.lectures.a_faire import combien
from recouvrement.accueil.lectures.journee import ma_journee
from recouvrement.accueil.lectures.qualite import deja_parti, reponses
from recouvrement.comptes.enums import Role
from recouvrement.droit.regimes import QUALITE_A_ETABLIR
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.mises_en_demeure import preparer_mise_en_demeure
from relances.enums import Canal, EtatRelance
from relances.lectures.lots import lot_de_lettres
from relances.lectures.possibles import interdits
from relances.regles.faits import Usage
from tests.appuis.pages import lisible
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

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

    client.post(adresse, saisie | {"nature": "public"})
    dite = Client.objects.pour(creancier).get(nature="public")
    assert (dite.nature_source, dite.nature_le) == ("personne", timezone.localdate())


def test_changer_la_nature_depuis_la_fiche_est_le_meme_geste(client, creancier, inconnu, acteur):
    client.force_login(acteur)
    adresse = reverse("clients:modifier", args=[creancier.code, inconnu.pk])
    saisie = {"nom": "Duval et fils", "langue": "fr", "pays": "FR", "nature": "particulier"}

    suite = client.post(adresse, saisie)
    assert suite.url == page(inconnu)
    inconnu.refresh_from_db()
    assert (inconnu.nom, inconnu.nature, inconnu.nature_source) == (
        "Duval et fils",
        "particulier",
        "personne",
    )
    assert Qualification.objects.pour(creancier).get().avant == "inconnue"


def page(inconnu):
    return reverse("accueil:qualite", args=[inconnu.creancier.code, inconnu.pk])


def test_chaque_reponse_dit_ce_qu_elle_change_avec_les_montants_du_jour(inconnu, facture):
    """Au 03/09/2026 : BCE + 10 points = 420,55 € ; BCE + 8 points, au taux figé du 02/05/2026,
    10 000 × 10,15 % × 125 / 365 = 347,60 € ; d'un particulier, rien avant sa mise en demeure."""
    dites = {reponse.nature: reponse for reponse in reponses(inconnu, au=AU)}

    assert {n: (r.decompte.interets, r.decompte.indemnites) for n, r in dites.items()} == {
        "professionnel": (D("420.55"), D("40.00")),
        "particulier": (0, 0),
        "public": (D("347.60"), D("40.00")),
        "inconnue": (0, 0),
    }
    assert {n: r.prescription for n, r in dites.items()} == {
        "professionnel": date(2031, 5, 1),
        "particulier": date(2028, 5, 1),
        "public": date(2030, 12, 31),
        "inconnue": date(2028, 5, 1),
    }
    assert {n: r.voies for n, r in dites.items()} == {
        "professionnel": tuple(Voie),
        "particulier": (Voie.INJONCTION_TJ, Voie.AUTRE),
        "public": (Voie.AUTRE,),
        "inconnue": (),
    }


def test_la_tache_attend_ceux_qui_ont_de_l_echu_et_disparait_avec_la_reponse(
    creancier, inconnu, facture, acteur
):
    un_client(creancier=creancier, nature="inconnue")
    journee = ma_journee([creancier], maintenant=MAINTENANT)
    [tache] = [a for a in journee.actions if a.genre == "qualite"]
    assert (tache.client_id, tache.montant) == (inconnu.pk, D("10000.00"))
    assert combien([creancier], maintenant=MAINTENANT).journee == journee.a_faire

    etablir_nature([inconnu], nature=NatureClient.PARTICULIER, le=AU, acteur=acteur)
    assert not ma_journee([creancier], maintenant=MAINTENANT).actions


def test_la_reponse_se_donne_sur_la_page_et_le_decompte_suit(client, inconnu, facture, acteur):
    client.force_login(acteur)
    sans = client.post(page(inconnu), {})
    assert sans.status_code == 422
    assert "Choisissez une réponse" in lisible(sans)

    suite = client.post(page(inconnu), {"nature": "professionnel"}, follow=True)
    assert suite.status_code == 200
    inconnu.refresh_from_db()
    assert decompte_client(inconnu, au=AU).total == D("10460.55")


def test_un_changement_liste_ce_qui_est_parti_sous_l_ancienne_qualite(
    client, creancier, inconnu, facture, acteur
):
    etablir_nature([inconnu], nature=NatureClient.PROFESSIONNEL, le=AU, acteur=acteur)
    inconnu.refresh_from_db()
    une_relance(
        inconnu,
        canal=Canal.COURRIEL,
        factures=[facture],
        etat=EtatRelance.FAITE,
        faite_le=timezone.now(),
        destinataire="compta@duval.example",
    )
    preparer_mise_en_demeure(inconnu, factures=[facture], maintenant=timezone.now(), acteur=acteur)
    etablir_nature([inconnu], nature=NatureClient.PARTICULIER, le=AU, acteur=acteur)
    inconnu.refresh_from_db()

    partis = deja_parti(inconnu)
    assert {(parti.sous, parti.est_autre) for parti in partis} == {("professionnel", True)}
    [sommation] = [parti for parti in partis if parti.accessoires]
    assert sommation.quoi == "Mise en demeure, à poster"

    client.force_login(acteur)
    texte = lisible(client.get(page(inconnu)))
    assert "écrits sont partis sous une autre qualité" in texte


def test_plusieurs_debiteurs_recoivent_la_meme_reponse(client, creancier, acteur):
    debiteurs = [un_client(creancier=creancier, nature="inconnue") for _ in range(3)]
    for debiteur in debiteurs:
        une_facture(client=debiteur, date_echeance=date(2026, 5, 1))
    client.force_login(acteur)
    adresse = reverse("accueil:qualites", args=[creancier.code])

    rien = client.post(adresse, {"nature": "particulier"})
    assert rien.status_code == 422
    garde = client.post(adresse, {"client": [debiteurs[0].pk]})
    assert f'value="{debiteurs[0].pk}"' in garde.content.decode()
    assert "checked" in garde.content.decode()

    client.post(adresse, {"client": [d.pk for d in debiteurs[:2]], "nature": "particulier"})
    natures = Client.objects.pour(creancier).order_by("pk").values_list("nature", flat=True)
    assert list(natures) == ["particulier", "particulier", "inconnue"]


@pytest.mark.parametrize("combien_de", [1, 3])
def test_les_pages_ne_lisent_pas_plus_pour_trois_que_pour_une(
    client, creancier, acteur, combien_de, django_assert_max_num_queries
):
    debiteurs = [un_client(creancier=creancier, nature="inconnue") for _ in range(combien_de)]
    for debiteur in debiteurs:
        une_facture(client=debiteur, date_echeance=date(2026, 5, 1))
    client.force_login(acteur)
    with django_assert_max_num_queries(16):
        client.get(reverse("accueil:qualites", args=[creancier.code]))
    for _ in range(combien_de):
        une_facture(client=debiteurs[0], date_echeance=date(2026, 5, 1))
    with django_assert_max_num_queries(45):
        client.get(page(debiteurs[0]))


@pytest.mark.parametrize(
    ("champs", "est_morale"),
    [
        ({"nature": "particulier"}, False),
        ({"nature": "professionnel", "forme_juridique": "SARL"}, True),
        ({"nature": "professionnel", "forme_juridique": "E.I."}, False),
        ({"nature": "public"}, True),
    ],
)
def test_un_entrepreneur_individuel_s_assigne_comme_une_personne(creancier, champs, est_morale):
    assert partie_du_client(un_client(creancier=creancier, **champs)).est_morale is est_morale
