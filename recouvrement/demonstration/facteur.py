"""Le serveur d'envoi de l'histoire : il accepte tout, sauf ce que la scène veut voir échouer."""

from collections.abc import Callable

from recouvrement.courriel.transport.smtp import BailPerdu, Coupure, Refus


class Facteur:
    """Tient le rôle de `courriel.transport.Transport` ; rien ne sort."""

    def __init__(self) -> None:
        self.refuse: set[str] = set()
        self.coupe: set[str] = set()
        self._destinataire = ""
        self._passes = 0

    def ouvrir(self) -> None:
        """La ligne est toujours bonne."""

    def adresser(self, expediteur: str, destinataire: str, *, avec_temoin: bool = False) -> None:
        self._destinataire = destinataire
        if destinataire in self.refuse:
            raise Refus(550, "5.1.1 Boîte inexistante", etape="destinataire")

    def transmettre(self, octets: bytes, *, tient: Callable[[], bool]) -> str:
        if not tient():
            raise BailPerdu
        if self._destinataire in self.coupe:
            raise Coupure("ligne coupée avant la réponse du serveur")
        self._passes += 1
        return f"250 2.0.0 Ok: queued as DEMO{self._passes:06X}"

    def renoncer(self) -> None:
        """Rien n'était commencé pour de bon."""
