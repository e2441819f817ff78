"""Faire partir un message, un à la fois, sans jamais l'envoyer deux fois.

Chaque passage d'un état à l'autre est un UPDATE conditionné à (id, etat, jeton) : s'il ne touche
aucune ligne, un autre a repris la main et l'on s'arrête. Aucun dialogue SMTP dans une transaction.
Avant `data` on recommence autant qu'il faut ; après, seule une personne décide.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet

from recouvrement.courriel.enums import EtatEnvoi
from recouvrement.courriel.instance import noter_injoignable, noter_joint
from recouvrement.courriel.models import Envoi
from recouvrement.courriel.transport import Coupure, Injoignable, Refus, Transport
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.requetes import RequeteFigee

BAIL_RECLAME = timedelta(minutes=2)
# Plus long que l'attente du point final : un balai trop pressé ferait des incertains pour rien.
BAIL_DATA = timedelta(minutes=15)
RECULS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 240))
PLAFOND = 10
RECOMPOSITIONS = 3
ATTENTE_INJOIGNABLE = timedelta(minutes=5)
# Ce que dit de lui-même un message que le serveur n'a pas pu recevoir.
INJOIGNABLE = "Serveur injoignable"

Horloge = Callable[[], datetime]
Points = Callable[[str], None]


def sans_point(_: str) -> None:
    """Les points nommés du protocole : les essais y tuent le processus, l'application rien."""


@dataclass(frozen=True, slots=True)
class Composition:
    """Les octets prêts, et la somme qu'ils disent devoir."""

    octets: bytes
    sujet: str
    somme: Decimal | None = None
    # Ce que le métier veut relire à la vérification finale (factures et soldes dits).
    dit: object = None


@dataclass(frozen=True, slots=True)
class Arret:
    """Le message ne part pas : annulé, ou remis à `pas_avant`."""

    motif: str
    pas_avant: datetime | None = None


class Recomposer:
    """La somme a changé depuis la composition : on refait le message, rien n'est parti."""


class Metier(Protocol):
    """Ce que sait de son message l'app qui l'a déposé.

    `verifier`, `verrouiller`, `parti` et `non_parti` tournent en transaction.
    """

    def composer(self, envoi: Envoi, *, maintenant: datetime) -> Composition | Arret: ...

    def verifier(
        self, envoi: Envoi, composition: Composition, *, maintenant: datetime
    ) -> Arret | Recomposer | None: ...

    def adresse_refusee(self, envoi: Envoi, refus: str, *, maintenant: datetime) -> None: ...

    def verrouiller(self, envoi: Envoi) -> None: ...

    def parti(
        self, envoi: Envoi, composition: Composition | None, *, maintenant: datetime
    ) -> None: ...

    def non_parti(
        self, envoi: Envoi, etat: EtatEnvoi, motif: str, *, maintenant: datetime
    ) -> None: ...


class DejaCompose:
    """Un message déposé avec ses octets : rien à vérifier de plus."""

    def composer(self, envoi, *, maintenant):
        if envoi.octets is None:
            return Arret("Message sans contenu")
        return Composition(bytes(envoi.octets), envoi.sujet, envoi.somme)

    def verifier(self, envoi, composition, *, maintenant):
        return None

    def adresse_refusee(self, envoi, refus, *, maintenant):
        return None

    def verrouiller(self, envoi):
        return None

    def parti(self, envoi, composition, *, maintenant):
        # Un lien personnel (invitation, mot de passe) ne reste lisible que chez son destinataire.
        Envoi.objects.systeme().filter(pk=envoi.pk).update(octets=b"")

    def non_parti(self, envoi, etat, motif, *, maintenant):
        return None


DEJA_COMPOSE = DejaCompose()


def _requete_d_un_envoi_du(*, maintenant: datetime) -> QuerySet[Envoi]:
    return (
        Envoi.objects.systeme()
        .a_envoyer(maintenant=maintenant)
        .select_related("creancier")
        .exclude(creancier__envois_geles=True)
        .order_by("pas_avant", "pk")
        .select_for_update(skip_locked=True, of=("self",))[:1]
    )


UN_ENVOI_DU = RequeteFigee(_requete_d_un_envoi_du, maintenant=datetime)


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


