from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from factures.forms.champs import proposer_les_etapes
from recouvrement.socle.forms import SaisieLisible
from recouvrement.socle.tableur.lecture import MEGA, PLAFOND_OCTETS

PLAFOND_DEPOT = 200 * MEGA

# Ce que l'on dit d'une colonne reconnue, d'après la façon dont elle l'a été.
CERTITUDES = {
    "sur": {"certitude": "sûre", "ton": "solde"},
    "choisi": {"certitude": "choisie", "ton": "solde"},
    "a_confirmer": {"certitude": "à confirmer", "ton": "echu"},
}
NON_RECONNUE = {"certitude": "non reconnue", "ton": ""}


class PlusieursFichiers(forms.FileInput):
    allow_multiple_selected = True


class FichiersField(forms.FileField):
    widget = PlusieursFichiers

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        fichiers = data if isinstance(data, list | tuple) else [data]
        return [super(FichiersField, self).clean(fichier, initial) for fichier in fichiers]


class ImportForm(SaisieLisible, forms.Form):
    fichiers = FichiersField(
        label="Fichiers",
        allow_empty_file=True,
        max_length=255,
        help_text="CSV, XLSX, ODS, PDF Factur-X, XML CII ou UBL. Un seul ou plusieurs à la fois.",
        widget=PlusieursFichiers(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.ods,.pdf,.xml"}),
    )
    rang_entree = forms.TypedChoiceField(
        label="Où commencent les relances de ces factures",
        coerce=int,
        required=False,
        # Les types de Django n'y attendent qu'un texte.
        empty_value=0,  # type: ignore[arg-type]
        help_text="Une facture déjà relancée ailleurs peut entrer plus loin dans le scénario.",
    )

    liste_complete = forms.BooleanField(
        label="Ces fichiers sont la liste complète des factures ouvertes",
        required=False,
        help_text="Une facture ouverte ici qu'ils ne disent pas se demande : réglée, ou non ?",
    )

    def __init__(self, *args: Any, etapes: Sequence[tuple[int, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        proposer_les_etapes(self, etapes)

    def clean_fichiers(self) -> "list[UploadedFile[bytes]]":
        fichiers: list[UploadedFile[bytes]] = self.cleaned_data["fichiers"]
        gros = [fichier for fichier in fichiers if (fichier.size or 0) > PLAFOND_OCTETS]
        if gros:
            # Refusé sur sa taille annoncée : rien n'en est lu.
            noms = ", ".join(
                f"« {str(f.name)[:80]} » pèse {(f.size or 0) // MEGA} Mo" for f in gros[:5]
            )
            raise forms.ValidationError(
                f"{noms} : la limite est de {PLAFOND_OCTETS // MEGA} Mo par fichier."
            )
        if sum(fichier.size or 0 for fichier in fichiers) > PLAFOND_DEPOT:
            raise forms.ValidationError(
                f"Ce dépôt dépasse {PLAFOND_DEPOT // MEGA} Mo : faites-en plusieurs."
            )
        return fichiers


class ColonnesForm(SaisieLisible, forms.Form):
    """Ce que devient chaque colonne de chaque tableur ; nommé par rangs, jamais par en-tête."""

    rang_entree = ImportForm.base_fields["rang_entree"]
    liste_complete = ImportForm.base_fields["liste_complete"]

    def __init__(
        self,
        *args: Any,
        feuilles: list[dict[str, Any]],
        libelles: Mapping[str, str],
        etapes: Sequence[tuple[int, str]],
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        proposer_les_etapes(self, etapes)
        self.feuilles, self.libelles = feuilles, libelles
        choix = [("", "Ne pas importer"), *libelles.items()]
        for f, feuille in enumerate(feuilles):
            for c, colonne in enumerate(feuille["colonnes"]):
                self.fields[f"c{f}_{c}"] = forms.ChoiceField(
                    label=f"Champ pour la colonne {colonne['entete'] or c + 1}",
                    choices=choix,
                    initial=colonne["champ"],
                    required=False,
                )

    @property
    def tableaux(self) -> list[dict[str, Any]]:
        """Chaque feuille lue, ses colonnes avec leur champ, et ce qui n'en a trouvé aucune."""
        return [
            {
                "fichier": feuille["fichier"],
                "lecture": feuille["lecture"],
                "retenue": feuille.get("retenue"),
                "colonnes": [
                    colonne
                    | {"champ": self[f"c{f}_{i}"]}
                    | CERTITUDES.get(colonne["certitude"], NON_RECONNUE)
                    for i, colonne in enumerate(feuille["colonnes"])
                ],
                "manquants": [self.libelles[champ] for champ in feuille["manquants"]],
                "est_a_voir": bool(feuille["manquants"] or self.errors),
            }
            for f, feuille in enumerate(self.feuilles)
        ]

    def clean(self) -> dict[str, Any]:
        super().clean()
        lu = self.cleaned_data
        for f, feuille in enumerate(self.feuilles):
            vus: set[str] = set()
            for c, _ in enumerate(feuille["colonnes"]):
                champ = lu.get(f"c{f}_{c}")
                if champ and champ in vus:
                    self.add_error(
                        f"c{f}_{c}", f"« {self.libelles[champ]} » est déjà choisi plus haut."
                    )
                vus.add(champ or "")
        return lu

    @property
    def correspondance(self) -> dict[str, str]:
        return {
            colonne["entete"]: self.cleaned_data[f"c{f}_{c}"]
            for f, feuille in enumerate(self.feuilles)
            for c, colonne in enumerate(feuille["colonnes"])
            if colonne["entete"]
        }
