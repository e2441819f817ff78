"""La forme d'une règle : son code, ses mots, son test et son filtre, et ce qu'elle fait où."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import DateField, Exists, ExpressionWrapper, OuterRef, Q

from clients.models import Client
from recouvrement.comptes.models import Creancier
from relances.enums import Canal, CodeBlocage, Declenchement
from relances.models import Etape, RelanceFacture
from relances.regles.faits import Effet, Faits, FaitsCreancier, Usage
from relances.regles.progression import EtapePrevue

Effets = Mapping[Usage, Effet]
PARTOUT: Effets = dict.fromkeys(Usage, Effet.ARRETE)
# Ce qui arrête l'automate, et que l'on dit à la personne qui décide d'écrire.
L_AUTOMATE: Effets = dict.fromkeys(Usage, Effet.AVERTIT) | {
    Usage.PREVOIR: Effet.ARRETE,
    Usage.PARTIR: Effet.ARRETE,
}
# Ce qui n'arrête rien : le message le dit, et la page qui décide le montre.
DECIDE_PAR_UNE_PERSONNE: Effets = dict.fromkeys(
    (usage for usage in Usage if usage != Usage.PREVOIR), Effet.AVERTIT
)
AVANT_DE_PREVOIR: Effets = {Usage.PREVOIR: Effet.ARRETE}
A_LA_RELECTURE: Effets = {Usage.PARTIR: Effet.ARRETE}
A_L_INSTANT: Effets = {Usage.PARTIR: Effet.ATTEND}


@dataclass(frozen=True, slots=True)
class Etapes:
    """Les étapes du scénario en vigueur : leurs délais croissent avec leur rang."""

    liste: tuple[Etape, ...]
    prevues: tuple[EtapePrevue, ...]

    @classmethod
    def du(cls, etapes: Sequence[Etape]) -> "Etapes":
        liste = tuple(sorted(etapes, key=lambda e: e.rang))
        return cls(liste, tuple(EtapePrevue(e.cle, e.rang, e.delai, e.nom) for e in liste))

    def du_rang(self, rang: int) -> Etape:
        return self.liste[rang]

    @property
    def par_courriel(self) -> list[int]:
        return [e.rang for e in self.liste if e.canal == Canal.COURRIEL]

    @property
    def automatiques(self) -> list[int]:
        return [e.rang for e in self.liste if e.declenchement == Declenchement.AUTOMATIQUE]

    @property
    def de_courtoisie(self) -> int:
        """Combien précèdent l'échéance : elles sont les premières."""
        return sum(e.delai < 0 for e in self.liste)

    def pas_dues(self, rang: int, *, au: date) -> list[tuple[date, date | None]]:
        """Les échéances (après l'une, jusqu'à l'autre) dont l'étape de ce rang n'est pas due.

        Passé l'échéance, les rappels de courtoisie se sautent ; sans étape, rien ne l'est jamais.
        """
        celle_ci, echue = self.liste[rang:], self.liste[max(rang, self.de_courtoisie) :]
        avant = max(au, au - timedelta(days=celle_ci[0].delai)) if celle_ci else au
        apres = au - timedelta(days=echue[0].delai) if echue else date.min
        if avant == au:
            return [(apres, None)]
        return [(avant, None), (apres, au)]


@dataclass(frozen=True, slots=True)
class Cadre:
    """La question posée à la base : chez qui, quel jour, sur quel scénario s'il le faut."""

    creancier: Creancier
    faits: FaitsCreancier
    au: date
    etapes: Etapes = Etapes((), ())
    ouverture: datetime | None = None


@dataclass(frozen=True, slots=True)
class Filtre:
    """Ce qu'une règle arrête, dit là où la base garde le fait ; une part suffit.

    `toutes` : un fait du créancier, déjà lu. `ligne` : sur l'histoire d'une facture, que
    `OuterRef` nomme et dont `echeance` redit l'échéance. `etape` : par l'étape qui vient, que la
    base ne trouve qu'en relisant l'histoire de chaque facture ; tout le reste se lit en une fois.
    """

    toutes: bool = False
    client: Q | None = None
    facture: Q | None = None
    ligne: Q | None = None
    etape: Q | None = None


@dataclass(frozen=True, slots=True)
class Regle:
    code: CodeBlocage
    effets: Effets
    test: Callable[[Faits], bool]
    phrase: Callable[[Faits], str]
    # Fixe, s'il ne dépend ni du créancier ni du jour : il vaut alors chez tous à la fois.
    filtre: Filtre | Callable[[Cadre], Filtre]
    le: Callable[[Faits], date | None] = lambda _: None
    # Les règles d'étape disent toutes « ce n'est pas le tour de celle-ci » : une seule parle.
    parle_seule: bool = False

    def dans(self, cadre: Cadre) -> Filtre:
        return self.filtre if isinstance(self.filtre, Filtre) else self.filtre(cadre)


def conditions(
    cadre: Cadre, filtres: Sequence[Filtre], *, sans_etape: bool = False
) -> list[Q] | None:
    """Les conditions dont une seule arrête une facture ; None : elles le sont toutes.

    `sans_etape` : en une lecture des clients et une de l'histoire, quelles que soient les règles.
    """
    if any(filtre.toutes for filtre in filtres):
        return None
    trouvees = [filtre.facture for filtre in filtres if filtre.facture is not None]
    if clients := [filtre.client for filtre in filtres if filtre.client is not None]:
        arretes = Client.objects.pour(cadre.creancier).filter(reduce(or_, clients))
        trouvees.append(Q(client__in=arretes.values("pk")))
    if lignes := [filtre.ligne for filtre in filtres if filtre.ligne is not None]:
        histoire = RelanceFacture.objects.filter(creancier=cadre.creancier, facture=OuterRef("pk"))
        echeance = ExpressionWrapper(OuterRef("date_echeance"), DateField())
        trouvees.append(Q(Exists(histoire.alias(echeance=echeance).filter(reduce(or_, lignes)))))
    if not sans_etape:
        trouvees += [filtre.etape for filtre in filtres if filtre.etape is not None]
    return trouvees
