"""Des mondes tirés au hasard : chez un créancier, tout ce dont dépend une relance varie."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count

from hypothesis import strategies as st

from clients.enums import Validite
from factures.models import Encaissement, Litige
from recouvrement.comptes.enums import ModeIntervention
from recouvrement.comptes.models import Creancier
from recouvrement.courriel.enums import EtatEnvoi, NatureEnvoi
from relances.actions.scenarios import publier_scenario
from relances.enums import (
    ETATS_EN_ATTENTE,
    Canal,
    Declenchement,
    EtatRelance,
    Issue,
    Palier,
    Ton,
)
from relances.models import Appel, Etape, Promesse, Relance, RelanceFacture
from relances.regles.scenario_initial import EtapeDecrite
from tests.fabriques.clients import un_client, une_coordonnee
from tests.fabriques.comptes import un_creancier, un_utilisateur
from tests.fabriques.envois import un_envoi
from tests.fabriques.factures import une_facture

CLES = ("avant", "rappel", "appel", "ferme", "lettre")
DOUZE_CENTS = Decimal("1200.00")
# De quoi couvrir tout, ou l'une, à un centime près ; des sommes que les flottants écrivent mal.
REGLES = [Decimal(m) for m in ("0.01", "699.90", "1199.99", "1200.00", "1200.01", "2400.00")]
numeros = count(1)

# Des jours comptés depuis celui de la question : proches, et aux bornes des règles.
PROCHE = st.integers(-8, 8)
PARFOIS = st.sampled_from([True, False, False, False])


def parfois(valeurs):
    """Le plus souvent rien : sinon plus aucune facture ne serait due."""
    return st.one_of(st.none(), st.none(), st.none(), valeurs)


CREANCIERS = st.fixed_dictionaries(
    {
        "ecart_minimal": st.integers(0, 6),
        "soldes_perimes_jours": parfois(st.integers(0, 5)),
        "reglements_connus_au": st.one_of(st.none(), PROCHE),
        "envois_geles": PARFOIS,
        "archive_le": parfois(PROCHE),
        "mode": st.sampled_from([*ModeIntervention, ModeIntervention.INTERNE]),
        "courriel_expediteur": st.sampled_from(["", "a@k.example", "a@k.example"]),
        "courriel_verifie": st.sampled_from(["", "a@k.example", "b@k.example"]),
        "envois_ouverts_le": st.sampled_from([None, datetime(2026, 1, 5, tzinfo=UTC)]),
        "quota_quotidien": st.integers(0, 3),
        "partis": st.lists(PROCHE, max_size=3),
    }
)
ETAPES = st.lists(
    st.tuples(
        st.integers(-9, 20),
        st.sampled_from([*Canal, Canal.COURRIEL, Canal.COURRIEL]),
        st.booleans(),
    ),
    min_size=1,
    max_size=len(CLES),
)
RELANCES = st.fixed_dictionaries(
    {
        "canal": st.sampled_from([*Canal, Canal.COURRIEL]),
        "etat": st.sampled_from(list(EtatRelance)),
        "prevue_le": PROCHE,
        "faite_le": st.one_of(st.none(), PROCHE),
        "decidee": st.booleans(),
        # Pour chaque facture du client : l'étape, le cycle, vivante ou non.
        "lignes": st.lists(
            st.one_of(
                st.none(),
                st.tuples(
                    st.sampled_from([*CLES, *CLES, "", "oubliee"]),
                    st.integers(1, 2),
                    st.sampled_from([True, True, True, False]),
                ),
            ),
            min_size=2,
            max_size=2,
        ),
    }
)
FACTURES = st.fixed_dictionaries(
    {
        "nature": st.sampled_from(["facture", "facture", "facture", "acompte", "avoir"]),
        "solde": st.sampled_from([DOUZE_CENTS, DOUZE_CENTS, Decimal("0.01"), Decimal("0.00")]),
        "echeance": st.integers(-30, 10),
        "cycle": st.integers(1, 2),
        "rang_entree": st.sampled_from([0, 0, 0, 1, 2, 5]),
        "contentieux_depuis": parfois(PROCHE),
        "litige": parfois(st.booleans()),
        "en_question": st.sampled_from(["", "", "", "L'avoir A-1 la vise"]),
        "conteste": st.sampled_from([None, Decimal("0.01"), Decimal("500.10"), DOUZE_CENTS]),
    }
)
CLIENTS = st.fixed_dictionaries(
    {
        "suspendu": parfois(st.tuples(PROCHE, st.one_of(st.none(), PROCHE))),
        "procedure_collective_le": parfois(PROCHE),
        "nature": st.sampled_from(["professionnel", "professionnel", "public", "inconnue"]),
        "fusionne": PARFOIS,
        "efface_le": parfois(PROCHE),
        "promesse": parfois(st.tuples(PROCHE, st.booleans())),
        "appel": parfois(st.tuples(PROCHE, st.booleans())),
        "validite": st.one_of(st.none(), st.sampled_from(list(Validite))),
        "telephone": st.booleans(),
        # Ce qu'il a réglé sans que rien ne soit imputé, et quand.
        "reglements": st.lists(st.tuples(PROCHE, st.sampled_from(REGLES)), max_size=2),
        "postale": st.tuples(st.booleans(), st.booleans(), parfois(PROCHE)),
        "factures": st.lists(FACTURES, min_size=2, max_size=2),
        "relances": st.lists(RELANCES, max_size=2),
    }
)
MONDES = st.fixed_dictionaries(
    {
        "creancier": CREANCIERS,
        "etapes": ETAPES,
        "clients": st.lists(CLIENTS, min_size=4, max_size=4),
    }
)


class Batisseur:
    """Écrit un monde dans la base, autour d'un jour."""

    def __init__(self, creancier: Creancier, au: date) -> None:
        self.creancier, self.au = creancier, au
        self.personne = un_utilisateur(chez=creancier)
        self.etapes = {e.cle: e for e in Etape.objects.pour(creancier)}
        self.client_garde = un_client(creancier=creancier)

    def le(self, jours: int | None) -> date | None:
        return None if jours is None else self.au + timedelta(days=jours)

    def a(self, jours: int, heure: int = 12) -> datetime:
        return datetime.combine(self.le(jours), time(heure), UTC)

    def client(self, tire: dict) -> None:
        rue, ville, rendue = tire["postale"]
        efface = tire["efface_le"] is not None
        debut, fin = tire["suspendu"] or (None, None)
        client = un_client(
            creancier=self.creancier,
            courriel=None,
            nature=tire["nature"],
            suspendu_le=self.le(debut),
            suspendu_jusqu_au=self.le(fin),
            procedure_collective_le=self.le(tire["procedure_collective_le"]),
            fusionne_dans=self.client_garde if tire["fusionne"] else None,
            efface_le=self.le(tire["efface_le"]),
            adresse="12 rue de la Motte" if rue and not efface else "",
            ville="Rennes" if ville and not efface else "",
            adresse_invalide_le=self.le(rendue),
        )
        if tire["validite"] is not None:
            une_coordonnee(client, validite=tire["validite"])
        if tire["telephone"]:
            une_coordonnee(client, genre="telephone", valeur="+33261910417")
        if tire["promesse"] is not None:
            self.promesse(client, *tire["promesse"])
        if tire["appel"] is not None:
            self.appel(client, *tire["appel"])
        factures = [self.facture(client, f) for f in tire["factures"]]
        for recu_le, montant in tire["reglements"]:
            Encaissement.objects.create(
                creancier=self.creancier,
                client=client,
                montant=montant,
                disponible=montant,
                recu_le=self.le(recu_le),
            )
        for relance in tire["relances"]:
            self.relance(client, factures, relance)

    def promesse(self, client, pour_le: int, est_close: bool) -> None:
        Promesse.objects.create(
            creancier=self.creancier,
            client=client,
            montant=DOUZE_CENTS,
            pour_le=self.le(pour_le),
            faite_le=self.le(-20),
            close_le=self.au if est_close else None,
            auteur=self.personne,
        )

    def appel(self, client, appele_le: int, est_annule: bool) -> None:
        Appel.objects.create(
            creancier=self.creancier,
            client=client,
            issue=Issue.MESSAGERIE,
            appele_le=self.a(appele_le),
            annule_le=self.a(appele_le) if est_annule else None,
            auteur=self.personne,
        )

    def facture(self, client, tire: dict):
        facture = une_facture(
            client=client,
            nature=tire["nature"],
            solde=tire["solde"],
            soldee_le=self.au if not tire["solde"] else None,
            date_emission=self.le(tire["echeance"] - 30),
            date_echeance=self.le(tire["echeance"]),
            cycle=tire["cycle"],
            rang_entree=tire["rang_entree"],
            contentieux_depuis=self.le(tire["contentieux_depuis"]),
            en_question=tire["en_question"],
        )
        if tire["litige"] is not None:
            Litige.objects.create(
                creancier=self.creancier,
                facture=facture,
                motif="prix",
                ouvert_le=self.au,
                ouvert_par=self.personne,
                montant_conteste=tire["conteste"],
                **({"clos_le": self.au, "issue": "fonde"} if tire["litige"] else {}),
            )
        return facture

    def relance(self, client, factures, tire: dict) -> None:
        faite_le = tire["faite_le"]
        if faite_le is None and tire["etat"] == EtatRelance.FAITE:
            faite_le = tire["prevue_le"]
        if tire["etat"] in ETATS_EN_ATTENTE:
            faite_le = None
        relance = Relance.objects.create(
            creancier=self.creancier,
            client=client,
            canal=tire["canal"],
            etat=tire["etat"],
            prevue_le=self.le(tire["prevue_le"]),
            faite_le=None if faite_le is None else self.a(faite_le),
            destinataire="compta@duval.example",
            decidee_par=self.personne if tire["decidee"] else None,
        )
        for facture, ligne in zip(factures, tire["lignes"], strict=True):
            if ligne is not None:
                self.ligne(relance, facture, *ligne)

    def ligne(self, relance, facture, cle: str, cycle: int, est_vivante: bool) -> None:
        deja = RelanceFacture.objects.pour(self.creancier).filter(
            facture=facture, cle_etape=cle, cycle=cycle, est_vivante=True
        )
        etape = self.etapes.get(cle)
        RelanceFacture.objects.create(
            creancier=self.creancier,
            relance=relance,
            facture=facture,
            etape=etape,
            cle_etape=cle,
            rang=etape.rang if etape else 0,
            cycle=cycle,
            est_vivante=est_vivante and not (cle and deja.exists()),
            solde=facture.solde,
        )


