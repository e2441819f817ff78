import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from clients.enums import Validite
from clients.models import Client, Contact, Coordonnee, Note
from recouvrement.comptes.enums import Role
from tests.fabriques.clients import un_client, un_contact, une_coordonnee
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db

D_UN_CLIENT = (
    *("modifier", "suspendre", "reprendre", "noter", "fusionner", "contact_ajouter"),
    *("contact", "contact_retirer", "coordonnee_ajouter", "coordonnee", "coordonnee_retirer"),
    "ranger_note",
)


def connecter(client, creancier, role=Role.ASSISTANTE):
    personne = un_utilisateur(chez=creancier, role=role)
    client.force_login(personne)
    return personne


def adresse(page, debiteur):
    """La page d'un client, avec son contact, sa coordonnée ou sa note s'il en faut."""
    args = [debiteur.creancier.code, debiteur.pk]
    if page in ("contact", "contact_retirer", "coordonnee_ajouter"):
        args.append(debiteur.contacts.first().pk)
    if page in ("coordonnee", "coordonnee_retirer"):
        args.append(debiteur.coordonnees.first().pk)
    if page == "ranger_note":
        args.append(1)
    return reverse(f"clients:{page}", args=args)


def saisie(**champs):
    valeurs = {"nom": "Garage Pellerin", "nature": "professionnel", "langue": "fr", "pays": "FR"}
    return valeurs | champs


@pytest.mark.parametrize("page", D_UN_CLIENT)
def test_ecrire_est_refuse_au_lecteur(client, page):
    debiteur = un_client()
    connecter(client, debiteur.creancier, Role.LECTURE)

    assert client.post(adresse(page, debiteur)).status_code == 403


@pytest.mark.parametrize("page", [*D_UN_CLIENT, "contacts"])
def test_le_client_d_un_autre_creancier_est_introuvable(client, page):
    debiteur, chez_nous = un_client(), un_creancier()
    connecter(client, chez_nous)
    ailleurs = adresse(page, debiteur)
    ici = ailleurs.replace(debiteur.creancier.code, chez_nous.code, 1)

    for url in (ailleurs, ici):
        reponse = client.get(url) if page == "contacts" else client.post(url, {"avec": "1"})
        assert reponse.status_code == 404


def test_creer_est_refuse_au_lecteur(client):
    creancier = un_creancier()
    connecter(client, creancier, Role.LECTURE)

    assert client.post(reverse("clients:nouveau", args=[creancier.code])).status_code == 403


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_liste_en_six_requetes_quel_que_soit_le_nombre(
    client, nombre, django_assert_num_queries
):
    creancier = un_creancier()
    connecter(client, creancier)
    for _ in range(nombre):
        une_facture(creancier=creancier)

    # session, utilisateur, habilitations, page, totaux, nombre, cadre, vues
    with django_assert_num_queries(8):
        reponse = client.get(reverse("clients:liste", args=[creancier.code]))

    assert len(reponse.context["liste"].lignes) == nombre


@pytest.mark.parametrize("nombre", [2, 4])
def test_les_doublons_ne_coutent_pas_plus_quand_ils_sont_plus(
    client, nombre, django_assert_num_queries
):
    creancier = un_creancier()
    connecter(client, creancier)
    for _ in range(nombre):
        un_client(creancier=creancier, nom="Duval", courriel=None)

    # session, utilisateur, habilitations, clients, courriels, cadre
    with django_assert_num_queries(6):
        reponse = client.get(reverse("clients:doublons", args=[creancier.code]))

    assert len(reponse.context["paires"]) == nombre * (nombre - 1) // 2


@pytest.mark.parametrize("nombre", [1, 3])
def test_les_contacts_ne_coutent_pas_plus_quand_ils_sont_plus(
    client, nombre, django_assert_num_queries
):
    debiteur = un_client(courriel=None)
    connecter(client, debiteur.creancier)
    for rang in range(nombre):
        contact = un_contact(debiteur, nom=f"Contact {rang}")
        une_coordonnee(debiteur, contact=contact)

    # session, utilisateur, habilitations, client, contacts, coordonnées, cadre
    with django_assert_num_queries(7):
        client.get(adresse("contacts", debiteur))


def test_la_liste_montre_les_sommes_et_leur_total(client):
    debiteur = un_client(nom="Bâti-Rénov Duval")
    hier = timezone.localdate() - timedelta(days=1)
    une_facture(client=debiteur, montant_ttc=Decimal("1234.50"), date_echeance=hier)
    connecter(client, debiteur.creancier, Role.LECTURE)

    reponse = client.get(reverse("clients:liste", args=[debiteur.creancier.code]), {"q": "bati"})

    page = reponse.content.decode()
    assert page.count("1\u202f234,50\u202f€") == 4
    assert ">1 j<" in page
    assert "Nouveau client" not in page


def test_une_liste_vide_dit_quoi_faire(client):
    creancier = un_creancier()
    connecter(client, creancier)
    liste = reverse("clients:liste", args=[creancier.code])

    assert "Aucun client pour l’instant" in client.get(liste).content.decode()
    assert "Retirer les filtres" in client.get(liste, {"q": "zzz"}).content.decode()


