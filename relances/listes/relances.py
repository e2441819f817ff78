"""La liste des relances et celle des factures écartées, déclarées."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.urls import reverse

from clients.models import Client
from factures.models import Facture
from recouvrement.comptes.models import Creancier
from recouvrement.socle.formats import de, euros, jour
from recouvrement.socle.listes import (
    Champ,
    Colonne,
    Criteres,
    Fichier,
    Geste,
    Liste,
    Lot,
    Mots,
    Onglet,
    Onglets,
    Tableau,
    Vide,
    choix,
    en_temps,
    par_champ,
    recherche,
)
from relances.enums import Canal, EtatRelance
from relances.lectures import liste
from relances.models import Relance

ECARTEES = "ecartees"
PASSEES = ("-prevue_le", "-pk")
VUES = Onglets(
    nom="vue",
    choix=(
        Onglet(cle="prevues", libelle="Prévues"),
        Onglet(cle="a_valider", libelle="À valider"),
        Onglet(cle="a_faire", libelle="À faire"),
        Onglet(cle="envoyees", libelle="Faites", ordre=PASSEES),
        Onglet(cle="non_parties", libelle="Non parties", ordre=PASSEES),
        Onglet(cle="annulees", libelle="Annulées", ordre=PASSEES),
        Onglet(cle=ECARTEES, libelle="Écartées"),
    ),
    retire=("raison",),
)
RETENIR = Geste("Retenir…", "retenir")
GESTES = {
    "prevues": (Geste("Retenir…", "retenir", est_principal=True),),
    "a_valider": (
        Geste("Valider…", "valider", est_principal=True),
        Geste("Reporter…", "reporter"),
        RETENIR,
    ),
    "a_faire": (
        Geste("Préparer les lettres…", "preparer", est_principal=True),
        Geste("Reporter…", "reporter"),
        RETENIR,
    ),
}


@dataclass(frozen=True, slots=True)
class LigneRelance:
    relance: Relance
    numeros: list[str]
    ton: str

    @property
    def canal(self) -> str:
        """Dit à côté de l'étape, quand ce n'est pas un courriel."""
        est_un_courriel = self.relance.canal == Canal.COURRIEL
        return "" if est_un_courriel else self.relance.get_canal_display().lower()


CHAMPS: tuple[Champ[LigneRelance], ...] = (
    Champ("Client", lambda ligne: ligne.relance.client.nom),
    Champ("Étape", lambda ligne: ligne.relance.etape.nom if ligne.relance.etape else ""),
    Champ("Canal", lambda ligne: ligne.relance.get_canal_display()),
    Champ("État", lambda ligne: ligne.relance.get_etat_display()),
    Champ("Prévue le", lambda ligne: ligne.relance.prevue_le),
    Champ("Faite le", lambda ligne: ligne.relance.faite_le),
    Champ("Destinataire", lambda ligne: ligne.relance.destinataire),
    Champ("Factures", lambda ligne: ", ".join(ligne.numeros)),
    Champ("Montant", lambda ligne: ligne.relance.montant),
    Champ("Remarque", lambda ligne: ligne.relance.motif),
)


@dataclass(frozen=True, slots=True)
class LigneEcartee:
    """Une facture que le prochain battement laissera, et ce qui s'y oppose."""

    facture: Facture
    client: Client
    raisons: str


def liste_des_relances(
    creancier: Creancier, *, au: date, peut_ecrire: bool = False
) -> Liste[Relance, LigneRelance]:
    def source(criteres: Criteres) -> QuerySet[Relance]:
        etats = liste.VUES.get(criteres.onglet, ())
        return Relance.objects.pour(creancier).filter(etat__in=etats)

    code = creancier.code
    return Liste(
        source=source,
        avec=lambda relances: liste.avec_leurs_factures(creancier, relances),
        en_lignes=_en_lignes,
        sommes=liste.sommes,
        mots=Mots("relance", et_clients=True),
        sous_total=True,
        onglets=VUES,
        # Un onglet vide ne dit pas zéro.
        nombres=lambda: {v: n for v, n in liste.comptes_par_vue(creancier).items() if n},
        tri_initial="",
        tris={"": ("prevue_le", "pk")},
        filtres=(
            recherche(
                "Client", lambda lignes, texte: lignes.filter(liste.des_clients(creancier, texte))
            ),
            choix("canal", "Canal", Canal.choices, par_champ("canal")),
        ),
        tableau=lambda criteres: _tableau(creancier, criteres, peut_ecrire),
        vide=_rien,
        fichier=Fichier(
            f"relances-{code}-{au:%Y-%m-%d}",
            "Relances",
            CHAMPS,
            {genre: reverse("relances:exporter", args=[code, genre]) for genre in ("xlsx", "csv")},
        ),
    )


