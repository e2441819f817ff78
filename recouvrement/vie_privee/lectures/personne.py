"""Tout ce qui est su d'un client et de ses personnes, rubrique par rubrique (RGPD, art. 15)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Field, Model, QuerySet

from clients.models import Client, Contact, Coordonnee, Marque, Note
from contentieux.models import Dossier, EvenementDossier
from factures.models import Encaissement, Facture, Imputation, Litige, Piece
from recouvrement.comptes.cloison import ModeleCloisonne
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
    *(
        "delai_paiement",
        "genre_terme",
        "jour_terme",
        "suspendu_motif",
        "adresse_invalide_le",
        "procedure_collective_le",
        "cree_le",
    ),
)

# Les champs que leur modèle n'a pas nommés pour qu'on les lise.
LIBELLES = {
    "coordonnee": "coordonnée",
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
    return [
        *_qui_elle_est(client),
        *_ce_qu_on_lui_a_dit(client),
        *_ce_qu_elle_doit(client),
        _tableau(
            "Demandes sur ses données",
            _de(client, Demande),
            *("recue_le", "nature", "objet", "repondue_le", "reponse"),
        ),
        _rubrique(
            "Journal",
            ("Quand", "Quoi", "Détails"),
            (
                _entree(entree, client)
                for entree in entrees_des_clients(client.creancier, [client.pk])
            ),
        ),
    ]


def _de(
    client: Client,
    modele: type[ModeleCloisonne | Envoi],
    chemin: str = "client",
    *liees: str,
) -> QuerySet[Any]:
    lignes = modele.objects.pour(client.creancier).filter(**{chemin: client})
    return (lignes.select_related(*liees) if liees else lignes).order_by("pk")


def _qui_elle_est(client: Client) -> list[Rubrique]:
    return [
        _rubrique(
            "Fiche",
            ("Champ", "Valeur"),
            (
                (_libelle(Client, nom), _dit(client, nom))
                for nom in FICHE
                if getattr(client, nom) not in ("", None)
            ),
        ),
        _tableau("Contacts", _de(client, Contact), "nom", "fonction", "horaires", "en_copie"),
        _tableau("Coordonnées", _de(client, Coordonnee), "genre", "valeur", "validite", "motif"),
        _tableau(
            "Validité des coordonnées, au fil du temps",
            _de(client, Marque, "coordonnee__client", "coordonnee"),
            *("coordonnee", "validite", "motif", "depuis_le"),
        ),
        _tableau("Notes", _de(client, Note, "client", "auteur"), "ecrite_le", "texte", "auteur"),
    ]


def _ce_qu_on_lui_a_dit(client: Client) -> list[Rubrique]:
    return [
        _tableau(
            "Appels",
            _de(client, Appel, "client", "auteur"),
            *("appele_le", "numero", "issue", "note", "auteur"),
        ),
        _tableau("Promesses", _de(client, Promesse), "faite_le", "montant", "pour_le", "note"),
        _tableau(
            "Relances",
            _de(client, Relance).defer("texte"),
            *("prevue_le", "canal", "etat", "destinataire", "faite_le"),
        ),
        _tableau(
            "Messages",
            _de(client, Envoi, "relance__client").defer("octets"),
            *("cree_le", "destinataire", "copies", "sujet", "etat", "empreinte"),
        ),
        _tableau("Lettres", _de(client, Courrier), "prepare_le", "canal", "etat", "numero_suivi"),
        _tableau("Pièces", _de(client, Piece), "deposee_le", "nature", "intitule", "nom_fichier"),
    ]


def _ce_qu_elle_doit(client: Client) -> list[Rubrique]:
    return [
        _tableau(
            "Factures et avoirs",
            _de(client, Facture),
            *("numero", "libelle", "date_emission", "date_echeance", "montant_ttc", "solde"),
        ),
        _tableau(
            "Règlements",
            _de(client, Encaissement),
            "recu_le",
            "montant",
            "moyen",
            "reference",
            "note",
        ),
        _tableau(
            "Ce que payent les règlements",
            _de(client, Imputation, "encaissement__client", "facture"),
            *("facture", "le", "montant", "accessoires", "rendus"),
        ),
        _tableau(
            "Litiges",
            _de(client, Litige, "facture__client", "facture"),
            *("facture", "ouvert_le", "motif", "detail", "responsable", "clos_le", "note_issue"),
        ),
        _tableau(
            "Dossiers", _de(client, Dossier), "ouvert_le", "voie", "etat", "tribunal", "note_issue"
        ),
        _tableau(
            "Faits des dossiers", _de(client, EvenementDossier, "dossier__client"), "le", "note"
        ),
    ]


def _entree(entree: Entree, client: Client) -> tuple[str, ...]:
    ligne = ligne_journal(entree, client.creancier)
    details = " · ".join(f"{nom} : {valeur}" for nom, valeur in ligne.details)
    return formats.moment(entree.a), entree.libelle, details


def _tableau(titre: str, lignes: QuerySet[Any], *noms: str) -> Rubrique:
    colonnes = tuple(_colonne(lignes.model, nom) for nom in noms)
    return _rubrique(titre, colonnes, (tuple(_dit(ligne, nom) for nom in noms) for ligne in lignes))


def _colonne(modele: type[Model], nom: str) -> str:
    libelle = LIBELLES.get(nom) or _libelle(modele, nom)
    return libelle[:1].upper() + libelle[1:]


def _libelle(modele: type[Model], nom: str) -> str:
    champ = modele._meta.get_field(nom)
    return str(champ.verbose_name) if isinstance(champ, Field) else nom


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
