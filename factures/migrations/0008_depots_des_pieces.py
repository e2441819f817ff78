from itertools import batched
from collections.abc import Iterator

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def compter_les_pieces(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Les pièces et les fichiers importés d'avant les quotas."""
    Depot = apps.get_model("documents", "Depot")
    Piece, Importation = (apps.get_model("factures", nom) for nom in ("Piece", "Importation"))

    def gardes() -> Iterator[tuple[int, str, int]]:
        yield from Piece.objects.values_list("creancier_id", "empreinte", "taille").iterator()
        for creancier, fichiers in Importation.objects.values_list(
            "creancier_id", "fichiers"
        ).iterator():
            for depose in fichiers:
                yield creancier, depose["empreinte"], depose.get("taille", 0)

    for lot in batched(gardes(), 5_000):
        Depot.objects.bulk_create(
            [Depot(creancier_id=c, empreinte=e, taille=t) for c, e, t in lot],
            ignore_conflicts=True,
            batch_size=500,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("factures", "0007_pieces_comptees"),
        ("documents", "0003_depots_et_exports"),
    ]

    operations = [migrations.RunPython(compter_les_pieces, migrations.RunPython.noop)]
