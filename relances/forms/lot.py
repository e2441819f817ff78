from django import forms

from recouvrement.socle.forms import SaisieLisible
from relances.forms.relance import TexteVerifie


class LettresForm(SaisieLisible, TexteVerifie, forms.Form):
    """Les mots communs à toutes les lettres du lot."""

    sujet = forms.CharField(label="Objet", max_length=200, initial="Vos factures impayées")
    texte = forms.CharField(
        label="Texte",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Le tableau des factures et le bloc de paiement s'impriment dessous.",
        initial=(
            "Sauf erreur de notre part, les factures ci-dessous restent impayées à ce jour.\n\n"
            "Nous vous remercions de les régler sous huit jours. Si votre règlement est en "
            "chemin, ne tenez pas compte de cette lettre."
        ),
    )
    recommande = forms.BooleanField(label="En recommandé avec avis de réception", required=False)
