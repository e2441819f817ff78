from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from clients.actions import marquer_adresse, modifier_client
from clients.models import Client
from factures.actions import encaisser, ouvrir_litige
from factures.lectures.faveur import Reclamables
from factures.models import Piece
from recouvrement.accueil.lectures.journee import ma_journee
from recouvrement.comptes.models import Creancier
from recouvrement.documents import fichiers
from recouvrement.journal.models import Entree
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.courriers import ecrire_hors_scenario, preparer_lettre, preparer_lettres
from relances.actions.mises_en_demeure import preparer_mise_en_demeure
from relances.actions.poste import annuler_courrier, poster, suivre
from relances.actions.preuves import Preuve
from relances.enums import Canal, EtatCourrier, EtatRelance
from relances.lectures.paliers import avec_palier
from relances.lectures.possibles import possibles
from relances.models import Courrier, MiseEnDemeure
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

pytestmark = pytest.mark.django_db
# La base date la préparation d'elle-même : ces essais se passent à l'avenir.
MAINTENANT = datetime(2026, 9, 3, 10, tzinfo=UTC)
LE = date(2026, 9, 3)


@pytest.fixture
def client():
    return un_client()


@pytest.fixture
def acteur(client):
    return un_utilisateur(chez=client.creancier)


def preparer(relance, acteur):
    courrier = preparer_lettre(relance, maintenant=MAINTENANT, acteur=acteur)
    return dater(courrier)


def dater(courrier):
    Courrier.objects.pour(courrier.creancier).filter(pk=courrier.pk).update(prepare_le=MAINTENANT)
    courrier.refresh_from_db()
    return courrier


def poster_le(courrier, acteur, le=LE, numero=""):
    return poster(courrier, le=le, numero_suivi=numero, maintenant=MAINTENANT, acteur=acteur)


def texte(courrier):
    pages = PdfReader(BytesIO(fichiers.lire(courrier.document.empreinte))).pages
    lu = "\n".join(page.extract_text() for page in pages)
    return lu.replace("\u202f", " ").replace("\xa0", " ")


def solder(client, facture):
    encaisser(client, montant=facture.solde, recu_le=LE, moyen="virement", acteur=None)


def test_la_lettre_reclame_ce_qui_reste_du_et_attend_la_poste(client, acteur):
    facture = une_facture(client=client)
    encaisser(
        client, montant=Decimal("200.00"), recu_le=date(2026, 2, 10), moyen="virement", acteur=None
    )
    relance = une_relance(client, canal=Canal.RECOMMANDE, factures=[facture], etape=None,
                          sujet="Vos factures", texte="Bonjour,\n\nMerci de régler.")  # fmt: skip

    courrier = preparer(relance, acteur)

    relance.refresh_from_db()
    assert (courrier.etat, relance.etat) == (EtatCourrier.A_POSTER, EtatRelance.A_FAIRE)
    assert relance.montant == Decimal("1000.00")
    assert "1 000,00" in texte(courrier)
    assert facture.numero in texte(courrier)


def test_une_lettre_est_refusee_si_plus_rien_n_est_du(client, acteur):
    facture = une_facture(client=client)
    relance = ecrire_hors_scenario(
        client,
        canal=Canal.COURRIER,
        factures=[facture],
        sujet="Vos factures",
        texte="Bonjour,",
        le=LE,
        acteur=acteur,
    )
    solder(client, facture)
    relance.refresh_from_db()

    with pytest.raises(ErreurMetier, match="n'attend pas de lettre"):
        preparer(relance, acteur)
    assert not Courrier.objects.pour(client.creancier).exists()


def test_le_lot_fait_les_lettres_possibles_et_dit_pourquoi_pas_les_autres(client, acteur):
    sans_adresse = un_client(creancier=client.creancier, adresse="", code_postal="", ville="")
    bonne = une_relance(client, canal=Canal.RECOMMANDE)
    mauvaise = une_relance(sans_adresse, canal=Canal.TELEPHONE)

    faites, refusees = preparer_lettres([bonne, mauvaise], maintenant=MAINTENANT, acteur=acteur)

    assert [courrier.relance for courrier in faites] == [bonne]
    assert refusees == [(mauvaise, "Cette relance n'est pas une lettre.")]


def test_une_relance_n_a_qu_une_lettre(client, acteur):
    relance = une_relance(client, canal=Canal.RECOMMANDE)
    preparer(relance, acteur)

    with pytest.raises(ErreurMetier, match="déjà préparée"):
        preparer(relance, acteur)


def test_poster_fait_l_etape_une_seule_fois(client, acteur):
    relance = une_relance(client, canal=Canal.RECOMMANDE)
    courrier = preparer(relance, acteur)

    poster_le(courrier, acteur)
    courrier = poster_le(courrier, acteur, le=LE + timedelta(days=1), numero="1A 234")

    relance.refresh_from_db()
    assert (relance.etat, relance.faite_le) == (EtatRelance.FAITE, MAINTENANT)
    assert (courrier.etat, courrier.poste_le, courrier.numero_suivi) == (
        EtatCourrier.POSTE,
        LE,
        "1A 234",
    )


