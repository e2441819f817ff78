"""Ce que les relances savent de leurs messages : les écrire au départ, et dire s'ils sont dus.

`verifier` tourne dans la transaction qui passe à `data`, sous les verrous des factures : un
règlement validé avant elle l'emporte toujours.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from clients.actions import marquer_coordonnee
from clients.enums import Validite
from clients.models import Coordonnee
from factures.models import Facture
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.actions.depot import en_octets
from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.metier import Arret, Composition, Recomposer
from recouvrement.courriel.models import Envoi
from recouvrement.documents.fichiers import FichierAltere, FichierPerdu, MagasinFerme
from recouvrement.journal.actions import inscrire
from recouvrement.socle.requetes import RequeteFigee
from recouvrement.socle.temps import instant_de, jour_de
from relances.actions.planification import ADRESSE_A_CORRIGER
from relances.courriels.adresses import adresse_d_expedition, destinataires_de
from relances.courriels.enveloppe import en_courriel
from relances.courriels.message import message_de
from relances.enums import CodeBlocage, EtatRelance
from relances.evenements import Evenement
from relances.lectures.faits import fenetre_de
from relances.lectures.relecture import Relue, relire
from relances.models import Relance, RelanceFacture
from relances.regles.calendrier import prochaine_ouverture
from relances.regles.textes import TexteRefuse

ADRESSE_REFUSEE = "Adresse refusée par le serveur, à corriger"
ATTENTE_GEL = timedelta(minutes=15)
# Plus que de travailleurs à la fois : avant, deux départs simultanés ne peuvent pas le franchir.
MARGE_DU_QUOTA = 64


class MetierRelance:
    """Le rôle que la boîte de départ attend de l'app qui a déposé le message."""

    se_copie_au_temoin = True

    def composer(self, envoi: Envoi, *, maintenant: datetime) -> Composition | Arret:
        relue = _relire(envoi, maintenant=maintenant)
        if isinstance(relue, Arret):
            return relue
        _ecrire_depuis(envoi, relue.relance.creancier)
        au = jour_de(maintenant)
        try:
            message = message_de(relue.relance, factures=relue.factures, au=au, lus=relue.lus)
        except TexteRefuse as refus:
            return Arret(f"Texte à corriger. {refus}"[:250])
        try:
            courriel = en_courriel(message, maintenant=maintenant)
        except (FichierPerdu, FichierAltere) as refus:
            return Arret(f"Pièce jointe : {refus}"[:250])
        except MagasinFerme:
            # Ce n'est pas la faute du message : il attend que le disque revienne.
            return Arret("Le magasin de fichiers ne répond pas", pas_avant=maintenant + ATTENTE_GEL)
        octets = en_octets(courriel, message_id=envoi.message_id)
        copies = tuple(copie.adresse for copie in message.copies)
        return Composition(
            octets, message.sujet, message.somme, copies, dit=relue.dit, titre=relue.titre
        )

    def verifier(
        self, envoi: Envoi, composition: Composition, *, maintenant: datetime
    ) -> Arret | Recomposer | None:
        _compter_juste(envoi, maintenant=maintenant)
        # Verrouiller, puis relire dans une autre requête : ce que la première a attendu y est.
        list(
            Facture.objects.pour(_creancier_de(envoi))
            .filter(pk__in=[pk for pk, _ in composition.dit])
            .select_for_update(of=("self",), no_key=True)
            .order_by("pk")
            .values_list("pk", flat=True)
        )
        relue = _relire(envoi, maintenant=maintenant, verrou=True)
        if isinstance(relue, Arret):
            return relue
        if (relue.dit, relue.titre) != (composition.dit, composition.titre):
            return Recomposer()
        a_qui = destinataires_de(relue.relance.client, envoi.destinataire)
        if composition.copies != a_qui.adresses_en_copie:
            return Arret("Les copies ont changé : le message se refait", pas_avant=maintenant)
        _figer_les_lignes(relue)
        return None

    def adresse_refusee(
        self, envoi: Envoi, adresse: str, refus: str, *, maintenant: datetime
    ) -> None:
        """Le serveur dit que la boîte n'existe pas : on ne lui écrit plus."""
        client = Relance.objects.pour(_creancier_de(envoi)).filter(envoi=envoi).values("client")
        for coordonnee in (
            Coordonnee.objects.pour(_creancier_de(envoi))
            .courriels()
            .utilisables()
            .filter(client__in=client, valeur=adresse)
            .select_related("client__creancier")
        ):
            marquer_coordonnee(
                coordonnee,
                validite=Validite.INVALIDE,
                motif=f"Refusée par le serveur : {refus}"[:200],
                le=jour_de(maintenant),
                acteur=None,
            )

    def verrouiller(self, envoi: Envoi) -> None:
        """La relance avant l'envoi : l'ordre de tous ceux qui prennent les deux."""
        RELANCE_VERROUILLEE(creancier=envoi.creancier_id, envoi=envoi.pk)

    def parti(self, envoi: Envoi, composition: Composition | None, *, maintenant: datetime) -> None:
        # Relue à part du verrou : ce qu'il a attendu y est.
        (relance,) = RELANCE(creancier=envoi.creancier_id, envoi=envoi.pk)
        if relance.etat == EtatRelance.ANNULEE:
            # Annulée pendant la transmission : elle est partie quand même, et cela se dit.
            _ranimer(relance, composition)
        Relance.objects.pour(_creancier_de(envoi)).filter(pk=relance.pk).update(
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
            copies=list(composition.copies) if composition else [],
            message_id=envoi.message_id,
            somme=composition.somme if composition else None,
        )

    def non_parti(self, envoi: Envoi, etat: EtatEnvoi, motif: str, *, maintenant: datetime) -> None:
        relance = Relance.objects.pour(_creancier_de(envoi)).get(envoi=envoi)
        if etat == EtatEnvoi.INCERTAIN:
            relance.faite_le = envoi.data_a or maintenant
            _clore(relance, EtatRelance.INCERTAINE, motif, Evenement.RELANCE_INCERTAINE)
        elif relance.etat != EtatRelance.PLANIFIEE:
            return
        elif etat == EtatEnvoi.ECHEC:
            if not _est_utilisable(relance):
                motif = f"{ADRESSE_REFUSEE} : {envoi.destinataire} ({motif})"
            _clore(relance, EtatRelance.ECHEC, motif, Evenement.RELANCE_NON_PARTIE)
        elif motif == ADRESSE_A_CORRIGER:
            relance.envoi, relance.destinataire = None, ""
            _clore(relance, EtatRelance.A_FAIRE, motif, Evenement.RELANCE_NON_PARTIE)
        else:
            RelanceFacture.objects.pour(_creancier_de(envoi)).filter(relance=relance).update(
                est_vivante=False
            )
            _clore(relance, EtatRelance.ANNULEE, motif, Evenement.RELANCE_ANNULEE)

    def confirme(self, envoi: Envoi, motif: str, *, maintenant: datetime) -> None:
        """Rien si une personne l'a déjà renvoyée ou tranchée : sa décision reste."""
        relances = Relance.objects.pour(_creancier_de(envoi))
        for relance in relances.filter(envoi=envoi, etat=EtatRelance.INCERTAINE):
            relance.faite_le = envoi.data_a or maintenant
            _clore(relance, EtatRelance.FAITE, motif, Evenement.RELANCE_ENVOYEE)

    def sauver(self, envoi: Envoi, etat: EtatEnvoi, motif: str, *, maintenant: datetime) -> None:
        """Sans rien relire : la relance rejoint la liste de celles qu'une personne reprend."""
        incertaine = etat == EtatEnvoi.INCERTAIN
        Relance.objects.pour(_creancier_de(envoi)).filter(envoi=envoi).update(
            etat=EtatRelance.INCERTAINE if incertaine else EtatRelance.ECHEC,
            motif=motif[:250],
            **({"faite_le": envoi.data_a or maintenant} if incertaine else {}),
        )


