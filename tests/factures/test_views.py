"""Les pages des factures : ce qu'elles montrent, à qui, et en combien de requêtes."""

import csv
import io
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from factures.actions import ouvrir_litige
from factures.actions.importation import preparer_import
from factures.lectures import balance_agee
from factures.models import Encaissement, Facture, Importation, Piece
from recouvrement.comptes.enums import Role
from tests.appuis.pages import lisible
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import un_avoir, un_encaissement, une_facture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("le_deux_mars")]
LE = date(2026, 3, 2)


def adresse(nom, *args):
    return reverse(f"factures:{nom}", args=["kerbrat", *args])


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_liste_tient_en_neuf_requetes_quel_que_soit_le_nombre(
    client, creancier, acteur, nombre, django_assert_num_queries
):
    for _ in range(nombre):
        facture = une_facture(creancier=creancier)
        ouvrir_litige(facture, motif="qualite", le=LE, acteur=acteur)
    # session, utilisateur, habilitation, page, litiges, onglets, totaux, nombres du rail, vues
    with django_assert_num_queries(9):
        reponse = client.get(adresse("liste"))
    assert len(reponse.context["liste"].lignes) == nombre
    assert "Litige : qualité ou malfaçon" in reponse.content.decode()


def test_chaque_segment_de_la_balance_egale_le_total_de_sa_liste(client, creancier, acteur):
    for jours in (-10, 0, 1, 30, 31, 60, 61, 90, 91, 180, 181, 400):
        echeance = date.fromordinal(LE.toordinal() - jours)
        emission = min(echeance, date(2026, 1, 1))
        une_facture(
            creancier=creancier, date_echeance=echeance, date_emission=emission,
            montant_ttc=Decimal(100 + jours + 20),
        )  # fmt: skip
    for tranche in balance_agee([creancier], au=LE):
        totaux = client.get(adresse("liste"), {"tranche": tranche.cle}).context["liste"].sommes
        assert (totaux["nombre"], totaux["solde"]) == (tranche.nombre, tranche.total)
        assert tranche.nombre == 2


def test_la_liste_se_filtre_par_texte_client_periode_et_montant(client, creancier, acteur):
    duval = un_client(creancier=creancier, nom="Bâti-Rénov Duval")
    une = une_facture(client=duval, numero="F-1", montant_ttc=Decimal("500.00"))
    pellerin = un_client(creancier=creancier, nom="Garage Pellerin")
    autre = une_facture(
        client=pellerin, numero="F-2", date_echeance=date(2026, 4, 15), libelle="Portail"
    )
    soldee = une_facture(client=duval, numero="F-3")
    un_encaissement(soldee, montant=Decimal("1200.00"))

    def numeros(**filtres):
        page = client.get(adresse("liste"), filtres).context["liste"].lignes
        return [ligne.facture.numero for ligne in page]

    assert numeros() == ["F-1", "F-2"]
    assert numeros(q="bati renov") == ["F-1"]
    assert numeros(q="portail") == ["F-2"]
    assert numeros(q="500,00") == ["F-1"]
    assert numeros(client=duval.pk) == ["F-1"]
    assert numeros(client=duval.pk, etat="toutes") == ["F-1", "F-3"]
    assert numeros(etat="soldees") == ["F-3"]
    assert numeros(etat="echues") == ["F-1"]
    assert numeros(etat="a_echoir") == ["F-2"]
    assert numeros(du="2026-04-01", au="2026-04-30") == ["F-2"]
    assert numeros(min="600") == ["F-2"]
    assert numeros(max="600") == ["F-1"]
    assert numeros(tri="-solde") == ["F-2", "F-1"]
    assert numeros(tri="-client") == ["F-2", "F-1"]
    assert numeros(etat="rien", tranche="x", min="abc", tri="zzz", client="9" * 30) == [
        "F-1", "F-2"
    ]  # fmt: skip
    assert (une.numero, autre.numero) == ("F-1", "F-2")


