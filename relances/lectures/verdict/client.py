"""Ce qui arrête toutes les factures d'un client à la fois."""

from datetime import date, timedelta

from django.db.models import Q

from clients.enums import NatureClient
from clients.models import Coordonnee, en_suspension
from clients.regles import suspension_court
from factures.lectures.faveur import qui_a_quelque_chose
from recouvrement.socle.formats import euros, jour
from recouvrement.socle.temps import instant_de
from relances.enums import CodeBlocage
from relances.lectures.verdict.etape import vient
from relances.lectures.verdict.regle import (
    DECIDE_PAR_UNE_PERSONNE,
    L_AUTOMATE,
    PARTOUT,
    Cadre,
    Filtre,
    Regle,
)
from relances.models import Appel, Promesse, Relance
from relances.regles.faits import Effet, Faits, Usage
from relances.regles.promesses import se_laisse_attendre

PROCEDURE_COLLECTIVE = Regle(
    CodeBlocage.PROCEDURE_COLLECTIVE,
    PARTOUT,
    test=lambda f: f.client.procedure_collective_le is not None,
    phrase=lambda f: f"Procédure collective du {jour(f.client.procedure_collective_le)}",
    le=lambda f: f.client.procedure_collective_le,
    filtre=Filtre(client=Q(procedure_collective_le__isnull=False)),
)

FUSION = Regle(
    CodeBlocage.SUSPENDU,
    PARTOUT,
    test=lambda f: f.client.est_fusionne,
    phrase=lambda _: "Fiche fusionnée dans une autre",
    filtre=Filtre(client=Q(fusionne_dans__isnull=False)),
)

EFFACE = Regle(
    CodeBlocage.EFFACE,
    PARTOUT,
    test=lambda f: f.client.efface_le is not None,
    phrase=lambda f: f"Données personnelles effacées le {jour(f.client.efface_le)}",
    le=lambda f: f.client.efface_le,
    filtre=Filtre(client=Q(efface_le__isnull=False)),
)


# Le principal se demande à quiconque ; sommer et saisir un juge dépendent de qui doit.
QUALITE = Regle(
    CodeBlocage.QUALITE,
    {Usage.SOMMER: Effet.ARRETE, Usage.CONFIER: Effet.ARRETE},
    test=lambda f: f.client.nature_inconnue,
    phrase=lambda _: "Qualité du débiteur à établir : professionnel, particulier ou public",
    filtre=Filtre(client=Q(nature=NatureClient.INCONNUE)),
)


def _suspension(f: Faits) -> str:
    fin, motif = f.client.suspendu_jusqu_au, f.client.suspendu_motif
    return "Client suspendu" + (f" jusqu'au {jour(fin)}" if fin else "") + (motif and f" : {motif}")


SUSPENDU = Regle(
    CodeBlocage.SUSPENDU,
    L_AUTOMATE,
    test=lambda f: suspension_court(f.client.suspendu_le, f.client.suspendu_jusqu_au, au=f.au),
    phrase=_suspension,
    le=lambda f: f.client.suspendu_le,
    filtre=lambda c: Filtre(client=en_suspension(au=c.au)),
)

PROMESSE = Regle(
    CodeBlocage.PROMESSE,
    L_AUTOMATE,
    test=lambda f: (
        f.client.promesse_pour_le is not None
        and se_laisse_attendre(f.client.promesse_pour_le, au=f.au)
    ),
    phrase=lambda f: f"Promesse en cours au {jour(f.client.promesse_pour_le)}",
    le=lambda f: f.client.promesse_pour_le,
    filtre=lambda c: Filtre(
        client=Q(pk__in=Promesse.objects.pour(c.creancier).attendues(au=c.au).values("client_id"))
    ),
)


EN_SA_FAVEUR = Regle(
    CodeBlocage.COUVERTE,
    DECIDE_PAR_UNE_PERSONNE,
    test=lambda f: f.client.en_faveur > 0,
    phrase=lambda f: (
        f"{euros(f.client.en_faveur)} en sa faveur : avoir ou règlement à employer, déduits de "
        "ce qui est demandé"
    ),
    filtre=lambda c: Filtre(client=qui_a_quelque_chose([c.creancier], au=c.au)),
)


def _libre_le(f: Faits) -> date | None:
    derniere = f.client.derniere_action_le
    return derniere + timedelta(days=f.creancier.ecart_minimal) if derniere else None


def _trop_tot(f: Faits) -> bool:
    libre_le = _libre_le(f)
    return f.creancier.ecart_minimal > 0 and libre_le is not None and f.au < libre_le


def _approches(cadre: Cadre) -> Filtre:
    """Les clients à qui une relance est partie, ou que l'on a appelés, depuis trop peu."""
    if not cadre.faits.ecart_minimal:
        return Filtre()
    depuis = instant_de(cadre.au - timedelta(days=cadre.faits.ecart_minimal - 1))
    relances = Relance.objects.pour(cadre.creancier).filter(faite_le__gte=depuis)
    appels = Appel.objects.pour(cadre.creancier).filter(appele_le__gte=depuis, annule_le=None)
    return Filtre(
        client=Q(pk__in=relances.values("client_id")) | Q(pk__in=appels.values("client_id"))
    )


ECART = Regle(
    CodeBlocage.ECART,
    {Usage.PREVOIR: Effet.ARRETE, Usage.PARTIR: Effet.ARRETE},
    test=_trop_tot,
    phrase=lambda f: (
        f"Dernière relance le {jour(f.client.derniere_action_le)} : pas avant le "
        f"{jour(_libre_le(f))}"
    ),
    le=lambda f: f.client.derniere_action_le,
    filtre=_approches,
)

ADRESSE = Regle(
    CodeBlocage.ADRESSE,
    {Usage.PREVOIR: Effet.TACHE, Usage.PARTIR: Effet.ARRETE, Usage.ECRIRE: Effet.ARRETE},
    test=lambda f: f.par_courriel and not f.client.adresse,
    phrase=lambda _: "Aucune adresse de courriel utilisable",
    filtre=lambda c: Filtre(
        etape=~Q(
            client__in=Coordonnee.objects.pour(c.creancier)
            .courriels()
            .utilisables()
            .values("client_id")
        )
        & vient(c, c.etapes.par_courriel)
    ),
)

POSTE = {Usage.POSTER: Effet.ARRETE, Usage.SOMMER: Effet.ARRETE}

ADRESSE_POSTALE = Regle(
    CodeBlocage.ADRESSE,
    POSTE,
    test=lambda f: not f.client.adresse_postale_complete,
    phrase=lambda _: "Adresse postale incomplète",
    filtre=Filtre(client=Q(adresse="") | Q(ville="")),
)

ADRESSE_RENDUE = Regle(
    CodeBlocage.ADRESSE,
    POSTE,
    test=lambda f: f.client.adresse_postale_complete and f.client.adresse_rendue_le is not None,
    phrase=lambda f: (
        f"Courrier rendu le {jour(f.client.adresse_rendue_le)} (n'habite pas à l'adresse) : "
        "adresse à revoir"
    ),
    le=lambda f: f.client.adresse_rendue_le,
    filtre=Filtre(client=Q(adresse_invalide_le__isnull=False) & ~Q(adresse="") & ~Q(ville="")),
)
