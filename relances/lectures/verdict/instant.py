"""Ce qui n'empêche pas de prévoir, seulement de partir à l'instant."""

from django.db.models import Q

from recouvrement.socle import formats
from recouvrement.socle.temps import PARIS
from relances.enums import CodeBlocage, EtatRelance
from relances.lectures.verdict.etape import EN_ATTENTE, un_courriel_attend
from relances.lectures.verdict.regle import A_L_INSTANT, Filtre, Regle
from relances.regles.faits import Faits, FaitsCreancier

A_VALIDER = Regle(
    CodeBlocage.A_VALIDER,
    A_L_INSTANT,
    test=lambda f: f.prevue is not None and f.prevue.etat == EtatRelance.A_VALIDER,
    phrase=lambda _: "Attend d'être validée",
    filtre=Filtre(ligne=EN_ATTENTE & Q(relance__etat=EtatRelance.A_VALIDER)),
)

GEL = Regle(
    CodeBlocage.GEL,
    A_L_INSTANT,
    test=lambda f: f.creancier.envois_geles,
    phrase=lambda _: "Les envois de ce créancier sont gelés",
    filtre=lambda c: Filtre(toutes=c.faits.envois_geles),
)


def quota_est_atteint(creancier: FaitsCreancier) -> bool:
    return creancier.quota is not None and creancier.partis >= creancier.quota


QUOTA = Regle(
    CodeBlocage.QUOTA,
    A_L_INSTANT,
    test=lambda f: f.par_courriel and quota_est_atteint(f.creancier),
    phrase=lambda f: (
        f"Déjà {f.creancier.partis} courriels partis aujourd'hui : celui-ci attend demain"
    ),
    filtre=lambda c: Filtre(ligne=un_courriel_attend()) if quota_est_atteint(c.faits) else Filtre(),
)


def _hors_heures(f: Faits) -> str:
    ici = f.ouverture.astimezone(PARIS) if f.ouverture else None
    return f"Hors des heures d'envoi : à partir du {formats.moment(ici)}" if ici else ""


HORAIRES = Regle(
    CodeBlocage.HORAIRES,
    A_L_INSTANT,
    test=lambda f: f.ouverture is not None,
    phrase=_hors_heures,
    le=lambda f: f.ouverture.astimezone(PARIS).date() if f.ouverture else None,
    filtre=lambda c: Filtre(toutes=c.ouverture is not None),
)
