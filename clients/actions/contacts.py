from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from clients.actions.verrou import verrouiller
from clients.enums import GenreCoordonnee, Validite
from clients.erreurs import CoordonneeConnue
from clients.evenements import Evenement
from clients.models import Client, Contact, Coordonnee, Marque
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire, poser
from recouvrement.journal.effets import Effet, Question, Retour
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste


@transaction.atomic
def ajouter_contact(
    client: Client,
    *,
    acteur: Utilisateur | None,
    nom: str = "",
    fonction: str = "",
    horaires: str = "",
    est_principal: bool = False,
    en_copie: bool = False,
) -> Contact:
    """Le premier contact d'un client est celui que l'on joint d'abord ; un autre, si on le dit."""
    client = verrouiller(client)
    est_principal = est_principal or not client.contacts.exists()
    if est_principal:
        client.contacts.filter(est_principal=True).update(est_principal=False)
    contact = Contact.objects.create(
        creancier=client.creancier,
        client=client,
        nom=nom,
        fonction=fonction,
        horaires=horaires,
        est_principal=est_principal,
        en_copie=en_copie,
    )
    inscrire(
        Evenement.CONTACT_AJOUTE, cible=client, acteur=acteur, contact=contact.pk, nom=str(contact)
    )
    return contact


@transaction.atomic
def modifier_contact(contact: Contact, *, acteur: Utilisateur | None, **champs: Any) -> Contact:
    client = verrouiller(contact.client)
    contact = client.contacts.get(pk=contact.pk)
    changes = {
        nom: [getattr(contact, nom), valeur]
        for nom, valeur in champs.items()
        if getattr(contact, nom) != valeur
    }
    if not changes:
        return contact
    if champs.get("est_principal"):
        client.contacts.filter(est_principal=True).update(est_principal=False)
    for nom, (_, valeur) in changes.items():
        setattr(contact, nom, valeur)
    contact.save(update_fields=list(changes))
    inscrire(
        Evenement.CONTACT_MODIFIE, cible=client, acteur=acteur, contact=contact.pk, changes=changes
    )
    return contact


@transaction.atomic
def retirer_contact(contact: Contact, *, acteur: Utilisateur) -> None:
    """Ôte la personne et ses coordonnées ; le journal garde ce qu'elles étaient."""
    client = verrouiller(contact.client)
    contact = client.contacts.get(pk=contact.pk)
    coordonnees = [coordonnee.valeur for coordonnee in contact.coordonnees.all()]
    nom, etait_principal = str(contact), contact.est_principal
    contact.delete()
    if etait_principal and (suivant := client.contacts.order_by("pk").first()):
        suivant.est_principal = True
        suivant.save(update_fields=["est_principal"])
    inscrire(
        Evenement.CONTACT_RETIRE, cible=client, acteur=acteur, nom=nom, coordonnees=coordonnees
    )


@transaction.atomic
def ajouter_coordonnee(
    contact: Contact,
    *,
    genre: GenreCoordonnee | str,
    valeur: str,
    acteur: Utilisateur | None,
    validite: Validite | str = Validite.INCONNUE,
    motif: str = "",
    depuis_le: date | None = None,
) -> Coordonnee:
    """`valeur` est déjà sous sa forme normale (socle.identifiants)."""
    client = verrouiller(contact.client)
    coordonnees = client.coordonnees.filter(contact=contact, genre=genre)
    dernier = coordonnees.order_by("-rang").values_list("rang", flat=True).first()
    try:
        with transaction.atomic():
            coordonnee = Coordonnee.objects.create(
                creancier=client.creancier,
                client=client,
                contact=contact,
                genre=genre,
                valeur=valeur,
                validite=validite,
                motif=motif,
                depuis_le=depuis_le,
                rang=0 if dernier is None else dernier + 1,
            )
    except IntegrityError as erreur:
        raise CoordonneeConnue from erreur
    inscrire(
        Evenement.COORDONNEE_AJOUTEE, cible=client, acteur=acteur, genre=str(genre), valeur=valeur
    )
    return coordonnee


