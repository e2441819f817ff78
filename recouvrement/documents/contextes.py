"""Ce que reçoivent les gabarits imprimés : des valeurs, jamais des objets de la base."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from recouvrement.comptes.models import Creancier
from recouvrement.documents.regles.qr import qr_de_virement
from recouvrement.documents.regles.typographie import en_lettres
from recouvrement.droit.qualite import forme_de
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.formats import siren as siren_lisible
from recouvrement.socle.montants import ZERO


@dataclass(frozen=True, slots=True)
class Partie:
    """Un créancier ou un débiteur, tel qu'il se présente sur le papier."""

    nom: str
    forme: str = ""
    capital: str = ""
    siren: str = ""
    rcs: str = ""
    adresse: tuple[str, ...] = ()
    telephone: str = ""
    courriel: str = ""
    signataire: str = ""
    qualite: str = ""
    ville: str = ""
    code: str = ""
    couleur: str = "#0f5c5c"
    sigle: str = ""
    a_logo: bool = False
    a_signature: bool = False
    est_morale: bool = True
    # Assurance, déclaration au procureur : ce qu'un mandataire ajoute à son pied de lettre.
    mentions_propres: str = ""

    @property
    def adresse_ligne(self) -> str:
        return ", ".join(self.adresse)

    @property
    def identite(self) -> str:
        """« SARL au capital de 8 000 € », selon ce que l'on en sait."""
        if self.forme and self.capital:
            return f"{self.forme} au capital de {self.capital}"
        return self.forme

    @property
    def immatriculation(self) -> str:
        if not self.siren:
            return ""
        return (
            f"{siren_lisible(self.siren)} RCS {self.rcs}"
            if self.rcs
            else (f"SIREN {siren_lisible(self.siren)}")
        )

    @property
    def organe(self) -> str:
        """« Yann Kerbrat, gérant » : par qui la partie agit ou signe, quelle qu'elle soit."""
        if not self.signataire:
            return ""
        return ", ".join(filter(None, [self.signataire, self.qualite]))

    @property
    def represente(self) -> str:
        """« Yann Kerbrat, gérant » : la personne qui signe pour une société."""
        return "" if self.signataire == self.nom else self.organe

    @property
    def mentions(self) -> str:
        """Pied de lettre (C. com., art. R123-237 et R123-238)."""
        siege = f"siège : {self.adresse_ligne}" if self.adresse else ""
        return " – ".join(filter(None, [self.nom, self.identite, siege]))

    @property
    def mentions_legales(self) -> str:
        return " – ".join(filter(None, [self.immatriculation, self.mentions_propres]))


@dataclass(frozen=True, slots=True)
class LigneFacture:
    numero: str
    emise_le: date
    echeance: date
    objet: str
    retard: int
    ttc: Decimal
    regle_principal: Decimal
    principal: Decimal
    interets: Decimal
    indemnite: Decimal
    total: Decimal
    # Ce que le débiteur en conteste, et que la lettre ne demande pas.
    conteste: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class LigneDeduite:
    """« À déduire : avoir BA du 14/05/2026 » ; sans montant, il sert à d'autres factures."""

    nom: str
    montant: Decimal


@dataclass(frozen=True, slots=True)
class LignePeriode:
    facture: str
    du: date
    au: date
    jours: int
    principal: Decimal
    taux: Decimal
    fondement: str
    montant: Decimal
    genre: str = "periode"

    @property
    def base(self) -> str:
        """« BCE 2,15 % + 10 points » : le fondement sans son article, que disent les règles."""
        return self.fondement.partition(" (")[0]

    @property
    def article(self) -> str:
        return self.fondement.partition(" (")[2].removesuffix(")")


@dataclass(frozen=True, slots=True)
class LigneReglement:
    facture: str
    le: date
    montant: Decimal
    sur_interets: Decimal
    sur_principal: Decimal
    sur_indemnite: Decimal = ZERO
    avoir: bool = False
    genre: str = "reglement"


@dataclass(frozen=True, slots=True)
class Totaux:
    nombre: int
    ttc: Decimal
    regle_principal: Decimal
    principal: Decimal
    interets: Decimal
    indemnites: Decimal
    total: Decimal
    # Ce qui sépare la somme des périodes des intérêts encore dus.
    interets_courus: Decimal = ZERO
    interets_payes: Decimal = ZERO
    remise_interets: Decimal = ZERO
    conteste: Decimal = ZERO

    @property
    def interets_reduits(self) -> bool:
        return bool(self.interets_payes or self.remise_interets)


