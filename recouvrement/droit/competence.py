"""Quel juge, et lequel près de chez le débiteur ? (C. com., art. L721-3 ; CPC, art. 43 et 1406.)

Le juge est celui du lieu où demeure le débiteur ; en injonction de payer c'est d'ordre public.
Débiteur commerçant : tribunal de commerce, appelé tribunal des activités économiques dans douze
villes du 01/01/2025 au 31/12/2028 ; chambre commerciale du tribunal judiciaire en Alsace-Moselle
(L731-1) ; tribunal mixte de commerce outre-mer (L732-1). Débiteur civil ou consommateur : tribunal
judiciaire, quel que soit le montant. Bail d'habitation, crédit à la consommation : juge des
contentieux de la protection (COJ, art. L213-4-4 et L213-4-5).

>>> juges(debiteur_commercant=True, creancier_commercant=True, departement="67").ordres
(<Ordre.CHAMBRE_COMMERCIALE: 'chambre commerciale du tribunal judiciaire'>,)
>>> juges(debiteur_commercant=False, creancier_commercant=True, departement="75").ordres
(<Ordre.JUDICIAIRE: 'tribunal judiciaire'>,)
>>> tribunaux(Ordre.COMMERCE, insee="69123").noms
('Tribunal des activités économiques de Lyon',)
>>> tribunaux(Ordre.JUDICIAIRE, code_postal="57000").noms
('Tribunal judiciaire de Metz',)
>>> tribunaux(Ordre.COMMERCE, code_postal="92042", commune="PARIS LA DEFENSE CEDEX").noms
('Tribunal des activités économiques de Nanterre',)
"""

from dataclasses import dataclass
from enum import StrEnum

from recouvrement.droit.communes import chercher
from recouvrement.droit.sources import Confiance

ALSACE_MOSELLE = frozenset({"57", "67", "68"})
OUTRE_MER = ("97", "98")
UNION_EUROPEENNE = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
PREFIXE_TC = "Tribunal de commerce"
PREFIXE_TMC = "Tribunal mixte de commerce"


class Ordre(StrEnum):
    """Le juge de première instance."""

    COMMERCE = "tribunal de commerce"
    CHAMBRE_COMMERCIALE = "chambre commerciale du tribunal judiciaire"
    MIXTE = "tribunal mixte de commerce"
    JUDICIAIRE = "tribunal judiciaire"
    PROTECTION = "juge des contentieux de la protection"

    @property
    def est_commercial(self) -> bool:
        """Vrai pour les trois formes de la juridiction commerciale."""
        return self in (Ordre.COMMERCE, Ordre.CHAMBRE_COMMERCIALE, Ordre.MIXTE)


class Objet(StrEnum):
    """L'objet de la créance, quand il désigne un juge."""

    FACTURE = "facture"
    BAIL_HABITATION = "bail d'habitation"
    CREDIT_CONSOMMATION = "crédit à la consommation"


@dataclass(frozen=True, slots=True)
class Juges:
    """Les juges possibles ; plusieurs : au choix du créancier, ou faute de précision.

    `selon_la_reponse` : ceux que la qualité encore inconnue ouvrira ou fermera ; les autres sont
    ouverts quelle que soit la réponse.
    """

    ordres: tuple[Ordre, ...]
    motif: str
    confiance: Confiance
    selon_la_reponse: frozenset[Ordre] = frozenset()

    def est_certain(self, ordre: Ordre) -> bool:
        """Vrai si ce juge est ouvert quoi qu'on apprenne."""
        return ordre in self.ordres and ordre not in self.selon_la_reponse


@dataclass(frozen=True, slots=True)
class Tribunaux:
    """Les tribunaux de cet ordre pour ce lieu ; aucun, un seul, ou plusieurs à départager."""

    noms: tuple[str, ...]
    a_confirmer: bool

    @property
    def est_certain(self) -> bool:
        """Vrai si un seul tribunal répond, sans réserve."""
        return len(self.noms) == 1 and not self.a_confirmer


