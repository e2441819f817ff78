"""De quoi écrire une scène : une facture impayée, un appel, à un jour compté d'aujourd'hui.

Les jours sont ramenés à un jour ouvré ; `rang` fait entrer une facture à l'étape voulue, comme à
la reprise d'un dossier ancien.
"""

from collections.abc import Callable
from datetime import datetime, time

from clients.models import Client
from factures.models import Facture
from recouvrement.demonstration.assistante import appeler
from recouvrement.demonstration.maison import Maison
from relances.enums import Issue

MATIN, MIDI, APRES_MIDI = time(8, 30), time(11), time(15, 30)
# Rangs du scénario initial.
RAPPEL, APPEL, FERME, LETTRE, RECOMMANDE, SOMMATION = 1, 2, 3, 5, 6, 7


def impayee(
    maison: Maison,
    client: Client,
    *,
    retard: int,
    saisie: int,
    rang: int = 0,
    ensuite: Callable[[Facture], object] | None = None,
) -> None:
    """Une facture échue depuis `retard` jours, saisie il y a `saisie` jours."""

    def facturer(_: datetime) -> None:
        facture = maison.facturer(client, echeance=maison.recit.jour(retard), rang_entree=rang)
        if ensuite:
            ensuite(facture)

    maison.a(saisie, MATIN, facturer)


def appel(
    maison: Maison,
    client: Client,
    recul: int,
    issue: Issue,
    *,
    rappel_le: datetime | None = None,
    jours_promis: int | None = None,
    note: str = "",
) -> None:
    maison.a(
        recul,
        APRES_MIDI,
        lambda instant: appeler(
            maison,
            client,
            instant,
            issue=issue,
            rappel_le=rappel_le,
            jours_promis=jours_promis,
            note=note,
        ),
    )
