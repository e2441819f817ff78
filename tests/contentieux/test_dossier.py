from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from contentieux import actions
from contentieux.enums import EtatDossier, IssueDossier, NatureFrais, Voie
from contentieux.models import Dossier
from factures.actions import deposer_piece, encaisser
from factures.enums import Moyen
from factures.models import Facture
from recouvrement.documents import fichiers
from recouvrement.socle.erreurs import ErreurMetier
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db
LE = date(2026, 9, 3)
MAINTENANT = datetime(2026, 9, 3, 10, tzinfo=UTC)


def un_dossier(client=None, **champs):
    client = client or un_client(forme_juridique="SARL", siren="404833048")
    facture = une_facture(
        client=client,
        montant_ttc=Decimal("10000.00"),
        date_emission=date(2026, 4, 1),
        date_echeance=date(2026, 5, 1),
    )
    acteur = un_utilisateur(chez=client.creancier)
    dossier = actions.ouvrir_dossier(
        client, factures=[facture], voie=Voie.INJONCTION_TC, le=LE, acteur=acteur
    )
    return dossier, facture, acteur


def test_ouvrir_un_dossier_met_ses_factures_au_contentieux():
    dossier, facture, _ = un_dossier()

    facture.refresh_from_db()
    assert facture.contentieux_depuis == LE
    assert dossier.etat == EtatDossier.PREPARATION


def test_une_facture_n_est_que_dans_un_dossier_ouvert_a_la_fois():
    dossier, facture, acteur = un_dossier()

    with pytest.raises(ErreurMetier, match="déjà au contentieux"):
        actions.ouvrir_dossier(
            dossier.client, factures=[facture], voie=Voie.AUTRE, le=LE, acteur=acteur
        )


def test_une_facture_a_echoir_ne_va_pas_au_contentieux():
    client = un_client()
    facture = une_facture(client=client, date_echeance=date(2026, 12, 31))

    with pytest.raises(ErreurMetier, match="pas encore échue"):
        actions.ouvrir_dossier(
            client,
            factures=[facture],
            voie=Voie.AUTRE,
            le=LE,
            acteur=un_utilisateur(chez=client.creancier),
        )
    assert not Dossier.objects.pour(client.creancier).exists()


def test_le_dossier_ne_saute_pas_d_etat():
    dossier, _, acteur = un_dossier()

    with pytest.raises(ErreurMetier, match="on ne passe pas"):
        actions.avancer(dossier, etat=EtatDossier.EXECUTOIRE, le=LE, note="", acteur=acteur)
    avance = actions.avancer(dossier, etat=EtatDossier.DEPOSE, le=LE, note="", acteur=acteur)
    assert avance.etat == EtatDossier.DEPOSE


def test_clore_sans_paiement_remet_les_factures_a_l_amiable():
    dossier, facture, acteur = un_dossier()

    actions.clore(dossier, issue=IssueDossier.ABANDONNE, note="", le=LE, acteur=acteur)

    facture.refresh_from_db()
    assert facture.contentieux_depuis is None
    actions.ouvrir_dossier(
        dossier.client, factures=[facture], voie=Voie.AUTRE, le=LE, acteur=acteur
    )


def test_clore_comme_paye_exige_que_tout_le_soit():
    dossier, facture, acteur = un_dossier()

    with pytest.raises(ErreurMetier, match="sommes dues"):
        actions.clore(dossier, issue=IssueDossier.PAYE, note="", le=LE, acteur=acteur)
    encaisser(
        dossier.client,
        montant=Decimal("10000.00"),
        recu_le=LE,
        moyen=Moyen.VIREMENT,
        acteur=acteur,
        imputations=[(facture.pk, Decimal("10000.00"))],
    )
    assert (
        actions.clore(dossier, issue=IssueDossier.PAYE, note="", le=LE, acteur=acteur).issue
        == IssueDossier.PAYE
    )
    assert Facture.objects.pour(dossier.creancier).get(pk=facture.pk).solde == 0


def test_les_documents_du_dossier_reprennent_le_decompte():
    """Vecteur V1 : 10 000 € échus le 01/05/2026, arrêtés au 03/09/2026 : 420,55 € et 40 €."""
    dossier, facture, acteur = un_dossier()
    piece = deposer_piece(
        dossier.client,
        facture=facture,
        nature="devis",
        intitule="Devis signé",
        nom_fichier="devis.txt",
        octets=b"devis",
        type_mime="text/plain",
        acteur=acteur,
    )
    actions.ranger_pieces(dossier, pieces=[(piece, "Devis accepté")], acteur=acteur)
    dossier = actions.renseigner_requete(
        dossier,
        tribunal="tribunal de commerce de Rennes",
        arrete_au=LE,
        requete={"fondement": "Devis accepté le 12/02/2026", "lieu": "Rennes"},
        acteur=acteur,
    )

    liens = actions.preparer_documents(dossier, maintenant=MAINTENANT, acteur=acteur)

    assert [lien.document.nature for lien in liens] == ["decompte", "requete", "bordereau"]
    decompte, requete, bordereau = (
        PdfReader(BytesIO(fichiers.lire(lien.document.empreinte))) for lien in liens
    )
    texte = decompte.pages[0].extract_text().replace("\u202f", " ").replace("\xa0", " ")
    assert "420,55" in texte
    assert "10 460,55" in texte
    champs = requete.get_fields()
    assert champs["principal_1_montant"].value.replace("\xa0", " ") == "10 000,00"
    assert champs["total_montant"].value.replace("\xa0", " ") == "10 460,55"
    assert champs["demandeur_denomination"].value == dossier.creancier.nom
    assert "PROJET" in requete.pages[0].extract_text()
    assert "Devis accepté" in bordereau.pages[0].extract_text()


def test_les_frais_s_additionnent_au_dossier():
    dossier, _, acteur = un_dossier()

    actions.ajouter_frais(
        dossier,
        nature=NatureFrais.GREFFE,
        libelle="Greffe",
        montant=Decimal("33.47"),
        le=LE,
        acteur=acteur,
    )

    [lu] = Dossier.objects.pour(dossier.creancier).en_chiffres()
    assert (lu.depense, lu.du) == (Decimal("33.47"), Decimal("10000.00"))
