"""La démonstration : chaque état du produit y est, et rien n'y est faux."""

import hashlib
import html
import re
from collections import Counter, deque
from datetime import UTC, date, datetime
from io import StringIO
from shutil import copytree

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, transaction
from django.db.models import CharField, JSONField, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.test import override_settings

from clients.lectures import doublons_probables
from clients.models import Client, Coordonnee, Note
from contentieux.enums import EtatDossier
from contentieux.models import DocumentDossier, Dossier
from factures.enums import NatureFacture
from factures.models import Encaissement, Facture, Litige, Piece
from recouvrement.accueil.lectures.journee import ma_journee
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.demonstration.jouer import charger
from recouvrement.demonstration.personnes import COMPTES, MOT_DE_PASSE
from recouvrement.documents import fichiers
from recouvrement.equipe.evenements import Evenement
from recouvrement.exploitation.verification.examens import examens
from recouvrement.journal.actions import inscrire
from recouvrement.journal.models import Entree
from recouvrement.socle.saisies.identifiants import lire_iban, lire_siren, lire_siret, lire_tva
from recouvrement.socle.temps import PARIS
from relances.enums import Canal, EtatCourrier, EtatRelance, Issue
from relances.models import Appel, Courrier, Promesse, Relance
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

# Un mercredi ordinaire.
MAINTENANT = datetime(2026, 6, 17, 14, 20, tzinfo=PARIS)
AU = date(2026, 6, 17)
FICTION = ("+3319900", "+3326191", "+3335301", "+3346571", "+3353649", "+3363998")

# Un seul ouvrier la charge.
pytestmark = pytest.mark.xdist_group("demonstration")


@pytest.fixture(scope="module")
def magasin(tmp_path_factory):
    return tmp_path_factory.mktemp("fichiers")


@pytest.fixture(scope="module")
def demonstration(django_db_setup, django_db_blocker, magasin):
    """Chargée une fois pour tout le module, défaite à la fin."""
    reglages = override_settings(
        FICHIERS=magasin,
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    )
    with reglages, django_db_blocker.unblock(), transaction.atomic():
        yield charger(MAINTENANT)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def dans_la_demonstration(demonstration, db):
    """Chaque test la trouve entière : ce qu'il y change est défait après lui."""


def test_elle_a_la_taille_annoncee(demonstration):
    assert demonstration.creanciers == 3
    assert 58 <= demonstration.clients <= 65
    assert 380 <= demonstration.factures <= 480
    assert Creancier.objects.filter(est_demonstration=True).count() == 3


def test_toutes_les_lois_de_la_base_y_tiennent(settings, magasin):
    settings.FICHIERS = magasin
    for examen in examens():
        assert list(examen.chercher(datetime.now(tz=UTC))) == [], examen.code


def test_rien_n_est_date_d_apres_maintenant():
    assert not Entree.objects.systeme().filter(a__gt=MAINTENANT).exists()
    assert not Appel.objects.systeme().filter(appele_le__gt=MAINTENANT).exists()
    assert not Relance.objects.systeme().filter(faite_le__gt=MAINTENANT).exists()
    assert not Facture.objects.systeme().filter(date_emission__gt=AU).exists()
    assert not Encaissement.objects.systeme().filter(recu_le__gt=AU).exists()


def test_elle_remonte_a_dix_huit_mois():
    premiere = Facture.objects.systeme().order_by("date_emission").first()
    assert date(2024, 12, 1) < premiere.date_emission < date(2025, 2, 15)


def test_les_factures_y_sont_dans_tous_leurs_etats():
    factures = Facture.objects.systeme()
    assert set(factures.values_list("nature", flat=True)) == set(NatureFacture)
    assert factures.ouvertes().a_echoir(au=AU).exists()
    assert factures.ouvertes().echues(au=AU).exists()
    assert any(f.solde and f.solde < f.montant_ttc for f in factures.creances())
    soldees = list(factures.creances().filter(solde=0))
    assert any(f.soldee_le <= f.date_echeance for f in soldees)
    assert any(f.soldee_le > f.date_echeance for f in soldees)
    assert factures.filter(cycle=2).exists(), "un chèque rejeté rouvre sa facture"
    assert Encaissement.objects.systeme().filter(annule__isnull=False).exists()
    assert Encaissement.objects.systeme().filter(disponible__gt=0).exists()
    avoirs = factures.avoirs()
    assert avoirs.filter(solde=0).exists()
    assert any(a.solde == a.montant_ttc for a in avoirs)
    litiges = Litige.objects.systeme()
    assert litiges.ouverts().exists()
    assert litiges.filter(clos_le__isnull=False).exists()


