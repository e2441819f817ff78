"""Prévoir les relances dues : tout un créancier à la fois, le même résultat mille fois de suite.

On relit les dates, on n'enchaîne aucun minuteur : lancée chaque minute ou après trois jours
d'arrêt, la planification arrive au même point.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import batched

from django.db import transaction
from django.db.models import Exists, OuterRef

from clients.models import Client
from factures.models import Facture
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.actions.depot import identifiant
from recouvrement.courriel.enums import EtatEnvoi, NatureEnvoi
from recouvrement.courriel.models import Envoi
from recouvrement.journal.actions import inscrire_lot
from recouvrement.socle.base.lots import inserer_fiches, numeroter, rafraichir_les_statistiques
from recouvrement.socle.sql import inserer
from relances.actions.annulations import retirer_les_factures
from relances.actions.fins import constater_les_fins
from relances.actions.scenarios import scenario_en_vigueur, scenario_par_defaut
from relances.courriels.adresses import adresse_d_expedition
from relances.enums import ETATS_EN_ATTENTE, Canal, Declenchement, EtatRelance
from relances.evenements import Evenement
from relances.lectures.faits import (
    FaitsDuJour,
    Ligne,
    adresses,
    cadre_du_jour,
    charger,
    factures_ouvertes,
    fenetre_de,
    il_y_a_de_quoi,
)
from relances.lectures.verdict import (
    DE_LA_FACTURE,
    Cadre,
    arrets,
    blocages,
    faits_du_creancier,
    que_rien_n_arrete,
)
from relances.models import Etape, Relance, RelanceFacture
from relances.regles.calendrier import prochaine_ouverture
from relances.regles.faits import Blocage, Usage

# De quoi ne pas tenir un million de fiches à la fois ; le nombre de requêtes n'en dépend guère.
LOT = 10_000
BEAUCOUP = 500
ADRESSE_A_CORRIGER = "Adresse à corriger : aucune adresse de courriel utilisable"
CLE = "relance:"
COLONNES = (
    *("creancier_id", "relance_id", "facture_id", "etape_id", "cle_etape"),
    *("rang", "cycle", "est_vivante", "solde"),
)


@dataclass(slots=True)
class Prevue:
    """Une relance que la planification crée, ou créerait à blanc."""

    client: int
    canal: Canal
    etape: Etape
    etat: EtatRelance
    adresse: str
    # Ce qu'elle demande : ni le contesté, ni ce que le client a en sa faveur.
    montant: Decimal
    lignes: list[tuple[Ligne, Etape]]
    # Une tâche du client qui attend déjà sur ce canal : ses factures s'y ajoutent.
    rejoint: int | None = None


@dataclass(frozen=True, slots=True)
class Ecartee:
    client: int
    facture: int
    solde: Decimal
    blocages: list[Blocage]


@dataclass(slots=True)
class Bilan:
    """Ce qui a été prévu et, si on l'a demandé, ce qui ne l'a pas été et pourquoi."""

    creees: list[Prevue] = field(default_factory=list)
    ecartees: list[Ecartee] = field(default_factory=list)
    retirees: int = 0

    @property
    def factures(self) -> int:
        return sum(len(prevue.lignes) for prevue in self.creees)


def planifier(
    creancier: Creancier,
    *,
    au: date,
    maintenant: datetime,
    a_blanc: bool = False,
    avec_ecartees: bool = False,
) -> Bilan:
    """Prévoit ce qui est dû à la date `au`. À blanc, rien n'est écrit et les raisons sont dites."""
    if a_blanc:
        return _calculer(creancier, au=au, maintenant=maintenant, avec_ecartees=True)
    if scenario_en_vigueur(creancier) is None:
        scenario_par_defaut(creancier)
    retirees = _retirer_ce_qui_n_est_plus_du(creancier, au=au)
    _reprendre_les_adresses(creancier, au=au, maintenant=maintenant)
    cadre = cadre_du_jour(creancier, au=au)
    constater_les_fins(cadre)
    # Un premier regard sans verrou : le plus souvent il n'y a rien à faire.
    if not avec_ecartees and not il_y_a_de_quoi(cadre):
        return Bilan(retirees=retirees)
    with transaction.atomic():
        creancier = Creancier.objects.select_for_update(no_key=True).get(pk=creancier.pk)
        if creancier.archive_le is not None:
            return Bilan(retirees=retirees)
        bilan = _calculer(creancier, au=au, maintenant=maintenant, avec_ecartees=avec_ecartees)
        pas_avant = prochaine_ouverture(maintenant, fenetre_de(creancier))
        _ecrire(creancier, bilan, au=au, pas_avant=pas_avant)
    if bilan.factures >= BEAUCOUP:
        rafraichir_les_statistiques(Relance, RelanceFacture, Envoi)
    bilan.retirees = retirees
    return bilan


