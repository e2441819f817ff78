"""Les lettres : les préparer, les sceller, dire qu'elles sont postées et ce qu'elles deviennent."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from clients.actions import marquer_adresse
from clients.actions.verrou import verrouiller
from clients.models import Client
from factures.actions.pieces import Fichier
from factures.actions.verification import constater_mise_en_demeure
from factures.documents import donnees_du_decompte
from factures.enums import NaturePiece
from factures.lectures import decompte_client
from factures.models import Facture
from recouvrement.comptes.models import Utilisateur
from recouvrement.documents.actions.scelles import sceller
from recouvrement.documents.models import Document
from recouvrement.journal.actions import inscrire
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.temps import jour_de
from relances.actions.preuves import Preuve, verser_preuve
from relances.courriels.corps import corps_de_lettre
from relances.courriels.precedents import est_un_premier_contact
from relances.documents import GABARIT_LETTRE, contexte_de_lettre
from relances.enums import CANAUX_POSTAUX, Canal, EtatCourrier, EtatRelance
from relances.evenements import Evenement
from relances.lectures.possibles import ecrire_interdit, interdits
from relances.lectures.verdict import (
    DE_LA_FACTURE,
    Cadre,
    faits_du_creancier,
    que_rien_n_arrete,
)
from relances.models import Courrier, Etape, MiseEnDemeure, Relance, RelanceFacture
from relances.regles import textes
from relances.regles.faits import Usage

# D'un état du recommandé, ceux qui peuvent suivre.
SUITES = {
    EtatCourrier.POSTE: (
        EtatCourrier.PRESENTE,
        EtatCourrier.AVISE,
        EtatCourrier.DISTRIBUE,
        EtatCourrier.REFUSE,
        EtatCourrier.NPAI,
    ),
    EtatCourrier.PRESENTE: (EtatCourrier.AVISE, EtatCourrier.DISTRIBUE, EtatCourrier.REFUSE),
    EtatCourrier.AVISE: (EtatCourrier.DISTRIBUE, EtatCourrier.NON_RECLAME, EtatCourrier.REFUSE),
}


def preparer_lettre(relance: Relance, *, maintenant: datetime, acteur: Utilisateur) -> Courrier:
    """Rend et scelle la lettre d'une relance postale à faire, aux montants du jour."""
    if relance.canal not in (Canal.COURRIER, Canal.RECOMMANDE):
        raise ErreurMetier("Cette relance n'est pas une lettre.")
    if relance.etat != EtatRelance.A_FAIRE:
        raise ErreurMetier("Cette relance n'attend pas de lettre.")
    au = jour_de(maintenant)
    refuser_si_interdit(relance.client, au=au, usage=Usage.POSTER)
    factures = _encore_dues(relance, au=au)
    decompte = decompte_client(relance.client, au=au, factures=factures)
    objet, texte, information = _texte(relance, factures, au=au)
    reference = f"L{relance.pk}"
    document = sceller(
        relance.creancier,
        nature="lettre",
        titre=f"{relance.get_canal_display()} à {relance.client.nom}",
        nom_fichier=f"lettre-{relance.pk}.pdf",
        gabarit=GABARIT_LETTRE,
        contexte=contexte_de_lettre(
            relance.client,
            decompte,
            objet=objet,
            texte=texte,
            reference=reference,
            information=information,
            recommande=relance.canal == Canal.RECOMMANDE,
        ),
        donnees=donnees_du_decompte(decompte)
        | {"objet": objet, "texte": texte, "information": information},
        maintenant=maintenant,
        acteur=acteur,
    )
    return inscrire_courrier(
        relance, document, montant=decompte.solde, evenement=Evenement.COURRIER_PREPARE,
        acteur=acteur,
    )  # fmt: skip


def preparer_lettres(
    relances: Iterable[Relance], *, maintenant: datetime, acteur: Utilisateur
) -> tuple[list[Courrier], list[tuple[Relance, str]]]:
    """Un lot : les lettres faites, et celles qui ne peuvent pas l'être avec leur raison."""
    faites, refusees = [], []
    for relance in relances:
        try:
            faites.append(preparer_lettre(relance, maintenant=maintenant, acteur=acteur))
        except ErreurMetier as refus:
            refusees.append((relance, str(refus)))
    return faites, refusees


