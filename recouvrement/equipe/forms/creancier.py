from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils.text import slugify

from recouvrement.comptes.enums import ZoneFeries
from recouvrement.comptes.forms import juger_le_terme
from recouvrement.comptes.models import Creancier
from recouvrement.droit.terme import DELAI_MAXIMAL, JOUR_MAXIMAL
from recouvrement.equipe.regles import CODES_RESERVES, TAILLE_IMAGE, type_image
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.forms import Groupes, SaisieLisible
from recouvrement.socle.saisies.identifiants import (
    lire_bic,
    lire_courriel,
    lire_iban,
    lire_siren,
    lire_siret,
    lire_telephone,
    lire_tva,
)

QUOTA_MAXIMAL = 100_000
TEINTES = ((1, "Bleu"), (2, "Olive"), (3, "Brun"), (4, "Ardoise"))


def lu(lire: Callable[..., str], texte: str, **options: str) -> str:
    try:
        return lire(texte, **options)
    except ErreurMetier as erreur:
        raise forms.ValidationError(erreur.message) from None


# Django ne sait dire qu'à la vérification de quel modèle est un formulaire.
if TYPE_CHECKING:
    DuCreancier = forms.ModelForm[Creancier]
else:
    DuCreancier = forms.ModelForm


class ImageField(forms.FileField):
    """PNG ou JPEG, jugé sur son contenu ; rend (octets, type) ou None si rien n'est donné."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False,
            widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
            help_text="PNG ou JPEG, 300 ko au plus.",
            **options,
        )

    def clean(self, data: Any, initial: Any = None) -> tuple[bytes, str] | None:
        fichier = super().clean(data, initial)
        if not fichier:
            return None
        # Un octet de trop suffit à refuser : on ne lit pas le reste.
        octets = fichier.read(TAILLE_IMAGE + 1)
        try:
            return octets, type_image(octets)
        except ErreurMetier as erreur:
            raise forms.ValidationError(erreur.message) from None


class IdentiteForm(SaisieLisible, Groupes, DuCreancier):
    """Qui est le créancier. Les numéros sont normalisés, et refusés avec leur raison."""

    logo_nouveau = ImageField(label="Logo")
    logo_retirer = forms.BooleanField(label="Retirer le logo", required=False)
    signature_nouvelle = ImageField(label="Signature manuscrite")
    signature_retirer = forms.BooleanField(label="Retirer la signature", required=False)
    teinte = forms.TypedChoiceField(label="Couleur à l'écran", choices=TEINTES, coerce=int)

    class Meta:
        model = Creancier
        fields: tuple[str, ...] = (
            *("nom", "forme_juridique", "capital", "siren", "siret", "tva", "rcs"),
            *("est_commercant", "representant", "qualite_representant"),
            *("adresse", "complement", "code_postal", "ville", "telephone", "iban", "bic"),
            *("couleur", "teinte"),
        )
        widgets = {"couleur": forms.TextInput(attrs={"type": "color"})}
        help_texts = {
            "capital": "Comme sur vos lettres : « 10 000 € ».",
            "representant": "Qui signe les mises en demeure et les requêtes.",
            "qualite_representant": "Gérant, présidente, directeur général…",
            "couleur": "Un filet de cette couleur en tête des lettres.",
        }
        labels = {"forme_juridique": "Forme juridique", "est_commercant": "Commerçant"}

    GROUPES = (
        ("Créancier", ("nom", "code", "forme_juridique", "capital", "est_commercant", "mode")),
        ("Immatriculation", ("siren", "siret", "tva", "rcs")),
        ("Représentant", ("representant", "qualite_representant")),
        ("Adresse", ("adresse", "complement", "code_postal", "ville", "telephone")),
        ("Banque", ("iban", "bic")),
        (
            "Lettres",
            (
                *("logo_nouveau", "logo_retirer", "signature_nouvelle", "signature_retirer"),
                *("couleur", "teinte"),
            ),
        ),
    )
    LARGES: tuple[str, ...] = ("nom", "adresse", "complement", "iban")
    LONGUEURS = {"siren": 15, "siret": 22, "tva": 24, "telephone": 24, "iban": 46, "bic": 16}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for nom, limite in self.LONGUEURS.items():
            # On saisit avec des espaces ; la longueur se juge une fois ôtés.
            self.fields[nom] = forms.CharField(
                label=self.fields[nom].label, required=False, max_length=limite
            )
        for nom, present in (
            ("logo_retirer", "logo_type"),
            ("signature_retirer", "image_signature_type"),
        ):
            if not getattr(self.instance, present):
                del self.fields[nom]

    def clean_siren(self) -> str:
        return lu(lire_siren, self.cleaned_data["siren"])

    def clean_siret(self) -> str:
        siren = self.cleaned_data.get("siren", "")
        return lu(lire_siret, self.cleaned_data["siret"], siren_attendu=siren)

    def clean_tva(self) -> str:
        siren = self.cleaned_data.get("siren", "")
        return lu(lire_tva, self.cleaned_data["tva"], siren_attendu=siren)

    def clean_iban(self) -> str:
        return lu(lire_iban, self.cleaned_data["iban"])

    def clean_bic(self) -> str:
        return lu(lire_bic, self.cleaned_data["bic"])

    def clean_telephone(self) -> str:
        return lu(lire_telephone, self.cleaned_data["telephone"])

    def clean_couleur(self) -> str:
        couleur: str = self.cleaned_data["couleur"].lower()
        RegexValidator(r"^#[0-9a-f]{6}\Z", "Une couleur s'écrit « #0f5c5c ».")(couleur)
        return couleur

    def clean(self) -> dict[str, Any]:
        super().clean()
        donnees = self.cleaned_data
        if donnees.get("siret") and not donnees.get("siren") and "siren" not in self.errors:
            donnees["siren"] = donnees["siret"][:9]
        return donnees

    @property
    def champs(self) -> dict[str, Any]:
        """Ce que reçoit l'action : les colonnes, images comprises."""
        donnees = dict(self.cleaned_data)
        for saisie, retirer, colonne in (
            ("logo_nouveau", "logo_retirer", "logo"),
            ("signature_nouvelle", "signature_retirer", "image_signature"),
        ):
            image, retiree = donnees.pop(saisie), donnees.pop(retirer, False)
            if image:
                donnees[colonne], donnees[f"{colonne}_type"] = image
            elif retiree:
                donnees[colonne], donnees[f"{colonne}_type"] = None, ""
        return donnees


