"""Ce qui tient au créancier. Il est lu une fois, avec la question : la base n'y revient pas."""

from datetime import date, timedelta

from recouvrement.comptes.enums import ModeIntervention
from recouvrement.comptes.models import Creancier
from recouvrement.socle.formats import jour
from relances.enums import CodeBlocage
from relances.lectures.verdict.etape import un_courriel_attend, vient
from relances.lectures.verdict.regle import (
    L_AUTOMATE,
    PARTOUT,
    Cadre,
    Filtre,
    Regle,
)
from relances.regles.faits import Effet, Faits, FaitsCreancier, Usage


def faits_du_creancier(creancier: Creancier, *, partis: int = 0) -> FaitsCreancier:
    """`partis` : ce qui est déjà parti aujourd'hui, si la question est de faire partir."""
    return FaitsCreancier(
        ecart_minimal=creancier.ecart_minimal,
        soldes_perimes_jours=creancier.soldes_perimes_jours,
        reglements_connus_au=creancier.reglements_connus_au,
        envois_geles=creancier.envois_geles,
        archive_le=creancier.archive_le,
        expediteur=creancier.courriel_expediteur,
        expediteur_est_verifie=creancier.expediteur_est_verifie,
        mandat_manque=creancier.mode == ModeIntervention.MANDATAIRE,
        envois_ouverts=creancier.envois_ouverts_le is not None,
        partis=partis,
        quota=creancier.quota_quotidien,
    )


ARCHIVE = Regle(
    CodeBlocage.ARCHIVE,
    PARTOUT,
    test=lambda f: f.creancier.archive_le is not None,
    phrase=lambda f: f"Créancier archivé le {jour(f.creancier.archive_le)}",
    le=lambda f: f.creancier.archive_le,
    filtre=lambda c: Filtre(toutes=c.faits.archive_le is not None),
)

MANDAT = Regle(
    CodeBlocage.MANDAT,
    PARTOUT,
    test=lambda f: f.creancier.mandat_manque,
    phrase=lambda _: "Mandat absent : la lettre de l'article R124-4 doit être établie",
    filtre=lambda c: Filtre(toutes=c.faits.mandat_manque),
)


def _sont_perimes(creancier: FaitsCreancier, au: date) -> bool:
    """Un règlement a pu arriver depuis que quelqu'un a dit lesquels étaient connus."""
    if creancier.soldes_perimes_jours is None:
        return False
    connus = creancier.reglements_connus_au
    return connus is None or connus + timedelta(days=creancier.soldes_perimes_jours) < au


def _depuis_quand(f: Faits) -> str:
    connus = f.creancier.reglements_connus_au
    if connus is None:
        return "Règlements reçus jamais confirmés"
    return f"Soldes connus au {jour(connus)}, il y a {(f.au - connus).days} jours"


def _sans_depart_seul(cadre: Cadre) -> Filtre:
    if not _sont_perimes(cadre.faits, cadre.au):
        return Filtre()
    return Filtre(etape=vient(cadre, cadre.etapes.automatiques))


SOLDES_PERIMES = Regle(
    CodeBlocage.SOLDES_PERIMES,
    L_AUTOMATE,
    test=lambda f: f.automatique and _sont_perimes(f.creancier, f.au),
    phrase=_depuis_quand,
    le=lambda f: f.creancier.reglements_connus_au,
    filtre=_sans_depart_seul,
)

# Aucun courriel ne part d'une adresse que personne n'a prouvée être la sienne.
COURRIELS = {Usage.PARTIR: Effet.ATTEND, Usage.ECRIRE: Effet.ARRETE}

EXPEDITEUR_A_REGLER = Regle(
    CodeBlocage.EXPEDITEUR_A_REGLER,
    COURRIELS,
    test=lambda f: f.par_courriel and not f.creancier.expediteur,
    phrase=lambda _: "Expéditeur à régler : ce créancier n'a pas d'adresse d'expéditeur",
    filtre=lambda c: Filtre() if c.faits.expediteur else Filtre(ligne=un_courriel_attend()),
)

EXPEDITEUR = Regle(
    CodeBlocage.EXPEDITEUR,
    COURRIELS,
    test=lambda f: (
        f.par_courriel and bool(f.creancier.expediteur) and not f.creancier.expediteur_est_verifie
    ),
    phrase=lambda f: f"Expéditeur à vérifier : {f.creancier.expediteur} n'a pas été confirmée",
    filtre=lambda c: (
        Filtre(ligne=un_courriel_attend())
        if c.faits.expediteur and not c.faits.expediteur_est_verifie
        else Filtre()
    ),
)

# On écrit, on planifie et on relit ; rien ne part avant qu'un gestionnaire l'ait voulu.
OUVERTURE = Regle(
    CodeBlocage.OUVERTURE,
    {Usage.PARTIR: Effet.ATTEND, Usage.ECRIRE: Effet.AVERTIT},
    test=lambda f: f.par_courriel and not f.creancier.envois_ouverts,
    phrase=lambda _: "Envois pas encore ouverts : les courriels attendent l'ouverture",
    filtre=lambda c: Filtre() if c.faits.envois_ouverts else Filtre(ligne=un_courriel_attend()),
)
