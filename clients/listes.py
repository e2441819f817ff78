"""Les listes de clients, déclarées."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from clients.enums import NatureClient
from clients.lectures.doublons import Doublon
from clients.lectures.liste import clients_de_cet_etat, sommes
from clients.models import Client, ClientQuerySet
from recouvrement.comptes.models import Creancier
from recouvrement.socle.formats import de, euros
from recouvrement.socle.listes import (
    Champ,
    Colonne,
    Criteres,
    Fichier,
    Liste,
    Mots,
    Onglet,
    Onglets,
    Tableau,
    Vide,
    choix,
    en_jours,
    par_champ,
    recherche,
    tris,
)

ETATS = Onglets(
    nom="etat",
    choix=(
        Onglet(cle="", libelle="Tous"),
        Onglet(cle="retard", libelle="Avec retard"),
        Onglet(cle="a_completer", libelle="À compléter"),
        Onglet(cle="suspendus", libelle="Relances suspendues"),
    ),
)


@dataclass(frozen=True, slots=True)
class LigneClient:
    client: Client
    ouvertes: int
    du: Decimal
    echu: Decimal
    ancienne: date | None
    retard: int
    est_suspendu: bool

    @property
    def nature(self) -> str:
        """Dite quand elle n'est pas celle de presque tous : professionnel."""
        commune = self.client.nature == NatureClient.PROFESSIONNEL
        return "" if commune else self.client.get_nature_display()


CHAMPS: tuple[Champ[LigneClient], ...] = (
    Champ("Code", lambda ligne: ligne.client.code),
    Champ("Nom", lambda ligne: ligne.client.nom),
    Champ("Nature", lambda ligne: ligne.client.get_nature_display()),
    Champ("SIREN", lambda ligne: ligne.client.siren),
    Champ("Ville", lambda ligne: ligne.client.ville),
    Champ("Factures ouvertes", lambda ligne: ligne.ouvertes),
    Champ("Reste dû", lambda ligne: ligne.du),
    Champ("Dont échu", lambda ligne: ligne.echu),
    Champ("Plus ancienne échéance", lambda ligne: ligne.ancienne),
    Champ("Jours de retard", lambda ligne: ligne.retard or None),
    Champ("À compléter", lambda ligne: ligne.client.est_a_completer),
    Champ(
        "Relances suspendues jusqu'au",
        lambda ligne: ligne.client.suspendu_jusqu_au if ligne.est_suspendu else None,
    ),
)


def liste_des_clients(
    creancier: Creancier, *, au: date, peut_ecrire: bool = False
) -> Liste[Client, LigneClient]:
    def source(criteres: Criteres) -> QuerySet[Client]:
        return clients_de_cet_etat(creancier, criteres.onglet, au=au)

    def en_lignes(clients: Sequence[Client]) -> list[LigneClient]:
        return [_en_ligne(client, au=au) for client in clients]

    code = creancier.code
    return Liste(
        source=source,
        en_lignes=en_lignes,
        sommes=sommes,
        mots=Mots("client", "client filtré"),
        onglets=ETATS,
        tri_initial="nom",
        tris=tris(
            nom=("nom_recherche",),
            du=("total_du", "nom_recherche"),
            echu=("total_echu", "nom_recherche"),
            # Le plus de jours de retard d'abord : l'échéance la plus ancienne.
            retard=("-plus_ancienne", "nom_recherche"),
        ),
        filtres=(
            recherche(
                "Nom, code, SIREN, courriel ou téléphone", ClientQuerySet.cherchant, largeur=32
            ),
            choix("nature", "Nature", NatureClient.choices, par_champ("nature"), tous="Toutes"),
        ),
        tableau=lambda _: Tableau(
            nom="Clients", legende=f"Clients {de(creancier.nom)}", colonnes=_colonnes(code)
        ),
        vide=lambda criteres: _rien(code, criteres, peut_ecrire),
        fichier=Fichier(
            f"clients-{code}-{au:%Y-%m-%d}",
            "Clients",
            CHAMPS,
            {"xlsx": reverse("clients:exporter", args=[code])},
        ),
    )


def _en_ligne(client: Any, *, au: date) -> LigneClient:
    """`client` : avec les montants que sa requête annote."""
    ancienne: date | None = client.plus_ancienne
    return LigneClient(
        client,
        client.ouvertes_nb,
        client.total_du,
        client.total_echu,
        ancienne,
        (au - ancienne).days if ancienne else 0,
        client.est_suspendu(au=au),
    )


def _colonnes(code: str) -> tuple[Colonne[LigneClient], ...]:
    return (
        Colonne(
            titre="Client",
            valeur=lambda ligne: ligne.client.nom,
            lien=lambda ligne: reverse("accueil:client", args=[code, ligne.client.pk]),
            tri="nom",
            est_titre=True,
        ),
        Colonne(titre="Ville", valeur=lambda ligne: ligne.client.ville, classe="cache"),
        Colonne(titre="Situation", gabarit="clients/liste.html#situation"),
        Colonne(
            titre="Plus vieux retard",
            valeur=lambda ligne: ligne.retard,
            format=en_jours,
            classe="montant cache",
            tri="retard",
            zero="",
        ),
        Colonne(
            titre="Échu",
            valeur=lambda ligne: ligne.echu,
            format=euros,
            classe="montant cache",
            tri="echu",
            somme="echu",
            zero="",
        ),
        Colonne(
            titre="Reste dû",
            valeur=lambda ligne: ligne.du,
            format=euros,
            classe="montant",
            tri="du",
            somme="du",
            zero="rien",
        ),
    )


def _rien(code: str, criteres: Criteres, peut_ecrire: bool) -> Vide:
    if criteres.sont_actifs or criteres.onglet:
        return Vide(
            "Aucun client ne répond à ces filtres",
            "Élargissez la recherche : elle ignore les accents et la forme juridique.",
            reverse("clients:liste", args=[code]),
            "Retirer les filtres",
        )
    if not peut_ecrire:
        return Vide("Aucun client pour l’instant")
    return Vide(
        "Aucun client pour l’instant",
        "Importez vos factures : les clients se créent avec elles. Ou saisissez-en un.",
        reverse("factures:importer", args=[code]),
        "Importer des factures",
        reverse("clients:nouveau", args=[code]),
        "Nouveau client",
    )


def tableau_des_doublons(code: str, *, peut_ecrire: bool) -> Tableau[Doublon]:
    gestes: tuple[Colonne[Doublon], ...] = (
        Colonne(
            titre="Action",
            gabarit="clients/doublons.html#comparer",
            classe="montant",
            titre_lu=True,
        ),
    )
    return Tableau(
        nom="Doublons probables",
        colonnes=(
            Colonne(titre="Fiche", gabarit="clients/doublons.html#ancien", est_titre=True),
            Colonne(titre="Autre fiche", gabarit="clients/doublons.html#recent"),
            Colonne(titre="Ce qui les rapproche", valeur=lambda paire: ", ".join(paire.raisons)),
            *(gestes if peut_ecrire else ()),
        ),
    )
