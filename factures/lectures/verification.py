"""Le délai convenu est-il permis, la facture porte-t-elle ses mentions ? Avec l'article."""

from dataclasses import dataclass
from datetime import date

from clients.enums import NatureClient
from factures.lectures.prescription import PrescriptionFacture
from factures.models import Facture
from recouvrement.droit.mentions import Mention, manquantes
from recouvrement.droit.paiement import Situation, Verdict, verifier
from recouvrement.droit.regimes import regime_de


@dataclass(frozen=True, slots=True)
class Constat:
    """Une ligne du composant « constats »."""

    texte: str
    detail: str = ""
    ton: str = ""
    icone: str = "info"


def situation_presumee(facture: Facture) -> Situation:
    """Faute de vérification : la règle commune à la nature du client."""
    match facture.client.nature:
        case NatureClient.PARTICULIER:
            return Situation.CONSOMMATEUR
        case NatureClient.PUBLIC:
            return Situation.PUBLIC
    return Situation.CONVENU


def verdict_du_delai(facture: Facture) -> Verdict:
    situation = (
        Situation[facture.situation_delai]
        if facture.situation_delai
        else situation_presumee(facture)
    )
    return verifier(
        situation,
        emission=facture.date_emission,
        echeance=facture.date_echeance,
        livraison=facture.date_prestation,
    )


def mentions_manquantes(facture: Facture) -> tuple[Mention, ...] | None:
    """None : personne n'a encore regardé."""
    if facture.mentions_vues is None:
        return None
    return manquantes(facture.mentions_vues, regime_de(facture.client.nature))


def constats(facture: Facture) -> list[Constat]:
    if facture.est_avoir:
        return []
    lignes = [_constat_du_delai(facture)]
    manquent = mentions_manquantes(facture)
    if manquent is None:
        lignes.append(
            Constat("Les mentions de cette facture n'ont pas encore été vérifiées.", ton="echu")
        )
    elif not manquent:
        lignes.append(Constat("Aucune mention attendue ne manque.", icone="oui"))
    else:
        lignes += [
            Constat(
                f"Mention absente : {mention.libelle}",
                mention.fondement + (" · à confirmer" if mention.confiance.a_confirmer else ""),
                "echu",
                "alerte",
            )
            for mention in manquent
        ]
    return lignes


def _constat_du_delai(facture: Facture) -> Constat:
    if not facture.situation_delai and facture.client.nature == NatureClient.INCONNUE:
        return Constat(
            "Délai de paiement : son plafond dépend de la qualité du débiteur, à établir.",
            ton="echu",
            icone="inconnu",
        )
    verdict = verdict_du_delai(facture)
    reserve = "à confirmer" if verdict.plafond.confiance.a_confirmer else ""
    if verdict.est_licite:
        return Constat(verdict.phrase, reserve, icone="oui")
    ton = "demeure" if verdict.est_licite is False else "echu"
    return Constat(verdict.phrase, reserve, ton, "alerte")


def constat_de_prescription(prescription: PrescriptionFacture, *, au: date) -> Constat:
    duree = prescription.calcul.duree
    detail = f"{duree.ans} an{'s' if duree.ans > 1 else ''}, {duree.fondement}"
    for reserve in prescription.reserves:
        detail += f" · {reserve}"
    actes = [acte for acte in prescription.actes if not acte.non_avenu_motif]
    changements = [*map(str, actes), *(str(lue.decision) for lue in prescription.decisions)]
    if changements:
        detail += f" ; changé par : {', '.join(changements)}"
    return Constat(prescription.phrase(au=au), detail, prescription.ton(au=au), "heure")
