"""Faire partir un message, un à la fois, sans jamais l'envoyer deux fois.

Aucun dialogue SMTP dans une transaction. Avant `data` on recommence autant qu'il faut ; après,
seule une personne décide. Ce qui échoue chez l'un n'arrête pas les autres.
"""

import contextlib
import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet

from recouvrement.courriel.actions.instance import noter_injoignable, noter_joint
from recouvrement.courriel.actions.pannes import clore_la_panne
from recouvrement.courriel.carnet import Carnet, CarnetFerme
from recouvrement.courriel.depart import disjoncteur
from recouvrement.courriel.depart.copies import perdre_les_mortes
from recouvrement.courriel.depart.etats import (
    expediteur_admis,
    expediteur_refuse,
    faillir,
    faire_attendre,
    finir,
    passer,
    rendre,
)
from recouvrement.courriel.enums import CauseRefus, EtatEnvoi, PartieBattement
from recouvrement.courriel.metier import DEJA_COMPOSE, Arret, Composition, Metier
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.regles.cadence import (
    ATTENTE_ARRET,
    ATTENTE_EXPEDITEUR,
    ATTENTE_INJOIGNABLE,
    BAIL_DATA,
    BAIL_RECLAME,
    FRAICHEUR,
    PLAFOND,
    RECOMPOSITIONS,
    RECULS,
    RETARD_DATA,
    SUCCES_ENTRE_DEUX,
)
from recouvrement.courriel.transport.smtp import (
    BailPerdu,
    Coupure,
    IdentificationRefusee,
    Injoignable,
    Refus,
    ServeurRefuse,
    Transport,
)
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.requetes import RequeteFigee

Horloge = Callable[[], datetime]
Points = Callable[[str], None]


def sans_point(_: str) -> None:
    """Les points nommés du protocole : les essais y tuent le processus, l'application rien."""


def _requete_d_un_envoi_du(*, maintenant: datetime) -> QuerySet[Envoi]:
    return (
        Envoi.objects.systeme()
        .a_envoyer(maintenant=maintenant)
        .pouvant_partir()
        .select_related("creancier")
        .order_by("pas_avant", "pk")
        .select_for_update(skip_locked=True, of=("self",))[:1]
    )


def _requete_de_bail(*, envoi: int, maintenant: datetime) -> QuerySet[Envoi]:
    return (
        Envoi.objects.systeme()
        .filter(pk=envoi, etat=EtatEnvoi.DATA, bail__gt=maintenant)
        .only("jeton", "data_a")
    )


UN_ENVOI_DU = RequeteFigee(_requete_d_un_envoi_du, maintenant=datetime)
BAIL_EN_COURS = RequeteFigee(_requete_de_bail, envoi=int, maintenant=datetime)


@transaction.atomic
def reclamer_un(maintenant: datetime) -> Envoi | None:
    """Prend un message dû, pour deux minutes. SKIP LOCKED ; sur SQLite, BEGIN IMMEDIATE."""
    dus = UN_ENVOI_DU(maintenant=maintenant)
    if not dus:
        return None
    envoi = dus[0]
    envoi.etat, envoi.jeton = EtatEnvoi.RECLAME, uuid4()
    envoi.bail = maintenant + BAIL_RECLAME
    # Compté à la prise : un message qui ferait mourir le processus finit par s'arrêter.
    envoi.tentatives += 1
    pris = (
        Envoi.objects.systeme()
        .filter(pk=envoi.pk, etat=EtatEnvoi.A_ENVOYER)
        .update(etat=envoi.etat, jeton=envoi.jeton, bail=envoi.bail, tentatives=envoi.tentatives)
    )
    return envoi if pris == 1 else None


