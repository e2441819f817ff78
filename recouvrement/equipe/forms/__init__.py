from recouvrement.equipe.forms.creancier import (
    EnvoisForm,
    IdentiteForm,
    NouveauForm,
    QuotaForm,
    ReglementsForm,
)
from recouvrement.equipe.forms.membres import (
    CompteForm,
    CompteInviteForm,
    InvitationForm,
    MotifForm,
    OubliForm,
    RoleForm,
)

__all__ = [
    "CompteForm",
    "CompteInviteForm",
    "EnvoisForm",
    "IdentiteForm",
    "InvitationForm",
    "MotifForm",
    "NouveauForm",
    "OubliForm",
    "QuotaForm",
    "ReglementsForm",
    "RoleForm",
]
