"""« Pourquoi ça part, pourquoi ça ne part pas », point par point, pour la page d'une relance."""

from dataclasses import dataclass

from relances.enums import CodeBlocage
from relances.lectures.relecture import Relue

# Ce que l'on vérifie, dans l'ordre où on le montre, et les mots quand tout va bien.
POINTS: tuple[tuple[tuple[CodeBlocage, ...], str], ...] = (
    ((CodeBlocage.MANDAT,), "Mandat"),
    ((CodeBlocage.SOLDES_PERIMES,), "Règlements à jour"),
    (
        (CodeBlocage.EXPEDITEUR_A_REGLER, CodeBlocage.EXPEDITEUR),
        "Adresse d'expéditeur vérifiée",
    ),
    ((CodeBlocage.OUVERTURE,), "Envois ouverts"),
    ((CodeBlocage.ADRESSE,), "Adresse utilisable"),
    ((CodeBlocage.ECART,), "Écart minimal respecté"),
    (
        (CodeBlocage.LITIGE, CodeBlocage.PROMESSE),
        "Ni litige ni promesse en cours",
    ),
    (
        (
            *(CodeBlocage.SUSPENDU, CodeBlocage.EFFACE),
            *(CodeBlocage.PROCEDURE_COLLECTIVE, CodeBlocage.CONTENTIEUX),
        ),
        "Ni suspension, ni procédure, ni contentieux",
    ),
    (
        (
            *(CodeBlocage.AVOIR, CodeBlocage.SOLDEE, CodeBlocage.REFERENCE),
            *(CodeBlocage.COUVERTE, CodeBlocage.DEVANCEE),
        ),
        "Sommes encore dues",
    ),
    ((CodeBlocage.HORAIRES, CodeBlocage.GEL, CodeBlocage.QUOTA), "Jour et heure d'envoi"),
)


@dataclass(frozen=True, slots=True)
class Controle:
    texte: str
    ton: str
    icone: str
    lu: str
    detail: str = ""


def controles(relue: Relue) -> list[Controle]:
    """Les points qui bloquent d'abord, puis ceux qui sont vérifiés."""
    bloquent, passent = [], []
    for codes, mots in POINTS:
        trouves = [b for b in (*relue.contre, *relue.passagers) if b.code in codes]
        if not trouves:
            passent.append(Controle(mots, "solde", "oui", "vérifié"))
            continue
        attend = all(b in relue.passagers for b in trouves)
        for blocage in trouves:
            if attend:
                bloquent.append(Controle(blocage.phrase, "echu", "heure", "attend"))
            else:
                bloquent.append(Controle(blocage.phrase, "demeure", "non", "bloque"))
    dits = [Controle(b.phrase, "accent", "info", "déduit") for b in relue.avertis]
    return bloquent + dits + passent
