"""Les journaux, les messages, les comptes, les créanciers et les membres, déclarés."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.equipe.lectures.journal import (
    LigneJournal,
    de_ou_sur,
    entrees_de_l_instance,
    evenements_de_l_instance,
    ligne_journal,
    lignes_de_l_instance,
)
from recouvrement.equipe.lectures.messages import TONS, messages_de_compte
from recouvrement.journal.models import Entree
from recouvrement.socle.formats import depuis
from recouvrement.socle.listes import (
    Champ,
    Colonne,
    Criteres,
    Fichier,
    Filtre,
    Genre,
    Liste,
    Tableau,
    Vide,
    par_champ,
)
from recouvrement.socle.listes.criteres import un_jour
from recouvrement.socle.listes.grilles import en_temps_exact
from recouvrement.socle.saisies.lisible import entier
from recouvrement.socle.temps import instant_de

RECENTES = {"": ("-id",)}
CHAMPS: tuple[Champ[LigneJournal], ...] = (
    Champ("Quand", lambda ligne: ligne.entree.a),
    Champ("Qui", lambda ligne: str(ligne.entree.acteur or "Automate")),
    Champ("Quoi", lambda ligne: ligne.entree.libelle),
    Champ("Sur", lambda ligne: ligne.sur),
    Champ("Détails", lambda ligne: ligne.phrase),
)


def journal_du_creancier(creancier: Creancier) -> Liste[Entree, LigneJournal]:
    return Liste(
        source=lambda _: Entree.objects.pour(creancier).select_related("acteur"),
        en_lignes=lambda entrees: [ligne_journal(entree, creancier) for entree in entrees],
        tri_initial="",
        tris=RECENTES,
        tableau=lambda _: _tableau_du_journal("Journal"),
        vide=lambda _: Vide("Rien pour l’instant", "Chaque action s’inscrira ici."),
    )


def journal_de_l_instance(*, au: date, propose: bool = True) -> Liste[Entree, LigneJournal]:
    """Un lien donné par un administrateur s'y lit. `propose` : les choix de ses filtres."""
    return Liste(
        source=lambda _: entrees_de_l_instance(),
        en_lignes=lignes_de_l_instance,
        tri_initial="",
        tris=RECENTES,
        filtres=(
            _evenement(evenements_de_l_instance() if propose else []),
            _personne(list(_comptes()) if propose else []),
            un_jour("du", "Du", _depuis, "dès le"),
            un_jour("au", "au", _jusqu_a, "jusqu’au"),
        ),
        tableau=lambda _: _tableau_du_journal("Journal de l’instance"),
        vide=_rien,
        fichier=Fichier(
            f"journal-instance-{au:%Y-%m-%d}",
            "Journal",
            CHAMPS,
            {g: reverse("equipe:journal_exporter", args=[g]) for g in ("xlsx", "csv")},
        ),
    )


def _tableau_du_journal(nom: str) -> Tableau[LigneJournal]:
    return Tableau(
        nom=nom,
        se_replie=False,
        colonnes=(
            Colonne(titre="Quand", valeur=lambda ligne: ligne.entree.a, format=en_temps_exact),
            Colonne(titre="Qui", gabarit="equipe/_journal.html#qui"),
            Colonne(titre="Quoi", gabarit="equipe/_journal.html#quoi"),
        ),
    )


def _evenement(connus: list[tuple[str, str]]) -> Filtre[Entree]:
    """N'importe lequel se filtre ; ceux qui s'y trouvent se choisissent."""
    libelles = dict(connus)
    return Filtre(
        nom="evenement",
        libelle="Quoi",
        genre=Genre.CHOIX,
        lire=lambda texte: texte[:60],
        appliquer=par_champ("evenement"),
        redire=lambda cle: libelles.get(cle, cle),
        choix=connus,
        tous="Tout",
    )


def _personne(comptes: list[Utilisateur]) -> Filtre[Entree]:
    connues = [(compte.pk, str(compte)) for compte in comptes]
    noms = dict(connues)

    def appliquer(entrees: QuerySet[Entree], pk: int, _: Criteres) -> QuerySet[Entree]:
        return entrees.filter(de_ou_sur(pk))

    return Filtre(
        nom="personne",
        libelle="Personne",
        genre=Genre.CHOIX,
        lire=entier,
        appliquer=appliquer,
        redire=lambda pk: noms.get(pk, "personne inconnue"),
        choix=connues,
        tous="Toutes",
    )


def _comptes() -> QuerySet[Utilisateur]:
    return Utilisateur.objects.order_by("nom_complet", "pk")


def _depuis(entrees: QuerySet[Entree], le: date, _: Criteres) -> QuerySet[Entree]:
    return entrees.filter(a__gte=instant_de(le))


