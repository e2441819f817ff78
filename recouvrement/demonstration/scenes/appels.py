"""Ce que l'on s'est dit au téléphone : chaque issue d'un appel, et ce qu'elle a donné."""

from datetime import time

from clients.models import Client
from factures.models import Facture
from recouvrement.demonstration.assistante import constater
from recouvrement.demonstration.facteur import Facteur
from recouvrement.demonstration.maison import Maison
from recouvrement.demonstration.scenes.gestes import MIDI, appel, impayee
from recouvrement.socle.temps import instant_de
from relances.enums import Issue


def promesse_en_cours(maison: Maison, client: Client, facteur: Facteur) -> None:
    impayee(maison, client, retard=24, saisie=20)
    appel(maison, client, 4, Issue.PROMET, jours_promis=10, note="Virement prévu après la paie.")


def promesse_rompue(maison: Maison, client: Client, facteur: Facteur) -> None:
    impayee(maison, client, retard=41, saisie=60)
    impayee(maison, client, retard=12, saisie=40)
    appel(maison, client, 20, Issue.MESSAGERIE)
    appel(
        maison, client, 14, Issue.PROMET, jours_promis=6,
        note="Attend le solde du chantier de Ker-Lann, virement promis.",
    )  # fmt: skip


def promesse_tenue(maison: Maison, client: Client, facteur: Facteur) -> None:
    def suivre(facture: Facture) -> None:
        appel(maison, client, 16, Issue.PROMET, jours_promis=6, note="Règle par virement.")
        maison.a(9, MIDI, lambda instant: maison.encaisser(facture, instant=instant))
        le = maison.recit.ouvre(9)
        maison.a(9, time(12), lambda _: constater(maison, client, est_tenue=True, le=le))

    impayee(maison, client, retard=30, saisie=50, ensuite=suivre)


def rappel_du_matin(maison: Maison, client: Client, facteur: Facteur) -> None:
    impayee(maison, client, retard=22, saisie=21)
    a = instant_de(maison.recit.au, time(10, 30))
    appel(
        maison, client, 1, Issue.RAPPELER, rappel_le=a,
        note="Le directeur est absent, il valide les paiements lui-même.",
    )  # fmt: skip


def rappel_de_l_apres_midi(maison: Maison, client: Client, facteur: Facteur) -> None:
    impayee(maison, client, retard=16, saisie=15)
    a = instant_de(maison.recit.au, time(16))
    appel(maison, client, 2, Issue.RAPPELER, rappel_le=a, note="Rappeler après la livraison.")


def injoignable(maison: Maison, client: Client, facteur: Facteur) -> None:
    impayee(maison, client, retard=19, saisie=30)
    appel(maison, client, 5, Issue.SANS_REPONSE)
    appel(maison, client, 2, Issue.MESSAGERIE)


def faux_numero(maison: Maison, client: Client, facteur: Facteur) -> None:
    impayee(maison, client, retard=14, saisie=30)
    appel(maison, client, 3, Issue.MAUVAIS_NUMERO)


def dit_avoir_paye(maison: Maison, client: Client, facteur: Facteur) -> None:
    impayee(maison, client, retard=20, saisie=45)
    appel(maison, client, 3, Issue.PAYE, note="Dit avoir viré lundi : vérifier le relevé.")


def demande_delai(maison: Maison, client: Client, facteur: Facteur) -> None:
    impayee(maison, client, retard=18, saisie=30)
    appel(maison, client, 4, Issue.DELAI, note="Demande à régler en trois fois.")


def conteste(maison: Maison, client: Client, facteur: Facteur) -> None:
    impayee(maison, client, retard=15, saisie=40)
    appel(maison, client, 4, Issue.CONTESTE, note="Conteste le supplément de carburant.")
