"""Pourquoi ça part, pourquoi ça ne part pas : LA fonction, que tout le produit interroge.

L'aperçu de demain, l'infobulle d'un bouton, la liste des écartées et la vérification au moment
du départ la posent toutes, avec les mêmes faits.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from recouvrement.socle import formats
from recouvrement.socle.temps import PARIS
from relances.enums import CodeBlocage

# Ce qui n'empêche pas de prévoir, seulement de partir à l'instant.
PASSAGERS = frozenset(
    {
        CodeBlocage.HORAIRES,
        CodeBlocage.A_VALIDER,
        CodeBlocage.GEL,
        CodeBlocage.EXPEDITEUR_A_REGLER,
        CodeBlocage.EXPEDITEUR,
        CodeBlocage.QUOTA,
    }
)
# Le temps qu'un virement promis arrive : trois jours après la date dite.
GRACE_PROMESSE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Blocage:
    code: CodeBlocage
    phrase: str
    le: date | None = None


@dataclass(frozen=True, slots=True)
class FaitsCreancier:
    ecart_minimal: int = 0
    soldes_perimes_jours: int | None = None
    reglements_connus_au: date | None = None
    envois_geles: bool = False
    mandat_manque: str = ""
    archive_le: date | None = None
    expediteur_a_regler: bool = False
    # L'adresse réglée, tant que personne n'a prouvé que c'est la sienne.
    expediteur_a_verifier: str = ""
    # Ce qui est déjà parti aujourd'hui, s'il atteint ce que l'administrateur permet.
    quota_atteint: int | None = None


@dataclass(frozen=True, slots=True)
class FaitsClient:
    suspendu_le: date | None = None
    suspendu_jusqu_au: date | None = None
    suspendu_motif: str = ""
    procedure_collective_le: date | None = None
    fusionne: bool = False
    efface_le: date | None = None
    promesse_pour_le: date | None = None
    reponse_le: date | None = None
    # La dernière action faite envers lui, tous canaux.
    derniere_action_le: date | None = None
    # Un courriel déjà prévu ou à valider.
    courriel_prevu_le: date | None = None
    adresse: str = ""


@dataclass(frozen=True, slots=True)
class FaitsFacture:
    solde: Decimal
    est_avoir: bool = False
    contentieux_depuis: date | None = None
    litige_ouvert_le: date | None = None
    # L'étape qui vient : son nom et son jour ; None : le scénario est terminé.
    etape: str = ""
    etape_le: date | None = None
    etape_cle: str = ""
    # Une relance de cette facture qui n'est pas finie, en mots.
    en_cours: str = ""
    derniere_etape_le: date | None = None


@dataclass(frozen=True, slots=True)
class Faits:
    """Tout ce qu'il faut savoir pour décider d'une relance, un jour donné."""

    au: date
    creancier: FaitsCreancier
    client: FaitsClient
    facture: FaitsFacture
    par_courriel: bool = True
    automatique: bool = True
    # Posés au départ seulement : l'instant où l'on pourra envoyer (None : maintenant).
    ouverture: datetime | None = None
    a_valider: bool = False
    # Vrai pour une relance déjà prévue que l'on relit : l'étape n'est plus à chercher.
    deja_prevue: bool = False
    extra: tuple[Blocage, ...] = field(default=())


def blocages(faits: Faits) -> list[Blocage]:
    """Tout ce qui s'oppose, le plus grave d'abord ; liste vide : ça part."""
    return [
        *faits.extra,
        *_facture(faits.facture),
        *du_client(faits),
        *_etape(faits),
        *_instant(faits),
    ]


def du_client(faits: Faits) -> list[Blocage]:
    """Ce qui arrête toutes les factures d'un client à la fois."""
    client, creancier, au = faits.client, faits.creancier, faits.au
    trouves = []
    if creancier.archive_le is not None:
        trouves.append(
            Blocage(
                CodeBlocage.ARCHIVE,
                f"Créancier archivé le {_j(creancier.archive_le)}",
                creancier.archive_le,
            )
        )
    if client.procedure_collective_le is not None:
        trouves.append(
            Blocage(
                CodeBlocage.PROCEDURE_COLLECTIVE,
                f"Procédure collective du {_j(client.procedure_collective_le)}",
                client.procedure_collective_le,
            )
        )
    if client.fusionne:
        trouves.append(Blocage(CodeBlocage.SUSPENDU, "Fiche fusionnée dans une autre"))
    if client.efface_le is not None:
        phrase = f"Données personnelles effacées le {_j(client.efface_le)}"
        trouves.append(Blocage(CodeBlocage.EFFACE, phrase, client.efface_le))
    if (
        client.suspendu_le is not None
        and client.suspendu_le <= au
        and (client.suspendu_jusqu_au is None or au <= client.suspendu_jusqu_au)
    ):
        fin = f" jusqu'au {_j(client.suspendu_jusqu_au)}" if client.suspendu_jusqu_au else ""
        motif = f" : {client.suspendu_motif}" if client.suspendu_motif else ""
        trouves.append(
            Blocage(CodeBlocage.SUSPENDU, f"Client suspendu{fin}{motif}", client.suspendu_le)
        )
    if client.promesse_pour_le is not None and au <= client.promesse_pour_le + GRACE_PROMESSE:
        trouves.append(
            Blocage(
                CodeBlocage.PROMESSE,
                f"Promesse en cours au {_j(client.promesse_pour_le)}",
                client.promesse_pour_le,
            )
        )
    if client.reponse_le is not None:
        trouves.append(
            Blocage(
                CodeBlocage.REPONSE,
                f"Réponse du {_j(client.reponse_le)} à traiter",
                client.reponse_le,
            )
        )
    if creancier.mandat_manque:
        trouves.append(Blocage(CodeBlocage.MANDAT, creancier.mandat_manque))
    if faits.automatique and creancier.soldes_perimes_jours is not None:
        connus = creancier.reglements_connus_au
        if connus is None:
            trouves.append(Blocage(CodeBlocage.SOLDES_PERIMES, "Règlements reçus jamais confirmés"))
        elif connus + timedelta(days=creancier.soldes_perimes_jours) < au:
            trouves.append(
                Blocage(
                    CodeBlocage.SOLDES_PERIMES,
                    f"Soldes connus au {_j(connus)}, il y a {(au - connus).days} jours",
                    connus,
                )
            )
    if client.derniere_action_le is not None:
        libre_le = client.derniere_action_le + timedelta(days=creancier.ecart_minimal)
        if au < libre_le:
            trouves.append(
                Blocage(
                    CodeBlocage.ECART,
                    f"Dernière relance le {_j(client.derniere_action_le)} : pas avant le "
                    f"{_j(libre_le)}",
                    client.derniere_action_le,
                )
            )
    if faits.par_courriel:
        if not client.adresse:
            trouves.append(Blocage(CodeBlocage.ADRESSE, "Aucune adresse de courriel utilisable"))
        if client.courriel_prevu_le is not None and not faits.deja_prevue:
            trouves.append(
                Blocage(
                    CodeBlocage.ECART,
                    f"Un courriel est déjà prévu le {_j(client.courriel_prevu_le)}",
                    client.courriel_prevu_le,
                )
            )
    return trouves