class NouveauForm(IdentiteForm):
    class Meta(IdentiteForm.Meta):
        fields = ("code", "mode", *IdentiteForm.Meta.fields)

    LARGES = ("adresse", "complement", "iban")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["teinte"]
        self.fields["code"].required = False
        self.fields["code"].help_text = "Dans l'adresse de ses pages. Vide : tiré du nom."
        self.fields["nom"].widget.attrs["autofocus"] = True

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"] or slugify(self.data.get("nom", ""))[:40].strip("-")
        if not code:
            raise forms.ValidationError("Donnez un code : lettres minuscules, chiffres, tirets.")
        if code in CODES_RESERVES:
            raise forms.ValidationError("Ce mot est réservé : choisissez un autre code.")
        return code

    @property
    def champs(self) -> dict[str, Any]:
        # Il se règle ensuite dans « Envois » ; le code postal en dit déjà l'essentiel.
        zone = ZoneFeries.du_code_postal(self.cleaned_data["code_postal"])
        return super().champs | {"zone_feries": zone}


class EnvoisForm(SaisieLisible, Groupes, DuCreancier):
    """Au nom de qui, quand et à quel rythme partent les relances."""

    class Meta:
        model = Creancier
        fields = (
            *("mode", "nom_expediteur", "courriel_expediteur", "courriel_reponse", "signature"),
            *("heure_debut", "heure_fin", "zone_feries", "ecart_minimal"),
            *("delai_paiement", "genre_terme", "jour_terme"),
            *("soldes_perimes_jours", "envois_geles"),
        )
        widgets = {
            "signature": forms.Textarea(attrs={"rows": 4}),
            "heure_debut": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
            "heure_fin": forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        }
        help_texts = {
            "courriel_expediteur": "Rien n'en part avant qu'elle ait répondu à un message.",
            "courriel_reponse": "Où arrivent les réponses ; vide : l'adresse d'expéditeur.",
            "signature": "Au bas de chaque courriel, après « Cordialement ».",
            "zone_feries": "Rien ne part ces jours-là, ni le samedi ni le dimanche.",
            "delai_paiement": "En jours, quand une facture n'a ni échéance ni conditions.",
            "genre_terme": "45 jours puis fin de mois : émise le 3 avril, due le 31 mai.",
            "jour_terme": "Pour « fin de mois le 10 » ; vide sinon.",
            "ecart_minimal": "Jamais plus d'un courriel automatique par client dans ce délai.",
            "soldes_perimes_jours": "Vide : on relance même sans confirmation des règlements.",
            "envois_geles": "Plus rien ne part, pas même ce qui est prévu.",
        }

    GROUPES = (
        ("Qui écrit", ("mode", "nom_expediteur", "courriel_expediteur", "courriel_reponse")),
        ("Signature", ("signature",)),
        ("Quand", ("heure_debut", "heure_fin", "zone_feries", "ecart_minimal")),
        ("Conditions de règlement", ("delai_paiement", "genre_terme", "jour_terme")),
        ("Prudence", ("soldes_perimes_jours", "envois_geles")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for nom, bornes in (
            ("ecart_minimal", (1, 60)),
            ("delai_paiement", (0, DELAI_MAXIMAL)),
            ("jour_terme", (1, JOUR_MAXIMAL)),
            ("soldes_perimes_jours", (1, 365)),
        ):
            minimum, maximum = bornes
            champ = self.fields[nom]
            champ.validators += [
                MinValueValidator(minimum, f"Au moins {minimum}."),
                MaxValueValidator(maximum, f"Au plus {maximum}."),
            ]
            champ.widget.attrs |= {"min": minimum, "max": maximum}

    def clean_courriel_expediteur(self) -> str:
        return lu(lire_courriel, self.cleaned_data["courriel_expediteur"])

    def clean_courriel_reponse(self) -> str:
        return lu(lire_courriel, self.cleaned_data["courriel_reponse"])

    def clean(self) -> dict[str, Any]:
        super().clean()
        donnees = self.cleaned_data
        debut, fin = donnees.get("heure_debut"), donnees.get("heure_fin")
        if debut and fin and debut >= fin:
            self.add_error("heure_fin", "L'heure de fin doit suivre l'heure de début.")
        juger_le_terme(self)
        return donnees


class QuotaForm(SaisieLisible, forms.Form):
    """Ce que l'administrateur laisse partir chaque jour au nom d'un créancier."""

    quota = forms.IntegerField(
        label="Courriels par jour",
        min_value=0,
        max_value=QUOTA_MAXIMAL,
        error_messages={"required": "Donnez un nombre.", "invalid": "Donnez un nombre entier."},
    )


class ReglementsForm(SaisieLisible, forms.Form):
    au = forms.DateField(
        label="Règlements connus au",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, aujourdhui: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.aujourdhui = aujourdhui
        self.fields["au"].widget.attrs["max"] = aujourdhui.isoformat()

    def clean_au(self) -> date:
        au: date = self.cleaned_data["au"]
        if au > self.aujourdhui:
            raise forms.ValidationError("On ne connaît pas encore les règlements de ce jour-là.")
        return au
