"""Les fiches qui désignent sans doute la même personne : on les propose, on ne réunit rien seul."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

from django.db.models import Q

from clients.enums import GenreCoordonnee
from clients.models import Client, ClientQuerySet, Coordonnee
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
    actifs = Client.objects.pour(creancier).actifs()
    if client is not None:
        actifs = actifs.filter(_pourraient_etre(client))
    clients = {c.pk: c for c in actifs}
    raisons: dict[tuple[int, int], list[str]] = defaultdict(list)
    for raison, groupes in _groupes(creancier, actifs, clients):
        for groupe in groupes:
            for paire in combinations(sorted(groupe), 2):
                raisons[paire].append(raison)
    for paire in _noms_proches(clients.values(), client=client):
        raisons[paire].append("nom proche")
    paires = [
        Doublon(clients[a], clients[b], tuple(dict.fromkeys(mots)))
        for (a, b), mots in sorted(raisons.items())
        if not _distincts(clients[a], clients[b])
    ]
    if client is not None:
        paires = [d for d in paires if client.pk in (d.ancien.pk, d.recent.pk)]
    return paires


def _pourraient_etre(client: Client) -> Q:
    """Plus large que les raisons, mais la base le trouve sans qu'on relise toutes les fiches."""
    condition = Q(pk=client.pk)
    if client.siren:
        condition |= Q(siren=client.siren)
    if client.tva:
        condition |= Q(tva=client.tva)
    courriels = Coordonnee.objects.pour(client.creancier).courriels()
    for valeur in courriels.filter(client=client).values_list("valeur", flat=True):
        condition |= Q(pk__in=courriels.filter(valeur__iexact=valeur).values("client"))
    for debut in _debuts(noyau(client.nom)):
        # « G.A.E.C. » se range en lettres séparées.
        condition |= Q(nom_recherche__contains=debut)
        condition |= Q(nom_recherche__contains=" ".join(debut))
    return condition


def _debuts(nom: str) -> set[str]:
    return {mot[:LONGUEUR_MIN] for mot in nom.split() if len(mot) >= LONGUEUR_MIN}


def _groupes(
    creancier: Creancier, actifs: ClientQuerySet, clients: dict[int, Client]
) -> Iterator[tuple[str, list[set[int]]]]:
    par_siren: dict[str, set[int]] = defaultdict(set)
    par_tva: dict[str, set[int]] = defaultdict(set)
    par_courriel: dict[str, set[int]] = defaultdict(set)
    for pk, client in clients.items():
        if client.siren:
            par_siren[client.siren].add(pk)
        if client.tva:
            par_tva[client.tva].add(pk)
    courriels = (
        Coordonnee.objects.pour(creancier)
        .filter(genre=GenreCoordonnee.COURRIEL, client__in=actifs.values("pk"))
        .values_list("client_id", "valeur")
    )
    for pk, valeur in courriels:
        par_courriel[valeur.lower()].add(pk)
    for raison, index in (
        ("même SIREN", par_siren),
        ("même numéro de TVA", par_tva),
        ("même courriel", par_courriel),
    ):
        yield raison, [groupe for groupe in index.values() if 1 < len(groupe) <= GROUPE_MAX]


def _noms_proches(
    clients: Iterable[Client], *, client: Client | None = None
) -> set[tuple[int, int]]:
    """On ne compare que les noms qui ont un début de mot en commun."""
    noyaux = {c.pk: noyau(c.nom) for c in clients}
    par_debut: dict[str, set[int]] = defaultdict(set)
    for pk, nom in noyaux.items():
        for debut in _debuts(nom):
            par_debut[debut].add(pk)
    proches: set[tuple[int, int]] = set()
    vues: set[tuple[int, int]] = set()
    for groupe in par_debut.values():
        if len(groupe) > GROUPE_MAX:
            continue
        for paire in combinations(sorted(groupe), 2):
            if paire in vues or (client is not None and client.pk not in paire):
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