def _facture(facture: FaitsFacture) -> list[Blocage]:
    trouves = []
    if facture.solde <= 0:
        trouves.append(Blocage(CodeBlocage.SOLDEE, "Facture soldée"))
    if facture.contentieux_depuis is not None:
        trouves.append(
            Blocage(
                CodeBlocage.CONTENTIEUX,
                f"Au contentieux depuis le {_j(facture.contentieux_depuis)}",
                facture.contentieux_depuis,
            )
        )
    if facture.litige_ouvert_le is not None:
        trouves.append(
            Blocage(
                CodeBlocage.LITIGE,
                f"Litige ouvert le {_j(facture.litige_ouvert_le)}",
                facture.litige_ouvert_le,
            )
        )
    return trouves


def _etape(faits: Faits) -> list[Blocage]:
    if faits.deja_prevue:
        return []
    facture = faits.facture
    if facture.en_cours:
        return [Blocage(CodeBlocage.DEVANCEE, facture.en_cours)]
    if facture.etape_le is None:
        return [Blocage(CodeBlocage.FIN, "Toutes les étapes du scénario sont faites")]
    if facture.etape_le > faits.au:
        return [
            Blocage(
                CodeBlocage.PAS_ENCORE,
                f"{facture.etape} : le {_j(facture.etape_le)}",
                facture.etape_le,
            )
        ]
    if facture.derniere_etape_le is not None and facture.derniere_etape_le >= faits.au:
        return [
            Blocage(
                CodeBlocage.DEJA_FAITE,
                "Une étape a déjà été faite aujourd'hui",
                facture.derniere_etape_le,
            )
        ]
    return []


def _instant(faits: Faits) -> list[Blocage]:
    trouves = []
    if faits.a_valider:
        trouves.append(Blocage(CodeBlocage.A_VALIDER, "Attend d'être validée"))
    if faits.creancier.envois_geles:
        trouves.append(Blocage(CodeBlocage.GEL, "Les envois de ce créancier sont gelés"))
    if faits.par_courriel:
        trouves += de_l_expediteur(faits.creancier)
        if faits.creancier.quota_atteint is not None:
            trouves.append(
                Blocage(
                    CodeBlocage.QUOTA,
                    f"Déjà {faits.creancier.quota_atteint} courriels partis aujourd'hui : "
                    "celui-ci attend demain",
                )
            )
    if faits.ouverture is not None:
        ici = faits.ouverture.astimezone(PARIS)
        trouves.append(
            Blocage(
                CodeBlocage.HORAIRES,
                f"Hors des heures d'envoi : à partir du {formats.moment(ici)}",
                ici.date(),
            )
        )
    return trouves


def de_l_expediteur(creancier: FaitsCreancier) -> list[Blocage]:
    """Aucun courriel ne part d'une adresse que personne n'a prouvée être la sienne."""
    if creancier.expediteur_a_regler:
        return [
            Blocage(
                CodeBlocage.EXPEDITEUR_A_REGLER,
                "Expéditeur à régler : ce créancier n'a pas d'adresse d'expéditeur",
            )
        ]
    if creancier.expediteur_a_verifier:
        return [
            Blocage(
                CodeBlocage.EXPEDITEUR,
                f"Expéditeur à vérifier : {creancier.expediteur_a_verifier} n'a pas été confirmée",
            )
        ]
    return []


def postaux(*, complete: bool, invalide_le: date | None) -> list[Blocage]:
    """Ce qui empêche de poster : une adresse incomplète, ou que la poste a rendue."""
    if not complete:
        return [Blocage(CodeBlocage.ADRESSE, "Adresse postale incomplète")]
    if invalide_le is not None:
        phrase = (
            f"Courrier rendu le {_j(invalide_le)} (n'habite pas à l'adresse) : adresse à revoir"
        )
        return [Blocage(CodeBlocage.ADRESSE, phrase, invalide_le)]
    return []


def avec_facture(faits: Faits, facture: FaitsFacture) -> Faits:
    return replace(faits, facture=facture)


def _j(jour: date) -> str:
    return formats.jour(jour)
