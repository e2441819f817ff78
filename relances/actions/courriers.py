"""Les lettres : les écrire, les préparer, les sceller."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from clients.actions.verrou import verrouiller
from clients.models import Client
from factures.documents import donnees_du_decompte
from factures.lectures import DecompteClient, decompte_client
from factures.models import Facture
from recouvrement.comptes.models import Utilisateur
from recouvrement.documents.actions.scelles import sceller
from recouvrement.documents.models import Document
from recouvrement.journal.actions import inscrire, poser
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.temps import jour_de
from relances.courriels.corps import corps_de_lettre
from relances.courriels.precedents import est_un_premier_contact
from relances.courriels.reclamation import Reclamation
from relances.documents import GABARIT_LETTRE, contexte_de_lettre
from relances.enums import CANAUX_POSTAUX, Canal, EtatRelance
from relances.evenements import Evenement
from relances.lectures.possibles import ecrire_interdit, interdits
from relances.lectures.verdict import (
    DE_LA_FACTURE,
    Cadre,
    faits_du_creancier,
    que_rien_n_arrete,
)
from relances.models import Courrier, Etape, Relance, RelanceFacture
from relances.regles import textes
from relances.regles.faits import Usage


def preparer_lettre(relance: Relance, *, maintenant: datetime, acteur: Utilisateur) -> Courrier:
    """Rend et scelle la lettre d'une relance postale à faire, aux montants du jour."""
    if relance.canal not in (Canal.COURRIER, Canal.RECOMMANDE):
        raise ErreurMetier("Cette relance n'est pas une lettre.")
    if relance.etat != EtatRelance.A_FAIRE:
        raise ErreurMetier("Cette relance n'attend pas de lettre.")
    au = jour_de(maintenant)
    refuser_si_interdit(relance.client, au=au, usage=Usage.POSTER)
    factures = _encore_dues(relance, au=au)
    reclamation = Reclamation.de(
        relance.creancier, relance.client, factures, au=au, langue=relance.langue
    )
    demandees = [d.facture for d in reclamation.demandees]
    decompte = decompte_client(
        relance.client, au=au, factures=demandees, contestes=reclamation.contestes
    )
    objet, texte, information = _texte(relance, reclamation)
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
            deduites=reclamation.lignes_deduites,
        ),
        donnees=donnees_du_decompte(decompte)
        | {"objet": objet, "texte": texte, "information": information},
        maintenant=maintenant,
        acteur=acteur,
    )
    with transaction.atomic():
        refuser_si_le_compte_change(reclamation, decompte)
        return inscrire_courrier(
            relance,
            document,
            montant=reclamation.somme,
            evenement=Evenement.COURRIER_PREPARE,
            geste=poser(Genre.LETTRE, creancier=relance.creancier, acteur=acteur),
        )


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
    geste: Geste | None = None,
) -> Relance:
    """Une action décidée par une personne : elle n'use aucune étape du scénario.

    Un courriel attend d'être relu et validé ; une lettre, d'être préparée.
    """
    _refuser_le_choix(factures, au=le)
    client = verrouiller(client)
    refuser_si_interdit(client, au=le)
    # L'étape d'une mise en demeure n'écrit rien : son acte a ses propres mots.
    textes.verifier(sujet, blocs=False)
    textes.verifier(texte)
    if canal == Canal.COURRIEL:
        _refuser_sans_adresse(client, destinataire, au=le)
    geste = geste or poser(Genre.RELANCE, creancier=client.creancier, acteur=acteur)
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
        geste=geste,
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
    inscrire(
        Evenement.RELANCE_PLANIFIEE, cible=relance, acteur=acteur, geste=geste, client=client.pk
    )
    return relance


def _refuser_le_choix(factures: Sequence[Facture], *, au: date) -> None:
    """On réclame ce qui est échu, ou l'on rappelle ce qui va l'être : jamais d'un même mot."""
    if not factures:
        raise ErreurMetier("Choisissez au moins une facture.")
    a_echoir = [facture.reference for facture in factures if not facture.est_echue(au=au)]
    if a_echoir and len(a_echoir) < len(factures):
        raise ErreurMetier(
            f"Pas encore échu : {', '.join(a_echoir)}. Décochez, ou écrivez-en à part."
        )


def _refuser_sans_adresse(client: Client, destinataire: str, *, au: date) -> None:
    if not destinataire:
        raise ErreurMetier("Aucune adresse de courriel utilisable pour ce client.")
    for phrase in ecrire_interdit(client.creancier, au=au):
        raise ErreurMetier(phrase)


def refuser_si_interdit(client: Client, *, au: date, usage: Usage = Usage.ECRIRE) -> None:
    """Ce que le bouton dit, l'action le refuse : la même réponse."""
    trouves = interdits(client, au=au, usage=usage)
    if trouves:
        raise ErreurMetier(f"{trouves[0].phrase}.")


def refuser_si_le_compte_change(reclamation: Reclamation, decompte: DecompteClient) -> None:
    """Pendant que le PDF s'écrivait : un règlement, un avoir, une qualité.

    Relu sous le verrou du client, dans la transaction qui inscrit la lettre.
    """
    creancier, au = reclamation.creancier, reclamation.au
    client = verrouiller(reclamation.client)
    siennes = Facture.objects.pour(creancier).in_bulk([f.pk for f in reclamation.factures])
    relue = Reclamation.de(creancier, client, siennes.values(), au=au, langue=reclamation.langue)
    relu = decompte_client(
        client,
        au=au,
        factures=[siennes[ligne.facture.pk] for ligne in decompte.lignes],
        contestes=relue.contestes,
    )
    lus = [(r.lignes_deduites, donnees_du_decompte(d), d.regime)
           for r, d in ((reclamation, decompte), (relue, relu))]  # fmt: skip
    if lus[0] != lus[1]:
        raise ErreurMetier("Le compte de ce client vient de changer : recommencez la lettre.")


def inscrire_courrier(
    relance: Relance,
    document: Document,
    *,
    montant: Decimal,
    evenement: Evenement,
    geste: Geste,
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
        geste=geste,
    )
    inscrire(
        evenement,
        cible=courrier,
        acteur=geste.auteur,
        geste=geste,
        client=relance.client_id,
        montant=montant,
    )
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


def _texte(relance: Relance, reclamation: Reclamation) -> tuple[str, str, str]:
    etape, anglais = relance.etape, relance.langue == "en"
    sujet, texte = relance.sujet, relance.texte
    if etape is not None:
        sujet = sujet or (anglais and etape.sujet_en) or etape.sujet
        texte = texte or (anglais and etape.texte_en) or etape.texte
    return corps_de_lettre(
        reclamation,
        sujet=sujet,
        texte=texte,
        premier_contact=est_un_premier_contact(relance.client, sauf=relance),
        relance=relance,
    )
