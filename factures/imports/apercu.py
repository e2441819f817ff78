"""Ce que l'import fera de chaque facture lue, d'après ce que la base connaît déjà."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple, replace
from typing import Any

from factures.enums import SortLigne
from factures.imports.comparaison import Connu, comparer, juger_absente, recus_a_comparer
from factures.imports.figes import figer, rendre
from factures.imports.habitudes import Habitudes
from factures.imports.lignes import LigneApercu, Lue, PieceLue
from factures.imports.natures import dire_les_qualites
from factures.imports.parties import (
    cle_du_vendeur,
    decrire_partie,
    est_le_creancier,
    est_un_autre_vendeur,
)
from factures.imports.rapprochement import (
    Annuaire,
    ClientAmbigu,
    ClientVise,
    DebiteurDouteux,
)
from factures.imports.references import dire_les_references
from factures.imports.reprises import Reprises
from factures.imports.types import AVOIR, Anomalie, FactureLue, presente
from factures.models import Facture, LigneImport, Piece
from recouvrement.comptes.models import Creancier
from recouvrement.socle.formats import euros, pluriel
from recouvrement.socle.montants import ZERO

# Assez petit pour les paramètres d'une requête sur les deux bases.
LOT = 500
# Ce que l'aperçu ajoute à la lecture, d'après la base.
JUGES = {"sort", "client", "vendeur", "reference"}


def apercevoir(creancier: Creancier, lues: Sequence[Lue], reprises: Reprises) -> list[LigneApercu]:
    """Une ligne par facture lue ; le nombre de requêtes suit les lots, pas les lignes."""
    numeros = [lue.facture.numero for lue in lues if lue.facture]
    connues = _connues(creancier, numeros)
    pieces = _pieces(creancier, connues.values())
    acheteurs = [lue.facture.acheteur for lue in lues if lue.facture and not lue.absente]
    annuaire, habitudes = Annuaire(creancier, acheteurs, reprises), Habitudes(creancier)
    recus = recus_a_comparer(creancier, lues, connues)
    connu = Connu(annuaire, reprises, connues, pieces, recus)
    vues: dict[tuple[str, int], LigneApercu] = {}
    lignes = [_juger(creancier, lue, connu, vues) for lue in lues]
    for ligne in lignes:
        if ligne.sort == SortLigne.CREEE:
            _dater(ligne, habitudes)
    dire_les_references(creancier, lignes)
    dire_les_qualites(creancier, lignes)
    return lignes


def figer_apercu(apercu: LigneApercu) -> dict[str, Any]:
    lue = apercu.lue
    fige: dict[str, Any] = {}
    if lue.facture is not None:
        fige = figer(lue.facture)
    if lue.cellules:
        fige["cellules"] = lue.cellules
    if lue.piece is not None:
        fige["piece"] = list(astuple(lue.piece))
    if lue.alertes and lue.facture is not None:
        # Ce que le lecteur avait signalé, sans ce que l'aperçu y a ajouté d'après la base.
        fige["lecture"] = [[a.champ, a.phrase] for a in lue.alertes if a.champ not in JUGES]
    if lue.absente:
        fige["absente"] = True
    if apercu.questions:
        fige["questions"] = [asdict(question) for question in apercu.questions]
    if apercu.client is not None:
        fige["client"] = apercu.client.nom
    if apercu.par:
        fige["par"] = apercu.par
    if lue.lectures:
        fige["candidats"] = [[vue.code, f"{vue.nom} : {vue.extrait}"] for vue in lue.lectures]
    if apercu.candidats:
        fige["candidats"] = [[vise.pk, vise.decrit()] for vise in apercu.candidats]
        fige["proposee"] = apercu.proposee
    return fige


def degeler(ligne: LigneImport) -> Lue:
    piece = PieceLue(*ligne.lu["piece"]) if "piece" in ligne.lu else None
    facture = rendre(ligne.lu) if "numero" in ligne.lu else None
    alertes = [Anomalie(champ, phrase) for champ, phrase in ligne.lu.get("lecture", ())]
    if facture is None:
        alertes = [Anomalie(a["champ"], a["phrase"]) for a in ligne.alertes]
    absente = ligne.lu.get("absente", False)
    return Lue(ligne.origine, facture, alertes=alertes, piece=piece, absente=absente)


def _juger(
    creancier: Creancier,
    lue: Lue,
    connu: Connu,
    vues: dict[tuple[str, int], LigneApercu],
) -> LigneApercu:
    facture = lue.facture
    if facture is None:
        repetee = not lue.refus
        return LigneApercu(lue, SortLigne.INCHANGEE if repetee else SortLigne.REFUSEE)
    ligne = LigneApercu(lue, SortLigne.REFUSEE if lue.refus else SortLigne.CREEE)
    if lue.absente:
        juger_absente(ligne, connu)
        return ligne
    _verifier_les_parties(ligne, facture, creancier, connu.reprises)
    if lue.refus:
        # Un défaut de forme, que personne n'a encore admis : la facture se montre, sans plus.
        return ligne
    facture = lue.facture = _a_son_echeance(facture, connu)
    if deja := vues.get(facture.cle):
        _repeter(ligne, deja)
        return ligne
    vues[facture.cle] = ligne
    connue = connu.factures.get(facture.cle) or connu.factures.get((facture.numero, 1))
    if connue and connue.tranches != facture.tranches:
        ligne.refuser("echeances", f"Déjà connue en {pluriel(connue.tranches, 'échéance')}.")
        return ligne
    existante = ligne.existante = connue
    client = _rattacher(ligne, facture, connu.annuaire)
    if client is None:
        return ligne
    if existante is not None:
        comparer(ligne, client, existante, connu)
    else:
        _completer(ligne, facture)
    return ligne


def _a_son_echeance(facture: FactureLue, connu: Connu) -> FactureLue:
    """Une liste de ce qui reste dû ne redit que les échéances ouvertes d'une facture connue.

    Chacune se reconnaît à sa date et à son montant ; sans les deux, elle reste à trancher.
    """
    premiere = connu.factures.get((facture.numero, 1))
    if premiere is None or premiere.tranches in (1, facture.tranches):
        return facture
    for rang in range(1, premiere.tranches + 1):
        soeur = connu.factures.get((facture.numero, rang))
        if soeur and (soeur.date_echeance, soeur.montant_ttc) == (
            facture.date_echeance,
            facture.montant_ttc,
        ):
            return replace(
                facture,
                tranche=rang,
                tranches=premiere.tranches,
                montant_ht=None,
                montant_tva=None,
            )
    return facture


def _rattacher(ligne: LigneApercu, facture: FactureLue, annuaire: Annuaire) -> ClientVise | None:
    """Le client de la ligne ; None, elle est retenue : personne ne sait encore qui c'est."""
    existante = ligne.existante
    try:
        trouve = annuaire.viser(facture.acheteur)
    except (DebiteurDouteux, ClientAmbigu) as erreur:
        if existante is not None:
            # Son numéro dit à qui est une facture déjà connue.
            ligne.client = annuaire.par_pk[existante.client_id]
            return ligne.client
        if isinstance(erreur, DebiteurDouteux):
            ligne.candidats, ligne.proposee = erreur.candidats, erreur.proposee
            ligne.refuser("client", erreur.message, sujet=erreur.cle)
        else:
            ligne.refuser("client", erreur.message)
        return None
    ligne.client, ligne.par, ligne.cle = trouve.client, trouve.par, trouve.cle
    if existante is None or trouve.client.pk is not None:
        for remarque in trouve.remarques:
            ligne.signaler("client", remarque)
    return ligne.client