def test_la_liste_exportee_est_celle_qui_est_filtree(client):
    creancier = un_creancier()
    une_facture(
        client=un_client(creancier=creancier, nom="=Duval", code="C1"),
        montant_ttc=Decimal("120.10"),
    )
    un_client(creancier=creancier, nom="Mairie", nature="public")
    connecter(client, creancier, Role.LECTURE)

    reponse = client.get(
        reverse("clients:exporter", args=[creancier.code]), {"nature": "professionnel"}
    )

    lignes = list(load_workbook(io.BytesIO(reponse.content)).active.iter_rows(values_only=True))
    assert [ligne[:2] for ligne in lignes] == [("Code", "Nom"), ("C1", "=Duval")]
    assert lignes[1][6] == 120.1


def test_creer_un_client_mene_a_ses_contacts(client):
    creancier = un_creancier()
    connecter(client, creancier)

    reponse = client.post(
        reverse("clients:nouveau", args=[creancier.code]),
        saisie(siret="404 833 048 00006", code_postal="35 000", code=" C7 "),
    )

    debiteur = Client.objects.pour(creancier).get()
    assert reponse.url == adresse("contacts", debiteur)
    assert (debiteur.siren, debiteur.siret) == ("404833048", "40483304800006")
    assert (debiteur.code, debiteur.code_postal) == ("C7", "35000")
    assert debiteur.est_commercant is None


@pytest.mark.parametrize(
    ("champ", "valeur", "mot"),
    [
        ("siren", "732829321", "clé de contrôle"),
        ("siret", "1", "quatorze"),
        ("tva", "FR00732829320", "TVA"),
        ("code_postal", "3500", "cinq chiffres"),
        ("code", "PRIS", "existe déjà"),
        ("nom", "   ", "obligatoire"),
    ],
)
def test_une_saisie_fausse_est_dite_a_cote_du_champ(client, champ, valeur, mot):
    creancier = un_creancier()
    un_client(creancier=creancier, code="PRIS")
    connecter(client, creancier)

    reponse = client.post(
        reverse("clients:nouveau", args=[creancier.code]), saisie(**{champ: valeur})
    )

    assert reponse.status_code == 422
    assert mot in " ".join(reponse.context["form"].errors[champ])
    assert Client.objects.pour(creancier).count() == 1


def test_modifier_une_fiche_incomplete_dit_ce_qui_manque_et_propose_les_doublons(client):
    creancier = un_creancier()
    debiteur = un_client(creancier=creancier, nom="Duval", est_a_completer=True, courriel=None)
    un_client(creancier=creancier, nom="SARL Duval", courriel=None)
    connecter(client, creancier)

    page = client.get(adresse("modifier", debiteur))

    assert page.context["manques"] == ["le SIREN"]
    assert "Comparer avec SARL Duval" in page.content.decode()
    reponse = client.post(adresse("modifier", debiteur), saisie(nom="Duval", ville="Vannes"))
    debiteur.refresh_from_db()
    assert (reponse.status_code, debiteur.ville) == (302, "Vannes")


def test_suspendre_puis_reprendre(client):
    debiteur = un_client()
    connecter(client, debiteur.creancier)
    aujourdhui = timezone.localdate()

    assert client.get(adresse("suspendre", debiteur)).status_code == 200
    hier = (aujourdhui - timedelta(days=1)).isoformat()
    refus = client.post(adresse("suspendre", debiteur), {"motif": "Congés", "jusqu_au": hier})
    assert refus.status_code == 422
    client.post(adresse("suspendre", debiteur), {"motif": "Congés", "jusqu_au": ""})
    debiteur.refresh_from_db()
    assert (debiteur.suspendu_le, debiteur.suspendu_jusqu_au) == (aujourdhui, None)
    assert "Reprendre les relances" in client.get(adresse("suspendre", debiteur)).content.decode()
    client.post(adresse("reprendre", debiteur))
    debiteur.refresh_from_db()
    assert debiteur.suspendu_le is None


def test_noter_a_savoir_puis_ranger(client):
    debiteur = un_client()
    connecter(client, debiteur.creancier)

    client.post(adresse("noter", debiteur), {"texte": "Paie le 10", "est_a_savoir": "on"})

    note = Note.objects.pour(debiteur.creancier).get()
    assert (note.texte, note.est_a_savoir) == ("Paie le 10", True)
    assert "Paie le 10" in client.get(adresse("noter", debiteur)).content.decode()
    client.post(
        reverse("clients:ranger_note", args=[debiteur.creancier.code, debiteur.pk, note.pk])
    )
    note.refresh_from_db()
    assert note.est_a_savoir is False


def test_un_contact_s_ajoute_avec_de_quoi_le_joindre(client):
    debiteur = un_client(courriel=None)
    connecter(client, debiteur.creancier)

    client.post(
        adresse("contact_ajouter", debiteur), {"nom": "Sandrine", "valeur": "02 61 91 04 17"}
    )

    coordonnee = Coordonnee.objects.pour(debiteur.creancier).get()
    assert (coordonnee.genre, coordonnee.valeur) == ("telephone", "+33261910417")
    page = client.get(adresse("contacts", debiteur)).content.decode()
    assert "02\u202f61\u202f91\u202f04\u202f17" in page
    assert 'href="tel:+33261910417"' in page


