import time
from typing import Any

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Utilisateur
from recouvrement.equipe.forms.creancier import lu
from recouvrement.socle.forms import SaisieLisible
from recouvrement.socle.saisies.identifiants import lire_courriel

ROLES = (
    (Role.ASSISTANTE, "Assistante : agit, appelle, saisit"),
    (Role.GESTIONNAIRE, "Gestionnaire : agit, décide et règle les paramètres"),
    (Role.LECTURE, "Lecture : consulte et exporte"),
)


# Écrire et déposer un courriel prend un dixième de seconde ; ne rien faire, presque rien.
DUREE_D_UNE_REPONSE = 0.3


class OubliForm(ResetPasswordForm):
    """Répond aussi lentement pour une adresse inconnue : la durée ne dit pas qui a un compte."""

    def save(self, request: HttpRequest, **options: Any) -> str:
        debut = time.monotonic()
        try:
            adresse: str = super().save(request, **options)
            return adresse
        finally:
            time.sleep(max(0.0, DUREE_D_UNE_REPONSE - (time.monotonic() - debut)))


class RoleForm(SaisieLisible, forms.Form):
    role = forms.ChoiceField(label="Rôle", choices=Role.choices)


class InvitationForm(SaisieLisible, forms.Form):
    courriel = forms.CharField(
        label="Adresse de courriel",
        max_length=254,
        strip=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Rôle", choices=ROLES)

    def clean_courriel(self) -> str:
        return lu(lire_courriel, self.cleaned_data["courriel"]).lower()


class MotifForm(SaisieLisible, forms.Form):
    motif = forms.CharField(
        label="Motif",
        max_length=200,
        help_text="Comment vous avez reconnu la personne ; elle le lira, et le journal le garde.",
    )


class NomForm(SaisieLisible, forms.Form):
    nom = forms.CharField(label="Votre nom", max_length=120)

    def clean_nom(self) -> str:
        return " ".join(self.cleaned_data["nom"].split())


class CompteForm(NomForm):
    """Ce que chacun change de son propre compte ici ; le reste a ses pages."""


class CompteInviteForm(NomForm):
    mot_de_passe = forms.CharField(
        label="Mot de passe",
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Douze caractères au moins. Une phrase se retient mieux qu'un mot compliqué.",
    )

    def __init__(self, *args: Any, courriel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.courriel = courriel
        self.fields["nom"].widget.attrs |= {"autocomplete": "name", "autofocus": True}

    def clean_mot_de_passe(self) -> str:
        mot_de_passe: str = self.cleaned_data["mot_de_passe"]
        futur = Utilisateur(email=self.courriel, nom_complet=self.cleaned_data.get("nom", ""))
        validate_password(mot_de_passe, futur)
        return mot_de_passe
