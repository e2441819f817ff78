"""Les faits dont dépend une relance, lus d'un coup pour tout un créancier.

Le nombre de requêtes ne dépend ni du nombre de factures ni du nombre de clients.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, CharField, Max, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from clients.enums import NatureClient, Validite
from clients.models import Client, Coordonnee
from factures.lectures.faveur import Reclamables, reclamables
from factures.lectures.reclamable import Contestation, reclamable
from factures.models import Facture
from recouvrement.comptes.models import Creancier
from recouvrement.socle.montants import ZERO
from recouvrement.socle.temps import instant_de, jour_de
from relances.enums import ETATS_QUI_RETIENNENT, Canal, Declenchement, EtatRelance
from relances.lectures.verdict import Cadre, Etapes, faits_du_creancier, que_rien_n_arrete
from relances.lectures.verdict.etape import DE_CE_CYCLE, plus_haute
from relances.models import Appel, Etape, Promesse, Relance, RelanceFacture
from relances.regles.calendrier import Fenetre
from relances.regles.faits import Faits, FaitsClient, FaitsFacture, Usage
from relances.regles.progression import Suivante, depuis_le_rang
from relances.regles.scenario_initial import ETAPES_INITIALES


@dataclass(frozen=True, slots=True)
class Ligne:
    """Une facture ouverte, telle que la planification la lit."""

    pk: int
    client: int
    echeance: date
    solde: Decimal
    cycle: int
    rang_entree: int
    contentieux_depuis: date | None
    en_question: str
    plus_haute: int
    en_cours: EtatRelance | None


@dataclass
class FaitsDuJour:
    """Ce que l'on sait d'un créancier un jour donné."""

    cadre: Cadre
    reclamables: Reclamables
    promesses: dict[int, date]
    particuliers: dict[int, FaitsClient]
    dernieres_actions: dict[int, date]
    courriels_prevus: dict[int, date]
    factures_du_jour: dict[int, date]
    adresses: dict[int, str] = field(default_factory=dict)
    _clients: dict[int, FaitsClient] = field(default_factory=dict)

    def client(self, pk: int) -> FaitsClient:
        faits = self._clients.get(pk)
        if faits is None:
            faits = self._clients[pk] = replace(
                self.particuliers.get(pk, FaitsClient()),
                promesse_pour_le=self.promesses.get(pk),
                derniere_action_le=self.dernieres_actions.get(pk),
                courriel_prevu_le=self.courriels_prevus.get(pk),
                adresse=self.adresses.get(pk, ""),
                en_faveur=self.reclamables.faveurs.get(pk, ZERO),
            )
        return faits

    def etape(self, ligne: Ligne) -> Etape | None:
        """Celle qui vient pour cette facture."""
        suivante = self._suivante(ligne)
        return self.cadre.etapes.du_rang(suivante.etape.rang) if suivante else None

    def _suivante(self, ligne: Ligne) -> Suivante | None:
        return depuis_le_rang(
            self.cadre.etapes.prevues,
            plus_haute=ligne.plus_haute,
            echeance=ligne.echeance,
            au=self.cadre.au,
            rang_entree=ligne.rang_entree,
        )

    def faits(self, ligne: Ligne) -> Faits:
        """Ce qu'il faut savoir de cette facture et de l'étape qui vient pour elle."""
        suivante, etape = self._suivante(ligne), self.etape(ligne)
        facture = FaitsFacture(
            solde=ligne.solde,
            echeance=ligne.echeance,
            cycle=ligne.cycle,
            contentieux_depuis=ligne.contentieux_depuis,
            en_question=ligne.en_question,
            **_contestee(ligne.solde, self.reclamables.contestations.get(ligne.pk)),
            du_jusqu_a_elle=self.reclamables.jusqu_a(ligne.client, ligne.echeance),
            etape=etape.nom if etape else "",
            etape_le=suivante.le if suivante else None,
            en_cours=ligne.en_cours,
            derniere_etape_le=self.factures_du_jour.get(ligne.pk),
        )
        return Faits(
            au=self.cadre.au,
            creancier=self.cadre.faits,
            client=self.client(ligne.client),
            facture=facture,
            par_courriel=etape is not None and etape.canal == Canal.COURRIEL,
            automatique=etape is not None and etape.declenchement == Declenchement.AUTOMATIQUE,
        )


def faits_du_client(client: Client, **connus: Any) -> FaitsClient:
    """Ce que dit sa fiche ; `connus` : ce qui se lit ailleurs."""
    return FaitsClient(
        suspendu_le=client.suspendu_le,
        suspendu_jusqu_au=client.suspendu_jusqu_au,
        suspendu_motif=client.suspendu_motif,
        procedure_collective_le=client.procedure_collective_le,
        nature_inconnue=client.qualite_a_etablir,
        est_fusionne=client.fusionne_dans_id is not None,
        efface_le=client.efface_le,
        adresse_postale_complete=bool(client.adresse and client.ville),
        adresse_rendue_le=client.adresse_invalide_le,
        **connus,
    )


def faits_de_la_facture(facture: Facture, lus: Reclamables) -> FaitsFacture:
    """Ce qu'il faut en savoir pour la réclamer, quelle que soit l'étape."""
    return FaitsFacture(
        solde=facture.solde,
        echeance=facture.date_echeance,
        cycle=facture.cycle,
        est_avoir=facture.est_avoir,
        en_question=facture.en_question,
        contentieux_depuis=facture.contentieux_depuis,
        **_contestee(facture.solde, lus.contestations.get(facture.pk)),
        du_jusqu_a_elle=lus.jusqu_a(facture.client_id, facture.date_echeance),
    )


def _contestee(solde: Decimal, contestation: Contestation | None) -> dict[str, Any]:
    return {
        "litige_ouvert_le": contestation.le if contestation else None,
        "conteste": contestation.sur(solde) if contestation else ZERO,
        "reclamable": reclamable(solde, contestation),
    }


def fenetre_de(creancier: Creancier) -> Fenetre:
    return Fenetre(creancier.heure_debut, creancier.heure_fin, creancier.zone_feries)


def etapes_en_vigueur(creancier: Creancier) -> Etapes:
    """Celles du créancier ; à défaut, celles qu'il recevra à la première planification."""
    etapes = list(Etape.objects.pour(creancier).en_vigueur())
    return Etapes.du(
        etapes or [Etape(rang=rang, **asdict(etape)) for rang, etape in enumerate(ETAPES_INITIALES)]
    )


