from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef

from clients.actions.verrou import verrouiller
from clients.models import Client
from contentieux.actions.jugement import suivre_l_etape
from contentieux.enums import EtatDossier, IssueDossier, NatureFrais, Suite, Voie
from contentieux.evenements import Evenement
from contentieux.models import Dossier, DossierFacture, EvenementDossier, Frais
from contentieux.regles import etats_suivants, suite_habituelle, voies_ouvertes
from factures.actions import confier_au_contentieux, retirer_du_contentieux
from factures.actions.decisions import defaire_le_jugement
from factures.enums import FaitDecision
from factures.lectures.faveur import Reclamables, reclamables
from factures.models import Facture
from recouvrement.comptes.models import Utilisateur
from recouvrement.journal.actions import inscrire, poser
from recouvrement.journal.effets import Effet, Question, Retour
from recouvrement.journal.evenements import Genre
from recouvrement.journal.models import Geste
from recouvrement.socle.erreurs import ErreurMetier
from relances.actions.passages import passer_au_contentieux, reprendre_l_amiable
from relances.enums import CodeBlocage
from relances.lectures.possibles import arrets_de_la_facture, interdits
from relances.regles.faits import Usage

IMPROPRES = {
    CodeBlocage.AVOIR: "n'est plus due",
    CodeBlocage.SOLDEE: "n'est plus due",
    CodeBlocage.CONTENTIEUX: "est déjà au contentieux",
    CodeBlocage.PAS_ENCORE: "n'est pas encore échue",
    CodeBlocage.COUVERTE: "est couverte par un avoir ou un règlement à employer",
}


@transaction.atomic
def ouvrir_dossier(
    client: Client, *, factures: Iterable[Facture], voie: Voie, le: date, acteur: Utilisateur
) -> Dossier:
    """Ouvre le dossier des factures choisies ; leurs relances amiables s'arrêtent aussitôt."""
    client = verrouiller(client)
    creancier = client.creancier
    choisies = list(
        Facture.objects.pour(creancier)
        .select_for_update(of=("self",))
        .filter(client=client, pk__in=[facture.pk for facture in factures])
        .order_by("date_echeance", "pk")
    )
    if not choisies:
        raise ErreurMetier("Choisissez au moins une facture.")
    trouves = interdits(client, au=le, usage=Usage.CONFIER)
    if trouves:
        raise ErreurMetier(f"{trouves[0].phrase}.")
    if voie not in voies_ouvertes(client.nature):
        raise ErreurMetier(
            f"« {voie.label} » n'est pas ouverte contre un débiteur "
            f"« {client.get_nature_display().lower()} »."
        )
    lus = reclamables(creancier, au=le, clients=[client.pk])
    for facture in choisies:
        _refuser_si_impropre(facture, lus, le=le)
    dossier = Dossier.objects.create(
        creancier=creancier, client=client, voie=voie, ouvert_le=le, ouvert_par=acteur
    )
    DossierFacture.objects.bulk_create(
        [
            DossierFacture(creancier=creancier, dossier=dossier, facture=facture)
            for facture in choisies
        ]
    )
    geste = poser(Genre.DOSSIER, creancier=creancier, acteur=acteur)
    passer_au_contentieux(client, factures=choisies, le=le, acteur=acteur, geste=geste)
    confier_au_contentieux(choisies, le=le, acteur=acteur, geste=geste)
    _inscrire_etat(dossier, le=le, note="Ouverture du dossier", acteur=acteur, geste=geste)
    inscrire(
        Evenement.DOSSIER_OUVERT,
        cible=dossier,
        acteur=acteur,
        geste=geste,
        client=client.pk,
        voie=voie,
        factures=[facture.reference for facture in choisies],
    )
    return dossier


@transaction.atomic
def avancer(
    dossier: Dossier,
    *,
    etat: EtatDossier,
    le: date,
    note: str,
    acteur: Utilisateur,
    remise: FaitDecision | None = None,
) -> Dossier:
    """Passe le dossier à l'état suivant, à la date du fait ; `remise` : comment on a signifié."""
    dossier = _verrouiller(dossier)
    if etat not in etats_suivants(EtatDossier(dossier.etat)):
        raise ErreurMetier(
            f"De « {dossier.get_etat_display()} », on ne passe pas à « {etat.label} »."
        )
    if le < dossier.ouvert_le:
        raise ErreurMetier("Cette date précède l'ouverture du dossier.")
    dossier.etat = etat
    dossier.save(update_fields=["etat"])
    geste = poser(Genre.ETAPE, creancier=dossier.creancier, acteur=acteur)
    suivre_l_etape(dossier, etat=etat, le=le, remise=remise, acteur=acteur, geste=geste)
    _inscrire_etat(dossier, le=le, note=note, acteur=acteur, geste=geste)
    inscrire(Evenement.DOSSIER_AVANCE, cible=dossier, acteur=acteur, geste=geste, etat=etat, le=le)
    return dossier


@transaction.atomic
def noter(dossier: Dossier, *, texte: str, le: date, acteur: Utilisateur) -> EvenementDossier:
    evenement = EvenementDossier.objects.create(
        creancier=dossier.creancier, dossier=dossier, le=le, note=texte, auteur=acteur
    )
    inscrire(Evenement.DOSSIER_NOTE, cible=dossier, acteur=acteur, note=evenement.pk)
    return evenement


