from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from clients.models import Client
from factures.actions.pieces import MEGA, PLAFOND, TYPES
from factures.enums import NaturePiece
from factures.forms.champs import jour_saisi
from factures.models import Facture
from recouvrement.socle.forms import SaisieLisible, champ_de


class PieceForm(SaisieLisible, forms.Form):
    fichier = forms.FileField(
        label="Fichier",
        help_text=f"PDF, image, courriel (.eml) ou document, {PLAFOND // MEGA} Mo au plus.",
        widget=forms.FileInput(attrs={"accept": ",".join(f".{ext}" for ext in TYPES)}),
    )
    nature = forms.ChoiceField(label="Nature", choices=NaturePiece.choices)
    intitule = forms.CharField(
        label="Intitulé", max_length=200, required=False, help_text="Vide : le nom du fichier."
    )
    du = jour_saisi(label="Datée du", required=False)
    facture = forms.ModelChoiceField(
        label="Facture", queryset=Facture.objects.none(), required=False, empty_label="Aucune"
    )

    def __init__(self, *args: Any, client: Client, **kwargs: Any):
        super().__init__(*args, **kwargs)
        factures = Facture.objects.pour(client.creancier).filter(client=client)
        champ_de(self, "facture", forms.ModelChoiceField).queryset = factures.order_by(
            "-date_emission", "-pk"
        )

    def clean_fichier(self) -> "UploadedFile[bytes]":
        fichier: UploadedFile[bytes] = self.cleaned_data["fichier"]
        if (fichier.size or 0) > PLAFOND:
            raise forms.ValidationError(f"Ce fichier dépasse {PLAFOND // MEGA} Mo.")
        return fichier
