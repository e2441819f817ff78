"""Retirer des relances qui ne sont pas parties : leurs messages avec, sous les mêmes verrous."""

from collections.abc import Collection, Iterable

from django.db import transaction

from clients.models import Client
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.journal.actions import inscrire_lot
from recouvrement.journal.models import Geste
from relances.enums import ETATS_EN_ATTENTE, EtatCourrier, EtatRelance
from relances.evenements import Evenement
from relances.models import Courrier, Relance, RelanceFacture

# Pris (`reclame`) aussi : l'ouvrier verra son passage à `data` ne toucher aucune ligne.
ENVOIS_RETIRABLES = (EtatEnvoi.A_ENVOYER, EtatEnvoi.RETENU, EtatEnvoi.RECLAME)


@transaction.atomic
def retirer(
    creancier: Creancier,
    relances: Iterable[int],
    *,
    motif: str,
    acteur: Utilisateur | None,
    etapes_passees: bool = False,
    geste: Geste | None = None,
) -> list[int]:
    """Annule celles qui attendent encore ; rend leurs numéros.

    `etapes_passees` : l'étape compte comme faite et ne sera pas proposée à nouveau. Un message en
    cours de transmission ne se retire pas : sa relance reste, et la suite le dira.
    """
    qs = Relance.objects.pour(creancier)
    concernees = list(
        qs.select_for_update(of=("self",))
        .filter(pk__in=list(relances), etat__in=ETATS_EN_ATTENTE)
        .exclude(envoi__etat=EtatEnvoi.DATA)
        .order_by("pk")
    )
    envois = {r.envoi_id: r for r in concernees if r.envoi_id}
    if envois:
        Envoi.objects.pour(creancier).filter(
            pk__in=list(envois), etat__in=ENVOIS_RETIRABLES
        ).update(etat=EtatEnvoi.ANNULE, jeton=None, bail=None, reponse=motif[:500])
        partis = set(
            Envoi.objects.pour(creancier)
            .filter(pk__in=list(envois), etat=EtatEnvoi.DATA)
            .values_list("pk", flat=True)
        )
        concernees = [r for r in concernees if r.envoi_id not in partis]
    numeros = [r.pk for r in concernees]
    qs.filter(pk__in=numeros).update(
        etat=EtatRelance.ANNULEE, motif=motif[:250], decidee_par=acteur, decision_geste=geste
    )
    # La lettre scellée reste lisible, mais ne se poste plus.
    Courrier.objects.pour(creancier).a_poster().filter(relance__in=numeros).update(
        etat=EtatCourrier.ANNULE
    )
    if not etapes_passees:
        RelanceFacture.objects.pour(creancier).vivantes().filter(relance__in=numeros).update(
            est_vivante=False, retiree_geste=geste
        )
    inscrire_lot(
        Evenement.RELANCE_ANNULEE,
        cibles=[(r, {"motif": motif, "client": r.client_id}) for r in concernees],
        acteur=acteur,
        geste=geste,
    )
    return numeros


def annuler_en_attente(
    client: Client, *, motif: str, acteur: Utilisateur | None, geste: Geste | None
) -> int:
    """Retire les relances du client qui n'ont pas commencé à partir ; l'étape reste à faire."""
    en_attente = Relance.objects.pour(client.creancier).filter(client=client).en_attente()
    numeros = en_attente.values_list("pk", flat=True)
    return len(retirer(client.creancier, numeros, motif=motif, acteur=acteur, geste=geste))


@transaction.atomic
def retirer_les_factures(
    creancier: Creancier,
    factures: Iterable[int],
    *,
    motif: str,
    acteur: Utilisateur | None = None,
    geste: Geste | None = None,
    relances: Collection[int] | None = None,
) -> list[int]:
    """Ces factures ne se réclament plus : leurs relances en attente les perdent, ou tombent.

    `relances` : celles-là seulement.
    """
    factures = set(factures)
    attendent = (
        RelanceFacture.objects.pour(creancier)
        .vivantes()
        .filter(facture__in=factures, relance__etat__in=ETATS_EN_ATTENTE)
    )
    if relances is not None:
        attendent = attendent.filter(relance__in=relances)
    lignes = list(attendent.values_list("pk", "relance_id"))
    if not lignes:
        return []
    touchees = {relance for _, relance in lignes}
    gardent = set(
        RelanceFacture.objects.pour(creancier)
        .vivantes()
        .filter(relance__in=touchees)
        .exclude(facture__in=factures)
        .values_list("relance_id", flat=True)
    )
    retirees = retirer(creancier, touchees - gardent, motif=motif, acteur=acteur, geste=geste)
    RelanceFacture.objects.pour(creancier).filter(
        pk__in=[pk for pk, relance in lignes if relance in gardent],
        relance__etat__in=ETATS_EN_ATTENTE,
    ).exclude(relance__envoi__etat=EtatEnvoi.DATA).update(est_vivante=False, retiree_geste=geste)
    return retirees