@dataclass(frozen=True, slots=True)
class Coupe:
    """Les deux dernières lignes voyagent avec le total : il n'ouvre jamais seul une page."""

    debut: tuple[Any, ...]
    fin: tuple[Any, ...]

    @classmethod
    def de(cls, lignes: Sequence[Any], garder: int = 2) -> "Coupe":
        return cls(tuple(lignes[:-garder]), tuple(lignes[-garder:]))

    @property
    def articles(self) -> str:
        """Les textes que citent des lignes d'intérêts, chacun une fois."""
        cites = dict.fromkeys(ligne.article for ligne in (*self.debut, *self.fin))
        return " ; ".join(filter(None, cites))


@dataclass(frozen=True, slots=True)
class Paiement:
    montant: Decimal
    beneficiaire: str
    iban: str
    bic: str
    reference: str

    @property
    def qr(self) -> str:
        return qr_de_virement(
            nom=self.beneficiaire,
            iban=self.iban,
            bic=self.bic,
            montant=self.montant,
            reference=self.reference,
        )


@dataclass(frozen=True, slots=True)
class CompteFacture:
    """Le compte d'une facture dans un décompte : ses lignes dans l'ordre des dates."""

    facture: LigneFacture
    lignes: tuple[LignePeriode | LigneReglement, ...]
    remise_interets: Decimal = ZERO
    explications: tuple[str, ...] = ()

    @property
    def est_court(self) -> bool:
        return len(self.lignes) < 12


@dataclass(frozen=True, slots=True)
class PieceBordereau:
    rang: int
    intitule: str
    dates: str
    pages: int


@dataclass(frozen=True, slots=True)
class Versement:
    rang: int
    le: date
    montant: Decimal
    reste: Decimal


@dataclass(frozen=True, slots=True)
class Echelonnement:
    """Les versements d'un accord : ils paient la somme entière, et rien de plus."""

    total: Decimal
    versements: tuple[Versement, ...]

    @classmethod
    def de(cls, total: Decimal, montants: Sequence[tuple[date, Decimal]]) -> "Echelonnement":
        reste, versements = total, []
        for rang, (le, montant) in enumerate(sorted(montants), 1):
            reste -= montant
            versements.append(Versement(rang, le, montant, reste))
        if reste or not versements or any(v.montant <= 0 for v in versements):
            raise ErreurMetier("La somme des versements doit égaler la somme due.")
        return cls(total, tuple(versements))

    def en_contexte(self) -> dict[str, object]:
        return {
            "versements": Coupe.de(self.versements),
            "nombre": len(self.versements),
            "en_lettres": en_lettres(self.total),
        }


@dataclass(frozen=True, slots=True)
class Champ:
    """Un champ du formulaire de requête ; `largeur` en douzièmes."""

    nom: str
    libelle: str
    valeur: str = ""
    largeur: int = 6


@dataclass(frozen=True, slots=True)
class Somme:
    nom: str
    titre: str
    libelle: str = ""
    montant: Decimal | None = None
    fondement: str = ""
    pieces: str = ""
    lignes: tuple[str, ...] = field(default=())

    @property
    def est_haute(self) -> bool:
        return len(self.libelle) > 34 or len(self.fondement) > 46


def partie_du_creancier(creancier: Creancier) -> Partie:
    commune = f"{creancier.code_postal} {creancier.ville}".strip()
    forme = forme_de(creancier.forme_juridique)
    return Partie(
        nom=creancier.nom,
        forme=creancier.forme_juridique,
        capital=creancier.capital,
        siren=creancier.siren,
        rcs=creancier.rcs,
        adresse=tuple(filter(None, [creancier.adresse, creancier.complement, commune])),
        telephone=creancier.telephone,
        courriel=creancier.courriel_reponse or creancier.courriel_expediteur,
        signataire=creancier.representant or creancier.nom_expediteur or creancier.nom,
        qualite=creancier.qualite_representant,
        ville=creancier.ville,
        couleur=creancier.couleur,
        sigle=creancier.sceau,
        a_logo=bool(creancier.logo),
        a_signature=bool(creancier.image_signature),
        est_morale=bool(creancier.forme_juridique)
        and not (forme and forme.est_une_personne_physique),
    )


def images_du_creancier(creancier: Creancier) -> dict[str, tuple[bytes, str]]:
    """Logo et signature, tendus au rendu sous `image:logo` et `image:signature`."""
    images = {}
    if creancier.logo:
        images["logo"] = (bytes(creancier.logo), creancier.logo_type or "image/png")
    if creancier.image_signature:
        images["signature"] = (
            bytes(creancier.image_signature),
            creancier.image_signature_type or "image/png",
        )
    return images
