"""Sceller : donner à chaque entrée son rang et son empreinte, dans la chaîne de son créancier.

Le geste n'écrit que son entrée ; le scellement suit, au battement, dans sa propre transaction.
Le verrou d'une tête n'est donc jamais tenu avec un autre : ni attente croisée, ni file d'attente.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from recouvrement.journal.chaine import INSTANCE, condense, empreinte_de, texte_de
from recouvrement.journal.models import Chaine, Entree, Maillon
from recouvrement.socle.base.lots import inserer_fiches

# Sur SQLite le verrou est celui de toute la base : un lot le tient moins d'un dixième de seconde.
LOT = 2_000
# Aucune transaction ne dure autant : au-delà, tout numéro plus petit est déjà lisible.
RECUL = timedelta(hours=1)
journal = logging.getLogger(__name__)


def sceller(maintenant: datetime, *, complet: bool = False) -> int:
    """Scelle ce qui attend. `complet` : toute la table, sans se fier au dernier passage."""
    depuis = 0 if complet else _plancher(maintenant)
    attente = en_attente().filter(id__gt=depuis)
    numeros = attente.order_by().values_list("creancier_id", flat=True).distinct()
    scelles = 0
    for numero in sorted(numero or INSTANCE for numero in numeros):
        try:
            while (nombre := _sceller_un_lot(numero, depuis=depuis, maintenant=maintenant)) == LOT:
                scelles += nombre
            scelles += nombre
        except Exception:  # noqa: BLE001 — quoi que ce soit, les autres chaînes se scellent
            # La vérification dira laquelle est rompue.
            journal.exception("La chaîne %s ne se scelle pas", numero)
    return scelles


def en_attente() -> QuerySet[Entree]:
    attente: QuerySet[Entree] = Entree.objects.systeme().filter(maillon=None).order_by("id")
    return attente


def _plancher(maintenant: datetime) -> int:
    """Un numéro sous lequel tout est scellé : le battement ne relit que la dernière heure."""
    anciens = Maillon.objects.filter(scelle_le__lt=maintenant - RECUL).order_by("-entree_id")
    return anciens.values_list("entree_id", flat=True).first() or 0


@transaction.atomic
def _sceller_un_lot(numero: int, *, depuis: int, maintenant: datetime) -> int:
    Chaine.objects.get_or_create(numero=numero)
    # Le verrou d'abord, la lecture ensuite : un autre a pu sceller pendant l'attente.
    tete = Chaine.objects.select_for_update().get(numero=numero)
    lot = list(en_attente().filter(creancier=numero or None, id__gt=depuis)[:LOT])
    maillons, rang, prec = [], tete.rang, tete.empreinte
    for entree in lot:
        rang += 1
        texte = texte_d_entree(entree, scelle=maintenant)
        empreinte = empreinte_de(prec, numero, rang, texte)
        maillons.append(
            Maillon(
                entree_id=entree.pk,
                chaine=numero,
                rang=rang,
                prec=prec,
                scelle_le=maintenant,
                texte=texte,
                empreinte=empreinte,
            )
        )
        prec = empreinte
    if maillons:
        inserer_fiches(maillons)
        Chaine.objects.filter(numero=numero).update(rang=rang, empreinte=prec)
    return len(maillons)


def texte_d_entree(entree: Entree, *, scelle: datetime) -> str:
    return texte_de(
        entree=entree.pk,
        a=entree.a,
        acteur=entree.acteur_id,
        evenement=entree.evenement,
        libelle=entree.libelle,
        cible=f"{entree.cible_type}:{entree.cible_id}",
        donnees=condense(entree.sel, entree.donnees),
        scelle=scelle,
        geste=entree.geste_id,
    )
