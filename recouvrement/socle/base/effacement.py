"""Effacer vraiment : ce qu'une ligne disait ne reste pas dans le fichier de la base."""

from django.db import connection, transaction

from recouvrement.socle import sql


def sans_trace() -> None:
    """Dans une transaction, avant d'effacer. SQLite remet alors les octets à zéro, et son journal
    d'écriture est vidé à la fin ; PostgreSQL rend la place au premier VACUUM."""
    if connection.vendor != "sqlite":
        return
    sql.remettre_a_zero_ce_qui_s_efface()
    transaction.on_commit(sql.vider_le_journal_d_ecriture)
