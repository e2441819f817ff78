from itertools import count

from clients.enums import GenreCoordonnee, Validite
from clients.models import Client, Contact, Coordonnee
from tests.fabriques.comptes import un_creancier

numeros = count(1)


def un_client(*, creancier=None, courriel: str | None = "", **champs) -> Client:
    """Une SARL rennaise qui a un contact et une adresse de courriel (`courriel=None` : aucune)."""
    n = next(numeros)
    creancier = creancier or un_creancier()
    valeurs = {
        "nom": f"Bâti-Rénov Duval {n}",
        "nature": "professionnel",
        "est_commercant": True,
        "adresse": "12 rue de la Motte",
        "code_postal": "35000",
        "ville": "Rennes",
    }
    client = Client.objects.create(creancier=creancier, **valeurs | champs)
    if courriel is not None:
        une_coordonnee(client, valeur=courriel or f"compta{n}@duval.example")
    return client


def un_contact(client: Client, **champs) -> Contact:
    valeurs = {"nom": "Sandrine Duval", "fonction": "comptabilité"}
    return Contact.objects.create(creancier=client.creancier, client=client, **valeurs | champs)


def une_coordonnee(client: Client, *, contact: Contact | None = None, **champs) -> Coordonnee:
    contact = contact or client.contacts.first() or un_contact(client)
    valeurs = {
        "genre": GenreCoordonnee.COURRIEL,
        "valeur": "compta@duval.example",
        "validite": Validite.INCONNUE,
    }
    return Coordonnee.objects.create(
        creancier=client.creancier, client=client, contact=contact, **valeurs | champs
    )
