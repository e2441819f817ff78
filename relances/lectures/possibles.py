"""Ce que l'on peut faire d'un client maintenant, et pourquoi pas le reste : pour sa fiche."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clients.models import Client, Coordonnee
from factures.lectures.faveur import Reclamables
from factures.models import Facture
from recouvrement.comptes.models import Creancier
from recouvrement.equipe.lectures.expediteurs import partis_aujourd_hui
from recouvrement.socle.montants import ZERO
from relances.enums import CodeBlocage
from relances.lectures.faits import faits_de_la_facture, faits_du_client
from relances.lectures.verdict import (
    DE_L_EXPEDITEUR,
    DE_LA_FACTURE,
    DE_LA_POSTE,
    DU_CLIENT,
    DU_MOYEN,
    arrets,
    blocages,
    faits_du_creancier,
    quota_est_atteint,
)
from relances.models import Etape, Promesse, RelanceFacture
from relances.regles.calendrier import jour_ouvre
from relances.regles.faits import Blocage, Faits, FaitsClient, FaitsCreancier, Usage
from relances.regles.progression import EtapePrevue, suivante


@dataclass(frozen=True, slots=True)
class Prochaine:
    """L'étape qui vient, et le jour à partir duquel elle peut se faire."""

    nom: str
    le: date
    factures: int

    @property
    def phrase(self) -> str:
        return "1 facture" if self.factures == 1 else f"{self.factures} factures"


@dataclass(frozen=True, slots=True)
class Possibles:
    """Pour chaque bouton, les phrases qui l'interdisent (vide : il est permis)."""

    courriel: list[str]
    courrier: list[str]
    mise_en_demeure: list[str]
    contentieux: list[str]
    phrases: list[str]
    prochaine: Prochaine | None


def possibles(
    client: Client,
    *,
    au: date,
    factures: Sequence[Facture],
    coordonnees: Iterable[Coordonnee],
    promesse: Promesse | None,
    lus: Reclamables,
    avec_prochaine: bool = True,
) -> Possibles:
    """Sur ce que la fiche a déjà lu : factures ouvertes, promesse en cours, ce qui se demande."""
    adresses = [c.valeur for c in coordonnees if c.genre == "courriel" and c.est_utilisable]
    faits = Faits(
        au=au,
        creancier=faits_du_creancier(client.creancier),
        client=faits_du_client(
            client,
            promesse_pour_le=promesse.pour_le if promesse else None,
            adresse=adresses[0] if adresses else "",
            en_faveur=lus.faveurs.get(client.pk, ZERO),
        ),
    )
    interdisent = {
        usage: _interdisent(faits, usage, factures, lus)
        for usage in (Usage.ECRIRE, Usage.POSTER, Usage.SOMMER, Usage.CONFIER)
    }
    return Possibles(
        courriel=interdisent[Usage.ECRIRE],
        courrier=interdisent[Usage.POSTER],
        mise_en_demeure=interdisent[Usage.SOMMER],
        contentieux=interdisent[Usage.CONFIER],
        phrases=_phrases(blocages(faits, Usage.ECRIRE, regles=(*DU_CLIENT, *DU_MOYEN))),
        prochaine=_prochaine(client, _relancees(factures, lus, au=au), au=au)
        if avec_prochaine
        else None,
    )


def _interdisent(
    faits: Faits, usage: Usage, factures: Sequence[Facture], lus: Reclamables
) -> list[str]:
    """Le client d'abord, puis ce qu'il y a à réclamer, puis le moyen de le lui dire."""
    return (
        _phrases(arrets(blocages(faits, usage, regles=DU_CLIENT)))
        or _rien_a_reclamer(faits, usage, factures, lus)
        or _phrases(arrets(blocages(faits, usage, regles=DU_MOYEN)))
    )


