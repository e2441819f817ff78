"""Répondre d'une référence : employer l'avoir, remplacer l'originale, ou garder les deux."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import batched

from django.db import transaction
from django.db.models import Q

from factures.actions import grand_livre
from factures.actions.annonces import annoncer_effet
from factures.actions.encaissements import utiliser_avoir
from factures.actions.parts import Effet, Part
from factures.actions.references import accorder_les_references
from factures.actions.verrous import verrouiller_clients, verrouiller_factures
from factures.enums import IssueReference
from factures.erreurs import ReferenceImpossible
from factures.evenements import Evenement
from factures.lectures.references import document_de
from factures.models import Encaissement, Facture, ReferenceFacture
from factures.regles import pourquoi_pas_d_office, pourquoi_personne_ne_peut
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import inscrire, poser
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.montants import ZERO

LOT = 500
# Ce qu'un import écrit se reconnaît à sa note : lui seul l'efface en se défaisant.
NOTE = "D'après l'import"


def _touchant(creancier: Creancier, factures: Sequence[Facture]) -> list[ReferenceFacture]:
    """Sans réponse, et nées de ces factures ou qui les visent."""
    a_trancher = ReferenceFacture.objects.pour(creancier).sans_reponse()
    if not a_trancher.exists():
        return []
    trouvees: dict[int, ReferenceFacture] = {}
    for lot in batched(factures, LOT):
        numeros = [facture.numero for facture in lot]
        siennes = a_trancher.filter(Q(facture__in=lot) | Q(numero__in=numeros))
        trouvees |= {reference.pk: reference for reference in siennes}
    return [trouvees[pk] for pk in sorted(trouvees)]


def appliquer_d_office(
    creancier: Creancier, factures: Sequence[Facture], *, geste: Geste
) -> list[Effet]:
    """À l'import, sous son verrou : ce que rien n'empêche s'applique, le reste se demande."""
    references = _touchant(creancier, factures)
    if not references:
        return []
    sources = {reference.facture_id for reference in references}
    nommes: dict[int, list[ReferenceFacture]] = defaultdict(list)
    for reference in ReferenceFacture.objects.pour(creancier).filter(facture__in=sources):
        nommes[reference.facture_id].append(reference)
    numeros = {reference.numero for liste in nommes.values() for reference in liste}
    concernees = Facture.objects.pour(creancier).filter(Q(pk__in=sources) | Q(numero__in=numeros))
    clients = set(concernees.order_by().values_list("client", flat=True))
    verrouiller_clients(creancier, clients)
    relues = verrouiller_factures(creancier, concernees.values_list("pk", flat=True))
    par_numero: dict[str, list[Facture]] = defaultdict(list)
    for facture in relues.values():
        par_numero[facture.numero].append(facture)
    effets = []
    for pk in sorted(sources):
        source, siennes = relues[pk], nommes[pk]
        visees = [par_numero[reference.numero] for reference in siennes]
        document = replace(document_de(source), derniere=_derniere(source).numero)
        if not pourquoi_pas_d_office(
            document, [[document_de(f) for f in liste] for liste in visees]
        ):
            effets.append(_appliquer(source, visees[0][0], siennes[0], geste=geste))
    accorder_les_references(creancier, sources=sources, numeros=numeros)
    return effets


def _remplacante(facture: Facture) -> Facture | None:
    siennes = ReferenceFacture.objects.pour(facture.creancier).filter(
        numero=facture.numero, remplacement__imputations__facture=facture
    )
    reference = siennes.select_related("facture").first()
    return reference.facture if reference else None


def _derniere(facture: Facture) -> Facture:
    """Ce qui en tient lieu, de proche en proche : une dette ne s'éteint pas par elle-même."""
    while not facture.solde and (remplacante := _remplacante(facture)):
        remplacante.creancier = facture.creancier
        facture = remplacante
    return facture


