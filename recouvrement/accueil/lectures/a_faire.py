"""Ce qui attend une personne aujourd'hui, source par source : à montrer, ou à compter."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.urls import reverse

from clients.models import Client
from factures.lectures.echeances import Echeance
from factures.lectures.faveur import Ceux
from factures.models import Facture, ReferenceFacture
from factures.models.reference import ReferenceQuerySet
from recouvrement.accueil.lectures.action import MAXIMUM, Action
from recouvrement.accueil.lectures.en_faveur import faveurs_a_employer, faveurs_en_actions
from recouvrement.accueil.lectures.fins import au_bout, fins_en_actions
from recouvrement.accueil.lectures.qualite import a_etablir
from recouvrement.comptes.models import Creancier
from recouvrement.journal.lectures import derniere_ligne
from recouvrement.socle.formats import euros, heure, jour, jour_court
from recouvrement.socle.temps import instant_de, jour_de
from relances.enums import CANAUX_POSTAUX, ETATS_QUI_RETIENNENT, Canal, EtatCourrier, EtatRelance
from relances.lectures.verdict import CLIENT_INTOUCHABLE, FACTURE_INTOUCHABLE
from relances.models import Appel, Courrier, Promesse, Relance, RelanceFacture


def _ce_soir(au: date) -> datetime:
    return instant_de(au, time(23, 59, 59))


def rappels(creanciers: Ceux, *, au: date) -> QuerySet[Appel]:
    """Qui ne doit plus rien ne se rappelle pas."""
    doit = Facture.objects.parmi(creanciers).ouvertes().filter(client=OuterRef("client"))
    dus = Appel.objects.parmi(creanciers).a_rappeler(jusqu_a=_ce_soir(au))
    return dus.filter(Exists(doit))


def _rappels(chez: dict[int, Creancier], au: date) -> list[Action]:
    appels = rappels(chez.values(), au=au).select_related("client", "contact")
    return [
        Action(
            "heure",
            chez[appel.creancier_id],
            appel.client_id,
            appel.client.nom,
            _raison_du_rappel(appel, appel.rappel_le, au),
            a=appel.rappel_le,
            objet_id=appel.pk,
        )
        for appel in appels
        if appel.rappel_le is not None
    ]


def _raison_du_rappel(appel: Appel, le: datetime, au: date) -> str:
    prevu = jour_de(le)
    quand = f"à {heure(le)}" if prevu == au else f"dû le {jour_court(prevu)}"
    qui = f", demander {appel.contact}" if appel.contact_id else ""
    return f"Rappel {quand}{qui} : {appel.get_issue_display().lower()}"


def rompues(creanciers: Ceux, *, au: date) -> QuerySet[Promesse]:
    return Promesse.objects.parmi(creanciers).rompues(au=au)


def _promesses_rompues(chez: dict[int, Creancier], au: date) -> list[Action]:
    return [
        Action(
            "promesse",
            chez[promesse.creancier_id],
            promesse.client_id,
            promesse.client.nom,
            f"Promis {euros(promesse.montant)} pour le {jour_court(promesse.pour_le)}, rien reçu",
            objet_id=promesse.pk,
        )
        for promesse in rompues(chez.values(), au=au).select_related("client")
    ]


def _intouchables(creanciers: Ceux) -> QuerySet[Client, Mapping[str, object]]:
    return Client.objects.parmi(creanciers).filter(CLIENT_INTOUCHABLE).values("pk")


def relances_du_jour(creanciers: Ceux, *, au: date) -> QuerySet[Relance]:
    """Ce qu'une personne peut faire : ce que le verdict refuse à tous n'attend personne.

    Un envoi incertain se tranche toujours. Refusée par le serveur, une relance retient ses
    factures : elle reste là tant qu'on peut les réclamer.
    """
    due = Facture.objects.filter(~FACTURE_INTOUCHABLE, pk=OuterRef("facture"))
    doivent = RelanceFacture.objects.filter(
        Exists(due), creancier=OuterRef("creancier"), relance=OuterRef("pk"), est_vivante=True
    )
    a_qui = ~Q(client__in=_intouchables(creanciers))
    return (
        Relance.objects.parmi(creanciers)
        # Redondant, mais c'est la condition de l'index : l'histoire ne se relit pas.
        .filter(etat__in=ETATS_QUI_RETIENNENT)
        .filter(
            Q(etat=EtatRelance.INCERTAINE)
            | a_qui & Q(etat__in=[EtatRelance.A_FAIRE, EtatRelance.A_VALIDER], prevue_le__lte=au)
            | a_qui & Q(etat=EtatRelance.ECHEC) & Exists(doivent)
        )
        .filter(courrier=None)
    )


def _relances(chez: dict[int, Creancier], au: date) -> list[Action]:
    relances = (
        relances_du_jour(chez.values(), au=au)
        .select_related("client", "etape")
        # Ni le texte des messages ni celui des étapes.
        .only("creancier", "etat", "canal", "motif", "client__nom", "etape__nom")
        .order_by("prevue_le", "pk")[: MAXIMUM * 2]
    )
    return [
        Action(
            _genre(relance),
            chez[relance.creancier_id],
            relance.client_id,
            relance.client.nom,
            _raison(relance),
            objet_id=relance.pk,
        )
        for relance in relances
    ]


def _genre(relance: Relance) -> str:
    if relance.etat == EtatRelance.INCERTAINE:
        return "trancher"
    if relance.etat == EtatRelance.ECHEC:
        return "corriger"
    if relance.etat == EtatRelance.A_VALIDER:
        return "valider"
    match relance.canal:
        case Canal.TELEPHONE:
            return "appel"
        case Canal.COURRIEL:
            return "corriger"
        case Canal.MISE_EN_DEMEURE | Canal.CONTENTIEUX:
            return "decider"
    return "poste"


def _raison(relance: Relance) -> str:
    nom = relance.etape.nom if relance.etape else relance.get_canal_display()
    match _genre(relance):
        case "trancher":
            return f"{nom} : parti ou non ? À vérifier"
        case "valider":
            return f"{nom} : message à valider"
        case "corriger":
            return relance.motif or f"{nom} : adresse à corriger"
        case "poste":
            return f"{nom} à préparer"
        case "decider":
            return f"{nom} : à décider"
    return relance.motif or nom


def courriers_du_jour(creanciers: Ceux) -> QuerySet[Courrier]:
    """À poster, ou posté en recommandé sans son numéro."""
    return (
        Courrier.objects.parmi(creanciers)
        .filter(
            Q(etat=EtatCourrier.A_POSTER)
            | Q(etat=EtatCourrier.POSTE, numero_suivi="") & ~Q(canal=Canal.COURRIER)
        )
        .filter(canal__in=CANAUX_POSTAUX)
    )


def _courriers(chez: dict[int, Creancier], au: date) -> list[Action]:
    courriers = courriers_du_jour(chez.values()).select_related("client")[:MAXIMUM]
    return [
        Action(
            "poste",
            chez[courrier.creancier_id],
            courrier.client_id,
            courrier.client.nom,
            f"{courrier.get_canal_display()} "
            + ("à poster" if courrier.etat == EtatCourrier.A_POSTER else ": numéro à saisir"),
            objet_id=-courrier.pk,
        )
        for courrier in courriers
    ]


def adresses_rendues(creanciers: Ceux, *, au: date) -> QuerySet[Client]:
    """Un courrier est revenu, et le client doit encore : son adresse se revoit."""
    doit = Facture.objects.parmi(creanciers).ouvertes().filter(client=OuterRef("pk"))
    rendues = Client.objects.parmi(creanciers).actifs().filter(adresse_invalide_le__lte=au)
    return rendues.filter(Exists(doit))


def _adresses_rendues(chez: dict[int, Creancier], au: date) -> list[Action]:
    return [
        Action(
            "corriger",
            chez[client.creancier_id],
            client.pk,
            client.nom,
            f"Courrier rendu le {jour(client.adresse_invalide_le)} : adresse postale à revoir",
            objet_id=-client.pk,
        )
        for client in adresses_rendues(chez.values(), au=au)[:MAXIMUM]
    ]


def references_a_trancher(creanciers: Ceux) -> ReferenceQuerySet:
    """Un avoir ou une rectificative nomme une facture ouverte : on ne réclame rien d'ici là."""
    references: ReferenceQuerySet = ReferenceFacture.objects.parmi(creanciers)
    return references.qui_retiennent().filter(~Q(facture__client__in=_intouchables(creanciers)))


