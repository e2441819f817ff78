"""Ce qui tient à l'étape : est-ce son tour ? Et, déjà prévue, l'est-ce encore ?

En SQL, deux formes. Le rang de l'étape qui vient est une expression, qui coûte une lecture de
l'histoire par facture. Ce qui n'est pas encore dû se dit ligne à ligne : les délais
croissant avec les rangs, une ligne suffit à retenir sa facture, et l'histoire se lit une fois.
"""

from collections.abc import Collection

from django.db.models import (
    Case,
    Expression,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import In

from recouvrement.socle.formats import jour
from recouvrement.socle.temps import instant_de
from relances.enums import (
    ETATS_EN_ATTENTE,
    ETATS_QUI_RETIENNENT,
    Canal,
    CodeBlocage,
    EtatRelance,
)
from relances.lectures.verdict.regle import (
    A_LA_RELECTURE,
    AVANT_DE_PREVOIR,
    Cadre,
    Etapes,
    Filtre,
    Regle,
)
from relances.models import Relance, RelanceFacture
from relances.regles.faits import Faits
from relances.regles.progression import est_caduque

EN_COURS = {
    EtatRelance.A_FAIRE: "L'étape précédente reste à faire",
    EtatRelance.A_VALIDER: "Une relance attend d'être validée",
    EtatRelance.PLANIFIEE: "Une relance est déjà prévue",
    EtatRelance.ECHEC: "Le dernier envoi a été refusé : à corriger",
    EtatRelance.INCERTAINE: "Le dernier envoi est incertain : à trancher",
}
# D'un cycle passé, ce qui était réclamé a été payé : une facture de nouveau due recommence.
DE_CE_CYCLE = Q(est_vivante=True, cycle=OuterRef("cycle"))
EN_ATTENTE = Q(est_vivante=True, relance__etat__in=ETATS_EN_ATTENTE)


def plus_haute(cadre: Cadre) -> Expression:
    """Le rang, dans le scénario d'aujourd'hui, de la plus haute étape faite dans ce cycle."""
    rang = Case(
        *(When(cle_etape=e.cle, then=Value(e.rang)) for e in cadre.etapes.liste),
        default=Value(-1),
        output_field=IntegerField(),
    )
    histoire = RelanceFacture.objects.filter(creancier=cadre.creancier, facture=OuterRef("pk"))
    rangs = histoire.filter(DE_CE_CYCLE).order_by().values("facture").annotate(r=Max(rang))
    return Coalesce(Subquery(rangs.values("r"), output_field=IntegerField()), Value(-1))


def rang_a_faire(cadre: Cadre) -> Expression:
    """Le rang de l'étape qui vient ; passé le dernier, le scénario est terminé."""
    hors_courtoisie = Case(
        When(date_echeance__lte=cadre.au, then=Value(cadre.etapes.de_courtoisie)),
        default=Value(0),
    )
    return Greatest(
        plus_haute(cadre) + Value(1),
        F("rang_entree"),
        hors_courtoisie,
        output_field=IntegerField(),
    )


def vient(cadre: Cadre, rangs: Collection[int]) -> Q:
    """L'étape qui vient est l'une de celles-là ; à dire en dernier : c'est ce qui coûte."""
    return Q(In(rang_a_faire(cadre), list(rangs)))


def un_courriel_attend() -> Q:
    return EN_ATTENTE & Q(relance__canal=Canal.COURRIEL)


def _pas_dues(etapes: Etapes, rang: int, cadre: Cadre, *, champ: str) -> Q:
    condition = Q()
    for apres, jusqu_a in etapes.pas_dues(rang, au=cadre.au):
        intervalle = Q(**{f"{champ}__gt": apres})
        if jusqu_a is not None:
            intervalle &= Q(**{f"{champ}__lte": jusqu_a})
        condition |= intervalle
    return condition


def _jamais(cadre: Cadre) -> Filtre:
    """Terminé : par la dernière étape faite, par le rang d'entrée, ou faute d'autre étape."""
    etapes = cadre.etapes
    if not etapes.liste:
        return Filtre(toutes=True)
    facture = Q(rang_entree__gte=len(etapes.liste))
    if etapes.de_courtoisie == len(etapes.liste):
        facture |= Q(date_echeance__lte=cadre.au)
    return Filtre(facture=facture, ligne=DE_CE_CYCLE & Q(cle_etape=etapes.liste[-1].cle))


def _pas_encore(cadre: Cadre) -> Filtre:
    """Par le rang d'entrée, ou par une étape faite dont la suivante n'est pas encore venue."""
    etapes = cadre.etapes
    facture = _pas_dues(etapes, 0, cadre, champ="date_echeance")
    for etape in etapes.liste:
        rang = etape.rang + 1
        if etapes.pas_dues(rang, au=cadre.au) != etapes.pas_dues(etape.rang, au=cadre.au):
            facture |= Q(rang_entree__gte=rang) & _pas_dues(
                etapes, rang, cadre, champ="date_echeance"
            )
    lignes = Q()
    for etape in etapes.liste:
        pas_dues = _pas_dues(etapes, etape.rang + 1, cadre, champ="echeance")
        lignes |= Q(cle_etape=etape.cle) & pas_dues
    return Filtre(facture=facture, ligne=DE_CE_CYCLE & lignes if lignes else None)


def _pas_due(f: Faits) -> bool:
    return f.facture.etape_le is None or f.facture.etape_le > f.au


DEVANCEE = Regle(
    CodeBlocage.DEVANCEE,
    AVANT_DE_PREVOIR,
    test=lambda f: f.facture.en_cours is not None,
    phrase=lambda f: EN_COURS[f.facture.en_cours] if f.facture.en_cours else "",
    filtre=Filtre(ligne=DE_CE_CYCLE & Q(relance__etat__in=ETATS_QUI_RETIENNENT)),
    parle_seule=True,
)

FIN = Regle(
    CodeBlocage.FIN,
    AVANT_DE_PREVOIR,
    test=lambda f: f.facture.etape_le is None,
    phrase=lambda _: "Toutes les étapes du scénario sont faites",
    filtre=_jamais,
    parle_seule=True,
)

PAS_ENCORE = Regle(
    CodeBlocage.PAS_ENCORE,
    AVANT_DE_PREVOIR,
    # Terminé se tait avant elle ; pour elle, une étape qui ne viendra pas n'est pas due non plus.
    test=_pas_due,
    phrase=lambda f: f"{f.facture.etape} : le {jour(f.facture.etape_le)}",
    le=lambda f: f.facture.etape_le,
    filtre=_pas_encore,
    parle_seule=True,
)

DEJA_FAITE = Regle(
    CodeBlocage.DEJA_FAITE,
    AVANT_DE_PREVOIR,
    test=lambda f: f.facture.derniere_etape_le is not None and f.facture.derniere_etape_le >= f.au,
    phrase=lambda _: "Une étape a déjà été faite aujourd'hui",
    le=lambda f: f.facture.derniere_etape_le,
    filtre=lambda c: Filtre(ligne=Q(relance__faite_le__gte=instant_de(c.au))),
    parle_seule=True,
)

# Un seul courriel d'avance par client : les deux se croiseraient.
COURRIEL_PREVU = Regle(
    CodeBlocage.ECART,
    AVANT_DE_PREVOIR,
    test=lambda f: f.par_courriel and f.client.courriel_prevu_le is not None,
    phrase=lambda f: f"Un courriel est déjà prévu le {jour(f.client.courriel_prevu_le)}",
    le=lambda f: f.client.courriel_prevu_le,
    filtre=lambda c: Filtre(
        etape=Q(
            client__in=Relance.objects.pour(c.creancier).courriels_a_partir().values("client_id")
        )
        & vient(c, c.etapes.par_courriel)
    ),
)

CADUQUE = Regle(
    CodeBlocage.DEVANCEE,
    A_LA_RELECTURE,
    test=lambda f: (
        f.prevue is not None and est_caduque(f.prevue.delai, echeance=f.facture.echeance, au=f.au)
    ),
    phrase=lambda _: "L'échéance est passée : ce rappel n'a plus lieu d'être",
    filtre=lambda c: Filtre(ligne=EN_ATTENTE & Q(etape__delai__lt=0, echeance__lte=c.au)),
)

# Renvoyer le message d'un cycle passé sauterait des étapes de celui-ci.
CYCLE_PASSE = Regle(
    CodeBlocage.DEVANCEE,
    A_LA_RELECTURE,
    test=lambda f: f.prevue is not None and f.prevue.cycle != f.facture.cycle,
    phrase=lambda _: "Facture payée depuis, puis redevenue due : ses étapes recommencent",
    filtre=Filtre(ligne=EN_ATTENTE & ~Q(cycle=OuterRef("cycle"))),
)
