from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms

from factures.enums import MOYENS_RESERVES, Moyen
from factures.forms.champs import MontantField, jour_saisi
from factures.models import Facture
from recouvrement.socle.formats import euros
from recouvrement.socle.forms import SaisieLisible
from recouvrement.socle.montants import CENTIME, ZERO

AUTOMATIQUE, A_LA_MAIN = "auto", "main"
MOYENS = [(valeur, nom) for valeur, nom in Moyen.choices if valeur not in MOYENS_RESERVES]


class Repartition(SaisieLisible, forms.Form):
    """Une part par facture ouverte, écrite en regard d'elle."""

    def __init__(self, *args: Any, factures: Sequence[Facture], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.factures = list(factures)
        for facture in self.factures:
            self.fields[f"part_{facture.pk}"] = MontantField(
                label=f"Part de {facture.numero}", required=False, minimum=ZERO, taille=8
            )

    @property
    def lignes(self) -> list[tuple[Facture, forms.BoundField]]:
        return [(facture, self[f"part_{facture.pk}"]) for facture in self.factures]

    @property
    def parts(self) -> list[tuple[int, Decimal]]:
        lus = ((f.pk, self.cleaned_data.get(f"part_{f.pk}")) for f in self.factures)
        return [(pk, part) for pk, part in lus if part]

    def clean(self) -> dict[str, Any]:
        super().clean()
        lu = self.cleaned_data
        for facture in self.factures:
            part = lu.get(f"part_{facture.pk}")
            if part and part > facture.solde:
                self.add_error(f"part_{facture.pk}", f"Il reste {euros(facture.solde)}.")
        return lu


class ReglementForm(Repartition):
    cle_saisie = forms.UUIDField(widget=forms.HiddenInput)
    montant = MontantField(label="Montant reçu", minimum=CENTIME)
    recu_le = jour_saisi(label="Reçu le")
    moyen = forms.ChoiceField(label="Moyen", choices=MOYENS, initial=Moyen.VIREMENT)
    reference = forms.CharField(
        label="Référence", max_length=120, required=False, help_text="N° de chèque, de virement."
    )
    note = forms.CharField(label="Note", max_length=250, required=False)
    repartition = forms.ChoiceField(
        label="Répartition",
        choices=[
            (AUTOMATIQUE, "Les plus anciennes d'abord"),
            (A_LA_MAIN, "À la main, ci-dessous"),
        ],
        initial=AUTOMATIQUE,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, au: date, **kwargs: Any):
        kwargs["initial"] = {"recu_le": au, "cle_saisie": uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.au = au

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

    @property
    def arguments(self) -> dict[str, Any]:
        """Ce qu'attend `encaisser`."""
        noms = ("montant", "recu_le", "moyen", "reference", "note", "cle_saisie")
        arguments = {nom: self.cleaned_data[nom] for nom in noms}
        if self.cleaned_data["repartition"] == A_LA_MAIN:
            arguments["imputations"] = self.parts
        return arguments


class AvoirForm(Repartition):
    cle_saisie = forms.UUIDField(widget=forms.HiddenInput)
    le = jour_saisi(label="Utilisé le")

    def __init__(self, *args: Any, avoir: Facture, au: date, **kwargs: Any):
        kwargs["initial"] = {"le": au, "cle_saisie": uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
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
