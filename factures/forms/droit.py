from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q

from clients.models import Client
from factures.enums import (
    DureePrescription,
    FaitDecision,
    NatureDecision,
    NatureProcedure,
    SituationDelai,
    actes_a_saisir,
)
from factures.forms.champs import jour_saisi
from factures.lectures.prescription import duree_de_la_facture
from factures.models import Decision, Facture, Piece
from recouvrement.droit.mentions import proposees
from recouvrement.droit.prescription import Duree
from recouvrement.droit.regimes import regime_de
from recouvrement.socle import formats
from recouvrement.socle.formats import euros
from recouvrement.socle.forms import ChoixMultiple, SaisieLisible, champ_de


class ActeForm(SaisieLisible, forms.Form):
    acte = forms.ChoiceField(
        label="Acte",
        help_text="Une relance, une mise en demeure ou le dépôt d'une requête n'y change rien.",
    )
    le = jour_saisi(label="En date du")
    fin = jour_saisi(
        label="Jusqu'au",
        required=False,
        help_text="Fin de l'instance ou de la suspension ; vide si elle dure encore.",
    )
    preuve = forms.CharField(
        label="Ce qui le prouve",
        max_length=250,
        help_text="« Courriel du 12 mars où M. Duval reconnaît devoir la somme ».",
    )
    piece = forms.ModelChoiceField(
        label="Pièce au dossier", queryset=Piece.objects.none(), required=False
    )

    def __init__(self, *args: Any, facture: Facture, **kwargs: Any):
        super().__init__(*args, **kwargs)
        publique = duree_de_la_facture(facture) is Duree.PERSONNE_PUBLIQUE
        acte = champ_de(self, "acte", forms.ChoiceField)
        acte.choices = actes_a_saisir(personne_publique=publique)
        if publique:
            acte.help_text = (
                "Contre une personne publique, une demande de paiement écrite interrompt (loi "
                "n° 68-1250, art. 2) : une relance en est une, datez-la."
            )
        champ_de(self, "piece", forms.ModelChoiceField).queryset = (
            Piece.objects.pour(facture.creancier)
            .filter(Q(facture=facture) | Q(facture=None), client=facture.client_id)
            .order_by("-pk")
        )


class DureeForm(SaisieLisible, forms.Form):
    duree = forms.ChoiceField(
        label="Durée",
        required=False,
        choices=[("", "Celle de la nature du client"), *DureePrescription.choices],
        help_text="Un transport, un abonnement de télécommunications se prescrivent par un an.",
    )
    motif = forms.CharField(label="Ce qui la commande", max_length=250)

    def __init__(self, *args: Any, facture: Facture, **kwargs: Any):
        kwargs.setdefault("initial", {"duree": facture.duree_prescription})
        super().__init__(*args, **kwargs)


class FacturesJugees(ChoixMultiple[Facture]):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, facture: Facture) -> str:
        reste = f"reste {euros(facture.solde)}" if facture.solde else "réglée"
        return f"{facture.reference}, échue le {formats.jour(facture.date_echeance)}, {reste}"


