"""Par où passe un dossier : d'un état, on ne va pas n'importe où."""

from contentieux.enums import EtatDossier, IssueDossier, Suite, Voie

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


EXECUTION = (EtatDossier.EXECUTOIRE, EtatDossier.EXECUTION)


def etats_suivants(etat: EtatDossier, *, non_avenue: bool = False) -> tuple[EtatDossier, ...]:
    """Les états que l'on peut atteindre d'ici (la clôture est une autre action).

    Une ordonnance non avenue, signifiée trop tard, n'en a plus qui mène à l'exécution.

    >>> [e.value for e in etats_suivants(EtatDossier.DEPOSE)]
    ['ordonnance', 'preparation']
    >>> [e.value for e in etats_suivants(EtatDossier.SIGNIFIE, non_avenue=True)]
    ['opposition']
    """
    suivants = TRANSITIONS[etat]
    return tuple(e for e in suivants if not (non_avenue and e in EXECUTION))


def est_un_tae(tribunal: str) -> bool:
    """Douze tribunaux de commerce en portent le nom, du 01/01/2025 au 31/12/2028.

    >>> est_un_tae("Tribunal des activités économiques de Lyon"), est_un_tae("TC de Rennes")
    (True, False)
    """
    return "activités économiques" in tribunal.lower()


def voies_ouvertes(nature: str) -> tuple[Voie, ...]:
    """Le juge judiciaire n'enjoint pas une personne publique, ni le juge consulaire un particulier.

    >>> [v.value for v in voies_ouvertes("public")]
    ['autre']
    >>> voies_ouvertes("inconnue")
    ()
    """
    match nature:
        case "public":
            return (Voie.AUTRE,)
        case "inconnue":
            return ()
        case "particulier":
            return (Voie.INJONCTION_TJ, Voie.AUTRE)
    return tuple(Voie)


def suite_habituelle(issue: IssueDossier) -> Suite:
    """Un juge qui a dit non ne se contourne pas par une relance automatique."""
    return Suite.ARRETER if issue == IssueDossier.PERDU else Suite.REPRENDRE
