from datetime import date
from decimal import Decimal

import pytest

from clients import actions
from clients.enums import Validite
from clients.erreurs import (
    ClientFusionne,
    CodeClientPris,
    CoordonneeConnue,
    FusionImpossible,
    SuspensionImpossible,
)
from clients.models import Client
from recouvrement.journal.models import Entree
from tests.fabriques.clients import un_client, un_contact, une_coordonnee
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db
JOUR = date(2026, 3, 2)


def evenements(creancier):
    return list(Entree.objects.pour(creancier).order_by("id").values_list("evenement", flat=True))


def test_creer_puis_modifier_un_client_s_inscrit_au_journal():
    creancier, acteur = un_creancier(), un_utilisateur()

    client = actions.creer_client(creancier, nom="Garage Pellerin", acteur=acteur)
    client = actions.modifier_client(client, ville="Vannes", acteur=acteur)

    assert client.ville == "Vannes"
    assert evenements(creancier) == ["client_cree", "client_modifie"]
    derniere = Entree.objects.pour(creancier).latest("id")
    assert derniere.donnees == {"changes": {"ville": ["", "Vannes"]}}


def test_modifier_sans_rien_changer_n_ecrit_rien():
    client = un_client()

    actions.modifier_client(client, ville=client.ville, acteur=un_utilisateur())

    assert evenements(client.creancier) == []


def test_un_code_client_ne_sert_qu_une_fois_chez_un_creancier():
    client = un_client(code="C1")
    un_autre_creancier = un_creancier()

    with pytest.raises(CodeClientPris):
        actions.creer_client(client.creancier, nom="Autre", code="C1", acteur=None)
    actions.creer_client(un_autre_creancier, nom="Autre", code="C1", acteur=None)


def test_une_fiche_n_est_plus_a_completer_quand_plus_rien_ne_manque():
    client = un_client(est_a_completer=True, siren="")

    client = actions.modifier_client(client, complement="Bât. B", acteur=un_utilisateur())
    assert client.est_a_completer is True
    client = actions.modifier_client(client, siren="732829320", acteur=un_utilisateur())
    assert client.est_a_completer is False


def test_suspendre_puis_reprendre():
    client, acteur = un_client(), un_utilisateur()

    client = actions.suspendre(
        client, le=JOUR, jusqu_au=date(2026, 3, 31), motif="Congés", acteur=acteur
    )
    assert client.est_suspendu(au=date(2026, 3, 31)) is True
    assert client.est_suspendu(au=date(2026, 4, 1)) is False
    client = actions.reprendre(client, acteur=acteur)
    assert client.suspendu_le is None
    assert evenements(client.creancier) == ["relances_suspendues", "relances_reprises"]


def test_une_suspension_ne_finit_pas_avant_de_commencer():
    with pytest.raises(SuspensionImpossible):
        actions.suspendre(
            un_client(), le=JOUR, jusqu_au=date(2026, 3, 1), motif="", acteur=un_utilisateur()
        )


def test_le_premier_contact_est_a_joindre_d_abord_et_il_n_y_en_a_qu_un():
    client, acteur = un_client(courriel=None), un_utilisateur()

    premier = actions.ajouter_contact(client, nom="Anne", acteur=acteur)
    second = actions.ajouter_contact(client, nom="Luc", est_principal=True, acteur=acteur)

    premier.refresh_from_db()
    assert (premier.est_principal, second.est_principal) == (False, True)
    actions.retirer_contact(second, acteur=acteur)
    premier.refresh_from_db()
    assert premier.est_principal is True


def test_un_contact_en_copie_ne_prend_pas_la_place_de_celui_d_un_import():
    """Le contact né d'un import n'est pas dit « à joindre d'abord » : il reste le destinataire."""
    client, acteur = un_client(courriel=None), un_utilisateur()
    un_contact(client, est_principal=False)
    cabinet = actions.ajouter_contact(client, nom="Cabinet", en_copie=True, acteur=acteur)
    assert (cabinet.est_principal, cabinet.en_copie) == (False, True)


