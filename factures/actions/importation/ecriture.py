"""Des lignes jugées à la base : factures, clients neufs, pièces. Toutes, ou rien."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from clients.models import Client
from factures.actions import grand_livre
from factures.actions.annonces import annoncer_effet
from factures.actions.importation.debiteurs import (
    NouveauClient,
    client_neuf,
    creer_les_clients,
    dire_les_natures,
)
from factures.actions.importation.revue import (
    PENDANT_CE_TEMPS,
    FactureRevue,
    inscrire_les_versements,
    ranger_les_pieces,
    revoir,
)
from factures.actions.parts import Versement
from factures.actions.references import noter_les_references
from factures.actions.visees import NOTE, appliquer_d_office
from factures.enums import EtatImport, Moyen, NaturePiece, SortLigne
from factures.erreurs import ImportDejaTraite
from factures.evenements import Evenement
from factures.imports.lignes import LigneApercu
from factures.imports.types import presente
from factures.models import DebiteurReconnu, Facture, Importation, Piece
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.droit.qualite import Conclusion
from recouvrement.journal.actions import inscrire, inscrire_lot, poser
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.base.lots import inserer_fiches
from recouvrement.socle.montants import ZERO
from recouvrement.socle.temps import jour_de

# Ce qu'une personne a changé, admis ou répondu de ce que disaient les fichiers.
REPONSES = ("acceptees", "corrections", "vendeurs", "encodages", "decisions", "pour_toutes")


@dataclass(slots=True)
class NouvelleFacture:
    """Son client est connu, ou à créer avec elle ; `paye` : ce qui l'était déjà à l'émission."""

    facture: Facture
    client: Client | NouveauClient
    paye: Decimal = ZERO
    piece: Piece | None = None
    # Les numéros que nomme un avoir ou une rectificative.
    references: tuple[str, ...] = ()
    # La réponse qui a dit à qui elle est, à retenir ; pourquoi son vendeur a été admis.
    cle: str = ""
    nom_lu: str = ""
    motif: str = ""


def a_ecrire(
    importation: Importation, apercus: list[LigneApercu], acteur: Utilisateur | None
) -> tuple[list[NouvelleFacture], list[FactureRevue]]:
    creancier = importation.creancier
    connus = Client.objects.pour(creancier).in_bulk(
        list({a.client.pk for a in apercus if a.client and a.client.pk})
    )
    neufs: dict[int, NouveauClient] = {}
    nouvelles, revues = [], []
    rang = int(importation.options.get("rang_entree", 0))
    for apercu in apercus:
        piece = _piece(apercu, creancier, acteur)
        if apercu.sort == SortLigne.CREEE:
            vise = presente(apercu.client)
            client: Client | NouveauClient | None = connus.get(vise.pk) if vise.pk else None
            if client is None:
                client = neufs.setdefault(id(vise), client_neuf(creancier, vise))
            facture = _facture(creancier, apercu, rang)
            nouvelles.append(
                NouvelleFacture(
                    facture,
                    client,
                    apercu.paye,
                    piece,
                    apercu.facture.references,
                    cle=apercu.cle,
                    nom_lu=apercu.facture.acheteur.nom,
                    motif=apercu.motif,
                )
            )
        elif apercu.sort == SortLigne.MISE_A_JOUR:
            existante = presente(apercu.existante)
            revues.append(
                FactureRevue(
                    existante, apercu.change, apercu.paye, piece, apercu.annule, apercu.paye_le
                )
            )
    return nouvelles, revues


@transaction.atomic
def ecrire_importation(
    importation: Importation,
    *,
    nouvelles: Sequence[NouvelleFacture],
    revues: Sequence[FactureRevue],
    natures: Mapping[int, Conclusion],
    acteur: Utilisateur | None,
    maintenant: datetime,
) -> None:
    """L'importation est verrouillée par l'appelant, qui a jugé les lignes sous ce verrou."""
    geste = poser(Genre.IMPORT, creancier=importation.creancier, acteur=acteur)
    try:
        with transaction.atomic():
            _refuser_les_fiches_reunies(importation.creancier, nouvelles)
            le = jour_de(maintenant)
            clients = _clients_neufs(nouvelles)
            creer_les_clients(importation.creancier, clients, geste, le=le)
            dire_les_natures(importation.creancier, natures, geste, le=le)
            _creer_les_factures(nouvelles, importation, geste)
            _retenir_les_reponses(nouvelles, geste)
            revoir(revues, importation, geste, maintenant)
            _suivre_les_references(nouvelles, importation, geste)
    except IntegrityError as erreur:
        raise ImportDejaTraite(PENDANT_CE_TEMPS) from erreur
    importation.etat, importation.valide_le = EtatImport.VALIDE, maintenant
    importation.geste = geste
    importation.save(update_fields=["etat", "valide_le", "geste"])
    inscrire(
        Evenement.IMPORT_VALIDE,
        cible=importation,
        acteur=acteur,
        geste=geste,
        nom=importation.nom,
        creees=len(nouvelles),
        mises_a_jour=len(revues),
        clients=len(clients),
        **{nom: importation.options[nom] for nom in REPONSES if importation.options.get(nom)},
    )


def _refuser_les_fiches_reunies(creancier: Creancier, nouvelles: Iterable[NouvelleFacture]) -> None:
    """Une fusion, qui prend le même verrou, a pu passer depuis que les lignes ont été jugées."""
    Creancier.objects.select_for_update(no_key=True, of=("self",)).get(pk=creancier.pk)
    fondues = Client.objects.pour(creancier).exclude(fusionne_dans=None)
    reunies = set(fondues.values_list("pk", flat=True))
    if any(isinstance(n.client, Client) and n.client.pk in reunies for n in nouvelles):
        raise ImportDejaTraite(PENDANT_CE_TEMPS)


def _retenir_les_reponses(nouvelles: Iterable[NouvelleFacture], geste: Geste) -> None:
    """Une réponse vaut pour les imports à venir, jusqu'à la suivante."""
    dites = {n.cle: n for n in nouvelles if n.cle}
    reconnus = DebiteurReconnu.objects.pour(geste.creancier)
    reconnus.filter(cle__in=list(dites)).delete()
    inserer_fiches(
        [
            DebiteurReconnu(
                creancier=geste.creancier, cle=cle, client=n.facture.client, geste=geste
            )
            for cle, n in dites.items()
        ]
    )
    inscrire_lot(
        Evenement.DEBITEUR_RECONNU,
        cibles=[(n.facture.client, {"nom": n.nom_lu}) for n in dites.values()],
        acteur=geste.auteur,
        geste=geste,
    )


