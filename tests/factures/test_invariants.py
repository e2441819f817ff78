"""Quelle que soit la suite des écritures, le grand livre tient ses invariants."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Max, Sum
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clients.actions import fusionner
from clients.models import Client
from factures.actions import (
    annuler_encaissement,
    defaire_import,
    encaisser,
    enregistrer_facture,
    imputer,
    modifier_facture,
    utiliser_avoir,
)
from factures.actions.importation import depot, preparer_import, valider_import
from factures.imports.lecteur import lire_fichier
from factures.lectures.soldes import ecarts_de_solde
from factures.models import Encaissement, Facture, Importation, Imputation
from recouvrement.socle.erreurs import ErreurMetier
from recouvrement.socle.montants import ZERO, arrondir
from tests.fabriques.clients import un_client
from tests.fabriques.comptes import un_creancier, un_utilisateur

NOMS = ("Pellerin", "Duval")
PREMIER = date(2026, 1, 1)
montants = st.one_of(
    # Des sommes qui se répètent : une facture se solde plus souvent qu'au hasard.
    st.sampled_from([Decimal("40.00"), Decimal("60.00"), Decimal("100.00")]),
    st.integers(1, 20_000).map(lambda centimes: Decimal(centimes).scaleb(-2)),
)
jours = st.integers(0, 90).map(lambda n: PREMIER + timedelta(days=n))
rangs = st.integers(0, 9)
payes = montants | st.just(ZERO)
lignes = st.tuples(st.integers(0, 3), st.sampled_from(NOMS), jours, montants, payes)
ecritures = st.lists(
    st.one_of(
        st.tuples(st.just("saisir"), st.sampled_from(["facture", "avoir"]), montants, jours),
        st.tuples(st.just("importer"), st.lists(lignes, min_size=1, max_size=3)),
        # Imputé aussitôt, ou gardé disponible pour plus tard.
        st.tuples(st.just("encaisser"), rangs, montants, jours, st.sampled_from([None, ()])),
        st.tuples(st.just("repartir"), rangs, montants, st.tuples(montants, montants), jours),
        st.tuples(st.just("imputer"), rangs),
        st.tuples(st.just("employer"), rangs, rangs, montants, jours),
        st.tuples(st.just("annuler"), rangs, jours.map(lambda le: le + timedelta(days=60))),
        st.tuples(st.just("corriger"), rangs, montants),
        st.tuples(st.just("fusionner")),
        st.tuples(st.just("defaire"), rangs),
    ),
    max_size=12,
)


# Chaque écriture au moins une fois, chacune réussie : ce que le hasard pourrait ne pas tirer.
HISTOIRE = [
    ("importer", [(0, "Duval", PREMIER, Decimal("100.00"), Decimal("40.00"))]),
    ("imputer", 0),
    ("employer", 0, 0, Decimal("60.00"), PREMIER + timedelta(days=9)),
    ("annuler", 2, PREMIER + timedelta(days=20)),
    ("employer", 0, 0, Decimal("60.00"), PREMIER + timedelta(days=5)),
    ("corriger", 0, Decimal("110.00")),
    ("repartir", 0, Decimal("100.00"), (Decimal("10.00"), ZERO), PREMIER + timedelta(days=30)),
    ("annuler", 5, PREMIER + timedelta(days=40)),
    ("corriger", 0, Decimal("100.00")),
    ("importer", [(0, "Duval", PREMIER, Decimal("100.00"), Decimal("100.00"))]),
    ("importer", [(1, "Duval", PREMIER, Decimal("60.00"), Decimal("60.00"))]),
    ("defaire", 2),
    ("saisir", "facture", Decimal("50.00"), PREMIER),
    ("fusionner",),
    ("encaisser", 0, Decimal("500.00"), PREMIER, None),
]


class Monde:
    """Un créancier, deux clients, et les écritures qu'on leur fait."""

    def __init__(self):
        self.creancier = un_creancier()
        self.acteur = un_utilisateur(chez=self.creancier)
        for nom in NOMS:
            un_client(creancier=self.creancier, nom=nom, courriel=None)
        self.saisir("facture", Decimal("100.00"), PREMIER)
        self.saisir("avoir", Decimal("60.00"), PREMIER)
        self.encaisser(0, Decimal("40.00"), PREMIER, imputations=())

    def _au_rang(self, modele, rang, **filtre):
        trouves = list(modele.objects.pour(self.creancier).filter(**filtre).order_by("pk"))
        return trouves[rang % len(trouves)] if trouves else None

    def _client(self, rang):
        return self._au_rang(Client, rang, fusionne_dans=None)

    def saisir(self, nature, montant, le):
        enregistrer_facture(
            self.creancier,
            client=self._client(0),
            numero=f"S{Facture.objects.pour(self.creancier).count()}",
            nature=nature,
            date_emission=le,
            date_echeance=le + timedelta(days=30),
            montant_ttc=montant,
            acteur=None,
        )

    def importer(self, lues):
        texte = "Numéro;Client;Date facture;Montant TTC;Déjà payé\n" + "".join(
            f"I{n};{nom};{le:%d/%m/%Y};{ttc};{paye}\n" for n, nom, le, ttc, paye in lues
        )
        maintenant = datetime(2026, 4, 1, 10, tzinfo=UTC)
        fichiers = [("ventes.csv", texte.replace(".", ",").encode())]
        importation = preparer_import(
            self.creancier, fichiers, acteur=None, maintenant=maintenant, meme_nom=True
        )
        valider_import(importation, acteur=None, maintenant=maintenant)

    def encaisser(self, rang, montant, le, imputations=None):
        encaisser(
            self._client(rang),
            montant=montant,
            recu_le=le,
            moyen="virement",
            acteur=None,
            imputations=imputations,
        )

    def repartir(self, rang, montant, parts, le):
        dues = Facture.objects.pour(self.creancier).filter(client=self._client(rang)).creances()
        pks = dues.values_list("pk", flat=True)
        self.encaisser(rang, montant, le, list(zip(pks, parts, strict=False)))

    def imputer(self, rang):
        if encaissement := self._au_rang(Encaissement, rang):
            imputer(encaissement, acteur=None)

    def employer(self, rang, autre, montant, le):
        avoir = self._au_rang(Facture, rang, est_avoir=True)
        if avoir and (facture := self._au_rang(Facture, autre, est_avoir=False)):
            utiliser_avoir(avoir, imputations=[(facture.pk, montant)], le=le, acteur=None)

    def annuler(self, rang, le):
        if encaissement := self._au_rang(Encaissement, rang):
            annuler_encaissement(encaissement, motif="Erreur", acteur=None, le=le)

    def corriger(self, rang, montant):
        if facture := self._au_rang(Facture, rang):
            modifier_facture(facture, acteur=None, montant_ttc=montant)

    def fusionner(self):
        if absorbe := self._au_rang(Client, 1, fusionne_dans=None):
            garde = self._client(0)
            fusionner(garde, absorbe, le=PREMIER, acteur=self.acteur)

    def defaire(self, rang):
        if importation := self._au_rang(Importation, rang):
            defaire_import(importation, acteur=None)


