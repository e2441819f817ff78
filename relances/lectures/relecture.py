"""Une relance relue à l'instant : ce qui est encore dû, et tout ce qui s'oppose au reste.

Le départ d'un message et la page qui le montre lisent la même chose, par la même fonction.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, cast

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
from factures.lectures.conventions import derniere_convention
from factures.lectures.faveur import Reclamables, faveur_en_base, reclamables
from factures.lectures.reclamable import EUROS, Contestation
from factures.models import Facture, Litige
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.models import Envoi
from recouvrement.socle.montants import ZERO
from recouvrement.socle.requetes import RequeteFigee
from recouvrement.socle.temps import instant_de, jour_de
from relances.enums import Canal, CodeBlocage, EtatRelance
from relances.lectures.faits import faits_de_la_facture, faits_du_client, fenetre_de
from relances.lectures.verdict import arrets, blocages, faits_du_creancier
from relances.models import Appel, Promesse, Relance, RelanceFacture
from relances.regles.calendrier import est_ouverte, prochaine_ouverture
from relances.regles.faits import Blocage, Effet, Faits, FaitsPrevue, Usage

Dit = tuple[tuple[int, Decimal], ...]
# Ce qui change la somme sans rien arrêter.
DU_MESSAGE = (CodeBlocage.COUVERTE, CodeBlocage.LITIGE)


if TYPE_CHECKING:

    class RelanceLue(Relance):
        """Une relance, et ce que la relecture lit autour d'elle."""

        promesse_pour_le: date | None
        derniere_relance: datetime | None
        dernier_appel: datetime | None
        adresse_utilisable: bool
        partis_aujourd_hui: int
        en_faveur: Decimal
        convention: int | None

        class Meta:
            abstract = True

    class LigneLue(RelanceFacture):
        litige_le: date | None
        montant_conteste: Decimal | None

        class Meta:
            abstract = True


@dataclass(frozen=True, slots=True)
class Relue:
    """Les lignes encore dues, ce qui s'oppose aux autres, ce qui ne fait qu'attendre."""

    relance: Relance
    lignes: list[RelanceFacture]
    dues: list[RelanceFacture]
    contre: list[Blocage]
    passagers: list[Blocage]
    # Ce qui n'empêche rien, et que le message dit.
    avertis: list[Blocage]
    lus: Reclamables
    # La dernière posée : elle ne se modifie pas.
    convention: int | None = None

    @property
    def factures(self) -> list[Facture]:
        return [ligne.facture for ligne in self.dues]

    @property
    def dit(self) -> Dit:
        """Ce que le message demande de chaque facture ; sous 0, ce qu'il a à déduire."""
        en_faveur = self.lus.faveurs.get(self.relance.client_id, ZERO)
        return ((0, en_faveur), *sorted((f.pk, self.lus.de(f)) for f in self.factures))

    @property
    def titre(self) -> str:
        """Ce dont dépendent les pénalités et les 40 € : la qualité, ce qui est convenu."""
        client = self.relance.client
        return f"{client.pk} {client.nature} {self.convention or ''}"

    @property
    def sans_adresse(self) -> bool:
        return not self.dues and {b.code for b in self.contre} == {CodeBlocage.ADRESSE}


def relire(
    creancier: Creancier, *, maintenant: datetime, verrou: bool = False, **laquelle: object
) -> Relue:
    """`laquelle` : `pk=` ou `envoi=`."""
    relance, lignes, lus = faits_a_relire(
        creancier, maintenant=maintenant, verrou=verrou, **laquelle
    )
    dues: list[RelanceFacture] = []
    # Sans doublons, dans l'ordre où les lignes les disent.
    contre: dict[Blocage, None] = {}
    passagers: dict[Blocage, None] = {}
    avertis: dict[Blocage, None] = {}
    for ligne, faits in lignes:
        trouves = blocages(faits, Usage.PARTIR)
        passagers |= {b: None for b in trouves if b.effet == Effet.ATTEND}
        avertis |= {b: None for b in trouves if b.code in DU_MESSAGE and b.effet == Effet.AVERTIT}
        fermes = arrets(trouves)
        contre |= dict.fromkeys(fermes)
        if not fermes:
            dues.append(ligne)
    return Relue(
        relance,
        [ligne for ligne, _ in lignes],
        dues,
        list(contre),
        list(passagers),
        list(avertis),
        lus,
        cast("RelanceLue", relance).convention,
    )


def faits_a_relire(
    creancier: Creancier, *, maintenant: datetime, verrou: bool = False, **laquelle: object
) -> tuple[Relance, list[tuple[RelanceFacture, Faits]], Reclamables]:
    """La relance, ligne par ligne ce que l'on sait à l'instant, et ce qui s'en demande."""
    au = jour_de(maintenant)
    relance = _lire_la_relance(creancier, verrou=verrou, au=au, **laquelle)
    faits = _faits(relance, au=au, maintenant=maintenant)
    lignes = LIGNES(creancier=relance.creancier_id, relance=relance.pk)
    lus = _reclamables(relance, [cast("LigneLue", ligne) for ligne in lignes], au=au)
    return relance, [(ligne, _avec(faits, relance, ligne, lus)) for ligne in lignes], lus


