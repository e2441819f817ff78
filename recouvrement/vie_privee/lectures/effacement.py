"""Ce qu'effacer un client ferait : ce qui s'y oppose, ce qui part, ce qui reste et pourquoi."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Max, Sum

from clients.models import Client
from contentieux.models import Dossier
from factures.lectures import decompte_client
from factures.lectures.arrete import reglees_en_retard
from factures.models import Encaissement, Facture, Litige, Piece
from recouvrement.courriel.models import Envoi
from recouvrement.droit.conservation import COMPTABLE, fin_comptable
from recouvrement.droit.mois import ajouter_ans
from recouvrement.socle.formats import euros
from recouvrement.socle.montants import ZERO
from recouvrement.socle.temps import jour_de
from recouvrement.vie_privee.lots import (
    ENVOIS_MORTS,
    Compte,
    Lot,
    compter,
    lots_des_personnes,
    lots_des_saisies,
)
from recouvrement.vie_privee.regles import est_une_personne
from relances.models import Courrier

# RGPD, art. 17, 3 : b, une obligation légale ; e, la défense de droits en justice.
DEFENSE = "RGPD, art. 17, 3, e (droits en justice) ; C. civ., art. 2224 (cinq ans)"
OBLIGATION = f"RGPD, art. 17, 3, b (obligation légale) ; {COMPTABLE.fondement}"


@dataclass(frozen=True, slots=True)
class Garde:
    quoi: str
    nombre: int
    pourquoi: str
    jusqu_au: date | None


@dataclass(frozen=True, slots=True)
class Apercu:
    client: Client
    est_une_personne: bool
    obstacles: list[str]
    avertissements: list[str]
    efface: list[Compte]
    garde: list[Garde]


def apercu_d_effacement(client: Client, *, au: date) -> Apercu:
    return Apercu(
        client=client,
        est_une_personne=est_une_personne(client.nature, client.forme_juridique),
        obstacles=obstacles(client),
        avertissements=_avertissements(client, au=au),
        efface=compter(lots_d_un_client(client)),
        garde=_garde(client),
    )


def lots_d_un_client(client: Client) -> list[Lot]:
    """Avec les fiches qu'une fusion lui a réunies : elles disent encore les anciens noms."""
    fiches = list(
        Client.objects.pour(client.creancier)
        .filter(fusionne_dans=client)
        .values_list("pk", "nature", "forme_juridique")
    )
    toutes = [(client.pk, client.nature, client.forme_juridique), *fiches]
    clients = [pk for pk, *_ in toutes]
    particuliers = [pk for pk, nature, forme in toutes if est_une_personne(nature, forme)]
    return [
        *lots_des_saisies(client.creancier, clients),
        *lots_des_personnes(client.creancier, clients, particuliers=particuliers),
    ]


def obstacles(client: Client) -> list[str]:
    """Tant qu'un droit est en cours, ces données servent à l'exercer (RGPD, art. 17, 3, e)."""
    creancier, trouves = client.creancier, []
    du = Facture.objects.pour(creancier).filter(client=client).ouvertes().reste_du()
    if du:
        trouves.append(
            f"Il reste {euros(du)} à payer : tant que la créance n'est ni réglée, ni annulée par "
            "un avoir, ni abandonnée, ces données servent à la recouvrer avant la prescription."
        )
    credit = (
        Encaissement.objects.pour(creancier)
        .filter(client=client)
        .aggregate(s=Sum("disponible"))["s"]
    )
    if (credit or ZERO) > 0:
        trouves.append(
            f"{euros(credit)} lui reviennent encore : imputez-les ou rendez-les d'abord."
        )
    if Dossier.objects.pour(creancier).filter(client=client).ouverts().exists():
        trouves.append("Un dossier contentieux est ouvert : closez-le d'abord.")
    if Litige.objects.pour(creancier).ouverts().filter(facture__client=client).exists():
        trouves.append("Un litige est ouvert : closez-le d'abord.")
    if Courrier.objects.pour(creancier).a_poster().filter(client=client).exists():
        trouves.append("Une lettre attend d'être postée : postez-la ou annulez-la.")
    return trouves


def _avertissements(client: Client, *, au: date) -> list[str]:
    reglees = reglees_en_retard(client, au=au)
    if not reglees:
        return []
    decompte = decompte_client(client, au=au, factures=reglees)
    restes = decompte.a_reclamer
    if not restes.total:
        return []
    return [
        f"{euros(restes.total)} d'intérêts et d'indemnités de factures réglées en retard peuvent "
        "encore être réclamés : sans ses coordonnées, vous ne le pourrez plus."
    ]


def _garde(client: Client) -> list[Garde]:
    creancier = client.creancier
    factures = Facture.objects.pour(creancier).filter(client=client)
    encaissements = Encaissement.objects.pour(creancier).filter(client=client)
    pieces = Piece.objects.pour(creancier).filter(client=client)
    messages = (
        Envoi.objects.pour(creancier).filter(relance__client=client).exclude(etat__in=ENVOIS_MORTS)
    )
    courriers = Courrier.objects.pour(creancier).filter(client=client)
    jours = [
        factures.aggregate(m=Max("date_emission"))["m"],
        encaissements.aggregate(m=Max("recu_le"))["m"],
    ]
    dernier = max((jour for jour in jours if jour), default=None)
    comptable = fin_comptable(dernier) if dernier else None
    ecrits = [
        jour_de(instant)
        for instant in (
            messages.aggregate(m=Max("cree_le"))["m"],
            courriers.aggregate(m=Max("prepare_le"))["m"],
        )
        if instant
    ]
    defense = ajouter_ans(max(ecrits), 5) if ecrits else None
    lignes = [
        Garde("Factures et avoirs", factures.count(), OBLIGATION, comptable),
        Garde(
            "Règlements, leurs références et notes", encaissements.count(), OBLIGATION, comptable
        ),
        Garde("Pièces déposées", pieces.count(), OBLIGATION, comptable),
        Garde("Messages partis, à l'octet près", messages.count(), DEFENSE, defense),
        Garde("Lettres scellées", courriers.count(), DEFENSE, defense),
    ]
    return [ligne for ligne in lignes if ligne.nombre]
