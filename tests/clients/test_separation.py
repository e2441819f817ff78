"""Séparer deux fiches réunies par erreur : chacune reprend ce qui était à elle."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.urls import reverse

from clients.actions import ajouter_coordonnee, fusionner
from clients.models import Client, Fusion
from factures.actions import encaisser
from factures.models import Facture
from recouvrement.accueil.actions import annuler_geste
from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.journal.effets import DEJA
from recouvrement.journal.models import Geste
from recouvrement.socle.erreurs import ErreurMetier
from relances.models import Promesse
from tests.appuis.pages import lisible
from tests.fabriques.clients import un_client, un_contact
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db
JOUR = date(2026, 3, 2)
MAINTENANT = datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.fixture
def creancier():
    return un_creancier(siren="900100207")


@pytest.fixture
def acteur(creancier):
    return un_utilisateur(chez=creancier)


@pytest.fixture
def fiches(creancier):
    """Deux fiches pleines, dont la première ignore son SIREN et son adresse."""
    garde = un_client(creancier=creancier, nom="Duval", siren="", adresse="", ville="Brest")
    absorbe = un_client(creancier=creancier, nom="Duval Sud", siren="404833048", code="S1")
    for fiche in (garde, absorbe):
        fiche.contacts.update(est_principal=True)
        une_facture(client=fiche)
    return garde, absorbe


def separer(acteur):
    geste = Geste.objects.pour(Fusion.objects.systeme().get().creancier).get(genre="fusion")
    return annuler_geste(geste, acteur=acteur, maintenant=MAINTENANT)


def qui_a_quoi(creancier):
    """Chaque ligne de chaque table, et le client qu'elle désigne."""
    return {
        (modele._meta.label, champ.name, pk): client
        for modele in apps.get_models()
        if issubclass(modele, ModeleCloisonne) and modele is not Fusion
        for champ in modele._meta.concrete_fields
        if champ.related_model is Client
        for pk, client in modele.objects.pour(creancier).values_list("pk", champ.attname)
    }


def test_separer_rend_chaque_ligne_de_chaque_table_et_ce_que_chaque_fiche_disait(
    creancier, acteur, fiches
):
    garde, absorbe = fiches
    fiches_avant = list(Client.objects.pour(creancier).order_by("pk").values())
    avant = qui_a_quoi(creancier)
    fusionner(garde, absorbe, le=JOUR, acteur=acteur)
    assert qui_a_quoi(creancier) != avant
    separer(acteur)
    assert qui_a_quoi(creancier) == avant
    assert list(Client.objects.pour(creancier).order_by("pk").values()) == fiches_avant
    assert set(absorbe.contacts.values_list("est_principal", flat=True)) == {True}
    sortie = StringIO()
    call_command("verifier", stdout=sortie)


def test_ce_qui_a_ete_corrige_depuis_reste(creancier, acteur, fiches):
    garde, absorbe = fiches
    fusionner(garde, absorbe, le=JOUR, acteur=acteur)
    Client.objects.pour(creancier).filter(pk=garde.pk).update(siren="552081317")
    separer(acteur)
    assert Client.objects.pour(creancier).get(pk=garde.pk).siren == "552081317"
    assert Client.objects.pour(creancier).get(pk=absorbe.pk).siren == "404833048"


def test_un_reglement_et_une_adresse_nes_depuis_suivent_ce_qu_ils_concernent(
    creancier, acteur, fiches
):
    garde, absorbe = fiches
    sienne = Facture.objects.pour(creancier).get(client=absorbe)
    contact = un_contact(absorbe)
    fusionner(garde, absorbe, le=JOUR, acteur=acteur)
    recu = encaisser(
        Client.objects.pour(creancier).get(pk=garde.pk),
        montant=Decimal("10.00"),
        recu_le=JOUR,
        moyen="virement",
        acteur=acteur,
        imputations=[(sienne.pk, Decimal("10.00"))],
    )
    contact.refresh_from_db()
    adresse = ajouter_coordonnee(
        contact, genre="courriel", valeur="sud@duval.example", acteur=acteur
    )
    separer(acteur)
    recu.refresh_from_db()
    adresse.refresh_from_db()
    assert (recu.client_id, adresse.client_id) == (absorbe.pk, absorbe.pk)
    call_command("verifier", stdout=StringIO())


