"""Un créancier qui a de tout : de quoi ouvrir chaque page d'un gestionnaire."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from contentieux.actions import ouvrir_dossier
from contentieux.enums import Voie
from factures.actions import deposer_piece, ouvrir_litige
from factures.actions.importation import preparer_import
from factures.enums import MotifLitige
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.documents.fichiers import deposer
from recouvrement.documents.models import Document
from relances.enums import Canal, EtatRelance
from relances.models import Courrier, Promesse
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import un_avoir, un_encaissement, une_facture
from tests.fabriques.relances import une_relance


def une_maison() -> tuple[Creancier, Utilisateur]:
    creancier = un_creancier()
    acteur = un_utilisateur(chez=creancier, role=Role.GESTIONNAIRE)
    client = un_client(creancier=creancier)
    facture, contestee = une_facture(client=client), une_facture(client=client)
    un_avoir(client=client)
    un_encaissement(facture, montant=Decimal("100.00"))
    ouvrir_litige(contestee, motif=MotifLitige.values[0], le=date(2026, 3, 1), acteur=acteur)
    deposer_piece(
        client, nature="devis", intitule="Devis", nom_fichier="devis.txt", octets=b"devis",
        acteur=acteur, facture=facture,
    )  # fmt: skip
    une_relance(client, factures=[facture])
    une_relance(
        client, canal=Canal.COURRIEL, factures=[facture], etat=EtatRelance.A_VALIDER,
        sujet="Relance", texte="Bonjour", destinataire="compta@duval.example",
    )  # fmt: skip
    postale = une_relance(client, canal=Canal.RECOMMANDE, factures=[facture])
    Courrier.objects.create(
        creancier=creancier,
        client=client,
        relance=postale,
        canal=Canal.RECOMMANDE,
        document=Document.objects.create(
            creancier=creancier,
            nature="lettre",
            titre="Lettre",
            nom_fichier="lettre.pdf",
            empreinte=deposer(b"%PDF-1.7"),
            taille=8,
            gabarit="relances/documents/lettre.html",
            version_gabarit="1",
            cree_le=timezone.now(),
        ),
    )
    Promesse.objects.create(
        creancier=creancier,
        client=client,
        montant=Decimal(50),
        pour_le=date(2026, 12, 24),
        faite_le=date(2026, 11, 24),
        auteur=acteur,
    )
    autre = un_client(creancier=creancier)
    ouvrir_dossier(
        autre,
        factures=[une_facture(client=autre)],
        voie=Voie.INJONCTION_TC,
        le=date(2026, 9, 3),
        acteur=acteur,
    )
    preparer_import(
        creancier,
        [("f.csv", b"Numero;Client;Date;Echeance;TTC\nF-9;Durand;01/02/2026;01/03/2026;x\n")],
        acteur=acteur,
        maintenant=timezone.now(),
    )
    return creancier, acteur
