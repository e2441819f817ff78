"""Quand une facture est due, d'après les conditions de règlement convenues (C. com., art. L441-10).

Le délai court de l'émission. « 45 jours fin de mois » se compte de deux façons, toutes deux admises
(`paiement.py`) : les jours puis la fin du mois, ou la fin du mois puis les jours ; chacune est un
genre, l'usage écrit dit laquelle. Une décade finit le 10, le 20 et le dernier jour du mois.

>>> emission = date(2026, 4, 3)
>>> Terme(GenreTerme.NETS, 30).echeance(emission)
datetime.date(2026, 5, 3)
>>> Terme(GenreTerme.FIN_DE_MOIS, 45).echeance(emission)
datetime.date(2026, 5, 31)
>>> Terme(GenreTerme.FIN_DE_MOIS_PUIS, 45).echeance(emission)
datetime.date(2026, 6, 14)
>>> Terme(GenreTerme.FIN_DE_MOIS, 30, 10).echeance(emission)
datetime.date(2026, 6, 10)
>>> Terme(GenreTerme.DECADE, 30).echeance(emission)
datetime.date(2026, 5, 10)
>>> Terme(GenreTerme.DECADE_PUIS, 30).echeance(emission)
datetime.date(2026, 5, 10)
>>> [Terme(GenreTerme.DECADE, 0).echeance(date(2026, 2, n)) for n in (10, 11, 21)]
[datetime.date(2026, 2, 10), datetime.date(2026, 2, 20), datetime.date(2026, 2, 28)]
>>> str(Terme(GenreTerme.FIN_DE_MOIS, 30, 10))
'30 jours fin de mois, le 10'
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from recouvrement.droit.mois import ajouter_mois, fin_de_mois

DELAI_MAXIMAL = 120
JOUR_MAXIMAL = 30


class GenreTerme(StrEnum):
    """Dans quel ordre se comptent les jours et la fin du mois ou de la décade."""

    NETS = "nets"
    FIN_DE_MOIS = "fin_de_mois"
    FIN_DE_MOIS_PUIS = "fin_de_mois_puis"
    DECADE = "decade"
    DECADE_PUIS = "decade_puis"


LIBELLES = (
    (GenreTerme.NETS.value, "Jours nets"),
    (GenreTerme.FIN_DE_MOIS.value, "Jours, puis fin de mois"),
    (GenreTerme.FIN_DE_MOIS_PUIS.value, "Fin de mois, puis jours"),
    (GenreTerme.DECADE.value, "Jours, puis fin de décade"),
    (GenreTerme.DECADE_PUIS.value, "Fin de décade, puis jours"),
)


@dataclass(frozen=True, slots=True)
class Terme:
    """Des conditions de règlement ; `jour` : « le 10 » du mois qui suit la fin de mois."""

    genre: GenreTerme
    jours: int
    jour: int | None = None

    def echeance(self, emission: date) -> date:
        apres = timedelta(days=self.jours)
        match self.genre:
            case GenreTerme.FIN_DE_MOIS:
                fin = fin_de_mois(emission + apres)
                return fin if self.jour is None else _le(self.jour, fin)
            case GenreTerme.FIN_DE_MOIS_PUIS:
                return fin_de_mois(emission) + apres
            case GenreTerme.DECADE:
                return fin_de_decade(emission + apres)
            case GenreTerme.DECADE_PUIS:
                return fin_de_decade(emission) + apres
        return emission + apres

    def __str__(self) -> str:
        jours = f"{self.jours} jour{'s' if self.jours > 1 else ''}"
        le = "" if self.jour is None else f", le {self.jour}"
        match self.genre:
            case GenreTerme.FIN_DE_MOIS:
                return f"{jours} fin de mois{le}" if self.jours else f"fin de mois{le}"
            case GenreTerme.FIN_DE_MOIS_PUIS:
                return f"fin de mois puis {jours}"
            case GenreTerme.DECADE:
                return f"{jours} fin de décade" if self.jours else "fin de décade"
            case GenreTerme.DECADE_PUIS:
                return f"fin de décade puis {jours}"
        return f"{jours} net{'s' if self.jours > 1 else ''}" if self.jours else "comptant"


def fautes_du_terme(genre: str, jours: int | None, jour: int | None) -> dict[str, str]:
    """Ce qu'une saisie a de faux, par champ ; les contraintes de la base disent la même chose."""
    fautes = {}
    if not genre:
        if jours is not None or jour is not None:
            fautes["genre_terme"] = "Dites comment ce délai se compte."
        return fautes
    if jours is None:
        fautes["delai_paiement"] = "Donnez le nombre de jours ; 0 s'il n'y en a pas."
    elif not 0 <= jours <= DELAI_MAXIMAL:
        fautes["delai_paiement"] = f"Entre 0 et {DELAI_MAXIMAL} jours."
    if jour is not None and genre != GenreTerme.FIN_DE_MOIS:
        fautes["jour_terme"] = "Un jour du mois suivant ne se dit qu'après « puis fin de mois »."
    elif jour is not None and not 1 <= jour <= JOUR_MAXIMAL:
        fautes["jour_terme"] = f"Un jour du mois, de 1 à {JOUR_MAXIMAL}."
    return fautes


def fin_de_decade(jour: date) -> date:
    """Le 10, le 20 ou le dernier jour du mois, à compter de ce jour."""
    if jour.day <= 20:
        return jour.replace(day=10 if jour.day <= 10 else 20)
    return fin_de_mois(jour)


def _le(quantieme: int, fin: date) -> date:
    """Ce jour du mois qui suit, ou son dernier jour s'il n'en a pas tant."""
    suivant = ajouter_mois(fin.replace(day=1), 1)
    return min(suivant + timedelta(days=quantieme - 1), fin_de_mois(suivant))
