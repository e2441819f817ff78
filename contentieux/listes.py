"""La liste des dossiers, déclarée."""

from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.urls import reverse

from clients.models import Client
from contentieux.enums import EtatDossier, Voie
from contentieux.models import Dossier
from recouvrement.comptes.models import Creancier
from recouvrement.socle.formats import de, euros, jour
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
    par_champ,
    recherche,
    tris,
)
from recouvrement.socle.montants import ZERO, arrondir

TOUS = "tous"
ETATS = Onglets(
    nom="etat",
    choix=(
        Onglet(cle="", libelle="Ouverts"),
        *(Onglet(cle=etat.value, libelle=str(etat.label)) for etat in EtatDossier),
        Onglet(cle=TOUS, libelle="Tous"),
    ),
)


def liste_des_dossiers(creancier: Creancier, *, au: date) -> Liste[Dossier, Any]:
    """Les lignes sont des dossiers, avec les chiffres que leur requête annote."""
    code = creancier.code

    def source(criteres: Criteres) -> QuerySet[Dossier]:
        dossiers = Dossier.objects.pour(creancier).select_related("client")
        if criteres.onglet == "":
            dossiers = dossiers.ouverts()
        elif criteres.onglet != TOUS:
            dossiers = dossiers.filter(etat=criteres.onglet)
        return dossiers.en_chiffres()

    def cherchant(dossiers: QuerySet[Dossier], texte: str) -> QuerySet[Dossier]:
        clients = Client.objects.pour(creancier).cherchant(texte)
        return dossiers.filter(client__in=clients.values("pk"))

    return Liste(
        source=source,
        sommes=_sommes,
        mots=Mots("dossier"),
        onglets=ETATS,
        tri_initial="-ouvert",
        tris=tris(ouvert=("ouvert_le",), client=("client__nom_recherche",)),
        filtres=(
            recherche("Client", cherchant),
            choix("voie", "Voie", Voie.choices, par_champ("voie"), tous="Toutes"),
        ),
        tableau=lambda _: Tableau(
            nom="Dossiers", legende=f"Dossiers {de(creancier.nom)}", colonnes=_colonnes(code)
        ),
        vide=lambda criteres: _rien(code, criteres),
        fichier=Fichier(
            f"contentieux-{code}-{au:%Y-%m-%d}",
            "Contentieux",
            CHAMPS,
            {
                genre: reverse("contentieux:exporter", args=[code, genre])
                for genre in ("xlsx", "csv")
            },
        ),
    )


CHAMPS: tuple[Champ[Any], ...] = (
    Champ("Client", lambda dossier: dossier.client.nom),
    Champ("Voie", lambda dossier: dossier.get_voie_display()),
    Champ("Tribunal", lambda dossier: dossier.tribunal),
    Champ("État", lambda dossier: dossier.get_etat_display()),
    Champ("Ouvert le", lambda dossier: dossier.ouvert_le),
    Champ("Clos le", lambda dossier: dossier.clos_le),
    Champ("Issue", lambda dossier: dossier.get_issue_display()),
    Champ("Dépensé", lambda dossier: arrondir(dossier.depense or ZERO)),
    Champ("Reste dû", lambda dossier: arrondir(dossier.du or ZERO)),
)


def _colonnes(code: str) -> tuple[Colonne[Any], ...]:
    return (
        Colonne(
            titre="Client",
            valeur=lambda dossier: dossier.client.nom,
            lien=lambda dossier: reverse("contentieux:dossier", args=[code, dossier.pk]),
            classe="nom",
            tri="client",
            est_titre=True,
        ),
        Colonne(titre="Voie", valeur=lambda dossier: dossier.get_voie_display()),
        Colonne(titre="Tribunal", valeur=lambda dossier: dossier.tribunal, classe="cache"),
        Colonne(titre="État", gabarit="contentieux/liste.html#etat"),
        Colonne(
            titre="Ouvert le",
            valeur=lambda dossier: dossier.ouvert_le,
            format=jour,
            classe="cache",
            tri="ouvert",
        ),
        Colonne(
            titre="Dépensé",
            valeur=lambda dossier: dossier.depense,
            format=euros,
            classe="montant cache",
            somme="depense",
        ),
        Colonne(
            titre="Reste dû",
            valeur=lambda dossier: dossier.du,
            format=euros,
            classe="montant",
            somme="du",
        ),
    )


def _sommes(dossiers: QuerySet[Dossier]) -> dict[str, Any]:
    lues = dossiers.order_by().aggregate(
        nombre=Count("pk"), somme_depense=Sum("depense"), somme_du=Sum("du")
    )
    return {
        "nombre": lues["nombre"],
        "depense": arrondir(lues["somme_depense"] or ZERO),
        "du": arrondir(lues["somme_du"] or ZERO),
    }


def _rien(code: str, criteres: Criteres) -> Vide:
    if criteres.sont_actifs or criteres.onglet:
        return Vide(
            "Aucun dossier ici",
            "Changez d’onglet, ou élargissez la recherche.",
            reverse("contentieux:liste", args=[code]),
            "Les dossiers ouverts",
        )
    return Vide(
        "Aucun dossier",
        "Un dossier s’ouvre depuis la fiche d’un client, sur ses factures échues, "
        "quand demander ne suffit plus.",
    )
