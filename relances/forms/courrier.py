from datetime import date
from typing import Any

from django import forms

from clients.models import Client
from factures.actions.pieces import MEGA, PLAFOND
from factures.forms.champs import FacturesACocher
from factures.models import Facture
from recouvrement.socle.forms import ChoixMultiple, SaisieLisible, champ_de
from relances.actions.mises_en_demeure import DELAI_HABITUEL
from relances.actions.poste import SUITES
from relances.actions.preuves import Preuve
from relances.enums import EtatCourrier
from relances.forms.relance import TexteVerifie
from relances.models import Courrier
from relances.regles.suivi import NumeroRefuse, lire_numero


class FacturesForm(FacturesACocher, SaisieLisible, forms.Form):
    """Les factures ouvertes d'un client, à cocher."""

    factures = ChoixMultiple(
        label="Factures",
        queryset=Facture.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins une facture."},
    )

    # Ce qui se somme de payer est échu ; un courriel peut rappeler ce qui va l'être.
    echues_seulement = False

    def __init__(self, *args: Any, client: Client, au: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.au = au
        ouvertes = (
            Facture.objects.pour(client.creancier)
            .filter(client=client)
            .ouvertes()
            .hors_contentieux()
        )
        if self.echues_seulement:
            ouvertes = ouvertes.echues(au=au)
        champ_de(self, "factures", forms.ModelMultipleChoiceField).queryset = ouvertes.order_by(
            "date_echeance", "pk"
        )


class CourrielForm(TexteVerifie, FacturesForm):
    """Un courriel hors scénario ; ses champs `{{ … }}` sont ceux des étapes."""

    sujet = forms.CharField(label="Objet", max_length=200)
    texte = forms.CharField(
        label="Message",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="Le tableau des factures et le bloc de paiement s'ajoutent s'ils n'y sont pas.",
    )


class LettreForm(TexteVerifie, FacturesForm):
    recommande = forms.BooleanField(label="En recommandé avec avis de réception", required=False)
    sujet = forms.CharField(label="Objet", max_length=200)
    texte = forms.CharField(
        label="Texte",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Le tableau des factures et le bloc de paiement s'impriment dessous.",
    )


class MiseEnDemeureForm(FacturesForm):
    echues_seulement = True

    delai_jours = forms.IntegerField(
        label="Délai laissé, en jours",
        min_value=1,
        max_value=60,
        initial=DELAI_HABITUEL,
        help_text="La loi n'en fixe pas ; l'usage est de huit à quinze jours.",
    )


class ChampPreuve(forms.FileField):
    """Une image ou un PDF ; rend une `Preuve`, ou None."""

    widget = forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Preuve | None:
        fichier = super().clean(data, initial)
        if not fichier:
            return None
        if fichier.size > PLAFOND:
            raise forms.ValidationError(f"Ce fichier dépasse {PLAFOND // MEGA} Mo.")
        return Preuve(fichier.name, fichier.read())


class PosterForm(SaisieLisible, forms.Form):
    le = forms.DateField(label="Posté le", widget=forms.DateInput(attrs={"type": "date"}))
    numero_suivi = forms.CharField(label="Numéro de suivi", max_length=30, required=False)
    preuve = ChampPreuve(label="Preuve de dépôt")

    def __init__(self, *args: Any, au: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"le": au}, **kwargs)
        self.au = au

    def clean_le(self) -> date:
        le: date = self.cleaned_data["le"]
        if le > self.au:
            raise forms.ValidationError("Cette date n'est pas encore passée.")
        return le

    def clean_numero_suivi(self) -> str:
        try:
            return lire_numero(self.cleaned_data["numero_suivi"])
        except NumeroRefuse as refus:
            raise forms.ValidationError(str(refus)) from refus


class SuivreForm(SaisieLisible, forms.Form):
    etat = forms.ChoiceField(label="Ce que dit la poste")
    le = forms.DateField(label="Le", widget=forms.DateInput(attrs={"type": "date"}))
    preuve = ChampPreuve(label="Avis de réception, ou enveloppe revenue")

    def __init__(self, *args: Any, courrier: Courrier, au: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"le": au}, **kwargs)
        suites = SUITES.get(EtatCourrier(courrier.etat), ())
        champ_de(self, "etat", forms.ChoiceField).choices = [
            (etat.value, etat.label) for etat in suites
        ]
        self.au = au

    def clean_le(self) -> date:
        le: date = self.cleaned_data["le"]
        if le > self.au:
            raise forms.ValidationError("Cette date n'est pas encore passée.")
        return le
