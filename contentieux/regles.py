"""Par où passe un dossier : d'un état, on ne va pas n'importe où."""

from contentieux.enums import EtatDossier

TRANSITIONS: dict[EtatDossier, tuple[EtatDossier, ...]] = {
    EtatDossier.PREPARATION: (EtatDossier.DEPOSE,),
    EtatDossier.DEPOSE: (EtatDossier.ORDONNANCE, EtatDossier.PREPARATION),
    EtatDossier.ORDONNANCE: (EtatDossier.SIGNIFIE,),
    EtatDossier.SIGNIFIE: (EtatDossier.OPPOSITION, EtatDossier.EXECUTOIRE),
    EtatDossier.OPPOSITION: (EtatDossier.EXECUTOIRE,),
    EtatDossier.EXECUTOIRE: (EtatDossier.EXECUTION,),
    EtatDossier.EXECUTION: (),
    EtatDossier.CLOS: (),
}


def etats_suivants(etat: EtatDossier) -> tuple[EtatDossier, ...]:
    """Les états que l'on peut atteindre d'ici (la clôture est une autre action).

    >>> [e.value for e in etats_suivants(EtatDossier.DEPOSE)]
    ['ordonnance', 'preparation']
    """
    return TRANSITIONS[etat]