def ce_qui_a_paye(creancier):
    """Par facture : la somme réglée, et le jour du dernier paiement qui vaut encore."""
    imputations = Imputation.objects.pour(creancier)
    emplois = Encaissement.objects.pour(creancier).exclude(avoir=None)
    valables = imputations.filter(montant__gt=0, encaissement__contre_ecriture=None)
    sommes = [
        *imputations.values_list("facture").annotate(t=Sum("montant")),
        *emplois.values_list("avoir").annotate(t=Sum("montant")),
    ]
    jours = [
        *valables.values_list("facture").annotate(le=Max("le")),
        *emplois.valables().values_list("avoir").annotate(le=Max("recu_le")),
    ]
    return {pk: arrondir(total) for pk, total in sommes}, dict(jours)


def les_factures_tiennent(creancier, avant):
    """solde + imputations = montant, soldée le jour du dernier paiement, un cycle par retour."""
    regles, derniers = ce_qui_a_paye(creancier)
    for facture in Facture.objects.pour(creancier):
        assert ZERO <= facture.solde == facture.montant_ttc - regles.get(facture.pk, ZERO)
        assert facture.soldee_le == (None if facture.solde else derniers[facture.pk])
        solde, cycle = avant.get(facture.pk, (facture.solde, 1))
        rouverte = solde == ZERO and facture.solde > ZERO and not facture.est_avoir
        assert facture.cycle == cycle + rouverte
    valables = Imputation.objects.pour(creancier).filter(encaissement__contre_ecriture=None)
    for imputation in valables.filter(accessoires__gt=0).select_related("facture", "encaissement"):
        assert imputation.facture.solde == ZERO
        assert imputation.encaissement.avoir_id is None


def les_reglements_tiennent(creancier):
    """disponible + imputations + accessoires = montant ; contrepassé, rien n'est disponible."""
    recus = Encaissement.objects.pour(creancier).select_related("contre_ecriture")
    for encaissement in recus.prefetch_related("imputations"):
        imputes = sum((i.montant + i.accessoires for i in encaissement.imputations.all()), ZERO)
        vaut = encaissement.annule_id is None and encaissement.annulation is None
        reste = encaissement.montant - imputes if vaut else ZERO
        assert encaissement.disponible == reste >= ZERO


@pytest.mark.django_db
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(suite=HISTOIRE)
@given(suite=ecritures)
def test_aucune_suite_d_ecritures_ne_defait_le_grand_livre(suite, db, monkeypatch):
    monkeypatch.setattr(
        depot, "lire_au_fil", lambda fichiers, _: (lire_fichier(*fichier) for fichier in fichiers)
    )
    monde = Monde()
    avant = {}
    for ecriture, *valeurs in suite:
        with suppress(() if suite is HISTOIRE else ErreurMetier):
            getattr(monde, ecriture)(*valeurs)
        les_factures_tiennent(monde.creancier, avant)
        les_reglements_tiennent(monde.creancier)
        assert list(ecarts_de_solde(monde.creancier)) == []
        factures = Facture.objects.pour(monde.creancier)
        avant = {facture.pk: (facture.solde, facture.cycle) for facture in factures}
