from datetime import date

import pytest

from recouvrement.comptes.models import Creancier
from recouvrement.socle.pages.pagination import paginer
from tests.fabriques.comptes import un_creancier

pytestmark = pytest.mark.django_db
ORDRES = [
    ("nom",),
    ("-nom",),
    ("teinte", "-nom"),
    ("-teinte", "nom"),
    ("archive_le", "nom"),
    ("-archive_le", "teinte"),
    ("pk",),
]


def sept_creanciers() -> None:
    for rang in range(7):
        un_creancier(
            nom="ABBCDEA"[rang],
            teinte=1 + rang % 3,
            archive_le=date(2026, 1, 1 + rang) if rang % 2 else None,
        )


def parcourir(ordre, taille=2):
    """Toutes les pages vers l'avant, puis toutes vers l'arrière."""
    qs, pages = Creancier.objects.all(), []
    page = paginer(qs, ordre=ordre, taille=taille)
    pages.append(page)
    while page.suivant:
        page = paginer(qs, ordre=ordre, apres=page.suivant, taille=taille)
        pages.append(page)
    retour = [page]
    while page.precedent:
        page = paginer(qs, ordre=ordre, apres=page.precedent, taille=taille)
        retour.append(page)
    return pages, retour[::-1]


@pytest.mark.parametrize("ordre", ORDRES)
def test_on_parcourt_tout_une_seule_fois_dans_l_ordre_a_l_aller_comme_au_retour(ordre):
    sept_creanciers()
    entiere = [c.pk for c in paginer(Creancier.objects.all(), ordre=ordre, taille=50)]

    aller, retour = parcourir(ordre)

    assert [c.pk for page in aller for c in page] == entiere
    assert len(set(entiere)) == 7
    # Au retour, les pages se recalent sur le début : rien ne manque, la première est pleine.
    assert [c.pk for c in retour[0]] == entiere[:2]
    assert {c.pk for page in retour for c in page} == set(entiere)


def test_les_absents_viennent_en_dernier_sur_les_deux_bases():
    sept_creanciers()
    page = paginer(Creancier.objects.all(), ordre=("archive_le",), taille=50)
    assert [c.archive_le is None for c in page] == [False] * 3 + [True] * 4


def test_la_premiere_page_n_a_pas_de_precedente_ni_la_derniere_de_suivante():
    sept_creanciers()
    aller, _ = parcourir(("nom",))
    assert aller[0].precedent is None
    assert aller[-1].suivant is None
    assert not aller[0].est_unique


@pytest.mark.parametrize("jeton", ["", "x", "W10:1abc:zzz", "é\x00", "a" * 5000])
def test_un_jeton_faux_rend_la_premiere_page_sans_erreur(jeton):
    sept_creanciers()
    page = paginer(Creancier.objects.all(), ordre=("nom",), apres=jeton, taille=3)
    assert [c.nom for c in page] == ["A", "A", "B"]


def test_le_jeton_d_un_autre_tri_est_ignore():
    sept_creanciers()
    autre = paginer(Creancier.objects.all(), ordre=("-nom",), taille=3).suivant
    page = paginer(Creancier.objects.all(), ordre=("nom",), apres=autre, taille=3)
    assert [c.nom for c in page] == ["A", "A", "B"]


def test_une_page_videe_entre_temps_ramene_au_debut():
    sept_creanciers()
    qs = Creancier.objects.all()
    jeton = paginer(qs, ordre=("nom",), taille=6).suivant
    qs.filter(nom="E").delete()
    page = paginer(qs, ordre=("nom",), apres=jeton, taille=6)
    assert [c.nom for c in page] == ["A", "A", "B", "B", "C", "D"]


@pytest.mark.parametrize("nombre", [1, 3])
def test_une_page_coute_une_requete(nombre, django_assert_num_queries):
    for _ in range(nombre):
        un_creancier()
    with django_assert_num_queries(1):
        assert len(paginer(Creancier.objects.all(), ordre=("nom",))) == nombre


def test_une_liste_vide_est_une_page_unique():
    page = paginer(Creancier.objects.all(), ordre=("nom",))
    assert (page.objets, page.est_unique) == ([], True)
