"""Ce que le fichier apprend de la nature de chaque client, toutes ses lignes ensemble."""

from collections.abc import Mapping, Sequence

from clients.enums import NatureClient
from clients.models import Client
from factures.imports.rapprochement import ClientVise
from factures.imports.references import LigneJugee
from factures.imports.types import PartieLue
from recouvrement.comptes.models import Creancier
from recouvrement.droit.qualite import COLONNE, Conclusion, Indice, conclure, indices

A_ETABLIR = "Nature à établir : rien ne dit s'il est professionnel, particulier ou public."


def dire_les_qualites(creancier: Creancier, lignes: Sequence[LigneJugee]) -> None:
    """Sur la première ligne de chaque client ; des lignes qui se contredisent n'apprennent rien."""
    par_client: dict[ClientVise, list[LigneJugee]] = {}
    for ligne in lignes:
        if ligne.client is not None:
            par_client.setdefault(ligne.client, []).append(ligne)
    if not par_client:
        return
    connues = dict(Client.objects.pour(creancier).values_list("pk", "nature"))
    for vise, siennes in par_client.items():
        dits = dict.fromkeys(i for ligne in siennes for i in _indices(ligne.facture.acheteur))
        conclu = conclure(dits)
        if phrase := _apprendre(vise, conclu, dits, connues):
            siennes[0].signaler("client", phrase)


def _indices(partie: PartieLue) -> tuple[Indice, ...]:
    return indices(
        nom=partie.nom,
        dite=partie.qualite,
        forme=partie.forme,
        siren=partie.siren,
        siret=partie.siret,
        tva=partie.tva,
    )


def _apprendre(
    vise: ClientVise,
    conclu: Conclusion,
    dits: Mapping[Indice, None],
    connues: Mapping[int, str],
) -> str:
    connue = connues.get(vise.pk, "") if vise.pk else ""
    dite = NatureClient(conclu.nature) if conclu.nature else None
    if not connue:
        vise.qualite = conclu
        if dite:
            return f"{dite.label} ({conclu.phrase})."
        if not conclu.phrase:
            return A_ETABLIR
        proposee = f" ; {NatureClient(conclu.proposee).label} ?" if conclu.proposee else ""
        return f"Nature à établir : {conclu.phrase}{proposee}"
    if connue == NatureClient.INCONNUE and dite:
        vise.qualite = conclu
        return f"{dite.label} ({conclu.phrase}) : sa nature était à établir."
    # Ce que la fiche tient d'ailleurs ne change pas par un import : une personne en décide.
    ecrits = {i.nature for i in dits if i.source == COLONNE and i.est_sur}
    if connue != NatureClient.INCONNUE and ecrits - {connue}:
        return (
            f"Le fichier le dit {' et '.join(sorted(ecrits))}, sa fiche "
            f"{NatureClient(connue).label.lower()} : la fiche garde la sienne."
        )
    return ""
