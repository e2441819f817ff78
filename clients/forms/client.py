from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from django import forms

from clients.enums import NatureClient
from clients.models import Client, Note
from recouvrement.comptes.forms import juger_le_terme
from recouvrement.comptes.models import Creancier
from recouvrement.droit.terme import LIBELLES
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.forms import Groupes, SaisieLisible
from recouvrement.socle.saisies.identifiants import lire_siren, lire_siret, lire_tva

# Django ne sait dire qu'à la vérification de quel modèle est un formulaire.
if TYPE_CHECKING:
    DeClient = forms.ModelForm[Client]
    DeNote = forms.ModelForm[Note]
else:
    DeClient = DeNote = forms.ModelForm
NATURES = [
    ("", "Choisissez…"),
    *((n.value, n.label) for n in NatureClient if n != NatureClient.INCONNUE),
    (NatureClient.INCONNUE.value, "Je ne sais pas encore"),
]
COMMERCANT = ((True, "Oui"), (False, "Non"), ("", "Je ne sais pas"))
PAYS = (
    *(("FR", "France"), ("BE", "Belgique"), ("CH", "Suisse"), ("LU", "Luxembourg")),
    *(("DE", "Allemagne"), ("ES", "Espagne"), ("IT", "Italie"), ("NL", "Pays-Bas")),
    *(("PT", "Portugal"), ("GB", "Royaume-Uni"), ("IE", "Irlande"), ("AT", "Autriche")),
    *(("MC", "Monaco"), ("US", "États-Unis"), ("CA", "Canada"), ("MA", "Maroc")),
)


class CommercantField(forms.TypedChoiceField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=COMMERCANT,
            coerce=lambda valeur: valeur == "True",
            empty_value=None,
            required=False,
            **options,
        )

    def prepare_value(self, value: object) -> str:
        return "" if value is None else str(value)


