"""Le serveur d'envoi de l'histoire : il accepte tout, sauf ce que la scène veut voir échouer."""

from collections.abc import Callable, Sequence

from recouvrement.courriel.transport.smtp import BailPerdu, Coupure, Refus, Transport
from recouvrement.serveurs import ServeurSmtp


class Facteur(Transport):
    """Un transport dont rien ne sort : aucune ligne ne s'ouvre."""

    def __init__(self) -> None:
        super().__init__(ServeurSmtp("facteur.example", 0, "aucun", "", ""))
        self.refuse: set[str] = set()
        self.coupe: set[str] = set()
        self._destinataire = ""
        self._remis = 0

    def ouvrir(self) -> None:
        """La ligne est toujours bonne."""

    def adresser(
        self,
        expediteur: str,
        destinataire: str,
        *,
        copies: Sequence[str] = (),
        avec_temoin: bool = False,
    ) -> dict[str, Refus]:
        self._destinataire = destinataire
        if destinataire in self.refuse:
            raise Refus(550, "5.1.1 Boîte inexistante", etape="destinataire")
        return {}

    def transmettre(self, octets: bytes, *, tient: Callable[[], bool] = lambda: True) -> str:
        if not tient():
            raise BailPerdu
        if self._destinataire in self.coupe:
            raise Coupure("ligne coupée avant la réponse du serveur")
        self._remis += 1
        return f"250 2.0.0 Ok: queued as DEMO{self._remis:06X}"

    def renoncer(self) -> None:
        """Rien n'était commencé pour de bon."""
