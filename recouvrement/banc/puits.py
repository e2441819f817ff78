"""Un puits SMTP : répond oui à tout, ne garde rien. `python -m …puits` dit son port et attend."""

import asyncio
import sys

REPONSES = {
    b"EHLO": b"250-puits\r\n250 PIPELINING\r\n",
    b"HELO": b"250 puits\r\n",
    b"QUIT": b"221 bye\r\n",
}


async def servir(lecteur: asyncio.StreamReader, auteur: asyncio.StreamWriter) -> None:
    auteur.write(b"220 puits\r\n")
    while ligne := await lecteur.readline():
        verbe = ligne[:4].upper().strip()
        if verbe == b"DATA":
            auteur.write(b"354 go\r\n")
            await lecteur.readuntil(b"\r\n.\r\n")
            auteur.write(b"250 2.0.0 Ok\r\n")
        else:
            auteur.write(REPONSES.get(verbe, b"250 Ok\r\n"))
        await auteur.drain()
        if verbe == b"QUIT":
            break
    auteur.close()


async def main() -> None:
    serveur = await asyncio.start_server(servir, "127.0.0.1", 0, limit=32 * 1024 * 1024)
    sys.stdout.write(f"{serveur.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with serveur:
        await serveur.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
