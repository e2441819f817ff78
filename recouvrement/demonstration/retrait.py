"""Retirer la démonstration : ses créanciers, ses comptes, et tout ce qui en dépend, rien d'autre.

Ce qu'il faut ôter se déduit des modèles : une table ajoutée demain suivra. Le journal et les
preuves se gardent eux-mêmes ; ici seulement, et le temps d'une transaction, ces gardes se lèvent
pour des lignes qui n'ont jamais rien prouvé (décision 0016).
"""

from collections import Counter
from collections.abc import Iterator
from itertools import batched
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, models, transaction
from django.db.models import Q

from recouvrement.accueil.evenements import Evenement
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.courriel.actions.instance import lire_instance
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.demonstration import sql
from recouvrement.documents import fichiers
from recouvrement.documents.models import Depot
from recouvrement.equipe.actions import portier
from recouvrement.equipe.models import VerificationExpediteur
from recouvrement.journal.actions import inscrire
from recouvrement.journal.models import Chaine, Entree
from recouvrement.socle.erreurs import ErreurMetier

Modele = type[models.Model]
Relation = models.ForeignKey[Any, Any]
Lignes = dict[Modele, set[Any]]
# Moins que ce que SQLite accepte de valeurs dans une requête.
LOT = 500
# Domaine réservé (RFC 2606) : personne n'y reçoit rien.
FICTIF = ".example"
DU_FACTEUR = "queued as DEMO"


class Retenue(ErreurMetier):
    """Quelque chose de vrai tient à la démonstration."""


def ce_qui_s_en_va() -> tuple[Lignes, Lignes]:
    """Les lignes à ôter, et celles qui restent en perdant le nom d'un compte de la démonstration.

    Lève si une ligne de quelqu'un d'autre en dépend.
    """
    a_oter: Lignes = {
        Creancier: set(
            Creancier.objects.filter(est_demonstration=True).values_list("pk", flat=True)
        ),
        Utilisateur: set(
            Utilisateur.objects.filter(est_demonstration=True).values_list("pk", flat=True)
        ),
    }
    detachees: Lignes = {}
    obstacles: Counter[str] = Counter()
    nouvelles = {modele: set(cles) for modele, cles in a_oter.items()}
    _hors_cloison(a_oter, nouvelles)
    while nouvelles:
        vues, nouvelles = nouvelles, {}
        for modele, champ in _relations():
            for pk, creancier, cible in _qui_designent(modele, champ, vues):
                if pk in a_oter.get(modele, ()):
                    continue
                if creancier is not None and creancier not in a_oter[Creancier]:
                    obstacles[_sorte(modele)] += 1
                elif champ.null and not _a_un_creancier(modele):
                    # Un taux publié est à l'instance : il reste, sans le nom de qui l'a saisi.
                    detachees.setdefault(modele, set()).add((champ.column, cible))
                else:
                    nouvelles.setdefault(modele, set()).add(pk)
        for modele, cles in nouvelles.items():
            a_oter.setdefault(modele, set()).update(cles)
    _refuser(obstacles, a_oter)
    return a_oter, detachees


@transaction.atomic
def retirer() -> Counter[str]:
    """Tout, ou rien ; rend combien de lignes sont parties, par sorte."""
    comptes = list(Utilisateur.objects.filter(est_demonstration=True))
    a_oter, detachees = ce_qui_s_en_va()
    orphelins = _fichiers_orphelins(a_oter)
    for compte in comptes:
        portier.oublier_les_essais(compte, None)
    # Rien en suspens : PostgreSQL ne touche pas aux gardes d'une table qui attend une vérification.
    connection.check_constraints()
    with sql.gardes_levees(a_oter):
        for modele, couples in detachees.items():
            for colonne, cible in couples:
                sql.detacher(modele, colonne, cible)
        for modele, cles in a_oter.items():
            for lot in batched(sorted(cles), LOT):
                sql.oter(modele, lot)
        # Une ligne oubliée se verrait ici, et tout serait défait.
        connection.check_constraints()
    parties = Counter({_sorte(m): len(c) for m, c in a_oter.items() if c})
    inscrire(
        Evenement.DEMONSTRATION_RETIREE,
        cible=lire_instance(),
        acteur=None,
        lignes=parties.total(),
        fichiers=len(orphelins),
    )
    transaction.on_commit(lambda: [fichiers.retirer(empreinte) for empreinte in orphelins])
    return parties


def _sorte(modele: Modele) -> str:
    return str(modele._meta.verbose_name)


