"""Une facture payable en plusieurs fois : lue, demandée ou saisie, une ligne par échéance."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from factures.actions import encaisser, enregistrer_en_tranches, modifier_facture
from factures.actions.importation import admettre, corriger, preparer_import, valider_import
from factures.erreurs import FactureIncoherente
from factures.imports.corrections import champs_a_corriger
from factures.imports.tranches import decouper
from factures.imports.types import EcheanceLue, FactureLue, PartieLue
from factures.lectures.decompte import decompte_client
from factures.lectures.fiche import fiche_facture
from factures.models import Encaissement, Facture, LigneImport
from recouvrement.droit.compte import INDEMNITE_UNIQUE
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture
from tests.factures.imports.echantillons import un_cii, un_ubl

MAINTENANT = datetime(2026, 4, 10, 10, tzinfo=UTC)
ENTETES = "Numéro;Client;Date facture;Échéance;Montant TTC;Déjà payé"
TROIS = [
    (date(2026, 1, 31), Decimal("400.00")),
    (date(2026, 2, 28), Decimal("500.00")),
    (date(2026, 3, 31), Decimal("300.00")),
]


@pytest.fixture
def soldes(db):
    yield
    call_command("verifier", "soldes", stdout=StringIO())


def preparer(creancier, *fichiers):
    return preparer_import(creancier, fichiers, acteur=None, maintenant=MAINTENANT)


def importer(creancier, *fichiers):
    importation = preparer(creancier, *fichiers)
    return valider_import(importation, acteur=None, maintenant=MAINTENANT)


def csv(*lignes, entetes=ENTETES):
    return "ventes.csv", "\n".join([entetes, *lignes]).encode()


def les_lignes(importation):
    lignes = LigneImport.objects.pour(importation.creancier).filter(importation=importation)
    return list(lignes.order_by("rang"))


def phrases(ligne, quoi="alertes"):
    return " ".join(p["phrase"] for p in getattr(ligne, quoi))


def les_tranches(creancier):
    factures = Facture.objects.pour(creancier).order_by("tranche")
    return [(f.reference, f.date_echeance, f.montant_ttc, f.solde) for f in factures]


def un_cii_en_trois(*montants):
    termes = "".join(
        "<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>"
        f'<udt:DateTimeString format="102">{jour}</udt:DateTimeString></ram:DueDateDateTime>'
        + (f"<ram:PartialPaymentAmount>{montant}</ram:PartialPaymentAmount>" if montant else "")
        + "</ram:SpecifiedTradePaymentTerms>"
        for jour, montant in zip(("20260411", "20260511", "20260611"), montants, strict=True)
    )
    return un_cii(echeance="", profil="EXTENDED", reglement=termes)


def test_un_cii_etendu_donne_une_facture_par_echeance(soldes):
    creancier = un_creancier()
    importation = importer(creancier, ("a.xml", un_cii_en_trois("400.00", "500.00", "300.00")))
    assert les_tranches(creancier) == [
        ("FA-2026-041 (1/3)", date(2026, 4, 11), Decimal("400.00"), Decimal("400.00")),
        ("FA-2026-041 (2/3)", date(2026, 5, 11), Decimal("500.00"), Decimal("500.00")),
        ("FA-2026-041 (3/3)", date(2026, 6, 11), Decimal("300.00"), Decimal("300.00")),
    ]
    lignes = les_lignes(importation)
    assert "Échéance 2 sur 3 d'une facture de" in phrases(lignes[1])
    # Chaque ligne de l'import mène à sa tranche.
    assert [ligne.facture.tranche for ligne in lignes] == [1, 2, 3]
    assert [ligne.sort for ligne in les_lignes(preparer(creancier, *_encore()))] == [
        "inchangee"
    ] * 3


def _encore():
    return [("a.xml", un_cii_en_trois("400.00", "500.00", "300.00"))]


def test_un_ubl_a_plusieurs_termes_de_meme(soldes):
    creancier = un_creancier()
    termes = "".join(
        f"<cac:PaymentTerms><cbc:Amount currencyID='EUR'>{montant}</cbc:Amount>"
        f"<cbc:InstallmentDueDate>{jour}</cbc:InstallmentDueDate></cac:PaymentTerms>"
        for jour, montant in (("2026-04-11", "700.00"), ("2026-05-11", "500.00"))
    ).encode()
    total = b"<cac:LegalMonetaryTotal>"
    importer(creancier, ("a.xml", un_ubl(echeance="").replace(total, termes + total)))
    assert [montant for _, _, montant, _ in les_tranches(creancier)] == [
        Decimal("700.00"),
        Decimal("500.00"),
    ]


@pytest.mark.django_db
def test_plusieurs_dates_sans_montants_se_demandent(soldes):
    creancier = un_creancier()
    importation = preparer(creancier, ("a.xml", un_cii_en_trois(None, None, None)))
    (ligne,) = les_lignes(importation)
    assert phrases(ligne, "refus") == (
        "3 échéances (11/04/2026, 11/05/2026, 11/06/2026) sans leurs montants : combien à chacune ?"
    )
    assert champs_a_corriger(ligne) == {"echeances": ""}
    corriger(importation, {"l1_echeances": "11/04/2026 400 ; 11/05/2026 500"})
    assert "Les échéances font" in phrases(les_lignes(importation)[0], "refus")
    corriger(importation, {"l1_echeances": "11/04/2026 400,00 ; 11/05/2026 800,00"})
    valider_import(importation, acteur=None, maintenant=MAINTENANT)
    assert [montant for _, _, montant, _ in les_tranches(creancier)] == [
        Decimal("400.00"),
        Decimal("800.00"),
    ]


@pytest.mark.django_db
def test_admise_sans_ses_montants_la_facture_est_due_a_la_derniere_echeance():
    creancier = un_creancier()
    importation = preparer(creancier, ("a.xml", un_cii_en_trois(None, None, None)))
    admettre(importation, "a.xml")
    valider_import(importation, acteur=None, maintenant=MAINTENANT)
    facture = Facture.objects.pour(creancier).get()
    assert (facture.tranches, facture.date_echeance) == (1, date(2026, 6, 11))


def test_des_lignes_de_meme_numero_a_d_autres_dates_sont_ses_echeances(soldes):
    creancier = un_creancier()
    importation = importer(
        creancier,
        csv(
            "F1;Kappa;03/01/2026;28/02/2026;500,00;",
            "F1;Kappa;03/01/2026;31/01/2026;400,00;400,00",
            "F1;Kappa;03/01/2026;31/03/2026;300,00;",
        ),
    )
    assert les_tranches(creancier) == [
        ("F1 (1/3)", date(2026, 1, 31), Decimal("400.00"), Decimal("0.00")),
        ("F1 (2/3)", date(2026, 2, 28), Decimal("500.00"), Decimal("500.00")),
        ("F1 (3/3)", date(2026, 3, 31), Decimal("300.00"), Decimal("300.00")),
    ]
    assert "Échéance 2 sur 3" in phrases(les_lignes(importation)[0])


@pytest.mark.django_db
def test_le_meme_montant_a_deux_dates_se_demande_et_la_colonne_y_repond():
    creancier = un_creancier()
    lignes = ("F1;Kappa;03/01/2026;31/01/2026;400,00", "F1;Kappa;03/01/2026;28/02/2026;400,00")
    douteux = csv(*lignes, entetes="Numéro;Client;Date facture;Échéance;Montant TTC")
    importation = preparer(creancier, douteux)
    assert [ligne.sort for ligne in les_lignes(importation)] == ["creee", "refusee"]
    assert "choisissez « Montant de l'échéance »" in phrases(les_lignes(importation)[1], "refus")
    dit = csv(*lignes, entetes="Numéro;Client;Date facture;Échéance;Montant de l'échéance")
    importer(creancier, dit)
    assert [reference for reference, *_ in les_tranches(creancier)] == ["F1 (1/2)", "F1 (2/2)"]


def test_une_colonne_peut_porter_toutes_les_echeances(soldes):
    creancier = un_creancier()
    importer(
        creancier,
        csv(
            'F1;Kappa;03/01/2026;1200,00;"31/01/2026 400,00 ; 28/02/2026 800,00";500,00',
            entetes="Numéro;Client;Date facture;Montant TTC;Échéances et montants;Déjà payé",
        ),
    )
    # Les 500,00 déjà versés paient la plus ancienne, puis entament la suivante.
    assert [solde for *_, solde in les_tranches(creancier)] == [Decimal(0), Decimal("700.00")]
    assert Encaissement.objects.pour(creancier).count() == 2


@pytest.mark.django_db
def test_une_facture_deja_connue_en_une_echeance_n_en_prend_pas_trois():
    creancier = un_creancier()
    une_facture(client=un_client(creancier=creancier), numero="FA-2026-041")
    importation = preparer(creancier, *_encore())
    assert "Déjà connue en 1\xa0échéance." in phrases(les_lignes(importation)[0], "refus")


OUVERTES = [
    ["F1;Kappa;03/01/2026;31/03/2026;300,00;"],
    ["F1;Kappa;03/01/2026;31/03/2026;300,00;", "F1;Kappa;03/01/2026;28/02/2026;500,00;200,00"],
]


@pytest.mark.parametrize("ouvertes", OUVERTES)
def test_une_liste_des_seules_echeances_ouvertes_retrouve_chacune(soldes, ouvertes):
    creancier = un_creancier()
    importer(
        creancier,
        csv(
            "F1;Kappa;03/01/2026;31/01/2026;400,00;400,00",
            "F1;Kappa;03/01/2026;28/02/2026;500,00;",
            "F1;Kappa;03/01/2026;31/03/2026;300,00;",
        ),
    )
    importation = importer(creancier, csv(*ouvertes))

    assert {ligne.sort for ligne in les_lignes(importation)} <= {"inchangee", "maj"}
    assert [solde for *_, solde in les_tranches(creancier)] == [
        Decimal("0.00"),
        Decimal("500.00") if len(ouvertes) == 1 else Decimal("300.00"),
        Decimal("300.00"),
    ]


@pytest.mark.django_db
def test_une_echeance_d_un_autre_montant_reste_a_trancher():
    creancier = un_creancier()
    importer(creancier, ("a.xml", un_cii_en_trois("400.00", "500.00", "300.00")))
    connue = Facture.objects.pour(creancier).get(tranche=3)
    ligne = f"{connue.numero};Kappa;03/01/2026;{connue.date_echeance:%d/%m/%Y};299,00;"
    importation = preparer(creancier, csv(ligne))
    assert "Déjà connue en 3\xa0échéances." in phrases(les_lignes(importation)[0], "refus")


MONTANTS = st.lists(st.decimals("0.01", "9999.99", places=2), min_size=2, max_size=6)


@given(MONTANTS, st.decimals("0.00", "20000.00", places=2))
def test_les_tranches_font_la_facture_et_l_acompte_paye_les_premieres(montants, prepaye):
    total = sum(montants)
    prepaye = min(prepaye, total)
    facture = FactureLue(
        *("F1", "facture", date(2026, 1, 1), date(2026, 12, 1), "EUR", None, None),
        *(total, prepaye, total - prepaye, PartieLue(), PartieLue()),
        echeances=tuple(EcheanceLue(date(2026, n, 1), m) for n, m in enumerate(montants, 1)),
    )
    tranches = decouper(facture)
    assert sum(t.ttc for t in tranches) == total
    assert sum(t.montant_prepaye for t in tranches) == prepaye
    entamees = [t.montant_du for t in tranches if t.montant_prepaye]
    assert not any(entamees[:-1])


def en_trois(creancier, client):
    return enregistrer_en_tranches(
        creancier,
        client=client,
        numero="F-12",
        nature="facture",
        date_emission=date(2026, 1, 3),
        echeances=TROIS,
        montant_ttc=Decimal("1200.00"),
        acteur=un_utilisateur(chez=creancier),
    )


def test_une_seule_indemnite_par_facture_portee_par_la_premiere_manquee(soldes):
    creancier = un_creancier()
    client = un_client(creancier=creancier)
    premiere, deuxieme, troisieme = en_trois(creancier, client)
    recu = encaisser(
        client,
        montant=Decimal("400.00"),
        recu_le=date(2026, 1, 30),
        moyen="virement",
        acteur=None,
    )
    assert recu.imputations.get().facture == premiere
    decompte = decompte_client(client, au=date(2026, 4, 15))
    # Chacune ses intérêts, de son échéance ; une seule les 40 €.
    par_facture = {ligne.facture.pk: ligne for ligne in decompte.lignes}
    assert par_facture[deuxieme.pk].indemnite == Decimal("40.00")
    assert par_facture[troisieme.pk].indemnite == Decimal("0.00")
    assert par_facture[deuxieme.pk].periodes[0].du == date(2026, 3, 1)
    assert par_facture[troisieme.pk].periodes[0].du == date(2026, 4, 1)
    assert INDEMNITE_UNIQUE in decompte.avertissements


@pytest.mark.django_db
def test_la_fiche_dit_la_facture_entiere_et_ses_soeurs():
    creancier = un_creancier()
    _, deuxieme, _ = en_trois(creancier, un_client(creancier=creancier))
    fiche = fiche_facture(deuxieme, au=date(2026, 4, 15))
    assert fiche.total_de_la_facture == Decimal("1200.00")
    assert [tranche.reference for tranche in fiche.tranches] == [
        "F-12 (1/3)",
        "F-12 (2/3)",
        "F-12 (3/3)",
    ]
    with pytest.raises(FactureIncoherente):
        modifier_facture(deuxieme, montant_ttc=Decimal("1.00"), acteur=None)
    modifier_facture(deuxieme, date_echeance=date(2026, 3, 15), acteur=None)
    assert str(deuxieme) == "Facture F-12 (2/3)"


@pytest.mark.django_db
@pytest.mark.parametrize(("tranche", "tranches"), [(0, 1), (2, 1), (4, 3)])
def test_la_base_refuse_une_tranche_hors_de_ses_bornes(tranche, tranches):
    facture = une_facture()
    with pytest.raises(IntegrityError):
        Facture.objects.pour(facture.creancier).filter(pk=facture.pk).update(
            tranche=tranche, tranches=tranches
        )
