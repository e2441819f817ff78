"""L'échéance qu'un fichier entier ne dit pas : une personne la donne devant l'aperçu."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from factures.imports.lignes import Lue
from factures.imports.types import Anomalie, Refus
from recouvrement.socle.saisies.valeurs import ValeurRefusee, lire_date

# Ce champ refusé, celui-ci se demande.
DEMANDES = {"conditions": "date_echeance"}


def a_demander(refus: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {DEMANDES[r["champ"]]: "" for r in refus if r["champ"] in DEMANDES}


def repondre(lue: Lue, corrections: Mapping[str, str]) -> None:
    """La réponse lève la question ; illisible, elle en est une autre."""
    ecrit = corrections.get("date_echeance", "")
    if lue.facture is None or not ecrit:
        return
    try:
        jour = lire_date(ecrit)
    except ValeurRefusee as erreur:
        lue.refus.append(Refus("conditions", erreur.message))
        return
    if jour is None or jour < lue.facture.emission:
        lue.refus.append(Refus("conditions", f"« {ecrit[:20]} » précède l'émission."))
        return
    lue.facture = replace(lue.facture, date_echeance=jour)
    lue.refus = [r for r in lue.refus if r.champ not in DEMANDES]
    lue.alertes.append(Anomalie("date_echeance", "Échéance donnée à l'écran."))
