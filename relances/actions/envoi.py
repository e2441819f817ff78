"""Ce que les relances savent de leurs messages : les écrire au départ, et dire s'ils sont dus.

`verifier` tourne dans la transaction qui passe à `data`, sous les verrous des factures : un
règlement validé avant elle l'emporte toujours.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import DateField, DateTimeField, Exists, Max, OuterRef, Subquery

from clients.models import Coordonnee
from factures.models import Facture, Litige
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.actions import en_octets
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.envoi import Arret, Composition, Recomposer
from recouvrement.courriel.models import Envoi
from recouvrement.journal.actions import inscrire
from recouvrement.socle.temps import jour_de
from relances.actions.planification import ADRESSE_A_CORRIGER
from relances.enums import CodeBlocage, EtatRelance
from relances.evenements import Evenement
from relances.lectures.faits import faits_du_creancier, fenetre_de
from relances.lectures.message import en_courriel, message_de
from relances.models import Appel, Promesse, Relance, RelanceFacture
from relances.regles.blocages import (
    PASSAGERS,
    Blocage,
    Faits,
    FaitsClient,
    FaitsFacture,
    avec_facture,
    blocages,
)
from relances.regles.calendrier import est_ouverte, prochaine_ouverture
from relances.regles.progression import est_caduque

ATTENTE_GEL = timedelta(minutes=15)
Dit = tuple[tuple[int, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Relue:
    """Une relance relue : les factures encore dues, et ce qui s'oppose aux autres."""

    relance: Relance
    lignes: list[RelanceFacture]
    dues: list[RelanceFacture]
    contre: list[Blocage]

    @property
    def factures(self) -> list[Facture]:
        return [ligne.facture for ligne in self.dues]

    @property
    def dit(self) -> Dit:
        return tuple(sorted((f.pk, f.solde) for f in self.factures))


