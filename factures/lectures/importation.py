"""Ce que montre l'aperçu d'un import, et ce qu'on en télécharge."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When
from django.utils.text import Truncator

from factures.enums import EtatImport, QuestionImport, SortLigne
from factures.models import Importation, LigneImport
from recouvrement.comptes.models import Creancier
from recouvrement.socle.formats import euros, jour, moment

COLONNES_RAPPORT = ("Origine", "Numéro", "Client", "Montant TTC", "Sort", "Raison")
DERNIERS = 8
OUI_POUR_TOUTES = {
    str(QuestionImport.RESTE): "Annuler ces règlements",
    str(QuestionImport.ABSENTE): "Toutes réglées ce jour",
}
# L'onglet des lignes qui disent autre chose que la base.
A_DECIDER = "a_decider"
SIGNES: dict[str, tuple[str, str]] = {
    EtatImport.VALIDE: ("oui", "solde"),
    EtatImport.APERCU: ("alerte", "echu"),
}
# Au-delà, un texte lu déborderait sa colonne.
LISIBLE = 40


@dataclass(frozen=True, slots=True)
class Colonne:
    """Une colonne de l'aperçu : le champ lu, son en-tête."""

    champ: str
    titre: str
    est_montant: bool = False


COLONNES = (
    Colonne("numero", "Numéro"),
    Colonne("client", "Client"),
    Colonne("date_emission", "Date"),
    Colonne("date_echeance", "Échéance"),
    Colonne("montant_ttc", "Montant TTC", est_montant=True),
)
TONS = {
    SortLigne.CREEE: "solde",
    SortLigne.MISE_A_JOUR: "accent",
    SortLigne.INCHANGEE: "",
    SortLigne.REFUSEE: "demeure",
}


@dataclass(frozen=True, slots=True)
class Bilan:
    creees: int
    mises_a_jour: int
    inchangees: int
    refusees: int

    @property
    def total(self) -> int:
        return self.creees + self.mises_a_jour + self.inchangees + self.refusees

    @property
    def a_ecrire(self) -> int:
        return self.creees + self.mises_a_jour


@dataclass(frozen=True, slots=True)
class Saisie:
    """Une cellule refusée que l'on peut corriger dans l'aperçu."""

    nom: str
    champ: str
    libelle: str
    valeur: str


@dataclass(frozen=True, slots=True)
class CelluleVue:
    colonne: Colonne
    valeur: Any
    faux: str = ""
    doute: str = ""
    saisies: tuple[Saisie, ...] = ()
    sous_titre: str = ""

    @property
    def est_le_numero(self) -> bool:
        """C'est elle qui dit ce qui ne tient à aucune colonne."""
        return self.colonne.champ == "numero"

    @property
    def se_saisit(self) -> bool:
        """Le champ de saisie redit déjà la valeur."""
        return any(saisie.champ == self.colonne.champ for saisie in self.saisies)

    @property
    def texte(self) -> str:
        match self.valeur:
            case date():
                return jour(self.valeur)
            case Decimal():
                return euros(self.valeur)
        return Truncator(str(self.valeur)).chars(LISIBLE)

    @property
    def classe(self) -> str:
        fond = "faux" if self.faux else "doute" if self.doute else ""
        return " ".join(c for c in ("montant" if self.colonne.est_montant else "", fond) if c)


@dataclass(frozen=True, slots=True)
class QuestionVue:
    """Ce que la ligne dit autrement que la base, et la case pour le reprendre."""

    nom: str
    cle: str
    phrase: str
    oui: str
    le: str
    reponse: str

    @property
    def a_un_jour(self) -> bool:
        return self.cle == QuestionImport.ABSENTE


@dataclass(frozen=True, slots=True)
class LigneVue:
    ligne: LigneImport
    cellules: list[CelluleVue]
    # Ce qui ne tient à aucune colonne montrée : raisons du refus, remarques.
    raisons: list[str]
    remarques: list[str]
    sort: SortLigne
    fichier_unique: bool
    # Refusée pour sa seule forme : une personne peut l'admettre.
    est_admissible: bool = False

    @property
    def questions(self) -> list[QuestionVue]:
        return [
            QuestionVue(f"{self.ligne.rang}:{dite['cle']}", **dite)
            for dite in self.ligne.lu.get("questions", ())
        ]

    @property
    def est_muette(self) -> bool:
        """Un fichier dont rien n'a été lu : ses raisons tiennent toute la ligne."""
        return not any(cellule.valeur or cellule.saisies for cellule in self.cellules)

    @property
    def toutes_raisons(self) -> list[str]:
        return [*self.raisons, *(cellule.faux for cellule in self.cellules if cellule.faux)]

    @property
    def origine(self) -> str:
        """« ligne 3 » suffit quand il n'y a qu'un fichier."""
        fichier, virgule, ligne = self.ligne.origine.rpartition(", ")
        return ligne if self.fichier_unique and virgule and fichier else self.ligne.origine

    @property
    def est_inchangee(self) -> bool:
        return self.sort == SortLigne.INCHANGEE

    @property
    def ton(self) -> str:
        return TONS[self.sort]

    @property
    def libelle(self) -> str:
        return self.ligne.get_sort_display()


