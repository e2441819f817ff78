"""Ce qui tient à la facture, quel que soit le client."""

from django.db.models import Q

from factures.lectures.faveur import factures_couvertes
from factures.lectures.reclamable import EN_PARTIE
from factures.models import Litige
from factures.models.litige import LitigeQuerySet
from recouvrement.socle.formats import euros, jour
from relances.enums import CodeBlocage
from relances.lectures.verdict.regle import (
    DECIDE_PAR_UNE_PERSONNE,
    PARTOUT,
    Cadre,
    Filtre,
    Regle,
)
from relances.regles.faits import Effet, Faits, Usage

AVOIR = Regle(
    CodeBlocage.AVOIR,
    PARTOUT,
    test=lambda f: f.facture.est_avoir,
    phrase=lambda _: "Un avoir ne se réclame pas",
    filtre=Filtre(facture=Q(est_avoir=True)),
)

SOLDEE = Regle(
    CodeBlocage.SOLDEE,
    PARTOUT,
    test=lambda f: f.facture.solde <= 0,
    phrase=lambda _: "Facture soldée",
    filtre=Filtre(facture=Q(solde__lte=0)),
)

# Un avoir ou une rectificative l'éteint peut-être : avant de réclamer deux fois, on demande.
REFERENCE = Regle(
    CodeBlocage.REFERENCE,
    dict.fromkeys(Usage, Effet.ARRETE) | {Usage.ECRIRE: Effet.AVERTIT},
    test=lambda f: bool(f.facture.en_question),
    phrase=lambda f: f.facture.en_question,
    filtre=Filtre(facture=~Q(en_question="")),
)

CONTENTIEUX = Regle(
    CodeBlocage.CONTENTIEUX,
    PARTOUT,
    test=lambda f: f.facture.contentieux_depuis is not None,
    phrase=lambda f: f"Au contentieux depuis le {jour(f.facture.contentieux_depuis)}",
    le=lambda f: f.facture.contentieux_depuis,
    filtre=Filtre(facture=Q(contentieux_depuis__isnull=False)),
)


def _litiges(cadre: Cadre) -> LitigeQuerySet:
    return Litige.objects.pour(cadre.creancier).ouverts()


# On peut écrire au sujet d'une facture contestée, et saisir le juge qui tranchera.
LITIGE = Regle(
    CodeBlocage.LITIGE,
    {usage: Effet.ARRETE for usage in Usage if usage not in (Usage.ECRIRE, Usage.CONFIER)},
    test=lambda f: f.facture.litige_ouvert_le is not None and f.facture.reclamable <= 0,
    phrase=lambda f: f"Litige ouvert le {jour(f.facture.litige_ouvert_le)}",
    le=lambda f: f.facture.litige_ouvert_le,
    filtre=lambda c: Filtre(facture=Q(pk__in=_litiges(c).exclude(EN_PARTIE).values("facture_id"))),
)

LITIGE_PARTIEL = Regle(
    CodeBlocage.LITIGE,
    DECIDE_PAR_UNE_PERSONNE,
    test=lambda f: f.facture.litige_ouvert_le is not None and f.facture.reclamable > 0,
    phrase=lambda f: (
        f"{euros(f.facture.conteste)} contestés depuis le {jour(f.facture.litige_ouvert_le)} : "
        f"seuls {euros(f.facture.reclamable)} se demandent"
    ),
    le=lambda f: f.facture.litige_ouvert_le,
    filtre=lambda c: Filtre(facture=Q(pk__in=_litiges(c).filter(EN_PARTIE).values("facture_id"))),
)


def _est_couverte(f: Faits) -> bool:
    """Compensée avec tout ce qui échoit avant elle (C. civ., art. 1347-4)."""
    facture = f.facture
    est_demandee = not facture.est_avoir and facture.reclamable > 0
    return est_demandee and 0 < facture.du_jusqu_a_elle <= f.client.en_faveur


COUVERTE = Regle(
    CodeBlocage.COUVERTE,
    PARTOUT,
    test=_est_couverte,
    phrase=lambda f: (
        f"Couverte par un avoir ou un règlement à employer ({euros(f.client.en_faveur)})"
    ),
    filtre=lambda c: Filtre(
        facture=Q(pk__in=factures_couvertes([c.creancier], au=c.au).values("pk"))
    ),
)

A_ECHOIR = Regle(
    CodeBlocage.PAS_ENCORE,
    {Usage.SOMMER: Effet.ARRETE, Usage.CONFIER: Effet.ARRETE},
    test=lambda f: f.facture.echeance >= f.au,
    phrase=lambda _: "Pas encore échue",
    le=lambda f: f.facture.echeance,
    filtre=lambda c: Filtre(facture=Q(date_echeance__gte=c.au)),
)
