from datetime import date

from django import forms

from factures.enums import SerieTaux
from factures.forms.champs import MontantField, jour_saisi
from recouvrement.droit.taux import debut_semestre
from recouvrement.socle.forms import SaisieLisible
from recouvrement.socle.montants import ZERO


class TauxForm(SaisieLisible, forms.Form):
    serie = forms.ChoiceField(label="Taux", choices=SerieTaux.choices)
    effet = jour_saisi(label="À compter du", help_text="Un 1er janvier ou un 1er juillet.")
    valeur = MontantField(
        label="Valeur (%)",
        minimum=ZERO,
        help_text="BCE : le taux en vigueur ce jour-là, même s'il change ensuite.",
    )
    source = forms.CharField(
        label="Source",
        max_length=250,
        help_text="L'arrêté et sa date, ou la décision de la BCE.",
    )
    publie_le = jour_saisi(label="Publié le")

    def clean_effet(self) -> date:
        effet: date = self.cleaned_data["effet"]
        if effet != debut_semestre(effet):
            raise forms.ValidationError("Un taux prend effet un 1er janvier ou un 1er juillet.")
        return effet
