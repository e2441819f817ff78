from decimal import Decimal
from typing import Any

from django import forms

from factures.enums import ISSUES_A_CHOISIR
from factures.forms.champs import MontantField
from factures.models import Facture, Litige
from recouvrement.socle.formats import euros
from recouvrement.socle.forms import ModelForm, SaisieLisible
from recouvrement.socle.montants import CENTIME


class LitigeForm(SaisieLisible, ModelForm[Litige]):
    montant_conteste = MontantField(
        label="Montant contesté",
        required=False,
        minimum=CENTIME,
        help_text="Vide : toute la facture.",
    )

    class Meta:
        model = Litige
        fields = ("motif", "montant_conteste", "detail", "responsable")
        widgets = {"detail": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, facture: Facture, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.facture = facture

    def clean_montant_conteste(self) -> Decimal | None:
        montant: Decimal | None = self.cleaned_data["montant_conteste"]
        if montant and montant > self.facture.montant_ttc:
            raise forms.ValidationError(f"La facture est de {euros(self.facture.montant_ttc)}.")
        return montant


class ClotureForm(SaisieLisible, forms.Form):
    issue = forms.ChoiceField(label="Issue", choices=ISSUES_A_CHOISIR, widget=forms.RadioSelect)
    note = forms.CharField(
        label="Comment", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
