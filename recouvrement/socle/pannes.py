"""Reconnaître ce qui passe (base occupée, Redis muet, disque plein) d'une faute de programme."""

import errno
import sqlite3
from dataclasses import dataclass

import redis
from celery.exceptions import OperationalError as CourtierInjoignable
from django.db import DatabaseError, InterfaceError, OperationalError

from recouvrement.socle.erreurs import PannePassagere


@dataclass(frozen=True, slots=True)
class Indisponibilite:
    """Ce qu'on dit à qui attendait. `reessayer` : dans combien de secondes ; None, si cela dure."""

    titre: str
    phrase: str
    reessayer: int | None


OCCUPEE = Indisponibilite(
    "La base est occupée",
    "Quelqu'un d'autre écrit au même endroit et n'a pas fini. Rien n'a été enregistré : "
    "réessayez dans quelques secondes.",
    5,
)
ABSENTE = Indisponibilite(
    "La base de données ne répond pas",
    "L'application ne la joint plus. Si vous enregistriez, vérifiez que rien n'a été pris avant de "
    "recommencer ; réessayez dans une minute.",
    30,
)
PLEINE = Indisponibilite(
    "La base de données ne s'écrit plus",
    "Le disque est plein ou en lecture seule. Rien n'a été enregistré ; prévenez l'administrateur "
    "de l'installation.",
    None,
)
MUETTE = Indisponibilite(
    "La file de messages ne répond pas",
    "L'application ne joint plus Redis. Rien n'a été enregistré : réessayez dans une minute.",
    30,
)
PLUS_TARD = 60
SANS_PLACE = Indisponibilite(
    "Le serveur n'a plus de place pour écrire",
    "Rien n'a été enregistré. Réessayez dans quelques minutes ; si cela dure, prévenez "
    "l'administrateur.",
    PLUS_TARD,
)
COMBLE = Indisponibilite(
    "Le site est très demandé",
    "Toutes les places sont prises par des demandes qui attendent. Rien n'a été enregistré : "
    "réessayez dans quelques secondes.",
    3,
)

# PostgreSQL : verrou ou requête trop longs, interblocage, conflit, transaction oisive fermée.
ETATS_OCCUPES = {"55P03", "57014", "40P01", "40001", "25P03"}
# Disque plein (53100), lecture seule (25006).
ETATS_PLEINS = {"53100", "25006"}
# Connexion perdue (08…), arrêt, démarrage, trop de connexions.
ETATS_ABSENTS = {"57P01", "57P02", "57P03", "57P05", "53300"}
CODES_SQLITE = {
    sqlite3.SQLITE_BUSY: OCCUPEE,
    sqlite3.SQLITE_LOCKED: OCCUPEE,
    sqlite3.SQLITE_FULL: PLEINE,
    sqlite3.SQLITE_READONLY: PLEINE,
    sqlite3.SQLITE_IOERR: PLEINE,
    sqlite3.SQLITE_CANTOPEN: ABSENTE,
}

# Le disque est plein, en lecture seule, ou son quota est atteint.
DISQUE = {errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EFBIG}


def reconnaitre(erreur: BaseException | None) -> Indisponibilite | None:
    """None : ce n'est pas une panne qui passe, et il faut la pile pour la comprendre."""
    if isinstance(erreur, InterfaceError):
        return ABSENTE
    if isinstance(erreur, DatabaseError):
        return _de_la_base(erreur)
    if isinstance(erreur, redis.RedisError | CourtierInjoignable):
        return MUETTE
    if isinstance(erreur, PannePassagere):
        return Indisponibilite(erreur.titre, erreur.message, PLUS_TARD)
    if isinstance(erreur, OSError) and erreur.errno in DISQUE:
        return SANS_PLACE
    return None


def _de_la_base(erreur: DatabaseError) -> Indisponibilite | None:
    cause = erreur.__cause__
    if isinstance(cause, sqlite3.Error):
        # Le code étendu garde dans son octet bas le code premier.
        return CODES_SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    etat = getattr(cause, "sqlstate", None)
    if etat in ETATS_OCCUPES:
        return OCCUPEE
    if etat in ETATS_PLEINS:
        return PLEINE
    if etat in ETATS_ABSENTS or (etat or "").startswith("08"):
        return ABSENTE
    # Une connexion refusée n'a pas de code : la base n'a pas pu en donner un.
    return ABSENTE if etat is None and isinstance(erreur, OperationalError) else None
