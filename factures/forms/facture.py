from decimal import Decimal
from typing import Any

from django import forms

from clients.models import Client
from factures.enums import NatureFacture
from factures.forms.champs import MontantField, jour_saisi, proposer_les_etapes
from factures.imports.habitudes import Convention, convention
from factures.imports.tranches import faute_de_la_somme, lire_echeances
from factures.imports.types import EcheanceLue
from factures.lectures.etapes import etapes_d_entree
from factures.models import Facture
from recouvrement.socle.formats import jour
from recouvrement.socle.forms import Groupes, ModelForm, SaisieLisible
from recouvrement.socle.montants import CENTIME, ZERO
from recouvrement.socle.saisies.valeurs import ValeurRefusee


class FactureForm(SaisieLisible, Groupes, ModelForm[Facture]):
    """Valide la saisie ; l'écriture appartient à `actions`."""

    date_emission = jour_saisi(label="Date d'émission")
    date_echeance = jour_saisi(label="Date d'échéance")
    echeance_admise = forms.BooleanField(
        label="L'échéance précède l'émission : c'est bien le jour convenu", required=False
    )
    echeances = forms.CharField(
        label="Plusieurs échéances",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "31/01/2026 400,00"}),
        help_text="Une par ligne : sa date, puis son montant. Leur somme est le montant TTC.",
    )
    date_prestation = jour_saisi(label="Fin de la prestation", required=False)
    montant_ht = MontantField(label="Montant HT", required=False, minimum=Decimal(0))
    montant_tva = MontantField(label="Montant de la TVA", required=False, minimum=Decimal(0))
    montant_ttc = MontantField(label="Montant TTC", minimum=CENTIME)
    rang_entree = forms.TypedChoiceField(
        label="Les relances commencent par",
        coerce=int,
        required=False,
        # Les types de Django n'y attendent qu'un texte.
        empty_value=0,  # type: ignore[arg-type]
        help_text="Une facture déjà relancée ailleurs peut entrer plus loin dans le scénario.",
    )

    class Meta:
        model = Facture
        fields = (
            *("numero", "nature", "date_emission", "date_echeance", "date_prestation"),
            *("montant_ht", "montant_tva", "montant_ttc"),
            *("libelle", "reference_commande", "rang_entree"),
        )
        help_texts = {
            "libelle": "Ce que le client reconnaîtra : chantier, commande, prestation.",
        }

    GROUPES = (
        ("Facture", ("numero", "nature", "libelle", "reference_commande")),
        ("Dates", ("date_emission", "date_echeance", "echeance_admise", "date_prestation")),
        ("Montants", ("montant_ht", "montant_tva", "montant_ttc")),
        ("En plusieurs fois", ("echeances",)),
        ("Relances", ("rang_entree",)),
    )
    LARGES = ("libelle", "echeances")

    def __init__(self, *args: Any, client: Client, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.client = client
        # Celui d'un import, que corriger le reste n'ôte pas.
        self.arrondi = self.instance.arrondi if self.instance.pk else ZERO
        if not self.is_bound:
            del self.fields["echeance_admise"]
        # Personne ne l'a écrite : la page dit d'où elle vient.
        self.echeance_calculee = False
        # L'unicité du numéro se juge chez ce créancier.
        self.instance.creancier, self.instance.client = client.creancier, client
        proposer_les_etapes(
            self, etapes_d_entree(client.creancier, actuelle=self.instance.rang_entree)
        )
        if self.instance.pk:
            del self.fields["echeances"]
        else:
            convenue = self.convention
            self.fields["date_echeance"].required = False
            self.fields[
                "date_echeance"
            ].help_text = f"Vide : « {convenue.terme} », {convenue.origine}."

    @property
    def convention(self) -> Convention:
        return convention(self.client.creancier, self.client.terme)

    def clean_echeances(self) -> tuple[EcheanceLue, ...]:
        ecrit = self.cleaned_data["echeances"]
        try:
            lues = lire_echeances(ecrit)
        except ValeurRefusee as erreur:
            raise forms.ValidationError(erreur.message) from None
        if len(lues) == 1:
            raise forms.ValidationError("Une seule échéance : écrivez-la avec les dates.")
        return lues

    def _verifier_les_echeances(self, lu: dict[str, Any]) -> None:
        echeances, ttc = lu.get("echeances"), lu.get("montant_ttc")
        if not echeances:
            lu.pop("echeances", None)
            return
        if ttc is not None and (faute := faute_de_la_somme(echeances, ttc)):
            self.add_error("echeances", faute)
        elif lu.get("nature") == NatureFacture.AVOIR:
            self.add_error("echeances", "Un avoir n'a pas d'échéances.")
        lu["date_echeance"] = None

    def clean(self) -> dict[str, Any]:
        super().clean()
        lu = self.cleaned_data
        self._verifier_les_echeances(lu)
        emission, echeance = lu.get("date_emission"), lu.get("date_echeance")
        if emission and echeance is None and "date_echeance" not in self.errors:
            lu["date_echeance"] = self.convention.terme.echeance(emission)
            self.echeance_calculee = True
        self._admettre_l_echeance(lu)
        ht, tva, ttc = lu.get("montant_ht"), lu.get("montant_tva"), lu.get("montant_ttc")
        if (
            ht is not None
            and tva is not None
            and ttc is not None
            and ttc - ht - tva not in (ZERO, self.arrondi)
        ):
            attendu = f"{ht + tva:.2f}".replace(".", ",")
            self.add_error(
                "montant_ttc", f"HT plus TVA font {attendu} € : corrigez l'un des trois."
            )
        return lu

    def _admettre_l_echeance(self, lu: dict[str, Any]) -> None:
        """Loyer, abonnement : une échéance d'avant l'émission se confirme d'une case."""
        admise = lu.pop("echeance_admise", False)
        emission, echeance = lu.get("date_emission"), lu.get("date_echeance")
        if not emission or not echeance or echeance >= emission:
            del self.fields["echeance_admise"]
        elif not admise and {"date_emission", "date_echeance"} & set(self.changed_data):
            self.add_error(
                "date_echeance",
                f"L'échéance précède l'émission ({jour(emission)}) : corrigez-la, ou confirmez-la.",
            )
