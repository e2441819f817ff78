"""Le dialogue SMTP en deux temps : jusqu'à RCPT rien n'a pu partir, après DATA tout est possible.

Seul module qui connaît smtplib. Il ne lit ni n'écrit la base.
"""

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from recouvrement.courriel.enums import CauseRefus
from recouvrement.courriel.regles.adresses import une_adresse
from recouvrement.courriel.regles.refus import classer
from recouvrement.serveurs import ServeurSmtp
from recouvrement.socle.erreurs import ErreurMetier

MESSAGES_PAR_CONNEXION = 100
# RFC 5321 §4.5.2 : un point en tête de ligne se double, le point seul finit le message.
POINT_EN_TETE = re.compile(rb"(?m)^\.")
# Un courriel se remet par morceaux : un ouvrier figé au milieu se voit avant le point final.
REPONSE_DATA = 354
# RFC 5321 §3.8 : le serveur s'en va, rien de ce qui suit n'aurait de sens.
LIGNE_FERMEE = 421


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
    def cause(self) -> CauseRefus:
        return classer(self.code, self.texte, etape=self.etape)

    @property
    def adresse_morte(self) -> bool:
        """La boîte n'existe pas ; ni une boîte pleine, ni un refus de principe."""
        return self.est_definitif and self.cause == CauseRefus.ADRESSE

    @property
    def nous_vise(self) -> bool:
        """Définitif, et sans rapport avec la boîte du client : le suivant sera refusé aussi."""
        return self.est_definitif and self.cause not in (
            CauseRefus.ADRESSE,
            CauseRefus.BOITE_PLEINE,
        )


class Injoignable(Exception):
    """Le serveur ne répond pas ou refuse le chiffrement : rien n'est parti."""


class IdentificationRefusee(Injoignable):
    """Le serveur répond, et refuse notre identifiant ou notre mot de passe."""


class ServeurRefuse(Injoignable):
    """Le serveur répond, et ne veut pas de nous (5xx à l'accueil)."""


class BailPerdu(Exception):
    """Ce processus a dormi : le message n'est plus à lui. Le point final n'est pas parti."""


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
        temoin: str = "",
    ) -> None:
        self.serveur = serveur
        self.delais = delais or Delais()
        self.contexte = contexte
        self.temoin = temoin
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
            raise _injoignable(panne) from panne

    def eprouver(self) -> None:
        """Ouvre, s'identifie, et laisse : de quoi savoir si le serveur veut de nous."""
        self.ouvrir()
        if not self._vivante():
            self._couper()
            raise Injoignable("la connexion ne tient pas")

    def adresser(
        self,
        expediteur: str,
        destinataire: str,
        *,
        copies: Sequence[str] = (),
        avec_temoin: bool = False,
    ) -> dict[str, Refus]:
        """MAIL FROM puis RCPT TO. Après cela seulement, l'appelant passe à `data`.

        Rend les copies refusées : ni elles ni le témoin ne privent personne de son message.
        """
        refusees = {}
        ligne = self._exiger()
        try:
            self._accepter(
                ligne.docmd("MAIL", f"FROM:<{une_adresse(expediteur)}>"), etape="expediteur"
            )
            self._accepter(
                ligne.docmd("RCPT", f"TO:<{une_adresse(destinataire)}>"), etape="destinataire"
            )
            for copie in copies:
                code, texte = ligne.docmd("RCPT", f"TO:<{une_adresse(copie)}>")
                if code == LIGNE_FERMEE:
                    self._accepter((code, texte), etape="destinataire")
                elif not 200 <= code < 300:
                    refusees[copie] = Refus(code, _texte(texte), etape="destinataire")
            if avec_temoin and self.temoin:
                with contextlib.suppress(ErreurMetier):
                    ligne.docmd("RCPT", f"TO:<{une_adresse(self.temoin)}>")
        except (OSError, smtplib.SMTPException) as panne:
            self._couper()
            raise Injoignable(_phrase(panne)) from panne
        return refusees

    def transmettre(self, octets: bytes, *, tient: Callable[[], bool] = lambda: True) -> str:
        """DATA, les octets, le point. Rend la réponse du serveur ; `Coupure` si elle manque.

        `tient` se demande juste avant le point final : tant qu'il n'est pas parti, le serveur n'a
        rien accepté (RFC 5321 §4.1.1.4) ; s'il dit non, la ligne est coupée et `BailPerdu` monte.
        """
        ligne = self._exiger()
        self._passes += 1
        try:
            _patienter(ligne, self.delais.donnees)
            code, texte = ligne.docmd("DATA")
            if code == REPONSE_DATA:
                corps = POINT_EN_TETE.sub(b"..", octets)
                ligne.send(corps if corps.endswith(b"\r\n") else corps + b"\r\n")
                if not tient():
                    self._couper()
                    raise BailPerdu
                ligne.send(b".\r\n")
                code, texte = ligne.getreply()
            elif 200 <= code < 400:
                raise smtplib.SMTPException(f"réponse {code} à DATA")
            _patienter(ligne, self.delais.dialogue)
        except (OSError, smtplib.SMTPException) as panne:
            self._couper()
            raise Coupure(_phrase(panne)) from panne
        if code == -1 or not 200 <= code < 600 or 300 <= code < 400:
            self._couper()
            raise Coupure(f"réponse incompréhensible : {_texte(texte)}")
        self._accepter((code, texte), etape="data")
        return f"{code} {_texte(texte)}"

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
            ligne: smtplib.SMTP = smtplib.SMTP_SSL(
                serveur.hote, serveur.port, timeout=delai, context=contexte
            )
        else:
            ligne = smtplib.SMTP(serveur.hote, serveur.port, timeout=delai)
        self._ligne = ligne
        _patienter(ligne, self.delais.dialogue)
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
        if code == LIGNE_FERMEE:
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


def _patienter(ligne: smtplib.SMTP, secondes: float) -> None:
    if ligne.sock is None:
        raise smtplib.SMTPServerDisconnected("la ligne est coupée")
    ligne.sock.settimeout(secondes)


def _injoignable(panne: Exception) -> Injoignable:
    if isinstance(panne, smtplib.SMTPAuthenticationError):
        # 4xx : l'annuaire du serveur est en panne, notre mot de passe n'y est pour rien.
        return (IdentificationRefusee if panne.smtp_code >= 500 else Injoignable)(_phrase(panne))
    if isinstance(panne, smtplib.SMTPResponseException) and 500 <= panne.smtp_code < 600:
        return ServeurRefuse(_phrase(panne))
    return Injoignable(_phrase(panne))


def _texte(brut: bytes | str) -> str:
    texte = brut.decode("utf-8", "replace") if isinstance(brut, bytes) else str(brut)
    return " ".join(texte.split())[:300]


def _phrase(panne: Exception) -> str:
    """Une panne, sans bannière brute ni adresse : le nom de l'erreur et ce que dit le système."""
    if isinstance(panne, smtplib.SMTPResponseException):
        return f"{panne.smtp_code} {_texte(panne.smtp_error)}"
    return f"{type(panne).__name__} : {_texte(str(panne))}"