def test_un_reglement_qui_paie_les_deux_les_tient_ensemble(creancier, acteur, fiches):
    garde, absorbe = fiches
    factures = list(Facture.objects.pour(creancier).order_by("pk").values_list("pk", flat=True))
    fusionner(garde, absorbe, le=JOUR, acteur=acteur)
    encaisser(
        Client.objects.pour(creancier).get(pk=garde.pk),
        montant=Decimal("20.00"),
        recu_le=JOUR,
        moyen="virement",
        acteur=acteur,
        imputations=[(pk, Decimal("10.00")) for pk in factures],
    )
    avant = qui_a_quoi(creancier)
    with pytest.raises(ErreurMetier, match="paie des factures des deux fiches"):
        separer(acteur)
    assert qui_a_quoi(creancier) == avant


def test_une_fiche_reunie_encore_ailleurs_se_separe_dans_l_ordre(creancier, acteur, fiches):
    garde, absorbe = fiches
    troisieme = un_client(creancier=creancier, nom="Duval Ouest")
    fusionner(garde, absorbe, le=JOUR, acteur=acteur)
    premier = Geste.objects.pour(creancier).get(genre="fusion")
    fusionner(troisieme, Client.objects.pour(creancier).get(pk=garde.pk), le=JOUR, acteur=acteur)
    second = Geste.objects.pour(creancier).filter(genre="fusion").latest("pk")
    with pytest.raises(ErreurMetier, match="réunie à une autre fiche depuis"):
        annuler_geste(premier, acteur=acteur, maintenant=MAINTENANT)
    for geste in (second, premier):
        annuler_geste(geste, acteur=acteur, maintenant=MAINTENANT)
    assert Client.objects.pour(creancier).actifs().count() == 3


def test_la_promesse_que_la_reunion_avait_close_reprend(creancier, acteur, fiches):
    for fiche in fiches:
        Promesse.objects.create(
            creancier=creancier,
            client=fiche,
            montant=Decimal("10.00"),
            pour_le=date(2026, 4, 1),
            faite_le=date(2026, 2, 1),
            auteur=acteur,
        )
    garde, absorbe = fiches
    fusionner(garde, absorbe, le=JOUR, acteur=acteur)
    separer(acteur)
    en_cours = Promesse.objects.pour(creancier).en_cours().values_list("client", flat=True)
    assert set(en_cours) == {garde.pk, absorbe.pk}


def test_la_page_de_la_fiche_absorbee_et_celle_de_l_autre_proposent_de_separer(
    client, creancier, acteur, fiches
):
    garde, absorbe = fiches
    client.force_login(acteur)
    client.post(
        reverse("clients:fusionner", args=[creancier.code, garde.pk]),
        {"avec": str(absorbe.pk), "garde": str(garde.pk)},
    )
    geste = Geste.objects.pour(creancier).get(genre="fusion")
    page = lisible(
        client.get(reverse("accueil:client", args=[creancier.code, absorbe.pk]), follow=True)
    )
    assert "a été réunie à cette fiche" in page
    assert "La fiche « Duval Sud » a été réunie à celle-ci" in page
    assert geste.adresse_d_annulation in page
    choix = client.get(reverse("clients:fusionner", args=[creancier.code, garde.pk]))
    assert geste.get_absolute_url() in lisible(choix)
    client.post(geste.adresse_d_annulation)
    assert Client.objects.pour(creancier).actifs().count() == 2
    assert DEJA in lisible(client.get(geste.get_absolute_url()))