def _references(chez: dict[int, Creancier], au: date) -> list[Action]:
    references = references_a_trancher(chez.values()).select_related("facture__client")
    return [
        Action(
            "decider",
            chez[reference.creancier_id],
            reference.facture.client_id,
            reference.facture.client.nom,
            f"{reference.facture.reference} "
            + ("vise " if reference.facture.est_avoir else "rectifie ")
            + f"{reference.numero} : à trancher",
            objet_id=-reference.pk,
            lien=reverse(
                "factures:detail", args=[chez[reference.creancier_id].code, reference.facture_id]
            ),
            mot="Répondre",
        )
        for reference in references.order_by("pk")[:MAXIMUM]
    ]


def _qualites(chez: dict[int, Creancier], au: date) -> list[Action]:
    return [
        Action(
            "qualite",
            chez[client.creancier_id],
            client.pk,
            client.nom,
            "Qualité à établir : professionnel, particulier ou public",
            objet_id=client.pk,
            lien=reverse("accueil:qualite", args=[chez[client.creancier_id].code, client.pk]),
            mot="Établir sa qualité",
        )
        for client in a_etablir(chez.values(), au=au)[:MAXIMUM]
    ]


def en_actions(echeances: Iterable[Echeance]) -> list[Action]:
    """Chaque échéance légale proche : la plus prochaine d'abord."""
    return [
        Action(
            "echeance" if ligne.est_pressante else "surveiller",
            ligne.client.creancier,
            ligne.client.pk,
            ligne.client.nom,
            ligne.raison,
            a=instant_de(ligne.le) if ligne.le else None,
            objet_id=ligne.objet_id,
            lien=ligne.lien,
            mot=ligne.mot,
            sorte=ligne.sorte,
        )
        for ligne in echeances
        if ligne.client is not None
    ]