def _clients_neufs(nouvelles: Iterable[NouvelleFacture]) -> list[NouveauClient]:
    neufs = {id(n.client): n.client for n in nouvelles if isinstance(n.client, NouveauClient)}
    return list(neufs.values())


def _creer_les_factures(
    nouvelles: Sequence[NouvelleFacture], importation: Importation, geste: Geste
) -> None:
    for nouvelle in nouvelles:
        facture, client = nouvelle.facture, nouvelle.client
        facture.client = client.fiche if isinstance(client, NouveauClient) else client
        facture.importation = importation
    versements = [Versement(n.facture, n.paye, n.facture.nee_le) for n in nouvelles if n.paye]
    recus = grand_livre.reprendre(
        [n.facture for n in nouvelles],
        versements,
        moyen=Moyen.DEJA_VERSE,
        acteur=geste.auteur,
        geste=geste,
        note=NOTE,
    )
    inscrire_lot(
        Evenement.FACTURE_IMPORTEE,
        cibles=[
            (
                n.facture,
                {"import": importation.pk, "montant_ttc": n.facture.montant_ttc}
                | ({"motif": n.motif} if n.motif else {}),
            )
            for n in nouvelles
        ],
        acteur=geste.auteur,
        geste=geste,
    )
    inscrire_les_versements(recus, versements, geste)
    ranger_les_pieces(nouvelles, geste)


def _suivre_les_references(
    nouvelles: Sequence[NouvelleFacture], importation: Importation, geste: Geste
) -> None:
    """En dernier : ce qu'un avoir éteint est ce qui reste dû après tout ce que dit le fichier."""
    noter_les_references((n.facture, n.references) for n in nouvelles if n.references)
    factures = [nouvelle.facture for nouvelle in nouvelles]
    for effet in appliquer_d_office(importation.creancier, factures, geste=geste):
        annoncer_effet(importation.creancier, effet, geste)


def _facture(creancier: Creancier, apercu: LigneApercu, rang: int) -> Facture:
    lue = apercu.facture
    return Facture(
        creancier=creancier,
        numero=lue.numero,
        tranche=lue.tranche,
        tranches=lue.tranches,
        nature=lue.nature,
        libelle=lue.libelle[:250],
        reference_commande=lue.reference_commande[:100],
        date_emission=lue.emission,
        date_echeance=presente(apercu.echeance),
        montant_ht=lue.montant_ht,
        montant_tva=lue.montant_tva,
        montant_ttc=lue.ttc,
        rang_entree=rang,
    )


def _piece(apercu: LigneApercu, creancier: Creancier, acteur: Utilisateur | None) -> Piece | None:
    lue = apercu.lue.piece
    if lue is None or not apercu.ajoute_piece:
        return None
    return Piece(
        creancier=creancier,
        nature=NaturePiece.FACTURE,
        intitule=f"Facture {apercu.facture.numero}"[:200],
        nom_fichier=lue.nom[-255:],
        type_mime="application/pdf",
        taille=lue.taille,
        empreinte=lue.empreinte,
        contenu_actif=lue.actif,
        pages=lue.pages,
        du=apercu.facture.date_emission,
        deposee_par=acteur,
    )