def _jusqu_a(entrees: QuerySet[Entree], le: date, _: Criteres) -> QuerySet[Entree]:
    return entrees.filter(a__lt=instant_de(le + timedelta(days=1)))


def _rien(criteres: Criteres) -> Vide:
    if criteres.sont_actifs:
        return Vide("Rien de tel", "Aucune entrée ne répond à ces filtres.")
    return Vide(
        "Rien pour l’instant",
        "Chaque connexion et chaque acte d’administration s’inscrira ici.",
    )


@dataclass(frozen=True, slots=True)
class LigneMessage:
    envoi: Envoi
    ton: str

    @property
    def refus(self) -> str:
        """Ce que le serveur a répondu, quand rien n'est parti."""
        return self.envoi.reponse if self.ton == "demeure" else ""


def liste_des_messages() -> Liste[Envoi, LigneMessage]:
    """Ceux qui portent un lien personnel, du plus récent au plus ancien."""
    return Liste(
        source=lambda _: messages_de_compte(),
        en_lignes=lambda envois: [
            LigneMessage(envoi, TONS.get(EtatEnvoi(envoi.etat), "")) for envoi in envois
        ],
        tri_initial="",
        tris=RECENTES,
        tableau=lambda _: Tableau(
            nom="Messages de compte",
            colonnes=(
                Colonne(
                    titre="Message",
                    valeur=lambda ligne: ligne.envoi.sujet,
                    lien=lambda ligne: reverse("equipe:message", args=[ligne.envoi.pk]),
                    est_titre=True,
                ),
                Colonne(titre="À", valeur=lambda ligne: ligne.envoi.destinataire),
                Colonne(titre="État", gabarit="equipe/messages.html#etat"),
                Colonne(
                    titre="Le", valeur=lambda ligne: ligne.envoi.cree_le, format=en_temps_exact
                ),
            ),
        ),
        vide=lambda _: Vide(
            "Aucun message",
            "Quand quelqu’un oublie son mot de passe ou change de sécurité, "
            "le courriel préparé paraît ici.",
        ),
    )


def tableau_des_comptes() -> Tableau[Any]:
    """`creanciers_nb` et `double` viennent de leur requête."""
    return Tableau(
        nom="Comptes",
        classe_de=lambda compte: "" if compte.is_active else "exclue",
        colonnes=(
            Colonne(titre="Personne", gabarit="equipe/comptes.html#personne", est_titre=True),
            Colonne(
                titre="Créanciers",
                valeur=lambda compte: compte.creanciers_nb,
                classe="montant cache",
            ),
            Colonne(
                titre="Double authentification",
                valeur=lambda compte: "Active" if compte.double else 0,
                classe="cache",
                zero="non",
            ),
            Colonne(
                titre="Dernière connexion",
                valeur=lambda compte: compte.last_login or 0,
                format=depuis,
                zero="jamais",
            ),
            Colonne(
                titre="Action",
                gabarit="equipe/comptes.html#gestes",
                classe="montant",
                titre_lu=True,
            ),
        ),
    )


def tableau_des_creanciers() -> Tableau[Any]:
    """`membres_nb` et `a_moi` viennent de leur requête."""
    return Tableau(
        nom="Créanciers",
        classe_de=lambda creancier: "exclue" if creancier.archive_le else "",
        colonnes=(
            Colonne(
                titre="Créancier",
                gabarit="equipe/creanciers.html#nom",
                classe="nom",
                est_titre=True,
            ),
            Colonne(titre="Code", valeur=lambda creancier: creancier.code, classe="cache"),
            Colonne(titre="Mode", valeur=lambda creancier: creancier.get_mode_display()),
            Colonne(
                titre="Équipe",
                valeur=lambda creancier: creancier.membres_nb,
                classe="montant cache",
            ),
            Colonne(titre="État", gabarit="equipe/creanciers.html#etat"),
            Colonne(
                titre="Courriels par jour",
                gabarit="equipe/creanciers.html#quota",
                classe="montant",
            ),
        ),
    )


def tableau_des_membres(creancier: Creancier, *, est_gestionnaire: bool) -> Tableau[Habilitation]:
    gestes: tuple[Colonne[Habilitation], ...] = (
        Colonne(
            titre="Action", gabarit="equipe/equipe.html#retirer", classe="montant", titre_lu=True
        ),
    )
    return Tableau(
        nom="Membres",
        legende=f"Qui a accès à {creancier.nom}",
        classe_de=lambda membre: "" if membre.utilisateur.is_active else "exclue",
        colonnes=(
            Colonne(titre="Personne", gabarit="equipe/equipe.html#personne", est_titre=True),
            Colonne(titre="Rôle", gabarit="equipe/equipe.html#role"),
            *(gestes if est_gestionnaire else ()),
        ),
    )
