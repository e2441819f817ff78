"""Ce qu'une personne a décidé devant l'aperçu, et que chaque relecture doit retrouver."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from factures.imports.types import Anomalie, Refus
from recouvrement.socle.saisies.lisible import entier

# Toutes les origines, tous les vendeurs, tous les noms.
TOUT = "*"
# Ce que l'on peut répondre d'un débiteur, à défaut du numéro de sa fiche.
NEUF, LE_MEME = "neuf", "meme"
OUI, NON = "oui", "non"


@dataclass(frozen=True, slots=True)
class Reprises:
    """Cellules corrigées, défauts de forme et vendeurs admis, débiteurs reconnus."""

    # Origines (« facture.pdf ») admises malgré un défaut de forme ; TOUT : toutes.
    acceptees: frozenset[str] = frozenset()
    # Origine (« ventes.csv, ligne 3 ») → champ → ce qu'il faut y lire.
    corrections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # Un vendeur qui n'est pas le créancier → pourquoi ses factures se suivent ici.
    vendeurs: Mapping[str, str] = field(default_factory=dict)
    # Un débiteur douteux → le numéro de sa fiche, ou NEUF ; TOUT → LE_MEME.
    reponses: Mapping[str, str] = field(default_factory=dict)
    # Nom de fichier → l'encodage choisi ; TOUT : pour tous.
    encodages: Mapping[str, str] = field(default_factory=dict)
    # Origine → question (« objet », « reste »…) → « oui », un jour, ou NON.
    decisions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # Question → ce qui vaut pour toutes les lignes dont on n'a rien dit d'autre.
    pour_toutes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def depuis(cls, options: Mapping[str, Any]) -> "Reprises":
        return cls(
            frozenset(options.get("acceptees", ())),
            options.get("corrections", {}),
            options.get("vendeurs", {}),
            options.get("reponses", {}),
            options.get("encodages", {}),
            options.get("decisions", {}),
            options.get("pour_toutes", {}),
        )

    def corrigees(self, nom: str) -> dict[int, Mapping[str, str]]:
        """Les corrections d'un fichier, par numéro de ligne."""
        debut = f"{nom}, ligne "
        return {
            numero: champs
            for origine, champs in self.corrections.items()
            if origine.startswith(debut)
            and (numero := entier(origine.removeprefix(debut))) is not None
        }

    def lever(
        self, origine: str, refus: Sequence[Refus], alertes: Sequence[Anomalie]
    ) -> tuple[list[Refus], list[Anomalie]]:
        """Un défaut admis reste dit, sans plus rien empêcher."""
        if not {origine, TOUT} & self.acceptees:
            return list(refus), list(alertes)
        leves = [
            Anomalie(r.champ, f"{r.phrase} Admis malgré ce défaut.") for r in refus if r.levable
        ]
        return [r for r in refus if not r.levable], [*leves, *alertes]

    def encodage_de(self, nom: str) -> str:
        return self.encodages.get(nom) or self.encodages.get(TOUT, "")

    def decision(self, origine: str, cle: str) -> str:
        """« oui », ou un jour ; vide : la base garde ce qu'elle sait."""
        dite = self.decisions.get(origine, {}).get(cle) or self.pour_toutes.get(cle, "")
        return "" if dite == NON else dite

    def motif_du_vendeur(self, cle: str) -> str:
        return self.vendeurs.get(cle) or self.vendeurs.get(TOUT, "")