class MetierRelance:
    """Le rôle que la boîte de départ attend de l'app qui a déposé le message."""

    def composer(self, envoi: Envoi, *, maintenant: datetime) -> Composition | Arret:
        relue = relire(envoi, maintenant=maintenant)
        if isinstance(relue, Arret):
            return relue
        au = jour_de(maintenant)
        message = message_de(relue.relance, factures=relue.factures, au=au)
        octets = en_octets(en_courriel(message, maintenant=maintenant), message_id=envoi.message_id)
        return Composition(octets, message.sujet, message.somme, dit=relue.dit)

    def verifier(
        self, envoi: Envoi, composition: Composition, *, maintenant: datetime
    ) -> Arret | Recomposer | None:
        # Verrouiller, puis relire dans une autre requête : ce que la première a attendu y est.
        list(
            Facture.objects.pour(envoi.creancier)
            .filter(pk__in=[pk for pk, _ in composition.dit])
            .select_for_update(of=("self",), no_key=True)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        relue = relire(envoi, maintenant=maintenant, verrou=True)
        if isinstance(relue, Arret):
            return relue
        if relue.dit != composition.dit:
            return Recomposer()
        _figer_les_lignes(relue)
        return None

    def verrouiller(self, envoi: Envoi) -> None:
        """La relance avant l'envoi : l'ordre de tous ceux qui prennent les deux."""
        list(
            Relance.objects.pour(envoi.creancier)
            .filter(envoi=envoi)
            .select_for_update(of=("self",))
            .values_list("pk", flat=True)
        )

    def parti(self, envoi: Envoi, composition: Composition | None, *, maintenant: datetime) -> None:
        relances = Relance.objects.pour(envoi.creancier).filter(envoi=envoi)
        relance = relances.get()
        if relance.etat == EtatRelance.ANNULEE:
            # Annulée pendant la transmission : elle est partie quand même, et cela se dit.
            _ranimer(relance, composition)
        relances.update(
            etat=EtatRelance.FAITE,
            faite_le=maintenant,
            motif="",
            montant=composition.somme if composition else relance.montant,
        )
        inscrire(
            Evenement.RELANCE_ENVOYEE,
            cible=relance,
            acteur=None,
            client=relance.client_id,
            destinataire=envoi.destinataire,
            message_id=envoi.message_id,
            somme=composition.somme if composition else None,
        )

    def non_parti(self, envoi: Envoi, etat: EtatEnvoi, motif: str, *, maintenant: datetime) -> None:
        relance = Relance.objects.pour(envoi.creancier).get(envoi=envoi)
        if etat == EtatEnvoi.INCERTAIN:
            relance.faite_le = envoi.data_a or maintenant
            _clore(relance, EtatRelance.INCERTAINE, motif, Evenement.RELANCE_INCERTAINE)
        elif relance.etat != EtatRelance.PLANIFIEE:
            return
        elif etat == EtatEnvoi.ECHEC:
            _clore(relance, EtatRelance.ECHEC, motif, Evenement.RELANCE_NON_PARTIE)
        elif motif == ADRESSE_A_CORRIGER:
            relance.envoi, relance.destinataire = None, ""
            _clore(relance, EtatRelance.A_FAIRE, motif, Evenement.RELANCE_NON_PARTIE)
        else:
            RelanceFacture.objects.pour(envoi.creancier).filter(relance=relance).update(
                est_vivante=False
            )
            _clore(relance, EtatRelance.ANNULEE, motif, Evenement.RELANCE_ANNULEE)


METIER = MetierRelance()


def relire(envoi: Envoi, *, maintenant: datetime, verrou: bool = False) -> Relue | Arret:
    """La relance d'un envoi, ses factures encore dues ; un arrêt si elle ne peut pas partir."""
    relance = _lire_la_relance(envoi, verrou=verrou)
    if relance.etat != EtatRelance.PLANIFIEE:
        return Arret(relance.motif or "Relance annulée")
    au = jour_de(maintenant)
    faits = _faits(relance, au=au, maintenant=maintenant)
    dues, contre = [], []
    lignes = list(_lire_les_lignes(relance))
    for ligne in lignes:
        trouves = [*_caduque(ligne, au=au), *blocages(_avec(faits, ligne))]
        fermes = [b for b in trouves if b.code not in PASSAGERS]
        passagers = [b for b in trouves if b.code in PASSAGERS]
        contre += fermes
        if not fermes:
            dues.append(ligne)
            if passagers:
                return _plus_tard(relance.creancier, passagers, maintenant)
    if dues:
        return Relue(relance, lignes, dues, contre)
    if {b.code for b in contre} == {CodeBlocage.ADRESSE}:
        return Arret(ADRESSE_A_CORRIGER)
    return Arret(contre[0].phrase if contre else "Plus aucune facture à réclamer")


CADUQUE = Blocage(CodeBlocage.DEVANCEE, "L'échéance est passée : ce rappel n'a plus lieu d'être")


def _plus_tard(creancier: Creancier, passagers: list[Blocage], maintenant: datetime) -> Arret:
    motif = passagers[0].phrase
    if any(b.code == CodeBlocage.HORAIRES for b in passagers):
        return Arret(motif, pas_avant=prochaine_ouverture(maintenant, fenetre_de(creancier)))
    return Arret(motif, pas_avant=maintenant + ATTENTE_GEL)


def _lire_la_relance(envoi: Envoi, *, verrou: bool) -> Relance:
    """Tout ce qui tient au client et au créancier, en une lecture."""
    chez = {"creancier": OuterRef("creancier"), "client": OuterRef("client")}
    faites = Relance.objects.filter(**chez, faite_le__isnull=False).exclude(pk=OuterRef("pk"))
    appels = Appel.objects.filter(**chez, annule_le=None)
    promesse = Promesse.objects.filter(**chez, close_le=None).order_by()
    adresse = Coordonnee.objects.filter(**chez, valeur=OuterRef("destinataire")).courriels()
    qs = (
        Relance.objects.pour(envoi.creancier)
        .select_related("creancier", "client", "etape")
        .annotate(
            promesse_pour_le=Subquery(promesse.values("pour_le")[:1], output_field=DateField()),
            derniere_relance=_dernier(faites, "faite_le"),
            dernier_appel=_dernier(appels, "appele_le"),
            adresse_utilisable=Exists(adresse.utilisables()),
        )
    )
    if verrou:
        qs = qs.select_for_update(of=("self",))
    return qs.get(envoi=envoi)


def _dernier(qs, champ: str):
    return Subquery(
        qs.order_by().values("client").annotate(d=Max(champ)).values("d"),
        output_field=DateTimeField(),
    )


def _lire_les_lignes(relance: Relance):
    litige = Litige.objects.filter(
        creancier=relance.creancier, facture=OuterRef("facture"), clos_le=None
    ).order_by()
    return (
        RelanceFacture.objects.pour(relance.creancier)
        .vivantes()
        .filter(relance=relance)
        .select_related("facture", "etape")
        .annotate(litige_le=Subquery(litige.values("ouvert_le")[:1], output_field=DateField()))
    )


def _caduque(ligne: RelanceFacture, *, au: date) -> list[Blocage]:
    delai = ligne.etape.delai if ligne.etape else 0
    return [CADUQUE] if est_caduque(delai, echeance=ligne.facture.date_echeance, au=au) else []


def _faits(relance: Relance, *, au: date, maintenant: datetime) -> Faits:
    client, creancier = relance.client, relance.creancier
    fenetre = fenetre_de(creancier)
    actions = [d for d in (relance.derniere_relance, relance.dernier_appel) if d is not None]
    return Faits(
        au=au,
        creancier=faits_du_creancier(creancier),
        client=FaitsClient(
            suspendu_le=client.suspendu_le,
            suspendu_jusqu_au=client.suspendu_jusqu_au,
            suspendu_motif=client.suspendu_motif,
            procedure_collective_le=client.procedure_collective_le,
            fusionne=client.fusionne_dans_id is not None,
            promesse_pour_le=relance.promesse_pour_le,
            derniere_action_le=jour_de(max(actions)) if actions else None,
            adresse=relance.destinataire if relance.adresse_utilisable else "",
        ),
        facture=FaitsFacture(solde=Decimal("0.00")),
        ouverture=None
        if est_ouverte(maintenant, fenetre)
        else prochaine_ouverture(maintenant, fenetre),
        automatique=relance.decidee_par_id is None,
        deja_prevue=True,
    )


def _avec(faits: Faits, ligne: RelanceFacture) -> Faits:
    facture = ligne.facture
    return avec_facture(
        faits,
        FaitsFacture(
            solde=facture.solde,
            est_avoir=facture.est_avoir,
            contentieux_depuis=facture.contentieux_depuis,
            litige_ouvert_le=ligne.litige_le,
        ),
    )


def _figer_les_lignes(relue: Relue) -> None:
    """La relance ne compte que ce qu'elle dit : lignes écartées ôtées, soldes du moment."""
    dues = {ligne.pk for ligne in relue.dues}
    changees = []
    for ligne in relue.lignes:
        if ligne.pk not in dues:
            ligne.est_vivante = False
        elif ligne.solde != ligne.facture.solde:
            ligne.solde = ligne.facture.solde
        else:
            continue
        changees.append(ligne)
    if changees:
        RelanceFacture.objects.pour(relue.relance.creancier).bulk_update(
            changees, ["est_vivante", "solde"]
        )


def _ranimer(relance: Relance, composition: Composition | None) -> None:
    dites = [pk for pk, _ in composition.dit] if composition and composition.dit else []
    lignes = RelanceFacture.objects.pour(relance.creancier)
    refaites = Exists(
        RelanceFacture.objects.filter(
            creancier=OuterRef("creancier"),
            facture=OuterRef("facture"),
            cle_etape=OuterRef("cle_etape"),
            cycle=OuterRef("cycle"),
            est_vivante=True,
        )
    )
    mortes = lignes.filter(relance=relance, facture__in=dites).filter(~refaites)
    a_ranimer = list(mortes.values_list("pk", flat=True))
    lignes.filter(pk__in=a_ranimer).update(est_vivante=True)


def _clore(relance: Relance, etat: EtatRelance, motif: str, evenement: Evenement) -> None:
    relance.etat, relance.motif = etat, motif[:250]
    relance.save(update_fields=["etat", "motif", "faite_le", "envoi", "destinataire"])
    inscrire(evenement, cible=relance, acteur=None, client=relance.client_id, motif=motif)
