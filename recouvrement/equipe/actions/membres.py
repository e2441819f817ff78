from datetime import datetime

from django.db import transaction

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.equipe.actions.changements import demander
from recouvrement.equipe.actions.creanciers import verrouiller
from recouvrement.equipe.actions.effets import exiger_un_autre_gestionnaire, poser_le_role
from recouvrement.equipe.enums import SujetChangement
from recouvrement.equipe.evenements import Evenement
from recouvrement.equipe.models import Changement
from recouvrement.equipe.regles import exiger_le_meme_monde
from recouvrement.journal.actions import inscrire


@transaction.atomic
def changer_role(
    habilitation: Habilitation, *, role: Role | None, acteur: Utilisateur, maintenant: datetime
) -> Changement | None:
    """Vaut dès la requête suivante de la personne : le rôle est relu à chaque page.

    Donner ou ôter le rôle de gestionnaire se demande : rend alors la demande. `role` None :
    l'accès lui-même est retiré.
    """
    habilitation = _relire(habilitation)
    for personne in (acteur, habilitation.utilisateur):
        exiger_le_meme_monde(
            personne, chez_la_demonstration=habilitation.creancier.est_demonstration
        )
    if habilitation.role == role:
        return None
    if Role.GESTIONNAIRE in (habilitation.role, role):
        exiger_un_autre_gestionnaire(habilitation, maintenant=maintenant)
        return demander(
            habilitation.creancier,
            sujet=SujetChangement.ROLE,
            objet=str(habilitation.utilisateur_id),
            concerne=str(habilitation.utilisateur),
            apres={"role": role and str(role)},
            acteur=acteur,
            maintenant=maintenant,
        )
    poser_le_role(
        habilitation.creancier,
        habilitation.utilisateur,
        role=role,
        acteur=acteur,
        maintenant=maintenant,
    )
    return None


def retirer(
    habilitation: Habilitation, *, acteur: Utilisateur, maintenant: datetime
) -> Changement | None:
    return changer_role(habilitation, role=None, acteur=acteur, maintenant=maintenant)


@transaction.atomic
def montrer_la_demonstration(administrateur: Utilisateur) -> None:
    """L'administrateur du réseau local voit ce que ses comptes publiés n'y ouvrent pas."""
    for creancier in Creancier.objects.filter(est_demonstration=True).order_by("pk"):
        habilitation, nouvelle = Habilitation.objects.get_or_create(
            utilisateur=administrateur, creancier=creancier, defaults={"role": Role.GESTIONNAIRE}
        )
        if nouvelle:
            inscrire(
                Evenement.HABILITATION_DONNEE,
                cible=habilitation,
                acteur=None,
                personne=administrateur.email,
                role=habilitation.role,
            )


def _relire(habilitation: Habilitation) -> Habilitation:
    # Le créancier est le verrou : deux gestionnaires ne se retirent pas l'un l'autre à la fois.
    verrouiller(Creancier(pk=habilitation.creancier_id))
    return Habilitation.objects.select_related("utilisateur", "creancier").get(pk=habilitation.pk)
