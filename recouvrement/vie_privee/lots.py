"""Ce qu'un effacement touche, sorte par sorte : l'aperçu le compte, l'action l'efface."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from clients.models import Client, Contact, Coordonnee, Fusion, Note
from contentieux.models import Dossier, EvenementDossier
from factures.models import (
    DebiteurReconnu,
    Encaissement,
    Facture,
    LigneImport,
    Litige,
    Piece,
)
from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.journal.actions import effacer_donnees
from recouvrement.journal.evenements import Evenement as EvenementDuJournal
from recouvrement.journal.models import Entree
from recouvrement.socle.base.effacement import sans_trace
from recouvrement.socle.temps import jour_de
from recouvrement.vie_privee.evenements import Evenement
from recouvrement.vie_privee.models import Demande
from relances.enums import EtatRelance
from relances.models import Appel, Promesse, Relance

# Ce qui n'est sûrement pas parti : rien n'y est la preuve de rien.
RELANCES_MORTES = (EtatRelance.ANNULEE,)
MESSAGE_VIDE = {"destinataire": "", "copies": "", "sujet": "", "octets": None, "reponse": ""}
ENVOIS_MORTS = (EtatEnvoi.ANNULE, EtatEnvoi.ECHEC)
# Les clefs du journal où une personne écrit ses mots.
BAVARDES = ("note", "motif", "intitule", "detail", "pieces")
IDENTITE = (
    *("code", "siren", "siret", "tva", "adresse", "complement", "code_postal", "ville"),
    *("forme_juridique", "suspendu_motif"),
)


class Compte(NamedTuple):
    quoi: str
    nombre: int
    comment: str


@dataclass(frozen=True, slots=True)
class Ordre:
    """Pourquoi, par qui et quand on efface : ce que le journal en dira."""

    motif: str
    acteur: Utilisateur | None
    maintenant: datetime


@dataclass(frozen=True, slots=True)
class Lot:
    """Des lignes qui disent encore quelque chose de quelqu'un, et comment les faire taire."""

    quoi: str
    lignes: QuerySet[Any]
    taire: Callable[[QuerySet[Any], Ordre], object]
    # Pour la personne qui lit l'aperçu.
    comment: str = "effacé"


def lots_des_personnes(
    creancier: Creancier, clients: Collection[int], *, particuliers: Collection[int]
) -> list[Lot]:
    """Dans l'ordre où ils s'effacent ; ce qui est déjà vide n'en est pas, on ne le compte plus.

    `clients` : avec les fiches qu'une fusion leur a réunies ; `particuliers` : ceux dont le nom
    même est une donnée personnelle.
    """

    def de(
        modele: type[ModeleCloisonne], chemin: str = "client", **filtres: object
    ) -> QuerySet[Any]:
        return modele.objects.pour(creancier).filter(**{f"{chemin}__in": clients}, **filtres)

    relances = de(Relance).values("pk")
    return [
        Lot("Coordonnées", de(Coordonnee), _supprimer),
        Lot("Contacts", de(Contact), _supprimer),
        Lot("Noms reconnus à l'import", de(DebiteurReconnu), _supprimer),
        Lot("Notes", de(Note), _supprimer),
        _muet("Comptes rendus d'appel", de(Appel), "note", "numero"),
        _muet("Mots des promesses", de(Promesse), "note"),
        _muet(
            "Mots des litiges", de(Litige, "facture__client"), "detail", "responsable", "note_issue"
        ),
        _muet("Mots des dossiers clos", de(Dossier), "note_issue"),
        _vide("Champs de requête", de(Dossier), "requete"),
        _muet("Faits des dossiers", de(EvenementDossier, "dossier__client"), "note"),
        _muet(
            "Relances jamais parties",
            de(Relance, etat__in=RELANCES_MORTES),
            *("destinataire", "sujet", "texte"),
        ),
        Lot(
            "Messages jamais partis",
            Envoi.objects.pour(creancier)
            .filter(relance__in=relances, etat__in=ENVOIS_MORTS)
            .exclude(destinataire="", octets=None),
            lambda lignes, _: lignes.update(**MESSAGE_VIDE),
            "vidé",
        ),
        _muet("Motif de suspension", _fiches(creancier, clients), "suspendu_motif"),
        _vide("Ce que disait une fiche réunie", _fusions(creancier, particuliers), "avant"),
        Lot(
            "Nom, adresse et identifiants de la fiche",
            _fiches(creancier, particuliers).filter(efface_le=None),
            _anonymiser,
            "remplacé",
        ),
        Lot(
            "Détails au journal",
            _entrees_bavardes(creancier, clients),
            _depouiller,
            "effacé, la chaîne reste prouvée",
        ),
    ]


