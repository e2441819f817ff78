from collections.abc import Iterator
from datetime import date

from django.apps import apps
from django.db import transaction

from clients.enums import NatureClient
from clients.erreurs import FusionImpossible
from clients.evenements import Evenement
from clients.models import Client, Contact, Coordonnee, Fusion, Note
from clients.signals import clients_fusionnes
from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import inscrire, poser
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste

# Un groupe se reprend en entier : une rue de l'un et une ville de l'autre feraient un faux.
REPRIS = (
    ("siren", "siret"),
    ("tva",),
    ("forme_juridique",),
    ("nature", "nature_source", "nature_le"),
    ("est_commercant",),
    ("adresse", "complement", "code_postal", "ville", "pays"),
    ("suspendu_le", "suspendu_jusqu_au", "suspendu_motif"),
    ("procedure_collective_le",),
    ("genre_terme", "delai_paiement", "jour_terme"),
)
IGNORE = ("", None, NatureClient.INCONNUE)


@transaction.atomic
def fusionner(garde: Client, absorbe: Client, *, le: date, acteur: Utilisateur) -> Client:
    """Réunit deux fiches : `garde` reçoit tout ce qu'avait `absorbe`, qui ne sert plus.

    Ce que `garde` ignorait lui vient d'`absorbe` ; ce qu'il savait l'emporte. Les apps du
    dessus repointent leurs lignes dans la même transaction.
    """
    garde, absorbe = _verrouiller(garde, absorbe)
    geste = poser(Genre.FUSION, creancier=garde.creancier, acteur=acteur)
    fusion = _retenir(garde, absorbe, geste)
    _reprendre_les_contacts(garde, absorbe)
    Note.objects.pour(garde.creancier).filter(client=absorbe).update(client=garde)
    repris = _completer(garde, absorbe)
    fusion.avant = {nom: fusion.avant[nom] for nom in repris}
    fusion.save()
    # Une chaîne de fusions reste longue d'un maillon.
    clients = Client.objects.pour(garde.creancier)
    clients.filter(fusionne_dans=absorbe).update(fusionne_dans=garde)
    absorbe.fusionne_dans, absorbe.est_a_completer = garde, False
    absorbe.save(update_fields=["fusionne_dans", "est_a_completer"])
    clients_fusionnes.send(sender=Client, garde=garde, absorbe=absorbe, le=le, geste=geste)
    inscrire(
        Evenement.CLIENT_FUSIONNE,
        cible=absorbe,
        acteur=acteur,
        geste=geste,
        dans=garde.pk,
        nom=garde.nom,
    )
    inscrire(
        Evenement.CLIENT_ABSORBE,
        cible=garde,
        acteur=acteur,
        geste=geste,
        absorbe=absorbe.pk,
        nom=absorbe.nom,
        repris=repris,
    )
    return garde


def tables_d_un_client() -> Iterator[tuple[type[ModeleCloisonne], str]]:
    """Tout ce qui désigne un client, de quelque app que ce soit : rien ne s'y oublie."""
    for modele in apps.get_models():
        if issubclass(modele, ModeleCloisonne) and modele is not Fusion:
            for champ in modele._meta.concrete_fields:
                if champ.related_model is Client:
                    yield modele, champ.name


def _retenir(garde: Client, absorbe: Client, geste: Geste) -> Fusion:
    """Avant que rien ne bouge."""
    deplaces = {
        modele._meta.label: sorted(
            modele.objects.pour(garde.creancier)
            .filter(**{champ: absorbe})
            .values_list("pk", flat=True)
        )
        for modele, champ in tables_d_un_client()
    }
    principaux = absorbe.contacts.filter(est_principal=True).values_list("pk", flat=True)
    valeurs = {nom: getattr(garde, nom) for groupe in REPRIS for nom in groupe}
    return Fusion(
        creancier=garde.creancier,
        geste=geste,
        garde=garde,
        absorbe=absorbe,
        deplaces={table: cles for table, cles in deplaces.items() if cles},
        avant={
            nom: valeur.isoformat() if isinstance(valeur, date) else valeur
            for nom, valeur in valeurs.items()
        },
        principaux=list(principaux),
        etait_a_completer=absorbe.est_a_completer,
    )


def _verrouiller(garde: Client, absorbe: Client) -> tuple[Client, Client]:
    if garde.pk == absorbe.pk:
        raise FusionImpossible("C'est la même fiche.")
    if garde.creancier_id != absorbe.creancier_id:
        raise FusionImpossible("Ces deux clients ne sont pas au même créancier.")
    # La planification tient ce verrou tant qu'elle écrit : rien ne se prévoit pour l'absorbée.
    Creancier.objects.select_for_update(no_key=True, of=("self",)).get(pk=garde.creancier_id)
    clients = Client.objects.pour(garde.creancier).filter(pk__in=[garde.pk, absorbe.pk])
    # Toujours dans le même ordre : deux fusions croisées ne s'attendent pas l'une l'autre.
    list(clients.select_for_update(of=("self",)).order_by("pk"))
    relus = {client.pk: client for client in clients.select_related("creancier")}
    if any(client.fusionne_dans_id for client in relus.values()):
        raise FusionImpossible("L'une de ces fiches a déjà été réunie à une autre.")
    return relus[garde.pk], relus[absorbe.pk]


def _reprendre_les_contacts(garde: Client, absorbe: Client) -> None:
    contacts = Contact.objects.pour(garde.creancier)
    if contacts.filter(client=garde, est_principal=True).exists():
        contacts.filter(client=absorbe).update(est_principal=False)
    contacts.filter(client=absorbe).update(client=garde)
    Coordonnee.objects.pour(garde.creancier).filter(client=absorbe).update(client=garde)


def _completer(garde: Client, absorbe: Client) -> list[str]:
    repris: list[str] = []
    for groupe in REPRIS:
        tete = groupe[0]
        if getattr(garde, tete) in IGNORE and getattr(absorbe, tete) not in IGNORE:
            for nom in groupe:
                setattr(garde, nom, getattr(absorbe, nom))
            repris.extend(groupe)
    if repris:
        garde.save(update_fields=repris)
    return repris
