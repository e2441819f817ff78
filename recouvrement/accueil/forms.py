from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from clients.enums import NatureClient
from clients.models import Client
from recouvrement.accueil.lectures.qualite import AEtablir, Reponse
from recouvrement.accueil.models import VueEnregistree
from recouvrement.socle.forms import SaisieLisible, champ_de
from recouvrement.socle.saisies.lisible import entier

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


class NatureForm(SaisieLisible, forms.Form):
    """La qualité d'un débiteur ; aucune n'est cochée d'avance."""

    nature = forms.ChoiceField(
        label="Ce débiteur est",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une réponse."},
    )

    def __init__(self, *args: Any, reponses: Sequence[Reponse], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ_de(self, "nature", forms.ChoiceField).choices = [
            (reponse.nature.value, reponse.libelle)
            for reponse in reponses
            if not reponse.est_actuelle
        ]


class NaturesForm(SaisieLisible, forms.Form):
    """Des débiteurs cochés, une réponse pour tous."""

    client = forms.TypedMultipleChoiceField(
        label="Débiteurs",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins un débiteur."},
    )
    nature = forms.ChoiceField(
        label="Les débiteurs cochés sont",
        choices=[(n.value, n.label) for n in NatureClient if n != NatureClient.INCONNUE],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une réponse."},
    )

    def __init__(self, *args: Any, lignes: Sequence[AEtablir], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connus = {ligne.client.pk: ligne.client for ligne in lignes}
        champ_de(self, "client", forms.TypedMultipleChoiceField).choices = [
            (client.pk, client.nom) for client in self.connus.values()
        ]

    @property
    def coches(self) -> set[int]:
        """Ce qui était coché, quand la page revient avec une faute."""
        lus = self["client"].data or ()
        return {pk for lu in lus if (pk := entier(lu)) is not None}

    @property
    def clients(self) -> list[Client]:
        return [self.connus[pk] for pk in self.cleaned_data["client"]]