@transaction.atomic
def ecrire_hors_scenario(
    client: Client,
    *,
    canal: Canal,
    factures: Sequence[Facture],
    sujet: str,
    texte: str,
    le: date,
    acteur: Utilisateur,
    etape: Etape | None = None,
    destinataire: str = "",
) -> Relance:
    """Une action décidée par une personne : elle n'use aucune étape du scénario.

    Un courriel attend d'être relu et validé ; une lettre, d'être préparée.
    """
    if not factures:
        raise ErreurMetier("Choisissez au moins une facture.")
    client = verrouiller(client)
    refuser_si_interdit(client, au=le)
    # L'étape d'une mise en demeure n'écrit rien : son acte a ses propres mots.
    textes.verifier(sujet, blocs=False)
    textes.verifier(texte)
    if canal == Canal.COURRIEL:
        if not destinataire:
            raise ErreurMetier("Aucune adresse de courriel utilisable pour ce client.")
        for phrase in ecrire_interdit(client.creancier, au=le):
            raise ErreurMetier(phrase)
    relance = Relance.objects.create(
        creancier=client.creancier,
        client=client,
        etape=etape,
        canal=canal,
        etat=EtatRelance.A_VALIDER if canal == Canal.COURRIEL else EtatRelance.A_FAIRE,
        prevue_le=le,
        langue=client.langue,
        destinataire=destinataire,
        sujet=sujet[:250],
        texte=texte,
        decidee_par=acteur,
        motif="Décidé hors scénario",
    )
    RelanceFacture.objects.bulk_create(
        [
            RelanceFacture(
                creancier=client.creancier,
                relance=relance,
                facture=facture,
                etape=etape,
                rang=etape.rang if etape else 0,
                cycle=facture.cycle,
                solde=facture.solde,
            )
            for facture in factures
        ]
    )
    inscrire(Evenement.RELANCE_PLANIFIEE, cible=relance, acteur=acteur, client=client.pk)
    return relance


def poster(
    courrier: Courrier,
    *,
    le: date,
    numero_suivi: str,
    maintenant: datetime,
    acteur: Utilisateur,
    preuve: Preuve | None = None,
) -> Courrier:
    """La lettre est partie : c'est seulement là que l'étape est faite."""
    recu = preuve.ouvrir(courrier.creancier) if preuve else None
    return _poster(
        courrier, le=le, numero_suivi=numero_suivi, maintenant=maintenant, acteur=acteur, recu=recu
    )


@transaction.atomic
def _poster(
    courrier: Courrier,
    *,
    le: date,
    numero_suivi: str,
    maintenant: datetime,
    acteur: Utilisateur,
    recu: Fichier | None,
) -> Courrier:
    courrier = _verrouiller(courrier)
    if courrier.etat == EtatCourrier.ANNULE:
        raise ErreurMetier("Ce courrier est annulé.")
    if le < jour_de(courrier.prepare_le):
        raise ErreurMetier("Cette date précède la préparation de la lettre.")
    if courrier.etat == EtatCourrier.A_POSTER:
        courrier.etat = EtatCourrier.POSTE
        courrier.poste_le = le
        courrier.poste_par = acteur
        Relance.objects.pour(courrier.creancier).filter(pk=courrier.relance_id).update(
            etat=EtatRelance.FAITE, faite_le=maintenant, decidee_par=acteur
        )
    courrier.numero_suivi = numero_suivi.strip()[:30] or courrier.numero_suivi
    if recu is not None:
        courrier.preuve_depot = verser_preuve(
            courrier, recu, nature=NaturePiece.PREUVE_DEPOT, le=le, acteur=acteur
        )
    courrier.save(update_fields=["etat", "poste_le", "poste_par", "numero_suivi", "preuve_depot"])
    inscrire(
        Evenement.COURRIER_POSTE,
        cible=courrier,
        acteur=acteur,
        client=courrier.client_id,
        le=le,
        numero=courrier.numero_suivi,
    )
    return courrier


def suivre(
    courrier: Courrier,
    *,
    etat: EtatCourrier,
    le: date,
    acteur: Utilisateur,
    preuve: Preuve | None = None,
) -> Courrier:
    """Ce que dit la poste du recommandé : présenté, distribué, refusé, non réclamé, NPAI."""
    avis = preuve.ouvrir(courrier.creancier) if preuve else None
    return _suivre(courrier, etat=etat, le=le, acteur=acteur, avis=avis)


@transaction.atomic
def _suivre(
    courrier: Courrier,
    *,
    etat: EtatCourrier,
    le: date,
    acteur: Utilisateur,
    avis: Fichier | None,
) -> Courrier:
    courrier = _verrouiller(courrier)
    if etat not in SUITES.get(EtatCourrier(courrier.etat), ()):
        raise ErreurMetier(f"Un courrier « {courrier.get_etat_display()} » ne devient pas cela.")
    if courrier.poste_le and le < courrier.poste_le:
        raise ErreurMetier("Cette date précède le dépôt à la poste.")
    courrier.etat = etat
    if etat == EtatCourrier.NPAI:
        marquer_adresse(
            courrier.client,
            invalide_le=le,
            motif="Courrier rendu : n'habite pas à l'adresse",
            acteur=acteur,
        )
    if etat in (EtatCourrier.PRESENTE, EtatCourrier.AVISE):
        courrier.presente_le = courrier.presente_le or le
    else:
        courrier.distribue_le = le
    if avis is not None:
        courrier.avis_reception = verser_preuve(
            courrier, avis, nature=NaturePiece.AVIS, le=le, acteur=acteur
        )
    courrier.save(update_fields=["etat", "presente_le", "distribue_le", "avis_reception"])
    if etat == EtatCourrier.DISTRIBUE and _est_une_mise_en_demeure(courrier):
        # Contre un particulier, les intérêts ne courent qu'à partir de là (C. civ., art. 1344-1).
        lignes = RelanceFacture.objects.pour(courrier.creancier).filter(relance=courrier.relance_id)
        factures = [ligne.facture for ligne in lignes.select_related("facture__creancier")]
        constater_mise_en_demeure(factures, recue_le=le, acteur=acteur)
    inscrire(
        Evenement.COURRIER_SUIVI,
        cible=courrier,
        acteur=acteur,
        client=courrier.client_id,
        etat=etat,
        le=le,
    )
    return courrier


