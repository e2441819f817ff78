from typing import Any

from django import forms

from recouvrement.courriel.regles.adresses import LigneRefusee, une_ligne
from recouvrement.socle.forms import SaisieLisible
from relances.regles import textes

SUJET_DE_LETTRE = "Vos factures à régler ({{ client }})"
AIDE = "Champs possibles : " + ", ".join(f"{{{{ {nom} }}}}" for nom in textes.CHAMPS) + "."


def verifier_le_sujet(sujet: str) -> str:
    try:
        sujet = une_ligne(sujet, nom="L'objet")
        textes.verifier(sujet, blocs=False)
    except (LigneRefusee, textes.TexteRefuse) as refus:
        raise forms.ValidationError(str(refus)) from refus
    return sujet


def verifier_le_texte(texte: str) -> str:
    try:
        textes.verifier(texte)
    except textes.TexteRefuse as refus:
        raise forms.ValidationError(str(refus)) from refus
    return texte


class TexteVerifie:
    """Un objet et un texte que la petite langue saura lire : la faute se dit à côté du champ."""

    cleaned_data: dict[str, Any]

    def clean_sujet(self) -> str:
        return verifier_le_sujet(self.cleaned_data["sujet"])

    def clean_texte(self) -> str:
        return verifier_le_texte(self.cleaned_data["texte"])


class RetoucheForm(SaisieLisible, TexteVerifie, forms.Form):
    """Les mots de ce message seulement."""

    sujet = forms.CharField(label="Objet", max_length=250)
    texte = forms.CharField(
        label="Texte",
        max_length=textes.TAILLE_MAX,
        help_text=AIDE,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 18}),
    )


class RetenirForm(SaisieLisible, forms.Form):
    motif = forms.CharField(label="Pourquoi elle ne part pas", max_length=250)
