"""Reprendre ce qu'un processus mort a laissé : `reclame` repart, `data` devient incertain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from recouvrement.courriel.actions.pannes import base_perdue, dire_la_panne, phrase
from recouvrement.courriel.depart.etats import finir_quand_meme, rendre
from recouvrement.courriel.enums import EtatEnvoi, PartieBattement
from recouvrement.courriel.metier import DEJA_COMPOSE, Metier
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.regles.cadence import PLAFOND


@dataclass(slots=True)
class Balayage:
    rendus: int = 0
    incertains: int = 0
    abandonnes: int = 0


def balayer(
    maintenant: datetime, *, metiers: Mapping[str, Metier], echecs: list[str] | None = None
) -> Balayage:
    """Un message à la fois, chacun dans sa transaction : l'un qui échoue n'arrête pas le balai."""
    bilan = Balayage()
    echus = Envoi.objects.systeme().filter(
        etat__in=[EtatEnvoi.RECLAME, EtatEnvoi.DATA], bail__lt=maintenant
    )
    for envoi in echus.select_related("creancier").defer("octets"):
        metier = metiers.get(envoi.nature, DEJA_COMPOSE)
        try:
            _reprendre(envoi, metier, bilan, maintenant)
        except Exception as faute:
            if base_perdue(faute):
                raise
            dire_la_panne(
                PartieBattement.BALAYAGE,
                faute,
                maintenant=maintenant,
                creancier=envoi.creancier,
                objet=envoi.cle,
            )
            if echecs is not None:
                echecs.append(f"{PartieBattement.BALAYAGE.label} : {phrase(faute)}")
    return bilan


def _reprendre(envoi: Envoi, metier: Metier, bilan: Balayage, maintenant: datetime) -> None:
    if envoi.etat == EtatEnvoi.DATA:
        motif = "Interrompu pendant la transmission"
        fini = finir_quand_meme(envoi, metier, EtatEnvoi.INCERTAIN, motif, maintenant)
        bilan.incertains += fini is not None
    elif envoi.tentatives >= PLAFOND:
        motif = f"Mis de côté après {envoi.tentatives} essais interrompus"
        fini = finir_quand_meme(envoi, metier, EtatEnvoi.ECHEC, motif, maintenant)
        bilan.abandonnes += fini is not None
    else:
        bilan.rendus += rendre(envoi, "Repris après interruption", maintenant) is not None
