"""Une décision de justice, et tout ce qui s'en déduit : exécution, délais, prescription.

Un seul fait, saisi une fois : ce qui a été rendu, signifié, frappé d'opposition ou d'appel. Le
décompte en lit le jour exécutoire (CMF, art. L313-3), la prescription les dix ans ou
l'interruption, le calendrier les délais.

- Jugement, référé : exécutoire du jour que dit la décision ou sa notification ; dix ans pour
  l'exécuter (CPCE, art. L111-4). L'appel n'arrête pas l'exécution provisoire (CPC, art. 514).
- Ordonnance d'injonction de payer : exécutoire à l'expiration de ce qui la suspend (CPC,
  art. 1422). Les dix ans sont discutés : 1° de l'article L111-3 (décision exécutoire) ou 6°
  (décision à laquelle la loi attache les effets d'un jugement) ; aucune fin n'en est donnée.

>>> ordonnance = Titre(Nature.INJONCTION, date(2026, 9, 10), signifie_le=date(2026, 10, 15))
>>> executoire(ordonnance).apres
datetime.date(2026, 12, 15)
>>> [acte.acte.name for acte in actes_du_titre(ordonnance)]
['SIGNIFICATION_INJONCTION']
>>> jugement = Titre(Nature.JUGEMENT, date(2026, 3, 12), executoire_le=date(2026, 3, 15))
>>> executoire(jugement).apres, [acte.le for acte in actes_du_titre(jugement)]
(datetime.date(2026, 3, 15), [datetime.date(2026, 3, 12)])
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from recouvrement.droit.actes import Acte, Evenement
from recouvrement.droit.delais import Delai, Distance, delai
from recouvrement.droit.feries import Zone
from recouvrement.droit.injonction import Execution, execution, opposition, signifier
from recouvrement.droit.sources import Confiance
from recouvrement.socle import formats

DIX_ANS_DISCUTES = (
    "Dix ans pour exécuter une ordonnance d'injonction de payer (CPCE, art. L111-4) : point "
    "discuté, sans arrêt connu ; la date affichée reste celle de la créance."
)
MOIS_D_APPEL = 1
JOURS_D_APPEL_DU_REFERE = 15
MOIS_PAR_DEFAUT = 6


class Nature(StrEnum):
    """Ce que le juge a rendu."""

    JUGEMENT = "jugement"
    REFERE = "refere"
    INJONCTION = "injonction"


@dataclass(frozen=True, slots=True)
class Titre:
    """Ce qu'on sait d'une décision ; `executoire_le` se dit d'un jugement, jamais d'une ordonnance.

    `acte_a_personne_le` : premier acte remis à personne, ou première mesure sur ses biens, quand
    l'ordonnance a été signifiée autrement (CPC, art. 1416). `recours_eteint_le` : désistement,
    irrecevabilité ou rejet de l'opposition ou de l'appel.
    """

    nature: Nature
    rendu_le: date
    reference: str = ""
    executoire_le: date | None = None
    signifie_le: date | None = None
    a_personne: bool | None = None
    acte_a_personne_le: date | None = None
    opposition_le: date | None = None
    appel_le: date | None = None
    recours_eteint_le: date | None = None


@dataclass(frozen=True, slots=True)
class Echeance:
    """Un délai que la décision fait courir : à tenir par le créancier, ou à attendre."""

    libelle: str
    jour: date
    a_tenir: bool
    fondement: str
    confiance: Confiance
    delai: Delai

    def __str__(self) -> str:
        """« ordonnance à signifier au plus tard le 10/12/2026 (CPC, art. 1411) »."""
        reserve = f" · {self.confiance.reserve}" if self.confiance.reserve else ""
        jour = formats.jour(self.jour)
        return f"{self.libelle} {jour} ({self.fondement}){reserve}"

    def est_passee(self, au: date) -> bool:
        """Passée le lendemain du dernier jour légal, report compris."""
        return self.delai.est_expire(au)


def executoire(
    titre: Titre, *, zone: Zone = Zone.METROPOLE, distance: Distance = Distance.AUCUNE
) -> Execution:
    """Le jour depuis lequel la décision s'exécute, ou pourquoi elle ne s'exécute pas."""
    if titre.nature is not Nature.INJONCTION:
        if titre.executoire_le is None:
            return Execution(None, "jour exécutoire à renseigner", Confiance.VU)
        return Execution(titre.executoire_le, "décision exécutoire", Confiance.VU)
    opposee = titre.opposition_le
    if opposee is not None and titre.recours_eteint_le is not None:
        opposee = None
    calcul = execution(
        titre.rendu_le,
        signifiee_le=titre.signifie_le,
        opposition_le=opposee,
        formule_le=titre.executoire_le,
        zone=zone,
        distance=distance,
    )
    if calcul.apres is None or titre.recours_eteint_le is None:
        return calcul
    apres = max(calcul.apres, titre.recours_eteint_le)
    return Execution(apres, "recours éteint (CPC, art. 1422)", calcul.confiance)


def actes_du_titre(titre: Titre, *, zone: Zone = Zone.METROPOLE) -> tuple[Evenement, ...]:
    """Ce que la prescription lit de cette décision."""
    if titre.nature is not Nature.INJONCTION:
        return (Evenement(Acte.DECISION, titre.rendu_le, titre.reference),)
    if titre.signifie_le is None:
        return ()
    tardive = executoire(titre, zone=zone).non_avenue
    signification = Evenement(
        Acte.SIGNIFICATION_INJONCTION, titre.signifie_le, titre.reference, non_avenu=tardive
    )
    if titre.opposition_le is None or tardive:
        return (signification,)
    fin = titre.recours_eteint_le
    if fin is not None and fin < titre.opposition_le:
        fin = titre.opposition_le
    return signification, Evenement(Acte.OPPOSITION, titre.opposition_le, titre.reference, fin)


def echeances_du_titre(
    titre: Titre, *, zone: Zone = Zone.METROPOLE, distance: Distance = Distance.AUCUNE
) -> tuple[Echeance, ...]:
    """Les délais qui courent de cette décision, chacun avec son texte et sa certitude."""
    if titre.nature is Nature.INJONCTION:
        return _de_l_ordonnance(titre, zone, distance)
    return _du_jugement(titre, zone, distance)


def _de_l_ordonnance(titre: Titre, zone: Zone, distance: Distance) -> tuple[Echeance, ...]:
    if titre.signifie_le is None:
        limite = signifier(titre.rendu_le, zone=zone)
        return (_a_tenir("ordonnance à signifier au plus tard le", limite, "CPC, art. 1411"),)
    execution_ = executoire(titre, zone=zone, distance=distance)
    if execution_.non_avenue or titre.opposition_le is not None:
        return ()
    depart = titre.signifie_le
    if titre.a_personne is False and titre.acte_a_personne_le is not None:
        depart = titre.acte_a_personne_le
    mois = opposition(depart, zone=zone, distance=distance)
    if titre.a_personne is False and titre.acte_a_personne_le is None:
        # 1416 : sans remise à personne, le mois repart du premier acte à personne ou d'une saisie.
        libelle = "opposition ouverte jusqu'à un premier acte à personne, et au moins jusqu'au"
    else:
        libelle = "opposition possible jusqu'au"
    return (_a_attendre(libelle, mois, "CPC, art. 1416"),)


def _du_jugement(titre: Titre, zone: Zone, distance: Distance) -> tuple[Echeance, ...]:
    if titre.signifie_le is None:
        limite = delai(
            titre.rendu_le, mois=MOIS_PAR_DEFAUT, zone=zone, confiance=Confiance.DE_MEMOIRE
        )
        libelle = "à signifier, si le débiteur n'a pas comparu, au plus tard le"
        return (_a_tenir(libelle, limite, "CPC, art. 478"),)
    if titre.appel_le is not None:
        return ()
    refere = titre.nature is Nature.REFERE
    appel = delai(
        titre.signifie_le,
        mois=0 if refere else MOIS_D_APPEL,
        jours=JOURS_D_APPEL_DU_REFERE if refere else 0,
        zone=zone,
        distance=distance,
        confiance=Confiance.DE_MEMOIRE,
    )
    texte = "CPC, art. 490" if refere else "CPC, art. 538"
    return (_a_attendre("appel possible, au-delà de 5 000 €, jusqu'au", appel, texte),)


def _a_tenir(libelle: str, limite: Delai, fondement: str) -> Echeance:
    return Echeance(libelle, limite.a_tenir, True, fondement, limite.confiance, limite)


def _a_attendre(libelle: str, limite: Delai, fondement: str) -> Echeance:
    return Echeance(libelle, limite.a_attendre, False, fondement, limite.confiance, limite)
