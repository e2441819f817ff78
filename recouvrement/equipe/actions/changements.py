"""Ce qui touche à l'argent ou à la voix : demandé, puis décidé par un second gestionnaire.

Seul, un gestionnaire applique aussitôt ; un courriel lui donne un jour pour défaire. Arrêter les
envois ne se demande pas : c'est la sûreté. Le verrou de tout est la ligne du créancier.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.courriel.models import Instance
from recouvrement.equipe.actions.avis import prevenir
from recouvrement.equipe.actions.creanciers import ecrire_les_champs, verrouiller
from recouvrement.equipe.actions.effets import poser, rendre_son_role, valeurs, verifier
from recouvrement.equipe.enums import EtatChangement, SujetChangement
from recouvrement.equipe.erreurs import (
    DejaDemande,
    DemandeClose,
    DemandeurParti,
    EnvoisArretes,
    NommeParUnSeul,
    PasGestionnaire,
    PlusDefaisable,
    PropreDemande,
    ValeurChangee,
)
from recouvrement.equipe.evenements import Evenement
from recouvrement.equipe.lectures.changements import lignes
from recouvrement.equipe.lectures.membres import (
    gestionnaires,
    nommes_par_un_seul,
    y_a_t_il_un_second,
)
from recouvrement.equipe.models import Changement, ChangementQuerySet, empreinte
from recouvrement.equipe.regles import DUREE_DE_LA_DEMANDE, DUREE_POUR_DEFAIRE, partager
from recouvrement.journal.actions import inscrire


@transaction.atomic
def regler(
    creancier: Creancier, *, champs: dict[str, Any], acteur: Utilisateur, maintenant: datetime
) -> list[Changement]:
    """Écrit les champs ordinaires, demande les autres ; tout, ou rien si l'un est refusé."""
    creancier = verrouiller(creancier)
    ordinaires, a_demander = partager(champs)
    changements = []
    for sujet, voulu in a_demander.items():
        if voulu == {nom: getattr(creancier, nom) for nom in voulu}:
            continue
        if voulu == {"envois_geles": True}:
            _geler(creancier, acteur=acteur, maintenant=maintenant)
        else:
            changements.append(
                demander(creancier, sujet=sujet, apres=voulu, acteur=acteur, maintenant=maintenant)
            )
    ecrire_les_champs(creancier, acteur=acteur, **ordinaires)
    return changements


@transaction.atomic
def archiver(creancier: Creancier, *, acteur: Utilisateur, maintenant: datetime) -> Changement:
    return _archive(creancier, True, acteur, maintenant)


@transaction.atomic
def rouvrir(creancier: Creancier, *, acteur: Utilisateur, maintenant: datetime) -> Changement:
    return _archive(creancier, False, acteur, maintenant)


@transaction.atomic
def demander(
    creancier: Creancier,
    *,
    sujet: SujetChangement,
    apres: dict[str, Any],
    objet: str = "",
    concerne: str = "",
    acteur: Utilisateur,
    maintenant: datetime,
) -> Changement:
    """Attend un second gestionnaire ; s'il n'y en a pas, s'applique aussitôt et se défait.

    Seul, et les envois arrêtés, c'est refusé : le lien pour défaire ne partirait pas à temps.
    """
    creancier = verrouiller(creancier)
    meme_point = Changement.objects.pour(creancier).sur(sujet, objet)
    _exiger_la_place(meme_point, maintenant=maintenant)
    verifier(creancier, sujet, objet, maintenant=maintenant)
    _exiger_de_ne_pas_ecarter_qui_l_a_nomme(
        creancier, sujet, objet, acteur=acteur, maintenant=maintenant
    )
    prevenus = list(gestionnaires(creancier))
    changement = Changement.objects.create(
        creancier=creancier,
        sujet=sujet,
        objet=objet,
        concerne=concerne,
        avant=valeurs(creancier, sujet, objet, apres),
        apres=apres,
        demande_par=acteur,
        demande_le=maintenant,
        expire_le=maintenant + DUREE_DE_LA_DEMANDE,
    )
    _inscrire(Evenement.CHANGEMENT_DEMANDE, changement, acteur=acteur)
    if y_a_t_il_un_second(creancier, que=acteur, maintenant=maintenant):
        _annoncer(changement, "demande", prevenus, maintenant=maintenant)
        return changement
    return _appliquer_a_defaire(changement, creancier, acteur=acteur, maintenant=maintenant)


@transaction.atomic
def approuver(changement: Changement, *, acteur: Utilisateur, maintenant: datetime) -> Changement:
    creancier, changement = _relire(changement)
    _exiger_un_second(creancier, changement, acteur=acteur, maintenant=maintenant)
    recents = nommes_par_un_seul(creancier, maintenant=maintenant)
    if acteur.pk in recents:
        raise NommeParUnSeul
    if not gestionnaires(creancier).filter(pk=changement.demande_par_id).exists():
        raise DemandeurParti
    sujet = SujetChangement(changement.sujet)
    actuel = valeurs(creancier, sujet, changement.objet, changement.apres)
    if actuel != changement.avant:
        raise ValeurChangee
    verifier(creancier, sujet, changement.objet, maintenant=maintenant)
    if changement.demande_par_id in recents:
        # L'un a nommé l'autre : c'est peut-être une seule main.
        return _appliquer_a_defaire(changement, creancier, acteur=acteur, maintenant=maintenant)
    prevenus = list(gestionnaires(creancier))
    _appliquer(changement, creancier, acteur=acteur, maintenant=maintenant)
    _annoncer(changement, "approuve", prevenus, maintenant=maintenant)
    return changement


