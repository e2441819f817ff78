"""Dix-huit mois de factures et de règlements, selon l'habitude de chacun."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from clients.models import Client
from factures.actions import grand_livre
from factures.actions.parts import Versement
from factures.enums import Moyen
from factures.evenements import Evenement
from factures.models import Facture
from recouvrement.demonstration.maison import Maison
from recouvrement.journal.actions import inscrire_lot
from recouvrement.socle.temps import jour_de

# Le produit est en service depuis cinq mois ; l'année d'avant a été reprise d'un coup.
MISE_EN_SERVICE = 150
RECUL = 540
# Un client à qui il arrive quelque chose n'a, sinon, que des affaires anciennes et réglées.
CALME_AVANT_LA_SCENE = 160
MUET_DEPUIS = 130
RETARDS = {"ponctuel": (-8, 2), "tardif": (4, 16), "lent": (20, 48), "muet": (4, 16)}
SAISIE, COURRIER_DU_MATIN = time(16), time(11)


@dataclass(frozen=True, slots=True)
class Vente:
    client: Client
    emise_le: date
    echeance: date
    payee_le: date | None


def ventes(maison: Maison) -> list[Vente]:
    """Ce qui a été vendu à chacun, dans l'ordre des dates."""
    alea, recit = maison.recit.alea, maison.recit
    vendues = []
    for client in maison.clients.values():
        fiche = maison.fiches[client.pk]
        if not fiche.contact:
            continue
        fin = CALME_AVANT_LA_SCENE if fiche.scene else 2
        nombre = alea.randint(4, 6) if fiche.scene else alea.randint(7, 9)
        pas = (RECUL - fin) / nombre
        for rang in range(nombre):
            recul = round(RECUL - pas * rang - alea.random() * pas * 0.8)
            emise_le = recit.ouvre(max(recul, fin))
            echeance = emise_le + timedelta(days=maison.metier.delai)
            payee_le = echeance + timedelta(days=alea.randint(*RETARDS[fiche.paie]))
            muet = fiche.paie == "muet" and echeance > recit.jour(MUET_DEPUIS)
            vendues.append(Vente(client, emise_le, echeance, None if muet else payee_le))
        if fiche.scene:
            # Une commande en cours : elle n'échoit pas assez tôt pour troubler la scène.
            emise_le = recit.ouvre(alea.randint(4, 16))
            echeance = emise_le + timedelta(days=maison.metier.delai)
            vendues.append(Vente(client, emise_le, echeance, echeance))
    return sorted(vendues, key=lambda vente: vente.emise_le)


def prevoir(maison: Maison) -> None:
    debut = maison.recit.jour(MISE_EN_SERVICE)
    toutes = ventes(maison)
    anciennes = [vente for vente in toutes if vente.emise_le < debut]
    maison.recit.prevoir(debut, time(8), lambda _: reprendre(maison, anciennes, debut=debut))
    for vente in toutes[len(anciennes) :]:
        maison.recit.prevoir(vente.emise_le, SAISIE, partial(_a_vendre, maison, vente))


def reprendre(maison: Maison, anciennes: list[Vente], *, debut: date) -> None:
    """L'historique, d'un coup : ce qui était réglé l'est, le reste suit son cours."""
    reglees = {i: v.payee_le for i, v in enumerate(anciennes) if v.payee_le and v.payee_le < debut}
    factures = [_facture_reprise(maison, vente) for vente in anciennes]
    versements = [
        Versement(factures[i], factures[i].montant_ttc, le) for i, le in sorted(reglees.items())
    ]
    grand_livre.reprendre(factures, versements, moyen=Moyen.VIREMENT, acteur=maison.gestionnaire)
    inscrire_lot(
        Evenement.FACTURE_ENREGISTREE,
        cibles=[(facture, {"numero": facture.numero, "reprise": True}) for facture in factures],
        acteur=maison.gestionnaire,
    )
    for i, vente in enumerate(anciennes):
        if i not in reglees:
            _prevoir_le_reglement(maison, factures[i], vente)


def _facture_reprise(maison: Maison, vente: Vente) -> Facture:
    libelle, ht, tva = maison.vente()
    return Facture(
        creancier=maison.creancier,
        client=vente.client,
        numero=maison.numero(vente.emise_le),
        libelle=libelle,
        date_emission=vente.emise_le,
        date_echeance=vente.echeance,
        date_prestation=vente.emise_le,
        montant_ht=ht,
        montant_tva=tva,
        montant_ttc=ht + tva,
    )


def _a_vendre(maison: Maison, vente: Vente, _: datetime) -> None:
    facture = maison.facturer(vente.client, emise_le=vente.emise_le, echeance=vente.echeance)
    _prevoir_le_reglement(maison, facture, vente)


def _prevoir_le_reglement(maison: Maison, facture: Facture, vente: Vente) -> None:
    if vente.payee_le is None:
        return
    # Saisi à l'ouverture du courrier, le jour même ou celui de la mise en service.
    le = max(vente.payee_le, jour_de(maison.recit.instant))
    maison.recit.prevoir(
        le, COURRIER_DU_MATIN, lambda instant: maison.encaisser(facture, instant=instant)
    )