def cadre_du_jour(creancier: Creancier, *, au: date) -> Cadre:
    return Cadre(creancier, faits_du_creancier(creancier), au, etapes_en_vigueur(creancier))


def charger(cadre: Cadre) -> FaitsDuJour:
    """Dix requêtes au plus, quel que soit le nombre de factures."""
    creancier, au = cadre.creancier, cadre.au
    promesses = Promesse.objects.pour(creancier).en_cours()
    prevus = Relance.objects.pour(creancier).courriels_a_partir().order_by().values("client_id")
    faites = RelanceFacture.objects.pour(creancier).filter(
        relance__creancier=creancier, relance__faite_le__gte=instant_de(au)
    )
    return FaitsDuJour(
        cadre=cadre,
        reclamables=reclamables(creancier, au=au),
        promesses=dict(promesses.values_list("client_id", "pour_le")),
        particuliers=_particuliers(creancier),
        dernieres_actions=_dernieres_actions(creancier, au=au),
        courriels_prevus=dict(prevus.annotate(le=Min("prevue_le")).values_list("client_id", "le")),
        factures_du_jour=dict.fromkeys(faites.values_list("facture_id", flat=True), au),
        adresses=adresses(creancier),
    )


def adresses(creancier: Creancier, *, clients: Collection[int] | None = None) -> dict[int, str]:
    """L'adresse à qui écrire, par client : vérifiée d'abord, puis le contact à joindre d'abord."""
    coordonnees = Coordonnee.objects.pour(creancier).courriels().utilisables()
    if clients is not None:
        coordonnees = coordonnees.filter(client__in=clients)
    rangees = coordonnees.order_by(
        "client_id",
        Case(When(validite=Validite.VALIDE, then=Value(0)), default=Value(1)),
        Case(When(contact__est_principal=True, then=Value(0)), default=Value(1)),
        "rang",
        "pk",
    ).values_list("client_id", "valeur")
    trouvees: dict[int, str] = {}
    for client, valeur in rangees:
        trouvees.setdefault(client, valeur)
    return trouvees


