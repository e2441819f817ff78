"""Un créancier qui a une ligne de chaque sorte, et sa marque dans chacun de ses textes.

Deux mondes bâtis de même : ce que l'un montre ne porte jamais la marque de l'autre.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import time_machine
from django.apps import apps
from django.db import DatabaseError, models, transaction
from pypdf import PdfWriter

from clients.actions import ajouter_contact, ajouter_coordonnee, creer_client, noter
from contentieux import actions as contentieux
from contentieux.enums import Voie
from factures import actions as factures
from factures.actions.decisions import Dispositif, enregistrer_decision, noter_suite
from factures.actions.decomptes import sceller_decompte
from factures.actions.importation import preparer_import
from factures.actions.prescription import enregistrer_acte
from factures.actions.procedures import enregistrer_procedure
from factures.actions.recus import sceller_recu
from factures.enums import FaitDecision
from factures.lectures import decompte_client
from factures.lectures.recu import recu_du_reglement
from recouvrement.accueil.models import VueEnregistree
from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation
from recouvrement.equipe.actions import inviter, regler
from recouvrement.equipe.models import VerificationExpediteur, empreinte
from recouvrement.vie_privee.actions.demandes import noter_demande
from recouvrement.vie_privee.actions.durees import changer_les_durees
from relances.actions.appels import consigner_appel
from relances.actions.battement import battre
from relances.actions.courriers import ecrire_hors_scenario, preparer_lettre
from relances.actions.planification import planifier
from relances.actions.poste import poster
from relances.actions.promesses import promettre
from relances.actions.scenarios import scenario_par_defaut
from relances.enums import Canal, Issue
from relances.models import Etape, Relance
from tests.fabriques.changements import APRES, lien_pour_defaire
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import un_avoir, un_encaissement, une_facture

# Un jeudi ordinaire, dix heures à Paris.
MAINTENANT = datetime(2026, 9, 3, 8, 0, tzinfo=UTC)
LE = date(2026, 9, 3)


@dataclass
class Monde:
    """`cles` : sorte d'objet → clé. `marque` : ce que portent tous ses textes."""

    creancier: Creancier
    marque: str
    equipe: dict[Role, object]
    cles: dict[str, int | str] = field(default_factory=dict)


def un_monde(marque: str) -> Monde:
    """Bâti par les actions de l'application, comme une équipe l'aurait fait ce jour-là."""
    with time_machine.travel(MAINTENANT, tick=False):
        return _batir(marque)


def _batir(marque: str) -> Monde:
    creancier = un_creancier(
        nom=f"Menuiserie {marque}",
        representant=f"Yann {marque}",
        courriel_expediteur=f"compta@{marque.lower()}.example",
        courriel_reponse=f"reponse@{marque.lower()}.example",
        nom_expediteur=f"Comptabilité {marque}",
        signature=f"Le service {marque}",
    )
    equipe = {role: un_utilisateur(chez=creancier, role=role) for role in Role}
    monde = Monde(creancier, marque, equipe)
    gestionnaire = equipe[Role.GESTIONNAIRE]
    cles = monde.cles
    cles["habilitation"] = Habilitation.objects.get(
        creancier=creancier, utilisateur=equipe[Role.LECTURE]
    ).pk
    invitation, adresse = inviter(
        creancier,
        courriel=f"invitee@{marque.lower()}.example",
        role=Role.LECTURE,
        acteur=gestionnaire,
        maintenant=MAINTENANT,
    )
    VerificationExpediteur.objects.create(
        creancier=creancier,
        adresse=creancier.courriel_expediteur,
        empreinte_jeton=empreinte(f"expediteur-{creancier.code}"),
        demandee_par=gestionnaire,
        demandee_le=MAINTENANT,
        expire_le=MAINTENANT + timedelta(hours=72),
    )
    cles["numero"], cles["jeton_expediteur"] = creancier.pk, f"expediteur-{creancier.code}"
    cles["invitation"], cles["jeton"] = invitation.pk, adresse.rstrip("/").rpartition("/")[2]
    _les_changements(monde, gestionnaire)
    for utilisateur in equipe.values():
        cles["vue"] = VueEnregistree.objects.create(
            creancier=creancier,
            utilisateur=utilisateur,
            page=VueEnregistree.Page.CLIENTS,
            nom=f"Vue {marque}",
        ).pk
    scenario_par_defaut(creancier)
    cles["etape"] = Etape.objects.pour(creancier).filter(canal=Canal.COURRIEL).first().pk
    _la_clientele(monde, gestionnaire)
    _l_argent(monde, gestionnaire)
    _les_relances(monde, gestionnaire)
    _le_contentieux(monde, gestionnaire)
    _marquer_le_reste(monde)
    return monde


