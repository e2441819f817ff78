from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms

from clients.models import Client
from factures.enums import MOYENS_RESERVES, Moyen, OrdreImputation
from factures.forms.champs import MontantField, jour_saisi
from factures.lectures.reglables import Reglable, Reglables, reglables_du_client
from factures.models import Facture
from recouvrement.droit.imputation import Dette, repartir
from recouvrement.socle.formats import euros
from recouvrement.socle.forms import SaisieLisible
from recouvrement.socle.montants import CENTIME, ZERO

AUTOMATIQUE, A_LA_MAIN = "auto", "main"
MOYENS = [(valeur, nom) for valeur, nom in Moyen.choices if valeur not in MOYENS_RESERVES]


def nom_de_part(facture: Facture) -> str:
    return f"part_{facture.pk}"


def _visee(reglables: Iterable[Reglable], pk: str) -> dict[str, Any]:
    """Venu d'une facture, c'est elle que l'on paye : sa part est déjà écrite."""
    for reglable in reglables:
        if str(reglable.facture.pk) == pk:
            part = {"montant": reglable.total, nom_de_part(reglable.facture): reglable.total}
            return part | {"repartition": A_LA_MAIN}
    return {}


class Repartition(SaisieLisible, forms.Form):
    """Une part par facture, écrite en regard de ce qui en reste dû."""

    def __init__(self, *args: Any, reglables: Sequence[Reglable], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.reglables = list(reglables)
        for reglable in self.reglables:
            self.fields[nom_de_part(reglable.facture)] = MontantField(
                label=f"Part de {reglable.facture.reference}",
                required=False,
                minimum=ZERO,
                taille=8,
            )

    @property
    def lignes(self) -> list[tuple[Reglable, forms.BoundField]]:
        return [(reglable, self[nom_de_part(reglable.facture)]) for reglable in self.reglables]

    @property
    def parts(self) -> list[tuple[int, Decimal]]:
        factures = [reglable.facture for reglable in self.reglables]
        lus = ((f.pk, self.cleaned_data.get(nom_de_part(f))) for f in factures)
        return [(pk, part) for pk, part in lus if part]

    def clean(self) -> dict[str, Any]:
        super().clean()
        lu = self.cleaned_data
        for reglable in self.reglables_du_jour():
            nom = nom_de_part(reglable.facture)
            part = lu.get(nom)
            if part and part > reglable.total:
                self.add_error(nom, f"Il reste {euros(reglable.total)}.")
        return lu

    def reglables_du_jour(self) -> Sequence[Reglable]:
        """Ce qui peut être payé, le jour saisi."""
        return self.reglables


class ReglementForm(Repartition):
    cle_saisie = forms.UUIDField(widget=forms.HiddenInput)
    montant = MontantField(label="Montant reçu", minimum=CENTIME)
    recu_le = jour_saisi(label="Reçu le")
    moyen = forms.ChoiceField(label="Moyen", choices=MOYENS, initial=Moyen.VIREMENT)
    reference = forms.CharField(
        label="Référence", max_length=120, required=False, help_text="N° de chèque, de virement."
    )
    note = forms.CharField(label="Note", max_length=250, required=False)
    ordre = forms.ChoiceField(
        label="Il éteint d'abord",
        choices=[("", "Selon la convention"), *OrdreImputation.choices],
        required=False,
        help_text="Pour lui seul : ce que le débiteur indique et que le créancier accepte.",
    )
    repartition = forms.ChoiceField(
        label="Répartition",
        choices=[
            (AUTOMATIQUE, "Comme la loi le dit : échues, puis les plus anciennes"),
            (A_LA_MAIN, "À la main, ci-dessous"),
        ],
        initial=AUTOMATIQUE,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, client: Client, au: date, facture: str = "", **kwargs: Any):
        reglables = reglables_du_client(client, le=au)
        visee = _visee(reglables, facture)
        kwargs["initial"] = {"recu_le": au, "cle_saisie": uuid4()} | visee
        super().__init__(*args, reglables=reglables, **kwargs)
        self.client, self.au = client, au

    def clean_recu_le(self) -> date:
        recu_le: date = self.cleaned_data["recu_le"]
        if recu_le > self.au:
            raise forms.ValidationError("Ce jour n'est pas encore venu.")
        return recu_le

    def clean(self) -> dict[str, Any]:
        super().clean()
        lu = self.cleaned_data
        if lu.get("repartition") == A_LA_MAIN and lu.get("montant"):
            total = sum((part for _, part in self.parts), ZERO)
            if total > lu["montant"]:
                self.add_error(
                    "montant", f"La répartition ({euros(total)}) dépasse le montant reçu."
                )
        return lu

    def reglables_du_jour(self) -> Sequence[Reglable]:
        """Reçu plus tôt, il a moins d'intérêts à payer."""
        lu = self.cleaned_data
        if lu.get("repartition") != A_LA_MAIN or not lu.get("recu_le"):
            return ()
        factures = [reglable.facture for reglable in self.reglables]
        return Reglables(
            self.client, factures, le=lu["recu_le"], ordre=lu.get("ordre", "")
        ).lignes()

    @property
    def du(self) -> Decimal:
        return sum((reglable.total for reglable in self.reglables), ZERO)

    @property
    def accessoires(self) -> Decimal:
        return sum((reglable.accessoires for reglable in self.reglables), ZERO)

    @property
    def arguments(self) -> dict[str, Any]:
        """Ce qu'attend `encaisser`."""
        noms = ("montant", "recu_le", "moyen", "reference", "note", "ordre", "cle_saisie")
        arguments = {nom: self.cleaned_data[nom] for nom in noms}
        if self.cleaned_data["repartition"] == A_LA_MAIN:
            arguments["imputations"] = self.parts
        return arguments


def _ce_qu_il_eteint(avoir: Facture, factures: Sequence[Facture], au: date) -> dict[str, Decimal]:
    """Les échues, les plus anciennes d'abord (C. civ., art. 1347-4 et 1342-10) : à corriger."""
    echues = {str(f.pk): f for f in factures if f.est_echue(au=au)}
    dettes = [Dette(pk, f.solde, f.date_echeance) for pk, f in echues.items()]
    parts = repartir(avoir.solde, dettes, le=au).parts
    return {nom_de_part(echues[pk]): part for pk, part in parts.items()}


class AvoirForm(Repartition):
    cle_saisie = forms.UUIDField(widget=forms.HiddenInput)
    le = jour_saisi(label="Utilisé le")

    def __init__(
        self, *args: Any, avoir: Facture, factures: Iterable[Facture], au: date, **kwargs: Any
    ):
        factures = list(factures)
        parts = _ce_qu_il_eteint(avoir, factures, au)
        kwargs["initial"] = {"le": au, "cle_saisie": uuid4()} | parts
        # Un avoir retire la dette : il ne paye que du nominal.
        reglables = [Reglable(facture, ZERO) for facture in factures]
        super().__init__(*args, reglables=reglables, **kwargs)
        self.avoir, self.au = avoir, au

    def clean_le(self) -> date:
        if self.cleaned_data["le"] > self.au:
            raise forms.ValidationError("Ce jour n'est pas encore venu.")
        le: date = self.cleaned_data["le"]
        return le

    def clean(self) -> dict[str, Any]:
        super().clean()
        lu = self.cleaned_data
        total = sum((part for _, part in self.parts), ZERO)
        if not self.errors and not total:
            raise forms.ValidationError("Dites quelle facture cet avoir paye, et de combien.")
        if total > self.avoir.solde:
            raise forms.ValidationError(
                f"{euros(total)} répartis, mais il ne reste que {euros(self.avoir.solde)} ici."
            )
        return lu


class AnnulationForm(SaisieLisible, forms.Form):
    motif = forms.CharField(
        label="Pourquoi", max_length=200, help_text="Chèque rejeté, erreur de saisie…"
    )
    le = jour_saisi(label="Le")

    def __init__(self, *args: Any, au: date, **kwargs: Any):
        kwargs["initial"] = {"le": au} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.au = au

    def clean_le(self) -> date:
        if self.cleaned_data["le"] > self.au:
            raise forms.ValidationError("Ce jour n'est pas encore venu.")
        le: date = self.cleaned_data["le"]
        return le