def _reclamables(relance: "RelanceLue", lignes: list["LigneLue"], *, au: date) -> Reclamables:
    """Ce que dit la ligne elle-même ; le reste ne se lit que s'il y a de quoi déduire."""
    if relance.en_faveur:
        return reclamables(relance.creancier, au=au, clients=[relance.client_id])
    return Reclamables(
        au,
        {
            ligne.facture_id: Contestation(ligne.litige_le, ligne.montant_conteste)
            for ligne in lignes
            if ligne.litige_le is not None
        },
    )


def _lire_la_relance(
    creancier: Creancier, *, verrou: bool, au: date, **laquelle: object
) -> "RelanceLue":
    """Tout ce qui tient au client et au créancier, en une lecture."""
    ((nom, valeur),) = laquelle.items()
    pk = valeur.pk if isinstance(valeur, models.Model) else valeur
    lues = RELANCES[nom, verrou](creancier=creancier.pk, laquelle=pk, depuis=instant_de(au), au=au)
    if not lues:
        raise Relance.DoesNotExist
    return cast("RelanceLue", lues[0])


def _requete_de_relance(
    nom: str, *, verrou: bool, creancier: int, laquelle: int, depuis: datetime, au: date
) -> models.QuerySet[Relance]:
    chez = {"creancier": OuterRef("creancier"), "client": OuterRef("client")}
    faites = Relance.objects.filter(**chez, faite_le__isnull=False).exclude(pk=OuterRef("pk"))
    appels = Appel.objects.filter(**chez, annule_le=None)
    promesse = Promesse.objects.filter(**chez).en_cours().order_by()
    adresse = Coordonnee.objects.filter(**chez, valeur=OuterRef("destinataire")).courriels()
    qs: models.QuerySet[Relance] = (
        Relance.objects.pour(Creancier(pk=creancier))
        .filter(**{nom: laquelle})
        .select_related("creancier", "client", "etape")
        .annotate(
            promesse_pour_le=Subquery(promesse.values("pour_le")[:1], output_field=DateField()),
            derniere_relance=_dernier(faites, "faite_le"),
            dernier_appel=_dernier(appels, "appele_le"),
            adresse_utilisable=Exists(adresse.utilisables()),
            partis_aujourd_hui=_partis(depuis),
            en_faveur=faveur_en_base(au=au),
            convention=derniere_convention(),
        )
    )
    return qs.select_for_update(of=("self",)) if verrou else qs


def _dernier(qs: models.QuerySet[Relance] | models.QuerySet[Appel], champ: str) -> Subquery:
    return Subquery(
        qs.order_by().values("client").annotate(d=Max(champ)).values("d"),
        output_field=DateTimeField(),
    )


def _partis(depuis: datetime) -> Coalesce:
    partis = Envoi.objects.filter(creancier=OuterRef("creancier")).transmis(depuis=depuis)
    comptes = partis.order_by().values("creancier").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(comptes, output_field=IntegerField()), Value(0))


def _requete_des_lignes(*, creancier: int, relance: int) -> models.QuerySet[RelanceFacture]:
    litiges = Litige.objects.filter(creancier=OuterRef("creancier"), facture=OuterRef("facture"))
    litige = litiges.ouverts().order_by()
    lignes: models.QuerySet[RelanceFacture] = (
        RelanceFacture.objects.pour(Creancier(pk=creancier))
        .vivantes()
        .filter(relance=relance)
        .select_related("facture", "etape")
        .annotate(
            litige_le=Subquery(litige.values("ouvert_le")[:1], output_field=DateField()),
            montant_conteste=Subquery(litige.values("montant_conteste")[:1], output_field=EUROS),
        )
    )
    return lignes


# Posées deux fois par message qui part : leur SQL ne s'écrit qu'une fois.
RELANCES = {
    (nom, verrou): RequeteFigee(
        partial(_requete_de_relance, nom, verrou=verrou),
        creancier=int,
        laquelle=int,
        depuis=datetime,
        au=date,
    )
    for nom in ("pk", "envoi")
    for verrou in (False, True)
}
LIGNES = RequeteFigee(_requete_des_lignes, creancier=int, relance=int)


def _faits(relance: "RelanceLue", *, au: date, maintenant: datetime) -> Faits:
    creancier, fenetre = relance.creancier, fenetre_de(relance.creancier)
    actions = [d for d in (relance.derniere_relance, relance.dernier_appel) if d is not None]
    return Faits(
        au=au,
        creancier=faits_du_creancier(creancier, partis=relance.partis_aujourd_hui),
        client=faits_du_client(
            relance.client,
            promesse_pour_le=relance.promesse_pour_le,
            derniere_action_le=jour_de(max(actions)) if actions else None,
            adresse=relance.destinataire if relance.adresse_utilisable else "",
            en_faveur=relance.en_faveur,
        ),
        ouverture=None
        if est_ouverte(maintenant, fenetre)
        else prochaine_ouverture(maintenant, fenetre),
        par_courriel=relance.canal == Canal.COURRIEL,
        automatique=relance.decidee_par_id is None and relance.etat != EtatRelance.A_VALIDER,
    )


def _avec(faits: Faits, relance: Relance, ligne: RelanceFacture, lus: Reclamables) -> Faits:
    return replace(
        faits,
        facture=faits_de_la_facture(ligne.facture, lus),
        prevue=FaitsPrevue(
            etat=EtatRelance(relance.etat),
            delai=ligne.etape.delai if ligne.etape else 0,
            cycle=ligne.cycle,
        ),
    )