METIER = MetierRelance()


def _requete_de_relance(*, creancier: int, envoi: int) -> QuerySet[Relance]:
    return Relance.objects.pour(Creancier(pk=creancier)).filter(envoi=envoi)


def _requete_avec_verrou(*, creancier: int, envoi: int) -> QuerySet[Relance]:
    return _requete_de_relance(creancier=creancier, envoi=envoi).select_for_update(of=("self",))


RELANCE = RequeteFigee(_requete_de_relance, creancier=int, envoi=int)
RELANCE_VERROUILLEE = RequeteFigee(_requete_avec_verrou, creancier=int, envoi=int)


def _creancier_de(envoi: Envoi) -> Creancier:
    """Le message d'une relance en a toujours un ; seuls ceux d'un compte n'en ont pas."""
    if envoi.creancier is None:
        raise ValueError(f"Le message {envoi.cle} n'est pas celui d'une relance.")
    return envoi.creancier


def _relire(envoi: Envoi, *, maintenant: datetime, verrou: bool = False) -> Relue | Arret:
    """Ce qui est encore dû d'un envoi ; un arrêt s'il ne peut pas partir."""
    relue = relire(_creancier_de(envoi), maintenant=maintenant, verrou=verrou, envoi=envoi)
    if relue.relance.etat != EtatRelance.PLANIFIEE:
        return Arret(relue.relance.motif or "Relance annulée")
    if relue.sans_adresse:
        return Arret(ADRESSE_A_CORRIGER)
    if not relue.dues:
        return Arret(relue.contre[0].phrase if relue.contre else "Plus rien à réclamer")
    if not relue.passagers:
        return relue
    pas_avant = maintenant + ATTENTE_GEL
    codes = {b.code for b in relue.passagers}
    if CodeBlocage.QUOTA in codes:
        demain = instant_de(jour_de(maintenant) + timedelta(days=1))
        pas_avant = prochaine_ouverture(demain, fenetre_de(relue.relance.creancier))
    elif CodeBlocage.HORAIRES in codes:
        pas_avant = prochaine_ouverture(maintenant, fenetre_de(relue.relance.creancier))
    return Arret(relue.passagers[0].phrase, pas_avant=pas_avant)


