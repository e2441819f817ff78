"""Des PDF écrits octet par octet : ce qu'aucune bibliothèque n'accepterait d'écrire."""

import zlib


def un_pdf_brut(*, catalogue: str = "", page: str = "", objets: dict[int, bytes] | None = None):
    """Une page ; `catalogue` et `page` s'ajoutent à leurs dictionnaires, `objets` dès le n° 10."""
    tous = {
        1: f"<</Type/Catalog/Pages 2 0 R {catalogue}>>".encode(),
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: (
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R "
            f"/Resources<</Font<</F 5 0 R>>>> {page}>>"
        ).encode(),
        4: un_flux(b"BT /F 12 Tf 20 100 Td (Bon pour accord) Tj ET"),
        5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    } | (objets or {})
    return assemble(tous)


def un_flux(octets: bytes, entete: str = "") -> bytes:
    return f"<</Length {len(octets)}{entete}>>stream\n".encode() + octets + b"\nendstream"


def un_flux_compresse(taille: int, entete: str = "") -> bytes:
    """`taille` octets nuls une fois ouverts ; mille fois moins sur le disque."""
    return un_flux(zlib.compress(bytes(taille), 9), f"/Filter/FlateDecode{entete}")


def assemble(objets: dict[int, bytes]) -> bytes:
    sortie, places = b"%PDF-1.7\n", {}
    for numero, corps in sorted(objets.items()):
        places[numero] = len(sortie)
        sortie += b"%d 0 obj\n" % numero + corps + b"\nendobj\n"
    debut = len(sortie)
    for numero, place in places.items():
        sortie_xref = b"%d 1\n%010d 00000 n \n" % (numero, place)
        places[numero] = sortie_xref
    table = b"xref\n0 1\n0000000000 65535 f \n" + b"".join(places.values())
    pied = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        max(objets) + 1,
        debut,
    )
    return sortie + table + pied


def un_pdf_de(pages: int) -> bytes:
    """Un arbre plat de pages vides : 60 000 tiennent dans quatre mégaoctets."""
    enfants = " ".join(f"{numero} 0 R" for numero in range(10, 10 + pages))
    objets = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: f"<</Type/Pages/Kids[{enfants}]/Count {pages}>>".encode(),
    } | dict.fromkeys(range(10, 10 + pages), b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")
    return assemble(objets)


SCRIPT = "/S/JavaScript/JS(app.alert(1))"
# Chaque façon d'agir, et le nom sous lequel on le dit.
ACTIFS = {
    "ouverture": ({"catalogue": f"/OpenAction<<{SCRIPT}>>"}, "JavaScript"),
    "noms échappés": ({"catalogue": "/Open#41ction<</#53/Java#53cript/J#53(x)>>"}, "JavaScript"),
    "arbre de noms": ({"catalogue": f"/Names<</JavaScript<</Names[(a)<<{SCRIPT}>>]>>>>"}, "JavaSc"),
    "page": ({"page": f"/AA<</O<<{SCRIPT}>>>>"}, "AA"),
    "catalogue": ({"catalogue": f"/AA<</WC<<{SCRIPT}>>>>"}, "AA"),
    "lancement": (
        {"page": "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/Launch/F(cmd.exe)>>>>]"},
        "Launch",
    ),
    "type indirect": (
        {"catalogue": "/OpenAction<</S 10 0 R/JS(x)>>", "objets": {10: b"/JavaScript"}},
        "JavaScript",
    ),
    "action suivante": (
        {"catalogue": f"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next<<{SCRIPT}>>>>"},
        "JavaScript",
    ),
    "formulaire XFA": ({"catalogue": "/AcroForm<</Fields[]/XFA(<xdp/>)>>"}, "XFA"),
    "formulaire XFA déguisé en image": (
        {
            "catalogue": "/AcroForm<</Fields[]/XFA 10 0 R>>",
            "objets": {10: un_flux(b"<xdp/>", "/Subtype/Form")},
        },
        "XFA",
    ),
    "fichier joint déguisé en police": (
        {
            "page": "/AF[<</Type/Filespec/F(evil.exe)/UF(evil.exe)/EF<</Type/Font/F 10 0 R>>>>]",
            "objets": {10: un_flux(b"MZ-evil", "/Type/EmbeddedFile")},
        },
        "EmbeddedFile",
    ),
    "envoi": (
        {"page": "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/SubmitForm/F(h)>>>>]"},
        "SubmitForm",
    ),
    "média riche": (
        {"page": "/Annots[<</Type/Annot/Subtype/RichMedia/Rect[0 0 9 9]>>]"},
        "RichMedia",
    ),
    "fichier joint": (
        {
            "catalogue": "/Names<</EmbeddedFiles<</Names[(a.exe)10 0 R]>>>>",
            "objets": {
                10: b"<</Type/Filespec/F(a.exe)/UF(a.exe)/EF<</F 11 0 R>>>>",
                11: un_flux(b"MZ", "/Type/EmbeddedFile"),
            },
        },
        "EmbeddedFile",
    ),
    "fichier épinglé": (
        {
            "page": "/Annots[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 10 0 R>>]",
            "objets": {
                10: b"<</Type/Filespec/F(a.exe)/EF<</F 11 0 R>>>>",
                11: un_flux(b"MZ", "/Type/EmbeddedFile"),
            },
        },
        "EmbeddedFile",
    ),
}


def un_pdf_actif(nom: str) -> bytes:
    return un_pdf_brut(**ACTIFS[nom][0])
