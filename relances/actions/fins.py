"""Au bout du scénario, une facture encore due : une tâche et une ligne au journal, une fois."""

from django.db import transaction
from django.db.models import Exists, OuterRef

from clients.actions.verrou import verrouiller
from clients.models import Client
from factures.models import Facture
from factures.models.facture import FactureQuerySet
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import inscrire, inscrire_lot, poser
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.erreurs import ErreurMetier
from relances.evenements import Evenement
from relances.lectures.verdict import Cadre, au_bout_du_scenario
from relances.models import FinDeScenario


def constater_les_fins(cadre: Cadre) -> int:
    """Relancé mille fois, le même résultat : une fin par facture et par cycle."""
    # Un premier regard sans verrou : le plus souvent il n'y en a pas.
    return _constater(cadre) if _neuves(cadre).exists() else 0


@transaction.atomic
def _constater(cadre: Cadre) -> int:
    creancier = cadre.creancier
    Creancier.objects.select_for_update(no_key=True, of=("self",)).get(pk=creancier.pk)
    factures = list(_neuves(cadre).order_by("pk"))
    FinDeScenario.objects.bulk_create(
        [
            FinDeScenario(
                creancier=creancier, facture=facture, cycle=facture.cycle, constatee_le=cadre.au
            )
            for facture in factures
        ]
    )
    inscrire_lot(
        Evenement.SCENARIO_TERMINE,
        cibles=[(f, {"client": f.client_id, "solde": f.solde}) for f in factures],
        acteur=None,
    )
    return len(factures)


def _neuves(cadre: Cadre) -> FactureQuerySet:
    deja = FinDeScenario.objects.pour(cadre.creancier).filter(
        facture=OuterRef("pk"), cycle=OuterRef("cycle")
    )
    echues = Facture.objects.pour(cadre.creancier).ouvertes().echues(au=cadre.au)
    return au_bout_du_scenario(echues, cadre).filter(~Exists(deja))


@transaction.atomic
def decider_des_fins(client: Client, *, acteur: Utilisateur) -> Geste:
    """La suite de ses factures au bout du scénario est décidée : la tâche se retire."""
    client = verrouiller(client)
    fins = FinDeScenario.objects.pour(client.creancier).filter(
        facture__client=client, decidee_geste=None
    )
    numeros = list(fins.order_by("pk").values_list("facture__numero", flat=True))
    if not numeros:
        raise ErreurMetier("Rien n'attend de décision pour ce client.")
    geste = poser(Genre.DECISION, creancier=client.creancier, acteur=acteur)
    fins.update(decidee_geste=geste)
    inscrire(Evenement.FIN_DECIDEE, cible=client, acteur=acteur, geste=geste, factures=numeros)
    return geste
