"""Les pièces dont les pages se font, lues comme une page les écrit."""

import re

import pytest
from django import forms
from django.template import engines


def rendu(source: str, **contexte: object) -> str:
    texte = engines["django"].from_string(source).render(contexte)
    return re.sub(r"[ \n]+", " ", texte).strip()


class Saisie(forms.Form):
    nom = forms.CharField(label="Nom", required=False, help_text="Comme sur la facture.")
    accord = forms.BooleanField(label="D'accord")
    note = forms.CharField(widget=forms.HiddenInput, required=False)


def test_un_champ_dit_son_nom_son_aide_et_s_il_est_facultatif():
    page = rendu("{% champ form.nom %}", form=Saisie())
    assert ">Nom<small >facultatif</small></label>" in page
    assert 'id="id_nom_helptext"' in page
    assert "facultatif" not in rendu("{% champ form.nom sobre=1 %}", form=Saisie())
    assert ">Raison sociale<" in rendu(
        '{% champ form.nom libelle="Raison sociale" %}', form=Saisie()
    )


def test_une_case_se_coche_avant_de_se_lire_et_un_champ_cache_n_a_pas_de_nom():
    case = rendu("{% champ form.accord %}", form=Saisie())
    assert case.index("<input") < case.index("D&#x27;accord")
    assert "<label" not in rendu("{% champ form.note %}", form=Saisie())


def test_ce_qu_un_champ_a_de_faux_se_dit_sous_lui():
    page = rendu("{% champ form.accord %}", form=Saisie({}))
    assert 'class="erreur" id="id_accord_error"' in page


def test_un_bouton_empeche_dit_pourquoi_et_ne_mene_nulle_part():
    page = rendu("{% bouton mot '/ici/' empeche=raisons %}", mot="Relancer", raisons=["soldée"])
    assert 'aria-disabled="true"' in page
    assert "impossible, soldée" in page
    assert "/ici/" not in page
    ouvert = rendu("{% bouton 'Relancer' '/ici/' 'relance' touche='r' %}")
    assert 'href="/ici/" data-touche="r"' in ouvert


@pytest.mark.parametrize(
    ("balise", "attendu"),
    [
        ("{% avis 'demeure' role='alert' %}", 'data-ton="demeure" role="alert"'),
        ("{% avis %}", '<div class="avis" >'),
    ],
)
def test_un_avis_echappe_ce_qu_on_lui_donne(balise, attendu):
    page = rendu(balise + "<p>{{ refus }}</p>{% endavis %}", refus="<b>non</b>")
    assert attendu in page
    assert "<p>&lt;b&gt;non&lt;/b&gt;</p>" in page


def test_un_etat_vide_garde_les_lignes_de_son_texte_et_ses_deux_liens():
    page = rendu("{% vide 'Rien' lien='/a/' action='Voir' %}Un texte\n  long.{% endvide %}")
    assert "<p>Un texte long.</p>" in page
    assert '<a class="bouton principal" href="/a/">Voir</a>' in page
    assert "<p>" not in rendu("{% vide 'Rien' %}{% endvide %}")


def test_un_alinea_s_ecrit_sur_plusieurs_lignes_et_part_sur_une_seule():
    source = (
        "{% autoescape off %}{% alinea %}\n  Le\n  {{ qui }} : 10\xa0€.\n{% endalinea %}\n\nFin"
    )
    texte = engines["django"].from_string(source + "{% endautoescape %}").render({"qui": "A & B"})
    assert texte == "Le A & B : 10\xa0€.\n\nFin"
    echappe = engines["django"].from_string("{% alinea %} {{ qui }} {% endalinea %}")
    assert echappe.render({"qui": "A & B"}) == "A &amp; B"


def test_un_pied_de_formulaire_dit_le_geste_et_par_ou_sortir():
    page = rendu("{% pied 'Clore' '/retour/' classe='grave' touche=1 %}")
    assert "Clore <kbd>Ctrl ↵</kbd>" in page
    assert '<a class="bouton nu" href="/retour/">Abandonner</a>' in page
    assert "<a" not in rendu("{% pied 'Clore' %}")


def test_un_decompte_s_arrete_par_son_total():
    page = rendu("{% decompte lignes 12 'Dû' %}", lignes=[("Principal", 10), ("Intérêts", 2)])
    assert "<dt>Principal</dt><dd>10,00\u202f€</dd>" in page
    assert '<div class="total"><dt>Dû</dt><dd>12,00\u202f€</dd></div>' in page
