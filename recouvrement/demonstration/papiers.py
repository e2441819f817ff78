"""Une page de PDF, sans mise en page : de quoi avoir des pièces à joindre et à numéroter."""

from collections.abc import Sequence

from factures.models import Facture
from recouvrement.socle.formats import euros, jour


def facture_en_pdf(facture: Facture) -> bytes:
    creancier, client = facture.creancier, facture.client
    return page(
        f"{facture.get_nature_display()} {facture.numero}",
        [
            f"{creancier.nom} - {creancier.adresse}, {creancier.code_postal} {creancier.ville}",
            f"SIREN {creancier.siren} - TVA {creancier.tva}",
            "",
            f"Client : {client.nom}",
            f"{client.adresse}, {client.code_postal} {client.ville}",
            "",
            facture.libelle,
            f"Total HT : {euros(facture.montant_ht or 0)}",
            f"TVA : {euros(facture.montant_tva or 0)}",
            f"Total TTC : {euros(facture.montant_ttc)}",
            "",
            f"Émise le {jour(facture.date_emission)}, à régler le {jour(facture.date_echeance)}.",
            "Pénalités de retard : taux de la BCE + 10 points. Indemnité forfaitaire : 40 euros.",
            "Document fictif, fait pour la démonstration.",
        ],
    )


def page(titre: str, lignes: Sequence[str]) -> bytes:
    """Une page A4, un titre et des lignes, en Helvetica : les polices de base ne pèsent rien."""
    texte = ["BT /F2 18 Tf 60 770 Td", f"({_echapper(titre)}) Tj", "/F1 11 Tf 0 -16 Td"]
    texte += [f"0 -18 Td ({_echapper(ligne)}) Tj" for ligne in lignes]
    flux = "\n".join([*texte, "ET"]).encode("cp1252", "replace")
    police = b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
    objets = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(flux), flux),
        police % b"Helvetica",
        police % b"Helvetica-Bold",
    ]
    return _assembler(objets)


def _echapper(texte: str) -> str:
    simple = texte.replace("\u202f", " ").replace("\u00a0", " ")
    return simple.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _assembler(objets: Sequence[bytes]) -> bytes:
    sortie, places = bytearray(b"%PDF-1.4\n"), []
    for numero, objet in enumerate(objets, start=1):
        places.append(len(sortie))
        sortie += b"%d 0 obj\n%s\nendobj\n" % (numero, objet)
    table = len(sortie)
    sortie += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objets) + 1)
    sortie += b"".join(b"%010d 00000 n \n" % place for place in places)
    fin = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(sortie + fin % (len(objets) + 1, table))
