"""P1 : chaque page, médiane et 95e centile du temps serveur, calcul (CPU), nombre de requêtes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import batched
from time import process_time

from django.conf import settings
from django.db.models import Model
from django.http.response import HttpResponseBase
from django.template import Context, Template
from django.test import Client as Navigateur
from django.urls import NoReverseMatch, reverse

from clients.models import Client
from contentieux.models import Dossier
from factures.models import Facture
from recouvrement.banc import sql
from recouvrement.banc.donnees import (
    PREFIXE,
    ecrire,
    remplir,
    un_creancier,
    un_utilisateur,
)
from recouvrement.banc.mesures import (
    Mesure,
    centile,
    chrono,
    compter_les_requetes,
    mediane,
)
from recouvrement.comptes.enums import Role
from recouvrement.comptes.models import Creancier, Habilitation
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.models import Envoi
from relances.actions.planification import planifier
from relances.enums import EtatRelance, Issue
from relances.models import Appel, Courrier, Etape, Relance

ESSAIS = 20
GROSSE_FICHE = "500 factures"
# Nom d'adresse, objet dont elle porte le numéro, requête.
PAGES = (
    ("accueil:journee", "", ""),
    ("accueil:tableau", "", ""),
    ("accueil:recherche", "", "q=boulangerie"),
    ("accueil:recherche", "", "q=F-0000123"),
    ("accueil:journee_creancier", "creancier", ""),
    ("accueil:tableau_creancier", "creancier", ""),
    ("accueil:client", "client", ""),
    ("accueil:client", "client", "onglet=factures"),
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
    ("factures:liste", "creancier", "etat=avoirs"),
    ("factures:reglements", "creancier", ""),
    ("factures:droit", "facture", ""),
    ("factures:conventions", "client", ""),
    ("factures:procedure", "client", ""),
    ("factures:importer", "creancier", ""),
    ("factures:decompte", "client", ""),
    ("relances:liste", "creancier", ""),
    ("relances:liste", "creancier", "vue=envoyees"),
    ("relances:liste", "creancier", "vue=ecartees"),
    ("relances:promesses", "creancier", ""),
    ("relances:envois", "creancier", ""),
    ("relances:courriers", "creancier", ""),
    ("relances:courrier", "courrier", ""),
    ("relances:relance", "relance", ""),
    ("relances:scenario", "creancier", ""),
    ("relances:apercu", "etape", ""),
    ("accueil:appel", "client", ""),
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
    objets: dict[str, Model | None] = {
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
            objet = objets[genre]
            if objet is None:
                continue
            arguments.append(str(objet.pk))
        try:
            adresse = reverse(nom, args=arguments)
        except NoReverseMatch:
            continue
        suite = f"?{requete}" if requete else ""
        trouvees.append(Page(nom + suite, adresse + suite))
    return trouvees


def preparer(creanciers: list[Creancier], *, au: date, maintenant: datetime) -> None:
    """Des relances prévues partout : les listes ne sont pas vides."""
    for creancier in creanciers:
        planifier(creancier, au=au, maintenant=maintenant)


def vivre(creanciers: list[Creancier], *, au: date, maintenant: datetime) -> None:
    """Une relance sur deux déjà partie, des rappels promis : l'histoire et la journée se lisent."""
    auteur = un_utilisateur()
    for creancier in creanciers:
        if Appel.objects.pour(creancier).exists():
            continue
        prevues = Relance.objects.pour(creancier).filter(etat=EtatRelance.PLANIFIEE)
        parties = list(prevues.order_by("pk").values_list("pk", flat=True))[::2]
        le = maintenant - timedelta(days=12)
        for lot in batched(parties, 500):
            Envoi.objects.pour(creancier).filter(relance__in=lot).update(
                etat=EtatEnvoi.ENVOYE, octets=b"", data_a=le, fini_a=le
            )
            prevues.filter(pk__in=lot).update(etat=EtatRelance.FAITE, faite_le=le)
        endettes = Facture.objects.pour(creancier).ouvertes().values("client")
        ecrire(
            Appel(
                creancier=creancier,
                client=client,
                issue=Issue.RAPPELER,
                appele_le=maintenant - timedelta(days=30),
                rappel_le=maintenant - timedelta(days=1),
                auteur=auteur,
            )
            for client in Client.objects.pour(creancier).filter(pk__in=endettes).order_by("pk")[:20]
        )
    sql.analyser()


def un_navigateur() -> Navigateur:
    navigateur = Navigateur(SERVER_NAME=settings.ALLOWED_HOSTS[0].strip("[]"))
    navigateur.force_login(un_utilisateur())
    return navigateur


def mesurer(
    creanciers: list[Creancier], *, au: date, maintenant: datetime
) -> Iterator[Mesure | str]:
    vivre(creanciers, au=au, maintenant=maintenant)
    creancier = creanciers[0]
    navigateur = un_navigateur()
    nue = mediane([chrono(lambda: _liste_nue(creancier)) * 1000 for _ in range(ESSAIS)])
    for page in [*pages_connues(creancier), *_la_plus_grosse_fiche(au=au)]:

        def demander(adresse: str = page.adresse) -> HttpResponseBase:
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
        debut = process_time()
        durees = [chrono(demander) * 1000 for _ in range(ESSAIS)]
        calcul = (process_time() - debut) * 1000 / ESSAIS
        borne = 100 if page.nom == "accueil:tableau" or GROSSE_FICHE in page.nom else 60
        yield Mesure(
            f"{page.nom} (p95 ; médiane {mediane(durees):.0f}, calcul {calcul:.0f})",
            centile(durees, 0.95),
            "ms",
            limite=nue,
            requetes=compter_les_requetes(demander)[1],
            objectif=f"≤ {borne} ms, ≤ 12 req.",
        )


def _la_plus_grosse_fiche(*, au: date) -> list[Page]:
    """Un client de cinq cents factures ouvertes : sa fiche, et leur liste."""
    creancier = Creancier.objects.filter(code=f"{PREFIXE}gros").first()
    if creancier is None:
        creancier = un_creancier("gros")
        remplir(creancier, 500, au=au, part_ouverte=1.0, par_client=500, exceptions=False)
        Habilitation.objects.create(
            utilisateur=un_utilisateur(), creancier=creancier, role=Role.GESTIONNAIRE
        )
        sql.analyser()
    client = _plus_gros(creancier)
    if client is None:
        return []
    return [
        Page(f"accueil:client{suite}, {GROSSE_FICHE}", client.get_absolute_url() + suite)
        for suite in ("", "?onglet=factures")
    ]


def _plus_gros(creancier: Creancier) -> Client | None:
    ouverte = Facture.objects.pour(creancier).ouvertes().order_by("date_echeance", "pk").first()
    return ouverte.client if ouverte else None


def _liste_nue(creancier: Creancier) -> str:
    """La limite : cinquante lignes lues et écrites, sans cadre, sans droits, sans filtres."""
    ouvertes = Facture.objects.pour(creancier).ouvertes().select_related("client")
    return LISTE_NUE.render(Context({"lignes": ouvertes.order_by("date_echeance", "pk")[:50]}))
