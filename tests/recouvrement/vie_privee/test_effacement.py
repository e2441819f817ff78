"""Effacer une personne : plus un mot d'elle dans le fichier de la base, et la preuve tient."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from clients.actions import (
    ajouter_contact,
    ajouter_coordonnee,
    creer_client,
    fusionner,
    modifier_client,
    noter,
)
from clients.erreurs import ClientEfface
from clients.models import Client
from contentieux.actions import ouvrir_dossier
from contentieux.enums import Voie
from factures.actions import clore_litige, encaisser, ouvrir_litige
from factures.enums import IssueLitige, MotifLitige, Moyen
from recouvrement.comptes.enums import Role
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.journal.models import Entree
from recouvrement.journal.scellement import sceller
from recouvrement.journal.verification import verifier_chaines
from recouvrement.vie_privee.actions.demandes import noter_demande
from recouvrement.vie_privee.actions.effacement import (
    EffacementImpossible,
    NomDifferent,
    effacer_les_personnes,
)
from recouvrement.vie_privee.evenements import Evenement
from recouvrement.vie_privee.lectures.effacement import apercu_d_effacement
from recouvrement.vie_privee.models import Demande
from relances.actions.appels import consigner_appel
from relances.enums import Canal, EtatRelance, Issue
from relances.lectures.possibles import interdits
from relances.models import Appel, Relance
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import (
    MOT_DE_PASSE,
    confirmer,
    connecter_avec_mot_de_passe,
    un_creancier,
    un_utilisateur,
)
from tests.fabriques.envois import un_envoi
from tests.fabriques.factures import un_encaissement, une_facture
from tests.fabriques.relances import une_relance

LE = date(2026, 9, 3)
MAINTENANT = datetime(2026, 9, 3, 8, tzinfo=UTC)
CANARI = "CANARI"


def bientot() -> datetime:
    return timezone.now() + timedelta(minutes=1)


def une_personne_bavarde(acteur, creancier) -> Client:
    """Par les actions de l'application : une marque dans chaque texte que l'on sait d'elle."""
    absorbe = creer_client(
        creancier, acteur=acteur, nom=f"{CANARI}-AVANT Marie", nature="particulier"
    )
    client = creer_client(
        creancier,
        acteur=acteur,
        nom=f"{CANARI}-NOM Marie",
        nature="particulier",
        code=f"{CANARI}-CODE",
        adresse=f"1 rue {CANARI}-RUE",
        code_postal="35000",
        ville=f"{CANARI}-VILLE",
    )
    contact = ajouter_contact(
        client, acteur=acteur, nom=f"{CANARI}-CONTACT", fonction=f"{CANARI}-FONCTION"
    )
    ajouter_coordonnee(
        contact, genre="courriel", valeur=f"{CANARI}@personne.example".lower(), acteur=acteur
    )
    fusionner(client, absorbe, le=LE, acteur=acteur)
    client.refresh_from_db()
    client.creancier = creancier
    noter(client, texte=f"{CANARI}-NOTE " * 200, est_a_savoir=True, acteur=acteur)
    facture = une_facture(client=client)
    consigner_appel(
        client,
        issue=Issue.SANS_REPONSE,
        maintenant=MAINTENANT,
        note=f"{CANARI}-APPEL",
        acteur=acteur,
    )
    litige = ouvrir_litige(
        facture, motif=MotifLitige.values[0], detail=f"{CANARI}-LITIGE", le=LE, acteur=acteur
    )
    clore_litige(litige, issue=IssueLitige.values[0], note=f"{CANARI}-ISSUE", le=LE, acteur=acteur)
    une_relance(
        client,
        canal=Canal.COURRIEL,
        factures=[facture],
        etat=EtatRelance.ANNULEE,
        destinataire="canari@personne.example",
        texte=f"{CANARI}-RETOUCHE",
        envoi=un_envoi(creancier, nature="relance", etat=EtatEnvoi.ANNULE, sujet=f"{CANARI}-SUJET"),
    )
    noter_demande(
        client,
        nature="opposition",
        recue_le=LE,
        objet=f"{CANARI}-DEMANDE",
        refusees=list(client.coordonnees.all()),
        acteur=acteur,
    )
    encaisser(
        client,
        montant=facture.montant_ttc,
        recu_le=LE,
        moyen=Moyen.VIREMENT,
        acteur=acteur,
    )
    return client


@pytest.fixture
def creancier():
    return un_creancier()


@pytest.fixture
def acteur(creancier):
    return un_utilisateur(chez=creancier)


def octets() -> bytes:
    fichier = Path(connection.settings_dict["NAME"])
    return b"".join(f.read_bytes() for f in fichier.parent.glob(f"{fichier.name}*"))


@pytest.mark.django_db(transaction=True)
def test_plus_un_mot_d_elle_dans_la_base_et_la_chaine_tient(creancier, acteur):
    client = une_personne_bavarde(acteur, creancier)
    sceller(bientot())
    apercu = apercu_d_effacement(client, au=LE)
    assert apercu.obstacles == []
    if connection.vendor == "sqlite":
        assert octets().upper().count(b"CANARI") > 15

    faits = effacer_les_personnes(client, nom=client.nom, maintenant=bientot(), acteur=acteur)

    assert faits == apercu.efface
    assert {"Contacts", "Notes", "Comptes rendus d'appel", "Détails au journal"} <= {
        compte.quoi for compte in faits
    }
    sceller(bientot())
    assert verifier_chaines(maintenant=bientot()).fautes == []
    assert restes() == []
    if connection.vendor == "sqlite":
        brut = octets().upper()
        ou = brut.find(b"CANARI")
        assert ou < 0, brut[ou - 80 : ou + 80]
    client.refresh_from_db()
    assert client.nom == f"Débiteur effacé n° {client.pk}"
    assert apercu_d_effacement(client, au=LE).efface == []
    assert Entree.objects.pour(creancier).filter(evenement=Evenement.PERSONNES_EFFACEES).exists()


