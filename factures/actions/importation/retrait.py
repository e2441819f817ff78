"""Défaire un import tant que rien n'en est né : un mauvais fichier n'est pas un fait."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import ProtectedError

from clients.actions.nature import rendre_les_natures
from clients.models import Client
from factures.actions import grand_livre
from factures.actions.annonces import annoncer_effet
from factures.actions.references import accorder_les_references
from factures.actions.verrous import verrouiller, verrouiller_clients, verrouiller_factures
from factures.enums import EtatImport, SortLigne
from factures.erreurs import ImportIrreversible
from factures.evenements import Evenement
from factures.models import (
    DebiteurReconnu,
    Facture,
    Importation,
    LigneImport,
    Piece,
    ReferenceFacture,
)
from factures.signals import import_a_defaire
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import annuler, inscrire
from recouvrement.journal.effets import D_AVANT, Effet, Question, Retour
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Entree, Geste
from recouvrement.socle.erreurs import ErreurMetier

# Ce qui touche une facture sans laisser de ligne ailleurs.
GESTES = (
    Evenement.FACTURE_MODIFIEE, Evenement.FACTURE_MISE_A_JOUR, Evenement.FACTURE_VERIFIEE,
    Evenement.MISE_EN_DEMEURE_RECUE,
)  # fmt: skip
MONTREES = 200


@transaction.atomic
def defaire_import(importation: Importation, *, acteur: Utilisateur | None) -> Importation:
    """Retire les factures de cet import, ce qu'il disait payé, ses clients neufs ; ou rien."""
    importation = _relire(importation)
    ecrit = _verifier(importation)
    return _retirer(importation, ecrit, annuler(ecrit, acteur=acteur))


def _relire(importation: Importation) -> Importation:
    creancier = importation.creancier
    verrouiller(Creancier.objects.filter(pk=creancier.pk))
    relue: Importation
    (relue,) = verrouiller(
        Importation.objects.pour(creancier).select_related("geste").filter(pk=importation.pk)
    )
    relue.creancier = creancier
    return relue


def _retirer(importation: Importation, ecrit: Geste, annulation: Geste) -> Importation:
    creancier = importation.creancier
    factures = Facture.objects.pour(creancier).filter(importation=importation)
    # Avant ses factures, comme un règlement : ceux qui sont nés de l'import vont s'effacer.
    verrouiller_clients(creancier, factures.order_by().values_list("client", flat=True))
    verrouillees = verrouiller_factures(creancier, factures.values_list("pk", flat=True))
    numeros = [facture.numero for facture in verrouillees.values()]
    vises = list(
        ReferenceFacture.objects.pour(creancier)
        .filter(facture__in=factures)
        .values_list("numero", flat=True)
    )
    clients = {facture.client_id for facture in verrouillees.values()}
    try:
        with transaction.atomic():
            import_a_defaire.send(sender=Importation, importation=importation)
            DebiteurReconnu.objects.pour(creancier).filter(geste=ecrit).delete()
            effet = grand_livre.effacer_les_versements(factures, geste=ecrit)
            Piece.objects.pour(creancier).filter(facture__in=factures, geste=ecrit).delete()
            factures.delete()
            accorder_les_references(creancier, numeros=[*vises, *numeros])
            annoncer_effet(creancier, effet, annulation)
    except ProtectedError as erreur:
        raise ImportIrreversible(_dire(erreur)) from erreur
    rendre_les_natures(ecrit, annulation)
    retires = _retirer_les_clients(ecrit, clients)
    importation.etat = EtatImport.DEFAIT
    importation.save(update_fields=["etat"])
    inscrire(
        Evenement.IMPORT_DEFAIT,
        cible=importation,
        acteur=annulation.auteur,
        geste=annulation,
        nom=importation.nom,
        factures=numeros[:MONTREES],
        nombre=len(numeros),
        clients=retires,
    )
    return importation


def _verifier(importation: Importation) -> Geste:
    """Le geste qui l'a écrit, s'il peut encore se défaire."""
    if importation.etat != EtatImport.VALIDE:
        raise ImportIrreversible("Cet import n'est pas enregistré : il n'y a rien à défaire.")
    lignes = LigneImport.objects.pour(importation.creancier).filter(importation=importation)
    if lignes.filter(sort=SortLigne.MISE_A_JOUR).exists():
        raise ImportIrreversible(
            "Cet import a mis à jour des factures déjà connues : il ne se défait pas."
        )
    factures = Facture.objects.pour(importation.creancier).filter(importation=importation)
    touchees = Entree.objects.pour(importation.creancier).filter(
        cible_type=Facture._meta.label_lower,
        cible_id__in=factures.values("pk"),
        evenement__in=GESTES,
    )
    if touchees.exists():
        raise ImportIrreversible(
            "Des factures de cet import ont été modifiées depuis : il ne se défait plus."
        )
    if importation.geste is None:
        raise ImportIrreversible(D_AVANT)
    return importation.geste


def _retirer_les_clients(ecrit: Geste, pks: set[int]) -> int:
    """Les clients nés de l'import que personne n'a complétés ; celui qui a servi depuis reste."""
    neufs = Client.objects.pour(ecrit.creancier).filter(
        pk__in=pks, geste=ecrit, est_a_completer=True, factures=None, notes=None
    )
    retires = 0
    for client in neufs:
        try:
            with transaction.atomic():
                client.delete()
        except ProtectedError:
            continue
        retires += 1
    return retires


def _dire(erreur: ProtectedError) -> str:
    noms = sorted({str(objet._meta.verbose_name) for objet in erreur.protected_objects})
    return f"Quelque chose est né de cet import ({', '.join(noms)}) : il ne se défait plus."


def ce_qui_le_garde(importation: Importation) -> str:
    """Pourquoi il ne se défait plus, à première vue ; vide : on peut essayer."""
    try:
        _verifier(importation)
    except ErreurMetier as refus:
        return str(refus)
    return ""


def _retenues(question: Question) -> Iterator[tuple[int, str]]:
    imports = Importation.objects.pour(question.creancier).select_related("geste", "creancier")
    for importation in imports.filter(geste__in=question.de(Genre.IMPORT)):
        garde = ce_qui_le_garde(importation)
        if garde and importation.geste_id is not None:
            yield importation.geste_id, garde


def _defaire(retour: Retour) -> None:
    imports = Importation.objects.pour(retour.creancier).filter(geste=retour.geste)
    for importation in imports.select_related("creancier"):
        importation = _relire(importation)
        _retirer(importation, _verifier(importation), retour.annulation)


IMPORTS = Effet(_retenues, _defaire)
