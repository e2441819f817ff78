"""Ce qu'un fichier dit d'une facture connue : ce qui s'y ajoute seul, ce qui se demande.

Rien de ce que la base sait n'est récrit sans réponse : un objet, une date, un montant qui changent,
un reste dû qui remonte, une facture que la liste complète ne dit plus.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import batched

from django.db.models import Count

from factures.enums import MOYENS_SANS_ARGENT, QuestionImport, SortLigne
from factures.imports.lignes import LigneApercu, Lue, Question
from factures.imports.rapprochement import Annuaire, ClientVise
from factures.imports.reprises import Reprises
from factures.imports.types import AVOIR, FactureLue, PartieLue
from factures.models import Facture, Imputation
from recouvrement.comptes.models import Creancier
from recouvrement.socle.formats import euros, jour
from recouvrement.socle.montants import ZERO

LOT = 500
MISES_A_JOUR = {
    "date_emission": "émission",
    "date_echeance": "échéance",
    "montant_ht": "HT",
    "montant_tva": "TVA",
    "montant_ttc": "TTC",
    "libelle": "objet",
    "reference_commande": "commande",
}
# Une question, les champs qui changent ensemble.
CHAMPS = {
    QuestionImport.EMISSION: ("date_emission",),
    QuestionImport.ECHEANCE: ("date_echeance",),
    QuestionImport.MONTANT: ("montant_ht", "montant_tva", "montant_ttc"),
    QuestionImport.OBJET: ("libelle",),
    QuestionImport.COMMANDE: ("reference_commande",),
}


@dataclass(frozen=True, slots=True)
class Recu:
    """De l'argent qui paye une facture. `seul` : rien d'autre ne s'y paye, il s'annule entier."""

    pk: int
    montant: Decimal
    recu_le: date
    seul: bool


@dataclass(frozen=True, slots=True)
class Connu:
    """Ce que la base sait, lu une fois pour toutes les lignes."""

    annuaire: Annuaire
    reprises: Reprises
    factures: Mapping[tuple[str, int], Facture]
    pieces: set[tuple[int, str]]
    recus: Mapping[int, list[Recu]]


def comparer(ligne: LigneApercu, client: ClientVise, existante: Facture, connu: Connu) -> None:
    lue = ligne.facture
    if lue.nature != existante.nature:
        ligne.refuser("nature", f"Déjà connue comme « {existante.get_nature_display().lower()} ».")
        return
    if client.pk is None:
        # Le nom a pu être corrigé depuis : la facture reste à son client.
        ligne.client = connu.annuaire.par_pk.get(existante.client_id, client)
        ligne.signaler("client", f"Cette facture garde son client actuel, « {ligne.client.nom} ».")
    elif client.pk != existante.client_id:
        ligne.refuser("client", "Ce numéro est déjà celui d'une facture d'un autre client.")
        return
    regle = existante.montant_ttc - existante.solde
    if lue.ttc != existante.montant_ttc and (pourquoi := _montant_fixe(existante, regle)):
        ligne.refuser("montant_ttc", pourquoi)
        return
    _changer(ligne, lue, existante, connu.reprises)
    if lue.nature != AVOIR:
        paye = min(lue.montant_prepaye or ZERO, lue.ttc)
        ligne.paye = max(paye - regle, ZERO)
        if lue.dit_le_reste:
            _reste_remonte(ligne, paye, connu.recus.get(existante.pk, []), connu.reprises)
    piece = ligne.lue.piece
    ligne.ajoute_piece = piece is not None and (existante.pk, piece.empreinte) not in connu.pieces
    ligne.sort = SortLigne.INCHANGEE
    if ligne.change or ligne.paye or ligne.annule or ligne.ajoute_piece:
        ligne.sort = SortLigne.MISE_A_JOUR
        ligne.signaler("sort", _ce_qui_change(ligne, existante))


def _montant_fixe(existante: Facture, regle: Decimal) -> str:
    if regle:
        return (
            f"Déjà réglée de {euros(regle)} : son montant ({euros(existante.montant_ttc)}) "
            f"ne change pas par un import."
        )
    if existante.contentieux_depuis:
        return "Au contentieux : son montant ne change pas par un import."
    return ""


def _changer(ligne: LigneApercu, lue: FactureLue, existante: Facture, reprises: Reprises) -> None:
    """Un blanc se remplit seul ; ce qui dit autre chose se demande."""
    for cle, champs in CHAMPS.items():
        change = {
            nom: nouveau
            for nom in champs
            if (nouveau := getattr(lue, nom)) not in (None, "")
            and nouveau != getattr(existante, nom)
        }
        contredit = [nom for nom in change if getattr(existante, nom) not in (None, "")]
        if contredit:
            dits = ", ".join(
                f"{MISES_A_JOUR[nom]} : {_dire(getattr(existante, nom))} → {_dire(change[nom])}"
                for nom in change
            )
            reponse = reprises.decision(ligne.lue.origine, cle)
            question = Question(cle, f"{dits[0].upper()}{dits[1:]}", "Reprendre", reponse=reponse)
            if not ligne.demander(question):
                continue
        ligne.change |= change


def _reste_remonte(
    ligne: LigneApercu, paye: Decimal, recus: list[Recu], reprises: Reprises
) -> None:
    """Le fichier sait moins d'argent reçu que la base : un prélèvement revenu, ou un retard."""
    argent = sum((recu.montant for recu in recus), ZERO)
    ecart = argent - paye
    if ecart <= 0:
        return
    annules: list[Recu] = []
    total = ZERO
    for recu in recus:
        if recu.seul and total < ecart:
            annules.append(recu)
            total += recu.montant
    phrase = f"{euros(argent)} enregistrés comme payés, le fichier dit {euros(paye)}."
    if total < ecart:
        ligne.demander(Question(QuestionImport.RESTE, f"{phrase} À revoir sur sa fiche."))
        return
    jours = ", ".join(f"{euros(recu.montant)} du {jour(recu.recu_le)}" for recu in annules)
    oui = f"Annuler {jours}"
    if total > ecart:
        oui += f", et en garder {euros(total - ecart)}"
    reponse = reprises.decision(ligne.lue.origine, QuestionImport.RESTE)
    if ligne.demander(Question(QuestionImport.RESTE, phrase, oui, reponse=reponse)):
        ligne.annule = tuple(recu.pk for recu in annules)
        ligne.paye, ligne.paye_le = total - ecart, annules[-1].recu_le


