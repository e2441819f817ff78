"""Le passage au contentieux, vu de l'amiable : une étape faite, et parfois défaite."""

from collections.abc import Sequence
from datetime import date, time

from django.db import transaction

from clients.models import Client
from factures.models import Facture
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire
from recouvrement.journal.models import Geste
from recouvrement.socle.temps import instant_de
from relances.actions.scenarios import scenario_par_defaut
from relances.enums import ETATS_EN_ATTENTE, Canal, EtatRelance
from relances.evenements import Evenement
from relances.models import Etape, Relance, RelanceFacture


@transaction.atomic
def passer_au_contentieux(
    client: Client, *, factures: Sequence[Facture], le: date, acteur: Utilisateur, geste: Geste
) -> Relance:
    """L'étape est faite pour ces factures : après le dossier, elle ne se propose pas de nouveau."""
    creancier = client.creancier
    lignes = RelanceFacture.objects.pour(creancier).filter(facture__in=factures, est_vivante=True)
    # Proposée peut-être pour d'autres aussi : celles-ci la quittent, les autres la gardent.
    lignes.filter(relance__canal=Canal.CONTENTIEUX, relance__etat__in=ETATS_EN_ATTENTE).update(
        est_vivante=False, retiree_geste=geste
    )
    proposees = Relance.objects.pour(creancier).filter(
        client=client, canal=Canal.CONTENTIEUX, etat__in=ETATS_EN_ATTENTE
    )
    vivantes = RelanceFacture.objects.pour(creancier).vivantes()
    for proposee in proposees.select_for_update(of=("self",)):
        if not vivantes.filter(relance=proposee).exists():
            proposee.etat, proposee.motif = EtatRelance.ANNULEE, "Dossier ouvert"
            proposee.decision_geste = geste
            proposee.save(update_fields=["etat", "motif", "decision_geste"])
            inscrire(
                Evenement.RELANCE_ANNULEE,
                cible=proposee,
                acteur=acteur,
                geste=geste,
                motif="Dossier ouvert",
            )
    # Sans étape de contentieux, la dernière du scénario en tient lieu : il est fini.
    etapes = list(scenario_par_defaut(creancier).etapes.order_by("rang"))
    etape = next((e for e in etapes if e.canal == Canal.CONTENTIEUX), etapes[-1])
    relance = Relance.objects.create(
        creancier=creancier,
        client=client,
        etape=etape,
        canal=Canal.CONTENTIEUX,
        etat=EtatRelance.FAITE,
        prevue_le=le,
        faite_le=instant_de(le, time(12)),
        langue=client.langue,
        montant=sum(facture.solde for facture in factures),
        decidee_par=acteur,
        motif="Dossier ouvert",
        geste=geste,
        decision_geste=geste,
    )
    deja = _deja_passees(factures, etape)
    RelanceFacture.objects.bulk_create(
        RelanceFacture(
            creancier=creancier,
            relance=relance,
            facture=facture,
            etape=etape,
            cle_etape="" if facture.pk in deja else etape.cle,
            rang=etape.rang,
            cycle=facture.cycle,
            solde=facture.solde,
        )
        for facture in factures
    )
    inscrire(Evenement.RELANCE_FAITE, cible=relance, acteur=acteur, geste=geste, client=client.pk)
    return relance


@transaction.atomic
def reprendre_l_amiable(
    client: Client, *, factures: Sequence[Facture], acteur: Utilisateur, geste: Geste
) -> int:
    """Ces factures reprennent le scénario là où le dossier les avait prises."""
    defaites: int = (
        RelanceFacture.objects.pour(client.creancier)
        .vivantes()
        .filter(facture__in=factures, relance__canal=Canal.CONTENTIEUX)
        .update(est_vivante=False, retiree_geste=geste)
    )
    if defaites:
        inscrire(
            Evenement.AMIABLE_REPRIS,
            cible=client,
            acteur=acteur,
            geste=geste,
            factures=[facture.reference for facture in factures],
        )
    return defaites


def _deja_passees(factures: Sequence[Facture], etape: Etape) -> set[int]:
    """Un second dossier, après un premier clos : l'étape de ce cycle est déjà faite."""
    cycles = {facture.pk: facture.cycle for facture in factures}
    faites = (
        RelanceFacture.objects.pour(etape.creancier)
        .vivantes()
        .filter(facture__in=factures, cle_etape=etape.cle)
        .values_list("facture_id", "cycle")
    )
    return {facture for facture, cycle in faites if cycles[facture] == cycle}
