"""Le serveur SMTP des essais, dans son processus : il écrit sur le disque AVANT de répondre 250.

    python tests/appuis/serveur_smtp.py PORT JOURNAL [certificat.pem clef.pem | nom mot-de-passe]

Le destinataire choisit la panne, jusqu'à un chiffre de suite : `rcpt450@…`, `rcpt550-3@…`,
`rcpt554@…` (liste noire), `data451@…`, `data554@…`, `coupe-avant@…` (coupe sans rien garder),
`coupe-apres@…` (garde, puis coupe), `muet@…`. L'expéditeur `mail553@…` est refusé.
"""

import asyncio
import json
import os
import re
import ssl
import sys
import time
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult


def la_panne(adresse: str) -> str:
    return re.sub(r"-\d+$", "", adresse.partition("@")[0])


class Reception:
    def __init__(self, journal: str) -> None:
        self.fichier = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def noter(self, **faits: object) -> None:
        faits["t"] = time.clock_gettime(time.CLOCK_BOOTTIME)
        os.write(self.fichier, json.dumps(faits).encode() + b"\n")
        os.fsync(self.fichier)

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        if la_panne(address) == "mail553":
            return "553 5.7.1 Sender address rejected: not owned by user"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        self.noter(quoi="rcpt", a=address, chiffre=session.ssl is not None)
        panne = la_panne(address)
        if panne == "rcpt450":
            return "450 4.2.1 Boite occupee"
        if panne == "rcpt550":
            return "550 5.1.1 Adresse inconnue"
        if panne == "rcpt554":
            return "550 5.7.1 Client host blocked using zen.spamhaus.org"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        panne = la_panne(envelope.rcpt_tos[0])
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
    def __init__(self, *args, contexte=None, identifiants=None, **kwargs) -> None:
        self.contexte, self.identifiants = contexte, identifiants
        super().__init__(*args, **kwargs)

    def factory(self):
        return SMTP(
            self.handler,
            tls_context=self.contexte,
            require_starttls=bool(self.contexte),
            auth_require_tls=False,
            auth_required=bool(self.identifiants),
            authenticator=self.identifier if self.identifiants else None,
        )

    def identifier(self, server, session, envelope, mechanism, donnees):
        nom, mot = self.identifiants
        est_bon = (donnees.login, donnees.password) == (nom.encode(), mot.encode())
        return AuthResult(success=est_bon, handled=False)


def main() -> None:
    port, journal, *reste = sys.argv[1:]
    contexte = identifiants = None
    if reste and not reste[0].endswith(".pem"):
        identifiants = reste
    elif reste:
        certificat = reste
        contexte = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        contexte.load_cert_chain(*certificat)
    controleur = Controleur(
        Reception(journal),
        hostname="127.0.0.1",
        port=int(port),
        contexte=contexte,
        identifiants=identifiants,
    )
    controleur.start()
    print("pret", flush=True)
    sys.stdin.read()
    controleur.stop()


if __name__ == "__main__":
    main()
