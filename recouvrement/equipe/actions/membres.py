from django.db import transaction

from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation, Utilisateur
from recouvrement.equipe.actions.creanciers import verrouiller
from recouvrement.equipe.erreurs import DernierGestionnaire
from recouvrement.equipe.evenements import Evenement
from recouvrement.equipe.regles import exiger_le_meme_monde
from recouvrement.journal.actions import inscrire


@transaction.atomic
def changer_role(habilitation: Habilitation, *, role: Role, acteur: Utilisateur) -> Habilitation:
    """Vaut dès la requête suivante de la personne : le rôle est relu à chaque page."""
    habilitation = _relire(habilitation)
    for personne in (acteur, habilitation.utilisateur):
        exiger_le_meme_monde(
            personne, chez_la_demonstration=habilitation.creancier.est_demonstration
        )
    avant = habilitation.role
    if avant == role:
        return habilitation
    _exiger_un_autre_gestionnaire(habilitation)
    habilitation.role = role
    habilitation.save(update_fields=["role"])
    inscrire(
        Evenement.ROLE_CHANGE,
        cible=habilitation,
        acteur=acteur,
        personne=habilitation.utilisateur.email,
        avant=avant,
        apres=str(role),
    )
    return habilitation


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


@transaction.atomic
def retirer(habilitation: Habilitation, *, acteur: Utilisateur) -> None:
    habilitation = _relire(habilitation)
    _exiger_un_autre_gestionnaire(habilitation)
    inscrire(
        Evenement.HABILITATION_RETIREE,
        cible=habilitation,
        acteur=acteur,
        personne=habilitation.utilisateur.email,
        role=habilitation.role,
    )
    habilitation.delete()


def _relire(habilitation: Habilitation) -> Habilitation:
    # Le créancier est le verrou : deux gestionnaires ne se retirent pas l'un l'autre à la fois.
    verrouiller(Creancier(pk=habilitation.creancier_id))
    return Habilitation.objects.select_related("utilisateur", "creancier").get(pk=habilitation.pk)


def _exiger_un_autre_gestionnaire(habilitation: Habilitation) -> None:
    if habilitation.role != Role.GESTIONNAIRE:
        return
    autres = Habilitation.objects.filter(
        creancier=habilitation.creancier_id,
        role=Role.GESTIONNAIRE,
        utilisateur__is_active=True,
    ).exclude(pk=habilitation.pk)
    if not autres.exists():
        raise DernierGestionnaire
