"""Effacer vraiment : ce qu'une ligne disait ne reste pas dans le fichier de la base."""

from django.db import connection, transaction


def sans_trace() -> None:
    """Dans une transaction, avant d'effacer. SQLite remet alors les octets à zéro, et son journal
    d'écriture est vidé à la fin ; PostgreSQL rend la place au premier VACUUM."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as curseur:
        curseur.execute("PRAGMA secure_delete = ON")
    transaction.on_commit(_vider_le_journal_d_ecriture)


def _vider_le_journal_d_ecriture() -> None:
    with connection.cursor() as curseur:
        curseur.execute("PRAGMA wal_checkpoint(TRUNCATE)")