def _en_lignes(relances: Sequence[Relance]) -> list[LigneRelance]:
    return [
        LigneRelance(relance, liste.numeros(relance), liste.TONS.get(EtatRelance(relance.etat), ""))
        for relance in relances
    ]


def _tableau(creancier: Creancier, criteres: Criteres, peut_ecrire: bool) -> Tableau[LigneRelance]:
    gestes = GESTES.get(criteres.onglet, ())
    libelle = VUES.trouver(criteres.onglet).libelle
    return Tableau(
        nom="Relances",
        legende=f"Relances {de(creancier.nom)}, {libelle.lower()}",
        lot=_lot(creancier.code, criteres, gestes) if peut_ecrire and gestes else None,
        colonnes=_colonnes(creancier.code, sont_faites=criteres.onglet == "envoyees"),
    )


def _lot(code: str, criteres: Criteres, gestes: tuple[Geste, ...]) -> Lot[LigneRelance]:
    filtres = ((nom, str(criteres.valeurs.get(nom, ""))) for nom in ("canal", "q"))
    return Lot(
        vers=reverse("relances:lot", args=[code]),
        champ="relance",
        cle=lambda ligne: ligne.relance.pk,
        nom_de=lambda ligne: f"{ligne.relance.client.nom}, {jour(ligne.relance.prevue_le)}",
        aide="Cochez des relances, puis choisissez : rien ne se fait sans un aperçu.",
        mots="relance,relances",
        gestes=gestes,
        porte=(("vue", criteres.onglet), *filtres),
        propose_tout=True,
    )


def _colonnes(code: str, *, sont_faites: bool) -> tuple[Colonne[LigneRelance], ...]:
    return (
        Colonne(
            titre="Client",
            valeur=lambda ligne: ligne.relance.client.nom,
            lien=lambda ligne: reverse("relances:relance", args=[code, ligne.relance.pk]),
            est_titre=True,
        ),
        Colonne(titre="Étape", gabarit="relances/liste.html#etape"),
        Colonne(
            titre="Factures",
            valeur=lambda ligne: liste.phrase_des_factures(ligne.numeros),
            classe="cache",
        ),
        Colonne(
            titre="Faite le" if sont_faites else "Prévue le",
            valeur=lambda ligne: ligne.relance.faite_le or ligne.relance.prevue_le,
            format=en_temps,
        ),
        Colonne(titre="État", gabarit="relances/liste.html#etat"),
        Colonne(
            titre="Montant",
            valeur=lambda ligne: ligne.relance.montant,
            format=euros,
            classe="montant",
            somme="montant",
        ),
    )


def _rien(criteres: Criteres) -> Vide:
    if criteres.sont_actifs:
        return Vide(
            "Aucune relance ne répond à ces filtres",
            "Élargissez la recherche, ou changez d’onglet.",
        )
    if criteres.onglet == "prevues":
        return Vide(
            "Aucune relance prévue",
            "Les relances se prévoient d’elles-mêmes, aux dates du scénario. "
            "L’onglet Écartées dit pourquoi certaines factures n’en ont pas.",
            "?vue=ecartees",
            "Voir les factures écartées",
        )
    return Vide("Rien ici", "Cet onglet est vide aujourd’hui.")


def tableau_des_ecartees(creancier: Creancier) -> Tableau[LigneEcartee]:
    code = creancier.code
    return Tableau(
        nom="Factures écartées",
        legende=f"Factures écartées {de(creancier.nom)}",
        classe_de=lambda _: "exclue",
        colonnes=(
            Colonne(
                titre="Facture",
                valeur=lambda ligne: ligne.facture.reference,
                lien=lambda ligne: reverse("factures:detail", args=[code, ligne.facture.pk]),
                est_titre=True,
            ),
            Colonne(
                titre="Client",
                valeur=lambda ligne: ligne.client.nom,
                lien=lambda ligne: reverse("accueil:client", args=[code, ligne.client.pk]),
            ),
            Colonne(
                titre="Échéance",
                valeur=lambda ligne: ligne.facture.date_echeance,
                format=jour,
                classe="cache",
            ),
            Colonne(titre="Ce qui s’y oppose", gabarit="relances/ecartees.html#raisons"),
            Colonne(
                titre="Reste dû",
                valeur=lambda ligne: ligne.facture.solde,
                format=euros,
                classe="montant",
                somme="solde",
            ),
        ),
    )
