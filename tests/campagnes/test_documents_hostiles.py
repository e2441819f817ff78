"""Textes hostiles dans chaque document, bombes à chaque guichet : l'application ne sent rien."""

import os
import random
import re
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from factures.imports.isolement import lire_au_fil
from recouvrement.documents.pdf import rendu
from recouvrement.documents.pdf.demandes import Partie, RenduImpossible
from recouvrement.documents.pdf.examen import examiner, fusionner
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.processus import isolement
from tests.appuis.bombes import BOMBES
from tests.fabriques import documents as des
from tests.fabriques.pdf import un_pdf_brut

pytestmark = pytest.mark.campagne
TEXTES = int(os.environ.get("TEXTES", "500"))
NOMBRE_DE_BOMBES = int(os.environ.get("BOMBES", "200"))
GRAINE = int(os.environ.get("GRAINE", "1"))
GABARITS = {
    "relances/documents/lettre.html": des.une_lettre,
    "relances/documents/mise_en_demeure.html": des.une_mise_en_demeure,
    "relances/documents/mise_en_demeure_mandataire.html": des.une_mise_en_demeure_de_mandataire,
    "relances/documents/reconnaissance.html": des.une_reconnaissance,
    "factures/documents/decompte.html": des.un_decompte,
    "contentieux/documents/injonction.html": des.une_requete,
    "contentieux/documents/bordereau.html": des.un_bordereau,
    "contentieux/documents/feuille_piece.html": des.une_feuille_de_piece,
}
ADRESSES = (
    *("file:///etc/passwd", "http://127.0.0.1:9/x.css", "//mal.example/x", "data:text/css,*{}"),
    *("style:../../recouvrement/settings.py", "police:/etc/passwd", "image:logo", "ftp://h/x"),
    *("jar:file:///etc/passwd", "\\\\h\\p", "document:/../../etc/passwd", "gopher://127.0.0.1:9/"),
)
MOULES = (
    '<link rel=attachment href="{u}">', '<img src="{u}">', '<iframe src="{u}"></iframe>',
    '<style>@import url("{u}");body{{background:url({u})}}</style>', "<svg><image href='{u}'/>",
    '"><object data="{u}">', "</title></style></p></table>{u}", '<base href="{u}">',
    '<a href="{u}" style="content:url({u})">x</a>', "<meta http-equiv=refresh content='0;{u}'>",
    "<!--{u}", "<![CDATA[{u}]]>", "{{{{ settings.SECRET_KEY }}}}{u}", "{{% include '{u}' %}}",
    "<embed src={u}>", "<xi:include href='{u}'/>", "&#60;img src={u}&#62;",
)  # fmt: skip
REMPLISSAGES = (
    *("", "\u202e", "\u200b", "\ufffe", "﷽", "e\u0301" * 50, "💶" * 40, "\t\r\n", "  "),
    *("<div>" * 300, "A" * 1500, "é-" * 700, "0" * 600, "\u00ad" * 400, "نص", "\ud7ff"),
)
# L'enfant meurt (WeasyPrint avalerait une exception) sur toute prise réseau, et sur tout fichier
# qui n'est ni de Python, ni du projet, ni une police, ni un brouillon à lui.
GARDE = """
fait = import_module(module).faire
import sys, os, sysconfig, tempfile
permis = tuple({racine, os.path.realpath(racine), sys.prefix, sys.base_prefix,
    os.path.realpath(sys.prefix), tempfile.gettempdir(), "/usr/share/", "/usr/lib", "/lib",
    "/etc/fonts", "/var/cache/fontconfig", "/usr/local/", "/dev/null", %r})
def garde(nom, arguments):
    if nom.startswith("socket.") and nom != "socket.gethostname":
        os._exit(77)
    if nom in ("subprocess.Popen", "os.system", "os.exec"):
        os._exit(77)
    if nom == "open" and isinstance(arguments[0], (str, bytes)):
        chemin = os.fsdecode(arguments[0])
        if os.path.isabs(chemin) and not chemin.startswith(permis):
            os._exit(77)
sys.addaudithook(garde)
servir(fait,"""


def un_texte(hasard: random.Random) -> str:
    morceaux = [
        hasard.choice(REMPLISSAGES) + hasard.choice(MOULES).format(u=hasard.choice(ADRESSES))
        for _ in range(hasard.randint(1, 4))
    ]
    return "".join(morceaux)[:4000]


def un_contexte(fabrique, texte: str) -> dict:
    client = replace(des.DUVAL, nom=texte, forme=texte, adresse=(texte, texte))
    contexte = fabrique()
    saisis = {
        "objet": texte, "reference": texte, "destinataire": client, "debiteur": client,
        "paragraphes": [texte], "tribunal": texte, "resume": texte, "titre": texte,
    }  # fmt: skip
    return contexte | {nom: valeur for nom, valeur in saisis.items() if nom in contexte}


