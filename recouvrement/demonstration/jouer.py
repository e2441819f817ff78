"""Le chef d'orchestre : installe chacun, prévoit tous les faits, puis les joue jour après jour."""

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from django.db import transaction

from clients.models import Client
from factures.actions import deposer_piece
from factures.enums import NaturePiece
from factures.models import Encaissement, Facture
from recouvrement.comptes.cloison import ModeleCloisonne
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.depart.envoi import vider
from recouvrement.demonstration import assistante, scenes, ventes
from recouvrement.demonstration.clientele import CLIENTELE
from recouvrement.demonstration.facteur import Facteur
from recouvrement.demonstration.maison import Maison
from recouvrement.demonstration.papiers import facture_en_pdf
from recouvrement.demonstration.personnes import MENUISERIE, TRANSPORTS, Equipe, embaucher
from recouvrement.demonstration.recit import Recit
from recouvrement.equipe.actions.creanciers import confirmer_reglements
from recouvrement.socle.temps import jour_de
from relances.actions.battement import METIERS
from relances.actions.planification import planifier
from relances.actions.scenarios import publier_scenario
from relances.enums import Declenchement
from relances.models import Appel, Relance
from relances.regles.scenario_initial import ETAPES_INITIALES

GRAINE = 2026
BATTEMENT, APRES_MIDI = time(10), time(16, 30)
# Au-delà, deux battements par semaine suffisent à raconter la même chose.
TOUS_LES_JOURS_DEPUIS = 28
JOURS_DE_SEMAINE = (1, 4)
FACTURES_JOINTES_DEPUIS = 75


@dataclass(frozen=True, slots=True)
class Comptes:
    """Ce que la démonstration a écrit."""

    creanciers: int
    clients: int
    factures: int
    relances: int
    appels: int
    reglements: int


@transaction.atomic
def charger(maintenant: datetime, *, graine: int = GRAINE) -> Comptes:
    """Toute l'histoire, en une transaction : elle est là entière, ou pas du tout."""
    recit, facteur = Recit(maintenant, graine=graine), Facteur()
    installes: list[Maison] = []
    recit.prevoir(
        recit.jour(ventes.MISE_EN_SERVICE),
        time(7),
        lambda instant: installes.extend(_installer(recit, facteur, instant)),
    )
    recit.jouer(fin=lambda _: _preparer_la_journee(installes))
    return _compter([maison.creancier for maison in installes])


def _installer(recit: Recit, facteur: Facteur, instant: datetime) -> list[Maison]:
    """Le jour de la mise en service : les comptes, les clients, et tout ce qui suivra."""
    equipe = embaucher(recit.alea, instant)
    maisons = [_ouvrir(recit, equipe, code, instant) for code in CLIENTELE]
    for maison in maisons:
        ventes.prevoir(maison)
        scenes.prevoir(maison, facteur)
    jour = jour_de(instant)
    while jour < recit.au:
        proche = recit.au - jour <= timedelta(days=TOUS_LES_JOURS_DEPUIS)
        if jour == recit.ouvre((recit.au - jour).days) and (
            proche or jour.weekday() in JOURS_DE_SEMAINE
        ):
            recit.prevoir(jour, BATTEMENT, lambda i: _battre(maisons, facteur, i))
            recit.prevoir(jour, APRES_MIDI, lambda i: _travailler(maisons, i))
        jour += timedelta(days=1)
    return maisons


def _ouvrir(recit: Recit, equipe: Equipe, code: str, instant: datetime) -> Maison:
    maison = Maison(
        recit, equipe.creanciers[code], equipe.assistante(code), equipe.personnes["gestionnaire"]
    )
    for fiche in CLIENTELE[code]:
        maison.accueillir(fiche)
    if code == TRANSPORTS:
        # Chez lui, la relance ferme attend toujours une personne.
        publier_scenario(
            maison.creancier,
            nom="Relances validées",
            etapes=[
                replace(etape, declenchement=Declenchement.VALIDATION)
                if etape.cle == "relance-ferme"
                else etape
                for etape in ETAPES_INITIALES
            ],
            maintenant=instant,
            acteur=maison.gestionnaire,
        )
    return maison


def _battre(maisons: list[Maison], facteur: Facteur, instant: datetime) -> None:
    """Le vrai battement, moins le réseau : prévoir, composer, remettre au facteur."""
    for maison in maisons:
        _joindre_les_factures(maison, instant)
        planifier(maison.creancier, au=jour_de(instant), maintenant=instant)
    vider(lambda: instant, transport=facteur, metiers=METIERS)


def _joindre_les_factures(maison: Maison, instant: datetime) -> None:
    """La menuiserie garde le PDF de ses factures récentes : ses messages les joignent."""
    if maison.creancier.code != MENUISERIE:
        return
    if jour_de(instant) < maison.recit.jour(FACTURES_JOINTES_DEPUIS):
        return
    for facture in (
        Facture.objects.pour(maison.creancier)
        .ouvertes()
        .filter(pieces=None, date_emission__gte=maison.recit.jour(FACTURES_JOINTES_DEPUIS))
        .select_related("client", "creancier")
    ):
        deposer_piece(
            facture.client,
            facture=facture,
            nature=NaturePiece.FACTURE,
            intitule=str(facture),
            nom_fichier=f"{facture.numero}.pdf",
            octets=facture_en_pdf(facture),
            acteur=maison.gestionnaire,
            du=facture.date_emission,
        )


def _travailler(maisons: list[Maison], instant: datetime) -> None:
    for maison in maisons:
        assistante.travailler(maison, instant)


def _preparer_la_journee(maisons: list[Maison]) -> None:
    """Aujourd'hui : les règlements sont confirmés à hier, et le plan du jour est prêt."""
    for maison in maisons:
        recit = maison.recit
        creancier = confirmer_reglements(
            maison.creancier, au=recit.ouvre(1), acteur=maison.gestionnaire
        )
        planifier(creancier, au=recit.au, maintenant=recit.maintenant)


def _compter(creanciers: list[Creancier]) -> Comptes:
    def nombre(modele: type[ModeleCloisonne]) -> int:
        return modele.objects.parmi(creanciers).count()

    return Comptes(
        creanciers=len(creanciers),
        clients=nombre(Client),
        factures=nombre(Facture),
        relances=nombre(Relance),
        appels=nombre(Appel),
        reglements=nombre(Encaissement),
    )
