"""Ce que l'on peut faire d'un créancier, de son équipe et des comptes."""

from recouvrement.equipe.actions.comptes import (
    constater,
    creer_compte,
    desactiver_compte,
    donner_un_lien,
    fermer_sessions,
    modifier_compte,
    montrer_le_message,
    reactiver_compte,
)
from recouvrement.equipe.actions.creanciers import (
    archiver,
    confirmer_reglements,
    creer_creancier,
    modifier_creancier,
    rouvrir,
)
from recouvrement.equipe.actions.expediteurs import (
    changer_le_quota,
    confirmer_l_expediteur,
    demander_la_preuve,
)
from recouvrement.equipe.actions.invitations import (
    accepter,
    creer_compte_invite,
    inviter,
    revoquer_invitation,
)
from recouvrement.equipe.actions.membres import changer_role, montrer_la_demonstration, retirer

__all__ = [
    "accepter",
    "archiver",
    "changer_le_quota",
    "changer_role",
    "confirmer_l_expediteur",
    "confirmer_reglements",
    "constater",
    "creer_compte",
    "creer_compte_invite",
    "creer_creancier",
    "demander_la_preuve",
    "desactiver_compte",
    "donner_un_lien",
    "fermer_sessions",
    "inviter",
    "modifier_compte",
    "modifier_creancier",
    "montrer_la_demonstration",
    "montrer_le_message",
    "reactiver_compte",
    "retirer",
    "revoquer_invitation",
    "rouvrir",
]