class DecisionForm(SaisieLisible, forms.Form):
    factures = FacturesJugees(label="Factures jugées", queryset=Facture.objects.none())
    reference = forms.CharField(
        label="Décision",
        max_length=250,
        help_text="« Tribunal de commerce de Rennes, 12 mars 2026, n° 2026F00123 ».",
    )
    nature = forms.ChoiceField(label="Nature", choices=NatureDecision.choices)
    rendue_le = jour_saisi(
        label="Rendue le",
        help_text="Les dix ans pour exécuter un jugement en partent (CPCE, art. L111-4).",
    )
    executoire_le = jour_saisi(
        label="Exécutoire depuis le",
        required=False,
        help_text=(
            "Deux mois après, le taux légal est majoré de cinq points (CMF, art. L313-3). Vide "
            "pour une injonction de payer : se déduit du jour où elle est signifiée, noté ensuite."
        ),
    )
    condamnation_au_taux_legal = forms.BooleanField(
        label="Condamne aux intérêts au taux légal",
        required=False,
        help_text="Ils remplacent alors les pénalités ou le taux convenu : ils ne se cumulent pas.",
    )
    capitalisation_depuis = jour_saisi(
        label="Ordonne la capitalisation depuis le",
        required=False,
        help_text="Pour les intérêts dus au moins pour une année entière (C. civ., art. 1343-2).",
    )
    grace_jusqu_au = jour_saisi(
        label="Délai de grâce jusqu'au",
        required=False,
        help_text="Deux ans au plus ; ni pénalité ni majoration jusque-là (C. civ., art. 1343-5).",
    )
    piece = forms.ModelChoiceField(
        label="Pièce au dossier", queryset=Piece.objects.none(), required=False
    )

    def __init__(self, *args: Any, client: Client, **kwargs: Any):
        super().__init__(*args, **kwargs)
        siennes = Facture.objects.pour(client.creancier).creances().filter(client=client)
        champ_de(self, "factures", forms.ModelMultipleChoiceField).queryset = siennes.order_by(
            "date_echeance", "pk"
        )
        champ_de(self, "piece", forms.ModelChoiceField).queryset = (
            Piece.objects.pour(client.creancier).filter(client=client).order_by("-pk")
        )


class SuiteForm(SaisieLisible, forms.Form):
    """Ce qui suit une décision, pour toutes les factures qu'elle a jugées."""

    decision = forms.ModelChoiceField(label="Décision", queryset=Decision.objects.none())
    fait = forms.ChoiceField(label="Ce qui s'est passé", choices=FaitDecision.choices)
    le = jour_saisi(
        label="Le",
        help_text="Noté une fois : délais, intérêts et prescription s'en déduisent.",
    )

    def __init__(self, *args: Any, decisions: Iterable[Decision], **kwargs: Any):
        super().__init__(*args, **kwargs)
        suivies = list(decisions)
        champ = champ_de(self, "decision", forms.ModelChoiceField)
        champ.queryset = Decision.objects.parmi({d.creancier_id for d in suivies}).filter(
            pk__in=[decision.pk for decision in suivies]
        )


class NonAvenuForm(SaisieLisible, forms.Form):
    motif = forms.CharField(label="Pourquoi", max_length=250)


class VerificationForm(SaisieLisible, forms.Form):
    situation = forms.ChoiceField(
        label="Ce qui a été convenu",
        required=False,
        choices=[("", "Règle commune"), *SituationDelai.choices],
    )
    mentions = forms.MultipleChoiceField(
        label="Mentions lues sur la facture",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Cochez ce que vous avez sous les yeux ; le reste sera dit manquant.",
    )

    def __init__(self, *args: Any, facture: Facture, **kwargs: Any):
        kwargs.setdefault(
            "initial",
            {"situation": facture.situation_delai, "mentions": facture.mentions_vues or []},
        )
        super().__init__(*args, **kwargs)
        champ_de(self, "mentions", forms.MultipleChoiceField).choices = [
            (mention.code, mention.libelle[0].upper() + mention.libelle[1:])
            for mention in proposees(regime_de(facture.client.nature))
        ]


class ProcedureForm(SaisieLisible, forms.Form):
    nature = forms.ChoiceField(label="Nature", choices=NatureProcedure.choices)
    jugement_le = jour_saisi(label="Jugement d'ouverture du")
    publication_le = jour_saisi(
        label="Publiée au BODACC le",
        required=False,
        help_text="Le délai de deux mois pour déclarer part de là.",
    )
    tribunal = forms.CharField(label="Tribunal", max_length=120, required=False)
    representant = forms.CharField(
        label="Mandataire judiciaire ou liquidateur", max_length=120, required=False
    )
    representant_adresse = forms.CharField(label="Son adresse", max_length=250, required=False)

    def clean(self) -> dict[str, Any]:
        super().clean()
        lu = self.cleaned_data
        jugement, publication = lu.get("jugement_le"), lu.get("publication_le")
        if jugement and publication and publication < jugement:
            self.add_error("publication_le", "La publication suit le jugement.")
        return lu


class DeclarationForm(SaisieLisible, forms.Form):
    le = jour_saisi(label="Déclarée le")
