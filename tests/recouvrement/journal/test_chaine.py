"""La chaîne du journal : ce qui y est scellé ne se change pas sans que la relecture le dise."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from clients.actions import creer_client
from recouvrement.journal.actions import effacer_donnees, inscrire, poser
from recouvrement.journal.chaine import ORIGINE, condense, empreinte_de
from recouvrement.journal.evenements import Evenement, Genre
from recouvrement.journal.models import Chaine, Entree, Maillon
from recouvrement.journal.scellement import sceller
from recouvrement.journal.verification import verifier_chaines
from tests.fabriques.comptes import un_creancier, un_utilisateur

pytestmark = pytest.mark.django_db


def bientot() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)


@pytest.fixture
def creancier():
    creancier = un_creancier()
    acteur = un_utilisateur(chez=creancier)
    for nom in ("Duval", "Martin", "Ozanne"):
        creer_client(creancier, nom=nom, acteur=acteur)
    return creancier


def constats() -> list[str]:
    return [str(faute) for faute in verifier_chaines(maintenant=bientot()).fautes]


def executer(*ordres: str) -> None:
    with connection.cursor() as curseur:
        for ordre in ordres:
            curseur.execute(ordre)


@pytest.fixture
def proprietaire():
    """Qui possède la base peut tout : il ôte les gardes, agit, et les repose."""
    if connection.vendor == "postgresql":
        connection.check_constraints()

        def agir(*ordres: str) -> None:
            executer(
                "SET CONSTRAINTS ALL IMMEDIATE",
                "SET session_replication_role = replica",
                *ordres,
                "SET session_replication_role = DEFAULT",
            )
    else:

        def agir(*ordres: str) -> None:
            with connection.cursor() as curseur:
                curseur.execute(
                    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' "
                    "AND tbl_name LIKE 'journal%%'"
                )
                gardes = curseur.fetchall()
            executer("PRAGMA defer_foreign_keys = ON")
            executer(*(f"DROP TRIGGER {nom}" for nom, _ in gardes), *ordres)
            executer(*(sql for _, sql in gardes))

    return agir


def test_chaque_creancier_et_l_instance_ont_leur_chaine_sans_trou(creancier):
    autre = un_creancier()
    creer_client(autre, nom="Vidal", acteur=un_utilisateur(chez=autre))
    assert sceller(bientot()) == 4
    assert sceller(bientot()) == 0
    for chaine, nombre in ((creancier.pk, 3), (autre.pk, 1)):
        maillons = list(Maillon.objects.filter(chaine=chaine).order_by("rang"))
        assert [m.rang for m in maillons] == list(range(1, nombre + 1))
        assert maillons[0].prec == ORIGINE
        assert all(b.prec == a.empreinte for a, b in pairwise(maillons))
        assert Chaine.objects.get(numero=chaine).empreinte == maillons[-1].empreinte
    assert constats() == []


def test_un_maillon_se_refait_avec_le_seul_texte_et_le_precedent(creancier):
    sceller(bientot())
    maillon = Maillon.objects.get(chaine=creancier.pk, rang=2)
    assert maillon.empreinte == empreinte_de(maillon.prec, creancier.pk, 2, maillon.texte)
    for dit in ('"evenement":"client_cree"', '"libelle":"Client créé"', '"acteur":', '"a":"20'):
        assert dit in maillon.texte
    assert "Martin" not in maillon.texte


def test_le_geste_d_une_entree_est_scelle_et_celle_qui_n_en_a_pas_n_en_dit_rien(
    creancier, proprietaire
):
    geste = poser(Genre.APPEL, creancier=creancier, acteur=None)
    inscrire(Evenement.JOURNAL_ANCRE, cible=creancier, acteur=None, geste=geste)
    sceller(bientot())
    sans, avec = Maillon.objects.get(chaine=creancier.pk, rang=3), Maillon.objects.latest("rang")
    assert '"geste"' not in sans.texte
    assert f'"geste":{geste.pk},' in avec.texte
    assert constats() == []
    with pytest.raises(DatabaseError, match="Le journal ne se modifie pas"), transaction.atomic():
        Entree.objects.pour(creancier).filter(geste=geste).update(geste=None)
    proprietaire("UPDATE journal_entree SET geste_id = NULL WHERE geste_id IS NOT NULL")
    assert any("(geste)" in constat for constat in constats()), constats()


def test_un_lot_par_passage_n_en_demande_pas_plus_s_il_y_a_plus_d_entrees(
    creancier, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        sceller(bientot())
    acteur = un_utilisateur(chez=creancier)
    for rang in range(12):
        creer_client(creancier, nom=f"Client {rang}", acteur=acteur)
    with django_assert_max_num_queries(12):
        assert sceller(bientot()) == 12


@pytest.mark.parametrize(
    ("alteration", "dit"),
    [
        ("UPDATE journal_entree SET evenement = 'autre' WHERE id = {2}", "a été changée"),
        ("UPDATE journal_entree SET acteur_id = NULL WHERE id = {2}", "(acteur)"),
        ('UPDATE journal_entree SET donnees = \'{{"nom": "X"}}\' WHERE id = {2}', "(donnees)"),
        ("UPDATE journal_entree SET sel = 'autre' WHERE id = {2}", "(donnees)"),
        ("UPDATE journal_entree SET cible_id = cible_id + 1 WHERE id = {2}", "(cible)"),
        ("UPDATE journal_entree SET creancier_id = NULL WHERE id = {2}", "à une autre chaîne"),
        ("UPDATE journal_maillon SET texte = texte || ' ' WHERE rang = 2", "texte scellé"),
        ("UPDATE journal_maillon SET prec = empreinte WHERE rang = 2", "ne suit pas"),
        ("DELETE FROM journal_maillon WHERE rang = 2", "ôtée"),
        (
            "DELETE FROM journal_maillon WHERE rang = 2;DELETE FROM journal_entree WHERE id = {2}",
            "ôtée",
        ),
        ("DELETE FROM journal_maillon WHERE rang = 3", "la fin de la chaîne est coupée"),
        ("UPDATE journal_chaine SET rang = 2", "dépassent la tête"),
        ("UPDATE journal_chaine SET empreinte = '{zeros}'", "ne dit pas la même"),
    ],
)
def test_ce_que_change_le_proprietaire_de_la_base_se_voit(creancier, proprietaire, alteration, dit):
    sceller(bientot())
    numeros = list(Entree.objects.pour(creancier).order_by("id").values_list("pk", flat=True))
    proprietaire(*alteration.format(0, *numeros, zeros=ORIGINE).split(";"))
    assert any(dit in constat for constat in constats()), constats()


def test_une_entree_antidatee_se_voit_meme_scellee_en_regle(creancier):
    sceller(bientot())
    Entree.objects.bulk_create(
        [
            Entree(
                creancier=creancier,
                evenement="client_cree",
                libelle="Client créé",
                cible_type="clients.client",
                cible_id=1,
            )
        ]
    )
    # `auto_now_add` date toujours d'aujourd'hui : on écrit comme le ferait une requête SQL.
    with connection.cursor() as curseur:
        colonnes = "creancier_id, evenement, libelle, cible_type, cible_id, donnees, sel"
        curseur.execute(
            f"INSERT INTO journal_entree (a, {colonnes}) SELECT %s, {colonnes} FROM journal_entree "
            "ORDER BY id DESC LIMIT 1",
            [datetime(2026, 3, 1, tzinfo=UTC)],
        )
    assert any("jamais été scellée" in constat for constat in constats())
    sceller(bientot(), complet=True)
    assert [c for c in constats() if "antidatée" in c]


def test_la_base_refuse_un_maillon_hors_de_son_rang(creancier):
    sceller(bientot())
    creer_client(creancier, nom="Vidal", acteur=None)
    numero = Entree.objects.pour(creancier).latest("id").pk
    dernier = Maillon.objects.get(chaine=creancier.pk, rang=3)
    for rang, prec in ((3, dernier.prec), (5, dernier.empreinte), (4, dernier.prec)):
        with pytest.raises(DatabaseError), transaction.atomic():
            Maillon.objects.create(
                entree_id=numero,
                chaine=creancier.pk,
                rang=rang,
                prec=prec,
                scelle_le=bientot(),
                texte="{}",
                empreinte="1" * 64,
            )
    with pytest.raises(DatabaseError, match="ne recule pas"), transaction.atomic():
        Chaine.objects.filter(numero=creancier.pk).update(rang=1)


def test_effacer_ce_qui_nomme_quelqu_un_garde_la_preuve(creancier):
    sceller(bientot())
    avant = Maillon.objects.get(chaine=creancier.pk, rang=2)
    entree = avant.entree
    assert f'"donnees":"{condense(entree.sel, entree.donnees)}"' in avant.texte
    nombre = effacer_donnees(
        Entree.objects.pour(creancier).filter(pk=entree.pk),
        motif="Demande de la personne",
        acteur=None,
        maintenant=bientot(),
    )
    assert nombre == 1
    relue = Entree.objects.pour(creancier).get(pk=entree.pk)
    assert (relue.donnees, relue.sel, relue.libelle) == ({}, "", "Client créé")
    sceller(bientot())
    assert constats() == []
    trace = Entree.objects.pour(creancier).latest("id")
    assert trace.donnees == {"motif": "Demande de la personne", "entrees": [entree.pk]}
    # La trace d'un effacement ne s'efface pas.
    assert effacer_donnees([trace], motif="encore", acteur=None, maintenant=bientot()) == 0


def test_effacer_sans_le_dire_est_une_faute(creancier):
    sceller(bientot())
    Entree.objects.pour(creancier).filter(pk=Maillon.objects.get(rang=2).entree_id).update(
        donnees={}, sel="", effacees_le=bientot()
    )
    assert any("sans que rien ne le dise" in constat for constat in constats())
    with pytest.raises(DatabaseError, match="Le journal ne se modifie pas"), transaction.atomic():
        Entree.objects.pour(creancier).filter(effacees_le=None).update(donnees={})


def test_une_garde_otee_se_voit(creancier):
    if connection.vendor == "postgresql":
        executer(
            "SET CONSTRAINTS ALL IMMEDIATE",
            "ALTER TABLE journal_entree DISABLE TRIGGER journal_entree_immuable",
            "DROP TRIGGER factures_piece_immuable ON factures_piece",
            "CREATE OR REPLACE FUNCTION courriel_envoi_immuable() RETURNS trigger "
            "LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        )
        noms = (
            "journal_entree_immuable est éteint",
            "factures_piece_immuable manque",
            "courriel_envoi_immuable() n'est plus celui",
        )
    else:
        executer(
            "DROP TRIGGER journal_entree_sans_update",
            "DROP TRIGGER factures_piece_sans_delete",
            "CREATE TRIGGER factures_piece_sans_delete BEFORE DELETE ON factures_piece "
            "BEGIN SELECT 1; END",
            "PRAGMA recursive_triggers = OFF",
        )
        noms = (
            "journal_entree_sans_update manque",
            "factures_piece_sans_delete n'est plus celui",
            "sans recursive_triggers",
        )
    dits = constats()
    if connection.vendor != "postgresql":
        executer("PRAGMA recursive_triggers = ON")
    for nom in noms:
        assert any(nom in dit for dit in dits), dits


@pytest.mark.django_db(transaction=True)
def test_ce_qui_est_efface_n_est_plus_dans_le_fichier_de_la_base():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL rend la place au premier VACUUM.")
    creancier = un_creancier()
    creer_client(creancier, nom="CANARI-A-EFFACER", acteur=None)
    sceller(bientot())
    fichier = Path(connection.settings_dict["NAME"])
    dit = b'"nom": "CANARI-A-EFFACER"'

    def octets() -> bytes:
        return fichier.read_bytes() + Path(f"{fichier}-wal").read_bytes()

    assert dit in octets()
    effacer_donnees(
        Entree.objects.pour(creancier), motif="Demande", acteur=None, maintenant=bientot()
    )
    assert dit not in octets()
    sceller(bientot())
    assert constats() == []