def conduire(
    envoi: Envoi,
    horloge: Horloge,
    transport: Transport | None,
    metiers: Mapping[str, Metier],
    carnet: Carnet | None,
    points: Points,
) -> EtatEnvoi | None:
    """Mène un message réclamé jusqu'à son état suivant ; None : un autre l'a repris en main.

    `transport` None (aucun serveur réglé) : composé, gardé, visible. `Injoignable` et
    `CarnetFerme` remontent, pour que l'appelant cesse d'insister ; le message est déjà remis dans
    la file. Sans `carnet`, un départ n'est gardé que par la base : l'application en donne un.
    """
    metier = metiers.get(envoi.nature, DEJA_COMPOSE)
    try:
        points("apres_claim")
        return _mener(envoi, metier, horloge, transport, carnet, points)
    except (Injoignable, CarnetFerme):
        raise
    except Exception as faute:  # noqa: BLE001 : un message qui nous fait faillir n'arrête que lui
        if transport is not None:
            with contextlib.suppress(Injoignable):
                transport.renoncer()
        return faillir(envoi, metier, faute, horloge())


def _mener(
    envoi: Envoi,
    metier: Metier,
    horloge: Horloge,
    transport: Transport | None,
    carnet: Carnet | None,
    points: Points,
) -> EtatEnvoi | None:
    try:
        composition = metier.composer(envoi, maintenant=horloge())
    except ErreurMetier as refus:
        return finir(envoi, metier, EtatEnvoi.ECHEC, refus.message, horloge())
    if isinstance(composition, Arret):
        return _arreter(envoi, metier, composition, horloge())
    if transport is None:
        return _passer_a_data(envoi, metier, composition, horloge, vers=EtatEnvoi.RETENU)[0]
    try:
        transport.ouvrir()
        points("apres_connexion")
        refusees = transport.adresser(
            envoi.expediteur,
            envoi.destinataire,
            copies=composition.copies,
            avec_temoin=metier.se_copie_au_temoin,
        )
    except Injoignable as panne:
        rendre(envoi, f"Serveur injoignable : {panne}", horloge() + ATTENTE_INJOIGNABLE, compte=0)
        if isinstance(panne, IdentificationRefusee | ServeurRefuse):
            disjoncteur.noter_refus(str(panne), maintenant=horloge())
        raise
    except Refus as refus:
        return _refuse(envoi, metier, refus, horloge())
    except ErreurMetier as faute:
        transport.renoncer()
        return finir(envoi, metier, EtatEnvoi.ECHEC, faute.message, horloge())
    if perdre_les_mortes(envoi, metier, refusees, horloge()):
        # Sans elle : l'en-tête ne nomme que ceux à qui l'on écrit.
        transport.renoncer()
        return rendre(envoi, "Une copie n'existe plus : le message se refait", horloge(), compte=0)
    points("apres_rcpt")
    etat, composition = _passer_a_data(
        envoi, metier, composition, horloge, vers=EtatEnvoi.DATA, sans=refusees
    )
    if etat != EtatEnvoi.DATA:
        transport.renoncer()
        return etat
    points("apres_etat_data")
    if not _inscrire_le_depart(envoi, carnet, horloge, transport):
        return EtatEnvoi.A_ENVOYER
    return _transmettre(envoi, metier, composition, horloge, transport, carnet, points)


def vider(
    horloge: Horloge,
    *,
    transport: Transport | None,
    metiers: Mapping[str, Metier],
    carnet: Carnet | None = None,
    jusqu_a: datetime | None = None,
    points: Points = sans_point,
) -> dict[EtatEnvoi, int]:
    """Expédie ce qui est dû, un message après l'autre, et dit combien ont fini dans quel état."""
    bilan: dict[EtatEnvoi, int] = {}
    acceptes = 0
    entendus: set[tuple[int | None, str]] = set()
    while jusqu_a is None or horloge() < jusqu_a:
        envoi = reclamer_un(horloge())
        if envoi is None:
            break
        try:
            etat = conduire(envoi, horloge, transport, metiers, carnet, points)
        except Injoignable as panne:
            noter_injoignable(str(panne), maintenant=horloge())
            bilan[EtatEnvoi.A_ENVOYER] = bilan.get(EtatEnvoi.A_ENVOYER, 0) + 1
            break
        if etat is None:
            continue
        if etat == EtatEnvoi.ENVOYE:
            if acceptes % SUCCES_ENTRE_DEUX == 0:
                disjoncteur.noter_succes()
            acceptes += 1
            if (qui := (envoi.creancier_id, envoi.nature)) not in entendus:
                entendus.add(qui)
                expediteur_admis(envoi, maintenant=horloge())
        else:
            acceptes = 0
        bilan[etat] = bilan.get(etat, 0) + 1
    if EtatEnvoi.ENVOYE in bilan:
        noter_joint(horloge())
    return bilan


