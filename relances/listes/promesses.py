"""La liste des promesses, déclarée."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from recouvrement.comptes.models import Creancier
from recouvrement.socle.formats import euros
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
    en_temps,
    jours,
    recherche,
)
from relances.lectures.liste import des_clients
from relances.lectures.promesses import devenirs, promesses_de_cette_vue, sommes
from relances.models import Promesse
from relances.regles.promesses import Devenir

CLOSES = ("-pour_le", "-pk")
VUES = Onglets(
    nom="vue",
    choix=(
        Onglet(cle="", libelle="En cours"),
        Onglet(cle="en_retard", libelle="Sans règlement à la date"),
        Onglet(cle="tenues", libelle="Tenues", ordre=CLOSES),
        Onglet(cle="tardives", libelle="Tenues en retard", ordre=CLOSES),
        Onglet(cle="rompues", libelle="Non tenues", ordre=CLOSES),
        Onglet(cle="toutes", libelle="Toutes", ordre=CLOSES),
    ),
)


@dataclass(frozen=True, slots=True)
class LignePromesse:
    promesse: Promesse
    devenu: Devenir


CHAMPS: tuple[Champ[LignePromesse], ...] = (
    Champ("Client", lambda ligne: ligne.promesse.client.nom),
    Champ("Montant", lambda ligne: ligne.promesse.montant),
    Champ("Pour le", lambda ligne: ligne.promesse.pour_le),
    Champ("Promis le", lambda ligne: ligne.promesse.faite_le),
    Champ("Par", lambda ligne: ligne.promesse.auteur.nom_court),
    Champ("Issue", lambda ligne: ligne.devenu.issue.label),
    Champ("Payée le", lambda ligne: ligne.devenu.payee_le),
    Champ("Retard (jours)", lambda ligne: ligne.devenu.retard),
    Champ("Reçu", lambda ligne: ligne.devenu.recu),
    Champ("Close le", lambda ligne: ligne.promesse.close_le),
    Champ("Note", lambda ligne: ligne.promesse.note),
)


def liste_des_promesses(creancier: Creancier, *, au: date) -> Liste[Promesse, LignePromesse]:
    code = creancier.code

    def source(criteres: Criteres) -> QuerySet[Promesse]:
        return promesses_de_cette_vue(creancier, criteres.onglet, au=au)

    def en_lignes(promesses: Sequence[Promesse]) -> list[LignePromesse]:
        devenus = devenirs(promesses, au=au)
        return [LignePromesse(p, devenus[p.pk]) for p in promesses]

    return Liste(
        source=source,
        avec=lambda promesses: promesses.select_related("client", "auteur", "close_geste"),
        en_lignes=en_lignes,
        sommes=lambda promesses: sommes(promesses, au=au),
        mots=Mots("promesse"),
        onglets=VUES,
        tri_initial="",
        tris={"": ("pour_le", "pk")},
        filtres=(
            recherche("Client", lambda lignes, texte: lignes.filter(des_clients(creancier, texte))),
            *jours("pour_le", "Promis pour le", "jusqu’au", "promis"),
        ),
        tableau=lambda _: Tableau(
            nom="Promesses",
            legende=f"Promesses faites à {creancier.nom}",
            colonnes=_colonnes(code),
        ),
        vide=lambda criteres: _rien(code, criteres),
        fichier=Fichier(
            f"promesses-{code}-{au:%Y-%m-%d}",
            "Promesses",
            CHAMPS,
            {
                genre: reverse("relances:exporter_promesses", args=[code, genre])
                for genre in ("xlsx", "csv")
            },
        ),
    )


def _colonnes(code: str) -> tuple[Colonne[LignePromesse], ...]:
    return (
        Colonne(
            titre="Client",
            valeur=lambda ligne: ligne.promesse.client.nom,
            lien=lambda ligne: (
                reverse("accueil:client", args=[code, ligne.promesse.client_id])
                + "?onglet=promesses"
            ),
            classe="nom",
            est_titre=True,
        ),
        Colonne(titre="Pour le", valeur=lambda ligne: ligne.promesse.pour_le, format=en_temps),
        Colonne(titre="Promis le", gabarit="relances/promesses.html#promis", classe="cache"),
        Colonne(titre="Issue", gabarit="relances/promesses.html#issue"),
        Colonne(
            titre="Montant",
            valeur=lambda ligne: ligne.promesse.montant,
            format=euros,
            classe="montant",
            somme="montant",
        ),
    )


def _rien(code: str, criteres: Criteres) -> Vide:
    if criteres.sont_actifs or criteres.onglet:
        return Vide(
            "Aucune promesse ici",
            "Élargissez les dates, ou changez d’onglet.",
            reverse("relances:promesses", args=[code]),
            "Voir celles en cours",
        )
    return Vide(
        "Aucune promesse en cours",
        "Elles se notent en rendant compte d'un appel : la somme et la date. "
        "Les relances s’arrêtent jusque-là.",
    )
