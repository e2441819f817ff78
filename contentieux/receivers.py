"""Ce que le contentieux fait quand une app du dessous annonce un fait."""

from django.dispatch import receiver

from clients.models import Client, Fusion
from clients.regles import partager
from clients.signals import clients_fusionnes, fiches_separees, separation_demandee
from contentieux.models import Dossier, DossierFacture
from factures.models import Facture


def _dossiers_partages(fusion: Fusion) -> tuple[set[int], set[int]]:
    lignes = DossierFacture.objects.pour(fusion.creancier).filter(facture__client=fusion.garde)
    return partager(
        lignes.values_list("dossier_id", "facture_id"),
        siens=fusion.cles(Dossier),
        factures=fusion.cles(Facture),
    )


@receiver(separation_demandee)
def dire_ce_qui_est_au_meme_dossier(*, fusion: Fusion, **_kwargs: object) -> str:
    melent = _dossiers_partages(fusion)[1]
    return "Depuis, un dossier réunit des factures des deux fiches." if melent else ""


@receiver(fiches_separees)
def suivre_la_separation(*, fusion: Fusion, **_kwargs: object) -> None:
    suivent, _ = _dossiers_partages(fusion)
    Dossier.objects.pour(fusion.creancier).filter(pk__in=suivent).update(client=fusion.absorbe)


@receiver(clients_fusionnes)
def suivre_la_fusion(*, garde: Client, absorbe: Client, **_kwargs: object) -> None:
    Dossier.objects.pour(garde.creancier).filter(client=absorbe).update(client=garde)
