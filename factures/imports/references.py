"""Ce que l'aperçu dit d'un avoir ou d'une rectificative : ce qu'ils visent, ce qui en sera fait."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import batched
from typing import Any, Protocol

from factures.enums import SortLigne
from factures.imports.rapprochement import ClientVise
from factures.imports.types import AVOIR, FactureLue
from factures.lectures.references import document_de
from factures.models import Facture, ReferenceFacture
from factures.regles import DocumentVu, pourquoi_pas_d_office
from recouvrement.comptes.models import Creancier
from recouvrement.socle.formats import euros
from recouvrement.socle.montants import ZERO

LOT = 500


class LigneJugee(Protocol):
    """Ce que l'on regarde d'une ligne de l'aperçu."""

    @property
    def sort(self) -> SortLigne: ...
    @property
    def facture(self) -> FactureLue: ...
    @property
    def client(self) -> ClientVise | None: ...
    @property
    def existante(self) -> Facture | None: ...
    @property
    def change(self) -> Mapping[str, Any]: ...
    @property
    def paye(self) -> Decimal: ...

    def signaler(self, champ: str, phrase: str) -> None: ...


def dire_les_references(creancier: Creancier, lignes: Sequence[LigneJugee]) -> None:
    """Sur la ligne de l'avoir, ou sur celle de la facture qu'un document d'avant attendait."""
    neuves = {ligne.facture.numero: ligne for ligne in lignes if ligne.sort == SortLigne.CREEE}
    nommes = {numero: ligne.facture.references for numero, ligne in neuves.items()}
    attendues = _attendues(creancier, neuves)
    cherches = {numero for liste in nommes.values() for numero in liste}
    cherches |= {numero for liste in attendues.values() for numero in liste}
    if not cherches:
        return
    vus = _connus(creancier, {*cherches, *attendues})
    for ligne in lignes:
        if ligne.sort in (SortLigne.CREEE, SortLigne.MISE_A_JOUR):
            vus[ligne.facture.numero] = [_document(ligne)]
    remplacees: dict[str, str] = {}
    # Dans l'ordre où l'import les appliquera : ce qui attendait, puis les lignes.
    for source, numeros in {**attendues, **nommes}.items():
        if numeros:
            phrase = _phrase(vus, source, numeros, remplacees)
            for ligne in _ou_le_dire(neuves, source, numeros):
                ligne.signaler("reference", phrase)


def _ou_le_dire(
    neuves: dict[str, LigneJugee], source: str, numeros: Sequence[str]
) -> Iterable[LigneJugee]:
    if source in neuves:
        return [neuves[source]]
    return [neuves[numero] for numero in numeros if numero in neuves]


def _phrase(
    vus: dict[str, list[DocumentVu]],
    source: str,
    numeros: Sequence[str],
    remplacees: dict[str, str],
) -> str:
    """Ce qui en sera fait ; l'effet se retient, pour le document d'après."""
    derniere = source
    while derniere in remplacees:
        derniere = remplacees[derniere]
    document = replace(vus[source][0], derniere=derniere)
    visees = [vus[numero] for numero in numeros]
    dits = ", ".join(numeros)
    raison = pourquoi_pas_d_office(document, visees)
    if document.est_avoir:
        if raison:
            return f"{source} vise {dits}, {raison} : à employer ou à écarter vous-même."
        reste = replace(visees[0][0], solde=visees[0][0].solde - document.solde)
        vus[numeros[0]] = [reste]
        return f"{source} vise {dits} : {euros(document.solde)} employés sur elle."
    if raison:
        return f"{source} rectifie {dits}, {raison} : rien n'en sera réclamé avant votre réponse."
    vus[numeros[0]] = [replace(visees[0][0], solde=ZERO)]
    remplacees[numeros[0]] = source
    return f"{source} remplace {dits}, qui ne sera plus due."


def _document(ligne: LigneJugee) -> DocumentVu:
    """Tel qu'il sera une fois cette ligne écrite."""
    if ligne.existante is not None:
        connu = document_de(ligne.existante)
        montant = ligne.change.get("montant_ttc", connu.montant)
        solde = connu.solde + montant - connu.montant - ligne.paye
        return replace(connu, montant=montant, solde=solde)
    facture, client = ligne.facture, ligne.client
    cle: Hashable = client.pk if client and client.pk else ("neuf", id(client))
    reste = facture.ttc - ligne.paye
    return DocumentVu(facture.numero, cle, facture.nature == AVOIR, facture.ttc, reste)


def _attendues(creancier: Creancier, neuves: dict[str, LigneJugee]) -> dict[str, tuple[str, ...]]:
    """Ce qu'un avoir ou une rectificative déjà ici nomme de ces numéros neufs, et le reste."""
    a_trancher = ReferenceFacture.objects.pour(creancier).sans_reponse()
    if not a_trancher.exists():
        return {}
    sources: set[int] = set()
    for lot in batched(neuves, LOT):
        sources |= set(a_trancher.filter(numero__in=lot).values_list("facture", flat=True))
    nommes: dict[str, list[str]] = defaultdict(list)
    toutes = ReferenceFacture.objects.pour(creancier).filter(facture__in=sources)
    for source, numero in toutes.order_by("pk").values_list("facture__numero", "numero"):
        nommes[source].append(numero)
    return {source: tuple(numeros) for source, numeros in nommes.items()}


def _connus(creancier: Creancier, numeros: Iterable[str]) -> dict[str, list[DocumentVu]]:
    vus: dict[str, list[DocumentVu]] = defaultdict(list)
    for lot in batched(sorted(numeros), LOT):
        for facture in Facture.objects.pour(creancier).filter(numero__in=lot):
            vus[facture.numero].append(document_de(facture))
    return vus