def juges(
    *,
    debiteur_commercant: bool | None,
    creancier_commercant: bool | None,
    departement: str,
    objet: Objet = Objet.FACTURE,
    debiteur_public: bool = False,
    pays: str = "FR",
) -> Juges:
    """Les juges que la loi désigne ; une qualité inconnue n'en ferme aucun, et se précise."""
    if debiteur_public:
        return Juges(
            (), "débiteur public : ni juge commercial ni injonction de payer", Confiance.DE_MEMOIRE
        )
    if pays.upper() != "FR":
        return _a_l_etranger(pays.upper(), ordre_commercial(departement))
    if objet is not Objet.FACTURE:
        return Juges((Ordre.PROTECTION,), "COJ, art. L213-4-4 et L213-4-5", Confiance.VU)
    if debiteur_commercant is False:
        return Juges((Ordre.JUDICIAIRE,), "débiteur civil ou consommateur", Confiance.VU)
    commercial = ordre_commercial(departement)
    if debiteur_commercant is None:
        # Un créancier non commerçant : le juge civil de toute façon, le juge commercial au choix.
        ouverts = {commercial} if creancier_commercant is False else {commercial, Ordre.JUDICIAIRE}
        return Juges(
            (commercial, Ordre.JUDICIAIRE),
            "à préciser : le débiteur est-il commerçant ?",
            Confiance.VU_TIERS,
            frozenset(ouverts),
        )
    if creancier_commercant:
        return Juges((commercial,), "entre commerçants (C. com., art. L721-3)", Confiance.VU_TIERS)
    if creancier_commercant is None:
        return Juges(
            (commercial, Ordre.JUDICIAIRE),
            "à préciser : le créancier est-il commerçant ?",
            Confiance.VU_TIERS,
            frozenset({Ordre.JUDICIAIRE}),
        )
    return Juges(
        (commercial, Ordre.JUDICIAIRE),
        "acte mixte : le créancier non commerçant a le choix",
        Confiance.DE_MEMOIRE,
    )


def _a_l_etranger(pays: str, commercial: Ordre) -> Juges:
    """Aucun juge français n'est acquis : il se vérifie, texte à l'appui."""
    motif = "débiteur hors de l'Union : compétence à établir (conventions ; C. civ., art. 14)"
    if pays in UNION_EUROPEENNE:
        motif = (
            "débiteur dans l'Union : Bruxelles I bis (règl. (UE) n° 1215/2012), art. 4, le juge de "
            "son domicile ; art. 7, celui du lieu d'exécution ; art. 18, celui du consommateur"
        )
    possibles = (commercial, Ordre.JUDICIAIRE)
    return Juges(possibles, motif, Confiance.DE_MEMOIRE, frozenset(possibles))


def ordre_commercial(departement: str) -> Ordre:
    """La forme que prend la juridiction commerciale dans ce département."""
    if departement[:2] in ALSACE_MOSELLE:
        return Ordre.CHAMBRE_COMMERCIALE
    if departement.startswith(OUTRE_MER):
        return Ordre.MIXTE
    return Ordre.COMMERCE


def tribunaux(
    ordre: Ordre,
    *,
    insee: str | None = None,
    code_postal: str | None = None,
    commune: str | None = None,
) -> Tribunaux:
    """Les tribunaux de cet ordre pour cette adresse : code commune, sinon nom et code postal.

    Deux communes du même ressort n'en font qu'un ; ce qui ne concorde pas reste à confirmer.
    """
    lieu = chercher(insee=insee, code_postal=code_postal, nom=commune)
    noms: dict[str, None] = {}
    reserve = lieu.a_confirmer
    for trouvee in lieu.communes:
        nom = trouvee.commercial if ordre.est_commercial else trouvee.judiciaire
        reserve = reserve or (trouvee.reserve and not ordre.est_commercial)
        if nom:
            noms[_appeler(nom, ordre)] = None
    return Tribunaux(tuple(sorted(noms)), reserve or ordre is Ordre.MIXTE)


def _appeler(nom: str, ordre: Ordre) -> str:
    if ordre is Ordre.MIXTE:
        return nom.replace(PREFIXE_TC, PREFIXE_TMC, 1)
    if ordre is Ordre.PROTECTION:
        return f"Juge des contentieux de la protection, {nom[0].lower()}{nom[1:]}"
    return nom[0].upper() + nom[1:]
