"""Une passerelle TCP que l'on coupe : derrière elle, le serveur n'a plus l'air d'exister."""

import contextlib
import socket
import threading


class Passerelle:
    """Écoute en local et transmet à `cible` ; coupée, elle refuse et laisse tomber les lignes."""

    def __init__(self, cible: tuple[str, int]) -> None:
        self.cible = cible
        self.port = 0
        self._ecoute: socket.socket | None = None
        self._lignes: set[socket.socket] = set()
        self._verrou = threading.Lock()

    def retablir(self) -> None:
        ecoute = socket.socket()
        ecoute.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ecoute.bind(("127.0.0.1", self.port))
        ecoute.listen(128)
        self.port, self._ecoute = ecoute.getsockname()[1], ecoute
        threading.Thread(target=self._accueillir, args=(ecoute,), daemon=True).start()

    def couper(self) -> None:
        if self._ecoute is not None:
            # Réveille d'abord `accept`, qui tiendrait le port ouvert jusqu'au client suivant.
            with contextlib.suppress(OSError):
                self._ecoute.shutdown(socket.SHUT_RDWR)
            self._ecoute.close()
        with self._verrou:
            lignes, self._lignes = self._lignes, set()
        for ligne in lignes:
            with contextlib.suppress(OSError):
                ligne.shutdown(socket.SHUT_RDWR)
            ligne.close()

    def __enter__(self) -> "Passerelle":
        self.retablir()
        return self

    def __exit__(self, *_: object) -> None:
        self.couper()

    def _accueillir(self, ecoute: socket.socket) -> None:
        while True:
            try:
                venu, _ = ecoute.accept()
                vers = socket.create_connection(self.cible, timeout=10)
            except OSError:
                return
            vers.settimeout(None)
            with self._verrou:
                self._lignes |= {venu, vers}
            for de, a in ((venu, vers), (vers, venu)):
                threading.Thread(target=self._transmettre, args=(de, a), daemon=True).start()

    def _transmettre(self, de: socket.socket, a: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while octets := de.recv(65536):
                a.sendall(octets)
        for ligne in (de, a):
            with contextlib.suppress(OSError):
                ligne.shutdown(socket.SHUT_RDWR)
            with self._verrou:
                self._lignes.discard(ligne)
