"""De petits fichiers qui coûteraient des gigaoctets, ou des minutes, à qui les ouvre sans garde."""

import io
import random
import zipfile
import zlib
from collections.abc import Callable

from tests.fabriques.pdf import assemble, un_flux, un_pdf_brut, un_pdf_de

MEGA = 1024 * 1024


def zeros(megas: int, tours: int = 1) -> bytes:
    """`megas` mégaoctets de zéros, compressés `tours` fois sans jamais les tenir en mémoire."""
    outil, bloc = zlib.compressobj(9), bytes(MEGA)
    octets = b"".join([*(outil.compress(bloc) for _ in range(megas)), outil.flush()])
    for _ in range(tours - 1):
        octets = zlib.compress(octets, 9)
    return octets


def contenu(h: random.Random) -> bytes:
    return un_pdf_brut(objets={4: un_flux(zeros(h.randint(200, 900)), "/Filter/FlateDecode")})


def deux_fois(h: random.Random) -> bytes:
    entete = "/Filter[/FlateDecode/FlateDecode]"
    return un_pdf_brut(objets={4: un_flux(zeros(h.randint(400, 900), 2), entete)})


def objets_compresses(h: random.Random) -> bytes:
    entete = f"/Type/ObjStm/N {h.randint(1, 10**6)}/First {h.randint(1, 10**6)}/Filter/FlateDecode"
    return un_pdf_brut(objets={1: un_flux(zeros(h.randint(200, 900)), entete)})


def table_compressee(h: random.Random) -> bytes:
    """La table des objets, premier octet lu, enfermée dans un flux énorme."""
    flux = un_flux(
        zeros(h.randint(200, 900)),
        "/Type/XRef/Size 99999999/W[1 4 2]/Root 1 0 R/Filter/FlateDecode",
    )
    corps = b"%PDF-1.7\n9 0 obj\n" + flux + b"\nendobj\n"
    return corps + b"startxref\n9\n%%EOF\n"


def pages(h: random.Random) -> bytes:
    return un_pdf_de(h.randint(1001, 60_000))


def pages_menteuses(h: random.Random) -> bytes:
    nombre = h.randint(10_000, 40_000)
    return un_pdf_de(nombre).replace(f"/Count {nombre}".encode(), b"/Count 1    ")


def pages_en_rond(h: random.Random) -> bytes:
    return un_pdf_brut(objets={2: b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"})


def pages_profondes(h: random.Random) -> bytes:
    fond = h.randint(2000, 20_000)
    return assemble(
        {1: b"<</Type/Catalog/Pages 10 0 R>>"}
        | {n: f"<</Type/Pages/Kids[{n + 1} 0 R]/Count 1>>".encode() for n in range(10, 10 + fond)}
        | {10 + fond: b"<</Type/Page/MediaBox[0 0 9 9]>>"}
    )


def crochets(h: random.Random) -> bytes:
    fond = h.randint(5000, 400_000)
    return un_pdf_brut(catalogue=f"/X {'[' * fond}{']' * fond}")


def table_en_rond(h: random.Random) -> bytes:
    return un_pdf_brut().replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev 9")


def classeur(h: random.Random) -> bytes:
    return _archive({"xl/worksheets/sheet1.xml": h.randint(250, 900)})


def entrees(h: random.Random) -> bytes:
    return _archive({f"{n}.xml": 0 for n in range(h.randint(5000, 20_000))})


def _archive(tailles: dict[str, int]) -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, megas in tailles.items():
            with archive.open(nom, "w") as entree:
                for _ in range(megas):
                    entree.write(bytes(MEGA))
    return sortie.getvalue()


BOMBES: dict[str, tuple[str, Callable[[random.Random], bytes]]] = {
    "contenu de page": ("pdf", contenu),
    "compressé deux fois": ("pdf", deux_fois),
    "objets compressés": ("pdf", objets_compresses),
    "table compressée": ("pdf", table_compressee),
    "pages": ("pdf", pages),
    "pages menteuses": ("pdf", pages_menteuses),
    "pages en rond": ("pdf", pages_en_rond),
    "pages profondes": ("pdf", pages_profondes),
    "crochets": ("pdf", crochets),
    "table en rond": ("pdf", table_en_rond),
    "classeur": ("xlsx", classeur),
    "entrées": ("docx", entrees),
}
