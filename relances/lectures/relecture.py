"""Une relance relue à l'instant : ce qui est encore dû, et tout ce qui s'oppose au reste.

Le départ d'un message et la page qui le montre lisent la même chose, par la même fonction.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from django.db import models
from django.db.models import (
    Count,
    DateField,
    DateTimeField,
    Exists,
    IntegerField,
    Max,
    OuterRef,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from clients.models import Coordonnee
from factures.models import Facture, Litige
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.models import Envoi
from recouvrement.socle.requetes import RequeteFigee
from recouvrement.socle.temps import instant_de, jour_de
from relances.enums import Canal, CodeBlocage, EtatRelance
from relances.lectures.faits import faits_du_creancier, fenetre_de
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

Dit = tuple[tuple[int, Decimal], ...]
CADUQUE = Blocage(CodeBlocage.DEVANCEE, "L'échéance est passée : ce rappel n'a plus lieu d'être")


@dataclass(frozen=True, slots=True)
class Relue:
    """Les lignes encore dues, ce qui s'oppose aux autres, ce qui ne fait qu'attendre."""

    relance: Relance
    lignes: list[RelanceFacture]
    dues: list[RelanceFacture]
    contre: list[Blocage]
    passagers: list[Blocage]

    @property
    def factures(self) -> list[Facture]:
        return [ligne.facture for ligne in self.dues]

    @property
    def dit(self) -> Dit:
        return tuple(sorted((f.pk, f.solde) for f in self.factures))

    @property
    def sans_adresse(self) -> bool:
        return not self.dues and {b.code for b in self.contre} == {CodeBlocage.ADRESSE}


def relire(
    creancier: Creancier, *, maintenant: datetime, verrou: bool = False, **laquelle: object
) -> Relue:
    """`laquelle` : `pk=` ou `envoi=`."""
    au = jour_de(maintenant)
    relance = _lire_la_relance(creancier, verrou=verrou, depuis=instant_de(au), **laquelle)
    faits = _faits(relance, au=au, maintenant=maintenant)
    dues, contre, passagers = [], {}, {}
    lignes = LIGNES(creancier=relance.creancier_id, relance=relance.pk)
    for ligne in lignes:
        trouves = [*_caduque(ligne, au=au), *blocages(_avec(faits, ligne))]
        fermes = [b for b in trouves if b.code not in PASSAGERS]
        passagers |= {b: None for b in trouves if b.code in PASSAGERS}
        contre |= dict.fromkeys(fermes)
        if not fermes:
            dues.append(ligne)
    return Relue(relance, lignes, dues, list(contre), list(passagers))


def _lire_la_relance(
    creancier: Creancier, *, verrou: bool, depuis: datetime, **laquelle: object
) -> Relance:
    """Tout ce qui tient au client et au créancier, en une lecture."""
    ((nom, valeur),) = laquelle.items()
    pk = valeur.pk if isinstance(valeur, models.Model) else valeur
    lues = RELANCES[nom, verrou](creancier=creancier.pk, laquelle=pk, depuis=depuis)
    if not lues:
        raise Relance.DoesNotExist
    return lues[0]


def _requete_de_relance(
    nom: str, *, verrou: bool, creancier: int, laquelle: int, depuis: datetime
) -> models.QuerySet[Relance]:
    chez = {"creancier": OuterRef("creancier"), "client": OuterRef("client")}
    faites = Relance.objects.filter(**chez, faite_le__isnull=False).exclude(pk=OuterRef("pk"))
    appels = Appel.objects.filter(**chez, annule_le=None)
    promesse = Promesse.objects.filter(**chez, close_le=None).order_by()
    adresse = Coordonnee.objects.filter(**chez, valeur=OuterRef("destinataire")).courriels()
    qs = (
        Relance.objects.pour(Creancier(pk=creancier))
        .filter(**{nom: laquelle})
        .select_related("creancier", "client", "etape")
        .annotate(
            promesse_pour_le=Subquery(promesse.values("pour_le")[:1], output_field=DateField()),
            derniere_relance=_dernier(faites, "faite_le"),
            dernier_appel=_dernier(appels, "appele_le"),
            adresse_utilisable=Exists(adresse.utilisables()),
            partis_aujourd_hui=_partis(depuis),
        )
    )
    return qs.select_for_update(of=("self",)) if verrou else qs


def _dernier(qs, champ: str):
    return Subquery(
        qs.order_by().values("client").annotate(d=Max(champ)).values("d"),
        output_field=DateTimeField(),
    )


def _partis(depuis: datetime):
    partis = Envoi.objects.filter(creancier=OuterRef("creancier")).transmis(depuis=depuis)
    comptes = partis.order_by().values("creancier").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(comptes, output_field=IntegerField()), Value(0))


def _requete_des_lignes(*, creancier: int, relance: int) -> models.QuerySet[RelanceFacture]:
    litige = Litige.objects.filter(
        creancier=OuterRef("creancier"), facture=OuterRef("facture"), clos_le=None
    ).order_by()
    return (
        RelanceFacture.objects.pour(Creancier(pk=creancier))
        .vivantes()
        .filter(relance=relance)
        .select_related("facture", "etape")
        .annotate(litige_le=Subquery(litige.values("ouvert_le")[:1], output_field=DateField()))
    )


# Posées deux fois par message qui part : leur SQL ne s'écrit qu'une fois.
RELANCES = {
    (nom, verrou): RequeteFigee(
        partial(_requete_de_relance, nom, verrou=verrou),
        creancier=int,
        laquelle=int,
        depuis=datetime,
    )
    for nom in ("pk", "envoi")
    for verrou in (False, True)
}
LIGNES = RequeteFigee(_requete_des_lignes, creancier=int, relance=int)


def _caduque(ligne: RelanceFacture, *, au: date) -> list[Blocage]:
    delai = ligne.etape.delai if ligne.etape else 0
    return [CADUQUE] if est_caduque(delai, echeance=ligne.facture.date_echeance, au=au) else []


def _faits(relance: Relance, *, au: date, maintenant: datetime) -> Faits:
    client, creancier = relance.client, relance.creancier
    fenetre = fenetre_de(creancier)
    actions = [d for d in (relance.derniere_relance, relance.dernier_appel) if d is not None]
    return Faits(
        au=au,
        creancier=replace(
            faits_du_creancier(creancier),
            quota_atteint=relance.partis_aujourd_hui
            if relance.partis_aujourd_hui >= creancier.quota_quotidien
            else None,
        ),
        client=FaitsClient(
            suspendu_le=client.suspendu_le,
            suspendu_jusqu_au=client.suspendu_jusqu_au,
            suspendu_motif=client.suspendu_motif,
            procedure_collective_le=client.procedure_collective_le,
            fusionne=client.fusionne_dans_id is not None,
            efface_le=client.efface_le,
            promesse_pour_le=relance.promesse_pour_le,
            derniere_action_le=jour_de(max(actions)) if actions else None,
            adresse=relance.destinataire if relance.adresse_utilisable else "",
        ),
        facture=FaitsFacture(solde=Decimal("0.00")),
        ouverture=None
        if est_ouverte(maintenant, fenetre)
        else prochaine_ouverture(maintenant, fenetre),
        par_courriel=relance.canal == Canal.COURRIEL,
        automatique=relance.decidee_par_id is None and relance.etat != EtatRelance.A_VALIDER,
        a_valider=relance.etat == EtatRelance.A_VALIDER,
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
