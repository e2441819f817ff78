"""Ce qu'une facture nomme, ou ce qui la nomme, pour sa page : la question, et les réponses."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from factures.enums import IssueReference
from factures.models import Facture, ReferenceFacture
from factures.regles import DocumentVu, pourquoi_personne_ne_peut
from recouvrement.comptes.models import Creancier


def document_de(facture: Facture) -> DocumentVu:
    return DocumentVu(
        facture.numero,
        facture.client_id,
        facture.est_avoir,
        facture.montant_ttc,
        facture.solde,
        facture.contentieux_depuis is not None,
    )


@dataclass(frozen=True, slots=True)
class ReferenceVue:
    reference: ReferenceFacture
    source: Facture
    # Inconnue ici : aucune ; payable en plusieurs fois : une par échéance.
    visees: tuple[Facture, ...]

    @property
    def visee(self) -> Facture | None:
        return next(iter(self.visees), None)

    @property
    def phrase(self) -> str:
        numero, source = self.reference.numero, self.source.numero
        if self.reference.issue == IssueReference.ECARTEE:
            return f"{source} nomme {numero} : les deux documents valent."
        if self.source.est_avoir:
            return f"L'avoir {source} vise {numero}."
        if self.reference.issue == IssueReference.APPLIQUEE:
            return f"{source} remplace {numero}, qui n'est plus due."
        return f"{source} rectifie {numero}."

    @property
    def precision(self) -> str:
        """Pourquoi personne n'a pu répondre à sa place."""
        raison = pourquoi_personne_ne_peut(
            document_de(self.source), [document_de(visee) for visee in self.visees]
        )
        return f"{self.reference.numero} est {raison}." if raison else ""

    @property
    def est_ecartee(self) -> bool:
        return self.reference.issue == IssueReference.ECARTEE

    @property
    def est_a_trancher(self) -> bool:
        """Un avoir sans rien d'ouvert à éteindre n'empêche rien : il reste à utiliser."""
        if self.reference.issue:
            return False
        if not self.source.est_avoir:
            return True
        return bool(self.source.solde and any(visee.solde for visee in self.visees))

    @property
    def peut_s_appliquer(self) -> bool:
        return not self.precision

    @property
    def est_un_avoir(self) -> bool:
        return self.source.est_avoir


def references_de(facture: Facture) -> list[ReferenceVue]:
    """Deux requêtes, quel qu'en soit le nombre."""
    references = list(
        ReferenceFacture.objects.pour(facture.creancier)
        .filter(Q(facture=facture) | Q(numero=facture.numero))
        .select_related("facture")
        .order_by("pk")
    )
    if not references:
        return []
    numeros = {reference.numero for reference in references}
    connues = Facture.objects.pour(facture.creancier).filter(numero__in=numeros)
    par_numero: dict[str, list[Facture]] = defaultdict(list)
    for connue in connues.order_by("tranche"):
        par_numero[connue.numero].append(connue)
    return [
        ReferenceVue(reference, reference.facture, tuple(par_numero[reference.numero]))
        for reference in references
    ]


def questions_attendues(creancier: Creancier, lesquelles: Q) -> Iterator[tuple[Facture, str]]:
    """Ce que disent les références de chacune de ces factures : vide, rien ne la retient."""
    factures = list(Facture.objects.pour(creancier).creances().filter(lesquelles))
    a_trancher = ReferenceFacture.objects.pour(creancier).sans_reponse().select_related("facture")
    par_numero: dict[str, list[ReferenceFacture]] = defaultdict(list)
    par_source: dict[int, list[ReferenceFacture]] = defaultdict(list)
    if factures:
        numeros = {facture.numero for facture in factures}
        for reference in a_trancher.filter(Q(numero__in=numeros) | Q(facture__in=factures)):
            par_numero[reference.numero].append(reference)
            par_source[reference.facture_id].append(reference)
    for facture in factures:
        yield facture, _question(par_source[facture.pk], par_numero[facture.numero])


def _question(nomme: Sequence[ReferenceFacture], nommee_par: Sequence[ReferenceFacture]) -> str:
    if nomme:
        numeros = ", ".join(sorted(reference.numero for reference in nomme))
        return f"Rectifie {numeros} : à trancher avant de réclamer"[:250]
    if nommee_par:
        source = min(nommee_par, key=lambda reference: reference.pk).facture
        if source.est_avoir:
            return f"L'avoir {source.numero} la vise : à employer ou à écarter"
        return f"{source.numero} la rectifie : à remplacer, ou les deux sont dues"
    return ""
