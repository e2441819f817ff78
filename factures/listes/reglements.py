"""La liste des règlements, déclarée."""

from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.urls import reverse

from factures.enums import Moyen
from factures.lectures import reglements
from factures.models import Encaissement
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
    en_temps,
    jours,
    par_champ,
    recherche,
    tris,
)
from recouvrement.socle.montants import ZERO

VUES = Onglets(
    nom="vue",
    choix=(
        Onglet(cle="", libelle="Argent reçu"),
        Onglet(cle="disponible", libelle="Reste à imputer"),
        Onglet(cle="annules", libelle="Annulés"),
        Onglet(cle="avoirs", libelle="Avoirs imputés"),
        Onglet(cle="tous", libelle="Tous"),
    ),
)
CHAMPS: tuple[Champ[Encaissement], ...] = (
    Champ("Reçu le", lambda recu: recu.recu_le),
    Champ("Client", lambda recu: recu.client.nom),
    Champ("Code client", lambda recu: recu.client.code),
    Champ("Moyen", lambda recu: recu.get_moyen_display()),
    Champ("Référence", lambda recu: recu.reference),
    Champ(
        "Factures",
        lambda recu: ", ".join(part.facture.reference for part in recu.imputations.all()),
    ),
    Champ("Montant", lambda recu: recu.montant),
    Champ("Imputé au montant des factures", lambda recu: _imputes(recu, "montant")),
    Champ("Imputé aux intérêts et 40 €", lambda recu: _imputes(recu, "accessoires")),
    Champ("Reste à imputer", lambda recu: recu.disponible),
    Champ("Annule", lambda recu: recu.motif_annulation),
    Champ("Note", lambda recu: recu.note),
)


def _imputes(recu: Encaissement, quoi: str) -> Decimal:
    return sum((getattr(part, quoi) for part in recu.imputations.all()), ZERO)


def liste_des_reglements(
    creancier: Creancier, *, au: date, peut_ecrire: bool = False
) -> Liste[Encaissement, Encaissement]:
    def source(criteres: Criteres) -> QuerySet[Encaissement]:
        return reglements.reglements_de_cette_vue(creancier, criteres.onglet)

    code = creancier.code
    return Liste(
        source=source,
        avec=lambda recus: reglements.lignes_de_reglement(creancier, recus),
        sommes=reglements.sommes,
        mots=Mots("écriture"),
        onglets=VUES,
        tri_initial="-recu",
        tris=tris(
            recu=("recu_le",), client=("client__nom_recherche", "-recu_le"), montant=("montant",)
        ),
        filtres=(
            recherche(
                "Client, référence ou montant",
                lambda recus, texte: recus.filter(reglements.cherchant(creancier, texte)),
                largeur=26,
            ),
            choix("moyen", "Moyen", Moyen.choices, par_champ("moyen")),
            *jours("recu_le", "Reçu du", "au", "reçu"),
        ),
        tableau=lambda _: Tableau(
            nom="Règlements",
            legende=f"Règlements {de(creancier.nom)}",
            classe_de=lambda recu: "exclue" if recu.annule_id or recu.annulation else "",
            colonnes=_colonnes(code),
        ),
        vide=lambda criteres: _rien(code, criteres, peut_ecrire),
        fichier=Fichier(
            f"reglements-{code}-{au:%Y-%m-%d}",
            "Règlements",
            CHAMPS,
            {
                genre: reverse("factures:exporter_reglements", args=[code, genre])
                for genre in ("xlsx", "csv")
            },
        ),
    )


def _colonnes(code: str) -> tuple[Colonne[Encaissement], ...]:
    return (
        Colonne(
            titre="Client",
            valeur=lambda recu: recu.client.nom,
            lien=lambda recu: reverse("accueil:client", args=[code, recu.client_id]),
            classe="nom",
            tri="client",
            est_titre=True,
        ),
        Colonne(titre="Reçu le", valeur=lambda recu: recu.recu_le, format=en_temps, tri="recu"),
        Colonne(titre="Moyen", gabarit="factures/reglements.html#moyen"),
        Colonne(titre="Référence", valeur=lambda recu: recu.reference, classe="cache"),
        Colonne(titre="Paye", gabarit="factures/reglements.html#paye", classe="cache"),
        Colonne(
            titre="Reste à imputer",
            valeur=lambda recu: recu.disponible,
            format=euros,
            classe="montant cache",
            somme="disponible",
            zero="",
        ),
        Colonne(
            titre="Montant",
            valeur=lambda recu: recu.montant,
            format=euros,
            classe="montant",
            tri="montant",
            somme="montant",
        ),
    )


def _rien(code: str, criteres: Criteres, peut_ecrire: bool) -> Vide:
    if criteres.sont_actifs or criteres.onglet:
        return Vide(
            "Aucun règlement ne répond à ces filtres",
            "Élargissez les dates, ou changez d’onglet.",
            reverse("factures:reglements", args=[code]),
            "Retirer les filtres",
        )
    if not peut_ecrire:
        return Vide("Aucun règlement reçu")
    return Vide(
        "Aucun règlement reçu",
        "Enregistrez ce qui arrive sur le compte : "
        "les factures se soldent, les relances s’arrêtent.",
        reverse("factures:reglement", args=[code]),
        "Enregistrer un règlement",
    )
