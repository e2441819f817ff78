"""Qui est une personne : d'une société, le nom n'est pas une donnée personnelle."""

from recouvrement.droit.qualite import forme_de


def est_une_personne(nature: str, forme_juridique: str) -> bool:
    """
    >>> est_une_personne("particulier", ""), est_une_personne("professionnel", "EI")
    (True, True)
    >>> est_une_personne("professionnel", "SARL"), est_une_personne("public", "")
    (False, False)

    Tant que rien ne dit qui doit, on le protège comme une personne.

    >>> est_une_personne("inconnue", ""), est_une_personne("inconnue", "SARL")
    (True, False)
    """
    if nature == "particulier" or (nature == "inconnue" and not forme_juridique):
        return True
    forme = forme_de(forme_juridique)
    return forme is not None and forme.est_une_personne_physique