def test_les_relances_y_sont_dans_tous_leurs_etats():
    relances = Relance.objects.systeme()
    assert set(relances.values_list("etat", flat=True)) >= set(EtatRelance) - {
        EtatRelance.PLANIFIEE
    }
    assert set(relances.values_list("canal", flat=True)) == set(Canal)
    assert relances.filter(etat=EtatRelance.A_FAIRE, canal=Canal.COURRIEL).exists()
    etats = set(Envoi.objects.systeme().values_list("etat", flat=True))
    assert etats >= {EtatEnvoi.ENVOYE, EtatEnvoi.ECHEC, EtatEnvoi.INCERTAIN}


def test_ce_qui_est_parti_garde_ses_octets_exacts():
    partis = list(Envoi.objects.systeme().filter(etat=EtatEnvoi.ENVOYE))
    assert len(partis) > 50
    for envoi in partis:
        octets = bytes(envoi.octets)
        assert hashlib.sha256(octets).hexdigest() == envoi.empreinte
        assert envoi.message_id.encode() in octets
    assert any(b"application/pdf" in bytes(envoi.octets) for envoi in partis)
    assert any(envoi.sujet.startswith("Your invoice") for envoi in partis)


def test_les_courriers_y_sont_a_chaque_moment_de_leur_vie():
    courriers = Courrier.objects.systeme()
    assert courriers.filter(etat=EtatCourrier.A_POSTER).exists()
    assert courriers.filter(
        canal=Canal.RECOMMANDE, etat=EtatCourrier.POSTE, numero_suivi=""
    ).exists()
    assert courriers.filter(
        canal=Canal.MISE_EN_DEMEURE, etat=EtatCourrier.DISTRIBUE, mise_en_demeure__isnull=False
    ).exists()


def test_les_appels_ont_eu_toutes_les_issues():
    assert set(Appel.objects.systeme().values_list("issue", flat=True)) == set(Issue)
    promesses = Promesse.objects.systeme()
    assert promesses.filter(est_tenue=True).exists()
    assert promesses.filter(est_tenue=False).exists()
    assert promesses.en_cours().filter(pour_le__gte=AU).exists()


def test_les_dossiers_se_preparent_avancent_et_se_closent():
    dossiers = Dossier.objects.systeme()
    assert set(dossiers.values_list("etat", flat=True)) == {
        EtatDossier.PREPARATION,
        EtatDossier.DEPOSE,
        EtatDossier.CLOS,
    }
    assert DocumentDossier.objects.systeme().count() >= 6


def test_les_clients_sont_de_toutes_les_sortes():
    clients = Client.objects.systeme()
    assert set(clients.values_list("nature", flat=True)) == {
        "professionnel",
        "particulier",
        "public",
    }
    assert set(clients.values_list("langue", flat=True)) == {"fr", "en"}
    assert clients.a_completer().exists()
    assert clients.suspendus(au=AU).exists()
    assert clients.filter(procedure_collective_le__isnull=False).exists()
    assert Coordonnee.objects.systeme().courriels().filter(validite="invalide").exists()
    assert Note.objects.systeme().filter(est_a_savoir=True).count() >= 6
    assert any(doublons_probables(creancier) for creancier in Creancier.objects.all())


def test_personne_n_existe():
    for creancier in Creancier.objects.all():
        assert lire_siret(creancier.siret, siren_attendu=lire_siren(creancier.siren))
        assert lire_tva(creancier.tva, siren_attendu=creancier.siren)
        assert lire_iban(creancier.iban)
        assert creancier.courriel_expediteur.endswith(".example")
    for siren in Client.objects.systeme().exclude(siren="").values_list("siren", flat=True):
        assert lire_siren(siren).startswith("000")
    coordonnees = Coordonnee.objects.systeme()
    assert all(
        v.endswith(".example") for v in coordonnees.courriels().values_list("valeur", flat=True)
    )
    telephones = coordonnees.filter(genre="telephone").values_list("valeur", flat=True)
    assert all(valeur.startswith(FICTION) for valeur in telephones)


def test_ma_journee_a_de_tout():
    journee = ma_journee(list(Creancier.objects.all()), maintenant=MAINTENANT)
    assert {groupe.titre for groupe in journee.groupes} == {
        "À heure fixe",
        "Échéances légales",
        "Promesses non tenues",
        "À corriger",
        "Envois à trancher",
        "À valider",
        "Appels à passer",
        "Courriers",
        "À décider",
    }


