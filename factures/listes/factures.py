"""Les listes de factures et de règlements, déclarées."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.urls import reverse

from clients.models import Client
from factures.lectures import liste
from factures.lectures.liste import LigneFacture
from factures.lectures.synthese import TRANCHES, bornes_de_tranche
from factures.models import Facture
from recouvrement.comptes.models import Creancier
from recouvrement.socle.formats import de, euros
from recouvrement.socle.listes import (
    Champ,
    Colonne,
    Criteres,
    Fichier,
    Filtre,
    Genre,
    Geste,
    Liste,
    Lot,
    Mots,
    Onglet,
    Onglets,
    Tableau,
    Vide,
    choix,
    en_jours,
    en_temps,
    jours,
    montant,
    par_champ,
    recherche,
    tris,
)
from recouvrement.socle.saisies.lisible import entier

ETATS = Onglets(
    nom="etat",
    choix=(
        Onglet(cle="", libelle="Restent dues", titre="Factures"),
        Onglet(cle="echues", libelle="Échues", titre="Factures échues"),
        Onglet(cle="a_echoir", libelle="À échoir", titre="Factures à échoir"),
        Onglet(cle="litige", libelle="En litige", titre="Factures en litige"),
        Onglet(cle="anciennes", libelle="Plus de 90 jours", titre="Échues depuis plus de 90 jours"),
        Onglet(cle="soldees", libelle="Soldées", titre="Factures soldées"),
        Onglet(cle="avoirs", libelle="Avoirs", titre="Avoirs"),
        Onglet(cle="toutes", libelle="Toutes", titre="Toutes les factures"),
    ),
    retire=("tranche",),
)
# Là où il ne reste rien à payer, les bornes portent sur le montant.
SUR_LE_MONTANT = ("soldees", "toutes")


def liste_des_factures(
    creancier: Creancier,
    *,
    au: date,
    peut_ecrire: bool = False,
    client: Client | None = None,
) -> Liste[Facture, LigneFacture]:
    """`client` : celui que l'adresse désigne, pour le nommer."""

    def source(criteres: Criteres) -> QuerySet[Facture]:
        return liste.factures_de_cet_etat(Facture.objects.pour(creancier), criteres.onglet, au=au)

    def de_cette_tranche(factures: QuerySet[Facture], cle: str, _: Criteres) -> QuerySet[Facture]:
        return factures.filter(bornes_de_tranche(cle, au=au))

    def tableau(criteres: Criteres) -> Tableau[LigneFacture]:
        return tableau_des_factures(creancier, ETATS.trouver(criteres.onglet).titre, peut_ecrire)

    code = creancier.code
    return Liste(
        source=source,
        avec=lambda factures: liste.lignes_de(creancier, factures),
        en_lignes=en_lignes(au),
        sommes=liste.sommes,
        mots=Mots("facture", "facture filtrée,factures filtrées"),
        sous_total=True,
        onglets=ETATS,
        nombres=lambda: liste.comptes(creancier, au=au),
        tri_initial="echeance",
        tris=tris(
            echeance=("date_echeance",),
            numero=("numero",),
            client=("client__nom_recherche", "date_echeance"),
            montant=("montant_ttc",),
            solde=("solde",),
        ),
        filtres=(
            recherche("Client, numéro, objet ou montant", _cherchant),
            choix(
                "tranche",
                "Ancienneté",
                [(cle, libelle) for cle, libelle, _ in TRANCHES],
                de_cette_tranche,
                tous="Toutes",
            ),
            _de_ce_client(client),
            *jours("date_echeance", "Échéance du", "au", "échéance"),
            montant("min", "Au moins", _bornees("gte")),
            montant("max", "Au plus", _bornees("lte")),
        ),
        tableau=tableau,
        vide=lambda criteres: _rien(creancier, criteres, peut_ecrire),
        fichier=Fichier(
            f"factures-{code}-{au:%Y-%m-%d}",
            "Factures",
            CHAMPS_FACTURES,
            {genre: reverse("factures:exporter", args=[code, genre]) for genre in ("xlsx", "csv")},
        ),
    )


def en_lignes(au: date) -> Callable[[Sequence[Facture]], list[LigneFacture]]:
    return lambda factures: [liste.en_ligne(facture, au=au) for facture in factures]


def tableau_des_factures(
    creancier: Creancier, titre: str, peut_ecrire: bool
) -> Tableau[LigneFacture]:
    code = creancier.code
    lot = Lot[LigneFacture](
        vers=reverse("relances:lot_lettres", args=[code]),
        champ="facture",
        cle=lambda ligne: ligne.facture.pk,
        nom_de=lambda ligne: ligne.facture.reference,
        aide="Cochez des factures pour en faire des lettres : un aperçu d’abord.",
        mots="facture,factures",
        gestes=(Geste("Préparer les lettres…", icone="lettre"),),
    )
    return Tableau(
        nom=titre,
        legende=f"{titre} {de(creancier.nom)}",
        classe_de=lambda ligne: "exclue" if ligne.raison else "",
        lot=lot if peut_ecrire else None,
        colonnes=colonnes_des_factures(code),
    )