def _passer_a_data(
    envoi: Envoi,
    metier: Metier,
    composition: Composition,
    horloge: Horloge,
    *,
    vers: EtatEnvoi,
    sans: Collection[str] = (),
) -> tuple[EtatEnvoi | None, Composition]:
    """« Encore dû, même somme » sous les verrous du métier ; les octets s'écrivent avec.

    `sans` : les copies que le serveur n'a pas prises cette fois.
    """
    for _ in range(RECOMPOSITIONS):
        maintenant = horloge()
        with transaction.atomic():
            verdict = metier.verifier(envoi, composition, maintenant=maintenant)
            if verdict is None:
                passe = passer(
                    envoi,
                    vers,
                    si_libre=True,
                    octets=composition.octets,
                    empreinte=hashlib.sha256(composition.octets).hexdigest(),
                    sujet=composition.sujet[:250],
                    copies=", ".join(c for c in composition.copies if c not in sans),
                    somme=composition.somme,
                    data_a=maintenant if vers == EtatEnvoi.DATA else None,
                    bail=maintenant + BAIL_DATA if vers == EtatEnvoi.DATA else None,
                )
                if passe:
                    return vers, composition
                # Arrêté entre la prise et ici : il attend. Repris par un autre : plus à nous.
                attente = rendre(envoi, "Envois suspendus", maintenant + ATTENTE_ARRET, compte=0)
                return attente or EtatEnvoi.ANNULE, composition
        if isinstance(verdict, Arret):
            return _arreter(envoi, metier, verdict, maintenant), composition
        refaite = metier.composer(envoi, maintenant=maintenant)
        if isinstance(refaite, Arret):
            return _arreter(envoi, metier, refaite, maintenant), composition
        if refaite.copies != composition.copies:
            # Le serveur attend déjà les anciennes : on reprend de l'enveloppe.
            attente = rendre(envoi, "Les copies ont changé", maintenant, compte=0)
            return attente or EtatEnvoi.ANNULE, composition
        composition = refaite
    rendre(envoi, "La somme due change sans cesse", horloge() + RECULS[0], compte=0)
    return EtatEnvoi.A_ENVOYER, composition


def _inscrire_le_depart(
    envoi: Envoi, carnet: Carnet | None, horloge: Horloge, transport: Transport
) -> bool:
    """Le carnet, puis le bail comparé une dernière fois à l'heure ; sinon rien n'est parti."""
    try:
        if carnet is not None:
            carnet.partir(envoi.message_id, le=horloge())
    except CarnetFerme as panne:
        transport.renoncer()
        rendre(envoi, str(panne), horloge() + ATTENTE_INJOIGNABLE, compte=0)
        raise
    if _tient(envoi, horloge, retard=RETARD_DATA):
        return True
    transport.renoncer()
    if carnet is not None:
        carnet.revenir(envoi.message_id, le=horloge())
    rendre(envoi, "Interrompu trop longtemps avant de partir", horloge(), compte=0)
    return False


def _tient(envoi: Envoi, horloge: Horloge, *, retard: timedelta | None = None) -> bool:
    """Relu en base : ce message est encore à nous, et son bail court."""
    maintenant = horloge()
    en_cours = BAIL_EN_COURS(envoi=envoi.pk, maintenant=maintenant)
    return bool(en_cours) and (
        en_cours[0].jeton == envoi.jeton
        and (retard is None or abs(maintenant - (en_cours[0].data_a or maintenant)) <= retard)
    )