@transaction.atomic
def refuser(changement: Changement, *, acteur: Utilisateur, maintenant: datetime) -> Changement:
    creancier, changement = _relire(changement)
    _exiger_un_second(creancier, changement, acteur=acteur, maintenant=maintenant)
    _clore(changement, EtatChangement.REFUSE, acteur=acteur, maintenant=maintenant)
    _inscrire(Evenement.CHANGEMENT_REFUSE, changement, acteur=acteur)
    _annoncer(changement, "refuse", gestionnaires(creancier), maintenant=maintenant)
    return changement


@transaction.atomic
def retirer_la_demande(
    changement: Changement, *, acteur: Utilisateur, maintenant: datetime
) -> Changement:
    """Qui a demandé se ravise."""
    creancier, changement = _relire(changement)
    if not changement.attend(maintenant=maintenant):
        raise DemandeClose
    if changement.demande_par_id != acteur.pk:
        raise PasGestionnaire("Seule la personne qui l'a demandé peut le retirer.")
    _clore(changement, EtatChangement.RETIRE, acteur=acteur, maintenant=maintenant)
    _inscrire(Evenement.CHANGEMENT_RETIRE, changement, acteur=acteur)
    _annoncer(changement, "retire", gestionnaires(creancier), maintenant=maintenant)
    return changement


@transaction.atomic
def defaire(
    changement: Changement, *, acteur: Utilisateur, maintenant: datetime, par_lien: bool = False
) -> Changement:
    """Rend la valeur d'avant, et emporte ce que la même personne a changé depuis sur ce point.

    Qui vole une session change deux fois : le premier courriel suffit à tout défaire.
    """
    creancier, changement = _relire(changement)
    if not changement.se_defait(maintenant=maintenant):
        raise PlusDefaisable
    meme_point = Changement.objects.pour(creancier).sur(
        SujetChangement(changement.sujet), changement.objet
    )
    suivants = list(
        meme_point.filter(pk__gt=changement.pk, etat=EtatChangement.APPLIQUE).order_by("pk")
    )
    if any(suivant.defaire_avant is None for suivant in suivants):
        raise PlusDefaisable("Deux gestionnaires en ont décidé depuis : défaire est trop tard.")
    for attente in meme_point.filter(etat=EtatChangement.EN_ATTENTE):
        _clore(attente, EtatChangement.ANNULE, acteur=acteur, maintenant=maintenant)
        _inscrire(Evenement.CHANGEMENT_ANNULE, attente, acteur=acteur)
    prevenus = list(gestionnaires(creancier))
    for defait in (changement, *suivants):
        defait.etat = EtatChangement.DEFAIT
        defait.save(update_fields=["etat"])
    if changement.nomme_un_gestionnaire:
        rendre_son_role(changement, acteur=acteur, maintenant=maintenant)
    poser(changement, creancier, changement.avant, acteur=acteur, maintenant=maintenant)
    _inscrire(Evenement.CHANGEMENT_DEFAIT, changement, acteur=acteur, par_lien=par_lien)
    _annoncer(changement, "defait", prevenus, maintenant=maintenant)
    return changement


def _geler(creancier: Creancier, *, acteur: Utilisateur, maintenant: datetime) -> None:
    """Arrêter est sûr : effet immédiat, même s'ils sont deux. Reprendre se demandera."""
    ecrire_les_champs(creancier, acteur=acteur, envois_geles=True)
    prevenir(
        gestionnaires(creancier),
        cle=f"gel:{creancier.pk}:{maintenant.timestamp():.6f}",
        sujet=f"Envois gelés chez {creancier.nom}",
        gabarit="equipe/courriels/gel.txt",
        contexte={"creancier": creancier, "acteur": acteur, "le": maintenant},
        maintenant=maintenant,
    )


def _archive(
    creancier: Creancier, archive: bool, acteur: Utilisateur, maintenant: datetime
) -> Changement:
    creancier = verrouiller(creancier)
    if (creancier.archive_le is not None) == archive:
        raise ValeurChangee("C'est déjà fait.")
    return demander(
        creancier,
        sujet=SujetChangement.ARCHIVE,
        apres={"archive": archive},
        acteur=acteur,
        maintenant=maintenant,
    )


def _exiger_la_place(meme_point: ChangementQuerySet, *, maintenant: datetime) -> None:
    """Une demande expirée laisse la place ; une autre, non."""
    for attente in meme_point.filter(etat=EtatChangement.EN_ATTENTE):
        if attente.attend(maintenant=maintenant):
            raise DejaDemande(sujet=attente.sujet)
        _clore(attente, EtatChangement.EXPIRE, acteur=None, maintenant=maintenant)
        _inscrire(Evenement.CHANGEMENT_EXPIRE, attente, acteur=None)


