from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from contentieux.actions import ouvrir_dossier
from contentieux.enums import Voie
from contentieux.models import Dossier, EvenementDossier, Frais, PieceDossier
from factures.actions import deposer_piece
from recouvrement.comptes.enums import Role
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db
DU_GESTIONNAIRE = ("ouvrir", "requete", "documents", "avancer", "clore")
DE_L_ASSISTANTE = ("pieces", "noter", "frais")
REQUETES_LISTE = 7


@pytest.fixture
def debiteur():
    return un_client()


def connecter(client, creancier, role=Role.GESTIONNAIRE):
    client.force_login(un_utilisateur(chez=creancier, role=role))


def un_dossier(debiteur):
    return ouvrir_dossier(
        debiteur,
        factures=[une_facture(client=debiteur)],
        voie=Voie.INJONCTION_TC,
        le=timezone.localdate(),
        acteur=un_utilisateur(chez=debiteur.creancier),
    )


def adresse(page, objet, *, code=None):
    return reverse(f"contentieux:{page}", args=[code or objet.creancier.code, objet.pk])


def cible(page, debiteur):
    return debiteur if page == "ouvrir" else un_dossier(debiteur)


@pytest.mark.parametrize("page", [*DU_GESTIONNAIRE, *DE_L_ASSISTANTE])
def test_le_lecteur_ne_touche_pas_au_contentieux(client, debiteur, page):
    connecter(client, debiteur.creancier, Role.LECTURE)

    assert client.post(adresse(page, cible(page, debiteur))).status_code == 403


@pytest.mark.parametrize("page", DU_GESTIONNAIRE)
def test_l_assistante_ne_decide_pas_du_contentieux(client, debiteur, page):
    connecter(client, debiteur.creancier, Role.ASSISTANTE)

    assert client.post(adresse(page, cible(page, debiteur))).status_code == 403


@pytest.mark.parametrize("page", [*DU_GESTIONNAIRE, *DE_L_ASSISTANTE])
def test_le_dossier_d_un_autre_creancier_est_introuvable(client, debiteur, page):
    chez_nous = un_creancier()
    connecter(client, chez_nous)

    url = adresse(page, cible(page, debiteur), code=chez_nous.code)
    assert client.post(url).status_code == 404


def test_lire_le_dossier_d_un_autre_creancier_est_impossible(client, debiteur):
    chez_nous = un_creancier()
    connecter(client, chez_nous)

    url = adresse("dossier", un_dossier(debiteur), code=chez_nous.code)
    assert client.get(url).status_code == 404


def test_ouvrir_un_dossier_depuis_sa_page(client, debiteur):
    connecter(client, debiteur.creancier)
    facture = une_facture(client=debiteur)
    url = adresse("ouvrir", debiteur)
    assert facture.numero in client.get(url).content.decode()

    reponse = client.post(url, {"factures": [facture.pk], "voie": Voie.INJONCTION_TC})

    dossier = Dossier.objects.pour(debiteur.creancier).get()
    assert reponse.url == dossier.get_absolute_url()


def test_ouvrir_sans_facture_le_dit(client, debiteur):
    connecter(client, debiteur.creancier)
    une_facture(client=debiteur)

    reponse = client.post(adresse("ouvrir", debiteur), {"voie": Voie.AUTRE})

    assert reponse.status_code == 422
    assert "au moins une facture" in reponse.content.decode()


def test_le_dossier_avance_se_note_et_se_clot(client, debiteur):
    connecter(client, debiteur.creancier)
    dossier, le = un_dossier(debiteur), timezone.localdate().isoformat()

    client.post(adresse("avancer", dossier), {"etat": "depose", "le": le, "note": "Au greffe"})
    client.post(adresse("noter", dossier), {"texte": "Greffe appelé"})
    client.post(
        adresse("frais", dossier),
        {"nature": "greffe", "libelle": "Greffe", "montant": "33,47", "le": le},
    )
    client.post(adresse("clore", dossier), {"issue": "abandonne", "note": "Accord trouvé"})

    dossier.refresh_from_db()
    assert (dossier.etat, dossier.issue) == ("clos", "abandonne")
    assert Frais.objects.pour(debiteur.creancier).get().montant == Decimal("33.47")
    notes = EvenementDossier.objects.pour(debiteur.creancier).values_list("note", flat=True)
    assert {"Au greffe", "Greffe appelé", "Accord trouvé"} <= set(notes)


