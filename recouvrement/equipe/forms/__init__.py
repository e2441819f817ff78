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
    "QuotaForm",
    "ReglementsForm",
    "RoleForm",
]
