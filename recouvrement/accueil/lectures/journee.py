"""Ma journée : une file d'actions, de la plus pressée à la moins pressée."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from django.db.models import Min, Sum

from clients.models import Client
from factures.lectures.echeances import Echeance, echeances_des_clients
from factures.lectures.faveur import faveurs_par_client
from factures.lectures.reclamable import reclamable_en_base
from factures.models import Encaissement, Facture
from recouvrement.accueil.lectures.a_faire import SOURCES, en_actions, nombres
from recouvrement.accueil.lectures.action import MAXIMUM, Action
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO, arrondir
from recouvrement.socle.temps import instant_de, jour_de
from relances.models import Appel

GROUPES = {
    "heure": "À heure fixe",
    "echeance": "Échéances légales",
    "promesse": "Promesses non tenues",
    "employer": "Avoirs et règlements à employer",
    "corriger": "À corriger",
    "qualite": "Qualités à établir",
    "trancher": "Envois à trancher",
    "valider": "À valider",
    "appel": "Appels à passer",
    "poste": "Courriers",
    "decider": "À décider",
    "fin": "Scénarios terminés",
    "surveiller": "Échéances à surveiller",
}
# Filtre « canal » de la page.
ECHEANCES = {"echeance", "surveiller"}
NOMS_DES_CANAUX = {
    "appels": "Appels",
    "courriels": "Courriels",
    "courriers": "Courriers",
    "decisions": "Décisions",
}
CANAUX = {
    "appels": ("heure", "promesse", "appel"),
    "courriels": ("valider", "trancher", "corriger"),
    "courriers": ("poste",),
    "decisions": ("employer", "decider", "fin", "qualite", "echeance", "surveiller"),
}


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
    # Ce que chaque filtre montrerait, l'autre gardé.
    par_canal: list[tuple[str, str, int]] = field(default_factory=list)
    par_creancier: list[tuple[Creancier, int]] = field(default_factory=list)
    # Parmi elles, celles que la loi fixe.
    echeances: int = 0
    clients_a_completer: int = 0

    @property
    def a_faire(self) -> int:
        return self.nombre - self.echeances

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
    creanciers: Sequence[Creancier],
    *,
    maintenant: datetime,
    canal: str = "",
    chez_qui: str = "",
    compter: bool = False,
    echeances: list[Echeance] | None = None,
) -> Journee:
    """Les actions du jour chez ces créanciers, en un nombre constant de requêtes.

    `compter` lit aussi ce que le canal choisi ne montre pas, pour dire combien il y en a.
    `echeances` : celles des clients, si elles sont déjà lues.
    """
    au = jour_de(maintenant)
    chez = {creancier.pk: creancier for creancier in creanciers}
    voulus = set(CANAUX.get(canal, GROUPES))
    toutes = [
        action
        for source, genres in SOURCES
        if compter or voulus & genres
        for action in source(chez, au)
    ]
    if compter or voulus & ECHEANCES:
        if echeances is None:
            echeances = echeances_des_clients(creanciers, au=au)
        toutes += en_actions(echeances)
    du_canal = [a for a in toutes if a.genre in voulus]
    actions = [a for a in du_canal if chez_qui in ("", a.creancier.code)]
    actions = _avec_montants(actions, chez.values(), au=au)
    actions.sort(key=lambda action: _rang(action, au))
    nombre_d_echeances = sum(a.genre in ECHEANCES for a in actions)
    nombre, actions = len(actions), actions[:MAXIMUM]
    groupes = [
        Groupe(GROUPES[genre], list(les_siennes))
        for genre, les_siennes in groupby(actions, key=lambda action: action.genre)
    ]
    du_creancier = Counter(a.genre for a in toutes if chez_qui in ("", a.creancier.code))
    par_creancier = Counter(a.creancier.pk for a in du_canal)
    faites, a_completer = nombres(
        creanciers,
        Appel.objects.parmi(creanciers).filter(appele_le__gte=instant_de(au), annule_le=None),
        Client.objects.parmi(creanciers).a_completer(),
    )
    return Journee(
        groupes,
        nombre,
        faites=faites,
        actions=actions,
        par_canal=[
            (cle, nom, sum(du_creancier[genre] for genre in CANAUX[cle]))
            for cle, nom in NOMS_DES_CANAUX.items()
        ],
        par_creancier=[(c, par_creancier[c.pk]) for c in creanciers],
        echeances=nombre_d_echeances,
        clients_a_completer=a_completer,
    )


def _avec_montants(
    actions: list[Action], creanciers: Iterable[Creancier], *, au: date
) -> list[Action]:
    """Le net à demander de l'échu et la plus ancienne échéance de chacun : ce qui ordonne la file.

    La compensation éteint les plus anciennes d'abord : l'échu avant ce qui est à échoir.
    """
    clients = {action.client_id for action in actions}
    faveurs = faveurs_par_client(
        Facture.objects.parmi(creanciers).filter(client__in=clients),
        Encaissement.objects.parmi(creanciers).filter(client__in=clients),
        au=au,
    )
    totaux = {
        ligne["client"]: ligne
        for ligne in Facture.objects.parmi(creanciers)
        .ouvertes()
        .echues(au=au)
        .filter(client__in=clients)
        .order_by()
        .alias(reclamable=reclamable_en_base())
        .values("client")
        .annotate(total=Sum("reclamable"), ancienne=Min("date_echeance"))
    }
    return [
        replace(
            action,
            montant=max(
                arrondir(totaux[action.client_id]["total"]) - faveurs.get(action.client_id, ZERO),
                ZERO,
            ),
            plus_ancienne=totaux[action.client_id]["ancienne"],
        )
        if action.client_id in totaux
        else action
        for action in actions
    ]


def _rang(action: Action, au: date) -> tuple[int, float, Decimal, int]:
    """Le genre d'abord ; à l'heure dite ; puis montant × ancienneté."""
    age = (au - action.plus_ancienne).days if action.plus_ancienne else 0
    a = action.a.timestamp() if action.a else 0.0
    return (list(GROUPES).index(action.genre), a, -action.montant * age, action.objet_id)
