from datetime import date
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.utils.http import urlencode

from clients.lectures import doublons_probables
from clients.lectures.liste import sommes
from clients.listes import liste_des_clients
from clients.models import Client
from recouvrement.socle.listes import Criteres
from recouvrement.socle.pages.pagination import paginer
from tests.fabriques.clients import un_client, une_coordonnee
from tests.fabriques.comptes import un_creancier
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db
AU = date(2026, 3, 2)


def clients_de(creancier, **parametres):
    """Ceux que la liste rend pour cette adresse."""
    liste = liste_des_clients(creancier, au=AU)
    lus = QueryDict(urlencode(parametres))
    return liste.selection(liste.lire(lus))


def raisons(creancier, **options):
    return {
        (d.ancien.nom, d.recent.nom): d.raisons for d in doublons_probables(creancier, **options)
    }


def test_les_doublons_viennent_du_siren_de_la_tva_du_courriel_ou_du_nom():
    creancier = un_creancier()
    un_client(creancier=creancier, nom="Alpha", siren="732829320", courriel=None)
    un_client(creancier=creancier, nom="Bêta", siren="732829320", courriel="compta@b.example")
    un_client(creancier=creancier, nom="Gamma", tva="FR1", courriel="COMPTA@b.example")
    un_client(creancier=creancier, nom="Delta", tva="FR1", courriel=None)
    un_client(creancier=creancier, nom="SARL Plâtrerie Costantini", courriel=None)
    un_client(creancier=creancier, nom="Platrerie Constantini", courriel=None)
    un_client(creancier=creancier, nom="Plomberie Le Goff", courriel=None)

    assert raisons(creancier) == {
        ("Alpha", "Bêta"): ("même SIREN",),
        ("Gamma", "Delta"): ("même numéro de TVA",),
        ("Bêta", "Gamma"): ("même courriel",),
        ("SARL Plâtrerie Costantini", "Platrerie Constantini"): ("nom proche",),
    }


def test_deux_siren_differents_font_deux_personnes():
    creancier = un_creancier()
    un_client(creancier=creancier, nom="Duval", siren="732829320", courriel=None)
    un_client(creancier=creancier, nom="SARL Duval", siren="552100554", courriel=None)

    assert raisons(creancier) == {}


def test_les_doublons_d_une_fiche_sont_ceux_de_la_liste():
    creancier = un_creancier()
    fiches = [
        un_client(creancier=creancier, nom=nom, **champs)
        for nom, champs in (
            ("Alpha", {"siren": "732829320", "courriel": None}),
            ("Bêta", {"siren": "732829320", "courriel": "compta@b.example"}),
            ("Gamma", {"tva": "FR1", "courriel": "COMPTA@b.example"}),
            ("Delta", {"tva": "FR1", "courriel": None}),
            ("G.A.E.C. Constantini", {"courriel": None}),
            ("GAEC Costantini", {"courriel": None}),
            ("Zeta", {"courriel": None}),
        )
    ]
    tous = raisons(creancier)
    assert len(tous) == 4
    for fiche in fiches:
        assert raisons(creancier, client=fiche) == {
            paire: mots for paire, mots in tous.items() if fiche.nom in paire
        }


def test_un_doublon_ne_traverse_pas_la_cloison():
    un_client(nom="Duval", siren="732829320")
    chez_nous = un_client(nom="Duval", siren="732829320")

    assert raisons(chez_nous.creancier) == {}


def test_les_montants_d_un_client_viennent_de_ses_factures_ouvertes():
    client = un_client(nom="Duval")
    une_facture(client=client, montant_ttc=Decimal("100.10"), date_echeance=date(2026, 2, 1))
    une_facture(client=client, montant_ttc=Decimal("200.20"), date_echeance=date(2026, 4, 1))
    une_facture(client=client, montant_ttc=Decimal("50.00"), solde=Decimal(0))
    une_facture(client=client, nature="avoir", montant_ttc=Decimal("30.00"))
    un_client(creancier=client.creancier, nom="Sans facture")

    clients = clients_de(client.creancier)
    duval, sans = clients.order_by("nom_recherche")

    assert (duval.total_du, duval.total_echu) == (Decimal("300.30"), Decimal("100.10"))
    assert (duval.plus_ancienne, duval.ouvertes_nb) == (date(2026, 2, 1), 2)
    assert (sans.total_du, sans.total_echu, sans.plus_ancienne) == (0, 0, None)
    assert sommes(clients) == {"nombre": 2, "du": Decimal("300.30"), "echu": Decimal("100.10")}


def test_les_filtres_se_lisent_dans_l_adresse():
    creancier = un_creancier()
    retard = un_client(creancier=creancier, nom="Élagage Brocéliande")
    une_facture(client=retard, date_echeance=date(2026, 2, 1))
    incomplet = un_client(creancier=creancier, nom="Camping", est_a_completer=True)
    mairie = un_client(creancier=creancier, nom="Mairie", nature="public")
    suspendu = un_client(creancier=creancier, nom="Suspendu", suspendu_le=date(2026, 3, 1))
    un_client(
        creancier=creancier,
        nom="Repris",
        suspendu_le=date(2026, 2, 1),
        suspendu_jusqu_au=date(2026, 3, 1),
    )

    def filtre(**parametres):
        return list(clients_de(creancier, **parametres))

    assert filtre(etat="retard") == [retard]
    assert filtre(etat="a_completer") == [incomplet]
    assert filtre(etat="suspendus") == [suspendu]
    assert filtre(nature="public") == [mairie]
    assert filtre(q="elagage broce") == [retard]
    assert len(filtre(etat="rien", nature="n'importe", tri="quoi")) == 5


def test_on_retrouve_un_client_par_son_telephone_ou_son_courriel():
    creancier = un_creancier()
    client = un_client(creancier=creancier, courriel="sandrine@duval.example")
    une_coordonnee(client, genre="telephone", valeur="+33261910417")
    un_client(creancier=creancier, siren="")

    def cherche(texte):
        return list(Client.objects.pour(creancier).cherchant(texte))

    assert cherche("02 61 91 04 17") == [client]
    assert cherche("Sandrine@duval") == [client]
    assert cherche("***") == []
    assert len(cherche("  ")) == 2


@pytest.mark.parametrize("tri", ["du", "-du", "echu", "-echu", "retard", "-retard", "nom", "-nom"])
def test_chaque_tri_pagine_sans_perte_ni_doublon(tri):
    creancier = un_creancier()
    for rang in range(7):
        client = un_client(creancier=creancier, nom=f"Client {rang % 3}")
        for centimes in ("0.10", "0.20")[: rang % 3]:
            une_facture(
                client=client,
                montant_ttc=Decimal(centimes),
                date_echeance=date(2026, 2, 1 + rang % 2),
            )
    liste = liste_des_clients(creancier, au=AU)
    ordre, clients = liste.ordre(Criteres(tri=tri)), clients_de(creancier, tri=tri)

    vus, apres = [], None
    for _ in range(4):
        page = paginer(clients, ordre=ordre, apres=apres, taille=2)
        vus += [client.pk for client in page]
        apres = page.suivant
        if apres is None:
            break

    assert sorted(vus) == sorted(clients.values_list("pk", flat=True))
    assert len(vus) == 7
