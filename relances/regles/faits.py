"""Ce qu'il faut savoir pour décider d'une relance, et la forme de la réponse. Aucune règle ici."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, auto

from relances.enums import CodeBlocage, EtatRelance


class Usage(Enum):
    """À quoi la réponse va servir : la même règle n'y a pas toujours le même effet."""

    # Le scénario propose son étape.
    PREVOIR = auto()
    # Une relance prévue va partir : on la relit.
    PARTIR = auto()
    # Une personne écrit un courriel,
    ECRIRE = auto()
    # fait une lettre,
    POSTER = auto()
    # réclame l'échu : lettres en nombre, mise en demeure,
    SOMMER = auto()
    # ouvre un dossier de contentieux.
    CONFIER = auto()


class Effet(Enum):
    """Ce que fait une règle qui s'oppose."""

    ARRETE = auto()
    # Le message garde sa place : il partira plus tard.
    ATTEND = auto()
    # La relance se prévoit quand même : une tâche, pas un silence.
    TACHE = auto()
    # Arrête l'automate ; la personne le voit et décide.
    AVERTIT = auto()


@dataclass(frozen=True, slots=True)
class Blocage:
    code: CodeBlocage
    phrase: str
    le: date | None = None
    effet: Effet = Effet.ARRETE


@dataclass(frozen=True, slots=True)
class FaitsCreancier:
    ecart_minimal: int = 0
    soldes_perimes_jours: int | None = None
    reglements_connus_au: date | None = None
    envois_geles: bool = False
    mandat_manque: bool = False
    archive_le: date | None = None
    expediteur: str = ""
    # L'adresse réglée est celle que quelqu'un a prouvée être la sienne.
    expediteur_est_verifie: bool = False
    # Un créancier neuf se prépare : une personne ouvre ses envois.
    envois_ouverts: bool = True
    # Ce qui est déjà parti aujourd'hui, et ce que l'administrateur permet.
    partis: int = 0
    quota: int | None = None


@dataclass(frozen=True, slots=True)
class FaitsClient:
    suspendu_le: date | None = None
    suspendu_jusqu_au: date | None = None
    suspendu_motif: str = ""
    procedure_collective_le: date | None = None
    nature_inconnue: bool = False
    est_fusionne: bool = False
    efface_le: date | None = None
    promesse_pour_le: date | None = None
    # La dernière action faite envers lui, tous canaux.
    derniere_action_le: date | None = None
    # Un courriel déjà prévu ou à valider.
    courriel_prevu_le: date | None = None
    adresse: str = ""
    adresse_postale_complete: bool = True
    adresse_rendue_le: date | None = None
    # Avoirs à utiliser et règlements à imputer.
    en_faveur: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class FaitsFacture:
    solde: Decimal = Decimal("0.00")
    echeance: date = date.min
    cycle: int = 1
    est_avoir: bool = False
    # Visée par un avoir ou une rectificative à trancher, ou rectificative elle-même : la phrase.
    en_question: str = ""
    contentieux_depuis: date | None = None
    litige_ouvert_le: date | None = None
    # Ce que le litige en conteste, et ce qu'il laisse demander.
    conteste: Decimal = Decimal("0.00")
    reclamable: Decimal = Decimal("0.00")
    # Ce que doit le client par ses factures échues avant elle, elle comprise.
    du_jusqu_a_elle: Decimal = Decimal("0.00")
    # L'étape qui vient : son nom et son jour ; None : le scénario est terminé.
    etape: str = ""
    etape_le: date | None = None
    # Une relance de cette facture, dans ce cycle, qui n'est pas finie.
    en_cours: EtatRelance | None = None
    derniere_etape_le: date | None = None


@dataclass(frozen=True, slots=True)
class FaitsPrevue:
    """La ligne d'une relance déjà prévue, que l'on relit avant qu'elle parte."""

    etat: EtatRelance
    delai: int
    cycle: int


@dataclass(frozen=True, slots=True)
class Faits:
    """Tout ce qu'il faut savoir pour décider d'une relance, un jour donné."""

    au: date
    creancier: FaitsCreancier
    client: FaitsClient
    # Sans facture, la question ne porte que sur le client : on ne pose que ses règles.
    facture: FaitsFacture = FaitsFacture()
    prevue: FaitsPrevue | None = None
    par_courriel: bool = True
    automatique: bool = True
    # L'instant où l'on pourra envoyer (None : maintenant).
    ouverture: datetime | None = None