def _repeter(ligne: LigneApercu, deja: LigneApercu) -> None:
    """Le même numéro deux fois : la même facture (son PDF après son XML), ou une erreur."""
    if figer(ligne.facture) != figer(deja.facture):
        ligne.refuser(
            "numero", f"Ce numéro est déjà dans {deja.lue.origine}, avec d'autres valeurs."
        )
        return
    ligne.sort = SortLigne.INCHANGEE
    ligne.signaler("numero", f"Répète {deja.lue.origine} : non reprise.")
    if deja.lue.piece is None and ligne.lue.piece and deja.sort == SortLigne.CREEE:
        deja.lue.piece, deja.ajoute_piece = ligne.lue.piece, True


def _dater(ligne: LigneApercu, habitudes: Habitudes) -> None:
    """L'échéance, et d'où elle vient quand ni la facture ni ses conditions ne la disent."""
    facture, client = ligne.facture, presente(ligne.client)
    ligne.echeance = facture.date_echeance
    if ligne.echeance is None and facture.nature == AVOIR:
        ligne.echeance = facture.emission
    elif ligne.echeance is None:
        ligne.lue.alertes = [a for a in ligne.lue.alertes if a.champ != "date_echeance"]
        convention = habitudes.avec(client.pk)
        ligne.echeance = convention.terme.echeance(facture.emission)
        ligne.signaler(
            "date_echeance", f"Échéance absente : {convention.phrase(facture.emission)}."
        )


def _verifier_les_parties(
    ligne: LigneApercu, facture: FactureLue, creancier: Creancier, reprises: Reprises
) -> None:
    """Une facture d'achat ne se réclame pas ; celle d'un autre, seulement si on dit pourquoi."""
    if est_le_creancier(facture.acheteur, creancier):
        ligne.refuser(
            "client",
            f"{creancier.nom} en est l'acheteur : c'est une facture à payer, pas une créance.",
        )
        return
    vendeur = facture.vendeur
    if not est_un_autre_vendeur(vendeur, creancier):
        return
    cle = cle_du_vendeur(vendeur)
    phrase = f"Émise par {decrire_partie(vendeur)}, qui n'est pas {creancier.nom}."
    if motif := reprises.motif_du_vendeur(cle):
        ligne.motif = motif
        ligne.signaler("vendeur", f"{phrase} Admise : {motif}")
    else:
        ligne.refuser("vendeur", phrase, sujet=cle)


def _completer(ligne: LigneApercu, facture: FactureLue) -> None:
    paye = min(facture.montant_prepaye or ZERO, facture.ttc)
    if paye and facture.nature == AVOIR:
        ligne.signaler("montant_prepaye", f"Avoir : {euros(paye)} déjà remboursés, non repris.")
    else:
        ligne.paye = paye
    ligne.ajoute_piece = ligne.lue.piece is not None


def _connues(creancier: Creancier, numeros: Sequence[str]) -> dict[tuple[str, int], Facture]:
    connues: dict[tuple[str, int], Facture] = {}
    for debut in range(0, len(numeros), LOT):
        lot = Facture.objects.pour(creancier).filter(numero__in=numeros[debut : debut + LOT])
        connues |= {(facture.numero, facture.tranche): facture for facture in lot}
    return connues


def _pieces(creancier: Creancier, factures: Iterable[Facture]) -> set[tuple[int, str]]:
    pks = [facture.pk for facture in factures]
    connues: set[tuple[int, str]] = set()
    for debut in range(0, len(pks), LOT):
        lot = Piece.objects.pour(creancier).filter(facture__in=pks[debut : debut + LOT])
        connues |= set(lot.values_list("facture_id", "empreinte"))
    return connues