def expedier_un(
    horloge: Horloge,
    *,
    transport: Transport | None,
    metiers: Mapping[str, Metier],
    points: Points = sans_point,
) -> EtatEnvoi | None:
    """Mène un message dû jusqu'à son état suivant, qu'il rend ; None : rien n'est dû.

    `transport` None (aucun serveur réglé) : composé, gardé, visible. `Injoignable` remonte, pour
    que l'appelant cesse d'insister ; le message est déjà remis dans la file.
    """
    envoi = reclamer_un(horloge())
    if envoi is None:
        return None
    points("apres_claim")
    metier = metiers.get(envoi.nature, DEJA_COMPOSE)
    try:
        composition = metier.composer(envoi, maintenant=horloge())
    except ErreurMetier as refus:
        return _finir(envoi, metier, EtatEnvoi.ECHEC, refus.message, horloge())
    if isinstance(composition, Arret):
        return _arreter(envoi, metier, composition, horloge())
    if transport is None:
        return _passer_a_data(envoi, metier, composition, horloge, vers=EtatEnvoi.RETENU)[0]
    try:
        transport.ouvrir()
        points("apres_connexion")
        transport.adresser(envoi.expediteur, envoi.destinataire)
    except Injoignable as panne:
        _rendre(envoi, f"{INJOIGNABLE} : {panne}", horloge() + ATTENTE_INJOIGNABLE, compte=0)
        raise
    except Refus as refus:
        return _refuse(envoi, metier, refus, horloge())
    except ErreurMetier as faute:
        transport.renoncer()
        return _finir(envoi, metier, EtatEnvoi.ECHEC, faute.message, horloge())
    points("apres_rcpt")
    etat, composition = _passer_a_data(envoi, metier, composition, horloge, vers=EtatEnvoi.DATA)
    if etat != EtatEnvoi.DATA:
        transport.renoncer()
        return etat
    points("apres_etat_data")
    return _transmettre(envoi, metier, composition, horloge, transport, points)


def vider(
    horloge: Horloge,
    *,
    transport: Transport | None,
    metiers: Mapping[str, Metier],
    jusqu_a: datetime | None = None,
    points: Points = sans_point,
) -> dict[EtatEnvoi, int]:
    """Expédie ce qui est dû, un message après l'autre, et dit combien ont fini dans quel état."""
    bilan: dict[EtatEnvoi, int] = {}
    while jusqu_a is None or horloge() < jusqu_a:
        try:
            etat = expedier_un(horloge, transport=transport, metiers=metiers, points=points)
        except Injoignable as panne:
            noter_injoignable(str(panne), maintenant=horloge())
            bilan[EtatEnvoi.A_ENVOYER] = bilan.get(EtatEnvoi.A_ENVOYER, 0) + 1
            break
        if etat is None:
            break
        bilan[etat] = bilan.get(etat, 0) + 1
    if EtatEnvoi.ENVOYE in bilan:
        noter_joint(horloge())
    return bilan


@dataclass(frozen=True, slots=True)
class Balayage:
    rendus: int = 0
    incertains: int = 0
    abandonnes: int = 0


def balayer(maintenant: datetime, *, metiers: Mapping[str, Metier]) -> Balayage:
    """Reprend ce qu'un processus mort a laissé : `reclame` repart, `data` devient incertain."""
    rendus = incertains = abandonnes = 0
    echus = Envoi.objects.systeme().filter(
        etat__in=[EtatEnvoi.RECLAME, EtatEnvoi.DATA], bail__lt=maintenant
    )
    for envoi in echus.select_related("creancier").defer("octets"):
        metier = metiers.get(envoi.nature, DEJA_COMPOSE)
        if envoi.etat == EtatEnvoi.DATA:
            motif = "Interrompu pendant la transmission"
            incertains += _finir(envoi, metier, EtatEnvoi.INCERTAIN, motif, maintenant) is not None
        elif envoi.tentatives >= PLAFOND:
            motif = f"Abandonné après {envoi.tentatives} essais interrompus"
            abandonnes += _finir(envoi, metier, EtatEnvoi.ECHEC, motif, maintenant) is not None
        else:
            rendus += _rendre(envoi, "Repris après interruption", maintenant) is not None
    return Balayage(rendus, incertains, abandonnes)


