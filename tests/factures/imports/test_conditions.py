"""L'échéance d'après les conditions de règlement : lues, du client, du créancier."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factures.actions.importation import admettre, corriger, preparer_import, valider_import
from factures.imports.conditions import lire_conditions
from factures.imports.corrections import champs_a_corriger
from factures.imports.lecteur import lire_fichier
from factures.models import Facture, LigneImport
from recouvrement.droit.terme import DELAI_MAXIMAL, JOUR_MAXIMAL, GenreTerme, Terme
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier
from tests.factures.imports.echantillons import un_cii, un_ubl

CAS = Path(__file__).parent.parent / "cas" / "fin-de-mois"
MAINTENANT = datetime(2026, 4, 10, 10, tzinfo=UTC)
ENTETES = "Numéro;Client;Date facture;Échéance;Conditions de règlement;Montant TTC"


def preparer(creancier, *fichiers):
    return preparer_import(creancier, fichiers, acteur=None, maintenant=MAINTENANT)


def csv(*lignes):
    return "ventes.csv", "\n".join([ENTETES, *lignes]).encode()


def les_lignes(importation):
    lignes = LigneImport.objects.pour(importation.creancier).filter(importation=importation)
    return list(lignes.order_by("rang"))


def phrases(ligne, quoi="alertes"):
    return " ".join(p["phrase"] for p in getattr(ligne, quoi))


def enregistrer(importation):
    valider_import(importation, acteur=None, maintenant=MAINTENANT)
    return Facture.objects.pour(importation.creancier).get()


@pytest.mark.parametrize(
    ("ecrit", "genre", "jours", "jour"),
    [
        ("45 jours fin de mois", "fin_de_mois", 45, None),
        ("45 j FDM", "fin_de_mois", 45, None),
        ("45J F.D.M.", "fin_de_mois", 45, None),
        ("30DENDMONTH", "fin_de_mois", 30, None),
        ("Virement à 60 jours fin de mois", "fin_de_mois", 60, None),
        ("Fin de mois", "fin_de_mois", 0, None),
        ("fin de mois 45 jours", "fin_de_mois_puis", 45, None),
        ("Fin de mois + 45 j", "fin_de_mois_puis", 45, None),
        ("45 jours après la fin du mois", "fin_de_mois_puis", 45, None),
        ("30 jours fin de mois le 10", "fin_de_mois", 30, 10),
        ("30 FDM, le 10 du mois suivant", "fin_de_mois", 30, 10),
        ("Le 15 du mois suivant", "fin_de_mois", 0, 15),
        ("30 jours fin de décade", "decade", 30, None),
        ("à la décade", "decade", 0, None),
        ("fin de décade + 10 jours", "decade_puis", 10, None),
        ("30 jours nets", "nets", 30, None),
        ("60 jours à compter de la date de facture", "nets", 60, None),
        ("Net 30", "nets", 30, None),
        ("Délai de paiement : 30 jours", "nets", 30, None),
        ("trente jours", "nets", 30, None),
        ("30", "nets", 30, None),
        ("À réception", "nets", 0, None),
        ("Paiement comptant", "nets", 0, None),
    ],
)
def test_les_conditions_d_usage_se_lisent(ecrit, genre, jours, jour):
    assert lire_conditions(ecrit) == Terme(GenreTerme(genre), jours, jour)


@pytest.mark.parametrize(
    "ecrit",
    [
        *("", "À la commande", "50 % à la commande, solde à 30 jours", "2/10 net 30"),
        *("30 jours réception", "30 jours le 10", "30 à 45 jours", "150 jours", "sous huitaine"),
        *("fin du mois suivant", "30 jours fin de mois suivant", "45 jours fin de mois le 31"),
        "Escompte 2 % à 8 jours, sinon 30 jours",
    ],
)
def test_au_doute_les_conditions_ne_se_devinent_pas(ecrit):
    assert lire_conditions(ecrit) is None


@st.composite
def termes(tirer):
    genre = tirer(st.sampled_from(GenreTerme))
    jours = tirer(st.integers(1, DELAI_MAXIMAL))
    avec_jour = genre == GenreTerme.FIN_DE_MOIS
    return Terme(
        genre, jours, tirer(st.none() | st.integers(1, JOUR_MAXIMAL)) if avec_jour else None
    )


@given(termes(), st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_ce_qui_s_affiche_se_relit_et_l_echeance_ne_precede_jamais_l_emission(terme, emission):
    assert lire_conditions(str(terme)) == terme
    assert terme.echeance(emission) >= emission


@pytest.mark.django_db
def test_45_jours_fin_de_mois_dans_un_tableur():
    # Émise le 03/04/2026 : 18/05, puis la fin du mois.
    creancier = un_creancier()
    importation = preparer(creancier, ("a.csv", (CAS / "a.csv").read_bytes()))
    (ligne,) = les_lignes(importation)
    assert "31/05/2026, « 45 jours fin de mois » d'après le fichier" in phrases(ligne)
    assert enregistrer(importation).date_echeance == date(2026, 5, 31)


@pytest.mark.django_db
def test_des_conditions_sous_echeance_sont_lues_comme_telles():
    importation = preparer(un_creancier(), csv("F1;Kappa;03/04/2026;fin de mois + 45 jours;;100"))
    assert enregistrer(importation).date_echeance == date(2026, 6, 14)


@pytest.mark.django_db
def test_des_conditions_incomprises_tiennent_la_ligne_jusqu_a_ce_qu_on_reponde():
    importation = preparer(un_creancier(), csv("F1;Kappa;03/04/2026;;À la commande;100,00"))
    (ligne,) = les_lignes(importation)
    assert phrases(ligne, "refus") == (
        "Échéance absente, et « À la commande » ne la donne pas : quelle est-elle ?"
    )
    assert champs_a_corriger(ligne) == {"conditions": "À la commande", "date_echeance": ""}
    corriger(importation, {"l1_date_echeance": "20/04/2026"})
    assert enregistrer(importation).date_echeance == date(2026, 4, 20)


@pytest.mark.django_db
def test_une_echeance_ecrite_l_emporte_et_le_desaccord_se_dit():
    importation = preparer(
        un_creancier(), csv("F1;Kappa;03/04/2026;30/04/2026;45 jours fin de mois;100,00")
    )
    (ligne,) = les_lignes(importation)
    assert "« 45 jours fin de mois », donneraient le 31/05/2026" in phrases(ligne)
    assert enregistrer(importation).date_echeance == date(2026, 4, 30)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("du_client", "echeance", "origine"),
    [
        ({}, date(2026, 6, 10), "« 30 jours fin de mois, le 10 », vos conditions habituelles"),
        (
            {"genre_terme": "decade", "delai_paiement": 30},
            date(2026, 5, 10),
            "« 30 jours fin de décade », conditions de ce client",
        ),
    ],
)
def test_sans_rien_d_ecrit_les_conditions_du_client_priment_celles_du_creancier(
    du_client, echeance, origine
):
    creancier = un_creancier(genre_terme="fin_de_mois", delai_paiement=30, jour_terme=10)
    un_client(creancier=creancier, nom="Kappa", code="K1", **du_client)
    octets = "Numéro;Code client;Date facture;Montant TTC\nF1;K1;03/04/2026;100,00".encode()
    importation = preparer(creancier, ("ventes.csv", octets))
    (ligne,) = les_lignes(importation)
    assert origine in phrases(ligne)
    assert enregistrer(importation).date_echeance == echeance


TERME_CII = (
    "<ram:SpecifiedTradePaymentTerms><ram:Description>{}</ram:Description>"
    "</ram:SpecifiedTradePaymentTerms>"
)


def un_xml(conditions):
    return un_cii(echeance="", reglement=TERME_CII.format(conditions))


def test_une_facture_xml_sans_echeance_suit_ses_conditions():
    # Émise le 12/03/2026 : 26/04, puis la fin du mois.
    lu = lire_fichier("a.xml", un_xml("45 jours fin de mois"))
    assert lu.factures[0].date_echeance == date(2026, 4, 30)
    note = b"<cac:PaymentTerms><cbc:Note>Fin de mois, 45 jours</cbc:Note></cac:PaymentTerms>"
    ubl = un_ubl(echeance="").replace(
        b"<cac:LegalMonetaryTotal>", note + b"<cac:LegalMonetaryTotal>"
    )
    # Fin mars, puis 45 jours.
    assert lire_fichier("a.xml", ubl).factures[0].date_echeance == date(2026, 5, 15)


@pytest.mark.django_db
def test_une_facture_xml_aux_conditions_incomprises_attend_une_reponse():
    importation = preparer(un_creancier(), ("a.xml", un_xml("Selon contrat 2024-7")))
    (ligne,) = les_lignes(importation)
    assert "« Selon contrat 2024-7 » ne la donne pas" in phrases(ligne, "refus")
    assert champs_a_corriger(ligne) == {"date_echeance": ""}
    corriger(importation, {"l1_date_echeance": "01/03/2026"})
    assert "précède l'émission" in phrases(les_lignes(importation)[0], "refus")
    corriger(importation, {"l1_date_echeance": "30/04/2026"})
    assert "donnée à l'écran" in phrases(les_lignes(importation)[0])
    assert enregistrer(importation).date_echeance == date(2026, 4, 30)


@pytest.mark.django_db
def test_admise_une_facture_aux_conditions_incomprises_suit_les_conditions_habituelles():
    importation = preparer(un_creancier(delai_paiement=10), ("a.xml", un_xml("Selon contrat")))
    admettre(importation, "a.xml")
    (ligne,) = les_lignes(importation)
    assert "22/03/2026, « 10 jours nets », vos conditions habituelles" in phrases(ligne)
    assert enregistrer(importation).date_echeance == date(2026, 3, 22)
