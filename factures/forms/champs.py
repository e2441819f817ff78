"""Des champs qui se remplissent comme on écrit en France."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms

from factures.models import Facture
from recouvrement.socle.forms import champ_de
from recouvrement.socle.montants import ZERO
from recouvrement.socle.saisies.valeurs import ValeurRefusee, lire_montant


class MontantField(forms.Field):
    """« 1 234,56 », « 1234.56 » ou « 1 234 € » ; ce qui se lit de deux façons est refusé."""

    widget = forms.TextInput

    def __init__(self, *, minimum: Decimal | None = None, taille: int = 12, **options: Any):
        attributs = {"inputmode": "decimal", "class": "montant", "size": taille}
        options.setdefault("widget", forms.TextInput(attrs=attributs))
        super().__init__(**options)
        self.minimum = minimum

    def prepare_value(self, value: Any) -> Any:
        return f"{value:.2f}".replace(".", ",") if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, Decimal) or value in self.empty_values:
            return value or None
        try:
            return lire_montant(value)
        except ValeurRefusee as erreur:
            raise forms.ValidationError(erreur.message) from erreur

    def validate(self, value: Decimal | None) -> None:
        super().validate(value)
        if value is not None and self.minimum is not None and value < self.minimum:
            phrase = "supérieur à zéro" if self.minimum > ZERO else "positif"
            raise forms.ValidationError(f"Le montant doit être {phrase}.")


def jour_saisi(**options: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **options
    )


def proposer_les_etapes(formulaire: forms.BaseForm, etapes: Sequence[tuple[int, str]]) -> None:
    """Son champ `rang_entree` nomme les étapes du scénario du créancier."""
    champ = cast("forms.TypedChoiceField", formulaire.fields["rang_entree"])
    champ.choices = etapes


class FacturesACocher(forms.BaseForm):
    """Pour un formulaire à champ `factures` : ses lignes à cocher, les échues d'abord cochées."""

    # Le jour dont on parle : ce qui n'est pas échu se propose sans se cocher.
    au: date

    @property
    def factures_a_cocher(self) -> list[tuple[Facture, bool, bool]]:
        """Chaque facture, si elle est cochée, si elle est échue."""
        choisies = set(self["factures"].value() or ()) if self.is_bound else None
        lignes = []
        for facture in champ_de(self, "factures", forms.ModelMultipleChoiceField).queryset or ():
            est_echue = facture.est_echue(au=self.au)
            est_cochee = est_echue if choisies is None else str(facture.pk) in choisies
            lignes.append((facture, est_cochee, est_echue))
        return lignes
