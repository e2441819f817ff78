from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from clients.enums import GenreCoordonnee
from clients.models import Client, Fusion
from clients.regles import noyau
from recouvrement.socle import formats
from recouvrement.socle.formats import telephone

COURRIEL = GenreCoordonnee.COURRIEL
S_AJOUTENT = ("Contacts", "Courriels", "Téléphones", "Créé le")


@dataclass(frozen=True, slots=True)
class LigneComparee:
    libelle: str
    gauche: str
    droite: str

    @property
    def differe(self) -> bool:
        """Une liste de contacts s'ajoute ; un nom ou une adresse, il faut choisir."""
        if self.libelle in S_AJOUTENT:
            return False
        return bool(self.gauche and self.droite) and noyau(self.gauche) != noyau(self.droite)


@dataclass(frozen=True, slots=True)
class CoteACote:
    """Deux fiches alignées, montants en tête : de quoi choisir celle qui reste."""

    gauche: Client
    droite: Client
    du: tuple[Decimal, Decimal]
    factures: tuple[int, int]
    lignes: list[LigneComparee]

    @property
    def sirens_differents(self) -> bool:
        """Sans doute deux personnes : celui de la fiche gardée restera seul."""
        un, autre = self.gauche.siren, self.droite.siren
        return bool(un and autre) and un != autre


def cote_a_cote(un: Client, autre: Client, *, au: date) -> CoteACote:
    clients = (
        Client.objects.pour(un.creancier).filter(pk__in=[un.pk, autre.pk]).avec_montants(au=au)
    )
    relus = {client.pk: client for client in clients.prefetch_related("coordonnees", "contacts")}
    gauche, droite = relus[un.pk], relus[autre.pk]
    valeurs = zip(_valeurs(gauche), _valeurs(droite), strict=True)
    return CoteACote(
        gauche=gauche,
        droite=droite,
        du=(gauche.total_du, droite.total_du),
        factures=(gauche.ouvertes_nb, droite.ouvertes_nb),
        lignes=[LigneComparee(libelle, g, d) for (libelle, g), (_, d) in valeurs if g or d],
    )


def _valeurs(client: Client) -> list[tuple[str, str]]:
    coordonnees = list(client.coordonnees.all())
    ville = " ".join(mot for mot in (client.code_postal, client.ville) if mot)
    return [
        ("Nom", client.nom),
        ("Code client", client.code),
        ("Nature", client.get_nature_display()),
        ("SIREN", client.siren),
        ("SIRET", client.siret),
        ("N° de TVA", client.tva),
        ("Forme juridique", client.forme_juridique),
        ("Adresse", client.adresse),
        ("Complément", client.complement),
        ("Ville", ville),
        ("Contacts", ", ".join(str(contact) for contact in client.contacts.all())),
        ("Courriels", ", ".join(c.valeur for c in coordonnees if c.genre == COURRIEL)),
        ("Téléphones", ", ".join(telephone(c.valeur) for c in coordonnees if c.genre != COURRIEL)),
        ("Créé le", formats.jour(client.cree_le)),
    ]


def fiches_reunies(client: Client) -> QuerySet[Fusion]:
    """Celles qui tiennent encore, la dernière d'abord."""
    return (
        Fusion.objects.pour(client.creancier)
        .filter(garde=client, geste__annulation=None)
        .select_related("absorbe", "geste__auteur")
        .order_by("-pk")
    )


def de_quoi_separer(absorbe: Client) -> str:
    """L'adresse qui annule la réunion où cette fiche a disparu ; vide, elle n'en dit rien."""
    fusions = Fusion.objects.pour(absorbe.creancier).filter(absorbe=absorbe)
    fusion = fusions.select_related("geste__creancier").order_by("-pk").first()
    return fusion.geste.adresse_d_annulation if fusion else ""
