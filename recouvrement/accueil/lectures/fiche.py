"""La fiche d'un client : ce que l'on a sous les yeux quand le téléphone sonne."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from clients.models import Client, Contact, Coordonnee, Note
from factures.lectures import DecompteClient, decompte_client
from factures.lectures.arrete import reglees_en_retard
from factures.lectures.faveur import Deduite, Faveur, Reclamables, faveur_de, reclamables
from factures.lectures.prescription import prescriptions
from factures.lectures.reclamable import Contestation
from factures.models import Facture, Litige
from recouvrement.droit.faits import ImputationPaiement
from recouvrement.socle.montants import ZERO
from relances.enums import Canal, Palier
from relances.lectures.paliers import avec_palier
from relances.lectures.possibles import Possibles, possibles
from relances.models import Promesse, Relance

SIX_MOIS = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class FicheClient:
    client: Client
    contacts: list[Contact]
    factures: list[Facture]
    echues: list[Facture]
    a_echoir: list[Facture]
    decompte: DecompteClient
    # Le même, sans ce qui est contesté : ce que demandent lettres et mise en demeure.
    demande: DecompteClient
    # Payées en retard : leurs intérêts et leurs 40 € ne sont pas éteints.
    reglees: DecompteClient
    recu_en_trop: Decimal
    # (règlement, facture) : ce que l'un a éteint de l'autre, tant qu'il vaut.
    payes: Mapping[tuple[int, int], ImputationPaiement]
    palier: int
    litiges: list[Litige]
    tous_ses_litiges: list[Litige]
    promesse: Promesse | None
    toutes_ses_promesses: list[Promesse]
    promesse_rompue: bool
    a_savoir: list[Note]
    suites: list[Relance]
    est_suspendu: bool
    lus: Reclamables
    # Avoirs à utiliser, règlements à imputer.
    faveur: Faveur
    # Le premier terme dans les six mois, ou déjà passé.
    prescription_proche: date | None = None

    @property
    def coordonnees(self) -> list[Coordonnee]:
        return [c for contact in self.contacts for c in contact.coordonnees.all()]

    @property
    def telephones(self) -> list[Coordonnee]:
        return [c for c in self.coordonnees if c.est_telephone]

    @property
    def courriels(self) -> list[Coordonnee]:
        return [c for c in self.coordonnees if not c.est_telephone]

    @property
    def nom_palier(self) -> str:
        """« À échoir » ne se dit que de ce qui l'est : l'échu sans rappel se nomme."""
        if self.palier == Palier.A_ECHOIR and self.echues:
            return "Pas encore relancé"
        if not self.factures:
            return "Aucune facture ouverte"
        return Palier(self.palier).label

    @property
    def ton_palier(self) -> str:
        match self.palier:
            case Palier.A_ECHOIR:
                return ""
            case Palier.MISE_EN_DEMEURE:
                return "demeure"
            case Palier.CONTENTIEUX | Palier.EXECUTION:
                return "contentieux"
        return "echu"

    @property
    def echu(self) -> Decimal:
        return sum((f.solde for f in self.echues), ZERO)

    @property
    def reste_a_echoir(self) -> Decimal:
        return sum((f.solde for f in self.a_echoir), ZERO)

    @property
    def exigible(self) -> Decimal:
        """L'échu, ses intérêts et ses indemnités ; ce qui est à échoir n'en est pas."""
        return self.decompte.total - self.reste_a_echoir

    @property
    def conteste(self) -> Decimal:
        """Ce que le client conteste de l'échu : il reste dû, il ne se demande pas."""
        return sum((f.solde - self.lus.de(f) for f in self.echues), ZERO)

    @property
    def ecarte(self) -> Decimal:
        """Le contesté, avec les intérêts et l'indemnité qui ne courent que de lui."""
        return self.exigible - self.demande.total if self.conteste else ZERO

    @property
    def deduites(self) -> tuple[Deduite, ...]:
        return self.faveur.sur(self.echues)

    @property
    def net(self) -> Decimal:
        """L'exigible, moins ce qui est contesté et ce que le client a en sa faveur."""
        deduit = sum((d.montant for d in self.deduites), ZERO)
        return max(self.exigible - self.ecarte - deduit, ZERO)

    @property
    def est_reduit(self) -> bool:
        return bool(self.conteste or self.deduites)

    def possibles(self, *, au: date) -> Possibles:
        """L'étape à venir ne se cherche que si rien n'est déjà prévu."""
        return possibles(
            self.client,
            au=au,
            factures=self.factures,
            coordonnees=self.coordonnees,
            promesse=self.promesse,
            lus=self.lus,
            avec_prochaine=not self.suites,
        )

    @property
    def a_regler(self) -> Decimal:
        """Ce qu'un appel demande : l'échu, ni contesté ni couvert, sans ses accessoires."""
        deduit = sum((d.montant for d in self.deduites), ZERO)
        return max(self.echu - self.conteste - deduit, ZERO)


