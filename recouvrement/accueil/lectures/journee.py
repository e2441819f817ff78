"""Ma journée : une file d'actions, de la plus pressée à la moins pressée."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby

from django.db.models import Exists, Min, OuterRef, Q, Sum

from clients.models import Client
from factures.models import Facture
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO
from recouvrement.socle.templatetags.formats import euros, heure, jour
from recouvrement.socle.temps import instant_de, jour_de
from relances.actions.promesses import JOURS_DE_GRACE
from relances.enums import CANAUX_POSTAUX, Canal, EtatCourrier, EtatRelance
from relances.models import Appel, Courrier, Promesse, Relance, RelanceFacture

GROUPES = {
    "heure": "À heure fixe",
    "promesse": "Promesses non tenues",
    "corriger": "À corriger",
    "trancher": "Envois à trancher",
    "valider": "À valider",
    "appel": "Appels à passer",
    "poste": "Courriers",
    "decider": "À décider",
}
# Filtre « canal » de la page.
CANAUX = {
    "appels": ("heure", "promesse", "appel"),
    "courriels": ("valider", "trancher", "corriger"),
    "courriers": ("poste",),
    "decisions": ("decider",),
}
ICONES = {
    "heure": "heure",
    "promesse": "promesse",
    "corriger": "alerte",
    "trancher": "inconnu",
    "valider": "courriel",
    "appel": "appel",
    "poste": "lettre",
    "decider": "contentieux",
}
MAXIMUM = 200


@dataclass(frozen=True, slots=True)
class Action:
    """Une chose à faire, pour un client."""

    genre: str
    creancier: Creancier
    client_id: int
    client_nom: str
    raison: str
    a: datetime | None = None
    objet_id: int = 0
    montant: Decimal = ZERO
    plus_ancienne: date | None = None

    @property
    def icone(self) -> str:
        return ICONES[self.genre]

    @property
    def cle(self) -> str:
        return f"{self.genre}-{self.objet_id}"


@dataclass(frozen=True, slots=True)
class Groupe:
    titre: str
    actions: list[Action]


@dataclass(frozen=True, slots=True)
class Journee:
    groupes: list[Groupe]
    nombre: int
    faites: int
    actions: list[Action] = field(default_factory=list)

    def choisie(self, cle: str) -> Action | None:
        return next((a for a in self.actions if a.cle == cle), None) or (
            self.actions[0] if self.actions else None
        )

    def suivante(self, action: Action) -> Action | None:
        """Celle d'après, chez un autre client : l'appel consigné vide les siennes."""
        apres = self.actions[self.actions.index(action) + 1 :]
        autres = [a for a in [*apres, *self.actions] if a.client_id != action.client_id]
        return autres[0] if autres else None


def ma_journee(
    creanciers: Sequence[Creancier], *, maintenant: datetime, canal: str = ""
) -> Journee:
    """Toutes les actions du jour chez ces créanciers, en un nombre constant de requêtes."""
    au = jour_de(maintenant)
    chez = {creancier.pk: creancier for creancier in creanciers}
    voulus = set(CANAUX.get(canal, GROUPES))
    actions = [
        action
        for source, genres in SOURCES
        if voulus & genres
        for action in source(chez, au)
        if action.genre in voulus
    ]
    actions = _avec_montants(actions, chez.values(), au=au)
    actions.sort(key=lambda action: _rang(action, au))
    nombre, actions = len(actions), actions[:MAXIMUM]
    groupes = [
        Groupe(GROUPES[genre], list(les_siennes))
        for genre, les_siennes in groupby(actions, key=lambda action: action.genre)
    ]
    return Journee(groupes, nombre, faites=_faites(chez.values(), au), actions=actions)


def _ce_soir(au: date) -> datetime:
    return instant_de(au, time(23, 59, 59))


def _rappels(chez: dict[int, Creancier], au: date) -> list[Action]:
    # Qui ne doit plus rien ne se rappelle pas.
    doit = Facture.objects.parmi(chez.values()).ouvertes().filter(client=OuterRef("client"))
    appels = Appel.objects.parmi(chez.values()).a_rappeler(jusqu_a=_ce_soir(au))
    appels = appels.filter(Exists(doit)).select_related("client", "contact")
    return [
        Action(
            "heure",
            chez[appel.creancier_id],
            appel.client_id,
            appel.client.nom,
            _raison_du_rappel(appel, au),
            a=appel.rappel_le,
            objet_id=appel.pk,
        )
        for appel in appels
    ]


def _raison_du_rappel(appel: Appel, au: date) -> str:
    prevu = jour_de(appel.rappel_le)
    quand = f"à {heure(appel.rappel_le)}" if prevu == au else f"depuis le {jour(prevu)}"
    qui = f", demander {appel.contact}" if appel.contact_id else ""
    return f"Rappeler {quand}{qui} ({appel.get_issue_display().lower().rstrip('…').rstrip()})"


def _rompues(creanciers: Iterable[Creancier], au: date):
    limite = au - timedelta(days=JOURS_DE_GRACE)
    return Promesse.objects.parmi(creanciers).en_cours().filter(pour_le__lt=limite)


def _promesses_rompues(chez: dict[int, Creancier], au: date) -> list[Action]:
    return [
        Action(
            "promesse",
            chez[promesse.creancier_id],
            promesse.client_id,
            promesse.client.nom,
            f"Promis {euros(promesse.montant)} pour le {jour(promesse.pour_le)}, rien reçu",
            objet_id=promesse.pk,
        )
        for promesse in _rompues(chez.values(), au).select_related("client")
    ]


def _relances(chez: dict[int, Creancier], au: date) -> list[Action]:
    # Refusée par le serveur, elle retient ses factures : elle reste là tant qu'elles sont dues.
    doivent = RelanceFacture.objects.filter(
        creancier=OuterRef("creancier"),
        relance=OuterRef("pk"),
        est_vivante=True,
        facture__solde__gt=0,
    )
    relances = (
        Relance.objects.parmi(chez.values())
        .filter(
            Q(etat__in=[EtatRelance.A_FAIRE, EtatRelance.A_VALIDER], prevue_le__lte=au)
            | Q(etat=EtatRelance.INCERTAINE)
            | Q(etat=EtatRelance.ECHEC) & Exists(doivent)
        )
        .filter(courrier=None)
        .select_related("client", "etape")
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
    nom = relance.etape.nom if relance.etape_id else relance.get_canal_display()
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


def _courriers(chez: dict[int, Creancier], au: date) -> list[Action]:
    """À poster, ou posté en recommandé sans son numéro."""
    courriers = (
        Courrier.objects.parmi(chez.values())
        .filter(
            Q(etat=EtatCourrier.A_POSTER)
            | Q(etat=EtatCourrier.POSTE, numero_suivi="") & ~Q(canal=Canal.COURRIER)
        )
        .filter(canal__in=CANAUX_POSTAUX)
        .select_related("client")[:MAXIMUM]
    )
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


def _adresses_rendues(chez: dict[int, Creancier], au: date) -> list[Action]:
    """Un courrier est revenu, et le client doit encore : son adresse se revoit."""
    doit = Facture.objects.parmi(chez.values()).ouvertes().filter(client=OuterRef("pk"))
    rendues = Client.objects.parmi(chez.values()).actifs().filter(adresse_invalide_le__lte=au)
    return [
        Action(
            "corriger",
            chez[client.creancier_id],
            client.pk,
            client.nom,
            f"Courrier rendu le {jour(client.adresse_invalide_le)} : adresse postale à revoir",
            objet_id=-client.pk,
        )
        for client in rendues.filter(Exists(doit))[:MAXIMUM]
    ]


# Ce que chaque source peut rendre : un canal ne lit que les siennes.
SOURCES = (
    (_rappels, {"heure"}),
    (_promesses_rompues, {"promesse"}),
    (_relances, {"trancher", "corriger", "valider", "appel", "poste", "decider"}),
    (_courriers, {"poste"}),
    (_adresses_rendues, {"corriger"}),
)


def _avec_montants(
    actions: list[Action], creanciers: Iterable[Creancier], *, au: date
) -> list[Action]:
    """L'échu et la plus ancienne échéance de chacun : ce qui ordonne la file."""
    totaux = {
        ligne["client"]: ligne
        for ligne in Facture.objects.parmi(creanciers)
        .ouvertes()
        .echues(au=au)
        .filter(client__in={action.client_id for action in actions})
        .order_by()
        .values("client")
        .annotate(total=Sum("solde"), ancienne=Min("date_echeance"))
    }
    return [
        replace(
            action,
            montant=totaux[action.client_id]["total"],
            plus_ancienne=totaux[action.client_id]["ancienne"],
        )
        if action.client_id in totaux
        else action
        for action in actions
    ]


def _rang(action: Action, au: date) -> tuple:
    """Le genre d'abord ; à l'heure dite ; puis montant × ancienneté."""
    age = (au - action.plus_ancienne).days if action.plus_ancienne else 0
    a = action.a.timestamp() if action.a else 0.0
    return (list(GROUPES).index(action.genre), a, -action.montant * age, action.objet_id)


def _faites(creanciers: Iterable[Creancier], au: date) -> int:
    return (
        Appel.objects.parmi(creanciers)
        .filter(appele_le__gte=instant_de(au), annule_le=None)
        .count()
    )


def clients_a_completer(creanciers: Iterable[Creancier]) -> int:
    return Client.objects.parmi(creanciers).a_completer().count()
