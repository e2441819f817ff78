from typing import TYPE_CHECKING, Any

from django import forms

from clients.enums import GenreCoordonnee, Validite
from clients.models import Contact
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.forms import SaisieLisible
from recouvrement.socle.saisies.identifiants import (
    lire_courriel,
    lire_courriels,
    lire_telephone,
)

if TYPE_CHECKING:
    DeContact = forms.ModelForm[Contact]
else:
    DeContact = forms.ModelForm
type Valeurs = list[tuple[GenreCoordonnee, str]]
EXIGE_UN_MOTIF = (Validite.INVALIDE, Validite.OPPOSITION)


class ValeurField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            label="Courriel ou téléphone",
            help_text="Plusieurs adresses à la fois : on écrit à la première qui sert.",
            max_length=1000,
            strip=False,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            **options,
        )


class ContactForm(SaisieLisible, DeContact):
    class Meta:
        model = Contact
        fields = ("nom", "fonction", "horaires", "est_principal", "en_copie")
        help_texts = {
            "en_copie": "Sa première adresse utilisable reçoit chaque courriel de relance, en Cc."
        }

    def clean(self) -> dict[str, Any]:
        super().clean()
        donnees = self.cleaned_data
        if not donnees.get("nom") and not donnees.get("fonction"):
            self.add_error("nom", "Donnez un nom, ou au moins une fonction (« comptabilité »).")
        return donnees


class CoordonneeForm(SaisieLisible, forms.Form):
    """Des adresses ou un numéro ; ce qu'on a tapé dit lequel des deux."""

    valeur = ValeurField()

    def __init__(self, *args: Any, pays: str = "FR", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pays = pays

    def clean_valeur(self) -> Valeurs:
        return _lire(self.cleaned_data["valeur"], self.pays)


class NouveauContactForm(ContactForm):
    """Une personne et, tout de suite, de quoi la joindre."""

    valeur = ValeurField(required=False)

    def __init__(self, *args: Any, pays: str = "FR", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pays = pays

    def clean_valeur(self) -> Valeurs:
        texte = self.cleaned_data["valeur"]
        return _lire(texte, self.pays) if texte.strip() else []


def _lire(texte: str, pays: str) -> Valeurs:
    """Dans l'ordre tapé : la première adresse utilisable est celle à qui l'on écrit."""
    try:
        if "@" in texte:
            lues, refusees = lire_courriels(texte)
            for refusee in refusees:
                lire_courriel(refusee)
            return [(GenreCoordonnee.COURRIEL, lue) for lue in lues]
        valeur = lire_telephone(texte, pays=pays)
    except ErreurMetier as erreur:
        raise forms.ValidationError(erreur.message) from None
    if not valeur:
        raise forms.ValidationError("Saisissez une adresse ou un numéro.")
    return [(GenreCoordonnee.TELEPHONE, valeur)]


class MarquageForm(SaisieLisible, forms.Form):
    validite = forms.ChoiceField(label="État", choices=Validite.choices)
    motif = forms.CharField(label="Pourquoi", max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        super().clean()
        donnees = self.cleaned_data
        if donnees.get("validite") in EXIGE_UN_MOTIF and not donnees.get("motif"):
            self.add_error("motif", "Dites pourquoi : on ne l'utilisera plus.")
        return donnees
