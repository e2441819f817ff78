"""Les échéances qu'un fichier entier ne dit pas : une personne les donne devant l'aperçu."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from factures.imports.controles import completer
from factures.imports.lignes import Lue
from factures.imports.tranches import decouper, faute_des_echeances, lire_echeances
from factures.imports.types import Anomalie, FactureLue, Refus
from recouvrement.socle.formats import euros
from recouvrement.socle.saisies.valeurs import ValeurRefusee, lire_date

# Ce champ refusé, celui-ci se demande.
DEMANDES = {"conditions": "date_echeance", "echeances": "echeances"}


def a_demander(refus: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {DEMANDES[r["champ"]]: "" for r in refus if r["champ"] in DEMANDES}


def repondre(lue: Lue, corrections: Mapping[str, str]) -> None:
    """La réponse lève la question ; illisible, elle en est une autre."""
    for champ, demande in DEMANDES.items():
        if lue.facture is None or not (ecrit := corrections.get(demande, "")):
            continue
        try:
            lue.facture = _avec(lue.facture, demande, ecrit)
        except ValeurRefusee as erreur:
            lue.refus.append(Refus(champ, erreur.message))
            continue
        lue.refus = [refus for refus in lue.refus if refus.champ != champ]
        lue.alertes.append(Anomalie("date_echeance", "Échéance donnée à l'écran."))


def _avec(facture: FactureLue, demande: str, ecrit: str) -> FactureLue:
    if demande == "echeances":
        facture = replace(facture, echeances=lire_echeances(ecrit))
        if faute := faute_des_echeances(completer(facture)):
            raise ValeurRefusee(faute)
        return facture
    le = lire_date(ecrit)
    if le is None or le < facture.emission:
        raise ValeurRefusee(f"« {ecrit[:20]} » précède l'émission.")
    return replace(facture, date_echeance=le)


def en_tranches(lue: Lue) -> Iterator[Lue]:
    """Une ligne par échéance ; refusée, la facture reste entière."""
    if lue.facture is None or lue.refus:
        yield lue
        return
    total = lue.facture.ttc
    for facture in decouper(lue.facture):
        alertes = list(lue.alertes)
        if facture.tranches > 1:
            dit = f"Échéance {facture.tranche} sur {facture.tranches}"
            alertes.append(Anomalie("date_echeance", f"{dit} d'une facture de {euros(total)}."))
        yield replace(lue, facture=facture, refus=[], alertes=alertes)
