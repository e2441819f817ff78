from typing import Any

from django import forms

from clients.models import Client
from factures.forms.champs import jour_saisi
from factures.models import Facture
from recouvrement.socle.forms import SaisieLisible, champ_de


class DecompteForm(SaisieLisible, forms.Form):
    """Un jour, une facture ou toutes, et s'il faut compter celles payées en retard."""

    au = jour_saisi(label="Arrêté au")
    facture = forms.ModelChoiceField(
        label="Facture", queryset=Facture.objects.none(), required=False, empty_label="Toutes"
    )
    soldees = forms.BooleanField(label="Avec les factures réglées en retard", required=False)

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ_de(self, "facture", forms.ModelChoiceField).queryset = (
            Facture.objects.pour(client.creancier)
            .creances()
            .filter(client=client)
            .order_by("-date_emission", "-pk")
        )
