"""Le serveur SMTP des essais, dans son processus : il écrit sur le disque AVANT de répondre 250.

    python tests/appuis/serveur_smtp.py PORT JOURNAL [certificat.pem clef.pem]

Le destinataire choisit la panne : `rcpt450@…`, `rcpt550@…`, `data451@…`, `data554@…`,
`coupe-avant@…` (coupe sans rien garder), `coupe-apres@…` (garde, puis coupe), `muet@…`.
"""

import asyncio
import json
import os
import ssl
import sys
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Reception:
    def __init__(self, journal: str) -> None:
        self.fichier = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def noter(self, **faits: object) -> None:
        os.write(self.fichier, json.dumps(faits).encode() + b"\n")
        os.fsync(self.fichier)

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        self.noter(quoi="rcpt", a=address, chiffre=session.ssl is not None)
        panne = address.partition("@")[0]
        if panne == "rcpt450":
            return "450 4.2.1 Boite occupee"
        if panne == "rcpt550":
            return "550 5.1.1 Adresse inconnue"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        panne = envelope.rcpt_tos[0].partition("@")[0]
        if panne == "data451":
            return "451 4.3.0 Plus tard"
        if panne == "data554":
            return "554 5.7.1 Refuse"
        if panne == "coupe-avant":
            server.transport.abort()
            return "250 jamais lu"
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.noter(
            quoi="message",
            message_id=message["Message-ID"],
            a=envelope.rcpt_tos,
            de=envelope.mail_from,
            taille=len(envelope.content),
            octets=envelope.original_content.decode("ascii"),
        )
        if panne == "coupe-apres":
            server.transport.abort()
        if panne == "muet":
            await asyncio.sleep(3600)
        return "250 2.0.0 OK garde"


class Controleur(Controller):
    def __init__(self, *args, contexte=None, **kwargs) -> None:
        self.contexte = contexte
        super().__init__(*args, **kwargs)

    def factory(self):
        return SMTP(self.handler, tls_context=self.contexte, require_starttls=bool(self.contexte))


def main() -> None:
    port, journal, *certificat = sys.argv[1:]
    contexte = None
    if certificat:
        contexte = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        contexte.load_cert_chain(*certificat)
    controleur = Controleur(
        Reception(journal), hostname="127.0.0.1", port=int(port), contexte=contexte
    )
    controleur.start()
    print("pret", flush=True)
    sys.stdin.read()
    controleur.stop()


if __name__ == "__main__":
    main()
