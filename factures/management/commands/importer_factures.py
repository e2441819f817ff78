from argparse import ArgumentTypeError
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from factures.actions.importation import abandonner_import, preparer_import, valider_import
from factures.enums import QuestionImport, SortLigne
from factures.imports.reprises import OUI
from factures.lectures.importation import COLONNES_RAPPORT, lignes_du_rapport
from factures.models import Importation, LigneImport
from recouvrement.comptes.models import Creancier
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.tableur.ecriture import classeur
from recouvrement.socle.tableur.encodages import NOMS
from recouvrement.socle.tableur.lecture import MEGA, PLAFOND_OCTETS

# Une absente se répond d'un jour, pas d'un oui.
REPRENABLES = [cle for cle in QuestionImport.values if cle != QuestionImport.ABSENTE]


class Command(BaseCommand):
    help = (
        "Importe des factures : CSV, XLSX, ODS, PDF Factur-X, XML CII ou UBL. "
        "Rend 0 si tout est passé, 2 si des lignes sont refusées (les autres sont enregistrées), "
        "1 si rien n'a pu être fait."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichiers", nargs="+", type=Path, metavar="FICHIER")
        parser.add_argument("--creancier", required=True, help="code du créancier")
        parser.add_argument("--a-blanc", action="store_true", help="montre sans rien enregistrer")
        parser.add_argument(
            "--etape", type=int, default=0, help="rang de l'étape d'entrée (0 : la première)"
        )
        parser.add_argument(
            "--malgre-la-forme",
            action="store_true",
            help="admet les factures électroniques dont seule la forme est fautive",
        )
        parser.add_argument(
            "--admettre-vendeur",
            default="",
            metavar="MOTIF",
            help="suit aussi les factures d'un autre vendeur, et garde pourquoi",
        )
        parser.add_argument(
            "--encodage", default="", choices=sorted(NOMS), help="celui des CSV, s'il est incertain"
        )
        parser.add_argument(
            "--meme-nom",
            action="store_true",
            help="un débiteur du nom d'une seule fiche est celui de cette fiche",
        )
        parser.add_argument(
            "--liste-complete",
            action="store_true",
            help="ces fichiers disent toutes les factures ouvertes : les absentes se demandent",
        )
        parser.add_argument(
            "--reprendre",
            action="append",
            default=[],
            choices=REPRENABLES,
            help="reprend du fichier ce qui a changé d'une facture connue (répétable) ; "
            "« reste » annule les règlements qu'un reste dû remonté contredit",
        )
        parser.add_argument(
            "--absentes-reglees-le",
            type=_jour,
            metavar="AAAA-MM-JJ",
            help="avec --liste-complete : les absentes ont été réglées ce jour-là",
        )
        parser.add_argument(
            "--rapport", type=Path, metavar="FICHIER.xlsx", help="écrit le sort de chaque ligne"
        )

    def handle(
        self,
        *,
        fichiers: list[Path],
        creancier: str,
        a_blanc: bool,
        etape: int,
        rapport: Path | None = None,
        **options: Any,
    ) -> None:
        tenu = Creancier.objects.filter(code=creancier).first()
        if tenu is None:
            raise CommandError(f"Aucun créancier n'a le code « {creancier} ».")
        absents = [str(chemin) for chemin in fichiers if not chemin.is_file()]
        if absents:
            raise CommandError(f"Fichier introuvable : {', '.join(absents)}")
        for chemin in fichiers:
            if (taille := chemin.stat().st_size) > PLAFOND_OCTETS:
                raise CommandError(
                    f"{chemin} pèse {taille // MEGA} Mo : la limite est de "
                    f"{PLAFOND_OCTETS // MEGA} Mo par fichier."
                )
        maintenant = timezone.now()
        try:
            importation = preparer_import(
                tenu,
                _lus(fichiers),
                acteur=None,
                maintenant=maintenant,
                rang_entree=etape,
                malgre_la_forme=options.get("malgre_la_forme", False),
                motif_du_vendeur=options.get("admettre_vendeur", "").strip(),
                encodage=options.get("encodage", ""),
                meme_nom=options.get("meme_nom", False),
                liste_complete=options.get("liste_complete", False),
                pour_toutes=_reponses(options),
            )
            refusees = self._raconter(importation)
            if a_blanc:
                abandonner_import(importation, acteur=None)
            else:
                valider_import(importation, acteur=None, maintenant=maintenant)
        except ErreurMetier as erreur:
            raise CommandError(erreur.message) from erreur
        if rapport:
            lignes = lignes_du_rapport(importation)
            rapport.write_bytes(classeur("Import", COLONNES_RAPPORT, lignes))
            self.stdout.write(f"Rapport : {rapport}")
        self.stdout.write("À blanc : rien n'est enregistré." if a_blanc else "Enregistré.")
        if refusees:
            raise CommandError(
                f"{refusees} refusée{'s' if refusees > 1 else ''}, voyez ci-dessus.", returncode=2
            )

    def _raconter(self, importation: Importation) -> int:
        comptes = dict.fromkeys(SortLigne, 0)
        lignes = LigneImport.objects.pour(importation.creancier).filter(importation=importation)
        for ligne in lignes.order_by("rang").iterator(chunk_size=2000):
            comptes[SortLigne(ligne.sort)] += 1
            if ligne.sort == SortLigne.REFUSEE:
                raisons = " ".join(refus["phrase"] for refus in ligne.refus)
                self.stdout.write(f"refusée : {ligne.origine} : {raisons}")
            else:
                for alerte in ligne.alertes:
                    self.stdout.write(f"à voir : {ligne.origine} : {alerte['phrase']}")
                for question in ligne.lu.get("questions", ()):
                    suite = "repris" if question["reponse"] else "non repris"
                    self.stdout.write(
                        f"à décider : {ligne.origine} : {question['phrase']} ({suite})"
                    )
        self.stdout.write(
            ", ".join(f"{sort.label.lower()} : {nombre}" for sort, nombre in comptes.items())
        )
        return comptes[SortLigne.REFUSEE]


def _jour(texte: str) -> str:
    try:
        return date.fromisoformat(texte).isoformat()
    except ValueError as erreur:
        raise ArgumentTypeError(f"« {texte} » n'est pas un jour AAAA-MM-JJ.") from erreur


def _reponses(options: Mapping[str, Any]) -> dict[str, str]:
    """Ce qui vaut pour toutes les lignes ; rien n'est repris sans option."""
    reponses = dict.fromkeys(options.get("reprendre", ()), OUI)
    if le := options.get("absentes_reglees_le"):
        reponses[QuestionImport.ABSENTE.value] = le
    return reponses


def _lus(fichiers: list[Path]) -> Iterator[tuple[str, bytes]]:
    for chemin in fichiers:
        yield chemin.name, chemin.read_bytes()