def _transmettre(
    envoi: Envoi,
    metier: Metier,
    composition: Composition,
    horloge: Horloge,
    transport: Transport,
    carnet: Carnet | None,
    points: Points,
) -> EtatEnvoi | None:
    verifie = horloge()

    def tient() -> bool:
        # Entre le corps et le point final, un processus a pu être figé : le point ne part alors
        # qu'après une relecture. Une relecture par message serait une lecture pour rien.
        points("avant_point")
        return horloge() - verifie <= FRAICHEUR or _tient(envoi, horloge)

    try:
        reponse = transport.transmettre(composition.octets, tient=tient)
    except Refus as refus:
        if carnet is not None:
            carnet.revenir(envoi.message_id, le=horloge())
        return _refuse(envoi, metier, refus, horloge())
    except BailPerdu:
        motif = "Interrompu pendant la transmission, avant le point final"
        return finir(envoi, metier, EtatEnvoi.INCERTAIN, motif, horloge())
    except Coupure as coupure:
        motif = f"Ligne coupée pendant la transmission : {coupure}"
        return finir(envoi, metier, EtatEnvoi.INCERTAIN, motif, horloge())
    points("apres_250")
    maintenant = horloge()
    try:
        with transaction.atomic():
            metier.verrouiller(envoi)
            if not passer(envoi, EtatEnvoi.ENVOYE, fini_a=maintenant, reponse=reponse[:500]):
                # Le balai est passé avant nous : incertain, et cela le reste.
                return None
            metier.parti(envoi, composition, maintenant=maintenant)
    except Exception as faute:  # noqa: BLE001 : il est parti, et une personne doit le savoir
        return faillir(
            envoi, metier, faute, maintenant, partie=PartieBattement.SUITE, reponse=reponse
        )
    if envoi.fautes:
        clore_la_panne(
            PartieBattement.ENVOI,
            maintenant=maintenant,
            creancier=envoi.creancier,
            objet=envoi.cle,
        )
    points("apres_commit_final")
    return EtatEnvoi.ENVOYE


def _refuse(envoi: Envoi, metier: Metier, refus: Refus, maintenant: datetime) -> EtatEnvoi | None:
    if refus.adresse_morte:
        # Avant, et à part : si le processus meurt ici, la relecture verra l'adresse invalide.
        metier.adresse_refusee(envoi, envoi.destinataire, str(refus), maintenant=maintenant)
    d_expediteur = refus.etape == "expediteur" and refus.est_definitif
    if refus.nous_vise:
        # Une identification refusée l'est pour tous ; le reste peut ne tenir qu'à ce créancier.
        a_lui = envoi if refus.cause != CauseRefus.IDENTIFICATION else None
        de_trop = disjoncteur.noter_refus(
            str(refus),
            maintenant=maintenant,
            destinataire=envoi.destinataire,
            envoi=a_lui,
            d_expediteur=d_expediteur,
        )
        if a_lui is not None and (de_trop or d_expediteur):
            faire_attendre(envoi, str(refus), jusqu_a=maintenant + ATTENTE_EXPEDITEUR)
    if d_expediteur and envoi.tentatives < PLAFOND:
        return _garder(envoi, refus, maintenant)
    if refus.est_definitif or envoi.tentatives >= PLAFOND:
        motif = str(refus) if refus.adresse_morte else f"{refus.cause.label} : {refus}"
        return finir(envoi, metier, EtatEnvoi.ECHEC, motif, maintenant)
    recul = RECULS[min(envoi.tentatives - 1, len(RECULS) - 1)]
    return rendre(envoi, str(refus), maintenant + recul)


def _garder(envoi: Envoi, refus: Refus, maintenant: datetime) -> EtatEnvoi | None:
    """Refusé pour son expéditeur : le message n'y est pour rien, une adresse se corrige."""
    motif = expediteur_refuse(envoi, str(refus), maintenant=maintenant)
    attente = max(ATTENTE_EXPEDITEUR, RECULS[min(envoi.tentatives + 1, len(RECULS) - 1)])
    return rendre(envoi, motif, maintenant + attente)


def _arreter(envoi: Envoi, metier: Metier, arret: Arret, maintenant: datetime) -> EtatEnvoi | None:
    if arret.pas_avant is not None:
        return rendre(envoi, arret.motif, arret.pas_avant, compte=0)
    return finir(envoi, metier, EtatEnvoi.ANNULE, arret.motif, maintenant)
