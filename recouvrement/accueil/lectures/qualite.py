"""Établir la qualité d'un débiteur : ce que chaque réponse change, ce qui est déjà parti."""

from collections.abc import Collection, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse

from clients.enums import NatureClient
from clients.models import Client, Qualification
from contentieux.enums import Voie
from contentieux.models import DocumentDossier
from contentieux.regles import voies_ouvertes
from factures.actions.decomptes import NATURE_DECOMPTE
from factures.lectures.decompte import DecompteClient, decompte_client
from factures.lectures.prescription import prescriptions
from factures.models import Facture
from recouvrement.comptes.models import Creancier
from recouvrement.documents.models import Document
from recouvrement.droit.qualite import Conclusion, conclure, indices
from recouvrement.socle.montants import ZERO
from recouvrement.socle.temps import jour_de
from relances.enums import Canal, EtatCourrier, EtatRelance
from relances.lectures.verdict import CLIENT_INTOUCHABLE
from relances.models import MiseEnDemeure, Relance

REPONSES = (
    NatureClient.PROFESSIONNEL,
    NatureClient.PARTICULIER,
    NatureClient.PUBLIC,
    NatureClient.INCONNUE,
)
AU_PLUS = 100
# Les actes d'un dossier qui affirment des sommes.
PROJETS = ("decompte", "requete")

type _Ecrit = tuple[datetime, str, str, Decimal]


@dataclass(frozen=True, slots=True)
class Reponse:
    """Ce que donnerait une réponse, ce jour-là, sur ce que le client doit aujourd'hui."""

    nature: NatureClient
    decompte: DecompteClient
    prescription: date | None
    voies: tuple[Voie, ...]
    est_actuelle: bool
    est_proposee: bool

    @property
    def libelle(self) -> str:
        return (
            "Je ne sais pas encore" if self.nature == NatureClient.INCONNUE else self.nature.label
        )

    @property
    def depart(self) -> str:
        """Quand les intérêts courent."""
        regles = self.decompte.regime.regles
        if not regles.porte_interet:
            return "rien ne court"
        if regles.sur_mise_en_demeure:
            return "à partir de la réception d'une mise en demeure"
        return "dès le lendemain de l'échéance"

    @property
    def fondement(self) -> str:
        return self.decompte.regime.regles.fondement


@dataclass(frozen=True, slots=True)
class Parti:
    """Ce qui a été envoyé ou scellé, et la qualité retenue ce jour-là."""

    le: date
    quoi: str
    adresse: str
    accessoires: Decimal
    sous: NatureClient
    est_autre: bool
    """Sous une autre qualité que celle d'aujourd'hui."""


@dataclass(frozen=True, slots=True)
class AEtablir:
    """Un débiteur dont personne n'a dit la qualité, et ce que l'on en devine."""

    client: Client
    echu: Decimal
    conclusion: Conclusion

    @property
    def proposition(self) -> str:
        proposee = self.conclusion.nature or self.conclusion.proposee
        return NatureClient(proposee).label if proposee else ""


def a_etablir(creanciers: Collection[Creancier] | Collection[int], *, au: date) -> QuerySet[Client]:
    """Ceux qui ont de l'échu : la réponse change ce que l'on peut leur réclamer."""
    echues = Facture.objects.parmi(creanciers).ouvertes().echues(au=au)
    inconnus: QuerySet[Client] = (
        Client.objects.parmi(creanciers).actifs().filter(nature=NatureClient.INCONNUE)
    )
    return inconnus.exclude(CLIENT_INTOUCHABLE).filter(
        Exists(echues.filter(creancier=OuterRef("creancier"), client=OuterRef("pk")))
    )


def tous_a_etablir(creancier: Creancier, *, au: date) -> list[AEtablir]:
    inconnus = a_etablir([creancier], au=au).values("pk")
    clients = Client.objects.pour(creancier).filter(pk__in=inconnus).avec_montants(au=au)
    return [
        AEtablir(client, client.total_echu, conclusion_de(client))
        for client in clients.order_by(F("total_echu").desc(), "pk")[:AU_PLUS]
    ]


def conclusion_de(client: Client) -> Conclusion:
    return conclure(
        indices(
            nom=client.nom,
            forme=client.forme_juridique,
            siren=client.siren,
            siret=client.siret,
            tva=client.tva,
        )
    )