def test_l_export_rend_exactement_ce_qui_est_filtre(client, creancier, acteur):
    duval = un_client(creancier=creancier, nom="=Duval()")
    une_facture(client=duval, numero="F-1")
    une_facture(creancier=creancier, numero="F-2")
    reponse = client.get(adresse("exporter", "csv"), {"client": duval.pk})
    contenu = b"".join(reponse.streaming_content).decode("utf-8-sig")
    lignes = list(csv.DictReader(io.StringIO(contenu), delimiter=";"))
    assert [(ligne["Numéro"], ligne["Reste dû"]) for ligne in lignes] == [("F-1", "1200,00")]
    assert lignes[0]["Client"] == "'=Duval()"
    reponse = client.get(adresse("exporter", "xlsx"))
    assert reponse.content.startswith(b"PK")
    assert client.get(adresse("exporter", "pdf")).status_code == 404


def test_la_page_d_une_facture_montre_son_decompte_et_son_historique(client, creancier, acteur):
    facture = une_facture(creancier=creancier, numero="F-1")
    un_encaissement(facture, acteur=acteur)
    ouvrir_litige(facture, motif="prix", le=LE, acteur=acteur)
    page = client.get(adresse("detail", facture.pk))
    texte = page.content.decode()
    assert page.context["fiche"].retard == 30
    assert page.context["fiche"].calcul.indemnite == Decimal("40.00")
    for mots in ("Règlement imputé", "Litige ouvert", "Prix ou quantité", "Virement"):
        assert mots in texte
    avoir = un_avoir(client=facture.client)
    assert "Utiliser cet avoir" in client.get(adresse("detail", avoir.pk)).content.decode()


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_page_d_une_facture_ne_coute_pas_plus_avec_plus_de_reglements(
    client, creancier, acteur, nombre, django_assert_num_queries
):
    facture = une_facture(creancier=creancier)
    for _ in range(nombre):
        un_encaissement(facture, acteur=acteur)
    with django_assert_num_queries(16):
        client.get(adresse("detail", facture.pk))


def reglement(**champs):
    return {
        "cle_saisie": str(uuid4()),
        "montant": "500,00",
        "recu_le": "2026-03-01",
        "moyen": "virement",
        "repartition": "auto",
    } | champs


def test_on_enregistre_un_reglement_puis_on_le_defait_aussitot(client, creancier, acteur):
    facture = une_facture(creancier=creancier)
    page = f"{adresse('reglement')}?client={facture.client.pk}"
    # 30 jours à 12,15 % sur 1 200 : 11,98 ; et 40.
    assert client.get(page).context["form"].du == Decimal("1251.98")
    assert client.post(page, reglement()).status_code == 302
    encaissement = Encaissement.objects.pour(creancier).get()
    assert encaissement.saisi_par == acteur
    facture.refresh_from_db()
    assert facture.solde == Decimal("700.00")
    client.post(encaissement.geste.adresse_d_annulation)
    facture.refresh_from_db()
    assert facture.solde == Decimal("1200.00")


def test_defaire_est_reserve_a_qui_vient_de_saisir(client, creancier, acteur):
    facture = une_facture(creancier=creancier)
    encaissement = un_encaissement(facture)
    reponse = client.post(encaissement.geste.adresse_d_annulation)
    assert reponse.url == adresse("annuler_reglement", encaissement.pk)
    facture.refresh_from_db()
    assert facture.solde == Decimal("1000.00")


def test_un_double_clic_sur_enregistrer_n_encaisse_qu_une_fois(client, creancier, acteur):
    facture = une_facture(creancier=creancier)
    page = f"{adresse('reglement')}?client={facture.client.pk}"
    saisie = reglement()
    client.post(page, saisie)
    client.post(page, saisie)
    assert Encaissement.objects.pour(creancier).count() == 1


def test_la_repartition_a_la_main_suit_les_parts(client, creancier, acteur):
    une = une_facture(creancier=creancier)
    autre = une_facture(client=une.client)
    page = f"{adresse('reglement')}?client={une.client.pk}&facture={autre.pk}"
    # Sa part est écrite, intérêts et 40 € compris ; « à la main » la vise tout entière.
    assert 'value="1251,98"' in client.get(page).content.decode()
    saisie = reglement(repartition="main") | {f"part_{autre.pk}": "400"}
    assert client.post(page, saisie).status_code == 302
    assert Encaissement.objects.pour(creancier).get().disponible == Decimal("100.00")
    trop = reglement(repartition="main") | {f"part_{une.pk}": "1 300,00"}
    assert client.post(page, trop).status_code == 422
    trop = reglement(repartition="main") | {f"part_{une.pk}": "600,00"}
    assert client.post(page, trop).status_code == 422
    assert client.post(page, reglement(recu_le="2026-03-03")).status_code == 422


