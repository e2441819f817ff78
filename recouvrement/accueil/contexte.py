"""Le cadre commun aux pages : où l'on est, au nom de qui, et ce que l'on peut ouvrir.

Tout est paresseux : une page qui n'affiche pas le cadre ne fait aucune requête.
"""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from recouvrement.accueil.lectures.a_faire import combien
from recouvrement.accueil.models import VueEnregistree
from recouvrement.comptes.acces import double_attendue, habilitations_de, personne_de
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation
from recouvrement.equipe.lectures.changements import avis_d_iban

# Ce que `accueil:choisir` sait ouvrir (?vers=…) une fois le créancier choisi.
DESTINATIONS = {
    "clients": "clients:liste",
    "factures": "factures:liste",
    "relances": "relances:liste",
    "contentieux": "contentieux:liste",
    "parametres": "equipe:parametres",
    "facture": "factures:nouvelle",
    "reglement": "factures:reglement",
    "client": "clients:nouveau",
    "import": "factures:importer",
}
MENU = (
    ("Clients", "client", "clients", "g c"),
    ("Factures", "facture", "factures", "g f"),
    ("Relances", "relance", "relances", ""),
    ("Contentieux", "contentieux", "contentieux", ""),
    ("Paramètres", "parametres", "parametres", ""),
)
AJOUTS = (
    ("Facture", "facture", ""),
    ("Règlement", "reglement", "r"),
    ("Client", "client", ""),
    ("Import de factures", "import", ""),
)
# Les listes dont chacun garde les filtres sous un nom.
PAGES_A_VUES = {
    "clients:liste": "clients",
    "factures:liste": "factures",
    "factures:reglements": "reglements",
    "relances:liste": "relances",
    "relances:promesses": "promesses",
    "contentieux:liste": "contentieux",
}
# Pages qui existent pour un créancier et pour tous.
DOUBLES = {"accueil:journee": "Ma journée", "accueil:tableau": "Tableau de bord"}


@dataclass(frozen=True, slots=True)
class Entree:
    libelle: str
    url: str
    icone: str = ""
    touche: str = ""
    courante: bool = False
    nombre: int = 0


@dataclass(frozen=True, slots=True)
class Bascule:
    """Un créancier où aller, en restant si possible dans la même rubrique."""

    creancier: Creancier
    url: str


def lien(nom: str, *args: str) -> str:
    """L'adresse, ou rien si cette page n'est pas installée."""
    try:
        return reverse(nom, args=args)
    except NoReverseMatch:
        return ""


