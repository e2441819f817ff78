"""La liste des factures : ce que dit l'adresse, les lignes, leurs totaux et l'export."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from django.db import models
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Sum

from clients.models import Client
from clients.regles import nom_de_recherche
from factures.lectures.synthese import TRANCHES, bornes_de_tranche
from factures.models import Facture, FactureQuerySet, Litige
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO, arrondir
from recouvrement.socle.saisies.lisible import entier
from recouvrement.socle.saisies.valeurs import ValeurRefusee, lire_date, lire_montant

# Ce que porte « ?tri= », et l'ordre qu'il demande.
TRIS = {
    "echeance": ("date_echeance",),
    "-echeance": ("-date_echeance",),
    "numero": ("numero",),
    "-numero": ("-numero",),
    "client": ("client__nom_recherche", "date_echeance"),
    "-client": ("-client__nom_recherche", "date_echeance"),
    "montant": ("montant_ttc",),
    "-montant": ("-montant_ttc",),
    "solde": ("solde",),
    "-solde": ("-solde",),
}
TRI_INITIAL = "echeance"
ETATS = {
    "": "Restent dues",
    "echues": "Échues",
    "a_echoir": "À échoir",
    "litige": "En litige",
    "anciennes": "Plus de 90 jours",
    "soldees": "Soldées",
    "avoirs": "Avoirs",
    "toutes": "Toutes",
}
JOURS_ANCIENNES = 90
COLONNES = (
    *("Numéro", "Nature", "Client", "Code client", "SIREN", "Émission", "Échéance"),
    *("Jours de retard", "HT", "TVA", "TTC", "Reste dû", "Soldée le", "Remarque"),
    *("Commande", "Objet"),
)
LIBELLES_TRANCHES = {cle: libelle for cle, libelle, _ in TRANCHES}


@dataclass(frozen=True)
class Criteres:
    """Les filtres lus dans l'adresse ; une valeur inconnue ne filtre pas."""

    texte: str = ""
    etat: str = ""
    tranche: str = ""
    client: int | None = None
    du: date | None = None
    jusqu_au: date | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    tri: str = TRI_INITIAL

    @classmethod
    def lire(cls, parametres) -> "Criteres":
        etat, tranche = parametres.get("etat", ""), parametres.get("tranche", "")
        client, tri = parametres.get("client", ""), parametres.get("tri", TRI_INITIAL)
        return cls(
            texte=parametres.get("q", "").replace("\x00", "").strip()[:100],
            etat=etat if etat in ETATS else "",
            tranche=tranche if tranche in LIBELLES_TRANCHES else "",
            client=entier(client),
            du=_lire(lire_date, parametres.get("du")),
            jusqu_au=_lire(lire_date, parametres.get("au")),
            minimum=_lire(lire_montant, parametres.get("min")),
            maximum=_lire(lire_montant, parametres.get("max")),
            tri=tri if tri in TRIS else TRI_INITIAL,
        )

    @property
    def ordre(self) -> tuple[str, ...]:
        return TRIS[self.tri]

    @cached_property
    def filtres(self) -> list[str]:
        """Les paramètres qui restreignent, hors onglet et tri."""
        noms = ("texte", "tranche", "client", "du", "jusqu_au", "minimum", "maximum")
        return [nom for nom in noms if getattr(self, nom) not in ("", None)]

    @property
    def libelle_tranche(self) -> str:
        return LIBELLES_TRANCHES.get(self.tranche, "")

    @property
    def titre(self) -> str:
        if self.etat in ("soldees", "toutes", "avoirs", "litige", "anciennes"):
            return {
                "soldees": "Factures soldées",
                "toutes": "Toutes les factures",
                "avoirs": "Avoirs",
                "litige": "Factures en litige",
                "anciennes": "Échues depuis plus de 90 jours",
            }[self.etat]
        return {"echues": "Factures échues", "a_echoir": "Factures à échoir"}.get(
            self.etat, "Factures"
        )


@dataclass(frozen=True, slots=True)
class Totaux:
    """Les avoirs viennent en moins."""

    nombre: int
    clients: int
    montant: Decimal
    solde: Decimal

    @classmethod
    def de(cls, factures: FactureQuerySet) -> "Totaux":
        avoir, creance = Q(est_avoir=True), Q(est_avoir=False)
        sommes = factures.aggregate(
            nombre=Count("pk"),
            clients=Count("client", distinct=True),
            ttc=Sum("montant_ttc", filter=creance, default=ZERO),
            ttc_avoirs=Sum("montant_ttc", filter=avoir, default=ZERO),
            du=Sum("solde", filter=creance, default=ZERO),
            du_avoirs=Sum("solde", filter=avoir, default=ZERO),
        )
        return cls(
            sommes["nombre"],
            sommes["clients"],
            arrondir(sommes["ttc"] - sommes["ttc_avoirs"]),
            arrondir(sommes["du"] - sommes["du_avoirs"]),
        )


@dataclass(frozen=True, slots=True)
class LigneFacture:
    """Une facture telle que la liste la montre ; `raison` : pourquoi rien ne part d'elle."""

    facture: Facture
    retard: int
    raison: str
    montant: Decimal
    solde: Decimal


