"""Après l'amiable : la mise en demeure, le dossier qui se prépare, qui avance, qui se clôt."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from clients.models import Client
from contentieux.actions import (
    ajouter_frais,
    avancer,
    clore,
    noter,
    ouvrir_dossier,
    preparer_documents,
    ranger_pieces,
    renseigner_requete,
)
from contentieux.enums import EtatDossier, IssueDossier, NatureFrais, Voie
from contentieux.models import Dossier
from factures.actions import deposer_piece, encaisser
from factures.enums import FaitDecision, Moyen, NaturePiece
from factures.models import Facture
from recouvrement.demonstration.assistante import mettre_en_demeure
from recouvrement.demonstration.facteur import Facteur
from recouvrement.demonstration.maison import Maison
from recouvrement.demonstration.papiers import facture_en_pdf, page
from recouvrement.demonstration.scenes.gestes import (
    APRES_MIDI,
    MIDI,
    SOMMATION,
    impayee,
)
from recouvrement.socle.temps import jour_de
from relances.enums import EtatCourrier

TRIBUNAUX = {
    "menuiserie-kerbrat": "Tribunal de commerce de Rennes",
    "audigier": "Tribunal de commerce de Clermont-Ferrand",
}


def mise_en_demeure(maison: Maison, client: Client, facteur: Facteur) -> None:
    _sommer(maison, client, retard=95, recul=20)


def dossier_prepare(maison: Maison, client: Client, facteur: Facteur) -> None:
    def preparer(dossier: Dossier) -> None:
        maison.a(7, APRES_MIDI, lambda i: _instruire(maison, dossier, i))

    _sommer(maison, client, retard=110, recul=50)
    _ouvrir(maison, client, recul=9, ensuite=preparer)


def dossier_depose(maison: Maison, client: Client, facteur: Facteur) -> None:
    def instruire(dossier: Dossier) -> None:
        maison.a(38, APRES_MIDI, lambda i: _instruire(maison, dossier, i))
        _etape(maison, dossier, 30, EtatDossier.DEPOSE, "Requête déposée au greffe.")
        _frais(maison, dossier, 30, NatureFrais.GREFFE, "Émoluments du greffe", "30.23")
        maison.a(
            12,
            APRES_MIDI,
            lambda instant: noter(
                dossier,
                texte="Le greffe annonce l'ordonnance sous trois semaines.",
                le=jour_de(instant),
                acteur=maison.assistante,
            ),
        )

    _sommer(maison, client, retard=140, recul=75)
    _ouvrir(maison, client, recul=45, ensuite=instruire)


def dossier_clos(maison: Maison, client: Client, facteur: Facteur) -> None:
    def mener(dossier: Dossier) -> None:
        _etape(maison, dossier, 118, EtatDossier.DEPOSE, "Requête déposée au greffe.")
        _frais(maison, dossier, 118, NatureFrais.GREFFE, "Émoluments du greffe", "30.23")
        _etape(maison, dossier, 99, EtatDossier.ORDONNANCE, "Ordonnance rendue, somme entière.")
        _etape(maison, dossier, 86, EtatDossier.SIGNIFIE, "Signifiée à personne habilitée.")
        _frais(maison, dossier, 86, NatureFrais.COMMISSAIRE, "Acte de signification", "72.46")
        maison.a(61, MIDI, lambda instant: _payer(maison, client, dossier, instant))

    _sommer(maison, client, retard=230, recul=142)
    _ouvrir(maison, client, recul=128, ensuite=mener)


def _sommer(maison: Maison, client: Client, *, retard: int, recul: int) -> None:
    impayee(maison, client, retard=retard, saisie=recul, rang=SOMMATION)
    maison.a(
        recul,
        APRES_MIDI,
        lambda instant: mettre_en_demeure(maison, client, instant, retour=EtatCourrier.DISTRIBUE),
    )


def _ouvrir(
    maison: Maison, client: Client, *, recul: int, ensuite: Callable[[Dossier], object]
) -> None:
    def ouvrir(instant: datetime) -> None:
        factures = Facture.objects.pour(maison.creancier).ouvertes().filter(client=client)
        ensuite(
            ouvrir_dossier(
                client,
                factures=factures.echues(au=jour_de(instant)),
                voie=Voie.INJONCTION_TC,
                le=jour_de(instant),
                acteur=maison.gestionnaire,
            )
        )

    maison.a(recul, APRES_MIDI, ouvrir)


def _instruire(maison: Maison, dossier: Dossier, instant: datetime) -> None:
    """Les pièces au dossier, la requête renseignée, les trois actes scellés."""
    client, jour = dossier.client, jour_de(instant)
    factures = Facture.objects.pour(maison.creancier).filter(
        client=client, contentieux_depuis__isnull=False
    )
    pieces = [
        (
            deposer_piece(
                client,
                facture=facture,
                nature=NaturePiece.FACTURE,
                intitule=str(facture),
                nom_fichier=f"{facture.numero}.pdf",
                octets=facture_en_pdf(facture),
                acteur=maison.assistante,
                du=facture.date_emission,
            ),
            f"{facture}, {facture.libelle.lower()}",
        )
        for facture in factures.select_related("client", "creancier")
    ]
    devis = deposer_piece(
        client,
        nature=NaturePiece.DEVIS,
        intitule="Devis accepté",
        nom_fichier="devis-accepte.pdf",
        octets=page(f"Devis accepté par {client.nom}", ["Bon pour accord, daté et signé."]),
        acteur=maison.assistante,
    )
    dossier = renseigner_requete(
        dossier,
        tribunal=TRIBUNAUX.get(maison.creancier.code, ""),
        arrete_au=jour,
        requete={
            "fondement": "Devis accepté et travaux réceptionnés sans réserve.",
            "renvoi": "",
            "clause_penale": "",
            "frais_accessoires": "",
            "lieu": maison.creancier.ville,
        },
        acteur=maison.assistante,
    )
    ranger_pieces(dossier, pieces=[(devis, "Devis accepté"), *pieces], acteur=maison.assistante)
    preparer_documents(dossier, maintenant=instant, acteur=maison.assistante)


def _etape(maison: Maison, dossier: Dossier, recul: int, etat: EtatDossier, note: str) -> None:
    maison.a(
        recul,
        MIDI,
        lambda instant: avancer(
            dossier,
            etat=etat,
            le=jour_de(instant),
            note=note,
            acteur=maison.gestionnaire,
            remise=FaitDecision.A_PERSONNE if etat == EtatDossier.SIGNIFIE else None,
        ),
    )


def _frais(
    maison: Maison, dossier: Dossier, recul: int, nature: NatureFrais, libelle: str, montant: str
) -> None:
    maison.a(
        recul,
        APRES_MIDI,
        lambda instant: ajouter_frais(
            dossier,
            nature=nature,
            libelle=libelle,
            montant=Decimal(montant),
            le=jour_de(instant),
            acteur=maison.gestionnaire,
        ),
    )


def _payer(maison: Maison, client: Client, dossier: Dossier, instant: datetime) -> None:
    du = Facture.objects.pour(maison.creancier).ouvertes().filter(client=client).reste_du()
    encaisser(
        client,
        montant=du,
        recu_le=jour_de(instant),
        moyen=Moyen.VIREMENT,
        reference="Après ordonnance",
        acteur=maison.gestionnaire,
    )
    clore(
        dossier,
        issue=IssueDossier.PAYE,
        note="Payé après signification, sans opposition.",
        le=jour_de(instant),
        acteur=maison.gestionnaire,
    )
