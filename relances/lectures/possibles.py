"""Ce que l'on peut faire d'un client maintenant, et pourquoi pas le reste : pour sa fiche."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from clients.models import Client, Coordonnee
from factures.models import Facture, Litige
from recouvrement.comptes.models import Creancier
from recouvrement.equipe.lectures.expediteurs import partis_aujourd_hui
from recouvrement.socle.montants import ZERO
from relances.enums import CodeBlocage
from relances.lectures.faits import faits_du_creancier
from relances.models import Etape, Promesse, RelanceFacture
from relances.regles.blocages import (
    Blocage,
    Faits,
    FaitsClient,
    FaitsFacture,
    de_l_expediteur,
    postaux,
)
from relances.regles.blocages import du_client as blocages_du_client
from relances.regles.progression import EtapePrevue, suivante

# Ce qui arrête l'automate mais pas la personne qui décide d'écrire.
POUR_L_AUTOMATE = frozenset(
    {
        CodeBlocage.ECART,
        CodeBlocage.SOLDES_PERIMES,
        CodeBlocage.PROMESSE,
        CodeBlocage.SUSPENDU,
        CodeBlocage.ADRESSE,
    }
)


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
    litiges: Iterable[Litige],
    avec_prochaine: bool = True,
) -> Possibles:
    """Sur ce que la fiche a déjà lu : factures ouvertes, promesse en cours, litiges ouverts."""
    adresses = [c.valeur for c in coordonnees if c.genre == "courriel" and c.est_utilisable]
    trouves = envers(client, au=au, promesse=promesse, adresse=adresses[0] if adresses else "")
    graves = [b.phrase for b in trouves if b.code not in POUR_L_AUTOMATE]
    postes = [b.phrase for b in a_la_poste(client)]
    en_litige = {litige.facture_id for litige in litiges}
    return Possibles(
        courriel=graves
        or _rien_a_reclamer(factures)
        or [*_phrases(trouves, CodeBlocage.ADRESSE), *ecrire_interdit(client.creancier)],
        courrier=graves or _rien_a_reclamer(factures) or postes,
        mise_en_demeure=graves or _pas_d_echue(factures, en_litige, au=au) or postes,
        contentieux=graves or _pas_d_echue(factures, set(), au=au),
        phrases=[*(b.phrase for b in trouves), *ecrire_interdit(client.creancier)],
        prochaine=_prochaine(client, factures, au=au) if avec_prochaine else None,
    )


def envers(
    client: Client, *, au: date, promesse: Promesse | None = None, adresse: str = ""
) -> list[Blocage]:
    """Ce qui s'oppose à toute action envers ce client, l'écart minimal mis à part."""
    faits = Faits(
        au=au,
        creancier=replace(faits_du_creancier(client.creancier), ecart_minimal=0),
        client=FaitsClient(
            suspendu_le=client.suspendu_le,
            suspendu_jusqu_au=client.suspendu_jusqu_au,
            suspendu_motif=client.suspendu_motif,
            procedure_collective_le=client.procedure_collective_le,
            fusionne=client.fusionne_dans_id is not None,
            efface_le=client.efface_le,
            promesse_pour_le=promesse.pour_le if promesse else None,
            adresse=adresse,
        ),
        facture=FaitsFacture(solde=ZERO),
    )
    return blocages_du_client(faits)


def interdits(client: Client, *, au: date, par_la_poste: bool = False) -> list[Blocage]:
    """Ce qui arrête même une personne : les boutons et les actions le demandent ici."""
    graves = [b for b in envers(client, au=au) if b.code not in POUR_L_AUTOMATE]
    return graves + (a_la_poste(client) if par_la_poste else [])


def ecrire_interdit(creancier: Creancier) -> list[str]:
    """Ce qui arrête les courriels d'un créancier, même décidés par une personne."""
    return [b.phrase for b in de_l_expediteur(faits_du_creancier(creancier))]


def quota_atteint(creancier: Creancier, *, maintenant: datetime) -> bool:
    """Ce qui reste à partir attend demain."""
    return partis_aujourd_hui(creancier, maintenant=maintenant) >= creancier.quota_quotidien


def a_la_poste(client: Client) -> list[Blocage]:
    return postaux(
        complete=bool(client.adresse and client.ville), invalide_le=client.adresse_invalide_le
    )


def _phrases(trouves: Sequence[Blocage], code: CodeBlocage) -> list[str]:
    return [blocage.phrase for blocage in trouves if blocage.code == code]


def _rien_a_reclamer(factures: Sequence[Facture]) -> list[str]:
    return [] if any(f.contentieux_depuis is None for f in factures) else ["Rien à réclamer"]


def _pas_d_echue(factures: Sequence[Facture], en_litige: set[int], *, au: date) -> list[str]:
    echues = [f for f in factures if f.est_echue(au=au) and f.contentieux_depuis is None]
    if not echues:
        return ["Aucune facture échue hors contentieux"]
    if all(facture.pk in en_litige for facture in echues):
        return ["Toutes ses factures échues sont en litige"]
    return []


def _prochaine(client: Client, factures: Sequence[Facture], *, au: date) -> Prochaine | None:
    etapes = [
        EtapePrevue(etape.cle, etape.rang, etape.delai, etape.nom)
        for etape in Etape.objects.pour(client.creancier).filter(scenario__remplace_le=None)
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
    return Prochaine(nom, le, nombre)
