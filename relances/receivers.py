"""Ce que les relances font quand une app du dessous annonce un fait."""

from datetime import date

from django.dispatch import receiver

from clients.models import Client, Fusion
from clients.signals import clients_fusionnes, fiches_separees, separation_demandee
from factures.lectures.reclamable import contestations, reclamable
from factures.models import Facture, Importation
from factures.signals import creances_changees, etapes_demandees, import_a_defaire
from recouvrement.comptes.models import Creancier
from recouvrement.journal.effets import Retour
from recouvrement.journal.models import Geste
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.annulations import retirer_les_factures
from relances.actions.promesses import accorder_les_promesses
from relances.actions.separation import separer
from relances.enums import ETATS_EN_ATTENTE, EtatRelance
from relances.lectures.attente import plus_dues_depuis_leur_modification
from relances.lectures.faits import etapes_en_vigueur
from relances.lectures.separation import ce_qui_demande_aux_deux
from relances.models import Appel, Courrier, MiseEnDemeure, Promesse, Relance, RelanceFacture


@receiver(clients_fusionnes)
def suivre_la_fusion(
    *, garde: Client, absorbe: Client, le: date, geste: Geste, **_kwargs: object
) -> None:
    """L'historique passe à la fiche gardée ; une seule promesse y reste en cours."""
    promesses = Promesse.objects.pour(garde.creancier)
    if promesses.en_cours().filter(client=garde).exists():
        promesses.en_cours().filter(client=absorbe).update(close_le=le, close_geste=geste)
    for modele in (Relance, Appel, Promesse, Courrier, MiseEnDemeure):
        modele.objects.pour(garde.creancier).filter(client=absorbe).update(client=garde)


@receiver(etapes_demandees)
def nommer_les_etapes(*, creancier: Creancier, **_kwargs: object) -> list[str]:
    return [etape.nom for etape in etapes_en_vigueur(creancier).liste]


@receiver(separation_demandee)
def dire_ce_qui_est_demande_ensemble(*, fusion: Fusion, **_kwargs: object) -> str:
    return ce_qui_demande_aux_deux(fusion)


@receiver(fiches_separees)
def suivre_la_separation(*, fusion: Fusion, retour: Retour, **_kwargs: object) -> None:
    separer(fusion, retour)


MOTIFS = {
    "soldee": "Facture soldée",
    "litige": "Litige ouvert",
    "contentieux": "Confiée au contentieux",
}


@receiver(import_a_defaire)
def oublier_ce_qui_etait_prevu(*, importation: Importation, **_kwargs: object) -> None:
    """Une relance qui attend s'efface avec ses factures ; partie, elle empêche de défaire."""
    creancier = importation.creancier
    if Promesse.objects.pour(creancier).filter(factures__importation=importation).exists():
        raise ErreurMetier("Une facture de cet import a été promise depuis : il ne se défait plus.")
    lignes = RelanceFacture.objects.pour(creancier).filter(facture__importation=importation)
    pks = set(lignes.values_list("facture", flat=True))
    retirer_les_factures(creancier, pks, motif="Import défait")
    jamais_parties = lignes.filter(
        est_vivante=False, relance__etat__in=[EtatRelance.ANNULEE, *ETATS_EN_ATTENTE]
    )
    relances = set(jamais_parties.values_list("relance", flat=True))
    jamais_parties.delete()
    Relance.objects.pour(creancier).filter(pk__in=relances, lignes=None).delete()


@receiver(creances_changees)
def constater_les_promesses(
    *, factures: list[Facture], motif: str, geste: Geste | None, **_kwargs: object
) -> None:
    """Un règlement qui couvre la somme promise tient la promesse ; annulé, il la rouvre."""
    if motif in ("soldee", "modifiee", "rouverte"):
        for client in {facture.client_id: facture.client for facture in factures}.values():
            accorder_les_promesses(client, geste)


@receiver(creances_changees)
def retirer_ce_qui_n_est_plus_du(
    *,
    creancier: Creancier,
    factures: list[Facture],
    motif: str,
    geste: Geste | None,
    **_kwargs: object,
) -> None:
    """Dans la transaction même du règlement ou du litige : rien de prévu ne lui survit."""
    if motif == "modifiee":
        factures = plus_dues_depuis_leur_modification(creancier, factures)
        retirer_les_factures(
            creancier,
            [f.pk for f in factures],
            motif="L'échéance de la facture a changé",
            geste=geste,
        )
    elif motif in MOTIFS:
        if motif == "litige":
            # Contestée en partie seulement, ce qui reste se demande encore.
            contestees = contestations(creancier, clients={f.client_id for f in factures})
            factures = [f for f in factures if not reclamable(f.solde, contestees.get(f.pk))]
        retirer_les_factures(creancier, [f.pk for f in factures], motif=MOTIFS[motif], geste=geste)
