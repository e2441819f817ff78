"""L'adresse d'un objet d'un créancier : cent lignes ne refont pas cent fois le chemin."""

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse


def lien(nom: str, code: str, pk: int) -> str:
    """`reverse(nom, args=[code, pk])`, le chemin n'étant cherché qu'une fois par créancier."""
    urlconf = get_urlconf() or settings.ROOT_URLCONF
    avant, apres = _autour(nom, code, urlconf, get_script_prefix())
    return f"{avant}/{pk}/{apres}"


@lru_cache(maxsize=2048)
def _autour(nom: str, code: str, urlconf: str, prefixe: str) -> tuple[str, str]:
    # Un code n'a pas de barre : le dernier « /0/ » ne peut être que le numéro.
    avant, _, apres = reverse(nom, urlconf, args=[code, 0]).rpartition("/0/")
    return avant, apres
