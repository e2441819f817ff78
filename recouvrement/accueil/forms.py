from django import forms
from django.http import QueryDict

from recouvrement.accueil.models import VueEnregistree
from recouvrement.socle.forms import SaisieLisible

REQUETE_MAXIMUM = 500


class VueForm(SaisieLisible, forms.Form):
    page = forms.ChoiceField(choices=VueEnregistree.Page)
    nom = forms.CharField(
        label="Nom de la vue",
        max_length=40,
        error_messages={"required": "Donnez un nom à cette vue."},
    )
    requete = forms.CharField(required=False, max_length=4 * REQUETE_MAXIMUM)

    def clean_requete(self) -> str:
        """Les filtres seulement : ni la page où l'on était, ni un paramètre vide."""
        lus = QueryDict(self.cleaned_data["requete"], mutable=True)
        lus.pop("apres", None)
        for nom in [nom for nom, valeur in lus.items() if not valeur]:
            del lus[nom]
        requete = lus.urlencode()
        if len(requete) > REQUETE_MAXIMUM:
            raise forms.ValidationError("Ces filtres sont trop longs pour être gardés.")
        return requete
