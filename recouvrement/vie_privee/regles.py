"""Qui est une personne : d'une société, le nom n'est pas une donnée personnelle."""

INDIVIDUELS = ("ei", "eirl", "entreprise individuelle", "micro-entreprise", "auto-entrepreneur")


def est_une_personne(nature: str, forme_juridique: str) -> bool:
    """
    >>> est_une_personne("particulier", ""), est_une_personne("professionnel", "EI")
    (True, True)
    >>> est_une_personne("professionnel", "SARL"), est_une_personne("public", "")
    (False, False)
    """
    if nature == "particulier":
        return True
    return forme_juridique.strip().lower() in INDIVIDUELS
