"""L'étape d'un dossier dit ce que le juge a rendu, et ce qui a suivi : noté une fois, ici.

Prescription, intérêts et délais le lisent dans la décision ; une étape déjà notée à la page des
décisions n'y est pas répétée.
"""

from datetime import date

from contentieux.enums import EtatDossier, Voie
from contentieux.lectures import decisions_du_dossier, est_non_avenue, factures_du_dossier
from contentieux.models import Dossier
from factures.actions.decisions import Dispositif, enregistrer_decision, noter_suite
from factures.enums import SIGNIFICATIONS, FaitDecision, NatureDecision
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.models import Geste
from recouvrement.socle.erreurs import ErreurMetier

INJONCTIONS = (Voie.INJONCTION_TC, Voie.INJONCTION_TJ)


def suivre_l_etape(
    dossier: Dossier,
    *,
    etat: EtatDossier,
    le: date,
    remise: FaitDecision | None,
    acteur: Utilisateur,
    geste: Geste,
) -> None:
    """Une injonction de payer seulement : d'une autre voie, la nature de la décision se demande."""
    if dossier.voie not in INJONCTIONS:
        return
    match etat:
        case EtatDossier.ORDONNANCE:
            _inscrire_l_ordonnance(dossier, le=le, acteur=acteur, geste=geste)
        case EtatDossier.SIGNIFIE:
            if remise not in SIGNIFICATIONS:
                raise ErreurMetier("Dites si l'acte a été remis à personne : l'opposition en part.")
            _noter(dossier, fait=remise, le=le, acteur=acteur, geste=geste)
        case EtatDossier.OPPOSITION:
            _noter(dossier, fait=FaitDecision.OPPOSITION, le=le, acteur=acteur, geste=geste)
        case EtatDossier.EXECUTOIRE | EtatDossier.EXECUTION:
            if est_non_avenue(dossier):
                raise ErreurMetier(
                    "Rien ne s'exécute : l'ordonnance a été signifiée trop tard, elle est non "
                    "avenue (CPC, art. 1411)."
                )


def _inscrire_l_ordonnance(
    dossier: Dossier, *, le: date, acteur: Utilisateur, geste: Geste
) -> None:
    connues = {lue.decision.facture_id for lue in decisions_du_dossier(dossier)}
    nouvelles = [f for f in factures_du_dossier(dossier) if f.pk not in connues]
    if not nouvelles:
        return
    tribunal = dossier.tribunal or "Tribunal à préciser"
    dispositif = Dispositif(
        f"{tribunal}, dossier n° {dossier.pk}", nature=NatureDecision.INJONCTION, rendue_le=le
    )
    enregistrer_decision(nouvelles, dispositif, au=le, acteur=acteur, geste=geste)


def _noter(
    dossier: Dossier, *, fait: FaitDecision, le: date, acteur: Utilisateur, geste: Geste
) -> None:
    memes = SIGNIFICATIONS if fait in SIGNIFICATIONS else (fait,)
    vues = set()
    for lue in decisions_du_dossier(dossier):
        if lue.cle in vues or any(suite.fait in memes for suite in lue.suites):
            continue
        vues.add(lue.cle)
        noter_suite(lue.decision, fait=fait, le=le, au=le, acteur=acteur, geste=geste)
