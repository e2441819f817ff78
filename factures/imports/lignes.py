"""Une ligne d'import : ce qu'on en a lu, puis ce que l'aperçu en fera."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from factures.enums import SortLigne
from factures.imports.rapprochement import ClientVise
from factures.imports.types import Anomalie, FactureLue, Refus, presente
from factures.models import Facture
from recouvrement.socle.montants import ZERO
from recouvrement.socle.tableur.encodages import Lecture


@dataclass(frozen=True, slots=True)
class Question:
    """Ce qu'un fichier dit autrement que la base : par défaut, rien n'en est repris."""

    cle: str
    phrase: str
    # La case à cocher ; vide : rien ne peut se faire d'ici, une personne regarde ailleurs.
    oui: str = ""
    # Le jour à donner, proposé ; vide : cette réponse n'en a pas.
    le: str = ""
    # « oui », ou le jour : ce qui a été répondu.
    reponse: str = ""


@dataclass(frozen=True, slots=True)
class PieceLue:
    """Le PDF d'où vient la facture, déjà au magasin."""

    nom: str
    empreinte: str
    taille: int
    actif: bool
    # Vide : aperçu figé avant que les pages ne se comptent.
    pages: int | None = None


@dataclass(slots=True)
class Lue:
    """Ce que l'on a lu d'une ligne ou d'un fichier, avant de regarder la base."""

    origine: str
    facture: FactureLue | None
    refus: list[Refus] = field(default_factory=list)
    alertes: list[Anomalie] = field(default_factory=list)
    piece: PieceLue | None = None
    # Les encodages entre lesquels choisir, avec ce qu'on y lirait.
    lectures: tuple[Lecture, ...] = ()
    # Une facture ouverte que la liste complète ne dit plus : rien n'en a été lu.
    absente: bool = False
    # Le texte des cellules d'une ligne refusée, pour le montrer à côté de la raison.
    cellules: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class LigneApercu:
    lue: Lue
    sort: SortLigne
    client: ClientVise | None = None
    existante: Facture | None = None
    # Les champs qui changent d'une facture connue, leur nouvelle valeur.
    change: dict[str, Any] = field(default_factory=dict)
    # Ce qui est déjà payé et que l'on ne savait pas.
    paye: Decimal = ZERO
    ajoute_piece: bool = False
    # Lue, ou calculée d'après les conditions de règlement.
    echeance: date | None = None
    # Comment son client a été reconnu, et la réponse à en retenir.
    par: str = ""
    cle: str = ""
    # Pourquoi une personne a admis son vendeur.
    motif: str = ""
    # Les fiches entre lesquelles une personne doit choisir, et celle qu'on lui propose.
    candidats: tuple[ClientVise, ...] = ()
    proposee: int | None = None
    # Ce qui a changé depuis et se demande ; les règlements qu'une réponse annule, et son jour.
    questions: list[Question] = field(default_factory=list)
    annule: tuple[int, ...] = ()
    paye_le: date | None = None

    def refuser(self, champ: str, phrase: str, *, sujet: str = "") -> None:
        self.sort = SortLigne.REFUSEE
        self.lue.refus.append(Refus(champ, phrase, sujet=sujet))

    def demander(self, question: Question) -> bool:
        """Pose la question, et dit si la réponse est oui."""
        self.questions.append(question)
        return bool(question.oui and question.reponse)

    def signaler(self, champ: str, phrase: str) -> None:
        self.lue.alertes.append(Anomalie(champ, phrase))

    @property
    def facture(self) -> FactureLue:
        """Celle d'une ligne à écrire."""
        return presente(self.lue.facture)
