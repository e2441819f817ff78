from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms

from clients.enums import GenreCoordonnee, Validite
from clients.models import Client, Contact, Coordonnee
from factures.enums import MotifLitige
from factures.forms.champs import MontantField
from factures.models import Facture
from recouvrement.socle.formats import telephone
from recouvrement.socle.forms import ChoixMultiple, SaisieLisible, champ_de
from recouvrement.socle.temps import instant_de, jour_de
from relances.actions.appels import Suite
from relances.actions.promesses import SANS_PROMESSE
from relances.enums import Issue
from relances.regles.calendrier import jour_ouvre, phrase_si_chome

# Les boutons de la page, dans l'ordre de leurs touches.
JOINTES = {
    Issue.PROMET: "Promet",
    Issue.DELAI: "Délai",
    Issue.CONTESTE: "Conteste",
    Issue.PAYE: "Déjà payé",
    Issue.RAPPELER: "Rappeler",
}
MANQUEES = {
    Issue.MESSAGERIE: "Messagerie",
    Issue.SANS_REPONSE: "Ne répond pas",
    Issue.MAUVAIS_NUMERO: "Faux n°",
}


@dataclass(frozen=True, slots=True)
class IssueAChoisir:
    valeur: str
    libelle: str
    touche: int
    est_choisie: bool


class AppelForm(SaisieLisible, forms.Form):
    """Le compte rendu d'un appel : l'issue décide des champs qui comptent."""

    issue = forms.ChoiceField(
        label="Issue",
        choices=Issue.choices,
        error_messages={"required": "Choisissez l'issue de l'appel."},
    )
    contact = forms.ModelChoiceField(
        label="Parlé à", queryset=Contact.objects.none(), required=False, empty_label="—"
    )
    # Sans lui, « Faux n° » ne saurait pas lequel.
    numero = forms.ChoiceField(label="Numéro composé", required=False)
    note = forms.CharField(label="Note", max_length=4000, required=False)
    pour_le = forms.DateField(
        label="Paiera le", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    montant = MontantField(label="Montant", required=False)
    motif = forms.ChoiceField(label="Motif", choices=MotifLitige.choices, required=False)
    paye_le = forms.DateField(
        label="Payé le", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    rappel_le = forms.DateTimeField(
        label="Rappeler le",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    factures = ChoixMultiple(
        label="Factures concernées",
        queryset=Facture.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    cle_saisie = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, client: Client, au: date, echu: Decimal | None = None, **kwargs: Any
    ) -> None:
        zone = client.creancier.zone_feries
        initial = {
            "pour_le": jour_ouvre(au + timedelta(days=5), zone),
            "montant": echu or None,
            "paye_le": au,
            "rappel_le": instant_de(jour_ouvre(au + timedelta(days=1), zone), time(9)),
            "cle_saisie": uuid4(),
        }
        kwargs["initial"] = initial | kwargs.get("initial", {})
        kwargs.setdefault("auto_id", f"appel_{client.pk}_%s")
        super().__init__(*args, **kwargs)
        self.au, self.zone = au, zone
        self.est_insolvable = client.procedure_collective_le is not None
        champ_de(self, "contact", forms.ModelChoiceField).queryset = Contact.objects.pour(
            client.creancier
        ).filter(client=client)
        champ_de(self, "numero", forms.ChoiceField).choices = self._numeros(client)
        champ_de(self, "factures", forms.ModelMultipleChoiceField).queryset = (
            Facture.objects.pour(client.creancier)
            .filter(client=client)
            .ouvertes()
            .order_by("date_echeance", "pk")
        )

    @property
    def issues_jointes(self) -> list[IssueAChoisir]:
        # D'une créance antérieure, rien ne se paye ni ne se promet (C. com., art. L622-7).
        jointes = {i: nom for i, nom in JOINTES.items() if i not in self._closes}
        return self._a_choisir(jointes, premiere=1)

    @property
    def _closes(self) -> tuple[Issue, ...]:
        return (Issue.PROMET,) if self.est_insolvable else ()

    @property
    def avertissement(self) -> str:
        """Une date convenue un jour chômé : elle reste, la personne le sait."""
        suite = self.suite()
        convenus = (suite.pour_le, suite.rappel_le and jour_de(suite.rappel_le))
        phrases = (phrase_si_chome(jour, self.zone) for jour in convenus if jour)
        return next(filter(None, phrases), "")

    @property
    def issues_manquees(self) -> list[IssueAChoisir]:
        return self._a_choisir(MANQUEES, premiere=len(JOINTES) + 1)

    def _a_choisir(self, issues: dict[Issue, str], *, premiere: int) -> list[IssueAChoisir]:
        choisie = self["issue"].value()
        return [
            IssueAChoisir(issue.value, libelle, touche, issue.value == choisie)
            for touche, (issue, libelle) in enumerate(issues.items(), start=premiere)
        ]

    def _numeros(self, client: Client) -> list[tuple[str, str]]:
        """Le premier, qui se présélectionne, est celui du contact principal."""
        numeros = (
            Coordonnee.objects.pour(client.creancier)
            .filter(client=client, genre=GenreCoordonnee.TELEPHONE)
            .exclude(validite=Validite.INVALIDE)
            .select_related("contact")
            .order_by("-contact__est_principal", "pk")
        )
        choix = [(n.valeur, f"{telephone(n.valeur)}, {n.contact}") for n in numeros]
        return choix or [("", "Aucun numéro connu")]

    def clean(self) -> dict[str, Any]:
        super().clean()
        donnees = self.cleaned_data
        match donnees.get("issue"):
            case Issue.PROMET if self.est_insolvable:
                self.add_error("issue", SANS_PROMESSE)
            case Issue.PROMET:
                self._exiger("montant", "Indiquez la somme promise.")
                self._exiger("pour_le", "Indiquez la date promise.")
                if donnees.get("montant") is not None and donnees["montant"] <= 0:
                    self.add_error("montant", "Le montant promis doit être supérieur à zéro.")
                if donnees.get("pour_le") and donnees["pour_le"] < self.au:
                    self.add_error("pour_le", "Cette date est déjà passée.")
            case Issue.CONTESTE:
                self._exiger("factures", "Cochez la facture contestée.")
            case Issue.RAPPELER:
                self._exiger("rappel_le", "Indiquez quand rappeler.")
            case Issue.PAYE:
                if donnees.get("paye_le") and donnees["paye_le"] > self.au:
                    self.add_error("paye_le", "Cette date n'est pas encore passée.")
        return donnees

    def _exiger(self, champ: str, phrase: str) -> None:
        if champ not in self.errors and not self.cleaned_data.get(champ):
            self.add_error(champ, phrase)

    def suite(self) -> Suite:
        """Ce que l'issue retient de la saisie ; le reste était prérempli et ne compte pas."""
        lu = self.cleaned_data
        match lu["issue"]:
            case Issue.PROMET:
                return Suite(
                    montant=lu["montant"], pour_le=lu["pour_le"], factures=tuple(lu["factures"])
                )
            case Issue.CONTESTE:
                return Suite(motif_litige=lu["motif"], factures=tuple(lu["factures"]))
            case Issue.RAPPELER:
                return Suite(rappel_le=lu["rappel_le"])
            case Issue.PAYE:
                return Suite(paye_le=lu["paye_le"])
        return Suite()
