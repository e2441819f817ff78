"""La boîte témoin, lue par IMAP. Seul module qui connaît imaplib ; il ne lit ni n'écrit la base."""

import contextlib
import imaplib
import ssl

from recouvrement.serveurs import ServeurImap

DELAI = 15


class BoiteFermee(Exception):
    """La boîte témoin ne s'ouvre ou ne se lit pas."""


class Boite:
    """Une connexion en lecture seule : rien n'y est marqué, déplacé ni effacé."""

    def __init__(self, serveur: ServeurImap, *, contexte: ssl.SSLContext | None = None) -> None:
        self.serveur, self.contexte = serveur, contexte
        self._ligne: imaplib.IMAP4 | None = None

    def __enter__(self) -> "Boite":
        serveur = self.serveur
        try:
            if serveur.chiffre:
                self._ligne = imaplib.IMAP4_SSL(
                    serveur.hote,
                    serveur.port,
                    ssl_context=self.contexte or ssl.create_default_context(),
                    timeout=DELAI,
                )
            else:
                self._ligne = imaplib.IMAP4(serveur.hote, serveur.port, timeout=DELAI)
            self._ligne.login(serveur.identifiant, serveur.mot_de_passe)
            etat, _ = self._ligne.select(_entre_guillemets(serveur.dossier), readonly=True)
            if etat != "OK":
                raise BoiteFermee(f"Le dossier « {serveur.dossier} » n'existe pas.")
        except (OSError, imaplib.IMAP4.error) as panne:
            self.__exit__()
            raise BoiteFermee(f"La boîte témoin ne s'ouvre pas : {panne}"[:300]) from panne
        return self

    def __exit__(self, *_: object) -> None:
        if self._ligne is not None:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                self._ligne.logout()
        self._ligne = None

    def contient(self, message_id: str) -> bool:
        if self._ligne is None:
            raise BoiteFermee("la boîte témoin n'est pas ouverte")
        try:
            etat, trouves = self._ligne.search(
                None, "HEADER", "Message-ID", _entre_guillemets(message_id)
            )
        except (OSError, imaplib.IMAP4.error) as panne:
            raise BoiteFermee(f"La boîte témoin ne se lit pas : {panne}"[:300]) from panne
        return etat == "OK" and bool(trouves and trouves[0] and trouves[0].split())


def _entre_guillemets(texte: str) -> str:
    return '"' + texte.replace("\\", "\\\\").replace('"', '\\"') + '"'