def batir(monde: dict, *, au: date) -> Creancier:
    tire = dict(monde["creancier"])
    partis = tire.pop("partis")
    for jour in ("reglements_connus_au", "archive_le"):
        if tire[jour] is not None:
            tire[jour] = au + timedelta(days=tire[jour])
    verifie_le = datetime.combine(au, time(0), UTC) if tire["courriel_verifie"] else None
    creancier = un_creancier(**tire, courriel_verifie_le=verifie_le)
    batisseur = _avec_scenario(creancier, monde["etapes"], au)
    for parti in partis:
        un_envoi(
            creancier,
            nature=NatureEnvoi.RELANCE,
            etat=EtatEnvoi.ENVOYE,
            octets=b"x",
            data_a=batisseur.a(parti),
            fini_a=batisseur.a(parti),
        )
    for client in monde["clients"]:
        batisseur.client(client)
    return creancier


def _avec_scenario(creancier: Creancier, etapes: list, au: date) -> Batisseur:
    publier_scenario(
        creancier,
        nom="Scénario tiré",
        etapes=[_etape(cle, *etape) for cle, etape in zip(CLES, etapes, strict=False)],
        maintenant=datetime.combine(au, time(0), UTC),
        acteur=un_utilisateur(chez=creancier),
    )
    return Batisseur(creancier, au)


def _etape(cle: str, delai: int, canal: Canal, est_automatique: bool) -> EtapeDecrite:
    seul = Declenchement.AUTOMATIQUE if est_automatique else Declenchement.VALIDATION
    return EtapeDecrite(
        cle,
        cle.capitalize(),
        delai,
        canal,
        Ton.FERME,
        Palier.RELANCE,
        seul if canal == Canal.COURRIEL else Declenchement.MANUEL,
        "Facture",
        "Bonjour",
    )