def reponses(client: Client, *, au: date) -> list[Reponse]:
    """Le même décompte sous chaque qualité ; les factures ne se lisent qu'une fois."""
    ouvertes = Facture.objects.pour(client.creancier).filter(client=client).ouvertes()
    factures = list(ouvertes.order_by("date_echeance", "pk"))
    conclu = conclusion_de(client)
    proposee = conclu.nature or conclu.proposee
    return [
        _reponse(client, nature, factures, au=au, est_proposee=nature == proposee)
        for nature in REPONSES
    ]


def _reponse(
    client: Client,
    nature: NatureClient,
    factures: Sequence[Facture],
    *,
    au: date,
    est_proposee: bool,
) -> Reponse:
    tel = copy(client)
    tel.nature = nature
    if nature != NatureClient.PROFESSIONNEL:
        tel.est_commercant = None
    siennes = [copy(facture) for facture in factures]
    for facture in siennes:
        facture.client, facture.creancier = tel, client.creancier
    termes = [p.dernier_jour for p in prescriptions(siennes).values() if p.dernier_jour]
    return Reponse(
        nature=nature,
        decompte=decompte_client(tel, au=au, factures=siennes),
        prescription=min(termes, default=None),
        voies=voies_ouvertes(nature),
        est_actuelle=client.nature == nature,
        est_proposee=est_proposee and client.qualite_a_etablir,
    )


def deja_parti(client: Client) -> list[Parti]:
    """Courriels, lettres, mises en demeure et projets scellés, du plus récent au plus ancien."""
    qualifications = list(
        Qualification.objects.pour(client.creancier)
        .filter(client=client, geste__annulation=None)
        .select_related("geste")
        .order_by("pk")
    )
    partis = []
    for a, quoi, adresse, accessoires in sorted(_ecrits(client), reverse=True):
        sous = _sous(client, qualifications, a)
        partis.append(Parti(jour_de(a), quoi, adresse, accessoires, sous, sous != client.nature))
    return partis


def _sous(client: Client, qualifications: Sequence[Qualification], a: datetime) -> NatureClient:
    """La qualité retenue à cet instant : celle d'avant le premier changement qui l'a suivi."""
    for qualification in qualifications:
        if qualification.geste.a > a:
            return NatureClient(qualification.avant)
    return NatureClient(client.nature)


def _ecrits(client: Client) -> Iterator[_Ecrit]:
    """Ce qui est parti ou s'est scellé ; d'une mise en demeure et d'un projet, les accessoires."""
    creancier = client.creancier

    def vers(nom: str, pk: int) -> str:
        return reverse(nom, args=[creancier.code, pk])

    faites = (
        Relance.objects.pour(creancier)
        .filter(client=client, etat=EtatRelance.FAITE, faite_le__isnull=False)
        .exclude(canal__in=[Canal.TELEPHONE, Canal.MISE_EN_DEMEURE, Canal.CONTENTIEUX])
        .order_by("-faite_le")
    )
    for pk, canal, faite_le in faites.values_list("pk", "canal", "faite_le")[:AU_PLUS]:
        if faite_le is not None:
            yield faite_le, Canal(canal).label, vers("relances:relance", pk), ZERO
    demeures = MiseEnDemeure.objects.pour(creancier).filter(client=client)
    for demeure in demeures.select_related("courrier").order_by("-pk")[:AU_PLUS]:
        courrier = demeure.courrier
        if courrier.etat != EtatCourrier.ANNULE:
            yield (
                courrier.prepare_le,
                f"Mise en demeure, {courrier.get_etat_display().lower()}",
                vers("relances:courrier", courrier.pk),
                demeure.interets + demeure.indemnites,
            )
    projets = DocumentDossier.objects.pour(creancier).filter(
        dossier__client=client, document__nature__in=PROJETS
    )
    for projet in projets.select_related("document").order_by("-pk")[:AU_PLUS]:
        adresse = vers("contentieux:dossier", projet.dossier_id)
        yield projet.prepare_le, projet.document.titre, adresse, _somme(projet.document)
    decomptes = Document.objects.pour(creancier).filter(
        nature=NATURE_DECOMPTE, donnees__client=client.pk
    )
    for document in decomptes.order_by("-pk")[:AU_PLUS]:
        adresse = vers("factures:decompte", client.pk)
        yield document.cree_le, document.titre, adresse, _somme(document)


def _somme(document: Document) -> Decimal:
    """Les accessoires que le document scellé affirme."""
    lus = (document.donnees.get(nom, "0") for nom in ("interets", "indemnites"))
    return sum((Decimal(lu) for lu in lus), ZERO)