@transaction.atomic
def annuler_courrier(courrier: Courrier, *, motif: str, acteur: Utilisateur) -> Courrier:
    """Avant la poste seulement ; la lettre scellée reste au dossier, annulée."""
    courrier = _verrouiller(courrier)
    if courrier.etat != EtatCourrier.A_POSTER:
        raise ErreurMetier("Une lettre postée ne s'annule pas.")
    courrier.etat = EtatCourrier.ANNULE
    courrier.save(update_fields=["etat"])
    creancier = courrier.creancier
    Relance.objects.pour(creancier).filter(pk=courrier.relance_id).update(
        etat=EtatRelance.ANNULEE, motif=motif[:250]
    )
    RelanceFacture.objects.pour(creancier).filter(relance=courrier.relance_id).update(
        est_vivante=False
    )
    inscrire(Evenement.COURRIER_ANNULE, cible=courrier, acteur=acteur, client=courrier.client_id)
    return courrier


def refuser_si_interdit(client: Client, *, au: date, usage: Usage = Usage.ECRIRE) -> None:
    """Ce que le bouton dit, l'action le refuse : la même réponse."""
    trouves = interdits(client, au=au, usage=usage)
    if trouves:
        raise ErreurMetier(f"{trouves[0].phrase}.")


def _est_une_mise_en_demeure(courrier: Courrier) -> bool:
    return MiseEnDemeure.objects.pour(courrier.creancier).filter(courrier=courrier).exists()


def _verrouiller(courrier: Courrier) -> Courrier:
    return (
        Courrier.objects.pour(courrier.creancier)
        .select_for_update(of=("self",))
        .select_related("creancier", "client")
        .get(pk=courrier.pk)
    )


@transaction.atomic
def inscrire_courrier(
    relance: Relance,
    document: Document,
    *,
    montant: Decimal,
    evenement: Evenement,
    acteur: Utilisateur,
) -> Courrier:
    """Attache la lettre scellée à sa relance ; une relance n'a qu'une lettre."""
    creancier = relance.creancier
    Relance.objects.pour(creancier).select_for_update(of=("self",)).get(pk=relance.pk)
    if Courrier.objects.pour(creancier).filter(relance=relance).exists():
        raise ErreurMetier("La lettre de cette relance est déjà préparée.")
    if relance.canal not in CANAUX_POSTAUX:
        raise ErreurMetier("Cette relance n'est pas une lettre.")
    Relance.objects.pour(creancier).filter(pk=relance.pk).update(montant=montant)
    courrier = Courrier.objects.create(
        creancier=creancier,
        client=relance.client,
        relance=relance,
        canal=relance.canal,
        document=document,
    )
    inscrire(evenement, cible=courrier, acteur=acteur, client=relance.client_id, montant=montant)
    return courrier


def _encore_dues(relance: Relance, *, au: date) -> list[Facture]:
    creancier = relance.creancier
    siennes = Facture.objects.pour(creancier).filter(
        lignes_de_relance__relance=relance, lignes_de_relance__est_vivante=True
    )
    cadre = Cadre(creancier, faits_du_creancier(creancier), au)
    dues = que_rien_n_arrete(siennes, cadre, Usage.POSTER, regles=DE_LA_FACTURE)
    factures = list(dues.order_by("date_echeance", "pk"))
    if not factures:
        raise ErreurMetier("Plus aucune facture de cette relance n'est due.")
    return factures


def _texte(relance: Relance, factures: Sequence[Facture], *, au: date) -> tuple[str, str, str]:
    etape, anglais = relance.etape, relance.langue == "en"
    sujet, texte = relance.sujet, relance.texte
    if etape is not None:
        sujet = sujet or (anglais and etape.sujet_en) or etape.sujet
        texte = texte or (anglais and etape.texte_en) or etape.texte
    return corps_de_lettre(
        relance.creancier,
        relance.client,
        sujet=sujet,
        texte=texte,
        langue=relance.langue,
        factures=factures,
        au=au,
        premier_contact=est_un_premier_contact(relance.client, sauf=relance),
    )