def factures_ouvertes(cadre: Cadre, *, dues_seulement: bool = False) -> Iterator[Ligne]:
    """Les factures ouvertes et où elles en sont ; `dues_seulement` : que le verdict laisse passer.

    Ces dernières par les filtres de la table : une facture que rien ne retient n'a rien en cours.
    """
    lignes = Facture.objects.pour(cadre.creancier).ouvertes()
    if dues_seulement:
        lignes = que_rien_n_arrete(lignes, cadre, Usage.PREVOIR)
    retiennent = RelanceFacture.objects.filter(
        DE_CE_CYCLE,
        creancier=cadre.creancier,
        facture=OuterRef("pk"),
        relance__etat__in=ETATS_QUI_RETIENNENT,
    ).order_by("pk")
    etat_en_cours = Subquery(retiennent.values("relance__etat")[:1], output_field=CharField())
    valeurs = lignes.annotate(
        plus_haute=plus_haute(cadre),
        etat_en_cours=Value("", CharField())
        if dues_seulement
        else Coalesce(etat_en_cours, Value("")),
    ).order_by("client_id", "date_echeance", "pk")
    champs = (
        *("pk", "client_id", "date_echeance", "solde", "cycle", "rang_entree"),
        *("contentieux_depuis", "en_question", "plus_haute", "etat_en_cours"),
    )
    for lus in valeurs.values_list(*champs):
        pk, client, echeance, solde, cycle, entree, confiee_le, question, haute, etat = lus
        en_cours = EtatRelance(etat) if etat else None
        yield Ligne(
            *(pk, client, echeance, solde, cycle, entree, confiee_le, question, haute, en_cours)
        )


def il_y_a_de_quoi(cadre: Cadre) -> bool:
    """Par ce qui se lit en une fois : l'étape qui vient se regarde en prévoyant.

    Sans LIMIT : PostgreSQL choisirait un plan fait pour trouver vite, et ne trouverait pas.
    """
    ouvertes = Facture.objects.pour(cadre.creancier).ouvertes()
    return que_rien_n_arrete(ouvertes, cadre, Usage.PREVOIR, sans_etape=True).count() > 0


def _particuliers(creancier: Creancier) -> dict[int, FaitsClient]:
    """Les clients dont la fiche dit quelque chose ; des autres, il n'y a rien à savoir."""
    clients = (
        Client.objects.pour(creancier)
        .filter(
            Q(suspendu_le__isnull=False)
            | Q(procedure_collective_le__isnull=False)
            | Q(fusionne_dans__isnull=False)
            | Q(efface_le__isnull=False)
            | Q(nature=NatureClient.INCONNUE)
        )
        .only(
            *("suspendu_le", "suspendu_jusqu_au", "suspendu_motif", "procedure_collective_le"),
            *("fusionne_dans_id", "efface_le", "nature", "adresse", "ville", "adresse_invalide_le"),
        )
    )
    return {client.pk: faits_du_client(client) for client in clients}


def _dernieres_actions(creancier: Creancier, *, au: date) -> dict[int, date]:
    """Relances parties et appels passés, depuis que l'écart minimal les rend gênants."""
    depuis = instant_de(au - timedelta(days=creancier.ecart_minimal + 1))
    relances = Relance.objects.pour(creancier).filter(faite_le__gte=depuis)
    appels = Appel.objects.pour(creancier).filter(appele_le__gte=depuis, annule_le=None)
    dernieres: dict[int, datetime] = {}
    for rangees in (
        _derniere_par_client(relances, "faite_le"),
        _derniere_par_client(appels, "appele_le"),
    ):
        for client, dernier in rangees:
            if client not in dernieres or dernier > dernieres[client]:
                dernieres[client] = dernier
    return {client: jour_de(quand) for client, quand in dernieres.items()}


def _derniere_par_client(
    actions: QuerySet[Relance] | QuerySet[Appel], champ: str
) -> Iterable[tuple[int, datetime]]:
    par_client = actions.order_by().values("client_id").annotate(dernier=Max(champ))
    return par_client.values_list("client_id", "dernier")
