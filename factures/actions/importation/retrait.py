"""Défaire un import tant que rien n'en est né : un mauvais fichier n'est pas un fait."""

from django.db import transaction
from django.db.models import ProtectedError, QuerySet

from clients.models import Client
from factures.actions import grand_livre
from factures.actions.importation.ecriture import NOTE
from factures.actions.verrous import verrouiller, verrouiller_factures
from factures.enums import EtatImport, SortLigne
from factures.erreurs import ImportIrreversible
from factures.evenements import Evenement
from factures.models import Facture, Importation, LigneImport, Piece
from factures.signals import import_a_defaire
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.journal.actions import inscrire
from recouvrement.journal.models import Entree

# Ce qui touche une facture sans laisser de ligne ailleurs.
GESTES = (
    Evenement.FACTURE_MODIFIEE, Evenement.FACTURE_MISE_A_JOUR, Evenement.FACTURE_VERIFIEE,
    Evenement.MISE_EN_DEMEURE_RECUE,
)  # fmt: skip
MONTREES = 200


@transaction.atomic
def defaire_import(importation: Importation, *, acteur: Utilisateur | None) -> Importation:
    """Retire les factures de cet import, ce qu'il disait payé, ses clients neufs ; ou rien."""
    creancier = importation.creancier
    verrouiller(Creancier.objects.filter(pk=creancier.pk))
    (importation,) = verrouiller(Importation.objects.pour(creancier).filter(pk=importation.pk))
    importation.creancier = creancier
    factures = Facture.objects.pour(creancier).filter(importation=importation)
    _verifier(importation, factures)
    verrouillees = verrouiller_factures(creancier, factures.values_list("pk", flat=True))
    numeros = [facture.numero for facture in verrouillees.values()]
    clients = {facture.client_id for facture in verrouillees.values()}
    try:
        with transaction.atomic():
            import_a_defaire.send(sender=Importation, importation=importation)
            grand_livre.effacer_les_versements(creancier, factures, note=NOTE)
            _retirer_les_pieces(importation, factures)
            factures.delete()
    except ProtectedError as erreur:
        raise ImportIrreversible(_dire(erreur)) from erreur
    retires = _retirer_les_clients(importation, clients)
    importation.etat = EtatImport.DEFAIT
    importation.save(update_fields=["etat"])
    inscrire(
        Evenement.IMPORT_DEFAIT,
        cible=importation,
        acteur=acteur,
        nom=importation.nom,
        factures=numeros[:MONTREES],
        nombre=len(numeros),
        clients=retires,
    )
    return importation


def _verifier(importation: Importation, factures: QuerySet[Facture]) -> None:
    if importation.etat != EtatImport.VALIDE:
        raise ImportIrreversible("Cet import n'est pas enregistré : il n'y a rien à défaire.")
    lignes = LigneImport.objects.pour(importation.creancier).filter(importation=importation)
    if lignes.filter(sort=SortLigne.MISE_A_JOUR).exists():
        raise ImportIrreversible(
            "Cet import a mis à jour des factures déjà connues : il ne se défait pas."
        )
    touchees = Entree.objects.pour(importation.creancier).filter(
        cible_type=Facture._meta.label_lower,
        cible_id__in=factures.values("pk"),
        evenement__in=GESTES,
    )
    if touchees.exists():
        raise ImportIrreversible(
            "Des factures de cet import ont été modifiées depuis : il ne se défait plus."
        )


def _retirer_les_pieces(importation: Importation, factures: QuerySet[Facture]) -> None:
    empreintes = {depose["empreinte"] for depose in importation.fichiers}
    pieces = Piece.objects.pour(importation.creancier).filter(facture__in=factures)
    pieces.filter(empreinte__in=empreintes).delete()


def _retirer_les_clients(importation: Importation, pks: set[int]) -> int:
    """Les clients nés de l'import que personne n'a complétés ; celui qui a servi depuis reste."""
    neufs = Client.objects.pour(importation.creancier).filter(
        pk__in=pks,
        est_a_completer=True,
        cree_le__gte=importation.valide_le,
        factures=None,
        notes=None,
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
