from recouvrement.equipe.forms.creancier import (
    EnvoisForm,
    IdentiteForm,
    NouveauForm,
    ReglementsForm,
)
from recouvrement.equipe.forms.membres import (
    CompteForm,
    CompteInviteForm,
    InvitationForm,
    OubliForm,
    RoleForm,
)

__all__ = [
    "CompteForm",
    "CompteInviteForm",
    "EnvoisForm",
    "IdentiteForm",
    "InvitationForm",
    "NouveauForm",
    "OubliForm",
    "ReglementsForm",
    "RoleForm",
]
