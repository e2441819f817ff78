"""Des lignes jugées aux objets à écrire : factures, clients neufs, pièces."""

from clients.models import Client
from factures.actions.importation import FactureRevue, NouveauClient, NouvelleFacture
from factures.enums import NaturePiece, SortLigne
from factures.imports.apercu import LigneApercu, echeance_par_defaut
from factures.imports.rapprochement import ClientVise
from factures.imports.types import AVOIR
from factures.models import Facture, Importation, Piece
from recouvrement.comptes.models import Creancier, Utilisateur


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
            client = connus.get(apercu.client.pk)
            if client is None:
                client = neufs.get(id(apercu.client)) or _neuf(creancier, apercu.client)
                neufs[id(apercu.client)] = client
            facture = _facture(creancier, apercu, rang)
            nouvelles.append(NouvelleFacture(facture, client, apercu.paye, piece))
        elif apercu.sort == SortLigne.MISE_A_JOUR:
            revues.append(FactureRevue(apercu.existante, apercu.change, apercu.paye, piece))
    return nouvelles, revues


def _facture(creancier: Creancier, apercu: LigneApercu, rang: int) -> Facture:
    lue = apercu.lue.facture
    echeance = lue.date_echeance
    if echeance is None:
        echeance = lue.date_emission
        if lue.nature != AVOIR:
            echeance = echeance_par_defaut(creancier, lue.date_emission)
    return Facture(
        creancier=creancier,
        numero=lue.numero,
        nature=lue.nature,
        libelle=lue.libelle[:250],
        reference_commande=lue.reference_commande[:100],
        date_emission=lue.date_emission,
        date_echeance=echeance,
        montant_ht=lue.montant_ht,
        montant_tva=lue.montant_tva,
        montant_ttc=lue.montant_ttc,
        rang_entree=rang,
    )


def _neuf(creancier: Creancier, vise: ClientVise) -> NouveauClient:
    lu = vise.lu
    adresse, *suite = [*lu.lignes, ""]
    fiche = Client(
        creancier=creancier,
        nom=vise.nom,
        code=vise.code,
        siren=lu.siren,
        siret=lu.siret,
        tva=lu.tva[:20],
        adresse=adresse[:200],
        complement=" ".join(filter(None, suite))[:120],
        code_postal=lu.code_postal[:12],
        ville=lu.ville[:80],
        pays=lu.pays[:2] or "FR",
        est_a_completer=True,
    )
    return NouveauClient(fiche, lu.courriel.lower()[:254], lu.telephone[:40])


def _piece(apercu: LigneApercu, creancier: Creancier, acteur: Utilisateur | None) -> Piece | None:
    lue = apercu.lue.piece
    if lue is None or not apercu.ajoute_piece:
        return None
    return Piece(
        creancier=creancier,
        nature=NaturePiece.FACTURE,
        intitule=f"Facture {apercu.lue.facture.numero}"[:200],
        nom_fichier=lue.nom[-255:],
        type_mime="application/pdf",
        taille=lue.taille,
        empreinte=lue.empreinte,
        contenu_actif=lue.actif,
        pages=lue.pages,
        du=apercu.lue.facture.date_emission,
        deposee_par=acteur,
    )
