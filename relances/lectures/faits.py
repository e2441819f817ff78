"""Les faits dont dépend une relance, lus d'un coup pour tout un créancier.

Le nombre de requêtes ne dépend ni du nombre de factures ni du nombre de clients.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from clients.enums import Validite
from clients.models import Client, Coordonnee
from factures.models import Facture, Litige
from recouvrement.comptes.enums import ModeIntervention
from recouvrement.comptes.models import Creancier
from recouvrement.socle.temps import instant_de, jour_de
from relances.enums import ETATS_QUI_RETIENNENT, Canal, Declenchement, EtatRelance
from relances.models import Appel, Etape, Promesse, Relance, RelanceFacture
from relances.regles.blocages import (
    GRACE_PROMESSE,
    Faits,
    FaitsClient,
    FaitsCreancier,
    FaitsFacture,
)
from relances.regles.calendrier import Fenetre
from relances.regles.progression import EtapePrevue, depuis_le_rang
from relances.regles.scenario_initial import ETAPES_INITIALES

EN_COURS = {
    EtatRelance.A_FAIRE: "L'étape précédente reste à faire",
    EtatRelance.A_VALIDER: "Une relance attend d'être validée",
    EtatRelance.PLANIFIEE: "Une relance est déjà prévue",
    EtatRelance.ECHEC: "Le dernier envoi a été refusé : à corriger",
    EtatRelance.INCERTAINE: "Le dernier envoi est incertain : à trancher",
}


@dataclass(frozen=True, slots=True)
class Etapes:
    """Les étapes du scénario en vigueur, par rang et par clé."""

    liste: tuple[Etape, ...]
    prevues: tuple[EtapePrevue, ...]

    @classmethod
    def du(cls, etapes: Sequence[Etape]) -> "Etapes":
        liste = tuple(sorted(etapes, key=lambda e: e.rang))
        return cls(liste, tuple(EtapePrevue(e.cle, e.rang, e.delai, e.nom) for e in liste))

    @property
    def premier_delai(self) -> int:
        return min((e.delai for e in self.liste), default=0)

    def du_rang(self, rang: int) -> Etape:
        return self.liste[rang]


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
    plus_haute: int
    en_cours: str


@dataclass
class FaitsDuJour:
    """Ce que l'on sait d'un créancier un jour donné."""

    creancier: Creancier
    au: date
    etapes: Etapes
    faits_creancier: FaitsCreancier
    litiges: dict[int, date]
    promesses: dict[int, date]
    particuliers: dict[int, dict]
    dernieres_actions: dict[int, date]
    courriels_prevus: dict[int, date]
    factures_du_jour: dict[int, date]
    adresses: dict[int, str] = field(default_factory=dict)
    _clients: dict[int, FaitsClient] = field(default_factory=dict)

    def client(self, pk: int) -> FaitsClient:
        faits = self._clients.get(pk)
        if faits is None:
            faits = self._clients[pk] = FaitsClient(
                **self.particuliers.get(pk, {}),
                promesse_pour_le=self.promesses.get(pk),
                derniere_action_le=self.dernieres_actions.get(pk),
                courriel_prevu_le=self.courriels_prevus.get(pk),
                adresse=self.adresses.get(pk, ""),
            )
        return faits

    def faits(self, ligne: Ligne) -> tuple[Faits, Etape | None]:
        """Les faits d'une facture, et l'étape qui vient pour elle."""
        suivante = depuis_le_rang(
            self.etapes.prevues,
            plus_haute=ligne.plus_haute,
            echeance=ligne.echeance,
            au=self.au,
            rang_entree=ligne.rang_entree,
        )
        etape = self.etapes.du_rang(suivante.etape.rang) if suivante else None
        facture = FaitsFacture(
            solde=ligne.solde,
            contentieux_depuis=ligne.contentieux_depuis,
            litige_ouvert_le=self.litiges.get(ligne.pk),
            etape=etape.nom if etape else "",
            etape_le=suivante.le if suivante else None,
            etape_cle=etape.cle if etape else "",
            en_cours=ligne.en_cours,
            derniere_etape_le=self.factures_du_jour.get(ligne.pk),
        )
        return (
            Faits(
                au=self.au,
                creancier=self.faits_creancier,
                client=self.client(ligne.client),
                facture=facture,
                par_courriel=etape is not None and etape.canal == Canal.COURRIEL,
                automatique=etape is not None and etape.declenchement == Declenchement.AUTOMATIQUE,
            ),
            etape,
        )


def fenetre_de(creancier: Creancier) -> Fenetre:
    return Fenetre(creancier.heure_debut, creancier.heure_fin, creancier.zone_feries)


def etapes_en_vigueur(creancier: Creancier) -> Etapes:
    """Celles du créancier ; à défaut, celles qu'il recevra à la première planification."""
    etapes = list(Etape.objects.pour(creancier).filter(scenario__remplace_le=None))
    return Etapes.du(
        etapes or [Etape(rang=rang, **asdict(etape)) for rang, etape in enumerate(ETAPES_INITIALES)]
    )