def _calculer(
    creancier: Creancier, *, au: date, maintenant: datetime, avec_ecartees: bool
) -> Bilan:
    cadre = cadre_du_jour(creancier, au=au)
    faits = charger(cadre)
    bilan = Bilan()
    groupes: dict[tuple[int, str], list[tuple[Ligne, Etape]]] = defaultdict(list)
    for ligne in factures_ouvertes(cadre, dues_seulement=not avec_ecartees):
        etape = faits.etape(ligne)
        # Les dues seules : les filtres de la table les ont déjà jugées, une fois pour toutes.
        contre = blocages(faits.faits(ligne), Usage.PREVOIR) if avec_ecartees else []
        if etape is None or arrets(contre):
            if avec_ecartees:
                bilan.ecartees.append(Ecartee(ligne.client, ligne.pk, ligne.solde, contre))
            continue
        groupes[(ligne.client, etape.canal)].append((ligne, etape))
    taches = _taches_en_attente(creancier)
    for (client, canal), membres in groupes.items():
        membres = _exigibles(membres, au=au)
        bilan.creees.append(_prevoir(faits, client, Canal(canal), membres, taches))
    return bilan


def _exigibles(membres: list[tuple[Ligne, Etape]], *, au: date) -> list[tuple[Ligne, Etape]]:
    """Une relance qui réclame de l'échu n'y mêle pas un rappel de courtoisie : il attendra."""
    return [(ligne, etape) for ligne, etape in membres if ligne.echeance < au] or membres


def _prevoir(
    faits: FaitsDuJour,
    client: int,
    canal: Canal,
    membres: list[tuple[Ligne, Etape]],
    taches: dict[tuple[int, str], int],
) -> Prevue:
    etape = max((e for _, e in membres), key=lambda e: e.rang)
    adresse = faits.adresses.get(client, "") if canal == Canal.COURRIEL else ""
    return Prevue(
        client=client,
        canal=canal,
        etape=etape,
        etat=_etat(canal, adresse, [e for _, e in membres]),
        adresse=adresse,
        montant=faits.reclamables.net(client, [(ligne.pk, ligne.solde) for ligne, _ in membres]),
        lignes=membres,
        rejoint=taches.get((client, canal)),
    )


def _etat(canal: Canal, adresse: str, etapes: list[Etape]) -> EtatRelance:
    if canal != Canal.COURRIEL or not adresse:
        return EtatRelance.A_FAIRE
    if any(e.declenchement != Declenchement.AUTOMATIQUE for e in etapes):
        return EtatRelance.A_VALIDER
    return EtatRelance.PLANIFIEE


def _taches_en_attente(creancier: Creancier) -> dict[tuple[int, str], int]:
    return {
        (client, canal): pk
        for client, canal, pk in Relance.objects.pour(creancier)
        .filter(etat=EtatRelance.A_FAIRE, courrier=None)
        .values_list("client_id", "canal", "pk")
    }


def _ecrire(creancier: Creancier, bilan: Bilan, *, au: date, pas_avant: datetime) -> None:
    langues = dict(Client.objects.pour(creancier).exclude(langue="fr").values_list("pk", "langue"))
    for lot in batched(bilan.creees, LOT):
        nouvelles = [prevue for prevue in lot if prevue.rejoint is None]
        relances = [
            Relance(
                creancier=creancier,
                client_id=p.client,
                etape=p.etape,
                canal=p.canal,
                etat=p.etat,
                prevue_le=au,
                langue=langues.get(p.client, "fr"),
                destinataire=p.adresse,
                montant=p.montant,
                motif="" if p.adresse or p.canal != Canal.COURRIEL else ADRESSE_A_CORRIGER,
            )
            for p in nouvelles
        ]
        numeroter(relances)
        partent = [r for r in relances if r.etat == EtatRelance.PLANIFIEE]
        _deposer(creancier, partent, pas_avant=pas_avant)
        inserer_fiches(relances)
        numeros = {id(p): r.pk for p, r in zip(nouvelles, relances, strict=True)}
        _oublier_les_lignes_mortes(creancier, lot)
        inserer(
            RelanceFacture,
            COLONNES,
            (
                (
                    *(creancier.pk, p.rejoint or numeros[id(p)], ligne.pk, etape.pk, etape.cle),
                    *(etape.rang, ligne.cycle, True, ligne.solde),
                )
                for p in lot
                for ligne, etape in p.lignes
            ),
        )
        inscrire_lot(
            Evenement.RELANCE_PLANIFIEE,
            cibles=[
                (r, {"client": p.client, "etape": p.etape.cle, "factures": len(p.lignes)})
                for p, r in zip(nouvelles, relances, strict=True)
            ],
            acteur=None,
        )
    _hausser(creancier, bilan.creees)


