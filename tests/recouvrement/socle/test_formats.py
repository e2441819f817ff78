from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, RequestContext, Template
from django.test import RequestFactory

from recouvrement.socle import formats
from recouvrement.socle.pages import signes
from recouvrement.socle.pages.pagination import Page
from recouvrement.socle.templatetags import balises

F, N = "\u202f", "\u00a0"


def rendre(source: str, **contexte) -> str:
    return Template(source).render(Context(contexte))


@pytest.mark.parametrize(
    ("valeur", "ecrit"),
    [
        (Decimal("1234.5"), f"1{F}234,50{F}€"),
        (Decimal("0"), f"0,00{F}€"),
        (Decimal("-320"), f"\u2212{F}320,00{F}€"),
        (Decimal("1234567.895"), f"1{F}234{F}567,90{F}€"),
        (Decimal("-0.001"), f"0,00{F}€"),
        (None, ""),
    ],
)
def test_un_montant_s_ecrit_avec_des_fines_insecables_et_un_vrai_moins(valeur, ecrit):
    assert formats.euros(valeur) == ecrit


def test_un_montant_se_donne_aussi_sans_monnaie_ou_a_l_euro():
    assert rendre("{{ m|montant }}", m=Decimal("8310.88")) == f"8{F}310,88"
    assert rendre("{{ m|euros:0 }}", m=Decimal("86412.35")) == f"86{F}412{F}€"


def test_un_taux_garde_deux_decimales_sauf_demande():
    assert formats.pourcent(Decimal("12.4")) == f"12,40{F}%"
    assert formats.pourcent(61, 0) == f"61{F}%"


def test_une_date_s_ecrit_en_chiffres_ou_en_lettres():
    assert formats.jour(date(2026, 11, 21)) == "21/11/2026"
    assert formats.jour_long(date(2026, 11, 24)) == "mardi 24 novembre 2026"
    assert formats.jour_long(date(2026, 12, 1)) == "mardi 1er décembre 2026"
    assert formats.mois(date(2026, 8, 3)) == "août 2026"


def test_un_instant_se_lit_a_l_heure_de_paris():
    minuit_passe = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert formats.jour(minuit_passe) == "21/11/2026"
    assert formats.moment(minuit_passe) == f"21/11/2026 à 0{N}h{N}30"


@pytest.mark.parametrize(
    ("valeur", "ecrit"),
    [
        (date(2026, 11, 24), "aujourd’hui"),
        (date(2026, 11, 23), "hier"),
        (date(2026, 11, 25), "demain"),
        (date(2026, 11, 21), f"il y a 3{N}jours"),
        (date(2026, 12, 11), f"dans 17{N}jours"),
        (date(2026, 7, 30), f"il y a 3{N}mois"),
        (date(2023, 7, 30), f"il y a 3{N}ans"),
    ],
)
def test_un_ecart_se_dit_en_jours_puis_en_mois_puis_en_ans(valeur, ecrit):
    assert formats.depuis(valeur, date(2026, 11, 24)) == ecrit


@pytest.mark.parametrize(
    ("saisi", "ecrit", "lien"),
    [
        ("0261910417", f"02{F}61{F}91{F}04{F}17", "+33261910417"),
        ("+33 6 39 98 12 56", f"06{F}39{F}98{F}12{F}56", "+33639981256"),
        ("+32 2 555 12 12", f"+32{F}2{F}555{F}12{F}12", "+3225551212"),
        ("poste 12", "poste 12", "12"),
    ],
)
def test_un_telephone_est_insecable_et_son_lien_international(saisi, ecrit, lien):
    assert formats.telephone(saisi) == ecrit
    assert formats.tel(saisi) == lien


def test_les_identifiants_se_groupent_comme_on_les_dicte():
    assert formats.siren("912345679") == f"912{F}345{F}679"
    assert formats.siret("91234567900012") == f"912{F}345{F}679{F}00012"
    assert formats.iban("FR7630006000011234567890189").split(F)[-1] == "189"


def test_un_nom_s_accorde_au_pluriel_a_partir_de_deux():
    assert rendre('{{ 1|pluriel:"facture échue" }}') == f"1{N}facture échue"
    assert rendre('{{ 2|pluriel:"facture échue" }}') == f"2{N}factures échues"
    assert rendre('{{ 3|pluriel:"œil,yeux" }}') == f"3{N}yeux"


def test_une_icone_est_decorative_et_sans_style():
    dessin = rendre('{% icone "appel" %}')
    assert dessin.startswith('<svg class="ic" viewBox="0 0 24 24" aria-hidden="true"><path')
    assert "style" not in dessin


def test_toutes_les_icones_nommees_existent():
    for nom in signes.ICONES:
        assert balises.icone(nom)


def test_le_palier_compte_ses_traits_pleins():
    assert rendre("{% palier 3 %}").count("<rect") == 6
    assert rendre("{% palier 3 %}").count('class="vide"') == 3


def test_la_jauge_ne_sort_jamais_de_son_fond():
    assert 'width="100.0%"' in rendre('{% jauge 140 "echu" %}')


def avec_adresse(source: str, adresse: str, **valeurs: object) -> str:
    return Template(source).render(RequestContext(RequestFactory().get(adresse), valeurs))


def test_changer_un_parametre_garde_les_filtres_et_repart_de_la_premiere_page():
    source = '{% parametres etape="relance" retard=None %}'
    assert avec_adresse(source, "/?retard=30&q=duval&apres=xyz") == "?q=duval&amp;etape=relance"


def test_l_en_tete_trie_dit_son_sens_et_propose_l_inverse():
    source = '{% tri "echeance" "Échéance" %}'
    assert avec_adresse(source, "/?tri=echeance") == (
        '<th scope="col" aria-sort="ascending"><a href="?tri=-echeance">Échéance '
        '<span aria-hidden="true">▲</span></a></th>'
    )
    assert avec_adresse(source, "/") == (
        '<th scope="col"><a href="?tri=echeance">Échéance</a></th>'
    )


def test_un_composant_inclus_seul_voit_encore_la_requete():
    page = Page(objets=[], suivant="jeton")
    source = '{% include "composants/pagination.html" with page=page resume="" only %}'
    assert 'href="?q=a&amp;apres=jeton"' in avec_adresse(source, "/?q=a", page=page)