def juger_absente(ligne: LigneApercu, connu: Connu) -> None:
    """Ouverte ici, et que la liste complète ne dit plus : réglée ailleurs, ou oubliée."""
    existante = ligne.existante = connu.factures.get(ligne.facture.cle)
    ligne.sort = SortLigne.INCHANGEE
    if existante is None or not existante.solde:
        return
    le = connu.reprises.decision(ligne.lue.origine, QuestionImport.ABSENTE)
    phrase = f"Absente de la liste : {euros(existante.solde)} encore dus ici."
    if ligne.demander(Question(QuestionImport.ABSENTE, phrase, "Réglée le", le=le, reponse=le)):
        ligne.paye, ligne.paye_le = existante.solde, date.fromisoformat(le)
        ligne.sort = SortLigne.MISE_A_JOUR
        ligne.signaler("sort", f"{euros(ligne.paye)} réglés le {jour(ligne.paye_le)}")


def absentes(creancier: Creancier, lues: Iterable[Lue]) -> list[Lue]:
    """Les factures ouvertes dont cette liste, dite complète, ne parle pas."""
    lues = list(lues)
    muets = any(lue.lectures or any(r.champ == "fichier" for r in lue.refus) for lue in lues)
    if muets or not any(lue.facture for lue in lues):
        # Un fichier qui ne s'est pas lu : la liste n'est pas complète.
        return []
    dites = {lue.facture.numero for lue in lues if lue.facture}
    dites |= {lue.cellules.get("numero", "") for lue in lues}
    ouvertes = Facture.objects.pour(creancier).ouvertes().select_related("client")
    return [
        Lue(f"absente : {facture.reference}"[:255], _telle_qu_ici(facture), absente=True)
        for facture in ouvertes.order_by("client__nom_recherche", "date_echeance", "pk")
        if facture.numero not in dites
    ]


def _telle_qu_ici(facture: Facture) -> FactureLue:
    return FactureLue(
        numero=facture.numero,
        tranche=facture.tranche,
        tranches=facture.tranches,
        nature=facture.nature,
        date_emission=facture.date_emission,
        date_echeance=facture.date_echeance,
        devise=facture.devise,
        montant_ht=facture.montant_ht,
        montant_tva=facture.montant_tva,
        montant_ttc=facture.montant_ttc,
        montant_prepaye=None,
        montant_du=facture.solde,
        vendeur=PartieLue(),
        acheteur=PartieLue(nom=facture.client.nom),
    )


def recus_a_comparer(
    creancier: Creancier, lues: Iterable[Lue], connues: Mapping[tuple[str, int], Facture]
) -> dict[int, list[Recu]]:
    """L'argent reçu, du plus récent au plus ancien, là où un fichier en sait peut-être moins."""
    pks = [
        connue.pk
        for lue in lues
        if lue.facture is not None
        and lue.facture.dit_le_reste
        and (connue := connues.get(lue.facture.cle)) is not None
        and connue.est_entamee
    ]
    recus: dict[int, list[Recu]] = defaultdict(list)
    for lot in batched(pks, LOT):
        imputees = (
            Imputation.objects.pour(creancier)
            .valables()
            .filter(facture__in=lot)
            .exclude(encaissement__moyen__in=MOYENS_SANS_ARGENT)
            .annotate(parts=Count("encaissement__imputations"))
            .order_by("-encaissement__recu_le", "-pk")
        )
        for facture, pk, montant, le, parts, disponible in imputees.values_list(
            "facture_id",
            "encaissement_id",
            "montant",
            "encaissement__recu_le",
            "parts",
            "encaissement__disponible",
        ):
            recus[facture].append(Recu(pk, montant, le, seul=parts == 1 and not disponible))
    return recus


def _ce_qui_change(ligne: LigneApercu, existante: Facture) -> str:
    phrases = [
        f"{MISES_A_JOUR[nom]} : {_dire(getattr(existante, nom))} → {_dire(valeur)}"
        for nom, valeur in ligne.change.items()
    ]
    if ligne.annule:
        phrases.append("règlement annulé")
    if ligne.paye:
        phrases.append(f"{euros(ligne.paye)} réglés de plus")
    if ligne.ajoute_piece:
        phrases.append("PDF ajouté")
    return ", ".join(phrases)


def _dire(valeur: object) -> str:
    if isinstance(valeur, Decimal):
        return euros(valeur)
    if isinstance(valeur, date):
        return jour(valeur)
    return f"« {valeur} »" if valeur else "rien"
