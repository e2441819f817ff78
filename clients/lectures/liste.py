"""La liste des clients : ce que dit l'adresse, les lignes et leurs totaux."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Sum

from clients.enums import NatureClient
from clients.models import Client, ClientQuerySet
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO

# Ce que porte « ?tri= », et l'ordre qu'il demande.
TRIS = {
    "nom": ("nom_recherche",),
    "-nom": ("-nom_recherche",),
    "du": ("total_du", "nom_recherche"),
    "-du": ("-total_du", "nom_recherche"),
    "echu": ("total_echu", "nom_recherche"),
    "-echu": ("-total_echu", "nom_recherche"),
    # Le plus de jours de retard d'abord : l'échéance la plus ancienne.
    "-retard": ("plus_ancienne", "nom_recherche"),
    "retard": ("-plus_ancienne", "nom_recherche"),
}
TRI_INITIAL = "nom"
ETATS = {
    "": "Tous",
    "retard": "Avec retard",
    "a_completer": "À compléter",
    "suspendus": "Relances suspendues",
}
COLONNES = (
    *("Code", "Nom", "Nature", "SIREN", "Ville", "Factures ouvertes"),
    *("Reste dû", "Dont échu", "Plus ancienne échéance", "Jours de retard", "À compléter"),
    "Relances suspendues jusqu'au",
)


@dataclass(frozen=True, slots=True)
class Criteres:
    """Les filtres lus dans l'adresse ; une valeur inconnue ne filtre pas."""

    texte: str = ""
    nature: str = ""
    etat: str = ""
    tri: str = TRI_INITIAL

    @classmethod
    def lire(cls, parametres) -> "Criteres":
        nature, etat = parametres.get("nature", ""), parametres.get("etat", "")
        tri = parametres.get("tri", TRI_INITIAL)
        return cls(
            texte=parametres.get("q", "").replace("\x00", "").strip()[:100],
            nature=nature if nature in NatureClient.values else "",
            etat=etat if etat in ETATS else "",
            tri=tri if tri in TRIS else TRI_INITIAL,
        )

    @property
    def ordre(self) -> tuple[str, ...]:
        return TRIS[self.tri]

    @property
    def sont_actifs(self) -> bool:
        return bool(self.texte or self.nature or self.etat)

    @property
    def libelle_nature(self) -> str:
        return NatureClient(self.nature).label if self.nature else ""


@dataclass(frozen=True, slots=True)
class ChiffresListe:
    nombre: int
    du: Decimal
    echu: Decimal

    @classmethod
    def de(cls, clients: ClientQuerySet) -> "ChiffresListe":
        sommes = clients.aggregate(nombre=Count("pk"), du=Sum("total_du"), echu=Sum("total_echu"))
        return cls(sommes["nombre"], sommes["du"] or ZERO, sommes["echu"] or ZERO)


def liste_filtree(creancier: Creancier, criteres: Criteres, *, au: date) -> ClientQuerySet:
    clients = Client.objects.pour(creancier).actifs().cherchant(criteres.texte)
    if criteres.nature:
        clients = clients.filter(nature=criteres.nature)
    if criteres.etat == "a_completer":
        clients = clients.filter(est_a_completer=True)
    if criteres.etat == "suspendus":
        clients = clients.suspendus(au=au)
    clients = clients.avec_montants(au=au)
    if criteres.etat == "retard":
        clients = clients.filter(total_echu__gt=0)
    return clients


def lignes_export(clients: ClientQuerySet, *, au: date) -> Iterator[tuple]:
    for client in clients.iterator(chunk_size=2000):
        ancienne = client.plus_ancienne
        yield (
            client.code,
            client.nom,
            client.get_nature_display(),
            client.siren,
            client.ville,
            client.ouvertes_nb,
            client.total_du,
            client.total_echu,
            ancienne,
            (au - ancienne).days if ancienne else None,
            client.est_a_completer,
            client.suspendu_jusqu_au if client.est_suspendu(au=au) else None,
        )
