"""Faire passer un message pris d'un état à l'autre : le seul endroit qui le fait.

Chaque passage est un UPDATE conditionné à (id, etat, jeton) : s'il ne touche aucune ligne, un
autre a repris la main et l'on s'arrête.
"""

from datetime import datetime, timedelta

from django.db import transaction

from recouvrement.courriel.actions.pannes import base_perdue, clore_la_panne, dire_la_panne, phrase
from recouvrement.courriel.enums import EtatEnvoi, PartieBattement
from recouvrement.courriel.evenements import Evenement
from recouvrement.courriel.metier import Metier
from recouvrement.courriel.models import Envoi
from recouvrement.journal.actions import inscrire
from recouvrement.socle.erreurs import ErreurMetier

# Avant d'être mis de côté, un message qui nous fait faillir a trois chances.
FAUTES_PERMISES = 3
RECUL_APRES_FAUTE = timedelta(minutes=5)


def passer(envoi: Envoi, vers: EtatEnvoi, *, si_libre: bool = False, **champs: object) -> bool:
    """`si_libre` : et que ni l'instance ni le créancier ne soient arrêtés, dans le même UPDATE."""
    if vers != EtatEnvoi.DATA:
        champs |= {"jeton": None, "bail": None}
    lignes = Envoi.objects.systeme().filter(pk=envoi.pk, etat=envoi.etat, jeton=envoi.jeton)
    if si_libre:
        lignes = lignes.pouvant_partir()
    touche = lignes.update(etat=vers, **champs)
    if touche == 1:
        envoi.etat = vers
    return touche == 1


def rendre(
    envoi: Envoi, motif: str, pas_avant: datetime, *, compte: int = 1, fautes: int | None = None
) -> EtatEnvoi | None:
    """Remet dans la file. `compte` 0 : cet essai n'était pas la faute du message."""
    rendu = passer(
        envoi,
        EtatEnvoi.A_ENVOYER,
        pas_avant=pas_avant,
        reponse=motif[:500],
        tentatives=envoi.tentatives if compte else max(envoi.tentatives - 1, 0),
        fautes=envoi.fautes if fautes is None else fautes,
        data_a=None,
    )
    return EtatEnvoi.A_ENVOYER if rendu else None


@transaction.atomic
def faire_attendre(envoi: Envoi, motif: str, *, jusqu_a: datetime) -> None:
    """Les autres messages du même créancier attendent aussi, sans qu'aucun essai leur soit compté.

    SKIP LOCKED : ceux qu'un autre ouvrier tient seront refusés, ou partiront, sous sa conduite.
    """
    siens = Envoi.objects.systeme().a_envoyer(maintenant=jusqu_a)
    siens = siens.filter(creancier=envoi.creancier_id, nature=envoi.nature)
    pris = siens.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)
    Envoi.objects.systeme().filter(pk__in=list(pris), etat=EtatEnvoi.A_ENVOYER).update(
        pas_avant=jusqu_a, reponse=motif[:500]
    )


def expediteur_refuse(envoi: Envoi, reponse: str, *, maintenant: datetime) -> str:
    """Ouvre, ou compte, la panne de ce créancier, et la dit en une phrase."""
    faute = ErreurMetier(f"Le serveur refuse l'expéditeur {envoi.expediteur} : {reponse}")
    dire_la_panne(
        PartieBattement.ENVOI,
        faute,
        maintenant=maintenant,
        creancier=envoi.creancier,
        objet=f"expediteur:{envoi.nature}",
    )
    return faute.message


def expediteur_admis(envoi: Envoi, *, maintenant: datetime) -> None:
    clore_la_panne(
        PartieBattement.ENVOI,
        maintenant=maintenant,
        creancier=envoi.creancier,
        objet=f"expediteur:{envoi.nature}",
    )


@transaction.atomic
def finir(
    envoi: Envoi, metier: Metier, etat: EtatEnvoi, motif: str, maintenant: datetime
) -> EtatEnvoi | None:
    metier.verrouiller(envoi)
    if not passer(envoi, etat, fini_a=maintenant, reponse=motif[:500]):
        return None
    metier.non_parti(envoi, etat, motif, maintenant=maintenant)
    return etat


def faillir(
    envoi: Envoi,
    metier: Metier,
    faute: Exception,
    maintenant: datetime,
    *,
    partie: PartieBattement = PartieBattement.ENVOI,
    reponse: str = "",
) -> EtatEnvoi | None:
    """Notre faute, pas celle du serveur : écrite, comptée, et les autres messages continuent.

    Avant DATA, le message a trois chances puis est mis de côté ; après, il est incertain.
    """
    if base_perdue(faute):
        raise faute
    dire_la_panne(partie, faute, maintenant=maintenant, creancier=envoi.creancier, objet=envoi.cle)
    # Une transaction défaite a pu laisser en mémoire un état que la base n'a pas.
    lu = Envoi.objects.systeme().filter(pk=envoi.pk, jeton=envoi.jeton).defer("octets").first()
    if lu is None or envoi.jeton is None:
        return None
    lu.creancier = envoi.creancier
    if lu.etat == EtatEnvoi.DATA:
        motif = f"Suite non écrite : {phrase(faute)}"
        if reponse:
            motif = f"Accepté par le serveur ({reponse}), mais la suite n'a pu s'écrire : {faute}"
        return _clore(lu, metier, EtatEnvoi.INCERTAIN, motif, maintenant, partie)
    if lu.fautes + 1 < FAUTES_PERMISES:
        return rendre(
            lu,
            f"À refaire : {phrase(faute)}",
            maintenant + RECUL_APRES_FAUTE,
            compte=0,
            fautes=lu.fautes + 1,
        )
    lu.fautes += 1
    motif = f"Mis de côté après {lu.fautes} échecs : {phrase(faute)}"
    return _clore(lu, metier, EtatEnvoi.ECHEC, motif, maintenant, partie)


def _clore(
    envoi: Envoi,
    metier: Metier,
    etat: EtatEnvoi,
    motif: str,
    maintenant: datetime,
    partie: PartieBattement,
) -> EtatEnvoi | None:
    """Le message attend désormais une personne, dans sa liste : la panne est dite là."""
    fini = finir_quand_meme(envoi, metier, etat, motif, maintenant)
    clore_la_panne(partie, maintenant=maintenant, creancier=envoi.creancier, objet=envoi.cle)
    return fini


def finir_quand_meme(
    envoi: Envoi, metier: Metier, etat: EtatEnvoi, motif: str, maintenant: datetime
) -> EtatEnvoi | None:
    """`finir` ; et si l'app échoue à l'écrire, l'état du message et le moins qui s'en voie."""
    avant = envoi.etat
    try:
        return finir(envoi, metier, etat, motif, maintenant)
    except Exception as faute:
        if base_perdue(faute):
            raise
        envoi.etat = avant
        dire_la_panne(
            PartieBattement.SUITE,
            faute,
            maintenant=maintenant,
            creancier=envoi.creancier,
            objet=envoi.cle,
        )
    with transaction.atomic():
        if not passer(envoi, etat, fini_a=maintenant, reponse=motif[:500], fautes=envoi.fautes):
            return None
        metier.sauver(envoi, etat, motif, maintenant=maintenant)
        inscrire(Evenement.ENVOI_MIS_DE_COTE, cible=envoi, acteur=None, etat=str(etat), motif=motif)
    clore_la_panne(
        PartieBattement.SUITE, maintenant=maintenant, creancier=envoi.creancier, objet=envoi.cle
    )
    return etat
