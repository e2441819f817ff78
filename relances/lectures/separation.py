"""Ce qui s'est demandé depuis que deux fiches sont réunies."""

from clients.models import Fusion
from clients.regles import partager
from factures.models import Facture
from relances.enums import ETATS_EN_ATTENTE, EtatRelance
from relances.models import Promesse, Relance, RelanceFacture


def relances_partagees(fusion: Fusion) -> tuple[set[int], set[int]]:
    """Celles qui suivent la fiche rendue ; celles, parties, qui réclament aux deux."""
    lignes = RelanceFacture.objects.pour(fusion.creancier).filter(facture__client=fusion.garde)
    suivent, meles = partager(
        lignes.values_list("relance_id", "facture_id"),
        siens=fusion.cles(Relance),
        factures=fusion.cles(Facture),
    )
    parties = Relance.objects.pour(fusion.creancier).filter(pk__in=meles)
    sans_effet = (*ETATS_EN_ATTENTE, EtatRelance.ANNULEE)
    return suivent, set(parties.exclude(etat__in=sans_effet).values_list("pk", flat=True))


def promesses_partagees(fusion: Fusion) -> tuple[set[int], set[int]]:
    promises = Promesse.objects.pour(fusion.creancier).filter(
        client=fusion.garde, factures__isnull=False
    )
    return partager(
        promises.values_list("pk", "factures"),
        siens=fusion.cles(Promesse),
        factures=fusion.cles(Facture),
    )


def ce_qui_demande_aux_deux(fusion: Fusion) -> str:
    if relances_partagees(fusion)[1]:
        return "Depuis, une relance partie réclame des factures des deux fiches."
    if promesses_partagees(fusion)[1]:
        return "Depuis, une promesse porte sur des factures des deux fiches : annulez-la d'abord."
    return ""