@pytest.mark.parametrize(
    ("page", "saisie"),
    [
        ("avancer", {"etat": "executoire", "le": "2026-01-01"}),
        ("avancer", {"etat": "depose", "le": "2999-01-01"}),
        ("noter", {"texte": ""}),
        ("frais", {"nature": "greffe", "libelle": "x", "montant": "0", "le": "2026-01-01"}),
        ("clore", {"issue": "paye"}),
        ("requete", {"tribunal": "Rennes", "arrete_au": "2999-01-01", "fondement": "Devis"}),
        ("documents", {}),
    ],
)
def test_une_saisie_refusee_revient_au_dossier_sans_rien_ecrire(client, debiteur, page, saisie):
    connecter(client, debiteur.creancier)
    dossier = un_dossier(debiteur)

    reponse = client.post(adresse(page, dossier), saisie)

    assert reponse.status_code == 422
    dossier.refresh_from_db()
    assert dossier.etat == "preparation"
    assert not Frais.objects.pour(debiteur.creancier).exists()


def test_le_bordereau_suit_les_rangs_et_ignore_les_pieces_des_autres(client, debiteur):
    connecter(client, debiteur.creancier)
    dossier, autre = un_dossier(debiteur), un_client(creancier=debiteur.creancier)
    devis, bon, etrangere = (
        deposer_piece(
            qui,
            nature="autre",
            intitule=nom,
            nom_fichier=f"{nom}.txt",
            octets=nom.encode(),
            type_mime="text/plain",
            acteur=None,
        )
        for qui, nom in ((debiteur, "Devis"), (debiteur, "Bon"), (autre, "Ailleurs"))
    )

    client.post(
        adresse("pieces", dossier),
        {
            "piece": [devis.pk, bon.pk, etrangere.pk],
            f"rang_{devis.pk}": "2",
            f"rang_{bon.pk}": "1",
            f"intitule_{bon.pk}": "Bon de livraison signé",
        },
    )

    pieces = PieceDossier.objects.pour(debiteur.creancier).order_by("rang")
    assert [piece.intitule for piece in pieces] == ["Bon de livraison signé", "Devis"]


@pytest.mark.parametrize("combien", [1, 3])
def test_la_liste_coute_autant_pour_un_dossier_que_pour_trois(
    client, debiteur, combien, django_assert_num_queries
):
    connecter(client, debiteur.creancier)
    for _ in range(combien):
        un_dossier(un_client(creancier=debiteur.creancier))

    with django_assert_num_queries(REQUETES_LISTE):
        client.get(reverse("contentieux:liste", args=[debiteur.creancier.code]))


def test_la_page_du_dossier_se_lit_avec_ses_formulaires(client, debiteur):
    connecter(client, debiteur.creancier, Role.LECTURE)
    dossier = un_dossier(debiteur)
    Dossier.objects.pour(debiteur.creancier).update(
        ouvert_le=timezone.localdate() - timedelta(days=3)
    )

    page = client.get(adresse("dossier", dossier)).content.decode()

    assert debiteur.nom in page
    assert adresse("clore", dossier) not in page


def test_la_liste_se_filtre_se_totalise_et_s_exporte(client, debiteur):
    connecter(client, debiteur.creancier, Role.LECTURE)
    sien = un_dossier(debiteur)
    un_dossier(un_client(creancier=debiteur.creancier, nom="Autre maison"))
    url = reverse("contentieux:liste", args=[debiteur.creancier.code])

    tous = client.get(url).context["liste"]
    [seul] = client.get(url, {"q": debiteur.nom, "voie": sien.voie}).context["liste"].page.objets
    vide = client.get(url, {"etat": "clos"}).context["liste"]

    assert tous.sommes["nombre"] == 2
    assert tous.sommes["du"] == sum(d.du for d in tous.page)
    assert seul == sien
    assert vide.sommes["nombre"] == 0
    export = reverse("contentieux:exporter", args=[debiteur.creancier.code, "csv"])
    csv = b"".join(client.get(export, {"q": debiteur.nom}).streaming_content).decode()
    assert csv.count("\r\n") == 2
    pdf = reverse("contentieux:exporter", args=[debiteur.creancier.code, "pdf"])
    assert client.get(pdf).status_code == 404