def colonnes_des_factures(code: str) -> tuple[Colonne[LigneFacture], ...]:
    return (
        Colonne(
            titre="Numéro",
            valeur=lambda ligne: ligne.facture.reference,
            lien=lambda ligne: reverse("factures:detail", args=[code, ligne.facture.pk]),
            tri="numero",
            est_titre=True,
        ),
        Colonne(
            titre="Client",
            valeur=lambda ligne: ligne.facture.client.nom,
            lien=lambda ligne: reverse("accueil:client", args=[code, ligne.facture.client.pk]),
            tri="client",
        ),
        Colonne(
            titre="Échéance",
            valeur=lambda ligne: ligne.facture.date_echeance,
            format=en_temps,
            classe="cache",
            tri="echeance",
        ),
        Colonne(
            titre="Retard",
            valeur=lambda ligne: ligne.retard,
            format=en_jours,
            classe="montant",
            zero="",
        ),
        Colonne(titre="Remarque", gabarit="factures/liste.html#remarque"),
        Colonne(
            titre="Montant",
            valeur=lambda ligne: ligne.montant,
            format=euros,
            classe="montant cache",
            tri="montant",
            somme="montant",
        ),
        Colonne(
            titre="Reste dû",
            valeur=lambda ligne: ligne.solde,
            format=euros,
            classe="montant",
            tri="solde",
            somme="solde",
            zero="rien",
        ),
    )


CHAMPS_FACTURES: tuple[Champ[LigneFacture], ...] = (
    Champ("Numéro", lambda ligne: ligne.facture.reference),
    Champ("Nature", lambda ligne: ligne.facture.get_nature_display()),
    Champ("Client", lambda ligne: ligne.facture.client.nom),
    Champ("Code client", lambda ligne: ligne.facture.client.code),
    Champ("SIREN", lambda ligne: ligne.facture.client.siren),
    Champ("Émission", lambda ligne: ligne.facture.date_emission),
    Champ("Échéance", lambda ligne: ligne.facture.date_echeance),
    Champ("Jours de retard", lambda ligne: ligne.retard or None),
    Champ("HT", lambda ligne: ligne.facture.montant_ht),
    Champ("TVA", lambda ligne: ligne.facture.montant_tva),
    Champ("TTC", lambda ligne: ligne.montant),
    Champ("Reste dû", lambda ligne: ligne.solde),
    Champ("Soldée le", lambda ligne: ligne.facture.soldee_le),
    Champ("Remarque", lambda ligne: ligne.raison),
    Champ("Commande", lambda ligne: ligne.facture.reference_commande),
    Champ("Objet", lambda ligne: ligne.facture.libelle),
)


def _cherchant(factures: QuerySet[Facture], texte: str) -> QuerySet[Facture]:
    return factures.filter(liste.cherchant(texte))


def _de_ce_client(client: Client | None) -> Filtre[Facture]:
    return Filtre(
        nom="client",
        libelle="Client",
        genre=Genre.LIEN,
        lire=entier,
        appliquer=par_champ("client"),
        redire=lambda _: client.nom if client else "client inconnu",
    )


def _bornees(
    sens: str,
) -> Callable[[QuerySet[Facture], Decimal, Criteres], QuerySet[Facture]]:
    def appliquer(
        factures: QuerySet[Facture], valeur: Decimal, criteres: Criteres
    ) -> QuerySet[Facture]:
        champ = "montant_ttc" if criteres.onglet in SUR_LE_MONTANT else "solde"
        return factures.filter(**{f"{champ}__{sens}": valeur})

    return appliquer


def _rien(creancier: Creancier, criteres: Criteres, peut_ecrire: bool) -> Vide:
    if criteres.sont_actifs or criteres.onglet:
        return Vide(
            "Aucune facture ne répond à ces filtres",
            "Élargissez la recherche, ou changez d’onglet : les factures soldées ont le leur.",
            reverse("factures:liste", args=[creancier.code]),
            "Retirer les filtres",
        )
    if not peut_ecrire:
        return Vide("Aucune facture due")
    return Vide(
        "Aucune facture due",
        "Importez vos factures, ou saisissez-en une : les relances commencent à l’échéance.",
        reverse("factures:importer", args=[creancier.code]),
        "Importer des factures",
        reverse("factures:nouvelle", args=[creancier.code]),
        "Nouvelle facture",
    )
