"""La double authentification : due par qui gère ou administre, après un court délai."""

from datetime import datetime, timedelta

# De quoi installer une application sur son téléphone ; pas de quoi l'oublier.
DELAI_DOUBLE = timedelta(days=3)


def double_en_retard(due_le: datetime | None, *, maintenant: datetime) -> bool:
    """Sans date : la personne n'est pas encore entrée depuis qu'elle la doit."""
    return due_le is not None and maintenant >= due_le