@pytest.mark.parametrize(
    "valeur",
    [
        "a@b.example,c@d",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example\n",
        "a@b.example\x00",
        "é@b.example",
        "a@b",
        "12",
        "Sandrine",
    ],
)
def test_une_coordonnee_qui_n_en_est_pas_une_est_refusee(client, valeur):
    debiteur = un_client(courriel=None)
    un_contact(debiteur)
    connecter(client, debiteur.creancier)

    seule = client.post(adresse("coordonnee_ajouter", debiteur), {"valeur": valeur})
    avec_contact = client.post(
        adresse("contact_ajouter", debiteur), {"nom": "Luc", "valeur": valeur}
    )

    assert (seule.status_code, avec_contact.status_code) == (422, 422)
    assert not Coordonnee.objects.pour(debiteur.creancier).exists()
    assert Contact.objects.pour(debiteur.creancier).count() == 1


def test_une_coordonnee_deja_connue_est_dite_a_cote_du_champ(client):
    debiteur = un_client(courriel="compta@duval.example")
    connecter(client, debiteur.creancier)

    reponse = client.post(
        adresse("coordonnee_ajouter", debiteur), {"valeur": "compta@duval.example"}
    )

    assert reponse.status_code == 422
    assert "déjà connue" in reponse.content.decode()


def test_marquer_une_adresse_invalide_exige_un_motif(client):
    debiteur = un_client()
    connecter(client, debiteur.creancier)
    page = adresse("coordonnee", debiteur)

    assert client.get(page).status_code == 200
    assert client.post(page, {"validite": "invalide"}).status_code == 422
    client.post(page, {"validite": "invalide", "motif": "Boîte pleine"})
    coordonnee = debiteur.coordonnees.get()
    assert (coordonnee.validite, coordonnee.motif) == (Validite.INVALIDE, "Boîte pleine")
    assert coordonnee.depuis_le == timezone.localdate()
    assert "Boîte pleine" in client.get(adresse("contacts", debiteur)).content.decode()


def test_modifier_puis_retirer_un_contact(client):
    debiteur = un_client()
    connecter(client, debiteur.creancier)
    page = adresse("contact", debiteur)

    assert client.get(page).status_code == 200
    assert client.post(page, {"nom": "", "fonction": ""}).status_code == 422
    client.post(page, {"nom": "Sandrine", "horaires": "le matin", "est_principal": "on"})
    assert debiteur.contacts.get().horaires == "le matin"
    client.post(adresse("contact_retirer", debiteur))
    assert not debiteur.contacts.exists()
    assert "Personne à joindre" in client.get(adresse("contacts", debiteur)).content.decode()


def test_retirer_une_coordonnee(client):
    debiteur = un_client()
    connecter(client, debiteur.creancier)

    client.post(adresse("coordonnee_retirer", debiteur))

    assert not debiteur.coordonnees.exists()


def test_reunir_deux_fiches_apres_les_avoir_comparees(client):
    creancier = un_creancier()
    ancien = un_client(creancier=creancier, nom="Duval", siren="732829320")
    recent = un_client(creancier=creancier, nom="SARL Duval", siren="")
    facture = une_facture(client=ancien)
    connecter(client, creancier)

    assert (
        "SARL Duval"
        in client.get(reverse("clients:doublons", args=[creancier.code])).content.decode()
    )
    assert "Comparer" in client.get(adresse("fusionner", ancien), {"q": "sarl"}).content.decode()
    comparaison = client.get(adresse("fusionner", ancien), {"avec": recent.pk})
    assert comparaison.context["fiches"].du == (Decimal("1200.00"), Decimal("0.00"))
    reponse = client.post(adresse("fusionner", ancien), {"avec": recent.pk, "garde": recent.pk})

    ancien.refresh_from_db()
    facture.refresh_from_db()
    assert reponse.url == recent.get_absolute_url()
    assert (ancien.fusionne_dans_id, facture.client_id) == (recent.pk, recent.pk)
    assert client.get(adresse("modifier", ancien)).status_code == 404


@pytest.mark.parametrize("avec", ["", "x", "0", "9" * 30])
def test_reunir_avec_une_fiche_inconnue_est_introuvable(client, avec):
    debiteur = un_client()
    connecter(client, debiteur.creancier)

    assert client.post(adresse("fusionner", debiteur), {"avec": avec}).status_code == 404


def test_on_ne_reunit_pas_avec_le_client_d_un_autre_creancier(client):
    debiteur, etranger = un_client(), un_client()
    connecter(client, debiteur.creancier)

    reponse = client.post(adresse("fusionner", debiteur), {"avec": etranger.pk})

    assert reponse.status_code == 404
    etranger.refresh_from_db()
    assert etranger.fusionne_dans_id is None