def fiche_client(client: Client, *, au: date) -> FicheClient:
    """La fiche au jour dit ; son nombre de requêtes ne dépend pas du nombre de factures."""
    creancier = client.creancier
    factures = _factures_ouvertes(client)
    echues = [facture for facture in factures if facture.est_echue(au=au)]
    promesses = list(
        Promesse.objects.pour(creancier).filter(client=client).select_related("close_geste")
    )
    promesse = next((p for p in promesses if p.close_le is None), None)
    litiges = list(
        Litige.objects.pour(creancier)
        .filter(facture__client=client)
        .select_related("facture", "geste")
        .order_by("-ouvert_le", "-pk")
    )
    ouverts = [litige for litige in litiges if litige.clos_le is None]
    lus = _reclamables(client, ouverts, au=au)
    tout = [*factures, *reglees_en_retard(client, au=au)]
    decompte = decompte_client(client, au=au, factures=tout)
    dues = decompte.seulement(lambda ligne: ligne.facture.solde > 0)
    return FicheClient(
        client=client,
        contacts=_contacts(client),
        factures=factures,
        echues=echues,
        a_echoir=[facture for facture in factures if not facture.est_echue(au=au)],
        decompte=dues,
        demande=_demande(client, echues, lus, au=au) if ouverts else dues,
        reglees=decompte.a_reclamer,
        recu_en_trop=decompte.excedent,
        payes=decompte.par_reglement,
        palier=max((facture.palier_atteint for facture in factures), default=0),
        litiges=ouverts,
        tous_ses_litiges=litiges,
        promesse=promesse,
        toutes_ses_promesses=promesses,
        promesse_rompue=promesse is not None and promesse.est_rompue(au=au),
        a_savoir=list(
            Note.objects.pour(creancier)
            .filter(client=client, est_a_savoir=True)
            .order_by("-pk")[:5]
        ),
        suites=list(
            Relance.objects.pour(creancier)
            .filter(client=client)
            .en_attente()
            .exclude(canal=Canal.CONTENTIEUX, etape=None)
            .select_related("etape")
            .order_by("prevue_le", "pk")[:6]
        ),
        est_suspendu=client.est_suspendu(au=au),
        lus=lus,
        faveur=faveur_de(client, lus),
        prescription_proche=_prescription_proche(factures, au=au),
    )


def _contacts(client: Client) -> list[Contact]:
    return list(
        Contact.objects.pour(client.creancier)
        .filter(client=client)
        .prefetch_related("coordonnees")
        .order_by("-est_principal", "pk")
    )


def _demande(
    client: Client, echues: list[Facture], lus: Reclamables, *, au: date
) -> DecompteClient:
    demandees = [facture for facture in echues if lus.de(facture)]
    contestes = {facture.pk: facture.solde - lus.de(facture) for facture in demandees}
    return decompte_client(client, au=au, factures=demandees, contestes=contestes)


def _reclamables(client: Client, litiges: list[Litige], *, au: date) -> Reclamables:
    contestees = {
        litige.facture_id: Contestation(litige.ouvert_le, litige.montant_conteste)
        for litige in litiges
    }
    return reclamables(client.creancier, au=au, clients=[client.pk], contestees=contestees)


def _factures_ouvertes(client: Client) -> list[Facture]:
    """Chacune avec son palier et sa prescription."""
    ouvertes = Facture.objects.pour(client.creancier).filter(client=client).ouvertes()
    factures = list(avec_palier(ouvertes).order_by("date_echeance", "pk"))
    par_pk = {facture.pk: facture for facture in factures}
    for facture in factures:
        facture.client = client
        facture.creancier = client.creancier
        facture.nom_palier = Palier(facture.palier_atteint).label
    for pk, prescription in prescriptions(factures).items():
        par_pk[pk].reclamable_jusqu_au = prescription.dernier_jour
    return factures


def _prescription_proche(factures: list[Facture], *, au: date) -> date | None:
    """La plus proche, si elle tombe dans les six mois."""
    jours = (facture.reclamable_jusqu_au for facture in factures)
    return min((jour for jour in jours if jour and jour <= au + SIX_MOIS), default=None)
