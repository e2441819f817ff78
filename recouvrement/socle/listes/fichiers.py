"""La seule sortie d'un tableau vers un tableur : XLSX ou CSV, nommé, à ranger."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import batched
from typing import Any

from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from recouvrement.socle.listes.criteres import Criteres
from recouvrement.socle.listes.listes import Liste
from recouvrement.socle.tableur.ecriture import TYPE_CSV, TYPE_XLSX, Valeur, classeur, flux_csv

PAR_LOT = 1000


def emporter[M: Model](request: HttpRequest, liste: Liste[M, Any], genre: str) -> HttpResponseBase:
    """Exactement ce que montre la liste, toutes pages comprises."""
    fichier = liste.fichier
    if fichier is None or genre not in fichier.adresses:
        raise Http404
    criteres = liste.lire(request.GET)
    return fichier_de_tableur(
        fichier.nom,
        fichier.feuille,
        [champ.titre for champ in fichier.champs],
        _valeurs(liste, criteres),
        genre=genre,
    )


def fichier_de_tableur(
    nom: str,
    feuille: str,
    titres: Sequence[str],
    lignes: Iterable[Sequence[Valeur]],
    *,
    genre: str = "xlsx",
) -> HttpResponseBase:
    reponse: HttpResponseBase
    if genre == "csv":
        reponse = StreamingHttpResponse(flux_csv(titres, lignes), content_type=TYPE_CSV)
    else:
        reponse = HttpResponse(classeur(feuille, titres, lignes), TYPE_XLSX)
    reponse["Content-Disposition"] = f'attachment; filename="{nom}.{genre}"'
    return reponse


def _valeurs[M: Model](liste: Liste[M, Any], criteres: Criteres) -> Iterator[tuple[Valeur, ...]]:
    champs = liste.fichier.champs if liste.fichier else ()
    for lot in batched(liste.rangees(criteres).iterator(chunk_size=PAR_LOT), PAR_LOT):
        for ligne in liste.en_lignes(lot):
            yield tuple(champ.valeur(ligne) for champ in champs)
