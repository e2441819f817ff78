"""Le SQL du banc : la limite nue d'une écriture, et l'entretien des tables."""

from django.db import connection

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
    """L'entretien que PostgreSQL ferait seul, mais plus tard."""
    menage = connection.vendor == "postgresql" and not connection.in_atomic_block
    executer("VACUUM ANALYZE" if menage else "ANALYZE")
