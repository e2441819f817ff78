from clients.forms.client import ClientForm, NoteForm, SuspensionForm
from clients.forms.contact import (
    ContactForm,
    CoordonneeForm,
    MarquageForm,
    NouveauContactForm,
)

__all__ = [
    "ClientForm",
    "ContactForm",
    "CoordonneeForm",
    "MarquageForm",
    "NoteForm",
    "NouveauContactForm",
    "SuspensionForm",
]
