"""La journée de l'assistante : ce que le plan de relance lui propose, elle le fait."""

from datetime import date, datetime, time, timedelta

from django.db.models import Q

from clients.enums import GenreCoordonnee
from clients.models import Client, Coordonnee
from factures.actions import clore_litige
from factures.enums import IssueLitige, MotifLitige
from factures.models import Facture, Litige
from recouvrement.demonstration.maison import Maison
from recouvrement.socle.montants import ZERO
from recouvrement.socle.temps import instant_de, jour_de, lundi_ou_apres
from relances.actions.appels import Suite, consigner_appel
from relances.actions.courriers import preparer_lettre
from relances.actions.decisions import valider
from relances.actions.mises_en_demeure import preparer_mise_en_demeure
from relances.actions.poste import poster, suivre
from relances.actions.promesses import constater_promesse
from relances.enums import Canal, EtatCourrier, EtatRelance, Issue
from relances.models import Appel, Courrier, Promesse, Relance

# Ce qui est proposé depuis moins de trois jours l'attend encore aujourd'hui.
EN_ATTENTE_DEPUIS = 3
ISSUES = {
    "ponctuel": (Issue.PROMET, Issue.PAYE),
    "tardif": (Issue.PROMET, Issue.PROMET, Issue.MESSAGERIE, Issue.PAYE, Issue.DELAI),
    "lent": (Issue.PROMET, Issue.MESSAGERIE, Issue.SANS_REPONSE, Issue.DELAI, Issue.RAPPELER),
    "muet": (Issue.MESSAGERIE, Issue.SANS_REPONSE, Issue.MESSAGERIE, Issue.PROMET),
}
# À qui il arrive une scène : rien d'autre ne la dérange.
SANS_SUITE = (Issue.MESSAGERIE, Issue.SANS_REPONSE)
RETOURS = (*[EtatCourrier.DISTRIBUE] * 4, EtatCourrier.AVISE)
TIENT_PAROLE = {"ponctuel": 1.0, "tardif": 0.8, "lent": 0.5, "muet": 0.0}
NOTES = {
    Issue.PROMET: (
        "Virement annoncé, la facture est au paiement.",
        "Paiement prévu à la prochaine échéance fournisseurs.",
        "S'excuse du retard, règle cette semaine.",
    ),
    Issue.PAYE: ("Dit avoir viré la semaine dernière : à vérifier au relevé.",),
    Issue.DELAI: (
        "Trésorerie tendue, demande à régler en deux fois.",
        "Attend lui-même un règlement, demande trois semaines.",
    ),
    Issue.RAPPELER: ("La personne qui règle est absente.", "En réunion, demande à être rappelée."),
    Issue.CONTESTE: ("Conteste une partie de la prestation, envoie un message.",),
    Issue.MESSAGERIE: ("", "Message laissé avec le numéro direct."),
    Issue.SANS_REPONSE: ("",),
    Issue.MAUVAIS_NUMERO: ("Le numéro est celui d'un particulier.",),
}


def travailler(maison: Maison, instant: datetime) -> None:
    """Une après-midi : appels et rappels, messages à valider, lettres à poster."""
    jour = jour_de(instant)
    recent = maison.recit.ouvre(EN_ATTENTE_DEPUIS)
    if jour > recent:
        return
    for relance in (
        Relance.objects.pour(maison.creancier)
        .filter(
            Q(etat=EtatRelance.A_FAIRE, courrier=None) | Q(etat=EtatRelance.A_VALIDER),
            prevue_le__lt=jour,
        )
        .select_related("client", "creancier", "etape")
        .order_by("prevue_le", "pk")
    ):
        relance.client.creancier = maison.creancier
        _faire(maison, relance, instant)
    _rappeler(maison, instant)


def _faire(maison: Maison, relance: Relance, instant: datetime) -> None:
    match relance.canal:
        case Canal.TELEPHONE:
            if _dernier_essai_loin(maison, relance, instant):
                appeler(maison, relance.client, instant)
        case Canal.COURRIEL if relance.etat == EtatRelance.A_VALIDER:
            valider(relance, maintenant=instant, acteur=maison.assistante)
        case Canal.COURRIER | Canal.RECOMMANDE if relance.client.adresse:
            courrier = preparer_lettre(relance, maintenant=instant, acteur=maison.assistante)
            expedier(maison, courrier, instant)
        case Canal.MISE_EN_DEMEURE if relance.client.adresse:
            mettre_en_demeure(maison, relance.client, instant)


def _dernier_essai_loin(maison: Maison, relance: Relance, instant: datetime) -> bool:
    appels = Appel.objects.pour(maison.creancier).filter(client=relance.client)
    return not appels.filter(appele_le__gt=instant - timedelta(days=2)).exists()


def _rappeler(maison: Maison, instant: datetime) -> None:
    for appel in (
        Appel.objects.pour(maison.creancier)
        .a_rappeler(jusqu_a=instant)
        .select_related("client")
        .order_by("pk")
    ):
        appel.client.creancier = maison.creancier
        # Payé entre-temps : plus rien à demander, et Ma journée ne le montre plus.
        if _echues(maison, appel.client, instant):
            appeler(maison, appel.client, instant)


def _echues(maison: Maison, client: Client, instant: datetime) -> list[Facture]:
    return list(
        Facture.objects.pour(maison.creancier)
        .ouvertes()
        .hors_contentieux()
        .echues(au=jour_de(instant))
        .filter(client=client)
        .order_by("date_echeance", "pk")
    )


