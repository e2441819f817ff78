"""Un essai qui ne touche ni base ni service ne dit rien de plus sur une seconde base."""

import pytest

DEMANDENT = {"django_db", "services", "postgres", "navigateur", "campagne", "scenario"}
OUVRENT = {
    *("db", "transactional_db", "live_server", "django_db_setup"),
    *("django_db_reset_sequences", "django_db_serialized_rollback"),
}


def est_pur(essai: pytest.Item) -> bool:
    noms: set[str] = set(getattr(essai, "fixturenames", ()))
    marques = {marque.name for marque in essai.iter_markers()}
    # Un fichier qui regarde la connexion fait dire autre chose à chaque base.
    regarde = hasattr(getattr(essai, "module", None), "connection")
    return not (noms & OUVRENT or marques & DEMANDENT or regarde)
