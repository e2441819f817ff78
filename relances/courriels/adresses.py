"""Qui écrit, et à qui."""

from django.db.models import QuerySet

from clients.models import Client, Coordonnee
from recouvrement.comptes.models import Creancier
from recouvrement.socle.requetes import RequeteFigee


def adresse_d_expedition(creancier: Creancier) -> str:
    """L'en-tête From et l'enveloppe : la même, pour que les refus reviennent à qui écrit."""
    return creancier.courriel_expediteur


def contact_de(client: Client, destinataire: str) -> str:
    """Le nom de la personne à cette adresse, vide si c'est celle de la maison."""
    trouvees = COORDONNEE(
        creancier=client.creancier_id, client=client.pk, destinataire=destinataire
    )
    return trouvees[0].contact.nom if trouvees else ""


def _requete_de_coordonnee(
    *, creancier: int, client: int, destinataire: str
) -> QuerySet[Coordonnee]:
    return (
        Coordonnee.objects.pour(Creancier(pk=creancier))
        .filter(client=client, valeur=destinataire)
        .select_related("contact")
        .order_by("pk")[:1]
    )


COORDONNEE = RequeteFigee(_requete_de_coordonnee, creancier=int, client=int, destinataire=str)
