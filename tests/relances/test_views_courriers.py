from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from clients.models import Client
from recouvrement.comptes.enums import Role
from recouvrement.documents.models import Document
from relances.enums import Canal, EtatCourrier
from relances.models import Courrier, MiseEnDemeure
from tests.appuis.pages import lisible
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
D_UN_COURRIER = ("poster", "suivre", "annuler_courrier")
D_ECRITURE = (*D_UN_COURRIER, "preparer_lot", "lettre", "ecrire_lettre", "mise_en_demeure")
DE_LECTURE = ("courrier", "courrier_pdf")
REQUETES_LISTE = 6


@pytest.fixture
def debiteur():
    return un_client()


def connecter(client, creancier, role=Role.ASSISTANTE):
    client.force_login(un_utilisateur(chez=creancier, role=role))


def un_courrier(debiteur, **champs):
    """Une lettre prête, sans la rendre : ses octets ne comptent pas ici."""
    relance = une_relance(debiteur, canal=Canal.RECOMMANDE)
    document = Document.objects.create(
        creancier=debiteur.creancier,
        nature="lettre",
        titre="Lettre",
        nom_fichier="lettre.pdf",
        empreinte=f"{relance.pk:064x}",
        taille=1,
        pages=1,
        gabarit="relances/documents/lettre.html",
        version_gabarit="1",
        cree_le=timezone.now(),
    )
    return Courrier.objects.create(
        creancier=debiteur.creancier,
        client=debiteur,
        relance=relance,
        canal=Canal.RECOMMANDE,
        document=document,
        **champs,
    )


def adresse(page, debiteur, *, code=None):
    code = code or debiteur.creancier.code
    if page == "preparer_lot":
        return reverse("relances:preparer_lot", args=[code])
    if page in ("ecrire_lettre", "mise_en_demeure"):
        return reverse(f"relances:{page}", args=[code, debiteur.pk])
    if page == "lettre":
        return reverse("relances:lettre", args=[code, une_relance(debiteur).pk])
    return reverse(f"relances:{page}", args=[code, un_courrier(debiteur).pk])


@pytest.mark.parametrize("page", D_ECRITURE)
def test_le_lecteur_n_ecrit_pas_de_lettre(client, debiteur, page):
    connecter(client, debiteur.creancier, Role.LECTURE)

    assert client.post(adresse(page, debiteur)).status_code == 403


@pytest.mark.parametrize(
    "page", [*D_UN_COURRIER, "lettre", "ecrire_lettre", "mise_en_demeure", *DE_LECTURE]
)
def test_le_courrier_d_un_autre_creancier_est_introuvable(client, debiteur, page):
    chez_nous = un_creancier()
    connecter(client, chez_nous)
    url = adresse(page, debiteur, code=chez_nous.code)

    reponse = client.get(url) if page in DE_LECTURE else client.post(url)

    assert reponse.status_code == 404


def test_le_lot_ignore_la_relance_d_un_autre_creancier(client, debiteur):
    chez_nous = un_creancier()
    connecter(client, chez_nous)
    etrangere = une_relance(debiteur, canal=Canal.RECOMMANDE)

    client.post(
        reverse("relances:preparer_lot", args=[chez_nous.code]), {"relance": [etrangere.pk, "x"]}
    )

    assert not Courrier.objects.pour(debiteur.creancier).exists()


def test_poster_puis_suivre_depuis_la_page(client, debiteur):
    connecter(client, debiteur.creancier)
    courrier, code = un_courrier(debiteur), debiteur.creancier.code
    aujourdhui = timezone.localdate()

    client.post(
        reverse("relances:poster", args=[code, courrier.pk]),
        {"le": aujourdhui.isoformat(), "numero_suivi": "1a12345678901"},
    )
    client.post(
        reverse("relances:suivre", args=[code, courrier.pk]),
        {"etat": "distribue", "le": aujourdhui.isoformat()},
    )

    courrier.refresh_from_db()
    assert (courrier.etat, courrier.numero_suivi) == (EtatCourrier.DISTRIBUE, "1A12345678901")


@pytest.mark.parametrize("page", ["poster", "suivre"])
def test_la_poste_ne_se_note_pas_a_l_avance(client, debiteur, page):
    connecter(client, debiteur.creancier)
    courrier = un_courrier(debiteur, etat="poste", poste_le=timezone.localdate())
    demain = (timezone.localdate() + timedelta(days=1)).isoformat()

    reponse = client.post(
        reverse(f"relances:{page}", args=[debiteur.creancier.code, courrier.pk]),
        {"le": demain, "etat": "presente"},
    )

    assert reponse.status_code == 422
    assert "pas encore passée" in lisible(reponse)


