"""LA table : pourquoi ça part, pourquoi ça ne part pas. Tout le produit interroge celle-ci.

La planification et son aperçu, la relecture au départ, les boutons d'une fiche, les gestes en lot
et Ma journée posent la même question pour un usage différent ; chaque règle dit ce qu'elle y fait.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from factures.models.facture import FactureQuerySet
from relances.lectures.verdict import client, creancier, etape, facture, instant
from relances.lectures.verdict.regle import PARTOUT, Cadre, Filtre, Regle, conditions
from relances.regles.faits import Blocage, Effet, Faits, Usage

# Le plus grave d'abord : c'est la première raison que l'on montre.
DE_LA_FACTURE = (
    facture.AVOIR,
    facture.SOLDEE,
    facture.REFERENCE,
    facture.CONTENTIEUX,
    facture.LITIGE,
    facture.COUVERTE,
    facture.A_ECHOIR,
    facture.LITIGE_PARTIEL,
)
DU_CLIENT = (
    creancier.ARCHIVE,
    client.PROCEDURE_COLLECTIVE,
    client.FUSION,
    client.EFFACE,
    client.QUALITE,
    client.SUSPENDU,
    client.PROMESSE,
    creancier.MANDAT,
    creancier.SOLDES_PERIMES,
    client.ECART,
)
DE_LA_POSTE = (client.ADRESSE_POSTALE, client.ADRESSE_RENDUE)
DE_L_EXPEDITEUR = (creancier.EXPEDITEUR_A_REGLER, creancier.EXPEDITEUR, creancier.OUVERTURE)
# Ce par quoi il faudrait passer pour le joindre.
DU_MOYEN = (client.ADRESSE, *DE_LA_POSTE, *DE_L_EXPEDITEUR)
DE_L_ETAPE = (
    etape.COURRIEL_PREVU,
    etape.DEVANCEE,
    etape.FIN,
    etape.PAS_ENCORE,
    etape.DEJA_FAITE,
)
DE_L_INSTANT = (
    instant.A_VALIDER,
    instant.GEL,
    *DE_L_EXPEDITEUR,
    instant.QUOTA,
    instant.HORAIRES,
)
REGLES = (
    etape.CADUQUE,
    etape.CYCLE_PASSE,
    *DE_LA_FACTURE,
    *DU_CLIENT,
    # N'arrête rien : ce qui part le déduit.
    client.EN_SA_FAVEUR,
    client.ADRESSE,
    *DE_LA_POSTE,
    *DE_L_ETAPE,
    *DE_L_INSTANT,
)


# Ce qui arrête tout le monde chez tous les créanciers, le même jour ou un autre : une tâche qui
# porte sur eux n'est à faire par personne.
_DEFINITIFS = [
    regle.filtre for regle in REGLES if regle.effets == PARTOUT and isinstance(regle.filtre, Filtre)
]
CLIENT_INTOUCHABLE = reduce(or_, (f.client for f in _DEFINITIFS if f.client is not None))
FACTURE_INTOUCHABLE = reduce(or_, (f.facture for f in _DEFINITIFS if f.facture is not None))


def _posees(regles: Iterable[Regle], usage: Usage) -> list[tuple[Regle, Effet]]:
    return [(regle, regle.effets[usage]) for regle in regles if usage in regle.effets]


# La planification pose toute la table à chaque facture.
_TOUTES = {usage: _posees(REGLES, usage) for usage in Usage}


def blocages(faits: Faits, usage: Usage, *, regles: Sequence[Regle] | None = None) -> list[Blocage]:
    """Tout ce que les règles ont à dire pour cet usage ; liste vide : rien ne s'oppose."""
    trouves, une_a_parle = [], False
    for regle, effet in _TOUTES[usage] if regles is None else _posees(regles, usage):
        if regle.test(faits) and not (regle.parle_seule and une_a_parle):
            une_a_parle = une_a_parle or regle.parle_seule
            trouves.append(Blocage(regle.code, regle.phrase(faits), regle.le(faits), effet))
    return trouves


def arrets(trouves: Sequence[Blocage]) -> list[Blocage]:
    return [blocage for blocage in trouves if blocage.effet == Effet.ARRETE]


# Ce qui fait qu'au bout du scénario personne n'a encore à décider.
AVANT_DE_DECIDER = (
    *DE_LA_FACTURE,
    *(r for r in DU_CLIENT if r not in (creancier.MANDAT, creancier.SOLDES_PERIMES, client.ECART)),
    etape.DEVANCEE,
)


def au_bout_du_scenario(factures: FactureQuerySet, cadre: Cadre) -> FactureQuerySet:
    """Celles dont la dernière étape est faite et que rien n'arrête par ailleurs."""
    trouvees = conditions(cadre, [etape.FIN.dans(cadre)])
    if not trouvees:
        return factures.none()
    libres = que_rien_n_arrete(factures, cadre, Usage.PREVOIR, regles=AVANT_DE_DECIDER)
    return libres.filter(reduce(or_, trouvees))


def que_rien_n_arrete(
    factures: FactureQuerySet,
    cadre: Cadre,
    usage: Usage,
    *,
    regles: Sequence[Regle] = REGLES,
    sans_etape: bool = False,
) -> FactureQuerySet:
    """Les mêmes, demandées à la base : celles dont `blocages` ne dirait aucun arrêt.

    `sans_etape` laisse de côté ce qui coûte une lecture par facture : il peut en rester de trop.
    """
    arretent = [r for r in regles if r.effets.get(usage) == Effet.ARRETE]
    trouvees = conditions(cadre, [regle.dans(cadre) for regle in arretent], sans_etape=sans_etape)
    if trouvees is None:
        return factures.none()
    return factures.filter(*(~q for q in trouvees))