def _exiger_un_second(
    creancier: Creancier, changement: Changement, *, acteur: Utilisateur, maintenant: datetime
) -> None:
    if not changement.attend(maintenant=maintenant):
        raise DemandeClose
    if changement.demande_par_id == acteur.pk:
        raise PropreDemande
    if not gestionnaires(creancier).filter(pk=acteur.pk).exists():
        raise PasGestionnaire


def _exiger_de_ne_pas_ecarter_qui_l_a_nomme(
    creancier: Creancier,
    sujet: SujetChangement,
    objet: str,
    *,
    acteur: Utilisateur,
    maintenant: datetime,
) -> None:
    nommeurs = nommes_par_un_seul(creancier, maintenant=maintenant).get(acteur.pk, set())
    if sujet == SujetChangement.ROLE and int(objet) in nommeurs:
        raise NommeParUnSeul("Vous ne pouvez pas encore écarter la personne qui vous a nommé.")


def _appliquer_a_defaire(
    changement: Changement, creancier: Creancier, *, acteur: Utilisateur, maintenant: datetime
) -> Changement:
    """Vaut aussitôt ; le lien ne va qu'aux établis, pour qu'un complice écarté ne revienne pas."""
    # Sans serveur d'envoi, aucun avis ne part jamais : l'essai embarqué se règle quand même.
    if settings.SERVEUR_SMTP is not None and Instance.objects.arretees().exists():
        raise EnvoisArretes(sujet=changement.sujet)
    prevenus = list(gestionnaires(creancier))
    recents = nommes_par_un_seul(creancier, maintenant=maintenant)
    jeton = secrets.token_urlsafe(32)
    changement.defaire_avant = maintenant + DUREE_POUR_DEFAIRE
    changement.empreinte_jeton = empreinte(jeton)
    _appliquer(changement, creancier, acteur=acteur, maintenant=maintenant)
    lien = f"{settings.SITE_URL}{reverse('equipe:changement_lien', args=[jeton])}"
    for personne in prevenus:
        sien = "" if personne.pk in recents else lien
        _annoncer(changement, "seul", [personne], maintenant=maintenant, lien=sien)
    return changement


def _appliquer(
    changement: Changement, creancier: Creancier, *, acteur: Utilisateur, maintenant: datetime
) -> None:
    # L'état d'abord : ôter un rôle annule les demandes encore en attente de cette personne.
    _clore(changement, EtatChangement.APPLIQUE, acteur=acteur, maintenant=maintenant)
    changement.adresse = poser(
        changement, creancier, changement.apres, acteur=acteur, maintenant=maintenant
    )
    _inscrire(Evenement.CHANGEMENT_APPLIQUE, changement, acteur=acteur)


def _clore(
    changement: Changement,
    etat: EtatChangement,
    *,
    acteur: Utilisateur | None,
    maintenant: datetime,
) -> None:
    changement.etat, changement.decide_par, changement.decide_le = etat, acteur, maintenant
    changement.save()


def _inscrire(
    evenement: Evenement, changement: Changement, *, acteur: Utilisateur | None, **faits: Any
) -> None:
    if changement.concerne:
        faits["personne"] = changement.concerne
    inscrire(
        evenement,
        cible=changement,
        acteur=acteur,
        sujet=changement.get_sujet_display(),
        changes={ligne.champ: [ligne.avant, ligne.apres] for ligne in lignes(changement)},
        **{nom: valeur for nom, valeur in faits.items() if valeur},
    )


def _annoncer(
    changement: Changement,
    fait: str,
    personnes: Iterable[Utilisateur],
    *,
    maintenant: datetime,
    lien: str = "",
) -> None:
    creancier = changement.creancier
    page = reverse("equipe:parametres", args=[creancier.code])
    prevenir(
        personnes,
        cle=f"changement:{changement.pk}:{fait}",
        sujet=f"{changement.get_sujet_display()} : {SUJETS[fait]} chez {creancier.nom}",
        gabarit="equipe/courriels/changement.txt",
        contexte={
            "changement": changement,
            "fait": fait,
            "creancier": creancier,
            "lignes": lignes(changement, masque=True),
            "page": f"{settings.SITE_URL}{page}",
            "lien": lien,
        },
        maintenant=maintenant,
    )


SUJETS = {
    "demande": "un changement attend votre accord",
    "seul": "un changement a été fait",
    "approuve": "un changement est approuvé",
    "refuse": "un changement est refusé",
    "retire": "une demande est retirée",
    "defait": "un changement est défait",
}


def _relire(changement: Changement) -> tuple[Creancier, Changement]:
    creancier = verrouiller(Creancier(pk=changement.creancier_id))
    lus = Changement.objects.pour(creancier)
    lus.select_for_update(of=("self",)).get(pk=changement.pk)
    relu = lus.select_related("demande_par", "decide_par").get(pk=changement.pk)
    relu.creancier = creancier
    return creancier, relu