def test_chacun_entre_avec_le_mot_de_passe_annonce(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for _, email, mot_de_passe in COMPTES:
        assert Utilisateur.objects.get(email=email).check_password(mot_de_passe)
    assert mot_de_passe == MOT_DE_PASSE
    roles = Habilitation.objects.values_list("utilisateur__email", "role").distinct()
    assert set(roles) == {
        ("gestion@demo.example", Role.GESTIONNAIRE),
        ("nadege@demo.example", Role.ASSISTANTE),
        ("ines@demo.example", Role.ASSISTANTE),
        ("lecture@demo.example", Role.LECTURE),
    }
    assert Utilisateur.objects.get(est_administrateur=True).email == "admin@demo.example"


def test_demandee_deux_fois_elle_ne_fait_rien_de_plus(demonstration):
    sortie = StringIO()
    call_command("demo", stdout=sortie)
    assert "déjà là" in sortie.getvalue()
    assert "nadege@demo.example" in sortie.getvalue()
    assert Facture.objects.systeme().count() == demonstration.factures


def test_elle_n_entre_jamais_chez_un_vrai_creancier():
    un_creancier()
    with pytest.raises(CommandError, match="vrais créanciers"):
        call_command("demo")


def test_la_retirer_n_en_laisse_pas_une_ligne_et_ne_touche_a_rien_d_autre(
    settings, magasin, tmp_path, django_capture_on_commit_callbacks
):
    magasin = settings.FICHIERS = copytree(magasin, tmp_path / "magasin")
    vrai = un_creancier()
    client = un_client(creancier=vrai)
    une_facture(client=client)
    gestionnaire = un_utilisateur(chez=vrai)
    inscrire(Evenement.CREANCIER_MODIFIE, cible=vrai, acteur=gestionnaire)
    partage = Piece.objects.systeme().first()
    Piece.objects.create(
        creancier=vrai, client=client, nature=partage.nature, intitule="La même, chez nous",
        nom_fichier="a.pdf", empreinte=partage.empreinte, taille=partage.taille,
        type_mime="application/pdf", deposee_le=MAINTENANT,
    )  # fmt: skip
    avant = _par_table(Q(creancier=vrai))
    fichiers_avant = sum(1 for f in magasin.rglob("*") if f.is_file())
    sortie = StringIO()

    with django_capture_on_commit_callbacks(execute=True):
        call_command("demo", retirer=True, oui=True, stdout=sortie)

    assert "Démonstration retirée" in sortie.getvalue()
    assert not Creancier.objects.filter(est_demonstration=True).exists()
    assert list(Utilisateur.objects.values_list("pk", flat=True)) == [gestionnaire.pk]
    apres = _par_table(Q())
    # Deux entrées de plus au journal de l'instance : le retrait, et l'acte du trou qu'il y laisse.
    assert apres.pop("journal.Entree") == avant.pop("journal.Entree") + 2
    assert apres == {nom: nombre for nom, nombre in avant.items() if nom in apres} | {
        nom: 0 for nom in apres if nom not in avant
    }
    assert _mots_de_la_demonstration() == []
    assert fichiers_avant > sum(1 for f in magasin.rglob("*") if f.is_file()) >= 1
    assert fichiers.lire(partage.empreinte)
    with pytest.raises(DatabaseError), transaction.atomic():
        Entree.objects.pour(vrai).delete()


def _par_table(condition) -> dict[str, int]:
    """Combien de lignes dans chaque table à créancier, celles-là seulement."""
    return {
        modele._meta.label: QuerySet(modele).filter(condition).count()
        for modele in apps.get_models(include_auto_created=True)
        if any(champ.name == "creancier" for champ in modele._meta.concrete_fields)
    }


def _mots_de_la_demonstration() -> list[str]:
    """Toute table, toute colonne de texte : plus un nom, plus une adresse d'elle."""
    mots = ["demo.example", "Claire Kerbrat", "Audigier", "audigier", "Vieux-Quai", "vieux-quai"]
    restes = []
    for modele in apps.get_models(include_auto_created=True):
        for champ in modele._meta.concrete_fields:
            if isinstance(champ, (CharField, TextField, JSONField)):
                texte = Cast(champ.name, TextField())
                lignes = QuerySet(modele).annotate(_texte=texte).values_list("_texte", flat=True)
                restes += [
                    f"{modele._meta.label}.{champ.name}"
                    for valeur in lignes
                    if valeur and any(mot in valeur for mot in mots)
                ]
    return restes


@pytest.mark.parametrize("qui", ["lecture", "nadege", "gestion", "admin"])
def test_aucun_lien_montre_ne_mene_a_un_refus(client, settings, magasin, qui):
    """On suit tout ce que la personne voit, deux pages de chaque sorte : rien n'est fermé."""
    settings.FICHIERS, settings.QUOTA_EXPORTS = magasin, 10_000
    client.force_login(Utilisateur.objects.get(email=f"{qui}@demo.example"))
    a_voir, vues, sortes, refus = deque(["/"]), set(), Counter(), []
    while a_voir:
        adresse = a_voir.popleft()
        sorte = re.sub(r"\d+", "#", adresse.partition("?")[0])
        if adresse in vues or sortes[sorte] == 2:
            continue
        vues.add(adresse)
        sortes[sorte] += 1
        page = client.get(adresse)
        if page.status_code in {301, 302}:
            a_voir.append(page["Location"])
        elif page.status_code != 200:
            refus.append((page.status_code, adresse))
        elif page["Content-Type"].startswith("text/html"):
            liens = re.findall(r'href="(/[^"#]*)', page.content.decode())
            a_voir.extend(html.unescape(lien) for lien in liens if "/static/" not in lien)

    assert refus == []
    assert len(vues) > 12
