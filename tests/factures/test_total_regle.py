"""Quoi qu'il soit arrivé, le total montré est celui d'un règlement qui éteint tout."""

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clients.actions import etablir_nature
from clients.enums import NatureClient
from factures.actions import (
    annuler_encaissement,
    encaisser,
    enregistrer_facture,
    imputer,
    modifier_facture,
    utiliser_avoir,
)
from factures.actions.conventions import poser_convention
from factures.lectures import decompte_client
from factures.lectures.arrete import factures_dues
from factures.lectures.faveur import Genre, faveur_de, reclamables
from factures.lectures.reglables import reglables_du_client
from factures.lectures.soldes import ecarts_de_solde
from factures.models import Encaissement, Facture, Imputation
from recouvrement.accueil.lectures.fiche import fiche_client
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.montants import ZERO
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_utilisateur

PREMIER, DERNIER = date(2026, 1, 1), date(2026, 9, 30)
montants = st.one_of(
    st.sampled_from([Decimal("100.00"), Decimal("500.00"), Decimal("10000.00")]),
    st.integers(1, 2_000_000).map(lambda centimes: Decimal(centimes).scaleb(-2)),
)
jours = st.integers(0, 240).map(lambda n: PREMIER + timedelta(days=n))
ordres = st.sampled_from(["", "interets_dabord", "principal_dabord"])
rangs = st.integers(0, 5)
natures = st.sampled_from(["professionnel", "public", "particulier"])
histoires = st.lists(
    st.one_of(
        st.tuples(st.just("facturer"), montants, jours),
        st.tuples(st.just("recevoir"), montants, jours, ordres),
        st.tuples(st.just("viser"), rangs, montants, jours, ordres),
        st.tuples(st.just("imputer"), rangs),
        st.tuples(st.just("compenser"), rangs, montants, jours),
        st.tuples(st.just("rejeter"), rangs),
        st.tuples(st.just("corriger"), rangs, montants),
        st.tuples(st.just("reporter"), rangs, jours),
        st.tuples(st.just("qualifier"), natures),
        st.tuples(
            st.just("renoncer"), rangs, st.booleans(), st.booleans(), ordres,
            st.sampled_from([ZERO, Decimal("10.00")]),
        ),
    ),
    max_size=10,
)  # fmt: skip


class Compte:
    """Un client, ses factures, et ce qui leur arrive."""

    def __init__(self, nature):
        self.client = un_client(nature=nature)
        self.creancier = self.client.creancier
        self.acteur = un_utilisateur(chez=self.creancier)
        self.facturer(Decimal("10000.00"), PREMIER)

    def _au_rang(self, modele, rang, **filtre):
        trouves = list(modele.objects.pour(self.creancier).filter(**filtre).order_by("pk"))
        return trouves[rang % len(trouves)] if trouves else None

    def facturer(self, montant, le, nature="facture"):
        return enregistrer_facture(
            self.creancier, client=self.client, nature=nature, montant_ttc=montant,
            numero=f"F{Facture.objects.pour(self.creancier).count()}",
            date_emission=le, date_echeance=le + timedelta(days=30), acteur=None,
        )  # fmt: skip

    def recevoir(self, montant, le, ordre="", imputations=None):
        return encaisser(
            self.client, montant=montant, recu_le=le, moyen="virement", ordre=ordre,
            imputations=imputations, acteur=None,
        )  # fmt: skip

    def viser(self, rang, montant, le, ordre):
        facture = self._au_rang(Facture, rang, est_avoir=False)
        self.recevoir(montant, le, ordre, [(facture.pk, montant)])

    def imputer(self, rang):
        if recu := self._au_rang(Encaissement, rang, disponible__gt=0):
            imputer(recu, acteur=None)

    def compenser(self, rang, montant, le):
        facture = self._au_rang(Facture, rang, est_avoir=False)
        avoir = self.facturer(montant, le, "avoir")
        part = min(montant, facture.solde)
        utiliser_avoir(avoir, imputations=[(facture.pk, part)], le=le, acteur=None)

    def rejeter(self, rang):
        if recu := self._au_rang(Encaissement, rang, annule=None, contre_ecriture=None):
            annuler_encaissement(recu, motif="Rejeté", le=DERNIER, acteur=None)

    def corriger(self, rang, montant):
        modifier_facture(
            self._au_rang(Facture, rang, est_avoir=False), acteur=None, montant_ttc=montant
        )

    def reporter(self, rang, le):
        facture = self._au_rang(Facture, rang, est_avoir=False)
        modifier_facture(facture, acteur=None, date_echeance=max(le, facture.date_emission))

    def qualifier(self, nature):
        etablir_nature([self.client], nature=NatureClient(nature), le=DERNIER, acteur=self.acteur)
        self.client.refresh_from_db()

    def renoncer(self, rang, interets, indemnite, ordre, remise):
        poser_convention(
            self.creancier, facture=self._au_rang(Facture, rang, est_avoir=False),
            renonce_interets=interets, renonce_indemnite=indemnite, remise_interets=remise,
            imputation=ordre or "interets_dabord", motif="Accord", le=DERNIER, acteur=self.acteur,
        )  # fmt: skip

    def recu(self):
        """L'argent entré, qui vaut encore."""
        valables = Encaissement.objects.pour(self.creancier).valables().filter(avoir=None)
        return sum((recu.montant for recu in valables), ZERO)

    def impute(self):
        siennes = Imputation.objects.pour(self.creancier).filter(encaissement__avoir=None)
        return sum((part.somme for part in siennes), ZERO)

    def en_faveur(self):
        """Les règlements qui lui reviennent, hors avoirs à utiliser."""
        lus = reclamables(self.creancier, au=DERNIER, clients=[self.client.pk])
        lignes = faveur_de(self.client, lus).lignes
        return sum((x.montant for x in lignes if x.genre == Genre.REGLEMENT), ZERO)

    def decompte(self, au):
        dues = factures_dues(self.client, au=au, soldees=True)
        return decompte_client(self.client, au=au, factures=dues)


