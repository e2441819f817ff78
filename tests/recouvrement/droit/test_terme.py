"""Ce que la saisie refuse, la base le refuse aussi."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from clients.forms import ClientForm
from recouvrement.droit.paiement import fin_de_mois_a, fin_de_mois_b
from recouvrement.droit.terme import GenreTerme, Terme, fautes_du_terme
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier


@given(st.dates())
def test_les_deux_facons_de_compter_45_jours_sont_celles_du_plafond(emission):
    assert Terme(GenreTerme.FIN_DE_MOIS, 45).echeance(emission) == fin_de_mois_a(emission)
    assert Terme(GenreTerme.FIN_DE_MOIS_PUIS, 45).echeance(emission) == fin_de_mois_b(emission)


@pytest.mark.django_db
@pytest.mark.parametrize("genre", ["", "nets", "fin_de_mois", "decade", "lune"])
@pytest.mark.parametrize("jours", [None, 0, 120, 121])
@pytest.mark.parametrize("jour", [None, 0, 1, 30, 31])
def test_la_base_et_la_saisie_refusent_les_memes_conditions(genre, jours, jour):
    client = un_client()
    client.genre_terme, client.delai_paiement, client.jour_terme = genre, jours, jour
    try:
        with transaction.atomic():
            client.save()
        tenu = True
    except IntegrityError:
        tenu = False
    # Le formulaire n'offre pas d'autre genre.
    assert tenu == (genre != "lune" and not fautes_du_terme(genre, jours, jour))


@pytest.mark.django_db
def test_les_conditions_d_un_client_se_saisissent_avec_une_phrase_a_cote_du_champ():
    creancier = un_creancier()
    saisie = {"nom": "Kappa", "nature": "professionnel", "langue": "fr", "pays": "FR"}
    vide = ClientForm(saisie, creancier=creancier)
    assert vide.is_valid(), vide.errors
    assert "30 jours nets" in vide.fields["delai_paiement"].help_text
    sans_genre = ClientForm(saisie | {"delai_paiement": "45"}, creancier=creancier)
    assert sans_genre.errors == {"genre_terme": ["Dites comment ce délai se compte."]}
    sans_jours = ClientForm(saisie | {"genre_terme": "decade"}, creancier=creancier)
    assert list(sans_jours.errors) == ["delai_paiement"]
    bon = ClientForm(
        saisie | {"genre_terme": "fin_de_mois", "delai_paiement": "45"}, creancier=creancier
    )
    assert bon.is_valid(), bon.errors
    assert str(bon.instance.terme) == "45 jours fin de mois"