class ClientForm(SaisieLisible, Groupes, DeClient):
    """Valide la fiche ; l'écriture appartient à `actions`."""

    est_commercant = CommercantField(
        label="Commerçant",
        help_text="Décide du tribunal : de commerce si les deux le sont.",
    )
    pays = forms.ChoiceField(label="Pays", choices=PAYS, initial="FR")
    # Aucune n'est présumée : taux, 40 €, tribunal et prescription en dépendent.
    nature = forms.ChoiceField(
        label="Nature",
        choices=NATURES,
        initial="",
        help_text="Décide des intérêts, des 40 €, du tribunal et de la prescription.",
    )

    class Meta:
        model = Client
        fields = (
            *("nom", "nature", "code", "langue"),
            *("siren", "siret", "tva", "forme_juridique", "est_commercant"),
            *("adresse", "complement", "code_postal", "ville", "pays"),
            *("delai_paiement", "genre_terme", "jour_terme"),
            "procedure_collective_le",
        )
        widgets = {
            "siren": forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 15}),
            "siret": forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 22}),
            "tva": forms.TextInput(attrs={"maxlength": 26}),
            "procedure_collective_le": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }
        help_texts = {
            "code": "Votre référence dans vos factures : elle sert à reconnaître les imports.",
            "genre_terme": "45 jours puis fin de mois : émise le 3 avril, due le 31 mai.",
            "jour_terme": "Pour « fin de mois le 10 » ; vide sinon.",
            "procedure_collective_le": "Date du jugement : plus aucune relance ne part.",
        }

    GROUPES = (
        ("Client", ("nom", "nature", "code", "langue")),
        ("Identité", ("siren", "siret", "tva", "forme_juridique", "est_commercant")),
        ("Adresse", ("adresse", "complement", "code_postal", "ville", "pays")),
        ("Conditions de règlement", ("delai_paiement", "genre_terme", "jour_terme")),
        ("Situation", ("procedure_collective_le",)),
    )
    LARGES = ("nom", "adresse", "complement")

    def __init__(self, *args: Any, creancier: Creancier, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.creancier = creancier
        # Le nettoyage ôte les espaces : la longueur se juge après lui.
        for nom, limite in (("siren", 15), ("siret", 22), ("tva", 26)):
            champ = forms.CharField(
                label=self.fields[nom].label,
                required=False,
                max_length=limite,
                widget=self.fields[nom].widget,
            )
            self.fields[nom] = champ
        if self.instance.pays and self.instance.pays not in dict(PAYS):
            pays = cast(forms.ChoiceField, self.fields["pays"])
            pays.choices = [*PAYS, (self.instance.pays, self.instance.pays)]
        for nom in ("adresse", "complement"):
            self.fields[nom].widget.attrs["class"] = "long"
        terme = cast(forms.ChoiceField, self.fields["genre_terme"])
        terme.choices = [("", "Comme d'habitude"), *LIBELLES]
        self.fields[
            "delai_paiement"
        ].help_text = f"Vide : vos conditions habituelles, {creancier.terme}."
        self.fields["nom"].widget.attrs["autofocus"] = self.instance.pk is None

    def clean_nom(self) -> str:
        return " ".join(self.cleaned_data["nom"].split())

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].strip()
        pris = Client.objects.pour(self.creancier).filter(code=code).exclude(pk=self.instance.pk)
        if code and pris.exists():
            raise forms.ValidationError("Ce code client existe déjà.")
        return code

    def clean_siren(self) -> str:
        siren = _lu(lire_siren, self.cleaned_data["siren"])
        return self._d_un_autre(siren, self.creancier.siren, "Ce SIREN")

    def clean_siret(self) -> str:
        siren = self.cleaned_data.get("siren", "")
        siret = _lu(lambda t: lire_siret(t, siren_attendu=siren), self.cleaned_data["siret"])
        self._d_un_autre(siret[:9], self.creancier.siren, "Ce SIRET")
        return siret

    def clean_tva(self) -> str:
        siren = self.cleaned_data.get("siren", "")
        tva = _lu(lambda t: lire_tva(t, siren_attendu=siren), self.cleaned_data["tva"])
        return self._d_un_autre(tva, self.creancier.tva, "Ce numéro de TVA")

    def _d_un_autre(self, lu: str, sien: str, quoi: str) -> str:
        """Nul n'est son propre débiteur."""
        if lu and lu == sien:
            raise forms.ValidationError(
                f"{quoi} est celui de {self.creancier.nom}, le créancier : indiquez le débiteur."
            )
        return lu

    def clean_code_postal(self) -> str:
        code_postal: str = self.cleaned_data["code_postal"]
        return code_postal.strip()

    def clean(self) -> dict[str, Any]:
        super().clean()
        donnees = self.cleaned_data
        siret = donnees.get("siret")
        if siret and not donnees.get("siren") and "siren" not in self.errors:
            donnees["siren"] = siret[:9]
        code_postal = donnees.get("code_postal", "")
        if donnees.get("pays") == "FR" and code_postal:
            compact = "".join(code_postal.split())
            if not (compact.isascii() and compact.isdigit() and len(compact) == 5):
                self.add_error("code_postal", "Un code postal français compte cinq chiffres.")
            else:
                donnees["code_postal"] = compact
        juger_le_terme(self)
        return donnees


class SuspensionForm(SaisieLisible, forms.Form):
    motif = forms.CharField(label="Pourquoi", max_length=200)
    jusqu_au = forms.DateField(
        label="Jusqu'au",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="Dernier jour sans relance. Vide : jusqu'à ce que vous les repreniez.",
    )

    def __init__(self, *args: Any, au: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.au = au
        self.fields["jusqu_au"].widget.attrs["min"] = au.isoformat()

    def clean_jusqu_au(self) -> date | None:
        jusqu_au: date | None = self.cleaned_data["jusqu_au"]
        if jusqu_au and jusqu_au < self.au:
            raise forms.ValidationError("Cette date est passée.")
        return jusqu_au


class NoteForm(SaisieLisible, DeNote):
    class Meta:
        model = Note
        fields = ("texte", "est_a_savoir")
        widgets = {"texte": forms.Textarea(attrs={"rows": 4})}


def _lu(lire: Callable[[str], str], texte: str) -> str:
    try:
        return lire(texte)
    except ErreurMetier as erreur:
        raise forms.ValidationError(erreur.message) from None
