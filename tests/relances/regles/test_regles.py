"""Les règles pures, jour par jour de 2024 à 2032."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relances.regles import textes
from relances.regles.calendrier import (
    PARIS,
    ZONES,
    Fenetre,
    est_ouverte,
    est_ouvre,
    jour_ouvre,
    prochaine_ouverture,
)
from relances.regles.progression import EtapePrevue, est_caduque, suivante

JOURS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2032, 12, 31)).map(
    lambda d: d.replace(tzinfo=UTC)
)
ETAPES = [
    EtapePrevue(cle, rang, delai)
    for rang, (cle, delai) in enumerate(
        [("courtoisie", -3), ("rappel", 3), ("appel", 10), ("ferme", 17), ("lettre", 35)]
    )
]


@settings(max_examples=400, deadline=None)
@given(INSTANTS, st.integers(0, 22), st.integers(1, 12), st.sampled_from(sorted(ZONES)))
def test_rien_ne_part_hors_des_heures_ni_un_jour_ferie(instant, debut, duree, zone):
    fenetre = Fenetre(time(debut), time(min(debut + duree, 23)), zone)
    ouverture = prochaine_ouverture(instant, fenetre)
    assert ouverture >= instant
    assert est_ouverte(ouverture, fenetre)
    assert est_ouvre(ouverture.astimezone(PARIS).date(), zone)
    assert ouverture - instant <= timedelta(days=6)


@pytest.mark.parametrize(
    ("instant", "attendu"),
    [
        # Nuits où l'heure change : 02:30 existe deux fois, ou pas du tout.
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 26, 9, tzinfo=PARIS)),
        (datetime(2027, 3, 28, 1, 30, tzinfo=UTC), datetime(2027, 3, 30, 9, tzinfo=PARIS)),
        (datetime(2026, 5, 1, 8, tzinfo=UTC), datetime(2026, 5, 4, 9, tzinfo=PARIS)),
        (datetime(2026, 11, 20, 17, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=PARIS)),
        (datetime(2026, 11, 23, 10, tzinfo=UTC), datetime(2026, 11, 23, 10, tzinfo=UTC)),
    ],
)
def test_la_prochaine_ouverture_se_compte_a_paris(instant, attendu):
    # Le lundi 29 mars 2027 est le lundi de Pâques.
    assert prochaine_ouverture(instant, Fenetre()) == attendu


@given(JOURS)
def test_un_jour_ouvre_est_a_moins_de_cinq_jours(jour):
    assert jour <= jour_ouvre(jour) <= jour + timedelta(days=4)


@settings(max_examples=300, deadline=None)
@given(JOURS, JOURS, st.integers(0, 6), st.sets(st.sampled_from([e.cle for e in ETAPES])))
def test_on_ne_saute_ni_ne_redescend_jamais_d_etape(echeance, au, rang_entree, faites):
    prochaine = suivante(ETAPES, faites=faites, echeance=echeance, au=au, rang_entree=rang_entree)
    hautes = [e.rang for e in ETAPES if e.cle in faites]
    if prochaine is None:
        restent = [e for e in ETAPES if e.rang > max(hautes, default=-1) and e.rang >= rang_entree]
        assert all(est_caduque(e.delai, echeance=echeance, au=au) for e in restent)
        return
    assert prochaine.etape.cle not in faites
    assert prochaine.etape.rang > max(hautes, default=-1)
    assert prochaine.le == echeance + timedelta(days=prochaine.etape.delai)
    for etape in ETAPES[: prochaine.etape.rang]:
        assert (
            etape.rang <= max(hautes, default=-1)
            or etape.rang < rang_entree
            or est_caduque(etape.delai, echeance=echeance, au=au)
        )


def test_une_facture_de_deux_cents_jours_entre_par_le_premier_rappel():
    au = date(2026, 11, 23)
    prochaine = suivante(ETAPES, faites=(), echeance=au - timedelta(days=200), au=au)
    assert prochaine.etape.cle == "rappel"


def test_le_rappel_de_courtoisie_tombe_le_jour_de_l_echeance():
    echeance = date(2026, 11, 23)
    veille = suivante(ETAPES, faites=(), echeance=echeance, au=date(2026, 11, 22))
    jour_meme = suivante(ETAPES, faites=(), echeance=echeance, au=echeance)
    assert (veille.etape.cle, jour_meme.etape.cle) == ("courtoisie", "rappel")


def test_un_texte_ecrit_ses_champs_et_ses_conditions():
    texte = "Bonjour {{ contact }},\n\n{{#si plusieurs}}{{ nombre }} factures{{/si}}dues."
    assert textes.en_texte(texte, {"contact": "Odile", "nombre": "3", "plusieurs": "oui"}) == (
        "Bonjour Odile,\n\n3 facturesdues.\n"
    )
    assert textes.en_texte(texte, {"contact": "Odile"}) == "Bonjour Odile,\n\ndues.\n"


def test_une_valeur_n_est_jamais_relue():
    assert textes.en_texte("{{ client }}", {"client": "{{ total }}", "total": "9"}) == (
        "{{ total }}\n"
    )


def test_la_partie_html_echappe_tout_sauf_nos_blocs():
    html = textes.en_html(
        "<b>{{ client }}</b>\n{{ factures }}\nFin",
        {"client": "<script>x</script>"},
        {"factures": "<table></table>"},
    )
    assert html == (
        "<p>&lt;b&gt;&lt;script&gt;x&lt;/script&gt;&lt;/b&gt;</p>\n<table></table>\n<p>Fin</p>"
    )


def test_un_objet_tient_sur_une_ligne():
    assert textes.en_ligne("À {{ client }}", {"client": "Duval\r\nBcc: x@y.example"}) == (
        "À Duval Bcc: x@y.example"
    )


@pytest.mark.parametrize(
    "texte",
    [
        "{{ motdepasse }}",
        "{{ client.creancier }}",
        "{{ client|safe }}",
        "{{#si client}}sans fin",
        "{{/si}}",
        "{{#si client}}{{#si total}}x{{/si}}{{/si}}",
        "{{ }}",
        "\0",
        "a" * 20_001,
    ],
)
def test_un_texte_mal_forme_est_refuse_a_l_enregistrement(texte):
    with pytest.raises(textes.TexteRefuse):
        textes.verifier(texte)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=300), st.text(max_size=40))
def test_un_texte_hostile_est_refuse_ou_n_ecrit_que_ses_valeurs(texte, valeur):
    try:
        textes.verifier(texte + "{{ client }}")
    except textes.TexteRefuse:
        return
    assert "<script" not in textes.en_html(texte, {"client": valeur}, {})
    assert "\n" not in textes.en_ligne(texte, {"client": valeur})