def les_chiffres_concordent(compte, au):
    """Fiche, décompte et formulaire de règlement donnent le même total, lu de deux façons."""
    decompte, fiche = compte.decompte(au), fiche_client(compte.client, au=au)
    total = decompte.total
    assert fiche.decompte.total + fiche.reglees.total == total
    assert sum((r.total for r in reglables_du_client(compte.client, le=au)), ZERO) == total
    for ligne in decompte.lignes:
        assert ligne.total == ligne.principal + ligne.interets + ligne.indemnite
        assert ligne.total == ligne.solde + ligne.reste_interets + ligne.reste_indemnite
        assert ligne.solde == Facture.objects.pour(compte.creancier).get(pk=ligne.facture.pk).solde
        assert min(ligne.accessoires, ligne.reste_interets, ligne.reste_indemnite) >= ZERO
    return total


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(
    nature="professionnel",
    # Un règlement tardif, un autre saisi après mais reçu avant, un rejet, une renonciation.
    histoire=[
        ("recevoir", Decimal("10000.00"), date(2026, 8, 1), ""),
        ("recevoir", Decimal("900.00"), date(2026, 4, 1), "principal_dabord"),
        ("compenser", 0, Decimal("500.00"), date(2026, 8, 15)),
        ("rejeter", 0),
        ("renoncer", 0, False, True, "", Decimal("10.00")),
    ],
)
@given(nature=natures, histoire=histoires)
def test_regler_le_total_montre_eteint_tout_ce_jour_la_et_plus_tard(nature, histoire, db):
    compte = Compte(nature)
    for geste, *valeurs in histoire:
        with suppress(ErreurMetier):
            getattr(compte, geste)(*valeurs)
        assert list(ecarts_de_solde(compte.creancier)) == []
        # Payé en trop, même par une décision prise après coup : de nouveau disponible.
        assert compte.decompte(DERNIER).excedent == ZERO
        assert compte.en_faveur() == compte.recu() - compte.impute()
    total = les_chiffres_concordent(compte, DERNIER)
    if total:
        assert compte.recevoir(total, DERNIER).disponible == ZERO
    for au in (DERNIER, DERNIER + timedelta(days=1), DERNIER + timedelta(days=90)):
        decompte = compte.decompte(au)
        # Un règlement de plus n'a rien fait payer en trop.
        assert (decompte.total, decompte.excedent) == (ZERO, ZERO)
    assert list(ecarts_de_solde(compte.creancier)) == []
