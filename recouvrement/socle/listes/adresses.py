"""L'adresse d'une liste, quelques paramètres changés."""

from django.http import QueryDict


def adresse(parametres: QueryDict, **changements: object) -> str:
    """« ?… » : ceux-ci changés, les vides retirés ; la pagination repart du début."""
    requete = parametres.copy()
    requete.pop("apres", None)
    for nom, valeur in changements.items():
        if valeur is None or valeur == "":
            requete.pop(nom, None)
        else:
            requete[nom] = str(valeur)
    return f"?{requete.urlencode()}" if requete else "?"