def _appliquer(
    source: Facture, visee: Facture, reference: ReferenceFacture, *, geste: Geste
) -> Effet:
    if not source.est_avoir:
        return _remplacer(source, visee, reference, geste=geste, note=NOTE)
    part = source.solde
    encaissement, effet = grand_livre.employer_avoir(
        source, visee.client, [Part(visee, part)], le=source.date_emission, geste=geste, note=NOTE
    )
    reference.issue = IssueReference.APPLIQUEE
    reference.save(update_fields=["issue"])
    inscrire(
        Evenement.AVOIR_UTILISE,
        cible=source,
        acteur=geste.auteur,
        geste=geste,
        montant=part,
        reste=source.solde,
    )
    inscrire(
        Evenement.REGLEMENT_IMPUTE,
        cible=visee,
        acteur=geste.auteur,
        geste=geste,
        encaissement=encaissement.pk,
        montant=part,
        reste=visee.solde,
    )
    return effet


def _remplacer(
    nouvelle: Facture,
    ancienne: Facture,
    reference: ReferenceFacture,
    *,
    geste: Geste,
    note: str = "",
) -> Effet:
    """L'échéance la plus tardive des deux : la lecture la moins favorable au créancier."""
    montant = ancienne.solde
    reference.remplacement, effet = grand_livre.remplacer(
        ancienne, nouvelle, geste=geste, note=note
    )
    reference.issue = IssueReference.APPLIQUEE
    reference.save(update_fields=["issue", "remplacement"])
    if nouvelle.date_echeance < ancienne.date_echeance:
        nouvelle.date_echeance = ancienne.date_echeance
        nouvelle.save(update_fields=["date_echeance"])
    inscrire(
        Evenement.FACTURE_REMPLACEE,
        cible=ancienne,
        acteur=geste.auteur,
        geste=geste,
        montant=montant,
        par=nouvelle.numero,
        echeance=nouvelle.date_echeance,
    )
    return effet


@transaction.atomic
def employer_sur_la_visee(
    reference: ReferenceFacture, *, le: date, acteur: Utilisateur | None
) -> Encaissement:
    """Ce qu'il faut de l'avoir, sans dépasser ce que doit la facture qu'il nomme."""
    reference, avoir, visee = _relire(reference)
    if not avoir.est_avoir or not avoir.solde or not visee.solde:
        raise ReferenceImpossible("Il n'y a plus rien à employer sur cette facture.")
    _marquer(reference, IssueReference.APPLIQUEE)
    part = min(avoir.solde, visee.solde)
    return utiliser_avoir(avoir, imputations=[(visee.pk, part)], le=le, acteur=acteur)


@transaction.atomic
def remplacer_la_visee(reference: ReferenceFacture, *, acteur: Utilisateur | None) -> Facture:
    """Une seule dette : ce que l'originale avait reçu paye la rectificative, du même jour."""
    reference, nouvelle, ancienne = _relire(reference)
    if nouvelle.est_avoir:
        raise ReferenceImpossible("Un avoir ne remplace rien : employez-le.")
    if remplacante := _remplacante(ancienne):
        raise ReferenceImpossible(
            f"{remplacante.numero} remplace déjà {ancienne.numero} : annulez-le d'abord."
        )
    if _derniere(nouvelle).pk == ancienne.pk:
        raise ReferenceImpossible(f"{ancienne.numero} remplace déjà {nouvelle.numero}.")
    if ancienne.contentieux_depuis or nouvelle.contentieux_depuis:
        raise ReferenceImpossible("Au contentieux : retirez-la d'abord du dossier.")
    creancier = nouvelle.creancier
    effets = []
    if ancienne.solde != ancienne.montant_ttc:
        report = poser(Genre.CONTRE_ECRITURE, creancier=creancier, acteur=acteur)
        effets += _reporter(ancienne, nouvelle, geste=report)
        relues = verrouiller_factures(creancier, [ancienne.pk, nouvelle.pk])
        ancienne, nouvelle = relues[ancienne.pk], relues[nouvelle.pk]
    geste = poser(Genre.REGLEMENT, creancier=creancier, acteur=acteur)
    effets.append(_remplacer(nouvelle, ancienne, reference, geste=geste))
    accorder_les_references(creancier, sources=[nouvelle.pk])
    for effet in effets:
        annoncer_effet(creancier, effet, geste)
    return nouvelle


