"""Les fiches qui désignent sans doute la même personne : on les propose, on ne réunit rien seul."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

from clients.enums import GenreCoordonnee
from clients.models import Client, Coordonnee
from clients.regles import noyau
from recouvrement.comptes.models import Creancier

PROCHE = 0.88
# Au-delà, le partage n'apprend rien (« contact », « comptabilité ») et coûte le carré.
GROUPE_MAX = 60
LONGUEUR_MIN = 4


@dataclass(frozen=True, slots=True)
class Doublon:
    """Deux fiches et ce qui les rapproche ; `ancien` est la plus vieille, celle qu'on garde."""

    ancien: Client
    recent: Client
    raisons: tuple[str, ...]


def doublons_probables(creancier: Creancier, *, client: Client | None = None) -> list[Doublon]:
    """Même SIREN, même TVA, même courriel ou nom très proche ; ceux de `client` s'il est donné.

    Deux SIREN différents et connus font deux personnes, quelle que soit la ressemblance.
    """
    clients = {c.pk: c for c in Client.objects.pour(creancier).actifs()}
    raisons: dict[tuple[int, int], list[str]] = defaultdict(list)
    for raison, groupes in _groupes(creancier, clients):
        for groupe in groupes:
            for paire in combinations(sorted(groupe), 2):
                raisons[paire].append(raison)
    for paire in _noms_proches(clients.values()):
        raisons[paire].append("nom proche")
    paires = [
        Doublon(clients[a], clients[b], tuple(dict.fromkeys(mots)))
        for (a, b), mots in sorted(raisons.items())
        if not _distincts(clients[a], clients[b])
    ]
    if client is not None:
        paires = [d for d in paires if client.pk in (d.ancien.pk, d.recent.pk)]
    return paires


def _groupes(creancier: Creancier, clients: dict[int, Client]):
    par_siren, par_tva, par_courriel = (defaultdict(set) for _ in range(3))
    for pk, client in clients.items():
        if client.siren:
            par_siren[client.siren].add(pk)
        if client.tva:
            par_tva[client.tva].add(pk)
    courriels = (
        Coordonnee.objects.pour(creancier)
        .filter(genre=GenreCoordonnee.COURRIEL)
        .values_list("client_id", "valeur")
    )
    for pk, valeur in courriels:
        if pk in clients:
            par_courriel[valeur.lower()].add(pk)
    for raison, index in (
        ("même SIREN", par_siren),
        ("même numéro de TVA", par_tva),
        ("même courriel", par_courriel),
    ):
        yield raison, [groupe for groupe in index.values() if 1 < len(groupe) <= GROUPE_MAX]


def _noms_proches(clients: Iterable[Client]) -> set[tuple[int, int]]:
    """On ne compare que les noms qui ont un début de mot en commun."""
    noyaux = {client.pk: noyau(client.nom) for client in clients}
    par_debut: dict[str, set[int]] = defaultdict(set)
    for pk, nom in noyaux.items():
        for mot in nom.split():
            if len(mot) >= LONGUEUR_MIN:
                par_debut[mot[:LONGUEUR_MIN]].add(pk)
    proches, vues = set(), set()
    for groupe in par_debut.values():
        if len(groupe) > GROUPE_MAX:
            continue
        for paire in combinations(sorted(groupe), 2):
            if paire in vues:
                continue
            vues.add(paire)
            if _se_ressemblent(noyaux[paire[0]], noyaux[paire[1]]):
                proches.add(paire)
    return proches


def _se_ressemblent(un: str, autre: str) -> bool:
    if sorted(un.split()) == sorted(autre.split()):
        return True
    comparaison = SequenceMatcher(None, un, autre, autojunk=False)
    return comparaison.quick_ratio() >= PROCHE and comparaison.ratio() >= PROCHE


def _distincts(un: Client, autre: Client) -> bool:
    return bool(un.siren and autre.siren and un.siren != autre.siren)