def test_une_lettre_ne_part_pas_avant_d_etre_preparee(client, acteur):
    courrier = preparer(une_relance(client, canal=Canal.RECOMMANDE), acteur)

    with pytest.raises(ErreurMetier, match="précède la préparation"):
        poster_le(courrier, acteur, le=LE - timedelta(days=1))


def test_le_reglement_annule_la_lettre_qui_attendait_la_poste(client, acteur):
    facture = une_facture(client=client)
    courrier = preparer(une_relance(client, canal=Canal.RECOMMANDE, factures=[facture]), acteur)

    solder(client, facture)

    courrier.refresh_from_db()
    assert courrier.etat == EtatCourrier.ANNULE
    with pytest.raises(ErreurMetier, match="annulé"):
        poster_le(courrier, acteur)


def test_une_lettre_postee_survit_au_reglement(client, acteur):
    facture = une_facture(client=client)
    courrier = preparer(une_relance(client, canal=Canal.RECOMMANDE, factures=[facture]), acteur)
    poster_le(courrier, acteur)

    solder(client, facture)

    courrier.refresh_from_db()
    assert courrier.etat == EtatCourrier.POSTE


def test_le_recommande_se_suit_jusqu_a_sa_distribution(client, acteur):
    courrier = preparer(une_relance(client, canal=Canal.RECOMMANDE), acteur)
    with pytest.raises(ErreurMetier, match="À poster"):
        suivre(courrier, etat=EtatCourrier.DISTRIBUE, le=LE, acteur=acteur)
    poster_le(courrier, acteur)

    with pytest.raises(ErreurMetier, match="précède le dépôt"):
        suivre(courrier, etat=EtatCourrier.AVISE, le=LE - timedelta(days=1), acteur=acteur)
    suivre(courrier, etat=EtatCourrier.AVISE, le=LE + timedelta(days=2), acteur=acteur)
    courrier = suivre(
        courrier, etat=EtatCourrier.NON_RECLAME, le=LE + timedelta(days=17), acteur=acteur
    )

    assert courrier.etat == EtatCourrier.NON_RECLAME
    assert (courrier.presente_le, courrier.distribue_le) == (
        date(2026, 9, 5),
        date(2026, 9, 20),
    )
    with pytest.raises(ErreurMetier):
        suivre(courrier, etat=EtatCourrier.DISTRIBUE, le=date(2026, 9, 21), acteur=acteur)


def test_annuler_avant_la_poste_rend_l_etape_possible(client, acteur):
    relance = une_relance(client, canal=Canal.RECOMMANDE)
    courrier = preparer(relance, acteur)

    annuler_courrier(courrier, motif="Erreur", acteur=acteur)

    relance.refresh_from_db()
    assert relance.etat == EtatRelance.ANNULEE
    assert not relance.lignes.pour(client.creancier).get().est_vivante


def test_une_lettre_postee_ne_s_annule_pas(client, acteur):
    courrier = poster_le(preparer(une_relance(client, canal=Canal.RECOMMANDE), acteur), acteur)

    with pytest.raises(ErreurMetier, match="ne s'annule pas"):
        annuler_courrier(courrier, motif="", acteur=acteur)


def mettre_en_demeure(client, acteur, *factures):
    return preparer_mise_en_demeure(client, factures=factures, maintenant=MAINTENANT, acteur=acteur)


def test_une_seule_mise_en_demeure_attend_la_poste(client, acteur):
    facture = une_facture(client=client)
    premiere = mettre_en_demeure(client, acteur, facture)

    with pytest.raises(ErreurMetier, match="attend déjà"):
        mettre_en_demeure(client, acteur, facture)
    annuler_courrier(premiere.courrier, motif="Erreur", acteur=acteur)
    mettre_en_demeure(client, acteur, facture)

    assert MiseEnDemeure.objects.pour(client.creancier).count() == 2


def test_le_palier_monte_avec_l_etape_faite_et_repart_avec_un_nouveau_cycle(client, acteur):
    facture = une_facture(client=client)
    factures = type(facture).objects.pour(client.creancier)
    assert avec_palier(factures).get(pk=facture.pk).palier_atteint == 0
    poster_le(dater(mettre_en_demeure(client, acteur, facture).courrier), acteur, numero="1A")

    assert avec_palier(factures).get(pk=facture.pk).palier_atteint == 4
    factures.filter(pk=facture.pk).update(cycle=2)
    assert avec_palier(factures).get(pk=facture.pk).palier_atteint == 0
    factures.filter(pk=facture.pk).update(contentieux_depuis=LE)
    assert avec_palier(factures).get(pk=facture.pk).palier_atteint == 5


