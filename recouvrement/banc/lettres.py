"""P5 : des lettres d'une page, scellées et rangées, face à WeasyPrint tout nu."""

from collections.abc import Iterator
from datetime import date, datetime
from time import perf_counter

from django.conf import settings
from django.db.models import QuerySet
from django.template.loader import render_to_string
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration

from clients.models import Client
from factures.lectures import decompte_client
from factures.models import Facture, Litige
from recouvrement.banc.donnees import un_utilisateur
from recouvrement.banc.mesures import Mesure, chrono, memoire_de_pointe
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.documents.pdf.composition import BASE, ChargeurFerme
from recouvrement.documents.regles.typographie import typographie
from relances.actions.courriers import ecrire_hors_scenario, preparer_lettre
from relances.documents import GABARIT_LETTRE, contexte_de_lettre
from relances.enums import Canal
from relances.models import Relance

LETTRES = 40
SUJET = "Relance : {{ numero }}"
TEXTE = "Malgré nos messages, la somme de {{ total }} reste due.\n\nMerci de la régler."


def lettres(creancier: Creancier, *, maintenant: datetime, au: date) -> Iterator[Mesure]:
    acteur = un_utilisateur()
    relances = [
        _une_relance(creancier, client, au=au, acteur=acteur)
        for client in Client.objects.pour(creancier).filter(
            pk__in=_reclamables(creancier).values("client")[: LETTRES * 10]
        )[: LETTRES + 1]
    ]
    premiere, *reste = relances
    # La première chauffe les polices et les gabarits.
    preparer_lettre(premiere, maintenant=maintenant, acteur=acteur)
    nue = _nue(premiere, au=au)
    avant = memoire_de_pointe()
    debut = perf_counter()
    for relance in reste:
        preparer_lettre(relance, maintenant=maintenant, acteur=acteur)
    duree = perf_counter() - debut
    yield Mesure(
        f"{len(reste)} lettres scellées (mémoire avant : {avant} Mo)",
        len(reste) / duree,
        "/s",
        limite=1 / nue,
        memoire=memoire_de_pointe(),
        objectif="rapport ≤ × 1,33",
    )


def _reclamables(creancier: Creancier) -> QuerySet[Facture]:
    """Ni contestée, ni au contentieux : ce qu'une lettre peut demander."""
    contestees = Litige.objects.pour(creancier).ouverts().values("facture_id")
    return Facture.objects.pour(creancier).ouvertes().hors_contentieux().exclude(pk__in=contestees)


def _une_relance(creancier: Creancier, client: Client, *, au: date, acteur: Utilisateur) -> Relance:
    client.creancier = creancier
    relance = ecrire_hors_scenario(
        client,
        canal=Canal.COURRIER,
        factures=list(_reclamables(creancier).filter(client=client)[:3]),
        sujet=SUJET,
        texte=TEXTE,
        le=au,
        acteur=acteur,
    )
    relance.client = client
    return relance


def _nue(relance: Relance, *, au: date) -> float:
    """Le même HTML, par WeasyPrint seul : ni décompte, ni gabarit, ni base, ni disque."""
    factures = list(relance.factures.all())
    contexte = contexte_de_lettre(
        relance.client,
        decompte_client(relance.client, au=au, factures=factures),
        objet="Relance",
        texte=TEXTE,
        reference="L1",
        information="",
        recommande=False,
    )
    html = typographie(render_to_string(GABARIT_LETTRE, contexte))
    chargeur, polices = ChargeurFerme(str(settings.POLICES)), FontConfiguration()

    def rendre() -> None:
        HTML(string=html, base_url=BASE, url_fetcher=chargeur).write_pdf(
            font_config=polices, pdf_tags=True
        )

    rendre()
    return min(chrono(rendre) for _ in range(10))