def _les_changements(monde: Monde, gestionnaire) -> None:
    """L'un fait seul, qui se défait par son lien ; l'autre demandé par un second, et qui attend."""
    regler(
        monde.creancier,
        champs={"nom_expediteur": f"Envois {monde.marque}"},
        acteur=gestionnaire,
        maintenant=MAINTENANT,
    )
    monde.cles["jeton_changement"] = lien_pour_defaire(gestionnaire).rstrip("/").rpartition("/")[2]
    [attente] = regler(
        monde.creancier,
        champs={"iban": APRES},
        acteur=un_utilisateur(chez=monde.creancier),
        maintenant=MAINTENANT,
    )
    monde.cles["changement"] = attente.pk


def un_debiteur(monde: Monde, nom: str, **champs):
    client = creer_client(
        monde.creancier,
        acteur=None,
        nom=f"{nom} {monde.marque}",
        nature="professionnel",
        est_commercant=True,
        forme_juridique="SARL",
        adresse=f"12 rue {monde.marque}",
        code_postal="35000",
        ville=f"Rennes {monde.marque}",
        **champs,
    )
    contact = ajouter_contact(
        client, acteur=None, nom=f"Sandrine {monde.marque}", fonction=f"compta {monde.marque}"
    )
    coordonnee = ajouter_coordonnee(
        contact,
        genre="courriel",
        valeur=f"{nom.lower()}@{monde.marque.lower()}.example",
        acteur=None,
    )
    return client, contact, coordonnee


def _la_clientele(monde: Monde, acteur) -> None:
    client, contact, coordonnee = un_debiteur(monde, "Duval")
    note = noter(client, texte=f"Rappeler {monde.marque}", est_a_savoir=True, acteur=acteur)
    demande = noter_demande(
        client,
        nature="acces",
        recue_le=LE,
        objet=f"Tout savoir {monde.marque}",
        refusees=[],
        acteur=acteur,
    )
    changer_les_durees(monde.creancier, mois={"imports": 6}, acteur=acteur)
    monde.cles |= {
        "demande": demande.pk,
        "client": client.pk,
        "contact": contact.pk,
        "coordonnee": coordonnee.pk,
        "note": note.pk,
        "autre_client": un_debiteur(monde, "Durand")[0].pk,
    }


def une_lettre(monde, creance, acteur):
    return ecrire_hors_scenario(
        creance.client,
        canal=Canal.COURRIER,
        factures=[creance],
        sujet=f"Rappel {monde.marque}",
        texte=f"Bonjour {monde.marque}",
        le=LE,
        acteur=acteur,
    )


def une_creance(monde: Monde, nom: str, numero: str, **champs):
    client, _, _ = un_debiteur(monde, nom)
    return une_facture(
        client=client,
        numero=f"{numero}-{monde.marque}",
        libelle=f"Pose {monde.marque}",
        date_emission=date(2026, 6, 1),
        date_echeance=date(2026, 7, 1),
        **champs,
    )


def _l_argent(monde: Monde, acteur) -> None:
    facture = une_creance(monde, "Rabot", "FA")
    client = facture.client
    avoir = un_avoir(client=client, numero=f"AV-{monde.marque}")
    encaissement = un_encaissement(facture, reference=f"VIR {monde.marque}")
    piece = factures.deposer_piece(
        client,
        facture=facture,
        nature="devis",
        intitule=f"Devis {monde.marque}",
        nom_fichier=f"{monde.marque}.pdf",
        octets=_un_pdf(),
        acteur=acteur,
    )
    litigieuse = une_creance(monde, "Scie", "LI")
    litige = factures.ouvrir_litige(
        litigieuse, motif="prix", detail=f"Trop cher {monde.marque}", le=LE, acteur=acteur
    )
    acte = enregistrer_acte(
        facture,
        acte="RECONNAISSANCE",
        le=date(2026, 8, 1),
        preuve=f"Courriel {monde.marque}",
        au=LE,
        acteur=acteur,
    )
    jugee = une_creance(monde, "Gouge", "DE")
    decisions = enregistrer_decision(
        [jugee],
        Dispositif(
            f"RG {monde.marque}",
            rendue_le=date(2026, 8, 15),
            executoire_le=date(2026, 8, 20),
            condamnation_au_taux_legal=True,
        ),
        au=LE,
        acteur=acteur,
    )
    [suite] = noter_suite(
        decisions[0], fait=FaitDecision.A_PERSONNE, le=date(2026, 8, 25), au=LE, acteur=acteur
    )
    en_procedure = une_creance(monde, "Maillet", "PR").client
    enregistrer_procedure(
        en_procedure,
        nature="redressement",
        jugement_le=date(2026, 8, 24),
        publication_le=date(2026, 8, 28),
        tribunal=f"tribunal de {monde.marque}",
        au=LE,
        acteur=acteur,
    )
    decompte = sceller_decompte(
        client, decompte=decompte_client(client, au=LE), deduites=(), maintenant=MAINTENANT,
        acteur=acteur,
    )  # fmt: skip
    recu = sceller_recu(recu_du_reglement(encaissement), maintenant=MAINTENANT, acteur=acteur)
    csv = (
        "Client;N° facture;Émise le;Échéance;Montant TTC\n"
        f"Import {monde.marque};IM-{monde.marque};01/06/2026;01/07/2026;100,00\n"
    )
    importation = preparer_import(
        monde.creancier,
        [(f"{monde.marque}.csv", csv.encode())],
        acteur=acteur,
        maintenant=MAINTENANT,
    )
    monde.cles |= {
        "facture": facture.pk,
        "debiteur": client.pk,
        "avoir": avoir.pk,
        "encaissement": encaissement.pk,
        "piece": piece.pk,
        "litige": litige.pk,
        "acte": acte.pk,
        "decision": decisions[0].pk,
        "suite": suite.pk,
        "insolvable": en_procedure.pk,
        "decompte": decompte.pk,
        "recu": recu.pk,
        "import": importation.pk,
    }


