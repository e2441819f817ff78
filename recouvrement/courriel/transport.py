"""Le dialogue SMTP en deux temps : jusqu'à RCPT rien n'a pu partir, après DATA tout est possible.

Seul module qui connaît smtplib. Il ne lit ni n'écrit la base.
"""

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass

from recouvrement.courriel.adresses import une_adresse
from recouvrement.environnement import ServeurSmtp

MESSAGES_PAR_CONNEXION = 100
# RFC 3463 : boîte inconnue, domaine inconnu, adresse mal écrite, déménagée, boîte fermée.
CODE_ETENDU = re.compile(r"5\.\d{1,3}\.\d{1,3}")
ADRESSES_MORTES = ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")


@dataclass(frozen=True, slots=True)
class Delais:
    """En secondes. Le point final a dix minutes (RFC 5321 §4.5.3.2) : moins ferait des doubles."""

    connexion: float = 20
    dialogue: float = 30
    donnees: float = 600


class Refus(Exception):
    """Le serveur a répondu non, et l'a dit : le message n'est pas parti."""

    def __init__(self, code: int, texte: str, *, etape: str) -> None:
        self.code, self.texte, self.etape = code, texte, etape
        super().__init__(f"{code} {texte}")

    @property
    def est_definitif(self) -> bool:
        return 500 <= self.code < 600

    @property
    def adresse_morte(self) -> bool:
        """La boîte n'existe pas ; ni une boîte pleine (5.2.2), ni un refus de principe (5.7)."""
        if self.etape != "destinataire" or not self.est_definitif:
            return False
        etendu = CODE_ETENDU.match(self.texte)
        if etendu is None:
            return self.code in (550, 551, 553)
        return etendu.group() in ADRESSES_MORTES


class Injoignable(Exception):
    """Le serveur ne répond pas, refuse le chiffrement ou l'identification : rien n'est parti."""


class Coupure(Exception):
    """La ligne s'est tue après DATA : parti ou non, nul ne le sait."""


class Transport:
    """Une connexion, gardée d'un message au suivant ; jamais en clair si TLS est demandé."""

    def __init__(
        self,
        serveur: ServeurSmtp,
        *,
        delais: Delais | None = None,
        contexte: ssl.SSLContext | None = None,
    ) -> None:
        self.serveur = serveur
        self.delais = delais or Delais()
        self.contexte = contexte
        self._ligne: smtplib.SMTP | None = None
        self._passes = 0

    def __enter__(self) -> "Transport":
        return self

    def __exit__(self, *_: object) -> None:
        self.fermer()

    def ouvrir(self) -> None:
        """Connexion, chiffrement, identification ; ne fait rien si la ligne est encore bonne."""
        if self._ligne is not None:
            if self._passes < MESSAGES_PAR_CONNEXION and self._vivante():
                return
            self.fermer()
        try:
            self._ligne = self._connecter()
            self._passes = 0
        except (OSError, smtplib.SMTPException, UnicodeError, ValueError) as panne:
            self._couper()
            raise Injoignable(_phrase(panne)) from panne

    def adresser(self, expediteur: str, destinataire: str) -> None:
        """MAIL FROM puis RCPT TO. Après cela seulement, l'appelant passe à `data`."""
        ligne = self._exiger()
        try:
            self._accepter(
                ligne.docmd("MAIL", f"FROM:<{une_adresse(expediteur)}>"), etape="expediteur"
            )
            self._accepter(
                ligne.docmd("RCPT", f"TO:<{une_adresse(destinataire)}>"), etape="destinataire"
            )
        except (OSError, smtplib.SMTPException) as panne:
            self._couper()
            raise Injoignable(_phrase(panne)) from panne

    def transmettre(self, octets: bytes) -> str:
        """DATA, les octets, le point. Rend la réponse du serveur ; `Coupure` si elle manque."""
        ligne = self._exiger()
        self._passes += 1
        try:
            ligne.sock.settimeout(self.delais.donnees)
            reponse = ligne.data(octets)
            ligne.sock.settimeout(self.delais.dialogue)
        except smtplib.SMTPDataError as refus:
            self._abandonner()
            raise Refus(refus.smtp_code, _texte(refus.smtp_error), etape="data") from refus
        except (OSError, smtplib.SMTPException) as panne:
            self._couper()
            raise Coupure(_phrase(panne)) from panne
        if reponse[0] == -1 or not 200 <= reponse[0] < 600 or 300 <= reponse[0] < 400:
            self._couper()
            raise Coupure(f"réponse incompréhensible : {_texte(reponse[1])}")
        self._accepter(reponse, etape="data")
        return f"{reponse[0]} {_texte(reponse[1])}"

    def renoncer(self) -> None:
        """Avant DATA : oublie le message commencé ; rien n'est parti."""
        self._abandonner()

    def fermer(self) -> None:
        if self._ligne is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._ligne.quit()
        self._couper()

    def _connecter(self) -> smtplib.SMTP:
        serveur, delai = self.serveur, self.delais.connexion
        contexte = self.contexte or ssl.create_default_context()
        if serveur.chiffrement == "tls":
            ligne = smtplib.SMTP_SSL(serveur.hote, serveur.port, timeout=delai, context=contexte)
        else:
            ligne = smtplib.SMTP(serveur.hote, serveur.port, timeout=delai)
        self._ligne = ligne
        ligne.sock.settimeout(self.delais.dialogue)
        ligne.ehlo_or_helo_if_needed()
        if serveur.chiffrement == "starttls":
            # Lève si le serveur ne l'offre pas : jamais un mot de passe ni un texte en clair.
            ligne.starttls(context=contexte)
            ligne.ehlo()
        if serveur.identifiant:
            ligne.login(serveur.identifiant, serveur.mot_de_passe)
        return ligne

    def _vivante(self) -> bool:
        try:
            return self._exiger().rset()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    def _accepter(self, reponse: tuple[int, bytes], *, etape: str) -> None:
        code, texte = reponse
        if 200 <= code < 300:
            return
        if code == 421:
            self._couper()
        else:
            self._abandonner()
        raise Refus(code, _texte(texte), etape=etape)

    def _abandonner(self) -> None:
        try:
            if self._ligne is not None:
                self._ligne.rset()
        except (OSError, smtplib.SMTPException):
            self._couper()

    def _couper(self) -> None:
        if self._ligne is not None:
            self._ligne.close()
        self._ligne = None

    def _exiger(self) -> smtplib.SMTP:
        if self._ligne is None:
            raise Injoignable("la connexion n'est pas ouverte")
        return self._ligne


def _texte(brut: bytes | str) -> str:
    texte = brut.decode("utf-8", "replace") if isinstance(brut, bytes) else str(brut)
    return " ".join(texte.split())[:300]


def _phrase(panne: Exception) -> str:
    """Une panne, sans bannière brute ni adresse : le nom de l'erreur et ce que dit le système."""
    if isinstance(panne, smtplib.SMTPResponseException):
        return f"{panne.smtp_code} {_texte(panne.smtp_error)}"
    return f"{type(panne).__name__} : {_texte(str(panne))}"
