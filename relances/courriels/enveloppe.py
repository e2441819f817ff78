"""Le message en courriel : ses parties et ses en-têtes."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.utils import format_datetime

from recouvrement.courriel.actions.depot import POLITIQUE
from recouvrement.courriel.regles.adresses import une_adresse
from recouvrement.documents import fichiers
from recouvrement.socle.erreurs import ErreurMetier
from relances.courriels.message import Message

# Le nom sous lequel le HTML appelle l'image : « cid:virement ».
QR = "virement"


def en_courriel(message: Message, *, maintenant: datetime) -> EmailMessage:
    """L'identifiant est posé par la boîte de départ."""
    courriel = EmailMessage(policy=POLITIQUE)
    courriel["From"] = _adresse(message.de, message.adresse_de)
    courriel["To"] = _adresse(message.a, message.adresse_a)
    if message.copies:
        courriel["Cc"] = [_adresse(copie.nom, copie.adresse) for copie in message.copies]
    courriel["Subject"] = message.sujet
    if message.repondre_a:
        courriel["Reply-To"] = _adresse("", message.repondre_a)
    courriel["Date"] = format_datetime(maintenant)
    # RFC 3834 : un répondeur automatique ne répond pas à un message automatique.
    courriel["Auto-Submitted"] = "auto-generated"
    courriel["Content-Language"] = message.langue
    courriel.set_content(message.texte)
    courriel.add_alternative(message.html, subtype="html")
    if message.qr:
        html = courriel.get_body(("html",))
        if isinstance(html, MIMEPart):
            html.add_related(message.qr, "image", "png", cid=f"<{QR}>", filename="virement.png")
    for piece in message.pieces:
        courriel.add_attachment(
            fichiers.lire(piece.empreinte),
            maintype="application",
            subtype="pdf",
            filename=piece.nom,
        )
    return courriel


def _adresse(nom: str, adresse: str) -> Address:
    try:
        propre = " ".join("".join(c if c.isprintable() else " " for c in nom).split())
        return Address(propre, addr_spec=une_adresse(adresse))
    except (ValueError, IndexError) as refus:
        raise ErreurMetier("L'adresse d'expédition du créancier n'est pas valable.") from refus
