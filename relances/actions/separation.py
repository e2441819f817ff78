"""Deux fiches se séparent : ce qui attend pour les deux se retire, le reste suit ses factures."""

from clients.models import Fusion
from factures.models import Facture
from recouvrement.journal.effets import Retour
from relances.actions.annulations import retirer_les_factures
from relances.lectures.separation import promesses_partagees, relances_partagees
from relances.models import Appel, Courrier, MiseEnDemeure, Promesse, Relance


def separer(fusion: Fusion, retour: Retour) -> None:
    creancier, absorbe = fusion.creancier, fusion.absorbe
    retirer_les_factures(
        creancier,
        fusion.cles(Facture),
        motif="Les deux fiches ont été séparées",
        geste=retour.annulation,
    )
    suivent, _ = relances_partagees(fusion)
    for modele, chemin in (
        (Relance, "pk"),
        (Courrier, "relance"),
        (MiseEnDemeure, "courrier__relance"),
        (Appel, "relance"),
    ):
        modele.objects.pour(creancier).filter(**{f"{chemin}__in": suivent}).update(client=absorbe)
    promises, _ = promesses_partagees(fusion)
    promesses = Promesse.objects.pour(creancier)
    siennes = promesses.filter(pk__in=promises | fusion.cles(Promesse))
    siennes.filter(pk__in=promises).update(client=absorbe)
    # Celle que la réunion avait close, une seule pouvant rester en cours.
    if not siennes.en_cours().exists():
        siennes.filter(close_geste=fusion.geste, est_tenue=None).update(
            client=absorbe, close_le=None, close_geste=None
        )