def appeler(
    maison: Maison,
    client: Client,
    instant: datetime,
    *,
    issue: Issue | None = None,
    rappel_le: datetime | None = None,
    jours_promis: int | None = None,
    note: str = "",
) -> Appel:
    """Un appel et ce qui s'ensuit. Sans issue imposée, selon son habitude."""
    alea, fiche = maison.recit.alea, maison.fiches[client.pk]
    issue = issue or alea.choice(SANS_SUITE if fiche.scene else ISSUES[fiche.paie])
    jour = jour_de(instant)
    echues = _echues(maison, client, instant)
    du = sum((facture.solde for facture in echues), ZERO)
    if issue in (Issue.PROMET, Issue.CONTESTE) and not echues:
        issue = Issue.PAYE
    pour_le = lundi_ou_apres(jour + timedelta(days=jours_promis or alea.randint(6, 11)))
    contact = client.contacts.order_by("pk").first()
    telephone = (
        Coordonnee.objects.pour(maison.creancier)
        .filter(client=client, genre=GenreCoordonnee.TELEPHONE)
        .utilisables()
        .first()
    )
    appel = consigner_appel(
        client,
        issue=issue,
        maintenant=instant,
        acteur=maison.assistante,
        contact=contact,
        numero=telephone.valeur if telephone else "",
        note=note or alea.choice(NOTES[issue]),
        suite=Suite(
            montant=du or None,
            pour_le=pour_le,
            rappel_le=rappel_le or instant_de(lundi_ou_apres(jour + timedelta(days=2)), time(10)),
            motif_litige=MotifLitige.PRIX,
            factures=tuple(echues[:1]) if issue == Issue.CONTESTE else (),
        ),
    )
    _la_suite(maison, client, issue, echues=echues, pour_le=pour_le, jour=jour)
    return appel


def _la_suite(
    maison: Maison,
    client: Client,
    issue: Issue,
    *,
    echues: list[Facture],
    pour_le: date,
    jour: date,
) -> None:
    """Ce que fera le client après avoir raccroché."""
    fiche, recit = maison.fiches[client.pk], maison.recit
    tient = not fiche.scene and recit.alea.random() < TIENT_PAROLE[fiche.paie]
    match issue:
        case Issue.PROMET if tient:
            for facture in echues:
                recit.prevoir(pour_le, time(11), maison.reglement(facture))
            recit.prevoir(
                pour_le, time(12), lambda _: constater(maison, client, est_tenue=True, le=pour_le)
            )
        case Issue.PROMET if not fiche.scene and pour_le < recit.jour(9):
            le = pour_le + timedelta(days=5)
            recit.prevoir(le, time(9), lambda _: constater(maison, client, est_tenue=False, le=le))
        case Issue.PAYE if tient:
            for facture in echues:
                recit.prevoir(jour + timedelta(days=1), time(11), maison.reglement(facture))
        case Issue.CONTESTE if not fiche.scene:
            le = lundi_ou_apres(jour + timedelta(days=12))
            recit.prevoir(le, time(15), lambda _: _clore_les_litiges(maison, client, le))


def constater(maison: Maison, client: Client, *, est_tenue: bool, le: date) -> None:
    for promesse in Promesse.objects.pour(maison.creancier).en_cours().filter(client=client):
        constater_promesse(promesse, est_tenue=est_tenue, le=le, acteur=maison.assistante)


def _clore_les_litiges(maison: Maison, client: Client, le: date) -> None:
    for litige in Litige.objects.pour(maison.creancier).ouverts().filter(facture__client=client):
        clore_litige(
            litige,
            issue=IssueLitige.INFONDE,
            note="Bon de livraison signé transmis : le client s'incline.",
            le=le,
            acteur=maison.gestionnaire,
        )


def expedier(
    maison: Maison,
    courrier: Courrier,
    instant: datetime,
    *,
    numero: str | None = None,
    retour: EtatCourrier | None = None,
) -> None:
    """La lettre est mise à la poste le jour même ; un recommandé est suivi trois jours après."""
    recommande = courrier.canal != Canal.COURRIER
    if numero is None:
        numero = f"1A {maison.recit.alea.randrange(10**10):010} 0" if recommande else ""
    jour = jour_de(instant)
    poster(courrier, le=jour, numero_suivi=numero, maintenant=instant, acteur=maison.assistante)
    if not recommande or not numero:
        return
    retour = retour or maison.recit.alea.choice(RETOURS)
    le = lundi_ou_apres(jour + timedelta(days=3))
    maison.recit.prevoir(
        le,
        time(12),
        lambda _: suivre(courrier, etat=retour, le=le, acteur=maison.assistante),
    )


def mettre_en_demeure(
    maison: Maison, client: Client, instant: datetime, *, retour: EtatCourrier | None = None
) -> None:
    """Toutes ses factures échues hors litige, en une sommation postée le jour même."""
    contestees = set(
        Litige.objects.pour(maison.creancier).ouverts().values_list("facture_id", flat=True)
    )
    factures = [f for f in _echues(maison, client, instant) if f.pk not in contestees]
    if not factures:
        return
    mise = preparer_mise_en_demeure(
        client, factures=factures, maintenant=instant, acteur=maison.assistante
    )
    expedier(maison, mise.courrier, instant, retour=retour)
