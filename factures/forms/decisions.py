"""Ce qu'une personne coche devant l'aperçu d'un import, lu tel que la page l'a écrit."""

from datetime import date

from django.http import QueryDict

from factures.enums import QuestionImport
from factures.imports.reprises import OUI
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.formats import jour
from recouvrement.socle.saisies.valeurs import ValeurRefusee, lire_date


def lire_les_decisions(donnees: QueryDict, *, au: date) -> tuple[list[str], dict[str, str]]:
    """Les questions montrées (« rang:question »), et la réponse de celles que l'on a cochées."""
    vues = donnees.getlist("vue")
    return vues, {
        vue: lire_le_jour(donnees.get(f"le_{vue}", ""), au=au) if _a_un_jour(vue) else OUI
        for vue in donnees.getlist("oui")
    }


def lire_le_jour(saisi: str, *, au: date) -> str:
    """Le jour d'un règlement appris d'une liste ; vide : aujourd'hui."""
    try:
        le = lire_date(saisi) or au
    except ValeurRefusee as erreur:
        raise ErreurMetier(f"Réglée le : {erreur.message}") from erreur
    if le > au:
        raise ErreurMetier(f"Réglée le {jour(le)} : ce jour est à venir.")
    return le.isoformat()


def _a_un_jour(vue: str) -> bool:
    return vue.endswith(f":{QuestionImport.ABSENTE}")