def test_une_coordonnee_n_entre_qu_une_fois_chez_un_contact():
    contact, acteur = un_contact(un_client(courriel=None)), un_utilisateur()
    valeurs = {"genre": "courriel", "valeur": "compta@duval.example", "acteur": acteur}

    actions.ajouter_coordonnee(contact, **valeurs)
    with pytest.raises(CoordonneeConnue):
        actions.ajouter_coordonnee(contact, **valeurs)


def test_l_automate_ne_leve_pas_une_opposition():
    client = un_client(courriel=None)
    coordonnee = une_coordonnee(client, validite=Validite.OPPOSITION, motif="refuse")

    actions.marquer_coordonnee(coordonnee, validite=Validite.VALIDE, le=JOUR, acteur=None)
    coordonnee.refresh_from_db()
    assert coordonnee.validite == Validite.OPPOSITION
    actions.marquer_coordonnee(
        coordonnee, validite=Validite.VALIDE, le=JOUR, acteur=un_utilisateur()
    )
    coordonnee.refresh_from_db()
    assert (coordonnee.validite, coordonnee.depuis_le) == (Validite.VALIDE, JOUR)


def test_la_fusion_reunit_tout_sous_la_fiche_gardee():
    creancier, acteur = un_creancier(), un_utilisateur()
    garde = un_client(creancier=creancier, nom="Duval", siren="", code="")
    absorbe = un_client(creancier=creancier, nom="SARL Duval", siren="732829320", code="C9")
    facture = une_facture(client=absorbe, montant_ttc=Decimal("120.00"))
    un_contact(absorbe)

    garde = actions.fusionner(garde, absorbe, le=JOUR, acteur=acteur)

    facture.refresh_from_db()
    absorbe.refresh_from_db()
    assert facture.client_id == garde.pk
    assert facture.solde == Decimal("120.00")
    assert absorbe.fusionne_dans_id == garde.pk
    assert absorbe.code == "C9"
    assert garde.siren == "732829320"
    assert absorbe.contacts.count() == absorbe.coordonnees.count() == 0
    assert garde.coordonnees.count() == 2
    assert list(Client.objects.pour(creancier).actifs()) == [garde]
    assert evenements(creancier)[-2:] == ["client_fusionne", "client_absorbe"]


def test_ce_que_la_fiche_gardee_savait_l_emporte_et_une_adresse_se_reprend_entiere():
    creancier = un_creancier()
    garde = un_client(creancier=creancier, adresse="", code_postal="", ville="Lorient")
    absorbe = un_client(creancier=creancier, adresse="3 quai", code_postal="29200", ville="Brest")

    garde = actions.fusionner(garde, absorbe, le=JOUR, acteur=un_utilisateur())

    assert (garde.adresse, garde.code_postal, garde.ville) == ("3 quai", "29200", "Brest")


def test_on_ne_reunit_ni_une_fiche_a_elle_meme_ni_deux_creanciers_ni_deux_fois():
    creancier, acteur = un_creancier(), un_utilisateur()
    un, autre, tiers = (un_client(creancier=creancier) for _ in range(3))

    with pytest.raises(FusionImpossible):
        actions.fusionner(un, un, le=JOUR, acteur=acteur)
    with pytest.raises(FusionImpossible):
        actions.fusionner(un, un_client(), le=JOUR, acteur=acteur)
    actions.fusionner(un, autre, le=JOUR, acteur=acteur)
    with pytest.raises(FusionImpossible):
        actions.fusionner(tiers, autre, le=JOUR, acteur=acteur)
    with pytest.raises(ClientFusionne):
        actions.noter(autre, texte="x", est_a_savoir=False, acteur=acteur)


def test_une_chaine_de_fusions_mene_droit_a_la_derniere_fiche():
    creancier, acteur = un_creancier(), un_utilisateur()
    a, b, c = (un_client(creancier=creancier) for _ in range(3))

    actions.fusionner(b, a, le=JOUR, acteur=acteur)
    actions.fusionner(c, b, le=JOUR, acteur=acteur)

    a.refresh_from_db()
    assert a.fusionne_dans_id == c.pk
