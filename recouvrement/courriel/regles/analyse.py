"""Lire un message gardé : ses en-têtes, son texte, son HTML, ses pièces. Rien n'est exécuté."""

import base64
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(frozen=True, slots=True)
class PieceLue:
    nom: str
    nature: str
    taille: int


@dataclass(frozen=True, slots=True)
class MessageLu:
    entetes: list[tuple[str, str]]
    texte: str
    html: str
    pieces: list[PieceLue]

    @property
    def de(self) -> str:
        return self.entete("From")

    def entete(self, nom: str) -> str:
        return next((v for n, v in self.entetes if n.lower() == nom.lower()), "")


def analyser(octets: bytes) -> MessageLu:
    """Un message illisible rend ce qui a pu se lire : c'est une preuve, pas une page d'erreur."""
    message = message_from_bytes(bytes(octets), policy=policy.default)
    entetes = []
    for nom in message:
        try:
            entetes.append((nom, str(message[nom])))
        except (ValueError, LookupError, AttributeError):
            entetes.append((nom, "illisible"))
    return MessageLu(entetes, _corps(message, "plain"), _html(message), _pieces(message))


def _corps(message: EmailMessage, genre: str) -> str:
    try:
        partie = message.get_body((genre,))
        return partie.get_content() if partie is not None else ""
    except (ValueError, LookupError, AttributeError):
        return ""


def _html(message: EmailMessage) -> str:
    """Les images jointes y sont mises en ligne : il se lit sans rien demander à personne."""
    html = _corps(message, "html")
    for partie in message.walk():
        cid = str(partie.get("Content-ID", "")).strip("<> ")
        if cid and partie.get_content_type() in ("image/png", "image/jpeg"):
            octets = partie.get_payload(decode=True)
            donnees = base64.b64encode(octets).decode() if isinstance(octets, bytes) else ""
            html = html.replace(f"cid:{cid}", f"data:{partie.get_content_type()};base64,{donnees}")
    return html


def _pieces(message: EmailMessage) -> list[PieceLue]:
    return [
        PieceLue(
            p.get_filename() or "sans nom", p.get_content_type(), len(p.get_payload()) * 3 // 4
        )
        for p in message.iter_attachments()
    ]
