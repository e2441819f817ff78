"""Faire des gestes, en annuler un : il reste ce que les autres ont écrit, rien de plus ni de moins.

Deux mondes pareils : dans l'un tout se fait puis un geste s'annule, dans l'autre il ne s'est
jamais fait. Un geste d'après qui tourne autrement sans lui (refusé, accepté) ne se compare pas.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from clients.actions import marquer_coordonnee
from clients.enums import GenreCoordonnee
from clients.models import Coordonnee
from factures.actions import clore_litige, encaisser, ouvrir_litige
from factures.enums import IssueLitige
from factures.models import Encaissement, Facture, Litige
from recouvrement.accueil.actions import annuler_geste
from recouvrement.journal.models import Geste
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.temps import jour_de
from relances.actions.appels import Suite, clore_rappel, consigner_appel
from relances.actions.decisions import annuler
from relances.actions.promesses import constater_promesse, promettre
from relances.enums import ETATS_EN_ATTENTE, Canal, EtatRelance, Issue
from relances.models import Appel, Promesse, RelanceFacture
from tests.fabriques.clients import un_client, une_coordonnee
from tests.fabriques.comptes import un_utilisateur
from tests.fabriques.factures import une_facture
from tests.fabriques.relances import une_relance

DEBUT = datetime(2026, 3, 2, 8, tzinfo=UTC)
Coup = tuple[str, int]


@dataclass
class Monde:
    """Un client, trois factures, deux numéros, une personne ; et le geste de chaque rang."""

    client: object = field(default_factory=un_client)
    gestes: dict[int, Geste] = field(default_factory=dict)

    def __post_init__(self):
        self.creancier = self.client.creancier
        self.acteur = un_utilisateur(chez=self.creancier)
        # Échues depuis assez longtemps pour que chaque étape soit due.
        self.factures = [
            une_facture(
                client=self.client, date_emission=date(2025, 9, 1), date_echeance=date(2025, 10, 1)
            )
            for _ in range(3)
        ]
        # Une par facture, une pour toutes : deux courriels à valider, une lettre à faire.
        self.relances = [
            une_relance(
                self.client, canal=canal, factures=factures, etat=etat, destinataire="a@b.example"
            )
            for canal, etat, factures in (
                (Canal.COURRIEL, EtatRelance.A_VALIDER, self.factures[:1]),
                (Canal.COURRIEL, EtatRelance.A_VALIDER, self.factures[1:2]),
                (Canal.COURRIER, EtatRelance.A_FAIRE, self.factures),
            )
        ]
        self.numeros = [
            une_coordonnee(self.client, genre="telephone", valeur=f"+3329900000{n}")
            for n in range(2)
        ]

    def jouer(self, rang: int, coup: Coup) -> bool:
        """Vrai si le geste s'est fait."""
        quoi, choix = coup
        avant = self._dernier()
        try:
            getattr(self, quoi)(rang, choix, DEBUT + timedelta(hours=rang))
        except ErreurMetier:
            return False
        geste = Geste.objects.pour(self.creancier).order_by("-pk").first()
        if geste is None or geste.pk == avant:
            return False
        self.gestes[rang] = geste
        return True

    def _dernier(self) -> int:
        gestes = Geste.objects.pour(self.creancier).order_by("-pk")
        return gestes.values_list("pk", flat=True).first() or 0

    def _appeler(self, issue, maintenant, **options):
        return consigner_appel(
            self.client, issue=issue, maintenant=maintenant, acteur=self.acteur, note="Vu",
            **options,
        )  # fmt: skip

    def promet(self, rang, choix, maintenant):
        suite = Suite(montant=Decimal(100 + choix), pour_le=jour_de(DEBUT) + timedelta(days=9))
        self._appeler(Issue.PROMET, maintenant, suite=suite)

    def conteste(self, rang, choix, maintenant):
        self._appeler(Issue.CONTESTE, maintenant, suite=Suite(factures=(self.factures[choix % 3],)))

    def delai(self, rang, choix, maintenant):
        self._appeler(Issue.DELAI, maintenant)

    def paye(self, rang, choix, maintenant):
        self._appeler(Issue.PAYE, maintenant)

    def retient(self, rang, choix, maintenant):
        annuler(self.relances[choix % 3], motif="Non", acteur=self.acteur)

    def faux(self, rang, choix, maintenant):
        self._appeler(Issue.MAUVAIS_NUMERO, maintenant, numero=self.numeros[choix % 2].valeur)

    def promesse(self, rang, choix, maintenant):
        le = jour_de(maintenant)
        promettre(self.client, montant=Decimal(100 + choix), pour_le=le, le=le, acteur=self.acteur)

    def constat(self, rang, choix, maintenant):
        promesse = self._fait_par(Promesse, choix)
        constater_promesse(
            promesse, est_tenue=bool(rang % 2), le=jour_de(maintenant), acteur=self.acteur
        )

    def litige(self, rang, choix, maintenant):
        # Le même jour, la même personne, la même note qu'un appel : rien d'autre ne les distingue.
        ouvrir_litige(
            self.factures[choix % 3], motif="autre", le=jour_de(maintenant), detail="Vu",
            acteur=self.acteur,
        )  # fmt: skip

    def issue(self, rang, choix, maintenant):
        ouvert = Litige.objects.pour(self.creancier).ouverts()
        litige = ouvert.filter(facture=self.factures[choix % 3]).first()
        if litige:
            clore_litige(
                litige, issue=IssueLitige.ACCORD, le=jour_de(maintenant), acteur=self.acteur
            )

    def marque(self, rang, choix, maintenant):
        marquer_coordonnee(
            self.numeros[choix % 2], validite="valide", le=jour_de(maintenant), acteur=self.acteur
        )

    def rappel(self, rang, choix, maintenant):
        clore_rappel(self._fait_par(Appel, choix), maintenant=maintenant, acteur=self.acteur)

    def regle(self, rang, choix, maintenant):
        facture = self.factures[choix % 3]
        encaisser(
            self.client, montant=Decimal(40), recu_le=jour_de(maintenant), moyen="virement",
            acteur=self.acteur, imputations=[(facture.pk, Decimal(40))],
        )  # fmt: skip

    def _fait_par(self, modele, rang):
        geste = self.gestes.get(rang)
        trouve = geste and modele.objects.pour(self.creancier).filter(geste=geste).first()
        if trouve is None:
            raise ErreurMetier("Rien de tel.")
        return trouve

    def attendent(self) -> dict[int, set[int]]:
        """De chaque relance qui attend, les factures qu'elle réclame encore."""
        lignes = RelanceFacture.objects.pour(self.creancier).vivantes()
        attendent = lignes.filter(relance__etat__in=ETATS_EN_ATTENTE)
        return {
            n: {
                self.factures.index(ligne.facture)
                for ligne in attendent.filter(relance=relance).select_related("facture")
            }
            for n, relance in enumerate(self.relances)
        }

    def etat(self) -> dict[str, object]:
        """Ce qui tient : sans numéros, sans ce qu'un geste annulé a laissé barré."""
        rangs = {geste.pk: rang for rang, geste in self.gestes.items()}
        promesses = Promesse.objects.pour(self.creancier).qui_tiennent().order_by("pk")
        litiges = Litige.objects.pour(self.creancier).exclude(issue=IssueLitige.ANNULE)
        appels = Appel.objects.pour(self.creancier).filter(annule_le=None).order_by("pk")
        return {
            "promesses": [
                (rangs[p.geste_id], p.montant, p.close_le, p.est_tenue, rangs.get(p.close_geste_id))
                for p in promesses
            ],
            "litiges": sorted(
                (rangs[x.geste_id], x.clos_le, x.issue, rangs.get(x.clos_geste_id))
                for x in litiges
            ),
            "appels": [
                (rangs[a.geste_id], a.issue, a.rappel_le, a.rappel_clos_le,
                 rangs.get(a.rappel_clos_geste_id))
                for a in appels
            ],
            "numeros": list(
                Coordonnee.objects.pour(self.creancier)
                .filter(genre=GenreCoordonnee.TELEPHONE)
                .order_by("valeur")
                .values_list("valeur", "validite", "motif", "depuis_le")
            ),
            "soldes": list(
                Facture.objects.pour(self.creancier).order_by("pk").values_list("solde", "cycle")
            ),
            "reglements": [
                rangs[e.geste_id]
                for e in Encaissement.objects.pour(self.creancier).valables().order_by("pk")
            ],
        }  # fmt: skip