@pytest.fixture
def vivier_garde(monkeypatch, settings):
    """Des enfants surveillés ; `truc` s'ajoute à leur programme."""

    def faire(truc: str = "") -> isolement.Vivier:
        garde = GARDE % str(settings.POLICES)
        garde = garde.replace("servir(fait,", f"{truc}\nservir(fait,")
        programme = isolement.PROGRAMME.replace("servir(import_module(module).faire,", garde)
        monkeypatch.setattr(isolement, "PROGRAMME", programme)
        vivier = isolement.Vivier(rendu.COMPOSITION, combien=2, patience=60)
        monkeypatch.setattr(rendu, "VIVIER", vivier)
        return vivier

    return faire


@pytest.mark.parametrize(
    "trou", ["open('/etc/passwd')", "__import__('socket').create_connection(('127.0.0.1', 9))"]
)
def test_la_garde_voit_ce_qu_elle_doit_voir(vivier_garde, trou):
    vivier_garde(
        "import recouvrement.documents.pdf.composition as c\n"
        f"c.ChargeurFerme.fetch = lambda *_: {trou}"
    )
    with pytest.raises(RenduImpossible, match="mis en page"):
        rendu.rendre_pdf("relances/documents/lettre.html", des.une_lettre())


def test_aucun_texte_n_ouvre_rien_ni_n_arrete_les_documents(vivier_garde):
    vivier = vivier_garde()
    hasard, bilan, durees = random.Random(GRAINE), Counter(), []
    pannes = []
    for _ in range(TEXTES):
        texte = un_texte(hasard)
        for gabarit, fabrique in GABARITS.items():
            debut = time.monotonic()
            try:
                octets, _ = rendu.rendre_pdf(
                    gabarit, un_contexte(fabrique, texte), formulaire="injonction" in gabarit
                )
                bilan["rendus"] += 1
                assert b"/EmbeddedFile" not in octets
                assert b"root:x:0" not in octets
            except RenduImpossible as refus:
                bilan[refus.message] += 1
                if "trop long" not in refus.message:
                    pannes.append((gabarit, texte[:200]))
            durees.append(time.monotonic() - debut)
    vivier.vider()
    durees.sort()
    print(
        f"\n{TEXTES} textes × {len(GABARITS)} documents : {dict(bilan)} ; médiane "
        f"{durees[len(durees) // 2]:.2f} s, la plus longue {durees[-1]:.1f} s."
    )
    for gabarit, texte in pannes[:10]:
        print("  ", gabarit, repr(texte))
    assert pannes == []
    assert durees[-1] < 35


def test_aucune_bombe_ne_coute_a_l_application():
    hasard, bilan = random.Random(GRAINE), Counter()
    noms, pire = list(BOMBES), 0.0
    pousse = 0
    for rang in range(NOMBRE_DE_BOMBES):
        nom = noms[rang % len(noms)]
        extension, fabrique = BOMBES[nom]
        bombe = fabrique(hasard)
        for guichet in ("pièce", "import", "liasse"):
            if guichet == "liasse" and extension != "pdf":
                continue
            avant = oublier_le_pic()
            debut = time.monotonic()
            bilan[f"{guichet} {_passer(guichet, nom, extension, bombe)}"] += 1
            pire = max(pire, time.monotonic() - debut)
            pousse = max(pousse, memoire("VmHWM") - avant)
    print(
        f"\n{NOMBRE_DE_BOMBES} bombes de {len(noms)} sortes à leurs guichets : {dict(bilan)} ; "
        f"mémoire du parent +{pousse // 1024} Mo au pire, réponse {pire:.1f} s au pire."
    )
    assert pousse < 50 * 1024
    assert pire < 35
    assert not any("sans phrase" in issue for issue in bilan)


def memoire(ligne: str) -> int:
    """En kio, ce que le noyau dit de ce processus."""
    etat = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(re.search(rf"{ligne}:\s+(\d+)", etat)[1])


def oublier_le_pic() -> int:
    """Fabriquer la bombe a coûté : seul compte ce que coûte le guichet, depuis maintenant."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return memoire("VmRSS")


def _passer(guichet: str, nom: str, extension: str, bombe: bytes) -> str:
    try:
        if guichet == "pièce":
            return "lue" if examiner(extension, bombe).pages else "gardée sans pages"
        if guichet == "import":
            (resultat,) = lire_au_fil([(f"{nom}.{extension.replace('docx', 'ods')}", bombe)])
            return "refusé" if resultat.refus else "lu"
        fusionner([Partie(un_pdf_brut()), Partie(bombe, etranger=True)])
    except ErreurMetier as refus:
        return "refusée" if refus.message.endswith(".") else f"sans phrase : {refus.message}"
    return "faite"
