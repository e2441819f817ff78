"""Qui écrit, et à qui."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from clients.enums import VALIDITES_UTILISABLES
from clients.models import Client, Coordonnee
from recouvrement.comptes.models import Creancier
from recouvrement.socle.requetes import RequeteFigee

COPIES_MAX = 10


@dataclass(frozen=True, slots=True)
class Copie:
    """Une personne à qui le message s'adresse en Cc."""

    nom: str
    adresse: str

    def __str__(self) -> str:
        return f"{self.nom}, {self.adresse}" if self.nom else self.adresse


@dataclass(frozen=True, slots=True)
class Destinataires:
    # Le nom de la personne à l'adresse principale, vide si c'est celle de la maison.
    nom: str
    copies: tuple[Copie, ...]

    @property
    def adresses_en_copie(self) -> tuple[str, ...]:
        return tuple(copie.adresse for copie in self.copies)


def adresse_d_expedition(creancier: Creancier) -> str:
    """L'en-tête From et l'enveloppe : la même, pour que les refus reviennent à qui écrit."""
    return creancier.courriel_expediteur


def destinataires_de(client: Client, adresse: str) -> Destinataires:
    """À qui s'adresse un courriel à cette adresse : sa personne, et les contacts en copie."""
    connues = COURRIELS(creancier=client.creancier_id, client=client.pk)
    nom = next((c.contact.nom for c in connues if c.valeur == adresse), "")
    return Destinataires(nom, _copies(connues, adresse))


def _copies(connues: Sequence[Coordonnee], adresse: str) -> tuple[Copie, ...]:
    """Une adresse par contact en copie, la première utilisable ; jamais celle du destinataire.

    Une adresse opposée ou invalide chez l'un ne sert chez aucun autre.
    """
    exclues = {c.valeur.lower() for c in connues if c.validite not in VALIDITES_UTILISABLES}
    exclues.add(adresse.lower())
    copies: dict[int, Copie] = {}
    for coordonnee in sorted(connues, key=lambda c: (c.contact_id, c.rang, c.pk)):
        contact, valeur = coordonnee.contact, coordonnee.valeur
        if contact.en_copie and contact.pk not in copies and valeur.lower() not in exclues:
            copies[contact.pk] = Copie(contact.nom, valeur)
            exclues.add(valeur.lower())
    return tuple(copies.values())[:COPIES_MAX]


def _requete_des_courriels(*, creancier: int, client: int) -> QuerySet[Coordonnee]:
    return (
        Coordonnee.objects.pour(Creancier(pk=creancier))
        .courriels()
        .filter(client=client)
        .select_related("contact")
        .order_by("pk")
    )


COURRIELS = RequeteFigee(_requete_des_courriels, creancier=int, client=int)
