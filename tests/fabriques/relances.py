from datetime import date

from factures.models import Facture
from relances.actions.scenarios import scenario_par_defaut
from relances.enums import Canal, EtatRelance
from relances.models import Etape, Relance, RelanceFacture
from tests.fabriques.factures import une_facture


def une_relance(
    client, *, canal: str = Canal.TELEPHONE, factures: list[Facture] | None = None, **champs
) -> Relance:
    """À faire le 2 mars 2026, à l'étape du scénario initial qui prend ce canal."""
    creancier = client.creancier
    factures = [une_facture(client=client)] if factures is None else factures
    scenario_par_defaut(creancier)
    etape = Etape.objects.pour(creancier).filter(canal=canal).first()
    valeurs = {"etat": EtatRelance.A_FAIRE, "prevue_le": date(2026, 3, 2), "etape": etape}
    relance = Relance.objects.create(
        creancier=creancier, client=client, canal=canal, **valeurs | champs
    )
    etape = relance.etape
    for facture in factures:
        RelanceFacture.objects.create(
            creancier=creancier,
            relance=relance,
            facture=facture,
            etape=etape,
            cle_etape=etape.cle if etape else "",
            rang=etape.rang if etape else 0,
            cycle=facture.cycle,
            solde=facture.solde,
        )
    return relance
