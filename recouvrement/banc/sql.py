"""Le SQL du banc : la limite nue d'une écriture, et l'entretien des tables."""

from django.apps import apps
from django.db import connection

from recouvrement.socle.sql import analyser as analyser_les_tables
from recouvrement.socle.sql import executer


def insertion_nue(creancier_id: int) -> None:
    """Le mieux que fasse la base : un INSERT … SELECT d'une ligne par facture due."""
    executer("DROP TABLE IF EXISTS banc_nu")
    executer(
        "CREATE TEMPORARY TABLE banc_nu AS SELECT id, client_id, solde, date_echeance "
        "FROM factures_facture WHERE creancier_id = %s AND solde > 0 AND NOT est_avoir",
        [creancier_id],
    )
    executer("DROP TABLE banc_nu")


def analyser() -> None:
    """L'entretien que PostgreSQL ferait seul, mais plus tard.

    Dans une transaction, nos seules tables : il y retiendrait jusqu'au bout les catalogues que
    toutes les bases du serveur partagent.
    """
    if connection.vendor != "postgresql":
        executer("ANALYZE")
    elif connection.in_atomic_block:
        analyser_les_tables(*apps.get_models())
    else:
        executer("VACUUM ANALYZE")