SORTES = (
    *("promet", "conteste", "delai", "faux", "promesse", "constat"),
    *("litige", "issue", "marque", "rappel", "regle", "paye", "retient"),
)
coups = st.tuples(st.sampled_from(SORTES), st.integers(0, 5))


def sans(suite: Sequence[Coup], rang: int) -> Monde:
    monde = Monde()
    for n, coup in enumerate(suite):
        if n != rang:
            monde.jouer(n, coup)
    return monde


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(suite=st.lists(coups, min_size=2, max_size=7), vise=st.integers(0, 6))
def test_annuler_un_geste_rend_l_etat_sans_lui(suite, vise, db):
    monde = Monde()
    faits = [n for n, coup in enumerate(suite) if monde.jouer(n, coup)]
    assume(faits)
    rang = faits[vise % len(faits)]
    avant = monde.etat()
    try:
        annuler_geste(
            monde.gestes[rang], acteur=monde.acteur, maintenant=DEBUT + timedelta(hours=9)
        )
    except ErreurMetier as refus:
        refuse = str(refus)
    else:
        refuse = ""
    if refuse:
        event(f"refusé : {refuse}")
        assert refuse.endswith(".")
        assert monde.etat() == avant
        return
    temoin = sans(suite, rang)
    assume(set(temoin.gestes) == set(faits) - {rang})
    event(f"annulé : {suite[rang][0]}")
    apres, attendu = monde.etat(), temoin.etat()
    if suite[rang][0] == "regle":
        # Une promesse qu'une plus récente a suivie reste tenue : elle n'est plus à réclamer.
        apres.pop("promesses"), attendu.pop("promesses")
    assert apres == attendu
    # Un litige tranché, une promesse close ne retiennent plus : la relance revient tout de suite,
    # quand sans ce geste la planification en aurait proposé une autre.
    if not {"issue", "constat", "regle"} & {suite[n][0] for n in faits}:
        assert monde.attendent() == temoin.attendent()
