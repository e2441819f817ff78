"""La mise en demeure : un décompte figé, une sommation scellée, un recommandé à poster."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from clients.actions.verrou import verrouiller
from clients.models import Client
from factures.documents import donnees_du_decompte
from factures.lectures import decompte_client
from factures.lectures.faveur import reclamables
from factures.models import Facture
from recouvrement.comptes.models import Utilisateur
from recouvrement.documents.actions.scelles import sceller
from recouvrement.journal.actions import poser
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.montants import ZERO
from recouvrement.socle.temps import jour_de
from relances.actions.courriers import (
    ecrire_hors_scenario,
    inscrire_courrier,
    refuser_si_interdit,
    refuser_si_le_compte_change,
)
from relances.courriels.information import information_de
from relances.courriels.precedents import est_un_premier_contact
from relances.courriels.reclamation import Reclamation
from relances.documents import GABARIT_MISE_EN_DEMEURE, contexte_de_mise_en_demeure
from relances.enums import Canal, CodeBlocage, EtatRelance
from relances.evenements import Evenement
from relances.lectures.histoire import chacune_est_rappelee, rappels_de
from relances.lectures.possibles import arrets_de_la_facture
from relances.models import Courrier, Etape, MiseEnDemeure, Relance, RelanceFacture
from relances.regles.calendrier import jour_ouvre
from relances.regles.faits import Usage

DELAI_HABITUEL = 8
RAPPELS_CITES = 4
CONTESTEES = "Litige ouvert sur {} : décochez, ou closez d'abord le litige."
COUVERTES = "Un avoir ou un règlement à employer couvre {} : décochez, ou employez-le d'abord."


def preparer_mise_en_demeure(
    client: Client,
    *,
    factures: Sequence[Facture],
    maintenant: datetime,
    acteur: Utilisateur,
    delai_jours: int = DELAI_HABITUEL,
) -> MiseEnDemeure:
    """Fige le décompte, rend et scelle la sommation, prête à poster en recommandé."""
    au = jour_de(maintenant)
    echues = _a_sommer(client, factures, au=au)
    reclamation = Reclamation.de(client.creancier, client, echues, au=au, langue="fr")
    decompte = decompte_client(client, au=au, factures=echues, contestes=reclamation.contestes)
    if decompte.refus:
        raise ErreurMetier(decompte.refus)
    avant_le = jour_ouvre(au + timedelta(days=delai_jours), client.creancier.zone_feries)
    reference = f"MD{client.pk}-{au:%Y%m%d}"
    # La sommation est en français, quelle que soit la langue du client.
    premier = est_un_premier_contact(client)
    information = information_de(client.creancier, "fr") if premier else ""
    document = sceller(
        client.creancier,
        nature="mise_en_demeure",
        titre=f"Mise en demeure de {client.nom}",
        nom_fichier=f"mise-en-demeure-{client.pk}-{au:%Y%m%d}.pdf",
        gabarit=GABARIT_MISE_EN_DEMEURE,
        contexte=contexte_de_mise_en_demeure(
            client,
            decompte,
            avant_le=avant_le,
            rappels=_rappels(client, echues),
            reference=reference,
            information=information,
            deduites=reclamation.lignes_deduites,
        ),
        donnees=donnees_du_decompte(decompte)
        | {"avant_le": avant_le.isoformat(), "information": information},
        maintenant=maintenant,
        acteur=acteur,
    )
    with transaction.atomic():
        _refuser_la_seconde(client)
        refuser_si_le_compte_change(reclamation, decompte)
        geste = poser(Genre.LETTRE, creancier=client.creancier, acteur=acteur)
        relance = _relance_de_mise_en_demeure(client, echues, au=au, acteur=acteur, geste=geste)
        courrier = inscrire_courrier(
            relance,
            document,
            montant=decompte.total - reclamation.deduit,
            evenement=Evenement.MISE_EN_DEMEURE_PREPAREE,
            geste=geste,
        )
        return MiseEnDemeure.objects.create(
            creancier=client.creancier,
            courrier=courrier,
            client=client,
            arretee_au=au,
            delai_jours=delai_jours,
            principal=decompte.principal,
            interets=decompte.interets or ZERO,
            indemnites=decompte.indemnites or ZERO,
            decompte=donnees_du_decompte(decompte),
        )


def _a_sommer(client: Client, factures: Sequence[Facture], *, au: date) -> list[Facture]:
    """Ce que l'on peut sommer de payer ; contestées ou couvertes, on les nomme d'abord."""
    lus = reclamables(client.creancier, au=au, clients=[client.pk])
    contre = {f: arrets_de_la_facture(f, lus, Usage.SOMMER, au=au) for f in factures}
    nommees = (CodeBlocage.LITIGE, CodeBlocage.COUVERTE)
    a_dire = {
        f: trouves for f, trouves in contre.items() if {b.code for b in trouves} & set(nommees)
    }
    echues = [f for f, trouves in contre.items() if not trouves]
    if not echues and not a_dire:
        raise ErreurMetier("Choisissez au moins une facture échue.")
    if client.procedure_collective_le is not None:
        raise ErreurMetier("Procédure collective : la créance se déclare, elle ne se réclame pas.")
    refuser_si_interdit(client, au=au, usage=Usage.SOMMER)
    for code, phrase in zip(nommees, (CONTESTEES, COUVERTES), strict=True):
        siennes = [
            f.reference for f, trouves in a_dire.items() if code in {b.code for b in trouves}
        ]
        if siennes:
            raise ErreurMetier(phrase.format(", ".join(sorted(siennes))))
    return echues


def _refuser_la_seconde(client: Client) -> None:
    """Deux clics, ou deux personnes : une seule sommation attend la poste."""
    creancier = client.creancier
    verrouiller(client)
    en_attente = Courrier.objects.pour(creancier).a_poster()
    if en_attente.filter(client=client, canal=Canal.MISE_EN_DEMEURE).exists():
        raise ErreurMetier(
            "Une mise en demeure de ce client attend déjà d'être postée : postez-la ou annulez-la."
        )


def _rappels(client: Client, factures: Sequence[Facture]) -> list[date]:
    """Les derniers que la sommation cite ; aucun si l'une de ses factures n'en a pas reçu."""
    rappels = rappels_de(client, factures)
    if not chacune_est_rappelee(rappels, frozenset(facture.pk for facture in factures)):
        return []
    return [jour_de(rappel.le) for rappel in rappels[-RAPPELS_CITES:]]


def _relance_de_mise_en_demeure(
    client: Client, factures: Sequence[Facture], *, au: date, acteur: Utilisateur, geste: Geste
) -> Relance:
    """Celle que le scénario proposait, sinon une nouvelle ; ses lignes sont les choisies."""
    creancier = client.creancier
    proposee: Relance | None = (
        Relance.objects.pour(creancier)
        .select_for_update(of=("self",))
        .filter(client=client, canal=Canal.MISE_EN_DEMEURE, etat=EtatRelance.A_FAIRE, courrier=None)
        .first()
    )
    etapes = Etape.objects.pour(creancier).en_vigueur()
    etape = etapes.filter(canal=Canal.MISE_EN_DEMEURE).first()
    if proposee is None:
        return ecrire_hors_scenario(
            client,
            canal=Canal.MISE_EN_DEMEURE,
            factures=factures,
            sujet="",
            texte="",
            le=au,
            acteur=acteur,
            etape=etape,
            geste=geste,
        )
    choisies = {facture.pk for facture in factures}
    lignes = RelanceFacture.objects.pour(creancier).filter(relance=proposee)
    lignes.vivantes().exclude(facture__in=choisies).update(est_vivante=False, retiree_geste=geste)
    deja = set(lignes.values_list("facture_id", flat=True))
    RelanceFacture.objects.bulk_create(
        [
            RelanceFacture(
                creancier=creancier,
                relance=proposee,
                facture=facture,
                etape=proposee.etape,
                rang=proposee.etape.rang if proposee.etape else 0,
                cycle=facture.cycle,
                solde=facture.solde,
            )
            for facture in factures
            if facture.pk not in deja
        ]
    )
    return proposee
