"""Une facture d'achat n'est pas une créance ; celle d'un autre vendeur se justifie."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clients.models import Client
from factures.actions.importation import (
    admettre,
    admettre_vendeurs,
    preparer_import,
    valider_import,
)
from factures.imports.parties import est_le_creancier, est_un_autre_vendeur
from factures.imports.types import PartieLue
from factures.lectures.questions import vendeurs_a_admettre
from factures.models import Facture, LigneImport
from recouvrement.comptes.models import Creancier
from recouvrement.journal.models import Entree
from tests.fabriques.comptes import un_creancier
from tests.factures.imports.echantillons import un_cii, un_pdf_joignant

pytestmark = pytest.mark.django_db
MAINTENANT = datetime(2026, 6, 10, 10, tzinfo=UTC)
ACHAT = Path(__file__).parent.parent / "cas" / "facture-d-achat" / "a.xml"
TANGUY = {"nom": "Menuiserie Tanguy", "siren": "900100207"}


def preparer(creancier, *fichiers, **options):
    return preparer_import(creancier, fichiers, acteur=None, maintenant=MAINTENANT, **options)


def la_ligne(importation, rang=1):
    return LigneImport.objects.pour(importation.creancier).get(importation=importation, rang=rang)


def vendu_par(**remplacements):
    octets = un_cii()
    for avant, apres in remplacements.values():
        octets = octets.replace(avant.encode(), apres.encode())
    return octets


def test_une_facture_d_achat_est_refusee_sans_recours():
    creancier = un_creancier(**TANGUY)
    importation = preparer(creancier, ("a.xml", ACHAT.read_bytes()), motif_du_vendeur="Essai")
    ligne = la_ligne(importation)
    assert ligne.sort == "refusee"
    assert ligne.refus[0]["phrase"] == (
        "Menuiserie Tanguy en est l'acheteur : c'est une facture à payer, pas une créance."
    )
    assert vendeurs_a_admettre(importation) == []
    valider_import(importation, acteur=None, maintenant=MAINTENANT)
    assert not Client.objects.pour(creancier).exists()


@pytest.mark.parametrize(
    ("acheteur", "attendu"),
    [
        (PartieLue(nom="Autre nom", siren="900100207"), True),
        (PartieLue(nom="Autre nom", siret="90010020700016"), True),
        (PartieLue(nom="Autre nom", tva="FR83900100207"), True),
        (PartieLue(nom="SARL MENUISERIE TANGUY"), True),
        # Un homonyme se distingue par son SIREN.
        (PartieLue(nom="Menuiserie Tanguy", siren="404833048"), False),
        (PartieLue(nom="Menuiserie Le Goff"), False),
        (PartieLue(code="C1"), False),
    ],
)
def test_le_siren_la_tva_ou_le_nom_disent_si_l_acheteur_est_le_creancier(acheteur, attendu):
    assert est_le_creancier(acheteur, Creancier(**TANGUY)) is attendu


@pytest.mark.parametrize(
    ("vendeur", "creancier", "attendu"),
    [
        (PartieLue(), TANGUY, False),
        (PartieLue(nom="Tanguy Menuiserie"), TANGUY, False),
        (PartieLue(nom="Ancien nom", siren="900100207"), TANGUY, False),
        (PartieLue(nom="Menuiserie Tanguy", siren="404833048"), TANGUY, True),
        # La TVA seule décide aussi.
        (PartieLue(nom="Menuiserie Tanguy", tva="FR83404833048"), TANGUY, True),
        (PartieLue(nom="Fournisseur Bois"), TANGUY, True),
        # SIREN du créancier, TVA d'un autre : les deux se contredisent.
        (PartieLue(siren="900100207", tva="FR83404833048"), TANGUY, True),
        (PartieLue(nom="Bois", siren="404833048"), {"nom": "Menuiserie Tanguy"}, True),
        (
            PartieLue(nom="Menuiserie Tanguy", siren="404833048"),
            {"nom": "MENUISERIE TANGUY"},
            False,
        ),
        (PartieLue(nom="Hout", tva="BE0403019261"), {"nom": "Hout", "tva": "BE0202239951"}, True),
    ],
)
def test_un_autre_vendeur_se_reconnait_a_son_siren_sa_tva_ou_son_nom(vendeur, creancier, attendu):
    assert est_un_autre_vendeur(vendeur, Creancier(**creancier)) is attendu


def test_la_facture_d_un_autre_vendeur_se_refuse_puis_s_admet_avec_un_motif_qui_reste():
    creancier = un_creancier(**TANGUY)
    importation = preparer(creancier, ("a.xml", un_cii()), ("b.xml", un_cii(numero="F2")))
    assert la_ligne(importation).sort == "refusee"
    assert la_ligne(importation).refus[0]["phrase"] == (
        "Émise par « Menuiserie Kerbrat » (SIREN 732\u202f829\u202f320), "
        "qui n'est pas Menuiserie Tanguy."
    )
    (question,) = vendeurs_a_admettre(importation)
    assert (question.nom, question.nombre) == ("Menuiserie Kerbrat", 2)
    admettre_vendeurs(importation, {question.sujet: "Fonds repris en 2025"})
    assert la_ligne(importation).sort == "creee"
    assert "Admise : Fonds repris en 2025" in " ".join(
        a["phrase"] for a in la_ligne(importation).alertes
    )
    valider_import(importation, acteur=None, maintenant=MAINTENANT)
    entrees = Entree.objects.pour(creancier)
    assert entrees.get(evenement="import_valide").donnees["vendeurs"] == {
        "732829320": "Fonds repris en 2025"
    }
    facture = Facture.objects.pour(creancier).get(numero="F2")
    entree = entrees.get(evenement="facture_importee", cible_id=facture.pk)
    assert entree.donnees["motif"] == "Fonds repris en 2025"


def test_une_tva_seule_suffit_a_reconnaitre_un_autre_vendeur():
    octets = vendu_par(
        siren=('<ram:ID schemeID="0002">732829320</ram:ID>', "<ram:Name>X</ram:Name>")
    )
    importation = preparer(un_creancier(**TANGUY), ("a.xml", octets))
    assert "(SIREN 732\u202f829\u202f320)" in la_ligne(importation).refus[0]["phrase"]


def test_admettre_la_forme_n_admet_pas_le_vendeur():
    creancier = un_creancier(**TANGUY)
    importation = preparer(creancier, ("a.pdf", un_pdf_joignant("factur-x.xml", un_cii())))
    importation = admettre(importation, None)
    assert la_ligne(importation).sort == "refusee"
    (question,) = vendeurs_a_admettre(importation)
    admettre_vendeurs(importation, {question.sujet: "Mandat de facturation"})
    assert la_ligne(importation).sort == "creee"


def test_un_tableur_ne_fait_pas_du_creancier_son_propre_debiteur():
    creancier = un_creancier(**TANGUY)
    csv = (
        "Numéro;Client;SIREN;Date facture;Montant TTC\n"
        "F1;Tanguy;900100207;01/05/2026;10,00\nF2;MENUISERIE TANGUY;;01/05/2026;10,00\n"
        "F3;Menuiserie Tanguy;404833048;01/05/2026;10,00\n"
    )
    importation = preparer(creancier, ("v.csv", csv.encode()))
    assert [la_ligne(importation, rang).sort for rang in (1, 2, 3)] == [
        "refusee", "refusee", "creee"
    ]  # fmt: skip


def test_la_commande_dit_les_refus_et_admet_avec_un_motif(tmp_path):
    creancier = un_creancier(**TANGUY)
    autre = tmp_path / "b.xml"
    autre.write_bytes(un_cii())
    sortie = StringIO()
    with pytest.raises(CommandError) as erreur:
        call_command(
            "importer_factures", str(ACHAT), str(autre), creancier=creancier.code, stdout=sortie
        )
    assert erreur.value.returncode == 2
    assert "Menuiserie Tanguy en est l'acheteur" in sortie.getvalue()
    assert "Émise par « Menuiserie Kerbrat »" in sortie.getvalue()
    call_command(
        "importer_factures", str(autre), creancier=creancier.code,
        admettre_vendeur="Fonds repris", stdout=sortie,
    )  # fmt: skip
    assert "Admise : Fonds repris" in sortie.getvalue()
    assert Facture.objects.pour(creancier).count() == 1