def _ecrire_depuis(envoi: Envoi, creancier: Creancier) -> None:
    """L'enveloppe et l'en-tête portent l'adresse d'aujourd'hui, fût-elle changée depuis le plan."""
    expediteur = adresse_d_expedition(creancier)
    if envoi.expediteur != expediteur:
        envoi.expediteur = expediteur
        Envoi.objects.pour(creancier).filter(pk=envoi.pk, jeton=envoi.jeton).update(
            expediteur=expediteur
        )


def _compter_juste(envoi: Envoi, *, maintenant: datetime) -> None:
    """Près du quota, un seul départ à la fois : ce que la relecture comptera sera le vrai nombre.

    Avant tout autre verrou : c'est l'ordre de la planification, qui tient le créancier d'abord.
    """
    creancier = _creancier_de(envoi)
    partis = Envoi.objects.pour(creancier).transmis(depuis=instant_de(jour_de(maintenant)))
    if partis.count() + MARGE_DU_QUOTA >= creancier.quota_quotidien:
        Creancier.objects.select_for_update(no_key=True).get(pk=creancier.pk)


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


def _est_utilisable(relance: Relance) -> bool:
    coordonnees = Coordonnee.objects.pour(relance.creancier).courriels().utilisables()
    return coordonnees.filter(client=relance.client_id, valeur=relance.destinataire).exists()


def _ranimer(relance: Relance, composition: Composition | None) -> None:
    dites = [pk for pk, _ in composition.dit] if composition else []
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