def _passer_a_data(
    envoi: Envoi,
    metier: Metier,
    composition: Composition,
    horloge: Horloge,
    *,
    vers: EtatEnvoi,
) -> tuple[EtatEnvoi, Composition]:
    """« Encore dû, même somme » sous les verrous du métier ; les octets s'écrivent avec."""
    for _ in range(RECOMPOSITIONS):
        maintenant = horloge()
        with transaction.atomic():
            verdict = metier.verifier(envoi, composition, maintenant=maintenant)
            if verdict is None:
                passe = _passer(
                    envoi,
                    vers,
                    octets=composition.octets,
                    empreinte=hashlib.sha256(composition.octets).hexdigest(),
                    sujet=composition.sujet[:250],
                    somme=composition.somme,
                    data_a=maintenant if vers == EtatEnvoi.DATA else None,
                    bail=maintenant + BAIL_DATA if vers == EtatEnvoi.DATA else None,
                )
                return (vers if passe else EtatEnvoi.ANNULE), composition
        if isinstance(verdict, Arret):
            return _arreter(envoi, metier, verdict, maintenant), composition
        refaite = metier.composer(envoi, maintenant=maintenant)
        if isinstance(refaite, Arret):
            return _arreter(envoi, metier, refaite, maintenant), composition
        composition = refaite
    _rendre(envoi, "La somme due change sans cesse", horloge() + RECULS[0], compte=0)
    return EtatEnvoi.A_ENVOYER, composition


def _transmettre(
    envoi: Envoi,
    metier: Metier,
    composition: Composition,
    horloge: Horloge,
    transport: Transport,
    points: Points,
) -> EtatEnvoi | None:
    try:
        reponse = transport.transmettre(composition.octets)
    except Refus as refus:
        return _refuse(envoi, metier, refus, horloge())
    except Coupure as coupure:
        motif = f"Ligne coupée pendant la transmission : {coupure}"
        return _finir(envoi, metier, EtatEnvoi.INCERTAIN, motif, horloge())
    points("apres_250")
    maintenant = horloge()
    with transaction.atomic():
        metier.verrouiller(envoi)
        if not _passer(envoi, EtatEnvoi.ENVOYE, fini_a=maintenant, reponse=reponse[:500]):
            # Le balai est passé avant nous : incertain, et cela le reste.
            return None
        metier.parti(envoi, composition, maintenant=maintenant)
    points("apres_commit_final")
    return EtatEnvoi.ENVOYE


def _refuse(envoi: Envoi, metier: Metier, refus: Refus, maintenant: datetime) -> EtatEnvoi | None:
    if refus.adresse_morte:
        # Avant, et à part : si le processus meurt ici, la relecture verra l'adresse invalide.
        metier.adresse_refusee(envoi, str(refus), maintenant=maintenant)
    if refus.est_definitif or envoi.tentatives >= PLAFOND:
        return _finir(envoi, metier, EtatEnvoi.ECHEC, str(refus), maintenant)
    recul = RECULS[min(envoi.tentatives - 1, len(RECULS) - 1)]
    return _rendre(envoi, str(refus), maintenant + recul)


def _arreter(envoi: Envoi, metier: Metier, arret: Arret, maintenant: datetime) -> EtatEnvoi | None:
    if arret.pas_avant is not None:
        return _rendre(envoi, arret.motif, arret.pas_avant, compte=0)
    return _finir(envoi, metier, EtatEnvoi.ANNULE, arret.motif, maintenant)


@transaction.atomic
def _finir(
    envoi: Envoi, metier: Metier, etat: EtatEnvoi, motif: str, maintenant: datetime
) -> EtatEnvoi | None:
    metier.verrouiller(envoi)
    if not _passer(envoi, etat, fini_a=maintenant, reponse=motif[:500]):
        return None
    metier.non_parti(envoi, etat, motif, maintenant=maintenant)
    return etat


def _rendre(envoi: Envoi, motif: str, pas_avant: datetime, *, compte: int = 1) -> EtatEnvoi | None:
    """Remet dans la file. `compte` 0 : cet essai n'était pas la faute du message."""
    tentatives = envoi.tentatives if compte else max(envoi.tentatives - 1, 0)
    rendu = _passer(
        envoi,
        EtatEnvoi.A_ENVOYER,
        pas_avant=pas_avant,
        reponse=motif[:500],
        tentatives=tentatives,
        data_a=None,
    )
    return EtatEnvoi.A_ENVOYER if rendu else None


def _passer(envoi: Envoi, vers: EtatEnvoi, **champs: object) -> bool:
    """Le seul endroit où un message pris change d'état."""
    if vers != EtatEnvoi.DATA:
        champs |= {"jeton": None, "bail": None}
    touche = (
        Envoi.objects.systeme()
        .filter(pk=envoi.pk, etat=envoi.etat, jeton=envoi.jeton)
        .update(etat=vers, **champs)
    )
    if touche == 1:
        envoi.etat = vers
    return touche == 1
