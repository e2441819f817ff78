"""Ce que l'on peut encore noter d'une lettre : postée, suivie, annulée."""

from dataclasses import dataclass

from relances.enums import Canal, EtatCourrier
from relances.models import Courrier


@dataclass(frozen=True, slots=True)
class Postal:
    est_a_poster: bool
    # À poster, ou postée sans le numéro de son recommandé.
    se_poste: bool
    se_suit: bool

    @property
    def geste(self) -> str:
        return "Noter comme posté" if self.est_a_poster else "Enregistrer le numéro"


def postal(courrier: Courrier, *, a_des_suites: bool) -> Postal:
    """`a_des_suites` : la poste peut encore en dire quelque chose."""
    est_suivi = courrier.canal != Canal.COURRIER
    est_a_poster = courrier.etat == EtatCourrier.A_POSTER
    sans_numero = est_suivi and not courrier.numero_suivi and courrier.etat != EtatCourrier.ANNULE
    return Postal(est_a_poster, est_a_poster or sans_numero, est_suivi and a_des_suites)
