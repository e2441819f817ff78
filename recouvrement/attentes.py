"""Combien de temps chaque sorte de processus attend la base."""

from dataclasses import dataclass
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from recouvrement.environnement import texte_de


@dataclass(frozen=True, slots=True)
class Attentes:
    """Combien de secondes on attend au plus ; 0 : sans borne."""

    connexion: int
    # PostgreSQL compte chaque verrou à part : derrière un autre qui attend, on attend deux fois.
    verrou: int
    requete: int
    # Une transaction ouverte où plus rien ne se passe tient ses verrous : la base la ferme.
    oisive: int
    sqlite: int

    def pour_postgresql(self, *, deja: dict[str, Any]) -> dict[str, Any]:
        """Les options de connexion ; celles de DATABASE_URL, dites après, l'emportent."""
        options = (
            # Compiler une requête coûte deux secondes, et aucune des nôtres n'en dure une.
            "-c jit=off "
            f"-c lock_timeout={self.verrou}s -c statement_timeout={self.requete}s "
            f"-c idle_in_transaction_session_timeout={self.oisive}s"
        )
        return {
            "connect_timeout": self.connexion,
            # Une machine qui a disparu sans un mot : le noyau renonce à l'attendre.
            "tcp_user_timeout": 1000 * (self.requete or 600),
            **deja,
            "options": f"{options} {deja.get('options', '')}".strip(),
        }


# Une page rend la main vite ; le travailleur prévoit cent mille factures d'une requête ; une
# commande (migration, sauvegarde, import) dure ce qu'elle dure, sans attendre un verrou sans fin.
ATTENTES = {
    "web": Attentes(connexion=3, verrou=3, requete=30, oisive=60, sqlite=8),
    "travail": Attentes(connexion=5, verrou=15, requete=300, oisive=600, sqlite=20),
    "commande": Attentes(connexion=10, verrou=60, requete=0, oisive=0, sqlite=60),
}


def attentes(env: environ.Env) -> Attentes:
    """Chaque point d'entrée (wsgi, celery, manage.py) dit ce qu'il est dans PROCESSUS."""
    processus = texte_de(env, "PROCESSUS") or "web"
    if processus not in ATTENTES:
        raise ImproperlyConfigured(
            f"PROCESSUS vaut « {processus} » : laissez-le vide, ou {', '.join(ATTENTES)}."
        )
    return ATTENTES[processus]
