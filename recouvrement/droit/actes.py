"""Les actes qui touchent au délai pour réclamer : leur effet, leur texte, leur certitude.

Une demande écrite de paiement n'interrompt rien, sauf contre une personne publique (loi n° 68-1250
du 31/12/1968, art. 2). Une décision de justice fait plus qu'interrompre : elle ouvre dix ans pour
l'exécuter (CPCE, art. L111-4).

>>> Acte.RELANCE.effet, Acte.RECLAMATION_ECRITE.effet, Acte.DECISION.effet
(<Effet.AUCUN: 'sans effet'>, <Effet.INTERROMPT: 'interrompt'>, <Effet.TITRE: 'ouvre dix ans'>)
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum

from recouvrement.droit.sources import Confiance

LOI_DE_1968 = "loi n° 68-1250 du 31/12/1968, art. 2"


class Effet(StrEnum):
    """Ce qu'un acte fait au délai."""

    INTERROMPT = "interrompt"
    SUSPEND = "suspend"
    TITRE = "ouvre dix ans"
    AUCUN = "sans effet"


class Acte(Enum):
    """Un acte, son effet, le texte qui le lui donne ou le lui refuse, et sa certitude."""

    RECONNAISSANCE = ("reconnaissance de dette", Effet.INTERROMPT, "C. civ., art. 2240")
    PAIEMENT_PARTIEL = ("paiement partiel", Effet.INTERROMPT, "C. civ., art. 2240")
    ECHEANCIER = ("échéancier accepté", Effet.INTERROMPT, "C. civ., art. 2240")
    RECLAMATION_ECRITE = (
        "demande de paiement ou réclamation écrite à l'administration",
        Effet.INTERROMPT,
        LOI_DE_1968,
    )
    COMMUNICATION_ECRITE = (
        "communication écrite de l'administration",
        Effet.INTERROMPT,
        LOI_DE_1968,
    )
    DEMANDE_EN_JUSTICE = ("demande en justice", Effet.INTERROMPT, "C. civ., art. 2241 et 2242")
    SIGNIFICATION_INJONCTION = (
        "signification de l'ordonnance d'injonction de payer",
        Effet.INTERROMPT,
        "Cass. 1re civ., 09/09/2020, n° 19-12.006",
        Confiance.VU_TIERS,
    )
    OPPOSITION = (
        "opposition à l'injonction de payer, le tribunal rejuge",
        Effet.INTERROMPT,
        "CPC, art. 1417 ; C. civ., art. 2242",
        Confiance.LECTURE,
    )
    DECISION = ("décision de justice", Effet.TITRE, "CPCE, art. L111-4", Confiance.LECTURE)
    EXECUTION = ("mesure conservatoire ou d'exécution", Effet.INTERROMPT, "C. civ., art. 2244")
    TENTATIVE_PREALABLE = (
        "requête en tentative préalable de conciliation",
        Effet.INTERROMPT,
        "CPC, art. 820",
    )
    DECLARATION_CREANCE = (
        "déclaration de créance",
        Effet.INTERROMPT,
        "C. com., art. L622-25-1",
        Confiance.VU_TIERS,
    )
    MEDIATION = ("médiation ou conciliation", Effet.SUSPEND, "C. civ., art. 2238")
    PETITES_CREANCES = (
        "accord du débiteur à la procédure simplifiée",
        Effet.SUSPEND,
        "C. civ., art. 2238 ; CPCE, art. L125-1",
    )
    INSTRUCTION = ("mesure d'instruction avant procès", Effet.SUSPEND, "C. civ., art. 2239")
    IMPOSSIBILITE = ("impossibilité d'agir", Effet.SUSPEND, "C. civ., art. 2234")
    RELANCE = ("relance", Effet.AUCUN, "Cass. com., 18/05/2022, n° 20-23.204")
    MISE_EN_DEMEURE = ("mise en demeure", Effet.AUCUN, "Cass. com., 18/05/2022, n° 20-23.204")
    REQUETE_INJONCTION = (
        "dépôt de la requête en injonction de payer",
        Effet.AUCUN,
        "Cass. 1re civ., 09/09/2020, n° 19-12.006",
    )
    LETTRE_PETITES_CREANCES = (
        "lettre de la procédure simplifiée, sans accord du débiteur",
        Effet.AUCUN,
        "C. civ., art. 2238, a contrario",
    )

    def __init__(
        self, libelle: str, effet: Effet, fondement: str, confiance: Confiance = Confiance.VU
    ) -> None:
        self.libelle = libelle
        self.effet = effet
        self.fondement = fondement
        self.confiance = confiance

    @property
    def vise_une_personne_publique(self) -> bool:
        """Vrai si l'acte ne compte que contre l'État, une collectivité, un établissement public."""
        return self in (Acte.RECLAMATION_ECRITE, Acte.COMMUNICATION_ECRITE)

    @property
    def vient_d_une_decision(self) -> bool:
        """Vrai s'il se lit dans une décision enregistrée : il ne se saisit pas une seconde fois."""
        return self in (Acte.SIGNIFICATION_INJONCTION, Acte.OPPOSITION, Acte.DECISION)

    @property
    def reprise_minimale(self) -> bool:
        """Vrai si le délai reprend pour six mois au moins (2238, 2239)."""
        return self in (Acte.MEDIATION, Acte.PETITES_CREANCES, Acte.INSTRUCTION)

    @property
    def echappe_au_butoir(self) -> bool:
        """Vrai si les vingt ans de l'article 2232 ne lui sont pas opposables (2241, 2244)."""
        return self in (Acte.DEMANDE_EN_JUSTICE, Acte.OPPOSITION, Acte.EXECUTION)

    @property
    def a_une_duree(self) -> bool:
        """Vrai si l'effet se prolonge jusqu'à une fin : instance, procédure, suspension."""
        return self.effet is Effet.SUSPEND or self in (
            Acte.DEMANDE_EN_JUSTICE,
            Acte.OPPOSITION,
            Acte.TENTATIVE_PREALABLE,
            Acte.DECLARATION_CREANCE,
        )


@dataclass(frozen=True, slots=True)
class Evenement:
    """Un acte daté et sa preuve. `fin` : extinction de l'instance, fin de la suspension."""

    acte: Acte
    le: date
    preuve: str = ""
    fin: date | None = None
    non_avenu: bool = False
    """Désistement, péremption ou rejet définitif : l'interruption s'efface (2243)."""

    def __post_init__(self) -> None:
        if self.fin is not None and self.fin < self.le:
            raise ValueError("Un acte ne finit pas avant d'avoir commencé.")
