from recouvrement.socle.erreurs import ErreurMetier


class NumeroDejaPris(ErreurMetier):
    message = "Ce numéro de facture existe déjà."


class FactureIncoherente(ErreurMetier):
    """Des montants ou des dates qui se contredisent."""


class FactureDejaReglee(ErreurMetier):
    message = "Cette facture a déjà reçu des règlements : ce changement les contredirait."


class FactureIntrouvable(ErreurMetier):
    message = "Une des factures choisies n'est pas à ce client."


class ClientRetire(ErreurMetier):
    message = "Ce client vient d'être retiré avec l'import qui l'avait créé."


class MontantInvalide(ErreurMetier):
    message = "Le montant doit être supérieur à zéro."


class ImputationExcessive(ErreurMetier):
    """On impute plus que ce qui reste dû, ou que ce qui a été reçu."""


class EncaissementDejaAnnule(ErreurMetier):
    message = "Ce règlement est déjà annulé."


class AnnulationImpossible(ErreurMetier):
    """Cette écriture ne s'annule pas, ou pas à cette date."""


class AvoirInutilisable(ErreurMetier):
    message = "Cet avoir n'a pas de quoi payer ce montant."


class ReferenceImpossible(ErreurMetier):
    """Ce que vise ce document ne s'y prête pas, ou n'est plus à trancher."""


class LitigeDejaOuvert(ErreurMetier):
    message = "Un litige est déjà ouvert sur cette facture."


class LitigeImpossible(ErreurMetier):
    """Rien n'est dû, ou l'on conteste plus que le montant."""


class LitigeDejaClos(ErreurMetier):
    message = "Ce litige est déjà clos."


class PieceRefusee(ErreurMetier):
    message = "Ce fichier ne peut pas être déposé."


class ImportDejaTraite(ErreurMetier):
    message = "Cet import a déjà été enregistré ou abandonné."


class ImportIrreversible(ErreurMetier):
    """Quelque chose est né de cet import : le défaire l'effacerait."""


class ImportVide(ErreurMetier):
    message = "Aucun fichier n'a été déposé."


class DecompteImpossible(ErreurMetier):
    """Un taux manque, ou rien n'était dû."""


class RecuImpossible(ErreurMetier):
    """Un règlement annulé, ou un avoir : rien n'a été reçu."""


class ConventionImpossible(ErreurMetier):
    """Une remise sans facture, ou un choix qui ne dit pas sa raison."""


class DecisionImpossible(ErreurMetier):
    """Une décision sans référence, à venir, ou qui précède la facture."""


class TauxRefuse(ErreurMetier):
    """Une date qui n'ouvre pas un semestre, ou un taux sans source."""


class ActeImpossible(ErreurMetier):
    """Un acte qui précède la facture, ou qui est déjà sans effet."""


class ProcedureImpossible(ErreurMetier):
    """Des dates qui se contredisent, ou rien à déclarer."""
