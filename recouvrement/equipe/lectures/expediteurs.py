"""Où en est l'adresse d'expéditeur d'un créancier, et ce qui part de lui aujourd'hui."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation
from recouvrement.courriel.models import Envoi
from recouvrement.equipe.models import VerificationExpediteur
from recouvrement.socle.temps import instant_de, jour_de


@dataclass(frozen=True, slots=True)
class EtatExpediteur:
    """`preuve` : la dernière vérification de l'adresse réglée, close, ouverte ou échue."""

    creancier: Creancier
    preuve: VerificationExpediteur | None
    envoi: Envoi | None
    attend: bool
    partis_aujourd_hui: int

    @property
    def est_a_regler(self) -> bool:
        return not self.creancier.courriel_expediteur

    @property
    def quota_atteint(self) -> bool:
        return self.partis_aujourd_hui >= self.creancier.quota_quotidien


def etat_expediteur(creancier: Creancier, *, maintenant: datetime) -> EtatExpediteur:
    preuves = VerificationExpediteur.objects.pour(creancier).select_related(
        "demandee_par", "confirmee_par"
    )
    preuves = preuves.filter(adresse=creancier.courriel_expediteur).order_by("-pk")
    if creancier.expediteur_est_verifie:
        preuves = preuves.filter(confirmee_le__isnull=False)
    preuve = preuves.first()
    attend = preuve is not None and preuve.est_ouverte(maintenant=maintenant)
    return EtatExpediteur(
        creancier,
        preuve,
        envoi=_message_de(preuve) if preuve and attend else None,
        attend=attend,
        partis_aujourd_hui=partis_aujourd_hui(creancier, maintenant=maintenant),
    )


def _message_de(preuve: VerificationExpediteur) -> Envoi | None:
    return Envoi.objects.de_compte().filter(cle=preuve.cle_envoi).defer("octets").first()


def partis_aujourd_hui(creancier: Creancier, *, maintenant: datetime) -> int:
    """Sur la journée de Paris : à minuit, le quota est neuf."""
    aujourd_hui = instant_de(jour_de(maintenant))
    return Envoi.objects.pour(creancier).transmis(depuis=aujourd_hui).count()


def expediteurs_a_regler(habilitations: Iterable[Habilitation]) -> list[Creancier]:
    """Les créanciers d'où rien ne part, montrés à qui peut y remédier. Aucune requête."""
    return [
        h.creancier
        for h in habilitations
        if Role(h.role).couvre(Role.GESTIONNAIRE)
        and h.creancier.archive_le is None
        and not (h.creancier.expediteur_est_verifie and h.creancier.envois_ouverts_le)
    ]