def lots_des_saisies(creancier: Creancier, clients: Collection[int]) -> list[Lot]:
    """À la demande seulement : la nuit, ces lignes-là suivent leurs propres durées."""
    return [
        Lot(
            "Lignes lues à l'import",
            LigneImport.objects.pour(creancier).filter(facture__client__in=clients).exclude(lu={}),
            lambda lignes, _: lignes.update(lu={}, refus=[], alertes=[]),
            "vidé",
        ),
        _muet(
            "Demandes sur ses données",
            Demande.objects.pour(creancier).filter(client__in=clients),
            *("objet", "reponse"),
        ),
    ]


def _fusions(creancier: Creancier, clients: Collection[int]) -> QuerySet[Fusion]:
    siennes = Q(garde__in=clients) | Q(absorbe__in=clients)
    fusions: QuerySet[Fusion] = Fusion.objects.pour(creancier).filter(siennes)
    return fusions


def _vide(quoi: str, lignes: QuerySet[Any], champ: str) -> Lot:
    return Lot(
        quoi,
        lignes.exclude(**{champ: {}}),
        lambda dites, _: dites.update(**{champ: {}}),
        "vidé",
    )


def _fiches(creancier: Creancier, clients: Collection[int]) -> QuerySet[Client]:
    return Client.objects.pour(creancier).filter(pk__in=clients)


def entrees_des_clients(creancier: Creancier, clients: Collection[int]) -> QuerySet[Entree]:
    """Ce que le journal dit d'eux : leur fiche, leurs relances, et les mots écrits sur leurs
    factures, leurs pièces et leurs dossiers. Les montants et les dates y restent."""

    def sur(modele: type[ModeleCloisonne], chemin: str = "client") -> Q:
        lignes = modele.objects.pour(creancier).filter(**{f"{chemin}__in": clients})
        return Q(cible_type=modele._meta.label_lower, cible_id__in=lignes.values("pk"))

    d_elles = sur(Relance) | Q(donnees__client__in=list(clients))
    mots = sur(Facture) | sur(Encaissement) | sur(Litige, "facture__client")
    mots |= sur(Piece) | sur(Dossier)
    return (
        Entree.objects.pour(creancier)
        .filter(
            Q(cible_type=Client._meta.label_lower, cible_id__in=clients)
            | d_elles
            | mots & Q(donnees__has_any_keys=BAVARDES)
        )
        .order_by("pk")
    )


def _entrees_bavardes(creancier: Creancier, clients: Collection[int]) -> QuerySet[Entree]:
    """Jamais ce qui dit qu'on les a effacés."""
    return (
        entrees_des_clients(creancier, clients)
        .filter(effacees_le=None)
        .exclude(donnees={})
        .exclude(evenement__in=[EvenementDuJournal.DONNEES_EFFACEES, *Evenement])
    )


def _muet(quoi: str, lignes: QuerySet[Any], *champs: str) -> Lot:
    vides = dict.fromkeys(champs, "")
    return Lot(quoi, lignes.exclude(**vides), lambda dites, _: dites.update(**vides), "vidé")


def _supprimer(lignes: QuerySet[Any], _: Ordre) -> None:
    lignes.delete()


def _anonymiser(fiches: QuerySet[Client], ordre: Ordre) -> None:
    numero = Cast("pk", CharField())
    fiches.update(
        **dict.fromkeys(IDENTITE, ""),
        nom=Concat(Value("Débiteur effacé n° "), numero),
        nom_recherche=Concat(Value("debiteur efface n "), numero),
        est_a_completer=False,
        efface_le=jour_de(ordre.maintenant),
    )


def _depouiller(entrees: QuerySet[Entree], ordre: Ordre) -> None:
    effacer_donnees(entrees, motif=ordre.motif, acteur=ordre.acteur, maintenant=ordre.maintenant)


def compter(lots: Iterable[Lot]) -> list[Compte]:
    comptes = [Compte(lot.quoi, lot.lignes.count(), lot.comment) for lot in lots]
    return [compte for compte in comptes if compte.nombre]


def taire(lots: Iterable[Lot], ordre: Ordre) -> list[Compte]:
    """Dans la transaction de l'appelant ; rend ce qui a été effacé, compté avant de l'être."""
    sans_trace()
    lots = list(lots)
    comptes = compter(lots)
    for lot in lots:
        lot.taire(lot.lignes, ordre)
    return comptes
