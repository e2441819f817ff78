"""L'aperçu d'une action groupée : ce qu'elle ferait, et ce qu'elle laisserait de côté."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from clients.models import Client
from factures.lectures.faveur import reclamables
from factures.models import Facture
from recouvrement.comptes.models import Creancier
from recouvrement.socle.formats import pluriel
from recouvrement.socle.montants import ZERO
from relances.enums import CANAUX_POSTAUX, ETATS_EN_ATTENTE, Canal, EtatRelance
from relances.lectures.faits import adresses
from relances.lectures.possibles import arrets_de_la_facture, interdits
from relances.models import Relance
from relances.regles.faits import Usage

LOT_MAXIMUM = 500
VALIDER, REPORTER, RETENIR, PREPARER = "valider", "reporter", "retenir", "preparer"
# Ce que chaque geste sait prendre.
ETATS_DU_GESTE = {
    VALIDER: (EtatRelance.A_VALIDER,),
    REPORTER: (EtatRelance.A_VALIDER, EtatRelance.A_FAIRE),
    RETENIR: ETATS_EN_ATTENTE,
    PREPARER: (EtatRelance.A_FAIRE,),
}
LETTRES = tuple(c for c in CANAUX_POSTAUX if c != Canal.MISE_EN_DEMEURE)


@dataclass(frozen=True, slots=True)
class Ligne:
    """Une relance ou les factures d'un client ; `raison` : pourquoi elle reste de côté."""

    client: Client
    montant: Decimal
    raison: str = ""
    relance: Relance | None = None
    factures: list[Facture] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lot:
    retenues: list[Ligne]
    ecartees: list[Ligne]

    @property
    def clients(self) -> int:
        return len({ligne.client.pk for ligne in self.retenues})

    @property
    def montant(self) -> Decimal:
        return sum((ligne.montant for ligne in self.retenues), ZERO)

    def phrase(self, mot: str) -> str:
        """« 34 relances à 21 clients, 2 de côté »."""
        phrase = f"{pluriel(len(self.retenues), mot)} à {pluriel(self.clients, 'client')}"
        return f"{phrase}, {len(self.ecartees)} de côté" if self.ecartees else phrase


def lot_de_relances(creancier: Creancier, relances: Iterable[Relance], *, geste: str) -> Lot:
    relances = list(relances)
    retenues: list[Ligne] = []
    ecartees: list[Ligne] = []
    joignables = (
        adresses(creancier, clients={r.client_id for r in relances}) if geste == VALIDER else {}
    )
    for relance in relances:
        raison = ""
        if relance.etat not in ETATS_DU_GESTE[geste]:
            raison = f"{relance.get_etat_display()} : n'attend plus ce geste"
        elif geste == PREPARER and relance.canal not in LETTRES:
            raison = "Ce n'est pas une lettre"
        elif (
            geste == VALIDER
            and relance.canal == Canal.COURRIEL
            and relance.client_id not in joignables
        ):
            raison = "Aucune adresse de courriel utilisable"
        ligne = Ligne(relance.client, relance.montant or ZERO, raison, relance=relance)
        (ecartees if raison else retenues).append(ligne)
    return Lot(retenues, ecartees)


def lot_de_lettres(creancier: Creancier, factures: Iterable[Facture], *, au: date) -> Lot:
    """Une lettre par client, avec celles de ses factures que rien n'empêche de réclamer."""
    factures = list(factures)
    lus = reclamables(creancier, au=au, clients={facture.client_id for facture in factures})
    par_client: dict[int, list[Facture]] = {}
    retenues: list[Ligne] = []
    ecartees: list[Ligne] = []
    for facture in factures:
        facture.client.creancier = creancier
        if contre := arrets_de_la_facture(facture, lus, Usage.SOMMER, au=au):
            ecartees.append(
                Ligne(facture.client, facture.solde, contre[0].phrase, factures=[facture])
            )
        else:
            par_client.setdefault(facture.client_id, []).append(facture)
    for siennes in par_client.values():
        client = siennes[0].client
        montant = lus.net(client.pk, [(f.pk, f.solde) for f in siennes])
        contre = interdits(client, au=au, usage=Usage.POSTER)
        ligne = Ligne(client, montant, contre[0].phrase if contre else "", factures=siennes)
        (ecartees if contre else retenues).append(ligne)
    return Lot(retenues, ecartees)