def faits_du_creancier(creancier: Creancier) -> FaitsCreancier:
    mandataire = creancier.mode == ModeIntervention.MANDATAIRE
    return FaitsCreancier(
        ecart_minimal=creancier.ecart_minimal,
        soldes_perimes_jours=creancier.soldes_perimes_jours,
        reglements_connus_au=creancier.reglements_connus_au,
        envois_geles=creancier.envois_geles,
        archive_le=creancier.archive_le,
        expediteur_a_regler=not creancier.courriel_expediteur,
        expediteur_a_verifier=""
        if creancier.expediteur_est_verifie
        else creancier.courriel_expediteur,
        mandat_manque=(
            "Mandat absent : la lettre de l'article R124-4 doit être établie" if mandataire else ""
        ),
    )


def charger(
    creancier: Creancier,
    *,
    au: date,
    etapes: Etapes | None = None,
    clients: Collection[int] | None = None,
) -> FaitsDuJour:
    """Huit requêtes, quel que soit le nombre de factures ; `clients` les restreint à une fiche."""
    seuls = {} if clients is None else {"client__in": clients}
    litiges = Litige.objects.pour(creancier).ouverts()
    if clients is not None:
        litiges = litiges.filter(facture__client__in=clients)
    promesses = Promesse.objects.pour(creancier).en_cours().filter(**seuls)
    return FaitsDuJour(
        creancier=creancier,
        au=au,
        etapes=etapes or etapes_en_vigueur(creancier),
        faits_creancier=faits_du_creancier(creancier),
        litiges=dict(litiges.values_list("facture_id", "ouvert_le")),
        promesses=dict(promesses.values_list("client_id", "pour_le")),
        particuliers=_particuliers(creancier, clients),
        dernieres_actions=_dernieres_actions(creancier, au=au, seuls=seuls),
        courriels_prevus=dict(
            Relance.objects.pour(creancier)
            .filter(
                canal=Canal.COURRIEL,
                etat__in=[EtatRelance.PLANIFIEE, EtatRelance.A_VALIDER],
                **seuls,
            )
            .values_list("client_id", "prevue_le")
        ),
        factures_du_jour=dict.fromkeys(
            RelanceFacture.objects.pour(creancier)
            .filter(relance__creancier=creancier, relance__faite_le__gte=instant_de(au))
            .values_list("facture_id", flat=True),
            au,
        ),
        adresses=adresses(creancier, clients=clients),
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


def factures_ouvertes(
    creancier: Creancier,
    etapes: Etapes,
    *,
    au: date,
    factures: Iterable[int] | None = None,
    dues_seulement: bool = False,
) -> Iterator[Ligne]:
    """Les factures ouvertes et où elles en sont ; `dues_seulement` laisse la base écarter le reste.

    Ce filtre ne décide rien : il ôte d'avance ce que les blocages écarteraient.
    """
    lignes = Facture.objects.pour(creancier).ouvertes()
    if factures is not None:
        lignes = lignes.filter(pk__in=list(factures))
    if dues_seulement:
        lignes = _dues(lignes, creancier, etapes, au=au)
    vivantes = RelanceFacture.objects.filter(
        creancier=creancier, facture=OuterRef("pk"), cycle=OuterRef("cycle"), est_vivante=True
    ).order_by()
    plus_haute = vivantes.values("facture").annotate(r=Max(_rang(etapes))).values("r")
    en_cours = vivantes.filter(relance__etat__in=ETATS_QUI_RETIENNENT).values("relance__etat")[:1]
    valeurs = lignes.annotate(
        plus_haute=Coalesce(Subquery(plus_haute, output_field=IntegerField()), Value(-1)),
        etat_en_cours=Value("", CharField())
        if dues_seulement
        else Coalesce(Subquery(en_cours, output_field=CharField()), Value("")),
    ).order_by("client_id", "date_echeance", "pk")
    champs = (
        *("pk", "client_id", "date_echeance", "solde", "cycle", "rang_entree"),
        *("contentieux_depuis", "plus_haute", "etat_en_cours"),
    )
    for *tete, etat in valeurs.values_list(*champs):
        yield Ligne(*tete, EN_COURS.get(etat, ""))


def il_y_a_de_quoi(creancier: Creancier, etapes: Etapes, *, au: date) -> bool:
    """Sans LIMIT : PostgreSQL choisirait un plan fait pour trouver vite, et ne trouverait pas."""
    return _dues(Facture.objects.pour(creancier).ouvertes(), creancier, etapes, au=au).count() > 0


def _dues(lignes, creancier: Creancier, etapes: Etapes, *, au: date):
    depuis = instant_de(au - timedelta(days=max(creancier.ecart_minimal, 1) - 1))
    recentes = Relance.objects.pour(creancier).filter(faite_le__gte=depuis).values("client_id")
    # En une seule lecture de l'histoire, jamais facture par facture : ce qui retient celle-ci,
    # et l'étape faite dont la suivante n'est pas encore venue.
    retenues = RelanceFacture.objects.alias(limite=_limite(etapes, au)).filter(
        Q(relance__etat__in=ETATS_QUI_RETIENNENT)
        | Q(cycle=OuterRef("cycle"), limite__lt=OuterRef("date_echeance")),
        creancier=creancier,
        facture=OuterRef("pk"),
        est_vivante=True,
    )
    promis = Promesse.objects.pour(creancier).en_cours().filter(pour_le__gte=au - GRACE_PROMESSE)
    litiges = Litige.objects.pour(creancier).ouverts()
    return (
        lignes.hors_contentieux()
        .filter(date_echeance__lte=au - timedelta(days=etapes.premier_delai))
        .exclude(client__in=recentes if creancier.ecart_minimal else [])
        .exclude(client__in=_arretes(creancier, au=au).values("pk"))
        .exclude(client__in=promis.values("client_id"))
        .exclude(pk__in=litiges.values("facture_id"))
        .filter(~Exists(retenues))
    )


def _arretes(creancier: Creancier, *, au: date):
    """Les clients à qui rien n'est à dire ce jour-là, quelle que soit la facture."""
    return Client.objects.pour(creancier).filter(
        Q(procedure_collective_le__isnull=False)
        | Q(fusionne_dans__isnull=False)
        | Q(efface_le__isnull=False)
        | Q(suspendu_le__lte=au) & (Q(suspendu_jusqu_au=None) | Q(suspendu_jusqu_au__gte=au))
    )


def _rang(etapes: Etapes):
    """Le rang, dans le scénario d'aujourd'hui, d'une étape faite sous une version passée."""
    return Case(
        *(When(cle_etape=e.cle, then=Value(e.rang)) for e in etapes.liste),
        default=Value(-1),
        output_field=IntegerField(),
    )


def _limite(etapes: Etapes, au: date):
    """L'échéance au plus tard pour que l'étape qui suit celle-ci soit due."""
    suivantes = [*etapes.liste[1:], None]
    quand = [
        When(
            cle_etape=e.cle,
            then=Value(au - timedelta(days=s.delai) if s else date(1900, 1, 1), DateField()),
        )
        for e, s in zip(etapes.liste, suivantes, strict=True)
    ]
    return Case(*quand, default=Value(None, DateField()), output_field=DateField())


def _particuliers(creancier: Creancier, clients: Collection[int] | None) -> dict[int, dict]:
    qs = Client.objects.pour(creancier).filter(
        Q(suspendu_le__isnull=False)
        | Q(procedure_collective_le__isnull=False)
        | Q(fusionne_dans__isnull=False)
        | Q(efface_le__isnull=False)
    )
    if clients is not None:
        qs = qs.filter(pk__in=clients)
    noms = ("suspendu_le", "suspendu_jusqu_au", "suspendu_motif", "procedure_collective_le")
    noms += ("efface_le",)
    return {
        pk: dict(zip(noms, valeurs, strict=True)) | {"fusionne": fusionne is not None}
        for pk, fusionne, *valeurs in qs.values_list("pk", "fusionne_dans_id", *noms)
    }


def _dernieres_actions(creancier: Creancier, *, au: date, seuls: dict) -> dict[int, date]:
    """Relances parties et appels passés, depuis que l'écart minimal les rend gênants."""
    depuis = instant_de(au - timedelta(days=creancier.ecart_minimal + 1))
    dernieres: dict[int, datetime] = {}
    for qs, champ in (
        (Relance.objects.pour(creancier).filter(faite_le__gte=depuis, **seuls), "faite_le"),
        (
            Appel.objects.pour(creancier).filter(appele_le__gte=depuis, annule_le=None, **seuls),
            "appele_le",
        ),
    ):
        par_client = qs.order_by().values("client_id").annotate(dernier=Max(champ))
        for client, dernier in par_client.values_list("client_id", "dernier"):
            if client not in dernieres or dernier > dernieres[client]:
                dernieres[client] = dernier
    return {client: jour_de(quand) for client, quand in dernieres.items()}