def test_une_lettre_rendue_ecarte_l_adresse_jusqu_a_ce_qu_on_la_revoie(client, acteur):
    facture = une_facture(client=client)
    courrier = preparer(une_relance(client, canal=Canal.RECOMMANDE, factures=[facture]), acteur)
    poster_le(courrier, acteur)
    revenue = LE + timedelta(days=9)
    suivre(courrier, etat=EtatCourrier.NPAI, le=revenue, acteur=acteur)
    client = Client.objects.pour(client.creancier).get()
    assert client.adresse_invalide_le == revenue
    assert Entree.objects.pour(client.creancier).filter(evenement="adresse_marquee").count() == 1
    [tache] = [
        a
        for a in ma_journee([client.creancier], maintenant=MAINTENANT + timedelta(days=9)).actions
        if a.genre == "corriger"
    ]
    assert tache.raison == "Courrier rendu le 12/09/2026 : adresse postale à revoir"
    refus = "Courrier rendu le 12/09/2026 .n'habite pas à l'adresse. : adresse à revoir."
    autre = une_relance(client, canal=Canal.COURRIER, factures=[une_facture(client=client)])
    with pytest.raises(ErreurMetier, match=refus):
        preparer(autre, acteur)
    with pytest.raises(ErreurMetier, match=refus):
        mettre_en_demeure(client, acteur, une_facture(client=client))
    # Une adresse corrigée sert aussitôt.
    client = modifier_client(client, adresse="3 place des Lices", acteur=acteur)
    assert client.adresse_invalide_le is None
    autre.client = client
    assert preparer(autre, acteur).etat == EtatCourrier.A_POSTER


def test_une_adresse_confirmee_redevient_bonne(client, acteur):
    client = marquer_adresse(client, invalide_le=LE, motif="Rendue", acteur=acteur)
    client = marquer_adresse(client, invalide_le=None, motif="Confirmée", acteur=acteur)
    assert client.adresse_invalide_le is None


def test_une_lettre_ne_reclame_ni_le_conteste_ni_ce_qui_est_au_contentieux(client, acteur):
    bonne, contestee = une_facture(client=client), une_facture(client=client)
    relance = une_relance(client, canal=Canal.COURRIER, factures=[bonne])
    hors = ecrire_hors_scenario(
        client, canal=Canal.COURRIER, factures=[bonne, contestee], sujet="s", texte="t", le=LE,
        acteur=acteur,
    )  # fmt: skip
    ouvrir_litige(
        contestee, motif="qualite", montant_conteste=None, detail="", le=LE, acteur=acteur
    )
    dite = texte(preparer(hors, acteur))
    assert bonne.numero in dite
    assert contestee.numero not in dite
    assert preparer(relance, acteur)
    with pytest.raises(ErreurMetier, match=f"Litige ouvert sur {contestee.numero}"):
        mettre_en_demeure(client, acteur, bonne, contestee)


@pytest.mark.parametrize("canal", [Canal.COURRIER, Canal.RECOMMANDE])
def test_sans_mandat_aucune_lettre_ne_se_prepare_et_le_bouton_le_dit(acteur, client, canal):
    Creancier.objects.filter(pk=client.creancier_id).update(mode="mandataire")
    client = Client.objects.pour(client.creancier).select_related("creancier").get()
    facture = une_facture(client=client)
    [phrase] = possibles(
        client, au=LE, factures=[facture], coordonnees=[], promesse=None, lus=Reclamables()
    ).courrier
    with pytest.raises(ErreurMetier) as refus:
        preparer(une_relance(client, canal=canal, factures=[facture]), acteur)
    assert str(refus.value) == f"{phrase}."


def test_les_preuves_de_la_poste_deviennent_des_pieces(client, acteur):
    facture = une_facture(client=client)
    courrier = preparer(une_relance(client, canal=Canal.RECOMMANDE, factures=[facture]), acteur)
    recu = Preuve("recu.pdf", b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF")
    avis = Preuve("avis.pdf", b"%PDF-1.7\n2 0 obj<<>>endobj\ntrailer<<>>\n%%EOF")
    numero = "1A 123 456 7890 1"
    courrier = poster(
        courrier, le=LE, numero_suivi=numero, maintenant=MAINTENANT, acteur=acteur, preuve=recu
    )
    courrier = suivre(
        courrier, etat=EtatCourrier.DISTRIBUE, le=LE + timedelta(days=3), acteur=acteur,
        preuve=avis,
    )  # fmt: skip
    assert [
        (p.nature, p.intitule, p.du) for p in Piece.objects.pour(client.creancier).order_by("pk")
    ] == [
        ("preuve_depot", f"Preuve de dépôt n° {numero} (recommandé)", LE),
        ("avis", f"Avis de réception n° {numero} (recommandé)", LE + timedelta(days=3)),
    ]
    assert courrier.preuve_depot.empreinte != courrier.avis_reception.empreinte


@pytest.mark.parametrize(
    ("langue", "salut", "conge"),
    [
        ("fr", "Madame, Monsieur,", "nos salutations distinguées"),
        ("en", "Dear Sir or Madam,", "Yours faithfully,"),
    ],
)
def test_une_lettre_salue_dans_la_langue_du_client(acteur, client, langue, salut, conge):
    destinataire = un_client(creancier=client.creancier, langue=langue)
    dite = texte(preparer(une_relance(destinataire, canal=Canal.COURRIER), acteur))
    assert dite.count(f"\n{salut}\n") == 1
    assert conge in dite
