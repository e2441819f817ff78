"""Tout ce qui est su d'un client et de ses personnes, rubrique par rubrique (RGPD, art. 15)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model

from clients.models import Client, Contact, Coordonnee, Note
from contentieux.models import Dossier, EvenementDossier
from factures.models import Encaissement, Facture, Litige, Piece
from recouvrement.courriel.models import Envoi
from recouvrement.equipe.lectures.journal import ligne_journal
from recouvrement.journal.models import Entree
from recouvrement.socle import formats
from recouvrement.vie_privee.lots import entrees_des_clients
from recouvrement.vie_privee.models import Demande
from relances.models import Appel, Courrier, Promesse, Relance

FICHE = (
    *("nom", "code", "nature", "est_commercant", "forme_juridique", "siren", "siret", "tva"),
    *("adresse", "complement", "code_postal", "ville", "pays", "langue", "suspendu_le"),
    *("suspendu_motif", "adresse_invalide_le", "procedure_collective_le", "cree_le"),
)

# Les champs que leur modèle n'a pas nommés pour qu'on les lise.
LIBELLES = {
    "validite": "validité",
    "ecrite_le": "écrite le",
    "etat": "état",
    "prepare_le": "préparée le",
    "deposee_le": "déposée le",
    "cree_le": "créé le",
    "nom_fichier": "fichier",
}


@dataclass(frozen=True, slots=True)
class Rubrique:
    titre: str
    colonnes: tuple[str, ...]
    lignes: list[tuple[str, ...]]

    @property
    def nombre(self) -> int:
        return len(self.lignes)


def donnees_de(client: Client) -> list[Rubrique]:
    """Les rubriques vides y sont aussi : dire qu'on ne sait rien est une réponse."""
    creancier = client.creancier

    def de(modele, chemin="client", *liees):
        lignes = modele.objects.pour(creancier).filter(**{chemin: client})
        return (lignes.select_related(*liees) if liees else lignes).order_by("pk")

    return [
        _rubrique(
            "Fiche",
            ("Champ", "Valeur"),
            (
                (str(Client._meta.get_field(nom).verbose_name), _dit(client, nom))
                for nom in FICHE
                if getattr(client, nom) not in ("", None)
            ),
        ),
        _tableau("Contacts", de(Contact), "nom", "fonction", "horaires"),
        _tableau("Coordonnées", de(Coordonnee), "genre", "valeur", "validite", "motif"),
        _tableau("Notes", de(Note, "client", "auteur"), "ecrite_le", "texte", "auteur"),
        _tableau(
            "Appels",
            de(Appel, "client", "auteur"),
            *("appele_le", "numero", "issue", "note", "auteur"),
        ),
        _tableau("Promesses", de(Promesse), "faite_le", "montant", "pour_le", "note"),
        _tableau(
            "Relances",
            de(Relance).defer("texte"),
            *("prevue_le", "canal", "etat", "destinataire", "faite_le"),
        ),
        _tableau(
            "Messages",
            de(Envoi, "relance__client").defer("octets"),
            *("cree_le", "destinataire", "sujet", "etat", "empreinte"),
        ),
        _tableau("Lettres", de(Courrier), "prepare_le", "canal", "etat", "numero_suivi"),
        _tableau("Pièces", de(Piece), "deposee_le", "nature", "intitule", "nom_fichier"),
        _tableau(
            "Factures et avoirs",
            de(Facture),
            *("numero", "libelle", "date_emission", "date_echeance", "montant_ttc", "solde"),
        ),
        _tableau(
            "Règlements", de(Encaissement), "recu_le", "montant", "moyen", "reference", "note"
        ),
        _tableau(
            "Litiges",
            de(Litige, "facture__client", "facture"),
            *("facture", "ouvert_le", "motif", "detail", "responsable", "clos_le", "note_issue"),
        ),
        _tableau("Dossiers", de(Dossier), "ouvert_le", "voie", "etat", "tribunal", "note_issue"),
        _tableau("Faits des dossiers", de(EvenementDossier, "dossier__client"), "le", "note"),
        _tableau(
            "Demandes sur ses données",
            de(Demande),
            *("recue_le", "nature", "objet", "repondue_le", "reponse"),
        ),
        _rubrique(
            "Journal",
            ("Quand", "Quoi", "Détails"),
            (_entree(entree, client) for entree in entrees_des_clients(creancier, [client.pk])),
        ),
    ]


def _entree(entree: Entree, client: Client) -> tuple[str, ...]:
    ligne = ligne_journal(entree, client.creancier)
    details = " · ".join(f"{nom} : {valeur}" for nom, valeur in ligne.details)
    return formats.moment(entree.a), entree.libelle, details


def _tableau(titre: str, lignes: Iterable[Any], *noms: str) -> Rubrique:
    lues = list(lignes)
    modele = lignes.model  # type: ignore[attr-defined]
    colonnes = tuple(_colonne(modele, nom) for nom in noms)
    return _rubrique(titre, colonnes, (tuple(_dit(ligne, nom) for nom in noms) for ligne in lues))


def _colonne(modele: type[Model], nom: str) -> str:
    libelle = LIBELLES.get(nom) or str(modele._meta.get_field(nom).verbose_name)
    return libelle[:1].upper() + libelle[1:]


def _rubrique(titre: str, colonnes: Iterable[str], lignes: Iterable[tuple[str, ...]]) -> Rubrique:
    return Rubrique(titre, tuple(colonnes), list(lignes))


def _dit(objet: Any, nom: str) -> str:
    affiche = getattr(objet, f"get_{nom}_display", None)
    valeur = affiche() if affiche else getattr(objet, nom)
    match valeur:
        case None:
            return ""
        case bool():
            return "oui" if valeur else "non"
        case datetime():
            return formats.moment(valeur)
        case date():
            return formats.jour(valeur)
        case Decimal():
            return formats.euros(valeur)
    return str(valeur)
