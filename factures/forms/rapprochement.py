from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField

from factures.imports.reprises import NEUF
from factures.lectures.questions import QuestionDImport
from recouvrement.socle.forms import SaisieLisible, nom_lisible


class _ChoixForm(SaisieLisible, forms.Form):
    """Une question par ligne, une réponse parmi celles que l'aperçu propose."""

    prefixe = ""
    debut = ""
    aussi: tuple[tuple[str, str], ...] = ()

    def __init__(self, *args: Any, questions: Sequence[QuestionDImport], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            choix = [(cle, f"{self.debut}{dit}") for cle, dit in question.candidats]
            self.fields[f"{self.prefixe}{question.rang}"] = forms.ChoiceField(
                label=question.nom,
                choices=[*choix, *self.aussi],
                initial=question.proposee,
                widget=forms.RadioSelect,
                required=False,
            )

    @property
    def lignes(self) -> list[tuple[QuestionDImport, BoundField]]:
        return [(question, self[f"{self.prefixe}{question.rang}"]) for question in self.questions]

    @property
    def reponses(self) -> dict[str, str]:
        dites = {
            q.sujet: self.cleaned_data.get(f"{self.prefixe}{q.rang}", "") for q in self.questions
        }
        return {sujet: reponse for sujet, reponse in dites.items() if reponse}


class DebiteursForm(_ChoixForm):
    """Chaque débiteur douteux : l'une des fiches connues, ou un autre."""

    prefixe, debut = "d", "C'est "
    aussi = ((NEUF, "C'est un autre débiteur"),)


class EncodagesForm(_ChoixForm):
    """Chaque fichier dont l'encodage est incertain : ce qu'on y lirait, selon lui."""

    prefixe = "e"


class VendeursForm(SaisieLisible, forms.Form):
    """Chaque vendeur qui n'est pas le créancier : pourquoi ses factures se suivent ici."""

    def __init__(self, *args: Any, questions: Sequence[QuestionDImport], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[f"v{question.rang}"] = forms.CharField(
                label="Pourquoi suivre ses factures ici",
                max_length=200,
                required=False,
                validators=[nom_lisible],
                help_text="Ancien nom, établissement, créance cédée… Gardé au journal.",
            )

    @property
    def lignes(self) -> list[tuple[QuestionDImport, BoundField]]:
        return [(question, self[f"v{question.rang}"]) for question in self.questions]

    @property
    def motifs(self) -> dict[str, str]:
        dits = {q.sujet: self.cleaned_data.get(f"v{q.rang}", "") for q in self.questions}
        return {sujet: motif for sujet, motif in dits.items() if motif}

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.questions and not self.errors and not self.motifs:
            self.add_error(
                f"v{self.questions[0].rang}", "Dites pourquoi : sans motif, rien n'est admis."
            )
        return self.cleaned_data
