from django import forms

from recouvrement.socle.forms import SaisieLisible
from relances.forms.relance import SUJET_DE_LETTRE, TexteVerifie


class LettresForm(SaisieLisible, TexteVerifie, forms.Form):
    """Les mots communs à toutes les lettres du lot."""

    sujet = forms.CharField(label="Objet", max_length=200, initial=SUJET_DE_LETTRE)
    texte = forms.CharField(
        label="Texte",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Le tableau des factures et le bloc de paiement s'impriment dessous.",
        initial=(
            "{{#si paiement_recu}}Nous avons bien reçu {{ paiement_recu }} et vous en remercions. "
            "{{/si}}Sauf erreur de notre part, il reste à régler {{ total }} à ce jour.\n\n"
            "Nous vous remercions de régler cette somme sous huit jours. Si votre règlement est en "
            "chemin, ne tenez pas compte de cette lettre."
        ),
    )
    recommande = forms.BooleanField(label="En recommandé avec avis de réception", required=False)
