"""Ce qui part, ne part pas, ou attend quelqu'un."""

from datetime import datetime

from clients.actions import marquer_coordonnee, modifier_client, suspendre
from clients.enums import GenreCoordonnee, Validite
from clients.models import Client, Coordonnee
from recouvrement.demonstration.assistante import expedier
from recouvrement.demonstration.facteur import Facteur
from recouvrement.demonstration.maison import Maison
from recouvrement.demonstration.scenes.gestes import (
    APRES_MIDI,
    FERME,
    LETTRE,
    RAPPEL,
    RECOMMANDE,
    impayee,
)
from recouvrement.socle.temps import jour_de
from relances.actions.courriers import preparer_lettre
from relances.enums import Canal, EtatRelance
from relances.models import Relance


def suspendu(maison: Maison, client: Client, facteur: Facteur) -> None:
    impayee(maison, client, retard=44, saisie=74)
    maison.a(
        20,
        APRES_MIDI,
        lambda instant: suspendre(
            client,
            le=jour_de(instant),
            jusqu_au=maison.recit.jour(-25),
            motif="Reprises du chantier en cours",
            acteur=maison.gestionnaire,
        ),
    )


def procedure_collective(maison: Maison, client: Client, facteur: Facteur) -> None:
    impayee(maison, client, retard=62, saisie=92)
    maison.a(
        30,
        APRES_MIDI,
        lambda instant: modifier_client(
            client, procedure_collective_le=maison.recit.jour(36), acteur=maison.gestionnaire
        ),
    )


def sans_adresse(maison: Maison, client: Client, facteur: Facteur) -> None:
    impayee(maison, client, retard=4, saisie=10, rang=RAPPEL)

    def invalider(instant: datetime) -> None:
        for courriel in Coordonnee.objects.pour(maison.creancier).courriels().filter(client=client):
            marquer_coordonnee(
                courriel,
                validite=Validite.INVALIDE,
                motif="Message revenu : boîte fermée",
                le=jour_de(instant),
                acteur=maison.assistante,
            )

    maison.a(12, APRES_MIDI, invalider)


def refusee(maison: Maison, client: Client, facteur: Facteur) -> None:
    _derniere_relance(maison, client, facteur.refuse)


def incertaine(maison: Maison, client: Client, facteur: Facteur) -> None:
    _derniere_relance(maison, client, facteur.coupe)


def _derniere_relance(maison: Maison, client: Client, echecs: set[str]) -> None:
    """Une relance qui part au dernier jour ouvré, et que le serveur ne mène pas au bout."""
    courriel = Coordonnee.objects.pour(maison.creancier).get(
        client=client, genre=GenreCoordonnee.COURRIEL
    )
    impayee(
        maison, client, retard=9, saisie=1, rang=RAPPEL,
        ensuite=lambda _: echecs.add(courriel.valeur),
    )  # fmt: skip


def a_valider(maison: Maison, client: Client, facteur: Facteur) -> None:
    impayee(maison, client, retard=22, saisie=1, rang=FERME)


def lettre_a_poster(maison: Maison, client: Client, facteur: Facteur) -> None:
    def preparer(instant: datetime) -> None:
        preparer_lettre(_postale(maison, client), maintenant=instant, acteur=maison.assistante)

    impayee(maison, client, retard=39, saisie=1, rang=LETTRE)
    maison.a(1, APRES_MIDI, preparer)


def recommande_sans_numero(maison: Maison, client: Client, facteur: Facteur) -> None:
    def envoyer(instant: datetime) -> None:
        courrier = preparer_lettre(
            _postale(maison, client), maintenant=instant, acteur=maison.assistante
        )
        expedier(maison, courrier, instant, numero="")

    impayee(maison, client, retard=49, saisie=2, rang=RECOMMANDE)
    maison.a(2, APRES_MIDI, envoyer)


def _postale(maison: Maison, client: Client) -> Relance:
    relance: Relance = (
        Relance.objects.pour(maison.creancier)
        .select_related("client", "creancier", "etape")
        .get(
            client=client,
            canal__in=[Canal.COURRIER, Canal.RECOMMANDE],
            etat=EtatRelance.A_FAIRE,
        )
    )
    relance.client.creancier = maison.creancier
    return relance


def doublon(maison: Maison, client: Client, facteur: Facteur) -> None:
    impayee(maison, client, retard=-9, saisie=6)


def a_completer(maison: Maison, client: Client, facteur: Facteur) -> None:
    impayee(maison, client, retard=6, saisie=2)