def bilan(importation: Importation) -> Bilan:
    nombres = dict(
        LigneImport.objects.pour(importation.creancier)
        .filter(importation=importation)
        .values_list("sort")
        .annotate(nombre=Count("pk"))
    )
    return Bilan(*(nombres.get(sort, 0) for sort in SortLigne))


@dataclass(frozen=True, slots=True)
class Onglet:
    """Une sorte de lignes à montrer, et combien il y en a."""

    sort: str
    libelle: str
    nombre: int
    est_courant: bool


@dataclass(frozen=True, slots=True)
class ADecider:
    """Une sorte de changement que dit le fichier, et combien de lignes la posent."""

    cle: str
    nom: str
    nombre: int

    @property
    def oui(self) -> str:
        return OUI_POUR_TOUTES.get(self.cle, "Reprendre partout")


def questions_posees(importation: Importation) -> list[ADecider]:
    """Une requête ; les lignes sans question n'en sont pas."""
    posees = lignes_a_montrer(importation, A_DECIDER).values_list("lu__questions", flat=True)
    nombres = Counter(
        question["cle"] for questions in posees for question in questions if question["oui"]
    )
    return [
        ADecider(str(cle), str(nom), nombres[cle])
        for cle, nom in QuestionImport.choices
        if nombres[cle]
    ]


def onglets(comptes: Bilan, sort: str, a_decider: Sequence[ADecider] = ()) -> list[Onglet]:
    """Ceux des refusées et des lignes à décider ne paraissent que s'il y en a."""
    questions = sum(question.nombre for question in a_decider)
    tous = (
        ("", "Toutes", comptes.total),
        *([(SortLigne.REFUSEE, "Refusées", comptes.refusees)] if comptes.refusees else []),
        *([(A_DECIDER, "À décider", questions)] if questions else []),
        (SortLigne.CREEE, "Créées", comptes.creees),
        (SortLigne.MISE_A_JOUR, "Mises à jour", comptes.mises_a_jour),
        (SortLigne.INCHANGEE, "Inchangées", comptes.inchangees),
    )
    return [Onglet(str(cle), libelle, nombre, cle == sort) for cle, libelle, nombre in tous]


def chiffres(comptes: Bilan, *, est_apercu: bool) -> list[tuple[str, int]]:
    """Ce que l'import fera, puis ce qu'il a fait."""
    return [
        ("À créer" if est_apercu else "Créées", comptes.creees),
        ("À mettre à jour" if est_apercu else "Mises à jour", comptes.mises_a_jour),
        ("Inchangées", comptes.inchangees),
        ("Refusées", comptes.refusees),
    ]


def devenu(importation: Importation) -> str:
    """Ce qu'il est devenu ; rien, tant qu'il attend d'être vérifié."""
    match importation.etat:
        case EtatImport.VALIDE:
            return f"enregistré le {moment(importation.valide_le)}"
        case EtatImport.DEFAIT:
            return f"enregistré le {moment(importation.valide_le)}, puis défait"
        case EtatImport.ABANDONNE:
            return "abandonné"
    return ""


def derniers_imports(creancier: Creancier) -> list[tuple[Importation, str, str]]:
    """Chacun avec le signe et le ton de son état."""
    imports = Importation.objects.pour(creancier).select_related("depose_par").order_by("-pk")
    return [(un, *SIGNES.get(un.etat, ("", ""))) for un in imports[:DERNIERS]]


def lignes_a_montrer(importation: Importation, sort: str) -> QuerySet[LigneImport]:
    lignes = LigneImport.objects.pour(importation.creancier).filter(importation=importation)
    if sort == A_DECIDER:
        return lignes.filter(lu__has_key="questions")
    return lignes.filter(sort=sort) if sort in SortLigne.values else lignes