def _reporter(ancienne: Facture, nouvelle: Facture, *, geste: Geste) -> list[Effet]:
    """Chaque règlement de l'originale se contre-passe, et se réinscrit sur la rectificative."""
    creancier, client = ancienne.creancier, nouvelle.client
    recus = Encaissement.objects.pour(creancier).valables().filter(imputations__facture=ancienne)
    effets = []
    for recu in recus.select_related("client", "creancier", "avoir").order_by("recu_le", "pk"):
        recu.creancier = creancier
        _, rendues, effet = grand_livre.contrepasser(
            recu,
            le=recu.recu_le,
            motif=f"Reporté sur {nouvelle.numero}"[:200],
            geste=geste,
            est_une_erreur=True,
        )
        effets.append(effet)
        relues = verrouiller_factures(creancier, [nouvelle.pk, *(p.facture.pk for p in rendues)])
        parts = []
        for rendue in rendues:
            vers = nouvelle.pk if rendue.facture.pk == ancienne.pk else rendue.facture.pk
            # Ce qui payait des intérêts de l'originale n'en paye plus : il n'en a jamais couru.
            accessoires = ZERO if rendue.facture.pk == ancienne.pk else rendue.accessoires
            if montant := min(rendue.montant, relues[vers].solde):
                parts.append(Part(relues[vers], montant, accessoires))
        if recu.avoir_id:
            (avoir,) = verrouiller_factures(creancier, [recu.avoir_id]).values()
            if parts:
                _, effet = grand_livre.employer_avoir(
                    avoir, client, parts, le=recu.recu_le, geste=geste
                )
                effets.append(effet)
            continue
        _, effet = grand_livre.recevoir(
            recu.client,
            parts,
            montant=recu.montant,
            recu_le=recu.recu_le,
            moyen=recu.moyen,
            reference=recu.reference,
            ordre=recu.ordre,
            note=f"Reporté de {ancienne.numero}"[:250],
            geste=geste,
        )
        effets.append(effet)
    return effets


@transaction.atomic
def ecarter_la_reference(reference: ReferenceFacture, *, acteur: Utilisateur | None) -> None:
    """Une personne l'a dit : les deux documents valent, rien ne s'applique."""
    reference, source, _ = _relire(reference, connue=False)
    _marquer(reference, IssueReference.ECARTEE)
    _inscrire_la_reponse(Evenement.REFERENCE_ECARTEE, source, reference, acteur)


@transaction.atomic
def rouvrir_ce_qui_est_ecarte(reference: ReferenceFacture, *, acteur: Utilisateur | None) -> None:
    """Revenir sur « les deux valent » : la question se repose."""
    reference, source, _ = _relire(reference, issue=IssueReference.ECARTEE, connue=False)
    _marquer(reference, "")
    _inscrire_la_reponse(Evenement.REFERENCE_ROUVERTE, source, reference, acteur)


def _inscrire_la_reponse(
    evenement: Evenement,
    source: Facture,
    reference: ReferenceFacture,
    acteur: Utilisateur | None,
) -> None:
    inscrire(evenement, cible=source, acteur=acteur, numero=reference.numero)
    accorder_les_references(source.creancier, sources=[source.pk])


def _marquer(reference: ReferenceFacture, issue: str) -> None:
    reference.issue = issue
    reference.save(update_fields=["issue"])


def _relire(
    reference: ReferenceFacture, *, issue: str = "", connue: bool = True
) -> tuple[ReferenceFacture, Facture, Facture]:
    """La référence, sa source et ce qu'elle vise, relues sous le verrou de leurs clients.

    `connue=False` : ce qu'elle vise peut manquer ici ; la source en tient alors lieu.
    """
    creancier = reference.creancier
    deux = Facture.objects.pour(creancier).filter(
        Q(pk=reference.facture_id) | Q(numero=reference.numero)
    )
    verrouiller_clients(creancier, deux.order_by().values_list("client", flat=True))
    relues = verrouiller_factures(creancier, deux.values_list("pk", flat=True))
    relue = ReferenceFacture.objects.pour(creancier).select_for_update().get(pk=reference.pk)
    if relue.issue != issue:
        raise ReferenceImpossible("Cette référence a déjà reçu une réponse.")
    source = relues[reference.facture_id]
    visees = [f for f in relues.values() if f.numero == reference.numero]
    if not connue:
        return relue, source, visees[0] if visees else source
    raison = pourquoi_personne_ne_peut(document_de(source), [document_de(f) for f in visees])
    if raison:
        raise ReferenceImpossible(f"{reference.numero} est {raison}.")
    return relue, source, visees[0]
