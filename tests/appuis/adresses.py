from collections.abc import Callable, Iterator

from django.http import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver


def parcourir(
    resolveur: URLResolver | None = None, prefixe: str = "", espace: str = ""
) -> Iterator[tuple[str, str, Callable[..., HttpResponseBase]]]:
    """Toutes les adresses du site : chemin, nom complet, vue."""
    for motif in (resolveur or get_resolver()).url_patterns:
        chemin = prefixe + str(motif.pattern)
        if isinstance(motif, URLPattern):
            yield chemin, f"{espace}{motif.name or ''}", motif.callback
        else:
            dedans = f"{espace}{motif.namespace}:" if motif.namespace else espace
            yield from parcourir(motif, chemin, dedans)