def en_vue(
    ligne: LigneImport,
    *,
    fichier_unique: bool = False,
    saisies: Mapping[str, Sequence[Saisie]] = MappingProxyType({}),
    est_admissible: bool = False,
) -> LigneVue:
    est_refusee = ligne.sort == SortLigne.REFUSEE
    # Refusée, une ligne ne dit que pourquoi : ses remarques viendront si elle passe.
    faux, doutes = _par_champ(ligne.refus), {} if est_refusee else _par_champ(ligne.alertes)
    cellules = [
        CelluleVue(
            colonne,
            _valeur(ligne.lu, colonne.champ),
            " ".join(faux.pop(colonne.champ, ())),
            " ".join(doutes.pop(colonne.champ, ())),
            tuple(saisies.get(colonne.champ, ())),
            sous_titre=_sous_titre(ligne.lu, colonne.champ),
        )
        for colonne in COLONNES
    ]
    raisons = [phrase for phrases in faux.values() for phrase in phrases]
    remarques = [phrase for phrases in doutes.values() for phrase in phrases]
    return LigneVue(
        ligne, cellules, raisons, remarques, SortLigne(ligne.sort), fichier_unique, est_admissible
    )


def _sous_titre(lu: dict[str, Any], champ: str) -> str:
    """Sous le numéro, l'objet ; sous la fiche, ce que disait le fichier et ce qui l'a reconnue."""
    if champ == "numero":
        return str(_valeur(lu, "libelle"))
    if champ != "client" or not (par := lu.get("par")):
        return ""
    nom = lu.get("acheteur", {}).get("nom", "")
    return f"{noms_du_client(lu)}, {par}" if nom and nom != lu["client"] else f"Reconnu {par}"


def noms_du_client(lu: dict[str, Any]) -> str:
    """Celui du fichier → celui de la fiche, quand ils diffèrent."""
    lu_la, fiche = lu.get("acheteur", {}).get("nom", ""), _valeur(lu, "client")
    return f"{lu_la} → {fiche}" if lu_la and fiche and lu_la != fiche else str(fiche)


def lignes_du_rapport(importation: Importation) -> Iterator[tuple[Any, ...]]:
    # Les refusées d'abord : c'est pour elles qu'on télécharge.
    urgence = Case(
        When(sort=SortLigne.REFUSEE, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    lignes = LigneImport.objects.pour(importation.creancier).filter(importation=importation)
    for ligne in lignes.order_by(urgence, "rang").iterator(chunk_size=2000):
        dites = (*ligne.refus, *ligne.alertes, *ligne.lu.get("questions", ()))
        raisons = [dite["phrase"] for dite in dites]
        montant = ligne.lu.get("montant_ttc")
        yield (
            ligne.origine,
            _valeur(ligne.lu, "numero"),
            noms_du_client(ligne.lu),
            Decimal(montant) if montant else ligne.lu.get("cellules", {}).get("montant_ttc"),
            ligne.get_sort_display(),
            " ".join(raisons),
        )


def _par_champ(phrases: list[dict[str, str]]) -> dict[str, list[str]]:
    par_champ: dict[str, list[str]] = {}
    for phrase in phrases:
        champ = COLONNE_MONTREE.get(phrase["champ"], phrase["champ"])
        par_champ.setdefault(champ, []).append(phrase["phrase"])
    return par_champ


COLONNE_MONTREE = {
    "code_client": "client",
    "siren": "client",
    "siret": "client",
    "tva": "client",
    "courriel": "client",
    "acheteur.siren": "client",
    "acheteur.siret": "client",
    "acheteur.tva": "client",
    "montant_ht": "montant_ttc",
    "montant_tva": "montant_ttc",
    "arrondi": "montant_ttc",
    "montant_du": "montant_ttc",
    "montant_paye": "montant_ttc",
    "reste_du": "montant_ttc",
    "montant_prepaye": "montant_ttc",
    "devise": "montant_ttc",
    "conditions": "date_echeance",
    "echeances": "date_echeance",
    "montant_echeance": "montant_ttc",
    "nature": "numero",
    "vendeur": "numero",
}


def _valeur(lu: dict[str, Any], champ: str) -> Any:
    if "numero" not in lu:
        return lu.get("cellules", {}).get(champ, "")
    if champ == "client":
        return lu.get("client") or lu.get("acheteur", {}).get("nom", "")
    valeur = lu.get(champ, "")
    if champ == "numero" and "tranches" in lu:
        return f"{valeur} ({lu['tranche']}/{lu['tranches']})"
    if valeur and champ.startswith("date_"):
        return date.fromisoformat(valeur)
    if valeur and champ.startswith("montant_"):
        return -Decimal(valeur) if lu.get("nature") == "avoir" else Decimal(valeur)
    return valeur
