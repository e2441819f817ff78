"""P3 : prévoir des relances. P4 : les envoyer à un puits, avec et sans pièce jointe."""

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from time import perf_counter

from django.conf import settings

from factures.enums import NaturePiece
from factures.models import Facture, Piece
from recouvrement.banc import donnees, sql
from recouvrement.banc.mesures import (
    Mesure,
    chrono,
    compter_les_requetes,
    memoire_de_pointe,
)
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.carnet import Carnet
from recouvrement.courriel.depart.envoi import vider
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.transport.smtp import Transport
from recouvrement.demonstration.papiers import page
from recouvrement.documents import fichiers
from recouvrement.serveurs import ServeurSmtp
from relances.actions.battement import METIERS
from relances.actions.planification import planifier

POIDS_DU_PDF = 40_000


def planification(factures: int, *, au: date, maintenant: datetime) -> Iterator[Mesure]:
    tour = Creancier.objects.count()
    duree = {}
    for nombre in (factures // 10, factures):
        creancier = donnees.echues(f"plan-{tour}-{nombre}", nombre, au=au)
        avant = memoire_de_pointe()
        prevoir = partial(planifier, creancier, au=au, maintenant=maintenant)
        debut = perf_counter()
        bilan, requetes = compter_les_requetes(prevoir)
        duree[nombre] = perf_counter() - debut
        yield Mesure(
            f"prévoir {nombre} factures échues ({len(bilan.creees)} relances)",
            duree[nombre],
            limite=chrono(partial(sql.insertion_nue, creancier.pk)),
            requetes=requetes,
            memoire=memoire_de_pointe(),
            objectif="100 000 : ≤ 10 s, ≤ 300 Mo" if nombre == factures else "",
        )
        yield Mesure("   mémoire avant de prévoir", float(avant), "Mo")
        rejoue = chrono(prevoir)
        yield Mesure(f"   rejouer à vide, {nombre} factures", rejoue, objectif="≤ 0,5 s")
    yield Mesure(
        "   pour dix fois plus de factures, en temps",
        duree[factures] / duree[factures // 10],
        "×",
        objectif="≤ 11",
    )


def envois(messages: int, *, au: date, maintenant: datetime) -> Iterator[Mesure]:
    with un_puits() as serveur:
        # Les messages des autres lignes du banc attendront : on mesure les nôtres.
        Envoi.objects.systeme().filter(etat=EtatEnvoi.A_ENVOYER).update(
            pas_avant=maintenant + timedelta(days=365)
        )
        for avec_pdf in (False, True):
            voulus = messages // 3 if avec_pdf else messages
            creancier = _messages_prevus(voulus, avec_pdf=avec_pdf, au=au, maintenant=maintenant)
            yield _expedier(creancier, serveur, avec_pdf=avec_pdf)


def _messages_prevus(nombre: int, *, avec_pdf: bool, au: date, maintenant: datetime) -> Creancier:
    creancier = donnees.un_creancier(f"envoi-{Creancier.objects.count()}")
    # Un message joint la facture qu'il réclame, ou en réclame trois sans les joindre.
    par_client = 1 if avec_pdf else 3
    donnees.remplir(
        creancier,
        nombre * par_client,
        au=au,
        part_ouverte=1.0,
        retard=(4, 9),
        par_client=par_client,
        exceptions=False,
    )
    if avec_pdf:
        _joindre(creancier)
    sql.analyser()
    planifier(creancier, au=au, maintenant=maintenant)
    return creancier


def _joindre(creancier: Creancier) -> None:
    octets = page("Facture", ["x" * 90] * (POIDS_DU_PDF // 100))
    empreinte = fichiers.deposer(octets)
    donnees.ecrire(
        Piece(
            creancier=creancier,
            client_id=client,
            facture_id=facture,
            nature=NaturePiece.FACTURE,
            intitule="Facture",
            nom_fichier="facture.pdf",
            type_mime="application/pdf",
            taille=len(octets),
            empreinte=empreinte,
        )
        for facture, client in Facture.objects.pour(creancier)
        .ouvertes()
        .values_list("pk", "client_id")
    )


def _expedier(creancier: Creancier, serveur: ServeurSmtp, *, avec_pdf: bool) -> Mesure:
    prets = Envoi.objects.pour(creancier).filter(etat=EtatEnvoi.A_ENVOYER)
    nombre, dernier = prets.count(), prets.order_by("-pas_avant").first()
    if dernier is None or dernier.pas_avant is None:
        raise LookupError("Rien n'est prêt à partir.")
    depart: datetime = dernier.pas_avant
    debut = perf_counter()

    def horloge() -> datetime:
        return depart + timedelta(seconds=perf_counter() - debut)

    carnet = Carnet(settings.JOURNAL_ENVOIS)
    carnet.creer(settings.INSTANCE, maintenant=depart)
    with carnet, Transport(serveur) as transport:
        vider(horloge, transport=transport, metiers=METIERS, carnet=carnet)
    duree = perf_counter() - debut
    octets = (
        Envoi.objects.pour(creancier)
        .filter(etat=EtatEnvoi.ENVOYE, octets__isnull=False)
        .values_list("octets", flat=True)[:500]
    )
    partis = [bytes(lus) for lus in octets if lus is not None]
    nu = chrono(lambda: _smtplib_nu(serveur, partis)) if partis else 0.0
    poids = sum(len(lus) for lus in partis) // max(len(partis), 1) // 1000
    return Mesure(
        f"{nombre} messages de {poids} ko" + (", PDF joint" if avec_pdf else ""),
        nombre / duree,
        "/s",
        limite=len(partis) / nu if nu else None,
        memoire=memoire_de_pointe(),
        objectif="≥ 100 /s" if avec_pdf else "≥ 300 /s",
    )


def _smtplib_nu(serveur: ServeurSmtp, messages: list[bytes]) -> None:
    with smtplib.SMTP(serveur.hote, serveur.port) as ligne:
        for octets in messages:
            ligne.sendmail("compta@banc.example", ["client@banc.example"], octets)


@contextmanager
def un_puits() -> Iterator[ServeurSmtp]:
    commande = [sys.executable, "-m", "recouvrement.banc.puits"]
    # Notre propre module, sans rien de saisi.
    with subprocess.Popen(commande, stdout=subprocess.PIPE, text=True) as processus:  # noqa: S603
        try:
            if processus.stdout is None:
                raise RuntimeError("Le puits n'a rien dit.")
            port = int(processus.stdout.readline())
            yield ServeurSmtp("127.0.0.1", port, "aucun", "", "")
        finally:
            processus.terminate()
