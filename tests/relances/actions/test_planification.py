"""La planification, d'un bout à l'autre, à des dates données."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from clients.enums import Validite
from factures.models import Facture, Litige
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.journal.models import Entree
from relances.actions.planification import planifier
from relances.actions.scenarios import scenario_par_defaut
from relances.enums import Canal, CodeBlocage, EtatRelance
from relances.models import Promesse, Relance, RelanceFacture
from tests.fabriques.clients import un_client, une_coordonnee
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.factures import une_facture

pytestmark = pytest.mark.django_db

LUNDI = date(2026, 11, 23)
DIX_HEURES = datetime(2026, 11, 23, 9, tzinfo=UTC)


def echue(jours, **champs):
    echeance = LUNDI - timedelta(days=jours)
    return une_facture(
        date_emission=echeance - timedelta(days=30), date_echeance=echeance, **champs
    )


def planifie(creancier, *, au=LUNDI, **options):
    maintenant = DIX_HEURES + (au - LUNDI)
    return planifier(creancier, au=au, maintenant=maintenant, **options)


def relances(creancier):
    return list(Relance.objects.pour(creancier).order_by("pk"))


def faite(relance, le):
    relance.etat, relance.faite_le = EtatRelance.FAITE, le
    relance.save()
    Envoi.objects.pour(relance.creancier).filter(pk=relance.envoi_id).update(
        etat=EtatEnvoi.ENVOYE, octets=b"", data_a=le, fini_a=le
    )


def test_une_facture_echue_recoit_le_premier_rappel():
    facture = echue(5)
    planifie(facture.creancier)
    [relance] = relances(facture.creancier)
    assert relance.etape.cle == "rappel"
    assert (relance.etat, relance.canal) == (EtatRelance.PLANIFIEE, Canal.COURRIEL)
    assert relance.montant == Decimal("1200.00")
    assert relance.envoi.etat == EtatEnvoi.A_ENVOYER
    assert relance.envoi.cle == f"relance:{relance.pk}:1"
    assert relance.envoi.pas_avant == DIX_HEURES
    assert relance.envoi.destinataire == relance.destinataire


def test_planifier_deux_fois_ne_cree_rien_de_plus():
    facture = echue(5)
    planifie(facture.creancier)
    entrees = Entree.objects.pour(facture.creancier).count()
    assert planifie(facture.creancier).creees == []
    assert len(relances(facture.creancier)) == 1
    assert Entree.objects.pour(facture.creancier).count() == entrees


def test_un_seul_message_pour_toutes_les_factures_du_client_au_ton_le_plus_haut():
    client = un_client()
    jeune, vieille = echue(5, client=client), echue(30, client=client, rang_entree=3)
    planifie(client.creancier)
    [relance] = relances(client.creancier)
    assert relance.etape.cle == "relance-ferme"
    lignes = RelanceFacture.objects.pour(client.creancier).values_list("facture", "cle_etape")
    assert set(lignes) == {(jeune.pk, "rappel"), (vieille.pk, "relance-ferme")}
    assert relance.montant == Decimal("2400.00")


def test_une_relance_prevue_le_samedi_part_le_lundi():
    facture = echue(5)
    planifie(facture.creancier, au=date(2026, 11, 21))
    [relance] = relances(facture.creancier)
    assert relance.envoi.pas_avant == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_l_etape_suivante_attend_son_jour_et_l_ecart_minimal():
    facture = echue(3)
    creancier = facture.creancier
    planifie(creancier)
    faite(relances(creancier)[0], DIX_HEURES)
    assert planifie(creancier, au=LUNDI + timedelta(days=6)).creees == []
    [appel] = planifie(creancier, au=LUNDI + timedelta(days=7)).creees
    assert (appel.etape.cle, appel.etat) == ("appel", EtatRelance.A_FAIRE)


def test_une_facture_tres_en_retard_monte_marche_par_marche():
    facture = echue(200)
    creancier = facture.creancier
    cles = []
    jour = LUNDI
    for _ in range(60):
        for prevue in planifie(creancier, au=jour).creees:
            cles.append((prevue.etape.cle, (jour - LUNDI).days))
        for relance in Relance.objects.pour(creancier).en_attente():
            faite(relance, DIX_HEURES + (jour - LUNDI))
        jour += timedelta(days=1)
    assert cles == [
        ("rappel", 0),
        ("appel", 5),
        ("relance-ferme", 10),
        ("second-appel", 15),
        ("lettre", 20),
        ("recommande", 25),
        ("mise-en-demeure", 30),
        ("contentieux", 35),
    ]


def test_une_etape_pas_encore_faite_retient_la_suivante():
    facture = echue(12)
    creancier = facture.creancier
    planifie(creancier)
    faite(relances(creancier)[0], DIX_HEURES - timedelta(days=9))
    planifie(creancier)
    assert [r.etape.cle for r in relances(creancier)] == ["rappel", "appel"]
    bilan = planifie(creancier, au=LUNDI + timedelta(days=20), a_blanc=True)
    assert bilan.creees == []
    assert [b.code for b in bilan.ecartees[0].blocages] == [CodeBlocage.DEVANCEE]


def test_un_appel_qui_attend_accueille_la_facture_suivante_du_client():
    client = un_client()
    echue(10, client=client, rang_entree=2)
    planifie(client.creancier)
    echue(11, client=client, rang_entree=2)
    planifie(client.creancier, au=LUNDI + timedelta(days=1))
    [appel] = relances(client.creancier)
    assert appel.lignes.count() == 2


def test_sans_adresse_la_relance_devient_une_tache_puis_repart_une_fois_corrigee():
    client = un_client(courriel=None)
    echue(5, client=client)
    planifie(client.creancier)
    [relance] = relances(client.creancier)
    assert (relance.etat, relance.envoi) == (EtatRelance.A_FAIRE, None)
    assert relance.motif.startswith("Adresse à corriger")
    une_coordonnee(client, valeur="neuve@duval.example")
    planifie(client.creancier)
    relance.refresh_from_db()
    assert (relance.etat, relance.destinataire) == (EtatRelance.PLANIFIEE, "neuve@duval.example")
    assert relance.envoi.destinataire == "neuve@duval.example"


def test_une_adresse_invalide_ne_sert_pas():
    client = un_client(courriel=None)
    une_coordonnee(client, valeur="morte@duval.example", validite=Validite.INVALIDE)
    une_coordonnee(client, valeur="bonne@duval.example")
    echue(5, client=client)
    planifie(client.creancier)
    assert relances(client.creancier)[0].destinataire == "bonne@duval.example"


def test_chaque_facture_ecartee_dit_pourquoi():
    creancier = un_creancier()
    utilisateur = un_utilisateur(chez=creancier)
    litige = echue(5, creancier=creancier)
    Litige.objects.create(
        creancier=creancier, facture=litige, motif="prix", ouvert_le=LUNDI, ouvert_par=utilisateur
    )
    promise = echue(5, creancier=creancier)
    Promesse.objects.create(
        creancier=creancier,
        client=promise.client,
        montant=Decimal("100.00"),
        pour_le=LUNDI,
        faite_le=LUNDI,
        auteur=utilisateur,
    )
    suspendue = echue(5, client=un_client(creancier=creancier, suspendu_le=LUNDI))
    au_tribunal = echue(5, creancier=creancier, contentieux_depuis=LUNDI)
    en_procedure = echue(5, client=un_client(creancier=creancier, procedure_collective_le=LUNDI))
    trop_tot = echue(1, creancier=creancier)
    bilan = planifie(creancier, avec_ecartees=True)
    assert bilan.creees == []
    assert {e.facture: [b.code for b in e.blocages] for e in bilan.ecartees} == {
        litige.pk: [CodeBlocage.LITIGE],
        promise.pk: [CodeBlocage.PROMESSE],
        suspendue.pk: [CodeBlocage.SUSPENDU],
        au_tribunal.pk: [CodeBlocage.CONTENTIEUX],
        en_procedure.pk: [CodeBlocage.PROCEDURE_COLLECTIVE],
        trop_tot.pk: [CodeBlocage.PAS_ENCORE],
    }


def test_a_blanc_n_ecrit_rien():
    facture = echue(5)
    scenario_par_defaut(facture.creancier)
    assert len(planifie(facture.creancier, a_blanc=True).creees) == 1
    assert relances(facture.creancier) == []


def test_le_filtre_de_la_base_ne_change_pas_ce_qui_est_prevu():
    creancier = un_creancier()
    for jours in range(-10, 120, 7):
        echue(jours, creancier=creancier, rang_entree=jours % 3 if jours > 0 else 0)
    complet = planifie(creancier, a_blanc=True)
    planifie(creancier)
    cree = {(p.client, p.etape.cle) for p in complet.creees}
    assert {(r.client_id, r.etape.cle) for r in relances(creancier)} == cree
    assert len(cree) > 10


def test_une_facture_soldee_sans_annonce_perd_sa_relance_a_la_planification_suivante():
    facture = echue(5)
    planifie(facture.creancier)
    Facture.objects.pour(facture.creancier).update(solde=0, soldee_le=LUNDI)
    assert planifie(facture.creancier).retirees == 1
    [relance] = relances(facture.creancier)
    assert (relance.etat, relance.envoi.etat) == (EtatRelance.ANNULEE, EtatEnvoi.ANNULE)


def test_un_nouveau_cycle_recommence_les_etapes():
    facture = echue(5)
    creancier = facture.creancier
    planifie(creancier)
    faite(relances(creancier)[0], DIX_HEURES - timedelta(days=30))
    assert planifie(creancier).creees == []
    Facture.objects.pour(creancier).update(cycle=2)
    assert [p.etape.cle for p in planifie(creancier).creees] == ["rappel"]


def test_un_client_anglais_est_relance_en_anglais():
    facture = echue(5, client=un_client(langue="en"))
    planifie(facture.creancier)
    assert relances(facture.creancier)[0].langue == "en"


def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_factures(
    django_assert_max_num_queries, django_assert_num_queries
):
    creancier = un_creancier()
    scenario_par_defaut(creancier)
    echue(5, creancier=creancier)
    with django_assert_max_num_queries(32) as une:
        planifie(creancier)
    for _ in range(3):
        echue(5, creancier=creancier)
    with django_assert_num_queries(len(une)):
        planifie(creancier)
    # Sans rien à prévoir : dont une pour savoir si un scénario vient de finir.
    with django_assert_max_num_queries(6):
        planifie(creancier)


def test_un_creancier_ne_planifie_que_chez_lui():
    ici, ailleurs = echue(5), echue(5)
    planifie(ici.creancier)
    assert relances(ailleurs.creancier) == []
