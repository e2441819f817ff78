from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.db import DatabaseError, transaction
from pypdf import PdfReader

from recouvrement.documents.actions.scelles import assembler, sceller
from recouvrement.documents.fichiers import lire
from recouvrement.documents.models import Document
from recouvrement.documents.reponses import repondre_document, repondre_fichier
from recouvrement.journal.models import Entree
from recouvrement.socle.erreurs import ErreurMetier
from tests.fabriques import documents as des
from tests.fabriques.comptes import un_creancier

MAINTENANT = datetime(2026, 9, 3, 10, tzinfo=UTC)


def un_document(creancier, *, nature="lettre", contexte=None, **reste):
    valeurs = {
        "titre": "Lettre de relance",
        "nom_fichier": "lettre-été.pdf",
        "gabarit": "relances/documents/lettre.html",
        "contexte": contexte or des.une_lettre(),
        "donnees": {"total": "7112.96"},
        "maintenant": MAINTENANT,
        "acteur": None,
    }
    return sceller(creancier, nature=nature, **valeurs | reste)


def une_requete_scellee(creancier):
    return un_document(
        creancier,
        nature="requete",
        gabarit="contentieux/documents/injonction.html",
        contexte=des.une_requete(),
        formulaire=True,
    )


@pytest.mark.django_db
def test_sceller_garde_le_pdf_ses_donnees_et_l_ecrit_au_journal():
    creancier = un_creancier()

    document = un_document(creancier)

    octets = lire(document.empreinte)
    assert octets.startswith(b"%PDF-")
    assert (document.taille, document.pages) == (len(octets), 1)
    assert document.donnees == {"total": "7112.96"}
    assert len(document.version_gabarit) == 16
    entree = Entree.objects.pour(creancier).get()
    assert entree.cible_id == document.pk
    assert entree.donnees["empreinte"] == document.empreinte


@pytest.mark.django_db
def test_le_meme_contenu_rescelle_rend_le_meme_document():
    creancier, autre = un_creancier(), un_creancier()

    premier, second = un_document(creancier), un_document(creancier)
    voisin = un_document(autre)

    assert premier == second
    assert Entree.objects.pour(creancier).count() == 1
    assert (voisin.empreinte, voisin.pk != premier.pk) == (premier.empreinte, True)


@pytest.mark.django_db
def test_un_document_scelle_ne_se_recrit_ni_ne_s_efface():
    document = un_document(un_creancier())
    sienne = Document.objects.pour(document.creancier).filter(pk=document.pk)

    with pytest.raises(DatabaseError, match="ne se modifie pas"), transaction.atomic():
        sienne.update(titre="Autre titre")
    with pytest.raises(DatabaseError, match="ne se modifie pas"), transaction.atomic():
        sienne.delete()
    assert sienne.get().titre == "Lettre de relance"


@pytest.mark.django_db
def test_un_lot_s_assemble_dans_l_ordre_et_garde_les_champs_du_premier():
    creancier = un_creancier()
    requete, lettre = une_requete_scellee(creancier), un_document(creancier)

    lot = PdfReader(BytesIO(assembler([requete, lettre])))

    assert len(lot.pages) == requete.pages + lettre.pages
    assert len(lot.get_fields()) == len(PdfReader(BytesIO(lire(requete.empreinte))).get_fields())
    assert "Menuiserie Kerbrat" in lot.pages[-1].extract_text()
    assert lot.root_object["/Lang"] == "fr"


def test_un_lot_vide_se_refuse():
    with pytest.raises(ErreurMetier, match="aucun document"):
        assembler([])


@pytest.mark.django_db
def test_un_document_scelle_s_affiche_et_rien_d_autre_ne_s_execute():
    reponse = repondre_document(un_document(un_creancier()))

    assert reponse["Content-Type"] == "application/pdf"
    assert reponse["Content-Disposition"] == "inline; filename*=utf-8''lettre-%C3%A9t%C3%A9.pdf"
    assert reponse["X-Content-Type-Options"] == "nosniff"
    assert reponse["Cache-Control"] == "no-store, private"
    assert "default-src 'none'" in reponse["Content-Security-Policy"]


@pytest.mark.parametrize("nom", ['a"b\r\nSet-Cookie: x=1.pdf', "../../x.html", "é" * 300, ""])
def test_un_fichier_depose_se_telecharge_sans_jamais_s_ouvrir(nom):
    reponse = repondre_fichier(b"<script>", nom, "text/html")

    assert reponse["Content-Disposition"].startswith("attachment")
    assert "\n" not in reponse["Content-Disposition"]
    assert reponse["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert reponse["X-Content-Type-Options"] == "nosniff"
