"""Ce que l'on peut faire d'un créancier, de son équipe et des comptes."""

from recouvrement.equipe.actions.administrateurs import (
    nommer_administrateur,
    retirer_administrateur,
)
from recouvrement.equipe.actions.changements import (
    approuver,
    archiver,
    defaire,
    refuser,
    regler,
    retirer_la_demande,
    rouvrir,
)
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
    confirmer_reglements,
    creer_creancier,
    modifier_creancier,
)
from recouvrement.equipe.actions.double import (
    compter_le_delai,
    rechiffrer_les_secrets,
    retirer_double,
)
from recouvrement.equipe.actions.expediteurs import (
    changer_le_quota,
    confirmer_l_expediteur,
    demander_la_preuve,
    ouvrir_les_envois,
    refermer_les_envois,
)
from recouvrement.equipe.actions.invitations import (
    accepter,
    creer_compte_invite,
    inviter,
    revoquer_invitation,
)
from recouvrement.equipe.actions.membres import changer_role, montrer_la_demonstration, retirer
from recouvrement.equipe.actions.passages import (
    constater_la_connexion,
    constater_la_deconnexion,
    constater_la_sortie,
    constater_le_refus,
)

__all__ = [
    "accepter",
    "approuver",
    "archiver",
    "changer_le_quota",
    "changer_role",
    "compter_le_delai",
    "confirmer_l_expediteur",
    "confirmer_reglements",
    "constater",
    "constater_la_connexion",
    "constater_la_deconnexion",
    "constater_la_sortie",
    "constater_le_refus",
    "creer_compte",
    "creer_compte_invite",
    "creer_creancier",
    "defaire",
    "demander_la_preuve",
    "desactiver_compte",
    "donner_un_lien",
    "fermer_sessions",
    "inviter",
    "modifier_compte",
    "modifier_creancier",
    "montrer_la_demonstration",
    "montrer_le_message",
    "nommer_administrateur",
    "ouvrir_les_envois",
    "reactiver_compte",
    "rechiffrer_les_secrets",
    "refermer_les_envois",
    "refuser",
    "regler",
    "retirer",
    "retirer_administrateur",
    "retirer_double",
    "retirer_la_demande",
    "revoquer_invitation",
    "rouvrir",
]
