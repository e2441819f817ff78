"""Ce qu'une facture nomme, ou ce qui la nomme, pour sa page : la question, et les réponses."""

from dataclasses import dataclass

from django.db.models import Q

from factures.enums import IssueReference
from factures.models import Facture, ReferenceFacture


@dataclass(frozen=True, slots=True)
class ReferenceVue:
    reference: ReferenceFacture
    source: Facture
    # Inconnue ici : None.
    visee: Facture | None

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
        if self.visee is None:
            return f"{self.reference.numero} est inconnue ici."
        if self.visee.client_id != self.source.client_id:
            return f"{self.reference.numero} est d'un autre client."
        return ""

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
        return bool(self.source.solde and self.visee is not None and self.visee.solde)

    @property
    def peut_s_appliquer(self) -> bool:
        return self.visee is not None and not self.visee.est_avoir and not self.precision

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
    par_numero = {connue.numero: connue for connue in connues}
    return [
        ReferenceVue(reference, reference.facture, par_numero.get(reference.numero))
        for reference in references
    ]
