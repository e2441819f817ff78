"""Beaucoup de factures, vite : dix créanciers, dix factures par client, quatre sur dix ouvertes."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import batched
from random import Random

from django.db import models

from clients.enums import GenreCoordonnee, Validite
from clients.models import Client, Contact, Coordonnee
from clients.regles import nom_de_recherche
from factures.actions import grand_livre
from factures.actions.parts import Versement
from factures.enums import MotifLitige, Moyen
from factures.models import Facture, Litige
from recouvrement.banc import sql
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.socle.montants import arrondir
from relances.models import Promesse

PREFIXE = "banc-"
CREANCIERS = 10
PART_OUVERTE = 0.4
LOT = 5000
COURRIEL = "banc@banc.example"
LE_BANC = datetime(2026, 1, 1, tzinfo=UTC)


def un_utilisateur() -> Utilisateur:
    utilisateur = Utilisateur.objects.filter(email=COURRIEL).first()
    return utilisateur or Utilisateur.objects.create_user(COURRIEL, nom_complet="Nadège Banc")


def un_creancier(code: str) -> Creancier:
    return Creancier.objects.create(
        code=f"{PREFIXE}{code}",
        nom=f"Banc {code}",
        siren="732829320",
        adresse="4 rue du Port",
        code_postal="35000",
        ville="Rennes",
        iban="FR7630006000011234567890189",
        nom_expediteur=f"Banc {code}",
        courriel_expediteur="compta@banc.example",
        courriel_verifie="compta@banc.example",
        courriel_verifie_le=LE_BANC,
        envois_ouverts_le=LE_BANC,
        # On mesure le débit : le quota ne doit pas l'arrêter.
        quota_quotidien=1_000_000,
    )


def construire(factures: int, *, au: date) -> list[Creancier]:
    """Les dix créanciers des pages, tous accessibles au même utilisateur ; déjà là, les rend."""
    attendus = [f"{PREFIXE}{n:02}" for n in range(CREANCIERS)]
    deja = list(Creancier.objects.filter(code__in=attendus).order_by("code"))
    if deja:
        return deja
    utilisateur = un_utilisateur()
    faits = []
    for n in range(CREANCIERS):
        creancier = un_creancier(f"{n:02}")
        remplir(creancier, factures // CREANCIERS, au=au, part_ouverte=PART_OUVERTE)
        Habilitation.objects.create(
            utilisateur=utilisateur, creancier=creancier, role=Role.GESTIONNAIRE
        )
        faits.append(creancier)
    sql.analyser()
    return faits


def echues(code: str, factures: int, *, au: date) -> Creancier:
    """Un créancier dont tout est échu et dû : ce que la planification a de pire."""
    creancier = un_creancier(code)
    remplir(creancier, factures, au=au, part_ouverte=1.0, retard=(4, 9))
    sql.analyser()
    return creancier


def remplir(
    creancier: Creancier,
    factures: int,
    *,
    au: date,
    part_ouverte: float,
    retard: tuple[int, int] = (-40, 320),
    par_client: int = 10,
    exceptions: bool = True,
) -> None:
    alea = Random(factures)  # noqa: S311 — des données qui se refont pareilles
    clients = _clients(creancier, max(factures // par_client, 1), alea)
    ouvertes: list[Facture] = []
    for lot in batched(
        _factures(creancier, clients, factures, au, part_ouverte, retard, alea), LOT
    ):
        payees = [Versement(f, f.montant_ttc, f.date_echeance) for f, est_due in lot if not est_due]
        grand_livre.reprendre([f for f, _ in lot], payees, moyen=Moyen.VIREMENT, acteur=None)
        ouvertes += [f for f, est_due in lot if est_due][: max(factures // 1000, 1)]
    if exceptions:
        _exceptions(creancier, clients, ouvertes, au=au)


def _clients(creancier: Creancier, nombre: int, alea: Random) -> list[Client]:
    noms = ("Bâti-Rénov", "Garage", "Boulangerie", "Atelier", "Transports", "Domaine", "Cabinet")
    clients = ecrire(
        Client(
            creancier=creancier,
            code=f"C{n:06}",
            nom=(nom := f"{noms[n % len(noms)]} {_mot(alea)} {n}"),
            nom_recherche=nom_de_recherche(nom),
            nature="professionnel",
            est_commercant=True,
            adresse=f"{n % 200 + 1} rue de la Motte",
            code_postal=f"{35000 + n % 900:05}",
            ville="Rennes",
        )
        for n in range(nombre)
    )
    contacts = ecrire(
        Contact(creancier=creancier, client=client, nom="Sandrine Duval", est_principal=True)
        for client in clients
    )
    ecrire(
        Coordonnee(
            creancier=creancier,
            client=contact.client,
            contact=contact,
            genre=genre,
            valeur=valeur,
            validite=Validite.VALIDE,
        )
        for contact in contacts
        for genre, valeur in (
            (GenreCoordonnee.COURRIEL, f"compta{contact.client_id}@banc.example"),
            (GenreCoordonnee.TELEPHONE, f"+336399{contact.client_id % 100000:05}"),
        )
    )
    return clients


def _factures(
    creancier: Creancier,
    clients: Sequence[Client],
    nombre: int,
    au: date,
    part_ouverte: float,
    retard: tuple[int, int],
    alea: Random,
) -> Iterator[tuple[Facture, bool]]:
    """Chaque facture, et si elle est encore due."""
    for n in range(nombre):
        ouverte = alea.random() < part_ouverte
        bornes = retard if ouverte else (10, 540)
        echeance = au - timedelta(days=alea.randint(*bornes))
        ht = Decimal(alea.randrange(5_000, 900_000)) / 100
        tva = arrondir(ht * Decimal("0.2"))
        facture = Facture(
            creancier=creancier,
            client=clients[n % len(clients)],
            numero=f"F-{n:07}",
            libelle="Fourniture et pose",
            date_emission=echeance - timedelta(days=30),
            date_echeance=echeance,
            montant_ht=ht,
            montant_tva=tva,
            montant_ttc=ht + tva,
        )
        yield facture, ouverte


def _exceptions(
    creancier: Creancier, clients: list[Client], ouvertes: list[Facture], *, au: date
) -> None:
    """De quoi être écarté : litiges, promesses, suspensions, contentieux."""
    auteur = un_utilisateur()
    ecrire(
        Litige(
            creancier=creancier,
            facture=facture,
            motif=MotifLitige.PRIX,
            ouvert_le=au,
            ouvert_par=auteur,
        )
        for facture in ouvertes
    )
    ecrire(
        Promesse(
            creancier=creancier,
            client=client,
            montant=Decimal("100.00"),
            pour_le=au + timedelta(days=5),
            faite_le=au,
            auteur=auteur,
        )
        for client in clients[::50]
    )
    suspendus = [client.pk for client in clients[1::50]]
    for lot in batched(suspendus, 500):
        Client.objects.pour(creancier).filter(pk__in=lot).update(
            suspendu_le=au, suspendu_motif="Banc"
        )
    confies = Facture.objects.pour(creancier).ouvertes().filter(client__in=clients[2::100][:400])
    confies.update(contentieux_depuis=au)


def ecrire[M: models.Model](lignes: Iterable[M]) -> list[M]:
    faites: list[M] = []
    for lot in batched(lignes, LOT):
        table: models.QuerySet[M] = models.QuerySet(type(lot[0]))
        faites += table.bulk_create(lot, batch_size=LOT)
    return faites


def _mot(alea: Random) -> str:
    return "".join(alea.choice("bcdfglmnprst") + alea.choice("aeiou") for _ in range(3)).title()
