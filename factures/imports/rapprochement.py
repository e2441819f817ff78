"""À quel client est une facture lue : par code, SIREN, TVA, courriel, puis nom."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from clients.enums import GenreCoordonnee
from clients.models import Client, Coordonnee
from clients.regles import nom_de_recherche, noyau
from factures.imports.types import PartieLue
from recouvrement.comptes.models import Creancier
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.formats import siren as siren_lisible

# En deçà, une lettre de différence fait un autre nom.
LONGUEUR_MIN = 5


class ClientAmbigu(ErreurMetier):
    """Plusieurs clients répondent, ou ce que l'on sait d'eux se contredit."""


@dataclass(slots=True, eq=False)
class ClientVise:
    """Un client connu (`pk`), ou un à créer d'après ce qu'on en a lu."""

    nom: str
    pk: int | None = None
    code: str = ""
    siren: str = ""
    lu: PartieLue | None = None
    proche_de: str = ""


class Annuaire:
    """Les clients d'un créancier, et ceux que l'import va créer, par tout ce qui les désigne."""

    def __init__(self, creancier: Creancier) -> None:
        self.par_cle: dict[tuple[str, str], list[ClientVise]] = defaultdict(list)
        self.par_voisinage: dict[str, ClientVise] = {}
        self.par_pk: dict[int, ClientVise] = {}
        fiches = list(
            Client.objects.pour(creancier).values_list(
                "pk", "nom", "code", "siren", "tva", "fusionne_dans"
            )
        )
        for pk, nom, code, siren, _, fusionne_dans in fiches:
            if fusionne_dans is None:
                self.par_pk[pk] = ClientVise(nom, pk, code, siren)
        # Une fiche réunie à une autre mène encore à celle-ci par son ancien nom.
        fusions = {pk: dans for pk, *_, dans in fiches if dans}
        for pk, nom, code, siren, tva, _ in fiches:
            if vise := self.par_pk.get(fusions.get(pk, pk)):
                self._ranger(vise, nom, code, siren, tva)
        courriels = Coordonnee.objects.pour(creancier).filter(genre=GenreCoordonnee.COURRIEL)
        for pk, valeur in courriels.values_list("client", "valeur"):
            if vise := self.par_pk.get(fusions.get(pk, pk)):
                self._indexer("courriel", valeur.lower(), vise)

    def viser(self, partie: PartieLue) -> ClientVise:
        """Le client de cette partie ; inconnu, il est à créer et servira aux lignes suivantes."""
        connu = self._connu(partie)
        if connu:
            return connu
        nom = (partie.nom or partie.code or f"SIREN {partie.siren}").strip()[:200]
        neuf = ClientVise(nom, None, partie.code[:60], partie.siren, lu=partie)
        neuf.proche_de = self._proche(nom, partie.siren)
        self._ranger(neuf, nom, neuf.code, partie.siren, partie.tva)
        if partie.courriel:
            self._indexer("courriel", partie.courriel.lower(), neuf)
        return neuf

    def _connu(self, partie: PartieLue) -> ClientVise | None:
        if partie.code and (trouves := self.par_cle.get(("code", partie.code.casefold()))):
            (vise,) = trouves[:1]
            if partie.siren and vise.siren and vise.siren != partie.siren:
                raise ClientAmbigu(
                    f"Le code {partie.code} est celui de « {vise.nom} » "
                    f"(SIREN {siren_lisible(vise.siren)}), pas du SIREN "
                    f"{siren_lisible(partie.siren)}."
                )
            return vise
        cles = [
            ("siren", partie.siren),
            ("tva", partie.tva),
            ("courriel", partie.courriel.lower()),
            ("nom", nom_de_recherche(partie.nom)),
        ]
        ambigus: list[ClientVise] = []
        for genre, valeur in cles:
            trouves = [
                vise
                for vise in self.par_cle.get((genre, valeur), ())
                if valeur and self._compatible(vise, partie)
            ]
            if ambigus:
                trouves = [vise for vise in trouves if vise in ambigus] or ambigus
            if len(trouves) == 1:
                return trouves[0]
            ambigus = trouves or ambigus
        if ambigus:
            raise ClientAmbigu(
                f"{len(ambigus)} clients répondent à « {partie.nom or partie.siren} » : "
                "indiquez le code client ou le SIREN."
            )
        return None

    def _compatible(self, vise: ClientVise, partie: PartieLue) -> bool:
        """Deux codes ou deux SIREN connus et différents font deux clients."""
        codes = {vise.code.casefold(), partie.code.casefold()} - {""}
        sirens = {vise.siren, partie.siren} - {""}
        return len(codes) < 2 and len(sirens) < 2

    def _ranger(self, vise: ClientVise, nom: str, code: str, siren: str, tva: str) -> None:
        for genre, valeur in (
            ("code", code.casefold()),
            ("siren", siren),
            ("tva", tva),
            ("nom", nom_de_recherche(nom)),
        ):
            if valeur:
                self._indexer(genre, valeur, vise)
        for variante in _voisinage(nom):
            self.par_voisinage.setdefault(variante, vise)

    def _indexer(self, genre: str, valeur: str, vise: ClientVise) -> None:
        if vise not in (rang := self.par_cle[genre, valeur]):
            rang.append(vise)

    def _proche(self, nom: str, siren: str) -> str:
        """Le nom d'un client qui pourrait bien être le même ; à la personne de trancher."""
        for variante in _voisinage(nom):
            vise = self.par_voisinage.get(variante)
            if vise and not (siren and vise.siren and vise.siren != siren):
                return vise.nom
        return ""


def _voisinage(nom: str) -> Iterator[str]:
    """Le nom sans sa forme ni ses espaces, puis privé d'une lettre : deux noms à une faute près
    partagent une variante. Un chiffre ne s'ôte pas : « Dépôt 1 » n'est pas « Dépôt 2 ».
    """
    compact = noyau(nom).replace(" ", "")
    yield compact
    if len(compact) >= LONGUEUR_MIN:
        for rang, lettre in enumerate(compact):
            if lettre.isalpha():
                yield compact[:rang] + compact[rang + 1 :]
