"""L'argent qui arrive de travers : litiges, avoirs, acomptes, règlements partiels ou rejetés."""

from datetime import datetime, timedelta
from decimal import Decimal

from clients.models import Client
from factures.actions import (
    annuler_encaissement,
    clore_litige,
    encaisser,
    ouvrir_litige,
    utiliser_avoir,
)
from factures.enums import IssueLitige, MotifLitige, Moyen, NatureFacture
from factures.models import Encaissement, Facture, Litige
from recouvrement.demonstration.facteur import Facteur
from recouvrement.demonstration.maison import Maison
from recouvrement.demonstration.scenes.gestes import APRES_MIDI, MATIN, MIDI, impayee
from recouvrement.socle.montants import arrondir
from recouvrement.socle.temps import jour_de


def litige_ouvert(maison: Maison, client: Client, facteur: Facteur) -> None:
    def contester(facture: Facture) -> None:
        maison.a(
            15,
            APRES_MIDI,
            lambda instant: ouvrir_litige(
                facture,
                motif=MotifLitige.PRIX,
                montant_conteste=arrondir(facture.montant_ttc / 4),
                detail="Conteste le métré : deux vantaux comptés en trop.",
                responsable="Claire Kerbrat",
                le=jour_de(instant),
                acteur=maison.assistante,
            ),
        )

    impayee(maison, client, retard=28, saisie=58, ensuite=contester)


def litige_clos(maison: Maison, client: Client, facteur: Facteur) -> None:
    def contester(facture: Facture) -> None:
        maison.a(80, APRES_MIDI, lambda instant: ouvrir(facture, instant))

    def ouvrir(facture: Facture, instant: datetime) -> None:
        litige = ouvrir_litige(
            facture,
            motif=MotifLitige.LIVRAISON,
            montant_conteste=None,
            detail="Cent plaquettes manquaient à la livraison.",
            le=jour_de(instant),
            acteur=maison.assistante,
        )
        maison.a(62, APRES_MIDI, lambda autre: clore(facture, litige, autre))

    def clore(facture: Facture, litige: Litige, instant: datetime) -> None:
        clore_litige(
            litige,
            issue=IssueLitige.ACCORD,
            note="Avoir consenti, le reste est dû.",
            le=jour_de(instant),
            acteur=maison.gestionnaire,
        )
        avoir = _avoir(maison, client, instant, ht=Decimal("120.00"))
        utiliser_avoir(
            avoir,
            imputations=[(facture.pk, avoir.montant_ttc)],
            le=jour_de(instant),
            acteur=maison.gestionnaire,
        )
        maison.a(50, MIDI, lambda autre: maison.encaisser(facture, instant=autre))

    impayee(maison, client, retard=95, saisie=125, ensuite=contester)


def avoir_utilise(maison: Maison, client: Client, facteur: Facteur) -> None:
    def suivre(facture: Facture) -> None:
        def emettre(instant: datetime) -> None:
            avoir = _avoir(maison, client, instant, ht=Decimal("150.00"))
            utiliser_avoir(
                avoir,
                imputations=[(facture.pk, min(avoir.montant_ttc, facture.solde))],
                le=jour_de(instant),
                acteur=maison.gestionnaire,
            )

        maison.a(38, APRES_MIDI, emettre)
        maison.a(26, MIDI, lambda instant: maison.encaisser(facture, instant=instant))

    impayee(maison, client, retard=45, saisie=75, ensuite=suivre)


def avoir_libre(maison: Maison, client: Client, facteur: Facteur) -> None:
    impayee(maison, client, retard=-12, saisie=18)
    maison.a(11, APRES_MIDI, lambda instant: _avoir(maison, client, instant, ht=Decimal("240.00")))


def partiel(maison: Maison, client: Client, facteur: Facteur) -> None:
    def suivre(facture: Facture) -> None:
        maison.a(
            20,
            MIDI,
            lambda instant: maison.encaisser(facture, instant=instant, part=Decimal("0.4")),
        )

    impayee(maison, client, retard=33, saisie=63, ensuite=suivre)


def trop_percu(maison: Maison, client: Client, facteur: Facteur) -> None:
    def suivre(facture: Facture) -> None:
        maison.a(
            25,
            MIDI,
            lambda instant: encaisser(
                client,
                montant=2 * facture.montant_ttc,
                recu_le=jour_de(instant),
                moyen=Moyen.VIREMENT,
                reference="RGLT FACT",
                note="Facture réglée deux fois : le trop-perçu est à rendre ou à garder.",
                acteur=maison.gestionnaire,
            ),
        )

    impayee(maison, client, retard=30, saisie=60, ensuite=suivre)


def acompte(maison: Maison, client: Client, facteur: Facteur) -> None:
    def commander(instant: datetime) -> None:
        verse = maison.facturer(
            client,
            emise_le=jour_de(instant),
            echeance=jour_de(instant) + timedelta(days=15),
            nature=NatureFacture.ACOMPTE,
            ht=Decimal("2400.00"),
            libelle="Acompte de 30 % à la commande, agencement de l'agence",
        )
        maison.a(58, MIDI, lambda autre: maison.encaisser(verse, instant=autre))

    def livrer(instant: datetime) -> None:
        maison.facturer(
            client,
            emise_le=jour_de(instant),
            echeance=jour_de(instant) + timedelta(days=30),
            ht=Decimal("5600.00"),
            libelle="Agencement de l'agence, solde",
        )

    maison.a(70, MATIN, commander)
    maison.a(14, MATIN, livrer)


def cheque_rejete(maison: Maison, client: Client, facteur: Facteur) -> None:
    def suivre(facture: Facture) -> None:
        def deposer(instant: datetime) -> None:
            cheque = encaisser(
                client,
                montant=facture.solde,
                recu_le=jour_de(instant),
                moyen=Moyen.CHEQUE,
                reference="Chèque 4410127",
                imputations=[(facture.pk, facture.solde)],
                acteur=maison.gestionnaire,
            )
            maison.a(25, MIDI, lambda autre: rejeter(cheque, autre))

        maison.a(34, MIDI, deposer)

    def rejeter(cheque: Encaissement, instant: datetime) -> None:
        annuler_encaissement(
            cheque,
            motif="Chèque rejeté : provision insuffisante",
            le=jour_de(instant),
            acteur=maison.gestionnaire,
        )

    impayee(maison, client, retard=48, saisie=78, ensuite=suivre)


def _avoir(maison: Maison, client: Client, instant: datetime, *, ht: Decimal) -> Facture:
    jour = jour_de(instant)
    return maison.facturer(
        client,
        emise_le=jour,
        echeance=jour,
        nature=NatureFacture.AVOIR,
        ht=ht,
        libelle="Avoir commercial",
    )
