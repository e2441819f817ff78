"""Les gens qui frappent à la porte, et ce que chacun a le droit d'y trouver."""

from dataclasses import dataclass

from django.test import Client as Navigateur

from recouvrement.comptes.enums import Role
from tests.fabriques.comptes import un_utilisateur, une_habilitation
from tests.matrice.adresses import Adresse
from tests.matrice.monde import Monde

CONNECTE, ADMINISTRATEUR = "connecte", "administrateur"


@dataclass(frozen=True)
class Personne:
    """`role` : le sien chez le créancier visité, ou rien."""

    nom: str
    navigateur: Navigateur
    role: Role | None = None
    est_connectee: bool = True
    est_administratrice: bool = False

    def attendu(self, adresse: Adresse) -> str:
        """« entre », « refus » (403), « absent » (404) ou « porte » (la page de connexion)."""
        exige = getattr(adresse.vue, "role_exige", None)
        if exige is None:
            return "entre"
        if not self.est_connectee:
            return "porte"
        if exige == CONNECTE:
            return "entre"
        if exige == ADMINISTRATEUR:
            return "entre" if self.est_administratrice else "refus"
        if self.role is None:
            return "absent"
        return "entre" if self.role.couvre(exige) else "refus"


def les_gens(ici: Monde, ailleurs: Monde) -> list[Personne]:
    """Huit personnes ; une habilitation retirée, un compte fermé valent dès la visite suivante."""
    gens = [
        Personne(str(role), _connecter(utilisateur), role)
        for role, utilisateur in ici.equipe.items()
    ]
    etrangere = _connecter(ailleurs.equipe[Role.GESTIONNAIRE])
    retiree = un_utilisateur()
    habilitation = une_habilitation(retiree, ici.creancier, Role.GESTIONNAIRE)
    navigateur_retire = _connecter(retiree)
    habilitation.delete()
    suspendue = un_utilisateur(chez=ici.creancier)
    navigateur_suspendu = _connecter(suspendue)
    suspendue.is_active = False
    suspendue.save()
    administratrice = _connecter(un_utilisateur(est_administrateur=True))
    return [
        *gens,
        Personne("anonyme", Navigateur(), est_connectee=False),
        Personne("suspendue", navigateur_suspendu, est_connectee=False),
        Personne("étrangère", etrangere),
        Personne("retirée", navigateur_retire),
        Personne("administratrice", administratrice, est_administratrice=True),
    ]


def _connecter(utilisateur) -> Navigateur:
    navigateur = Navigateur()
    navigateur.force_login(utilisateur)
    return navigateur