class Cadre:
    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.creancier: Creancier | None = getattr(request, "creancier", None)

    @cached_property
    def habilitations(self) -> list[Habilitation]:
        utilisateur = getattr(self.request, "user", None)
        if utilisateur is None or not utilisateur.is_authenticated:
            return []
        return [h for h in habilitations_de(self.request) if h.creancier.archive_le is None]

    @cached_property
    def creanciers(self) -> list[Creancier]:
        return [habilitation.creancier for habilitation in self.habilitations]

    @property
    def habilitation(self) -> Habilitation | None:
        return getattr(self.request, "habilitation", None)

    @property
    def role(self) -> str:
        return self.habilitation.role if self.habilitation else ""

    @cached_property
    def peut_ecrire(self) -> bool:
        """Chez ce créancier ; sans créancier choisi, chez l'un au moins."""
        habilitations = [self.habilitation] if self.habilitation else self.habilitations
        return any(Role(h.role).couvre(Role.ASSISTANTE) for h in habilitations)

    @property
    def est_administrateur(self) -> bool:
        return bool(getattr(self.request.user, "est_administrateur", False))

    @cached_property
    def double_attendue(self) -> bool:
        """Qui gère ou administre sans double authentification le voit sur chaque page."""
        utilisateur = getattr(self.request, "user", None)
        return bool(utilisateur and utilisateur.is_authenticated and double_attendue(self.request))

    @cached_property
    def avis_d_iban(self) -> list[str]:
        """Ce que l'aperçu d'un document doit dire de l'IBAN de ce créancier."""
        if self.creancier is None:
            return []
        return avis_d_iban(self.creancier, maintenant=timezone.now())

    @property
    def sans_smtp(self) -> bool:
        """Aucun serveur d'envoi : les courriels restent dans l'application."""
        return not settings.SERVEUR_SMTP

    @cached_property
    def menu(self) -> list[Entree]:
        entrees = [
            self._entree("Ma journée", "journee", self._double("accueil:journee"), "g j"),
            self._entree("Tableau de bord", "tableau", self._double("accueil:tableau"), "g t"),
            *(self._entree(nom, ic, self._vers(but), touche) for nom, ic, but, touche in MENU),
        ]
        return [entree for entree in entrees if entree.url]

    @cached_property
    def ajouts(self) -> list[Entree]:
        entrees = [Entree(nom, self._vers(but), touche=touche) for nom, but, touche in AJOUTS]
        return [entree for entree in entrees if entree.url]

    @cached_property
    def bascules(self) -> list[Bascule]:
        return [Bascule(c, self._chez(c)) for c in self.creanciers]

    @property
    def page_a_vues(self) -> str:
        return PAGES_A_VUES.get(self._vue, "")

    @cached_property
    def vues(self) -> list[VueEnregistree]:
        """Celles de cette personne, sur cette liste, chez ce créancier."""
        if self.creancier is None or not self.page_a_vues:
            return []
        vues = VueEnregistree.objects.pour(self.creancier)
        siennes = vues.filter(utilisateur=personne_de(self.request), page=self.page_a_vues)
        return list(siennes.order_by("nom"))

    @property
    def requete(self) -> str:
        """Les filtres de l'adresse, sans la page où l'on en est."""
        lus = self.request.GET.copy()
        lus.pop("apres", None)
        return lus.urlencode()

    @property
    def tous(self) -> str:
        """La même page pour tous les créanciers, ou Ma journée."""
        nom = self._vue.removesuffix("_creancier")
        return lien(nom if nom in DOUBLES else "accueil:journee")

    @property
    def _vue(self) -> str:
        trouvee = getattr(self.request, "resolver_match", None)
        return trouvee.view_name if trouvee else ""

    def _double(self, nom: str) -> str:
        chez = self.creancier and lien(f"{nom}_creancier", self.creancier.code)
        return chez or lien(nom)

    def _vers(self, but: str) -> str:
        if self.creancier:
            return lien(DESTINATIONS[but], self.creancier.code)
        choisir = lien("accueil:choisir")
        return f"{choisir}?vers={but}" if choisir else ""

    def _chez(self, creancier: Creancier) -> str:
        vue = self._vue
        if vue in DOUBLES:
            return lien(f"{vue}_creancier", creancier.code)
        trouvee = getattr(self.request, "resolver_match", None)
        if trouvee and set(trouvee.kwargs) == {"creancier"}:
            return lien(vue, creancier.code)
        liste = DESTINATIONS.get(vue.partition(":")[0])
        chez = liste and lien(liste, creancier.code)
        return chez or lien("accueil:journee_creancier", creancier.code)

    def _entree(self, libelle: str, icone: str, url: str, touche: str) -> Entree:
        return Entree(
            libelle,
            url,
            icone,
            touche,
            courante=libelle == self._rubrique,
            nombre=self._nombres.get(icone, 0),
        )

    @cached_property
    def _nombres(self) -> dict[str, int]:
        """Ce qui attend, chez ce créancier ou chez tous : une requête par page."""
        chez = [self.creancier] if self.creancier else self.creanciers
        attente = combien(chez, maintenant=timezone.now())
        return {"journee": attente.journee, "relance": attente.a_valider}

    @cached_property
    def _rubrique(self) -> str:
        vue = self._vue
        double = DOUBLES.get(vue.removesuffix("_creancier"))
        if double:
            return double
        espace = vue.partition(":")[0]
        return {but: nom for nom, _, but, _ in MENU}.get(espace, "") or (
            "Paramètres" if espace == "equipe" and vue != "equipe:compte" else ""
        )


def cadre(request: HttpRequest) -> dict[str, Cadre]:
    return {"cadre": Cadre(request)}