def test_annuler_une_lettre_postee_le_dit_sans_rien_changer(client, debiteur):
    connecter(client, debiteur.creancier)
    courrier = un_courrier(debiteur, etat="poste", poste_le=timezone.localdate())

    client.post(reverse("relances:annuler_courrier", args=[debiteur.creancier.code, courrier.pk]))

    courrier.refresh_from_db()
    assert courrier.etat == EtatCourrier.POSTE


def test_la_mise_en_demeure_se_prepare_puis_se_lit_en_pdf(client, debiteur):
    connecter(client, debiteur.creancier)
    facture = une_facture(client=debiteur)
    url = reverse("relances:mise_en_demeure", args=[debiteur.creancier.code, debiteur.pk])
    assert facture.numero in lisible(client.get(url))

    reponse = client.post(url, {"factures": [facture.pk], "delai_jours": "8"}, follow=True)

    sommation = MiseEnDemeure.objects.pour(debiteur.creancier).get()
    assert reponse.redirect_chain[-1][0].endswith(f"/courriers/{sommation.courrier_id}/")
    pdf = client.get(
        reverse("relances:courrier_pdf", args=[debiteur.creancier.code, sommation.courrier_id])
    )
    assert pdf.content.startswith(b"%PDF-")
    assert pdf["X-Content-Type-Options"] == "nosniff"


def test_une_erreur_garde_les_factures_cochees(client, debiteur):
    connecter(client, debiteur.creancier)
    choisie, laissee = une_facture(client=debiteur), une_facture(client=debiteur)
    url = reverse("relances:mise_en_demeure", args=[debiteur.creancier.code, debiteur.pk])

    reponse = client.post(url, {"factures": [choisie.pk], "delai_jours": "0"})

    assert reponse.status_code == 422
    page = lisible(reponse)
    assert f'value="{choisie.pk}" id="f{choisie.pk}" checked' in page
    assert f'value="{laissee.pk}" id="f{laissee.pk}">' in page


@pytest.mark.parametrize("combien", [1, 3])
def test_la_liste_des_courriers_coute_autant_pour_un_que_pour_trois(
    client, debiteur, combien, django_assert_num_queries
):
    connecter(client, debiteur.creancier)
    for _ in range(combien):
        un_courrier(un_client(creancier=debiteur.creancier))
        une_relance(debiteur, canal=Canal.COURRIER, etape=None)
    url = reverse("relances:courriers", args=[debiteur.creancier.code])

    with django_assert_num_queries(REQUETES_LISTE):
        assert client.get(url).status_code == 200


def test_sans_lettre_rien_ne_s_imprime(client, debiteur):
    connecter(client, debiteur.creancier)

    reponse = client.get(reverse("relances:imprimer_lot", args=[debiteur.creancier.code]))

    assert reponse.status_code == 302
    assert reponse.url.endswith("/courriers/")


@pytest.mark.parametrize(
    ("saisi", "phrase"),
    [
        ("1A 234", "treize signes"),
        ("RR 12 345 678 9 FR", "La clé de ce numéro est fausse"),
    ],
)
def test_un_numero_de_suivi_mal_recopie_est_refuse(client, debiteur, saisi, phrase):
    connecter(client, debiteur.creancier)
    courrier = un_courrier(debiteur)
    reponse = client.post(
        reverse("relances:poster", args=[debiteur.creancier.code, courrier.pk]),
        {"le": timezone.localdate().isoformat(), "numero_suivi": saisi},
    )
    assert reponse.status_code == 422
    assert phrase in lisible(reponse)
    courrier.refresh_from_db()
    assert courrier.etat == EtatCourrier.A_POSTER


def test_la_preuve_de_depot_se_joint_en_notant_la_poste(client, debiteur):
    connecter(client, debiteur.creancier)
    courrier, code = un_courrier(debiteur), debiteur.creancier.code
    recu = SimpleUploadedFile("recu.pdf", b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF")
    client.post(
        reverse("relances:poster", args=[code, courrier.pk]),
        {"le": timezone.localdate().isoformat(), "numero_suivi": "", "preuve": recu},
    )
    page = lisible(client.get(reverse("relances:courrier", args=[code, courrier.pk])))
    courrier.refresh_from_db()
    assert reverse("factures:piece", args=[code, courrier.preuve_depot_id]) in page


@pytest.mark.parametrize(("role", "statut"), [("lecture", 403), ("assistante", 302)])
def test_confirmer_une_adresse_demande_de_pouvoir_ecrire(client, debiteur, role, statut):
    connecter(client, debiteur.creancier, role=role)
    Client.objects.pour(debiteur.creancier).update(adresse_invalide_le=timezone.localdate())
    url = reverse("clients:confirmer_adresse", args=[debiteur.creancier.code, debiteur.pk])
    assert client.post(url).status_code == statut
    debiteur.refresh_from_db()
    assert (debiteur.adresse_invalide_le is None) is (statut == 302)
