"""La phrase qui commence un appel : qui parle, de quoi, et la somme nette que l'on demande."""

from recouvrement.accueil.lectures.fiche import FicheClient
from recouvrement.comptes.enums import ModeIntervention, Role
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.socle.formats import de, euros, jour_court

RIEN_A_DEMANDER = (
    "Rien n'est à demander : un avoir ou un règlement à employer couvre ce qui est dû."
)
RIEN_N_EST_DU = "Rien n'est à demander : aucune facture n'est ouverte."


def presentation(creancier: Creancier, personne: Utilisateur, role: Role) -> str:
    """Le créancier lui-même et les siens se nomment ; son secrétariat parle en son nom."""
    if creancier.mode == ModeIntervention.INTERNE or role == Role.GESTIONNAIRE:
        return f"Bonjour, je suis {personne.nom_complet}, {de(creancier.nom)}."
    if creancier.mode == ModeIntervention.MANDATAIRE:
        return (
            f"Bonjour, {personne.nom_complet}. Je vous appelle pour le compte {de(creancier.nom)}."
        )
    return f"Bonjour, secrétariat {de(creancier.nom)}."


def a_dire(fiche: FicheClient, bonjour: str) -> str:
    """Ce qui se dit, entre guillemets ; quand rien n'est à demander, la page le dit sans eux."""
    if not fiche.factures:
        return RIEN_N_EST_DU
    if fiche.echues and fiche.deduites and not fiche.a_regler:
        return RIEN_A_DEMANDER
    return f"«\u00a0{bonjour} {_question(fiche)}\u00a0»"


def _question(fiche: FicheClient) -> str:
    """Selon où l'on en est ; la somme dite est celle que demandent les messages."""
    if not fiche.echues:
        return "Avez-vous bien reçu notre dernière facture ?"
    if not fiche.a_regler:
        return "Où en est votre contestation ?"
    if fiche.promesse_rompue and fiche.promesse:
        # Une partie a pu en arriver : on demande où il en est, on ne nie rien.
        return (
            f"Vous nous aviez annoncé un règlement pour le "
            f"{jour_court(fiche.promesse.pour_le)} ; il reste {euros(fiche.a_regler)} à recevoir"
            f"{_reduit(fiche)}. Le règlement a-t-il été émis, et à quelle date ?"
        )
    plus_vieille = fiche.echues[0]
    if len(fiche.echues) == 1:
        echeance = jour_court(plus_vieille.date_echeance)
        quoi = f"la facture {plus_vieille.reference}, échue le {echeance}"
    else:
        quoi = f"{len(fiche.echues)} factures, dont la {plus_vieille.reference}"
    return (
        f"Je vous appelle au sujet de {quoi} : {euros(fiche.a_regler)} à régler"
        f"{_reduit(fiche)}. Avez-vous une date de règlement à nous donner ?"
    )


def _reduit(fiche: FicheClient) -> str:
    """« , hors 150,00 € contestés, avoir BA du 14/05/2026 déduit »."""
    dits = [f"hors {euros(fiche.conteste)} contestés"] if fiche.conteste else []
    dits += [f"{deduite.ligne} déduit" for deduite in fiche.deduites if deduite.montant]
    return "".join(f", {dit}" for dit in dits)