def test_on_emploie_ce_qui_restait_disponible(client, creancier, acteur):
    une = une_facture(creancier=creancier)
    encaissement = un_encaissement(une, montant=Decimal("1300.00"), imputations=None)
    suivante = une_facture(client=une.client)
    client.post(adresse("imputer", encaissement.pk))
    suivante.refresh_from_db()
    # Les 100 € en trop ont payé 43,99 € : 1 200 × 12,15 % × 10 / 365 = 3,99, et 40. Reste 56,01.
    assert suivante.solde == Decimal("1143.99")


def test_on_annule_un_reglement_en_disant_pourquoi(client, creancier, acteur):
    facture = une_facture(creancier=creancier)
    encaissement = un_encaissement(facture)
    page = adresse("annuler_reglement", encaissement.pk)
    assert facture.numero in client.get(page).content.decode()
    assert client.post(page, {"motif": "", "le": "2026-03-02"}).status_code == 422
    assert client.post(page, {"motif": "Rejeté", "le": "2026-02-01"}).status_code == 422
    assert client.post(page, {"motif": "Rejeté", "le": "2026-03-02"}).status_code == 302
    facture.refresh_from_db()
    assert facture.solde == Decimal("1200.00")
    assert "déjà annulé" in client.get(page).content.decode()


CSV = (
    "Numéro;Client;Date facture;Échéance;Montant TTC\n"
    "F-1;Garage Pellerin;12/01/2026;11/02/2026;1 284,00\n"
    "F-2;Garage Pellerin;12/01/2026;31/02/2026;100,00\n"
).encode()


def test_l_import_se_depose_se_verifie_puis_s_enregistre(client, creancier, acteur):
    assert client.get(adresse("importer")).status_code == 200
    fichiers = {"fichiers": [SimpleUploadedFile("ventes.csv", CSV)], "rang_entree": "3"}
    reponse = client.post(adresse("importer"), fichiers)
    importation = Importation.objects.pour(creancier).get()
    assert reponse.url == adresse("import", importation.pk)
    page = client.get(reponse.url)
    texte = page.content.decode()
    assert "Enregistrer 1\xa0facture" in texte
    assert "n'existe pas" in texte or "n&#x27;existe pas" in texte
    assert not Facture.objects.pour(creancier).exists()
    # L'échéance écartée : la ligne refusée devient bonne.
    choix = {
        "c0_0": "numero", "c0_1": "client", "c0_2": "date_emission", "c0_3": "",
        "c0_4": "montant_ttc", "rang_entree": "2",
    }  # fmt: skip
    assert client.post(reponse.url, choix | {"c0_3": "numero"}).status_code == 422
    assert client.post(reponse.url, choix).status_code == 302
    client.post(adresse("valider_import", importation.pk))
    assert Facture.objects.pour(creancier).filter(rang_entree=2).count() == 2
    assert client.get(adresse("rapport_import", importation.pk)).content.startswith(b"PK")
    assert "Créées" in client.get(reponse.url, {"sort": "creee"}).content.decode()


def test_une_cellule_refusee_se_corrige_sur_la_page_de_l_apercu(client, creancier, acteur):
    importation = preparer_import(creancier, [("v.csv", CSV)], acteur=None, maintenant=None)
    page = lisible(client.get(adresse("import", importation.pk)))
    assert 'name="l2_date_echeance" value="31/02/2026"' in page
    assert "l1_" not in page
    corrige = {"l2_date_echeance": "28/02/2026", "l2_date_emission": "12/01/2026"}
    reponse = client.post(adresse("corriger_import", importation.pk), corrige)
    assert reponse.url == adresse("import", importation.pk)
    assert "Enregistrer 2\xa0factures" in client.get(reponse.url).content.decode()
    assert client.get(adresse("reprendre_import", importation.pk)).content.startswith(b"PK")


