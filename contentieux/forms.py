from datetime import date
from typing import Any, cast

from django import forms

from clients.models import Client
from contentieux.enums import EtatDossier, IssueDossier, NatureFrais, Suite, Voie
from contentieux.models import Dossier
from contentieux.regles import est_un_tae, etats_suivants, voies_ouvertes
from factures.enums import SIGNIFICATIONS
from factures.forms.champs import FacturesACocher, MontantField
from factures.models import Facture
from recouvrement.documents.contextes import partie_du_creancier
from recouvrement.socle.forms import ChoixMultiple, SaisieLisible
from recouvrement.socle.montants import CENTIME, ZERO

# Ce que l'article 54 du CPC demande d'un créancier personne physique.
ETAT_CIVIL = ("profession", "nationalite", "naissance")
# Ce dont dépend la contribution devant un TAE (décret n° 2024-1225, art. 2 et 3).
MOYENS = ("salaries", "chiffre_d_affaires", "benefice", "revenu_par_part")


class ChampJour(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class OuvrirForm(FacturesACocher, SaisieLisible, forms.Form):
    """Quelles factures, par quelle voie."""

    factures = ChoixMultiple(
        label="Factures du dossier",
        queryset=Facture.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins une facture."},
    )
    voie = forms.ChoiceField(label="Voie", choices=Voie.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, client: Client, au: date, **kwargs: Any) -> None:
        voies = voies_ouvertes(client.nature)
        super().__init__(*args, initial={"voie": voies[0]} if voies else {}, **kwargs)
        self.au = au
        voie = cast(forms.ChoiceField, self.fields["voie"])
        voie.choices = [(permise.value, permise.label) for permise in voies]
        factures = cast(ChoixMultiple[Facture], self.fields["factures"])
        factures.queryset = (
            Facture.objects.pour(client.creancier)
            .filter(client=client)
            .ouvertes()
            .echues(au=au)
            .hors_contentieux()
            .order_by("date_echeance", "pk")
        )


class RequeteForm(SaisieLisible, forms.Form):
    """Ce que la requête demande et que les fiches ne disent pas."""

    tribunal = forms.CharField(
        label="Tribunal",
        max_length=160,
        help_text="En règle générale celui du lieu où demeure le débiteur (CPC, art. 1406).",
    )
    arrete_au = ChampJour(label="Décompte arrêté au")
    fondement = forms.CharField(
        label="Fondement de la créance",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Contrat, devis accepté, commande : d'où vient la somme (CPC, art. 1407).",
    )
    renvoi = forms.CharField(
        label="En cas d'opposition, renvoyer devant",
        max_length=160,
        required=False,
        help_text="Facultatif (CPC, art. 1408).",
    )
    clause_penale = MontantField(label="Clause pénale", required=False, minimum=ZERO)
    frais_accessoires = MontantField(label="Frais accessoires", required=False, minimum=ZERO)
    lieu = forms.CharField(label="Fait à", max_length=80, required=False)
    profession = forms.CharField(
        label="Profession du créancier",
        max_length=80,
        required=False,
        help_text="D'une personne physique, même « EI », à peine de nullité (CPC, art. 54).",
    )
    nationalite = forms.CharField(label="Sa nationalité", max_length=60, required=False)
    naissance = forms.CharField(
        label="Né(e) le, à",
        max_length=120,
        required=False,
        help_text="« 3 mai 1980, à Rennes ».",
    )
    salaries = forms.IntegerField(
        label="Effectif du créancier",
        required=False,
        min_value=0,
        max_value=9_999_999,
        help_text=(
            "Devant ce tribunal, une contribution est due au-delà de 50 000 € par qui emploie 250 "
            "salariés ou plus (décret n° 2024-1225)."
        ),
    )
    chiffre_d_affaires = MontantField(
        label="Son chiffre d'affaires moyen (€)",
        required=False,
        minimum=ZERO,
        help_text="Sur les trois dernières années, comme le bénéfice.",
    )
    benefice = MontantField(label="Son bénéfice moyen (€)", required=False)
    revenu_par_part = MontantField(
        label="Revenu fiscal de référence par part (€)", required=False, minimum=ZERO
    )

    def __init__(self, *args: Any, dossier: Dossier, au: date, **kwargs: Any) -> None:
        creancier = dossier.creancier
        initial = {
            "tribunal": dossier.tribunal,
            "arrete_au": dossier.arrete_au or au,
            "lieu": creancier.ville,
        } | dossier.requete
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        self.au = au
        est_morale = partie_du_creancier(creancier).est_morale
        inutiles = {*ETAT_CIVIL, "revenu_par_part"} if est_morale else {*MOYENS[1:3]}
        if not est_un_tae(self.data.get("tribunal") or dossier.tribunal):
            inutiles |= {*MOYENS}
        for nom in inutiles:
            del self.fields[nom]

    def clean_arrete_au(self) -> date:
        arrete_au: date = self.cleaned_data["arrete_au"]
        if arrete_au > self.au:
            raise forms.ValidationError("Un décompte ne s'arrête pas dans le futur.")
        return arrete_au

    def requete(self) -> dict[str, str]:
        noms = ("fondement", "renvoi", "clause_penale", "frais_accessoires", "lieu", *ETAT_CIVIL)
        dits = {nom: str(self.cleaned_data.get(nom) or "") for nom in noms}
        # Zéro est une réponse ; vide, une question.
        chiffres = {nom: self.cleaned_data.get(nom) for nom in MOYENS}
        return dits | {nom: "" if vu is None else str(vu) for nom, vu in chiffres.items()}


class AvancerForm(SaisieLisible, forms.Form):
    """`non_avenue` : une ordonnance signifiée trop tard ne mène plus à l'exécution."""

    etat = forms.ChoiceField(label="Nouvel état")
    le = ChampJour(label="Le")
    remise = forms.ChoiceField(
        label="Signifiée comment",
        required=False,
        help_text="Le mois d'opposition part de la remise à personne (CPC, art. 1416).",
    )
    note = forms.CharField(
        label="Note", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self, *args: Any, dossier: Dossier, au: date, non_avenue: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, initial={"le": au}, **kwargs)
        self.au = au
        etat = cast(forms.ChoiceField, self.fields["etat"])
        etat.choices = [
            (suivant.value, suivant.label)
            for suivant in etats_suivants(EtatDossier(dossier.etat), non_avenue=non_avenue)
        ]
        if dossier.etat == EtatDossier.ORDONNANCE and dossier.voie != Voie.AUTRE:
            remise = cast(forms.ChoiceField, self.fields["remise"])
            remise.choices = [("", "à dire"), *((un.value, un.label) for un in SIGNIFICATIONS)]
            remise.required = True
        else:
            del self.fields["remise"]

    def clean_le(self) -> date:
        le: date = self.cleaned_data["le"]
        if le > self.au:
            raise forms.ValidationError("Cette date n'est pas encore passée.")
        return le


class NoteForm(SaisieLisible, forms.Form):
    texte = forms.CharField(label="Note", max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class FraisForm(SaisieLisible, forms.Form):
    nature = forms.ChoiceField(label="Nature", choices=NatureFrais.choices)
    libelle = forms.CharField(label="Libellé", max_length=160)
    montant = MontantField(label="Montant", minimum=CENTIME)
    le = ChampJour(label="Le")


class CloreForm(SaisieLisible, forms.Form):
    issue = forms.ChoiceField(label="Issue", choices=IssueDossier.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label="Comment", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    suite = forms.ChoiceField(
        label="Ce qui reste dû",
        choices=[("", "Selon l'issue : reprendre, sauf si le dossier est perdu"), *Suite.choices],
        required=False,
    )
