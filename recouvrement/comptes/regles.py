"""La double authentification : due par qui gère ou administre, après un court délai."""

from datetime import datetime, timedelta

from recouvrement.comptes.models import Utilisateur

# De quoi installer une application sur son téléphone ; pas de quoi l'oublier.
DELAI_DOUBLE = timedelta(days=3)


def double_en_retard(personne: Utilisateur, *, maintenant: datetime) -> bool:
    """Sans date : elle n'est pas encore entrée depuis qu'elle la doit."""
    return personne.double_due_le is not None and maintenant >= personne.double_due_le
