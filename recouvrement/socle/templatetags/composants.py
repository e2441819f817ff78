"""Les pièces dont les pages se font : chacune a son gabarit dans `templates/composants/`.

Une balise à contenu (`{% avis %}…{% endavis %}`) laisse au texte toutes ses lignes.
"""

import re
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django import forms, template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from recouvrement.socle.pages import annonces

register = template.Library()

# Ni l'insécable ni la fine : elles sont du texte.
BLANCS = re.compile(r"[ \t\n]+")


register.filter(annonces.ton_d_annonce.__name__, annonces.ton_d_annonce)
register.filter(annonces.annulation.__name__, annonces.annulation)


@register.inclusion_tag("composants/champ.html")
def champ(
    champ: forms.BoundField, *, large: bool = False, sobre: bool = False, libelle: str = ""
) -> dict[str, Any]:
    """Un champ, son nom, son aide, ses erreurs. `sobre` : sans dire qu'il est facultatif."""
    return {
        "champ": champ,
        "libelle": libelle or champ.label,
        "large": large,
        "est_facultatif": not (champ.field.required or sobre),
        "est_une_case": champ.widget_type == "checkbox",
    }


@register.inclusion_tag("composants/formulaire.html")
def formulaire(formulaire: forms.BaseForm) -> dict[str, Any]:
    """Les erreurs d'ensemble, puis tous les champs."""
    return {"formulaire": formulaire}


@register.inclusion_tag("composants/erreurs.html")
def erreurs(formulaire: forms.BaseForm) -> dict[str, Any]:
    return {"formulaire": formulaire}


@register.inclusion_tag("composants/groupes.html")
def groupes(formulaire: Any) -> dict[str, Any]:
    """Un formulaire à `groupes` : (titre, [(champ, large)]). Le titre en marge."""
    return {"formulaire": formulaire}


@register.inclusion_tag("composants/pied.html")
def pied(
    geste: str,
    retour: str = "",
    *,
    mot: str = "Abandonner",
    classe: str = "principal",
    classe_retour: str = "nu",
    touche: bool = False,
) -> dict[str, Any]:
    """Ce qui finit un formulaire : le geste, et par où en sortir."""
    return {
        "geste": geste,
        "retour": retour,
        "mot": mot,
        "classe": classe,
        "classe_retour": classe_retour,
        "touche": touche,
    }


@register.inclusion_tag("composants/etat.html")
def etat(
    mot: object, icone: str = "", ton: str = "", *, niveau: int = 0, cerne: bool = False
) -> dict[str, Any]:
    """Où en est une chose : un mot, toujours doublé d'un ton ou d'un signe."""
    return {"mot": mot, "icone": icone, "ton": ton, "niveau": niveau, "cerne": cerne}


@register.simple_tag
def retour(geste: int | None, code: str, ici: str, raison: str = "") -> SafeString:
    """« Annuler… » : ouvert sur place, ou sur sa page ; à défaut, pourquoi on n'y revient pas.

    Une par fait d'un fil qui en a des dizaines : écrite ici, non par un gabarit.
    """
    if not geste:
        return format_html('<p class="pourquoi">{}</p>', raison) if raison else SafeString("")
    adresse = f"{reverse('accueil:geste', args=[code, geste])}?{urlencode({'suivant': ici})}"
    return format_html(
        '<a class="discret" href="{0}" hx-get="{0}" hx-select="#retour-{1}" '
        'hx-swap="outerHTML">Annuler…</a>',
        adresse,
        geste,
    )


@register.inclusion_tag("composants/sceau.html")
def sceau(creancier: object, *, muet: bool = False) -> dict[str, Any]:
    return {"creancier": creancier, "muet": muet}


@register.inclusion_tag("composants/bouton.html")
def bouton(
    mot: str,
    adresse: str,
    icone: str = "",
    *,
    touche: str = "",
    classe: str = "",
    empeche: Collection[str] = (),
) -> dict[str, Any]:
    """Un lien qui agit ; `empeche` : les raisons qui le ferment, dites avec lui."""
    return {
        "mot": mot,
        "adresse": adresse,
        "icone": icone,
        "touche": touche,
        "classe": classe,
        "empeche": empeche,
    }


@register.inclusion_tag("composants/decompte.html")
def decompte(
    lignes: Iterable[tuple[str, Decimal]], total: Decimal, libelle_total: str = "Total"
) -> dict[str, Any]:
    """Suite de (libellé, montant), arrêtée par le double filet."""
    return {"lignes": lignes, "total": total, "libelle_total": libelle_total}


@register.simple_tag
def ligne(libelle: object, valeur: object, classe: str = "") -> SafeString:
    """Une ligne de décompte : ce qui est dû, combien."""
    return format_html(
        "<div{}><dt>{}</dt><dd>{}</dd></div>",
        format_html(' class="{}"', classe) if classe else "",
        libelle,
        valeur,
    )


@register.simple_block_tag(end_name="endavis")
def avis(content: SafeString, ton: str = "", icone: str = "", role: str = "") -> SafeString:
    """Ce qu'il faut lire avant d'agir."""
    icone = icone or ("alerte" if ton == "demeure" else "info")
    contexte = {"ton": ton, "icone": icone, "role": role, "contenu": content}
    return render_to_string("composants/encadre.html", contexte)


@register.simple_block_tag(end_name="endsection")
def section(content: SafeString, titre: str, sous: str = "", id: str = "") -> SafeString:
    """Une partie de page : son titre, ce qui le précise, puis le contenu."""
    contexte = {"titre": titre, "sous": sous, "id": id, "contenu": content}
    return render_to_string("composants/section.html", contexte)


@register.simple_block_tag(end_name="endalinea")
def alinea(content: SafeString) -> SafeString:
    """Dans un courriel en texte : un alinéa sur une ligne, écrit sur plusieurs. Autour, rien."""
    return mark_safe(BLANCS.sub(" ", content).strip(" "))  # noqa: S308 — déjà échappé, s'il y a lieu


@register.simple_block_tag(end_name="endvide")
def vide(
    content: SafeString,
    titre: str,
    lien: str = "",
    action: str = "",
    lien2: str = "",
    action2: str = "",
) -> SafeString:
    """Un état vide : ce qui manque, pourquoi, et quoi faire."""
    contexte = {
        "titre": titre,
        "texte": content,
        "lien": lien,
        "action": action,
        "lien2": lien2,
        "action2": action2,
    }
    return render_to_string("composants/vide.html", contexte)
