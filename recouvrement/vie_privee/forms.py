from datetime import date
from typing import Any, cast

from django import forms

from clients.enums import GenreCoordonnee
from clients.models import Client, Coordonnee
from recouvrement.droit.conservation import DU_CREANCIER
from recouvrement.socle.forms import ChoixMultiple, SaisieLisible
from recouvrement.vie_privee.enums import NatureDemande

JOUR = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class DemandeForm(SaisieLisible, forms.Form):
    nature = forms.ChoiceField(label="Ce que la personne demande", choices=NatureDemande.choices)
    recue_le = forms.DateField(label="Reçue le", widget=JOUR)
    objet = forms.CharField(
        label="En ses mots",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    refusees = ChoixMultiple(
        Coordonnee.objects.none(),
        label="Ne plus utiliser",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Plus aucun courriel ni appel à ces adresses : la créance se recouvre autrement.",
    )

    def __init__(self, *args: Any, client: Client, aujourdhui: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.aujourdhui = aujourdhui
        refusees = cast(ChoixMultiple[Coordonnee], self.fields["refusees"])
        refusees.queryset = (
            Coordonnee.objects.pour(client.creancier)
            .filter(client=client, genre__in=GenreCoordonnee.values)
            .utilisables()
        )

    def clean_recue_le(self) -> date:
        return _passee(self.cleaned_data["recue_le"], self.aujourdhui)


class ReponseForm(SaisieLisible, forms.Form):
    le = forms.DateField(label="Répondue le", widget=JOUR)
    reponse = forms.CharField(
        label="Ce qui a été répondu", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, aujourdhui: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.aujourdhui = aujourdhui

    def clean_le(self) -> date:
        return _passee(self.cleaned_data["le"], self.aujourdhui)


class EffacementForm(SaisieLisible, forms.Form):
    nom = forms.CharField(
        label="Recopiez le nom du client",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class DureesForm(SaisieLisible, forms.Form):
    """Un nombre de mois par sorte, dans les bornes que dit le droit."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for sorte in DU_CREANCIER:
            self.fields[sorte.cle] = forms.IntegerField(
                label=f"{sorte.quoi}, en mois",
                min_value=sorte.minimum,
                max_value=sorte.maximum,
                help_text=(
                    f"Depuis {sorte.depuis}. De {sorte.minimum} à {sorte.maximum} mois. "
                    f"{sorte.fondement} ({sorte.confiance})."
                ),
            )


def _passee(jour: date, aujourdhui: date) -> date:
    if jour > aujourdhui:
        raise forms.ValidationError("Cette date est à venir.")
    return jour
