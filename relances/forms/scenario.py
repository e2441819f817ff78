from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.forms.formsets import DELETION_FIELD_NAME

from recouvrement.socle.forms import SaisieLisible
from relances.enums import Canal, Declenchement, Palier, Ton
from relances.forms.relance import AIDE, verifier_le_sujet, verifier_le_texte
from relances.models import Etape
from relances.regles import textes
from relances.regles.scenario_initial import EtapeDecrite

NOMS = (
    *("cle", "nom", "delai", "canal", "ton", "palier", "declenchement"),
    *("sujet", "texte", "sujet_en", "texte_en", "joindre_factures"),
)
OTER = "Ôter cette étape"
LONG = forms.Textarea(attrs={"rows": 10})


class ScenarioForm(SaisieLisible, forms.Form):
    nom = forms.CharField(label="Nom du scénario", max_length=100)


class EtapeForm(SaisieLisible, forms.Form):
    """Une étape ; vidée de son nom, elle n'est pas gardée."""

    cle = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)
    nom = forms.CharField(label="Étape", max_length=80)
    delai = forms.IntegerField(
        label="Jours après l'échéance",
        min_value=-60,
        max_value=730,
        help_text="Négatif : avant l'échéance.",
    )
    canal = forms.ChoiceField(label="Canal", choices=Canal, initial=Canal.COURRIEL)
    ton = forms.ChoiceField(label="Ton", choices=Ton, initial=Ton.PREVENANT)
    palier = forms.TypedChoiceField(label="Palier", choices=Palier, coerce=int, initial=0)
    declenchement = forms.ChoiceField(
        label="Départ",
        choices=Declenchement,
        initial=Declenchement.AUTOMATIQUE,
        help_text="Seul un courriel peut partir seul.",
    )
    joindre_factures = forms.BooleanField(
        label="Joindre les factures (PDF)", required=False, initial=True
    )
    sujet = forms.CharField(label="Objet", required=False, max_length=200)
    texte = forms.CharField(
        label="Texte",
        required=False,
        max_length=textes.TAILLE_MAX,
        strip=False,
        widget=LONG,
        help_text=AIDE,
    )
    sujet_en = forms.CharField(label="Objet en anglais", required=False, max_length=200)
    texte_en = forms.CharField(
        label="Texte en anglais",
        required=False,
        max_length=textes.TAILLE_MAX,
        strip=False,
        widget=LONG,
    )

    @property
    def champs(self) -> Iterator[tuple[forms.BoundField, bool, str]]:
        """Chaque champ visible, s'il prend toute la largeur, et son nom si ce n'est pas le sien."""
        for champ in self.visible_fields():
            s_ote = champ.name == DELETION_FIELD_NAME
            yield champ, champ.name in ("texte", "texte_en"), OTER if s_ote else ""

    def clean_sujet(self) -> str:
        return verifier_le_sujet(self.cleaned_data["sujet"])

    def clean_sujet_en(self) -> str:
        return verifier_le_sujet(self.cleaned_data["sujet_en"])

    def clean_texte(self) -> str:
        return verifier_le_texte(self.cleaned_data["texte"])

    def clean_texte_en(self) -> str:
        return verifier_le_texte(self.cleaned_data["texte_en"])

    def clean(self) -> dict[str, Any]:
        super().clean()
        donnees = self.cleaned_data
        courriel = donnees.get("canal") == Canal.COURRIEL
        if donnees.get("canal") and not courriel:
            donnees["declenchement"] = Declenchement.MANUEL
        elif courriel and donnees.get("declenchement") == Declenchement.MANUEL:
            self.add_error("declenchement", "Un courriel part seul ou attend une validation.")
        if courriel and not donnees.get("sujet") and "sujet" not in self.errors:
            self.add_error("sujet", "Un courriel a un objet.")
        if courriel and not donnees.get("texte", "").strip() and "texte" not in self.errors:
            self.add_error("texte", "Un courriel a un texte.")
        return donnees


EtapeFormSet = forms.formset_factory(
    EtapeForm, extra=1, can_delete=True, max_num=20, validate_max=True, absolute_max=40
)


def en_initial(etapes: Sequence[Etape]) -> list[dict[str, Any]]:
    return [{nom: getattr(etape, nom) for nom in NOMS} for etape in etapes]


def en_etapes(formulaires: "forms.BaseFormSet[EtapeForm]") -> list[EtapeDecrite]:
    """Ce qui a été saisi, sans les étapes ôtées ni celle restée blanche."""
    return [
        EtapeDecrite(**{nom: formulaire.cleaned_data[nom] for nom in NOMS})
        for formulaire in formulaires
        if formulaire.cleaned_data.get("nom") and not formulaire.cleaned_data.get("DELETE")
    ]