def factures_filtrees(creancier: Creancier, criteres: Criteres, *, au: date) -> FactureQuerySet:
    factures = _de_cet_etat(Facture.objects.pour(creancier), criteres.etat, au=au)
    if criteres.tranche:
        factures = factures.filter(bornes_de_tranche(criteres.tranche, au=au))
    if criteres.client is not None:
        factures = factures.filter(client=criteres.client)
    if criteres.texte:
        factures = factures.filter(_cherchant(criteres.texte))
    bornes = {
        "date_echeance__gte": criteres.du,
        "date_echeance__lte": criteres.jusqu_au,
        "solde__gte" if criteres.etat not in ("soldees", "toutes") else "montant_ttc__gte": (
            criteres.minimum
        ),
        "solde__lte" if criteres.etat not in ("soldees", "toutes") else "montant_ttc__lte": (
            criteres.maximum
        ),
    }
    return factures.filter(**{nom: valeur for nom, valeur in bornes.items() if valeur is not None})


def lignes_de(creancier: Creancier, factures: FactureQuerySet) -> FactureQuerySet:
    """Ce qu'il faut pour montrer les lignes : le client et le litige ouvert, rien d'autre."""
    litiges = Litige.objects.pour(creancier).ouverts()
    return (
        factures.select_related("client")
        .prefetch_related(Prefetch("litiges", queryset=litiges, to_attr="litiges_ouverts"))
        .fetch_mode(models.FETCH_RAISE)
    )


def en_ligne(facture: Facture, *, au: date) -> LigneFacture:
    signe = -1 if facture.est_avoir else 1
    due = not facture.est_avoir and facture.solde > 0
    return LigneFacture(
        facture,
        facture.jours_de_retard(au=au) if due else 0,
        _raison(facture, au=au) if due else "",
        signe * facture.montant_ttc,
        signe * facture.solde,
    )


def comptes(creancier: Creancier, *, au: date) -> dict[str, int]:
    """Les nombres des onglets qui se lisent sur l'index des factures ouvertes."""
    return (
        Facture.objects.pour(creancier)
        .ouvertes()
        .aggregate(
            ouvertes=Count("pk"),
            echues=Count("pk", filter=Q(date_echeance__lt=au)),
            a_echoir=Count("pk", filter=Q(date_echeance__gte=au)),
            anciennes=Count("pk", filter=Q(date_echeance__lt=au - timedelta(days=JOURS_ANCIENNES))),
        )
    )


def lignes_export(creancier: Creancier, factures: FactureQuerySet, *, au: date) -> Iterator[tuple]:
    for facture in lignes_de(creancier, factures).iterator(chunk_size=1000):
        ligne, client = en_ligne(facture, au=au), facture.client
        yield (
            *(facture.numero, facture.get_nature_display()),
            *(client.nom, client.code, client.siren),
            *(facture.date_emission, facture.date_echeance, ligne.retard or None),
            *(facture.montant_ht, facture.montant_tva, ligne.montant, ligne.solde),
            *(facture.soldee_le, ligne.raison),
            *(facture.reference_commande, facture.libelle),
        )


def client_du_filtre(creancier: Creancier, criteres: Criteres) -> Client | None:
    if criteres.client is None:
        return None
    return Client.objects.pour(creancier).filter(pk=criteres.client).first()


def _lire(lire, texte):
    try:
        return lire((texte or "").replace("\x00", ""))
    except ValeurRefusee:
        return None


def _de_cet_etat(factures: FactureQuerySet, etat: str, *, au: date) -> FactureQuerySet:
    match etat:
        case "echues":
            return factures.ouvertes().echues(au=au)
        case "a_echoir":
            return factures.ouvertes().a_echoir(au=au)
        case "anciennes":
            return factures.ouvertes().echues(au=au - timedelta(days=JOURS_ANCIENNES))
        case "litige":
            return factures.ouvertes().filter(
                Exists(Litige.objects.ouverts().filter(facture=OuterRef("pk")))
            )
        case "soldees":
            return factures.creances().filter(solde=0)
        case "avoirs":
            return factures.avoirs()
        case "toutes":
            return factures
    return factures.ouvertes()


def _cherchant(texte: str) -> Q:
    trouve = Q(numero__icontains=texte) | Q(libelle__icontains=texte)
    if nom := nom_de_recherche(texte):
        trouve |= Q(client__nom_recherche__contains=nom)
    if (montant := _lire(lire_montant, texte)) is not None:
        trouve |= Q(montant_ttc=montant) | Q(solde=montant)
    return trouve


def _raison(facture: Facture, *, au: date) -> str:
    client = facture.client
    if facture.contentieux_depuis:
        return "Au contentieux"
    if client.procedure_collective_le:
        return "Procédure collective"
    if facture.litiges_ouverts:
        return f"Litige : {facture.litiges_ouverts[0].get_motif_display().lower()}"
    if client.est_suspendu(au=au):
        return "Relances suspendues"
    return ""
