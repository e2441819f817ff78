"""La table des taux en vigueur : celle du produit, complétée par l'administrateur."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from factures.models import TauxPublie
from recouvrement.droit.taux import (
    LigneTaux,
    Serie,
    TableTaux,
    nom_semestre,
    semestre,
    semestre_suivant_manquant,
    table_publiee,
)
from recouvrement.socle import formats


def table_en_vigueur() -> TableTaux:
    """Une requête ; sans saisie de l'administrateur, la table livrée elle-même."""
    lignes = TauxPublie.objects.order_by("pk").values_list("serie", "effet", "valeur", "source")
    return _completee(tuple(lignes))


@lru_cache(maxsize=8)
def _completee(lignes: tuple[tuple[str, date, Decimal, str], ...]) -> TableTaux:
    # La même table pour les mêmes lignes : les grilles qu'elle a déjà établies resservent.
    if not lignes:
        return table_publiee()
    return table_publiee().avec(
        LigneTaux(Serie(serie), effet, valeur, source) for serie, effet, valeur, source in lignes
    )


@dataclass(frozen=True, slots=True)
class Manque:
    """Un semestre que la table ne connaît pas encore."""

    debut: date
    series: tuple[str, ...]
    a_commence: bool

    @property
    def nom(self) -> str:
        return nom_semestre(semestre(self.debut))

    @property
    def phrase(self) -> str:
        quoi = ", ".join(self.series)
        if self.a_commence:
            return f"Taux du {self.nom} à saisir : {quoi}. Les calculs qui en ont besoin attendent."
        return f"Taux du {self.nom} à saisir avant le {formats.jour(self.debut)} : {quoi}."


def taux_manquants(*, au: date) -> Manque | None:
    """Quinze jours avant un semestre que la table ignore, et tant qu'elle l'ignore."""
    table = table_en_vigueur()
    debut = semestre_suivant_manquant(au, table)
    if debut is None:
        return None
    connues = {(ligne.serie, ligne.effet) for ligne in table}
    series = tuple(serie.libelle for serie in Serie if (serie, debut) not in connues)
    return Manque(debut, series, a_commence=debut <= au)