def restes() -> list[str]:
    """Toutes les colonnes de toutes les tables, comme un curieux les lirait."""
    trouves = []
    with connection.cursor() as curseur:
        for table in connection.introspection.table_names(curseur):
            curseur.execute(f'SELECT * FROM "{table}"')
            colonnes = [c[0] for c in curseur.description]
            for ligne in curseur.fetchall():
                trouves += [
                    f"{table}.{c}"
                    for c, v in zip(colonnes, ligne, strict=True)
                    if "canari" in str(v).lower()
                ]
    return trouves


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("empeche", "phrase"),
    [
        (lambda c, a: une_facture(client=c), "à payer"),
        (
            lambda c, a: ouvrir_dossier(
                c, factures=[une_facture(client=c)], voie=Voie.INJONCTION_TC, le=LE, acteur=a
            ),
            "à payer",
        ),
        (
            lambda c, a: encaisser(
                c, montant=Decimal(10), recu_le=LE, moyen=Moyen.VIREMENT, acteur=a
            ),
            "reviennent",
        ),
    ],
)
def test_tant_qu_un_droit_court_rien_ne_s_efface(creancier, acteur, empeche, phrase):
    client = un_client(creancier=creancier)
    empeche(client, acteur)
    with pytest.raises(EffacementImpossible, match=phrase):
        effacer_les_personnes(client, nom=client.nom, maintenant=MAINTENANT, acteur=acteur)
    assert client.contacts.count() == 1


def test_il_faut_recopier_le_nom(creancier, acteur):
    client = un_client(creancier=creancier)
    with pytest.raises(NomDifferent):
        effacer_les_personnes(client, nom="Oui", maintenant=MAINTENANT, acteur=acteur)
    assert client.contacts.count() == 1


def test_une_societe_garde_son_nom_et_perd_ses_personnes(creancier, acteur):
    client = un_client(creancier=creancier, siren="732829320")
    nom = client.nom
    effacer_les_personnes(client, nom=nom, maintenant=MAINTENANT, acteur=acteur)
    client.refresh_from_db()
    assert (client.nom, client.siren, client.efface_le) == (nom, "732829320", None)
    assert client.contacts.count() == 0


def test_un_client_efface_ne_se_relance_ni_ne_se_recrit(creancier, acteur):
    client = un_client(creancier=creancier, nature="particulier")
    effacer_les_personnes(client, nom=client.nom, maintenant=MAINTENANT, acteur=acteur)
    client.refresh_from_db()
    assert "effacées le 03/09/2026" in interdits(client, au=LE)[0].phrase
    with pytest.raises(ClientEfface):
        modifier_client(client, acteur=acteur, nom="Marie")
    with pytest.raises(IntegrityError), transaction.atomic():
        Client.objects.pour(creancier).filter(pk=client.pk).update(adresse="1 rue du Port")


def test_ce_que_la_loi_garde_reste_avec_sa_raison_et_son_terme(creancier, acteur):
    client = un_client(creancier=creancier, nature="particulier")
    facture = une_facture(client=client, date_emission=date(2024, 3, 1))
    un_encaissement(facture, montant=facture.solde, recu_le=date(2024, 5, 1))
    client.refresh_from_db()
    factures, reglements = apercu_d_effacement(client, au=LE).garde
    assert (factures.nombre, factures.jusqu_au) == (1, date(2034, 12, 31))
    assert "L123-22" in reglements.pourquoi
    effacer_les_personnes(client, nom=client.nom, maintenant=MAINTENANT, acteur=acteur)
    facture.refresh_from_db()
    assert facture.numero


def test_la_page_demande_l_identite_avant_d_effacer(client, creancier):
    gestionnaire = un_utilisateur(chez=creancier, mot_de_passe=MOT_DE_PASSE)
    debiteur = un_client(creancier=creancier, nature="particulier")
    connecter_avec_mot_de_passe(client, gestionnaire)
    session = client.session
    session["account_authentication_methods"] = [
        m | {"at": m["at"] - 3600} for m in session["account_authentication_methods"]
    ]
    session.save()
    page = reverse("vie_privee:effacer", args=[creancier.code, debiteur.pk])
    reponse = client.post(page, {"nom": debiteur.nom})
    assert reponse.status_code == 302
    assert reverse("account_reauthenticate") in reponse["Location"]
    assert debiteur.contacts.count() == 1
    confirmer(client, suivant=page)
    assert debiteur.contacts.count() == 0


@pytest.mark.parametrize("role", [Role.LECTURE, Role.ASSISTANTE])
def test_seul_un_gestionnaire_y_entre(client, creancier, role):
    client.force_login(un_utilisateur(chez=creancier, role=role))
    debiteur = un_client(creancier=creancier)
    for nom in ("client", "effacer", "exporter"):
        page = reverse(f"vie_privee:{nom}", args=[creancier.code, debiteur.pk])
        assert client.get(page).status_code == 403
    assert Appel.objects.pour(creancier).count() == Relance.objects.pour(creancier).count() == 0


def test_une_fusion_emporte_les_demandes(creancier, acteur):
    garde, absorbe = un_client(creancier=creancier), un_client(creancier=creancier)
    noter_demande(absorbe, nature="acces", recue_le=LE, objet="", refusees=[], acteur=acteur)
    fusionner(garde, absorbe, le=LE, acteur=acteur)
    assert Demande.objects.pour(creancier).get().client == garde