def _relations() -> Iterator[tuple[Modele, Relation]]:
    for modele in apps.get_models(include_auto_created=True):
        if modele._meta.proxy or not modele._meta.managed:
            continue
        for champ in modele._meta.concrete_fields:
            if isinstance(champ, models.ForeignKey) and isinstance(champ.related_model, type):
                yield modele, champ


def _qui_designent(modele: Modele, champ: Relation, vues: Lignes) -> Iterator[tuple[Any, Any, Any]]:
    cibles = vues.get(champ.related_model, set())
    creancier = (
        "creancier_id"
        if _a_un_creancier(modele)
        else models.Value(None, output_field=models.BigIntegerField(null=True))
    )
    for lot in batched(cibles, LOT):
        lignes = _toutes(modele).filter(**{f"{champ.name}__in": lot})
        yield from lignes.values_list("pk", creancier, champ.attname)


def _hors_cloison(a_oter: Lignes, nouvelles: Lignes) -> None:
    """Ce qu'aucune clé étrangère ne rattache : messages de compte, sessions, journal d'instance."""
    adresses = Utilisateur.objects.filter(est_demonstration=True).values("email")
    preuves = _toutes(VerificationExpediteur).filter(creancier__in=a_oter[Creancier])
    messages = _toutes(Envoi).filter(
        Q(destinataire__in=adresses) | Q(cle__in=[preuve.cle_envoi for preuve in preuves]),
        creancier=None,
    )
    cles = apps.get_model("usersessions.UserSession").objects.filter(user__in=a_oter[Utilisateur])
    sessions = Session.objects.filter(pk__in=list(cles.values_list("session_key", flat=True)))
    envois = set(messages.values_list("pk", flat=True))
    dites = Q(cible_type=Envoi._meta.label_lower, cible_id__in=envois)
    designes: tuple[Modele, ...] = (Utilisateur, Creancier)
    for modele in designes:
        dites |= Q(cible_type=modele._meta.label_lower, cible_id__in=a_oter[modele])
    entrees = _toutes(Entree).filter(dites, creancier=None)
    # La chaîne du journal d'un créancier porte son numéro, sans clé étrangère.
    chaines = Chaine.objects.filter(numero__in=a_oter[Creancier])
    couples: tuple[tuple[Modele, set[Any]], ...] = (
        (Chaine, set(chaines.values_list("pk", flat=True))),
        (Envoi, envois),
        (Session, set(sessions.values_list("pk", flat=True))),
        (Entree, set(entrees.values_list("pk", flat=True))),
    )
    for modele, lignes in couples:
        a_oter.setdefault(modele, set()).update(lignes)
        nouvelles.setdefault(modele, set()).update(lignes)


def _refuser(obstacles: Counter[str], a_oter: Lignes) -> None:
    if obstacles:
        quoi = ", ".join(f"{nom} ({nombre})" for nom, nombre in sorted(obstacles.items()))
        raise Retenue(f"De vraies données dépendent de la démonstration : {quoi}.")
    partis = (
        _toutes(Envoi)
        .filter(
            creancier__in=a_oter[Creancier],
            etat__in=[EtatEnvoi.DATA, EtatEnvoi.ENVOYE, EtatEnvoi.INCERTAIN],
        )
        .exclude(destinataire__endswith=FICTIF)
        .exclude(reponse__contains=DU_FACTEUR)
    )
    if nombre := partis.count():
        raise Retenue(
            f"{nombre} courriels de la démonstration sont partis à de vraies adresses : "
            "ce sont des preuves, elle ne se retire plus."
        )


def _a_un_creancier(modele: Modele) -> bool:
    return any(champ.name == "creancier" for champ in modele._meta.concrete_fields)


def _toutes[M: models.Model](modele: type[M]) -> models.QuerySet[M]:
    """Sans la cloison, qu'on traverse ici exprès."""
    return models.QuerySet(modele)


def _fichiers_orphelins(a_oter: Lignes) -> list[str]:
    """Ceux qu'aucune ligne restante ne désigne : un même fichier peut servir à deux créanciers."""
    depots, cles = _toutes(Depot).values_list("pk", "empreinte"), a_oter.get(Depot, set())
    otes = {empreinte for pk, empreinte in depots if pk in cles}
    gardes = {empreinte for pk, empreinte in depots if pk not in cles}
    for modele in apps.get_models():
        if {"empreinte", "nom_fichier"} <= {champ.name for champ in modele._meta.concrete_fields}:
            parties = a_oter.get(modele, set())
            nommees = _toutes(modele).values_list("pk", "empreinte")
            gardes |= {empreinte for pk, empreinte in nommees if pk not in parties}
    return sorted(otes - gardes)