# Ce que chaque source peut rendre : un canal ne lit que les siennes.
SOURCES = (
    (_rappels, {"heure"}),
    (_promesses_rompues, {"promesse"}),
    (_relances, {"trancher", "corriger", "valider", "appel", "poste", "decider"}),
    (_courriers, {"poste"}),
    (_adresses_rendues, {"corriger"}),
    (_references, {"decider"}),
    (_qualites, {"qualite"}),
    (faveurs_en_actions, {"employer"}),
    (fins_en_actions, {"fin"}),
)


@dataclass(frozen=True, slots=True)
class Attente:
    """Les nombres du cadre."""

    journee: int = 0
    a_valider: int = 0


def combien(creanciers: Collection[Creancier], *, maintenant: datetime) -> Attente:
    """Ce que compte Ma journée, échéances légales à part, et les relances à valider.

    Sur toutes les pages : tant que le journal de ces créanciers n'a pas une ligne de plus, elles
    se partagent le même compte, une minute au plus. Les échéances coûteraient quatre requêtes.
    """
    if not creanciers:
        return Attente()
    cles, au = tuple(creancier.pk for creancier in creanciers), jour_de(maintenant)
    if not settings.COMPTE_COMMUN:
        return _compter(cles, au)
    minute = int(maintenant.timestamp()) // settings.COMPTE_COMMUN
    return _compte_commun(cles, au, derniere_ligne(creanciers), minute)


@lru_cache(maxsize=512)
def _compte_commun(creanciers: tuple[int, ...], au: date, _ligne: int, _minute: int) -> Attente:
    return _compter(creanciers, au)


def _compter(creanciers: tuple[int, ...], au: date) -> Attente:
    *file, a_valider = nombres(
        creanciers,
        rappels(creanciers, au=au),
        rompues(creanciers, au=au),
        relances_du_jour(creanciers, au=au),
        courriers_du_jour(creanciers),
        adresses_rendues(creanciers, au=au),
        references_a_trancher(creanciers),
        a_etablir(creanciers, au=au),
        faveurs_a_employer(creanciers, au=au),
        au_bout(creanciers, au=au),
        relances_a_valider(creanciers, au=au),
    )
    return Attente(sum(file), a_valider)


def relances_a_valider(creanciers: Ceux, *, au: date) -> QuerySet[Relance]:
    a_valider: QuerySet[Relance] = Relance.objects.parmi(creanciers).a_valider(au=au)
    return a_valider


def nombres(creanciers: Ceux, *sources: QuerySet[Any]) -> list[int]:
    """Combien chaque source en a, en une seule requête pour toutes."""
    if not creanciers:
        return [0] * len(sources)
    # N'importe quelle ligne porte la réponse.
    [comptes] = Creancier.objects.values_list(*(_nombre(source) for source in sources))[:1]
    return [nombre or 0 for nombre in comptes]


def _nombre(source: QuerySet[Any]) -> Subquery:
    compte = source.order_by().values(un=Value(1)).annotate(nombre=Count("pk")).values("nombre")
    return Subquery(compte, output_field=IntegerField())