def _les_relances(monde: Monde, acteur) -> None:
    creancier, cles = monde.creancier, monde.cles
    planifier(creancier, au=LE, maintenant=MAINTENANT)
    battre(MAINTENANT)
    planifiee = Relance.objects.pour(creancier).filter(canal=Canal.COURRIEL).first()
    cles["relance"] = planifiee.pk
    appelee = une_creance(monde, "Varlope", "AP")
    appel = consigner_appel(
        appelee.client,
        issue=Issue.MESSAGERIE,
        note=f"Messagerie {monde.marque}",
        maintenant=MAINTENANT,
        acteur=acteur,
    )
    cles["appel"], cles["geste"] = appel.pk, appel.geste.pk
    promesse = promettre(
        appelee.client,
        montant=Decimal("100.00"),
        pour_le=LE + timedelta(days=8),
        le=LE,
        acteur=acteur,
        note=f"Promis {monde.marque}",
    )
    cles["promesse"] = promesse.pk
    ecrite = une_creance(monde, "Etabli", "LE")
    lettre = une_lettre(monde, ecrite, acteur)
    cles["lettre"] = lettre.pk
    envoyee = une_creance(monde, "Ciseau", "CO")
    relance = une_lettre(monde, envoyee, acteur)
    courrier = preparer_lettre(relance, maintenant=MAINTENANT, acteur=acteur)
    poster(courrier, le=LE, numero_suivi="", maintenant=MAINTENANT, acteur=acteur)
    cles["courrier"] = courrier.pk


def _le_contentieux(monde: Monde, acteur) -> None:
    facture = une_creance(monde, "Enclume", "CX", montant_ttc=Decimal("5000.00"))
    dossier = contentieux.ouvrir_dossier(
        facture.client, factures=[facture], voie=Voie.INJONCTION_TC, le=LE, acteur=acteur
    )
    dossier = contentieux.renseigner_requete(
        dossier,
        tribunal=f"tribunal de commerce de {monde.marque}",
        arrete_au=LE,
        requete={"fondement": f"Devis {monde.marque}", "lieu": "Rennes"},
        acteur=acteur,
    )
    liens = contentieux.preparer_documents(dossier, maintenant=MAINTENANT, acteur=acteur)
    monde.cles |= {"dossier": dossier.pk, "document": liens[0].pk}


def _un_pdf() -> bytes:
    ecrivain = PdfWriter()
    ecrivain.add_blank_page(200, 200)
    sortie = BytesIO()
    ecrivain.write(sortie)
    return sortie.getvalue()


def _marquer_le_reste(monde: Monde) -> None:
    """Tout texte libre resté vide porte aussi la marque, sauf là où la base le refuse."""
    for modele in apps.get_models():
        if not issubclass(modele, ModeleCloisonne):
            continue
        for champ in modele._meta.concrete_fields:
            if not _est_libre(champ):
                continue
            lignes = modele.objects.pour(monde.creancier).filter(**{champ.name: ""})
            try:
                with transaction.atomic():
                    lignes.update(
                        **{champ.name: f"{monde.marque} {champ.name}"[: champ.max_length]}
                    )
            except DatabaseError:
                continue


def _est_libre(champ: models.Field) -> bool:
    return (
        type(champ) in (models.CharField, models.TextField)
        and not champ.choices
        and (champ.max_length is None or champ.max_length >= 40)
        and not champ.unique
        and champ.name not in FIGES
    )


# Une forme leur est due : une empreinte, un IBAN, des clés, un texte que le programme relit.
FIGES = {"empreinte", "empreinte_jeton", "origine", "iban", "champs", "reponse", "requete", "cle"}
