from decimal import Decimal
from typing import Any

from django import forms

from clients.models import Client
from factures.enums import BaseJours, OrdreImputation
from factures.forms.champs import MontantField, jour_saisi
from factures.models import Facture
from recouvrement.socle.formats import de
from recouvrement.socle.forms import SaisieLisible, champ_de
from recouvrement.socle.montants import ZERO

PARTOUT, CE_CLIENT = "tous", "client"


class ConventionForm(SaisieLisible, forms.Form):
    portee = forms.ChoiceField(label="Vaut pour")
    taux_contractuel = MontantField(
        label="Taux annuel convenu (%)",
        required=False,
        minimum=ZERO,
        help_text="Vide : le taux que la loi prévoit à défaut.",
    )
    base_jours = forms.ChoiceField(label="Base de calcul", choices=BaseJours.choices)
    imputation = forms.ChoiceField(
        label="Un règlement paie d'abord",
        choices=OrdreImputation.choices,
        help_text="C. civ., art. 1343-1 : les intérêts, sauf si le créancier accepte le principal.",
    )
    capitalisation_depuis = jour_saisi(
        label="Intérêts capitalisés depuis le",
        required=False,
        help_text=(
            "Seulement si le contrat le prévoit, pour les intérêts d'une année entière "
            "(C. civ., art. 1343-2). Une décision s'enregistre à part."
        ),
    )
    interets_maintenus = forms.BooleanField(
        label="Intérêts maintenus en procédure collective",
        required=False,
        help_text="Prêt ou paiement différé d'un an ou plus seulement (C. com., art. L622-28).",
    )
    renonce_interets = forms.BooleanField(label="Renoncer à tous les intérêts", required=False)
    renonce_indemnite = forms.BooleanField(label="Renoncer aux 40 €", required=False)
    remise_interets = MontantField(
        label="Renoncer à une partie des intérêts (€)",
        required=False,
        minimum=ZERO,
        help_text="Pour une facture seulement.",
    )
    remise_indemnite = MontantField(
        label="Renoncer à une partie des 40 € (€)",
        required=False,
        minimum=ZERO,
        help_text="Pour une facture seulement.",
    )
    motif = forms.CharField(
        label="D'où vient ce choix",
        max_length=250,
        help_text="Conditions générales, contrat, accord du…, décision.",
    )

    def __init__(self, *args: Any, client: Client, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.client = client
        factures = (
            Facture.objects.pour(client.creancier)
            .creances()
            .filter(client=client)
            .order_by("-date_emission", "-pk")
        )
        self.factures = {str(facture.pk): facture for facture in factures}
        champ_de(self, "portee", forms.ChoiceField).choices = [
            (CE_CLIENT, f"Toutes les factures de {client.nom}"),
            *((pk, f"La facture {facture.reference}") for pk, facture in self.factures.items()),
            (PARTOUT, f"Tous les clients {de(client.creancier.nom)}"),
        ]

    def clean_taux_contractuel(self) -> Decimal | None:
        taux: Decimal | None = self.cleaned_data["taux_contractuel"]
        if taux is not None and taux >= 1000:
            raise forms.ValidationError("Ce taux dépasse 1 000 %.")
        return taux

    def clean_remise_indemnite(self) -> Decimal:
        remise = self.cleaned_data["remise_indemnite"] or ZERO
        if remise > 40:
            raise forms.ValidationError("L'indemnité est de 40 €.")
        return remise

    def clean(self) -> dict[str, Any]:
        super().clean()
        lu = self.cleaned_data
        if not self.errors:
            facture = self.factures.get(lu["portee"])
            if facture is None and (lu["remise_interets"] or lu["remise_indemnite"]):
                self.add_error("portee", "Une remise partielle porte sur une facture : laquelle ?")
        return lu

    def choix(self) -> dict[str, Any]:
        """Ce que l'action attend."""
        lu = dict(self.cleaned_data)
        portee = lu.pop("portee")
        facture = self.factures.get(portee)
        lu["remise_interets"] = lu["remise_interets"] or ZERO
        return lu | {
            "facture": facture,
            "client": None if facture or portee == PARTOUT else self.client,
        }