def _oublier_les_lignes_mortes(creancier: Creancier, prevues: Sequence[Prevue]) -> None:
    """Une facture sortie d'une tâche y revient : sa ligne d'avant, qui ne vaut plus, s'efface."""
    rejointes = {p.rejoint: p for p in prevues if p.rejoint is not None}
    if rejointes:
        RelanceFacture.objects.pour(creancier).filter(
            relance__in=rejointes,
            facture__in=[ligne.pk for p in rejointes.values() for ligne, _ in p.lignes],
            est_vivante=False,
        ).delete()


def _deposer(creancier: Creancier, relances: list[Relance], *, pas_avant: datetime) -> None:
    """Une ligne d'envoi par relance qui part seule ; ses octets se feront au départ."""
    expediteur = adresse_d_expedition(creancier)
    envois = inserer_fiches(
        [nouvel_envoi(creancier, r, expediteur=expediteur, pas_avant=pas_avant) for r in relances]
    )
    for relance, envoi in zip(relances, envois, strict=True):
        relance.envoi = envoi


def envoi_suivant(
    creancier: Creancier, relance: Relance, *, expediteur: str, pas_avant: datetime
) -> Envoi:
    """Un message de plus d'une relance qui en a peut-être eu : sa clé n'a jamais servi.

    Annulé, refusé ou incertain, l'ancien garde la sienne ; la relance, verrouillée, avance d'un
    tour.
    """
    envois = Envoi.objects.pour(creancier)
    while envois.filter(cle=f"{CLE}{relance.pk}:{relance.tour}").exists():
        relance.tour += 1
    envoi = nouvel_envoi(creancier, relance, expediteur=expediteur, pas_avant=pas_avant)
    envoi.save()
    return envoi


def nouvel_envoi(
    creancier: Creancier, relance: Relance, *, expediteur: str, pas_avant: datetime
) -> Envoi:
    """Le premier d'une relance neuve ; une autre passe par `envoi_suivant`."""
    cle = f"{CLE}{relance.pk}:{relance.tour}"
    return Envoi(
        creancier=creancier,
        nature=NatureEnvoi.RELANCE,
        cle=cle,
        message_id=identifiant(cle),
        etat=EtatEnvoi.A_ENVOYER,
        destinataire=relance.destinataire,
        expediteur=expediteur,
        pas_avant=pas_avant,
    )


def _hausser(creancier: Creancier, prevues: list[Prevue]) -> None:
    """Une tâche qui accueille une facture plus avancée prend son étape."""
    par_etape: dict[Etape, list[int]] = defaultdict(list)
    for prevue in prevues:
        if prevue.rejoint is not None:
            par_etape[prevue.etape].append(prevue.rejoint)
    for etape, numeros in par_etape.items():
        Relance.objects.pour(creancier).filter(pk__in=numeros, etape__rang__lt=etape.rang).update(
            etape=etape
        )


def _retirer_ce_qui_n_est_plus_du(creancier: Creancier, *, au: date) -> int:
    """Rattrape un fait que personne n'aurait annoncé : soldée, au contentieux, contestée."""
    celle_ci = Facture.objects.filter(creancier=creancier, pk=OuterRef("facture"))
    cadre = Cadre(creancier, faits_du_creancier(creancier), au)
    dues = que_rien_n_arrete(celle_ci, cadre, Usage.PARTIR, regles=DE_LA_FACTURE)
    factures = list(
        RelanceFacture.objects.pour(creancier)
        .vivantes()
        .filter(relance__creancier=creancier, relance__etat__in=ETATS_EN_ATTENTE)
        .filter(~Exists(dues))
        .values_list("facture_id", flat=True)
    )
    if not factures:
        return 0
    return len(
        retirer_les_factures(creancier, factures, motif="Facture soldée, contestée ou confiée")
    )


def _reprendre_les_adresses(creancier: Creancier, *, au: date, maintenant: datetime) -> None:
    """Une adresse corrigée remet en route la relance qui l'attendait."""
    attente = Relance.objects.pour(creancier).filter(
        canal=Canal.COURRIEL, etat=EtatRelance.A_FAIRE, destinataire=""
    )
    clients = set(attente.values_list("client_id", flat=True))
    connues = adresses(creancier, clients=clients) if clients else {}
    if not connues:
        return
    pas_avant = prochaine_ouverture(maintenant, fenetre_de(creancier))
    with transaction.atomic():
        for relance in (
            attente.select_for_update(of=("self",))
            .select_related("etape")
            .filter(client__in=list(connues))
        ):
            relance.destinataire = connues[relance.client_id]
            relance.prevue_le, relance.motif = au, ""
            relance.etat = EtatRelance.A_VALIDER
            if relance.etape and relance.etape.declenchement == Declenchement.AUTOMATIQUE:
                relance.etat = EtatRelance.PLANIFIEE
                relance.envoi = envoi_suivant(
                    creancier,
                    relance,
                    expediteur=adresse_d_expedition(creancier),
                    pas_avant=pas_avant,
                )
            relance.save(
                update_fields=["destinataire", "prevue_le", "motif", "etat", "envoi", "tour"]
            )
