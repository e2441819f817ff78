import csv
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from factures.actions.taux import TauxLu, importer_taux
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.saisies.valeurs import lire_montant

COLONNES = ("serie", "effet", "valeur", "source", "publie_le")


class Command(BaseCommand):
    help = (
        "Ajoute des taux publiés, d'un CSV à point-virgule : "
        "serie;effet;valeur;source;publie_le (dates AAAA-MM-JJ). Tout ou rien."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier", type=Path)

    def handle(self, *, fichier: Path, **options: Any) -> None:
        try:
            with fichier.open(encoding="utf-8-sig", newline="") as flux:
                lecteur = csv.DictReader(flux, delimiter=";")
                manquent = [nom for nom in COLONNES if nom not in (lecteur.fieldnames or [])]
                if manquent:
                    raise CommandError(f"Colonnes absentes : {', '.join(manquent)}.")
                lus = [self._lire(numero, ligne) for numero, ligne in enumerate(lecteur, start=2)]
            saisis = importer_taux(lus, acteur=None)
        except (OSError, UnicodeDecodeError) as erreur:
            raise CommandError(f"Fichier illisible : {erreur}") from erreur
        except ErreurMetier as erreur:
            raise CommandError(str(erreur)) from erreur
        for taux in saisis:
            self.stdout.write(f"{taux} : {taux.valeur} % ({taux.source})")

    def _lire(self, numero: int, ligne: dict[str, str]) -> TauxLu:
        try:
            if (valeur := lire_montant(ligne["valeur"])) is None:
                raise ValueError("ce taux n'a pas de valeur")
            return TauxLu(
                serie=ligne["serie"].strip(),
                effet=date.fromisoformat(ligne["effet"].strip()),
                valeur=valeur,
                source=ligne["source"] or "",
                publie_le=date.fromisoformat(ligne["publie_le"].strip()),
            )
        except (AttributeError, ValueError, ErreurMetier) as erreur:
            raise CommandError(f"Ligne {numero} : {erreur}") from erreur
