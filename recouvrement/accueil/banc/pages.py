"""P1 : chaque page, médiane et 95e centile du temps serveur, nombre de requêtes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.template import Context, Template
from django.test import Client as Navigateur
from django.urls import NoReverseMatch, reverse

from clients.models import Client
from contentieux.models import Dossier
from factures.models import Facture
from recouvrement.accueil.banc.donnees import un_utilisateur
from recouvrement.accueil.banc.mesures import (
    Mesure,
    centile,
    chrono,
    compter_les_requetes,
    mediane,
)
from recouvrement.comptes.models import Creancier
from relances.actions.planification import planifier
from relances.models import Courrier, Etape, Relance

ESSAIS = 20
# Nom d'adresse, objet dont elle porte le numéro, requête.
PAGES = (
    ("accueil:journee", "", ""),
    ("accueil:tableau", "", ""),
    ("accueil:recherche", "", "q=boulangerie"),
    ("accueil:recherche", "", "q=F-0000123"),
    ("accueil:journee_creancier", "creancier", ""),
    ("accueil:tableau_creancier", "creancier", ""),
    ("accueil:client", "client", ""),
    ("clients:liste", "creancier", ""),
    ("clients:liste", "creancier", "q=garage"),
    ("clients:nouveau", "creancier", ""),
    ("clients:doublons", "creancier", ""),
    ("clients:modifier", "client", ""),
    ("clients:contacts", "client", ""),
    ("factures:liste", "creancier", ""),
    ("factures:liste", "creancier", "etat=echues"),
    ("factures:liste", "creancier", "etat=soldees"),
    ("factures:liste", "creancier", "q=F-00001"),
    ("factures:detail", "facture", ""),
    ("factures:nouvelle", "creancier", ""),
    ("factures:reglement", "creancier", ""),
    ("factures:avoirs", "creancier", ""),
    ("factures:importer", "creancier", ""),
    ("factures:decompte", "client", ""),
    ("relances:liste", "creancier", ""),
    ("relances:a_valider", "creancier", ""),
    ("relances:envois", "creancier", ""),
    ("relances:courriers", "creancier", ""),
    ("relances:courrier", "courrier", ""),
    ("relances:relance", "relance", ""),
    ("relances:scenario", "creancier", ""),
    ("relances:apercu", "etape", ""),
    ("relances:appel", "client", ""),
    ("relances:ecrire", "client", ""),
    ("relances:mise_en_demeure", "client", ""),
    ("contentieux:liste", "creancier", ""),
    ("contentieux:ouvrir", "client", ""),
    ("contentieux:dossier", "dossier", ""),
    ("equipe:parametres", "creancier", ""),
    ("equipe:equipe", "creancier", ""),
    ("equipe:journal", "creancier", ""),
    ("equipe:envois", "creancier", ""),
)
LISTE_NUE = Template(
    "<table>{% for f in lignes %}<tr><td>{{ f.numero }}<td>{{ f.client.nom }}"
    "<td>{{ f.date_echeance }}<td>{{ f.solde }}{% endfor %}</table>"
)


@dataclass(frozen=True, slots=True)
class Page:
    nom: str
    adresse: str


def pages_connues(creancier: Creancier) -> list[Page]:
    """Celles que l'URLconf connaît et dont l'objet existe."""
    objets = {
        "client": _plus_gros(creancier),
        "facture": Facture.objects.pour(creancier).ouvertes().order_by("date_echeance").first(),
        "relance": Relance.objects.pour(creancier).order_by("pk").first(),
        "courrier": Courrier.objects.pour(creancier).first(),
        "dossier": Dossier.objects.pour(creancier).first(),
        "etape": Etape.objects.pour(creancier).first(),
    }
    trouvees = []
    for nom, genre, requete in PAGES:
        arguments = [creancier.code] if genre else []
        if genre not in ("", "creancier"):
            if objets[genre] is None:
                continue
            arguments.append(objets[genre].pk)
        try:
            adresse = reverse(nom, args=arguments)
        except NoReverseMatch:
            continue
        suite = f"?{requete}" if requete else ""
        trouvees.append(Page(nom + suite, adresse + suite))
    return trouvees


def preparer(creanciers: list[Creancier], *, au: date, maintenant) -> None:
    """Des relances prévues partout : les listes ne sont pas vides."""
    for creancier in creanciers:
        planifier(creancier, au=au, maintenant=maintenant)


def un_navigateur() -> Navigateur:
    navigateur = Navigateur(SERVER_NAME=settings.ALLOWED_HOSTS[0].strip("[]"))
    navigateur.force_login(un_utilisateur())
    return navigateur


def mesurer(creancier: Creancier) -> Iterator[Mesure | str]:
    navigateur = un_navigateur()
    nue = mediane([chrono(lambda: _liste_nue(creancier)) * 1000 for _ in range(ESSAIS)])
    for page in pages_connues(creancier):

        def demander(adresse: str = page.adresse):
            return navigateur.get(adresse)

        try:
            statut = demander().status_code
        except Exception as panne:  # noqa: BLE001 — une page cassée n'arrête pas le banc
            yield f"  {page.nom:<46} {type(panne).__name__} : {panne}"
            continue
        if statut != 200:
            yield f"  {page.nom:<46} ignorée : statut {statut}"
            continue
        demander()
        durees = [chrono(demander) * 1000 for _ in range(ESSAIS)]
        borne = 100 if page.nom == "accueil:tableau" else 60
        yield Mesure(
            f"{page.nom} (p95 ; médiane {mediane(durees):.0f})",
            centile(durees, 0.95),
            "ms",
            limite=nue,
            requetes=compter_les_requetes(demander),
            objectif=f"≤ {borne} ms, ≤ 12 req.",
        )


def _plus_gros(creancier: Creancier) -> Client | None:
    ouverte = Facture.objects.pour(creancier).ouvertes().order_by("date_echeance", "pk").first()
    return ouverte.client if ouverte else None


def _liste_nue(creancier: Creancier) -> str:
    """La limite : cinquante lignes lues et écrites, sans cadre, sans droits, sans filtres."""
    ouvertes = Facture.objects.pour(creancier).ouvertes().select_related("client")
    return LISTE_NUE.render(Context({"lignes": ouvertes.order_by("date_echeance", "pk")[:50]}))