@transaction.atomic
def ajouter_frais(
    dossier: Dossier,
    *,
    nature: NatureFrais,
    libelle: str,
    montant: Decimal,
    le: date,
    acteur: Utilisateur,
) -> Frais:
    _refuser_si_clos(_verrouiller(dossier))
    frais = Frais.objects.create(
        creancier=dossier.creancier,
        dossier=dossier,
        nature=nature,
        libelle=libelle,
        montant=montant,
        le=le,
    )
    inscrire(Evenement.DOSSIER_FRAIS, cible=dossier, acteur=acteur, montant=montant, le=le)
    return frais


@transaction.atomic
def renseigner_requete(
    dossier: Dossier,
    *,
    tribunal: str,
    arrete_au: date,
    requete: Mapping[str, str],
    acteur: Utilisateur,
) -> Dossier:
    """Ce que le formulaire de requête demande en plus des faits connus."""
    dossier = _verrouiller(dossier)
    _refuser_si_clos(dossier)
    dossier.tribunal = tribunal
    dossier.arrete_au = arrete_au
    dossier.requete = dict(requete)
    dossier.save(update_fields=["tribunal", "arrete_au", "requete"])
    inscrire(Evenement.DOSSIER_REQUETE, cible=dossier, acteur=acteur, tribunal=tribunal)
    return dossier


@transaction.atomic
def clore(
    dossier: Dossier,
    *,
    issue: IssueDossier,
    note: str,
    le: date,
    acteur: Utilisateur,
    suite: Suite | None = None,
) -> Dossier:
    """Clôt : les factures sortent du contentieux ; `suite` dit si leurs relances reprennent."""
    suite = suite or suite_habituelle(issue)
    dossier = _verrouiller(dossier)
    _refuser_si_clos(dossier)
    lignes = DossierFacture.objects.pour(dossier.creancier).filter(dossier=dossier)
    factures = [ligne.facture for ligne in lignes.select_related("facture__creancier")]
    if issue == IssueDossier.PAYE and any(facture.solde > 0 for facture in factures):
        raise ErreurMetier(
            "Il reste des sommes dues : enregistrez d'abord les règlements, ou choisissez une "
            "autre issue."
        )
    dossier.etat = EtatDossier.CLOS
    dossier.issue = issue
    dossier.note_issue = note
    dossier.clos_le = le
    dossier.save(update_fields=["etat", "issue", "note_issue", "clos_le"])
    lignes.update(est_active=False)
    geste = poser(Genre.ISSUE_DOSSIER, creancier=dossier.creancier, acteur=acteur)
    retirer_du_contentieux(factures, le=le, acteur=acteur, geste=geste)
    dues = [facture for facture in factures if facture.solde > 0]
    if suite == Suite.REPRENDRE and dues:
        reprendre_l_amiable(dossier.client, factures=dues, acteur=acteur, geste=geste)
    _inscrire_etat(dossier, le=le, note=note, acteur=acteur, geste=geste)
    inscrire(
        Evenement.DOSSIER_CLOS,
        cible=dossier,
        acteur=acteur,
        geste=geste,
        issue=issue,
        suite=suite,
        le=le,
    )
    return dossier


def _retenues(question: Question) -> Iterator[tuple[int, str]]:
    plus_tard = EvenementDossier.objects.qui_tiennent().filter(
        creancier=OuterRef("creancier"), dossier=OuterRef("dossier"), pk__gt=OuterRef("pk")
    )
    etapes = EvenementDossier.objects.pour(question.creancier).filter(
        geste__in=question.de(Genre.ETAPE)
    )
    for geste in etapes.filter(Exists(plus_tard)).values_list("geste", flat=True):
        yield geste, "Le dossier a avancé depuis."


def _defaire(retour: Retour) -> None:
    """La dernière étape seulement : le dossier revient à celle d'avant, l'inscription reste."""
    etapes = EvenementDossier.objects.pour(retour.creancier).filter(geste=retour.geste)
    for etape in etapes.select_related("dossier__creancier"):
        dossier = _verrouiller(etape.dossier)
        avant = (
            EvenementDossier.objects.pour(retour.creancier)
            .qui_tiennent()
            .filter(dossier=dossier)
            .latest("pk")
        )
        defaire_le_jugement(retour.geste, motif="étape du dossier annulée", acteur=retour.acteur)
        dossier.etat = avant.etat
        dossier.save(update_fields=["etat"])
        inscrire(
            Evenement.ETAPE_ANNULEE,
            cible=dossier,
            acteur=retour.acteur,
            geste=retour.annulation,
            etat=etape.etat,
        )


ETAPES = Effet(_retenues, _defaire)


def _verrouiller(dossier: Dossier) -> Dossier:
    relu: Dossier = (
        Dossier.objects.pour(dossier.creancier)
        .select_for_update(of=("self",))
        .select_related("creancier", "client")
        .get(pk=dossier.pk)
    )
    return relu


def _refuser_si_clos(dossier: Dossier) -> None:
    if dossier.etat == EtatDossier.CLOS:
        raise ErreurMetier("Ce dossier est clos.")


def _refuser_si_impropre(facture: Facture, lus: Reclamables, *, le: date) -> None:
    """Ce que le bouton dit de la facture, l'action le refuse : la même règle."""
    for contre in arrets_de_la_facture(facture, lus, Usage.CONFIER, au=le):
        raise ErreurMetier(f"{facture} {IMPROPRES[contre.code]}.")


def _inscrire_etat(
    dossier: Dossier, *, le: date, note: str, acteur: Utilisateur, geste: Geste
) -> None:
    EvenementDossier.objects.create(
        creancier=dossier.creancier,
        dossier=dossier,
        etat=dossier.etat,
        le=le,
        note=note,
        auteur=acteur,
        geste=geste,
    )
