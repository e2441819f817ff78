"""Ce que tout formulaire vérifie : une ligne se lit, un jour se calcule."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Self

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Model
from django.forms import ValidationError

from recouvrement.socle.saisies.lisible import entier, phrase_illisible

PREMIER_JOUR, DERNIER_JOUR = date(1900, 1, 1), date(2100, 12, 31)
HORS_CALENDRIER = "Cette date est hors du calendrier : entre 1900 et 2100."


def nom_lisible(valeur: object) -> None:
    # Un champ hérité (UUID…) rend autre chose que du texte : il a déjà été lu.
    if isinstance(valeur, str) and (phrase := phrase_illisible(valeur)):
        raise ValidationError(phrase, code="illisible")


if TYPE_CHECKING:
    from django.forms import ModelForm as ModelForm
    from django.forms import ModelMultipleChoiceField
else:
    # Django ne les paramètre pas encore : `ModelForm[Client]` s'écrit, et vaut `ModelForm`.
    class _Parametrable:
        def __class_getitem__(cls, _modele: object) -> type[Self]:
            return cls

    class ModelForm(_Parametrable, forms.ModelForm):
        pass

    class ModelMultipleChoiceField(_Parametrable, forms.ModelMultipleChoiceField):
        pass


def champ_de[C: forms.Field](formulaire: forms.BaseForm, nom: str, genre: type[C]) -> C:
    """Le champ de ce nom, tel qu'il est déclaré : pour lui donner ses choix du moment."""
    champ = formulaire.fields[nom]
    if not isinstance(champ, genre):
        raise TypeError(f"Le champ « {nom} » n'est pas un {genre.__name__}.")
    return champ


class SaisieLisible(forms.BaseForm):
    """Devant `forms.Form` : ce qui tient sur une ligne se lit, ce qui est un jour se calcule."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for champ in self.fields.values():
            if isinstance(champ, forms.DateTimeField):
                _borner(champ, datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 12, 31, tzinfo=UTC))
            elif isinstance(champ, forms.DateField):
                _borner(champ, PREMIER_JOUR, DERNIER_JOUR)
            elif isinstance(champ, forms.CharField) and _sur_une_ligne(champ):
                champ.validators.append(nom_lisible)


def _borner(champ: forms.Field, premier: date, dernier: date) -> None:
    champ.validators += [
        MinValueValidator(premier, HORS_CALENDRIER),
        MaxValueValidator(dernier, HORS_CALENDRIER),
    ]


def _sur_une_ligne(champ: forms.CharField) -> bool:
    # Un mot de passe s'écrit comme on veut ; il n'est jamais relu.
    return not isinstance(champ.widget, forms.Textarea | forms.PasswordInput)


class Groupes(forms.BaseForm):
    """Un formulaire en parties : le titre de chacune, ses champs, ceux qui prennent la largeur."""

    GROUPES: tuple[tuple[str, tuple[str, ...]], ...] = ()
    LARGES: tuple[str, ...] = ()

    def groupes(self) -> Iterator[tuple[str, list[tuple[forms.BoundField, bool]]]]:
        for titre, noms in self.GROUPES:
            yield titre, [(self[nom], nom in self.LARGES) for nom in noms if nom in self.fields]


class ChoixMultiple[M: Model](ModelMultipleChoiceField[M]):
    """Des lignes à cocher : un numéro que la base ne saurait garder n'est celui d'aucune."""

    def clean(self, value: Any) -> Any:
        for pk in value or ():
            if isinstance(pk, str) and entier(pk) is None:
                raise ValidationError(
                    self.error_messages["invalid_pk_value"],
                    code="invalid_pk_value",
                    params={"pk": pk[:40]},
                )
        return super().clean(value)