def _rien_a_reclamer(
    faits: Faits, usage: Usage, factures: Sequence[Facture], lus: Reclamables
) -> list[str]:
    arretees = [
        {b.code for b in arrets_de_la_facture(f, lus, usage, au=faits.au)} for f in factures
    ]
    if not all(arretees):
        return []
    echues = usage in (Usage.SOMMER, Usage.CONFIER)
    if {CodeBlocage.COUVERTE} in arretees:
        return ["Un avoir ou un règlement à employer couvre ce qui est dû"]
    if {CodeBlocage.LITIGE} in arretees:
        return [f"Toutes ses factures {'échues ' if echues else ''}sont en litige"]
    return ["Aucune facture échue hors contentieux" if echues else "Rien à réclamer"]


def arrets_de_la_facture(
    facture: Facture, lus: Reclamables, usage: Usage, *, au: date
) -> list[Blocage]:
    """Ce qui arrête même une personne ; `lus` : ce qui est contesté, ou à déduire."""
    faits = Faits(
        au=au,
        creancier=FaitsCreancier(),
        client=FaitsClient(en_faveur=lus.faveurs.get(facture.client_id, ZERO)),
        facture=faits_de_la_facture(facture, lus),
    )
    return arrets(blocages(faits, usage, regles=DE_LA_FACTURE))


def interdits(client: Client, *, au: date, usage: Usage = Usage.ECRIRE) -> list[Blocage]:
    """Ce qui arrête même une personne : les boutons et les actions le demandent ici."""
    faits = Faits(
        au=au,
        creancier=faits_du_creancier(client.creancier),
        client=faits_du_client(client),
    )
    return arrets(blocages(faits, usage, regles=(*DU_CLIENT, *DE_LA_POSTE)))


def ecrire_interdit(creancier: Creancier, *, au: date) -> list[str]:
    """Ce qui arrête les courriels d'un créancier, même décidés par une personne."""
    faits = Faits(au=au, creancier=faits_du_creancier(creancier), client=FaitsClient())
    return _phrases(arrets(blocages(faits, Usage.ECRIRE, regles=DE_L_EXPEDITEUR)))


def quota_atteint(creancier: Creancier, *, maintenant: datetime) -> bool:
    """Ce qui reste à partir attend demain."""
    partis = partis_aujourd_hui(creancier, maintenant=maintenant)
    return quota_est_atteint(faits_du_creancier(creancier, partis=partis))


def _phrases(trouves: Sequence[Blocage]) -> list[str]:
    return [blocage.phrase for blocage in trouves]


def _relancees(factures: Sequence[Facture], lus: Reclamables, *, au: date) -> list[Facture]:
    """Couverte, ou toute contestée : aucune étape ne viendra tant que cela dure."""
    retenues = {CodeBlocage.COUVERTE, CodeBlocage.LITIGE}
    return [
        facture
        for facture in factures
        if retenues.isdisjoint(
            b.code for b in arrets_de_la_facture(facture, lus, Usage.ECRIRE, au=au)
        )
    ]


def _prochaine(client: Client, factures: Sequence[Facture], *, au: date) -> Prochaine | None:
    etapes = [
        EtapePrevue(etape.cle, etape.rang, etape.delai, etape.nom)
        for etape in Etape.objects.pour(client.creancier).en_vigueur()
    ]
    cycles = {facture.pk: facture.cycle for facture in factures}
    faites: dict[int, set[str]] = defaultdict(set)
    for facture_id, cycle, cle in (
        RelanceFacture.objects.pour(client.creancier)
        .vivantes()
        .filter(facture__in=list(cycles))
        .values_list("facture_id", "cycle", "cle_etape")
    ):
        if cycles[facture_id] == cycle:
            faites[facture_id].add(cle)
    venues: dict[tuple[date, str], int] = defaultdict(int)
    for facture in factures:
        if facture.contentieux_depuis is not None:
            continue
        vient = suivante(
            etapes,
            faites=faites[facture.pk],
            echeance=facture.date_echeance,
            au=au,
            rang_entree=facture.rang_entree,
        )
        if vient is not None:
            venues[(max(vient.le, au), vient.etape.nom)] += 1
    if not venues:
        return None
    (le, nom), nombre = min(venues.items())
    return Prochaine(nom, jour_ouvre(le, client.creancier.zone_feries), nombre)