def test_un_fichier_trop_lourd_est_refuse_sans_etre_lu(client, creancier, acteur, monkeypatch):
    monkeypatch.setattr("factures.forms.importation.PLAFOND_OCTETS", 10)
    reponse = client.post(adresse("importer"), {"fichiers": SimpleUploadedFile("gros.csv", CSV)})
    assert reponse.status_code == 422
    assert "gros.csv" in reponse.content.decode()
    assert not Importation.objects.pour(creancier).exists()


@pytest.mark.parametrize("nombre", [1, 3])
def test_l_apercu_d_un_import_ne_coute_pas_plus_avec_plus_de_lignes(
    client, creancier, acteur, nombre, django_assert_num_queries
):
    lignes = [f"F{n};Pellerin;12/01/2026;10,00" for n in range(nombre)]
    octets = "\n".join(["Numéro;Client;Date facture;Montant TTC", *lignes]).encode()
    importation = preparer_import(creancier, [("v.csv", octets)], acteur=None, maintenant=None)
    with django_assert_num_queries(9):
        client.get(adresse("import", importation.pk))


def test_un_depot_sans_fichier_ou_un_import_deja_traite_se_dit(client, creancier, acteur):
    assert client.post(adresse("importer"), {}).status_code == 422
    importation = preparer_import(creancier, [("v.csv", CSV)], acteur=None, maintenant=None)
    client.post(adresse("abandonner_import", importation.pk))
    reponse = client.post(adresse("valider_import", importation.pk), follow=True)
    assert "déjà été enregistré ou abandonné" in reponse.content.decode()


def objets():
    """Une facture d'un autre créancier et ce qui s'y attache."""
    facture = une_facture()
    encaissement = un_encaissement(facture)
    litige = ouvrir_litige(facture, motif="prix", le=LE, acteur=un_utilisateur())
    importation = Importation.objects.create(creancier=facture.creancier, nom="x")
    piece = Piece.objects.create(
        creancier=facture.creancier, client=facture.client, nature="devis", intitule="x",
        nom_fichier="x.pdf", type_mime="application/pdf", taille=1, empreinte="0" * 64,
    )  # fmt: skip
    return {
        "detail": facture.pk,
        "modifier": facture.pk,
        "avoir": facture.pk,
        "litige": facture.pk,
        "clore_litige": litige.pk,
        "annuler_reglement": encaissement.pk,
        "imputer": encaissement.pk,
        "piece": piece.pk,
        "deposer_piece": facture.client.pk,
        "import": importation.pk,
        "valider_import": importation.pk,
        "abandonner_import": importation.pk,
        "rapport_import": importation.pk,
        "corriger_import": importation.pk,
        "admettre_import": importation.pk,
        "reprendre_import": importation.pk,
        "defaire_import": importation.pk,
    }


EN_POST = {
    "imputer", "valider_import", "abandonner_import", "corriger_import",
    "admettre_import", "defaire_import",
}  # fmt: skip


def test_l_objet_d_un_autre_creancier_est_introuvable(client, creancier, acteur):
    for nom, pk in objets().items():
        appeler = client.post if nom in EN_POST else client.get
        assert appeler(adresse(nom, pk)).status_code == 404, nom
    assert client.get(adresse("reglement"), {"client": un_client().pk}).status_code == 404
    assert client.get(adresse("nouvelle"), {"client": un_client().pk}).status_code == 404


def test_la_lecture_seule_voit_mais_n_ecrit_pas(client, creancier):
    client.force_login(un_utilisateur(chez=creancier, role=Role.LECTURE))
    for nom, pk in objets().items():
        if nom not in {"detail", "piece"}:
            appeler = client.post if nom in EN_POST else client.get
            assert appeler(adresse(nom, pk)).status_code == 403, nom
    for nom in ("nouvelle", "reglement", "importer"):
        assert client.get(adresse(nom)).status_code == 403
    facture = une_facture(creancier=creancier)
    assert "Nouvelle facture" not in client.get(adresse("liste")).content.decode()
    assert "Litige" not in client.get(adresse("detail", facture.pk)).content.decode()