@transaction.atomic
def marquer_coordonnee(
    coordonnee: Coordonnee,
    *,
    validite: Validite | str,
    motif: str = "",
    le: date,
    acteur: Utilisateur | None,
    geste: Geste | None = None,
) -> Coordonnee:
    """Vérifiée, invalide, ou refusée par la personne ; une opposition ne se lève qu'à la main.

    L'automate (`acteur` None) n'efface donc jamais une opposition.
    """
    client = verrouiller(coordonnee.client)
    coordonnee = client.coordonnees.get(pk=coordonnee.pk)
    if acteur is None and coordonnee.validite == Validite.OPPOSITION:
        return coordonnee
    if geste is None and acteur is not None:
        geste = poser(Genre.MARQUE, creancier=client.creancier, acteur=acteur)
    marques = Marque.objects.pour(client.creancier)
    if not marques.filter(coordonnee=coordonnee).exists():
        _marque(coordonnee, None).save()
    avant = coordonnee.validite
    coordonnee.validite, coordonnee.motif, coordonnee.depuis_le = validite, motif, le
    coordonnee.save(update_fields=["validite", "motif", "depuis_le"])
    _marque(coordonnee, geste).save()
    _inscrire_la_marque(coordonnee, client, avant=avant, acteur=acteur, geste=geste)
    return coordonnee


def _marque(coordonnee: Coordonnee, geste: Geste | None) -> Marque:
    return Marque(
        creancier_id=coordonnee.creancier_id,
        coordonnee=coordonnee,
        geste=geste,
        validite=coordonnee.validite,
        motif=coordonnee.motif,
        depuis_le=coordonnee.depuis_le,
    )


def _inscrire_la_marque(
    coordonnee: Coordonnee,
    client: Client,
    *,
    avant: str,
    acteur: Utilisateur | None,
    geste: Geste | None,
) -> None:
    inscrire(
        Evenement.COORDONNEE_MARQUEE,
        cible=client,
        acteur=acteur,
        geste=geste,
        valeur=coordonnee.valeur,
        avant=avant,
        apres=str(coordonnee.validite),
        motif=coordonnee.motif,
    )


def _demarquer(retour: Retour) -> None:
    """Ce que dit d'elle la dernière marque qui tient : celle du geste défait ne compte plus."""
    marques = Marque.objects.pour(retour.creancier)
    siennes = marques.filter(geste=retour.geste).values("coordonnee")
    coordonnees = Coordonnee.objects.pour(retour.creancier).filter(pk__in=siennes)
    for coordonnee in coordonnees.select_related("client").order_by("pk"):
        client = verrouiller(coordonnee.client)
        tient = (
            marques.filter(coordonnee=coordonnee)
            .filter(Q(geste=None) | Q(geste__annulation=None))
            .latest("pk")
        )
        avant = coordonnee.validite
        coordonnee.validite, coordonnee.motif = tient.validite, tient.motif
        coordonnee.depuis_le = tient.depuis_le
        coordonnee.save(update_fields=["validite", "motif", "depuis_le"])
        _inscrire_la_marque(
            coordonnee, client, avant=avant, acteur=retour.acteur, geste=retour.annulation
        )


def _jamais(question: Question) -> Iterator[tuple[int, str]]:
    yield from ()


MARQUES = Effet(_jamais, _demarquer)


@transaction.atomic
def retirer_coordonnee(coordonnee: Coordonnee, *, acteur: Utilisateur) -> None:
    client = verrouiller(coordonnee.client)
    coordonnee = client.coordonnees.get(pk=coordonnee.pk)
    valeur, validite = coordonnee.valeur, coordonnee.validite
    coordonnee.delete()
    inscrire(
        Evenement.COORDONNEE_RETIREE, cible=client, acteur=acteur, valeur=valeur, validite=validite
    )
