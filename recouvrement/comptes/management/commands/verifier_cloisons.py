from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recouvrement.comptes.etancheite import fautes, liens


class Command(BaseCommand):
    help = "Vérifie qu'aucune ligne d'un créancier n'en désigne une d'un autre."

    def handle(self, *args: Any, **options: Any) -> None:
        trouvees = fautes()
        for lien, cles in trouvees:
            self.stderr.write(f"{lien} — lignes {', '.join(map(str, cles))}")
        if trouvees:
            raise CommandError("Des données passent d'un créancier à un autre.")
        self.stdout.write(f"{sum(1 for _ in liens())} liens vérifiés : la cloison tient.")
