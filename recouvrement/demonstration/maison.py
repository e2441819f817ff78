"""Un créancier de l'histoire : ses clients, ses articles, sa suite de numéros."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from clients.actions import ajouter_contact, ajouter_coordonnee, creer_client, noter
from clients.enums import GenreCoordonnee, NatureClient, Validite
from clients.models import Client
from clients.regles import nom_de_recherche
from factures.actions import encaisser, enregistrer_facture
from factures.enums import Moyen, NatureFacture
from factures.models import Encaissement, Facture
from recouvrement.comptes.models import Creancier, Utilisateur
from recouvrement.demonstration import numeros
from recouvrement.demonstration.clientele import Fiche
from recouvrement.demonstration.personnes import IMPRIMERIE, MENUISERIE, TRANSPORTS
from recouvrement.demonstration.recit import Fait, Recit
from recouvrement.socle.montants import ZERO, arrondir
from recouvrement.socle.temps import jour_de

TVA = Decimal("0.20")


@dataclass(frozen=True, slots=True)
class Metier:
    prefixe: str
    delai: int
    articles: tuple[tuple[str, int, int], ...]


METIERS = {
    MENUISERIE: Metier(
        "F-",
        30,
        (
            ("Fourniture et pose de fenêtres bois", 900, 6400),
            ("Escalier quart tournant en chêne", 2800, 7200),
            ("Agencement de comptoir et rayonnages", 1200, 8800),
            ("Portes intérieures, lot de six", 700, 2600),
            ("Réfection de parquet", 650, 3900),
            ("Bardage en mélèze", 1800, 9400),
        ),
    ),
    IMPRIMERIE: Metier(
        "VQ",
        30,
        (
            ("Brochures 24 pages, 2 000 exemplaires", 420, 1900),
            ("Affiches 40 × 60, 500 exemplaires", 180, 760),
            ("Cartes et papiers à en-tête", 90, 420),
            ("Catalogue annuel, composition et tirage", 1400, 5200),
            ("Étiquettes adhésives en bobine", 260, 1500),
        ),
    ),
    TRANSPORTS: Metier(
        "TA",
        30,
        (
            ("Tournée régionale, palettes", 240, 1400),
            ("Affrètement Clermont – Lyon", 480, 1900),
            ("Stockage et préparation du mois", 620, 3400),
            ("Transport frigorifique", 700, 2900),
            ("Livraisons du mois", 900, 4200),
        ),
    ),
}


@dataclass
class Maison:
    recit: Recit
    creancier: Creancier
    assistante: Utilisateur
    gestionnaire: Utilisateur
    clients: dict[str, Client] = field(default_factory=dict)
    fiches: dict[int, Fiche] = field(default_factory=dict)
    _suite: Counter[int] = field(default_factory=Counter)

    @property
    def metier(self) -> Metier:
        return METIERS[self.creancier.code]

    def de_la_scene(self, nom: str) -> Client | None:
        """Le client à qui cette scène arrive, s'il est chez ce créancier."""
        return next((self.clients[f.nom] for f in self.fiches.values() if f.scene == nom), None)

    def accueillir(self, fiche: Fiche) -> Client:
        """La fiche, son contact, ses coordonnées, ce qu'il faut en savoir."""
        alea, rang = self.recit.alea, len(self.clients) + 1
        code_postal, ville = _commune(fiche)
        incomplete = fiche.scene in ("a_completer", "doublon")
        francaise = fiche.pays == "FR" and fiche.nature == NatureClient.PROFESSIONNEL
        siren = numeros.siren(alea) if francaise and not incomplete else ""
        client = creer_client(
            self.creancier,
            acteur=self.gestionnaire,
            nom=fiche.nom,
            code=f"C{rang:03}",
            nature=fiche.nature,
            est_commercant=fiche.nature == NatureClient.PROFESSIONNEL
            and fiche.forme not in ("SCI", "EARL", "SELARL", "Association"),
            forme_juridique=fiche.forme,
            siren=siren,
            siret=numeros.siret(siren) if siren else "",
            tva=numeros.tva(siren) if siren else "",
            adresse=fiche.adresse,
            code_postal=code_postal,
            ville=ville,
            pays=fiche.pays,
            langue=fiche.langue,
            est_a_completer=incomplete,
        )
        client.creancier = self.creancier
        self.clients[fiche.nom], self.fiches[client.pk] = client, fiche
        if fiche.contact:
            self._joindre(client, fiche)
        if fiche.note:
            noter(client, texte=fiche.note, est_a_savoir=True, acteur=self.assistante)
        return client

    def _joindre(self, client: Client, fiche: Fiche) -> None:
        alea = self.recit.alea
        contact = ajouter_contact(
            client,
            acteur=self.gestionnaire,
            nom=fiche.contact,
            fonction=fiche.fonction,
            horaires=alea.choice(("", "", "le matin", "après 14 h", "9 h – 11 h 30")),
        )
        contact.client = client
        boite = "compta" if fiche.nature == NatureClient.PROFESSIONNEL else "contact"
        coordonnees = [
            (GenreCoordonnee.COURRIEL, f"{boite}@{_domaine(fiche.nom)}.example", Validite.VALIDE)
        ]
        if fiche.pays == "FR":
            fixe = {"35": "02", "44": "02", "29": "02", "22": "02", "85": "02"}
            indicatif = fixe.get(fiche.commune[:2], "04")
            coordonnees.append(
                (GenreCoordonnee.TELEPHONE, numeros.telephone(alea, indicatif), Validite.INCONNUE)
            )
            if alea.random() < 0.4:
                coordonnees.append(
                    (GenreCoordonnee.TELEPHONE, numeros.telephone(alea, "06"), Validite.INCONNUE)
                )
        for genre, valeur, validite in coordonnees:
            ajouter_coordonnee(
                contact, genre=genre, valeur=valeur, validite=validite, acteur=self.gestionnaire
            )

    def numero(self, jour: date) -> str:
        self._suite[jour.year] += 1
        return f"{self.metier.prefixe}{jour.year}-{self._suite[jour.year]:04}"

    def vente(self) -> tuple[str, Decimal, Decimal]:
        """Un article, son prix hors taxes et sa TVA."""
        libelle, bas, haut = self.recit.alea.choice(self.metier.articles)
        ht = Decimal(self.recit.alea.randrange(bas * 100, haut * 100, 5)) / 100
        return libelle, ht, arrondir(ht * TVA)

    def facturer(
        self,
        client: Client,
        *,
        echeance: date,
        emise_le: date | None = None,
        nature: NatureFacture = NatureFacture.FACTURE,
        rang_entree: int = 0,
        ht: Decimal | None = None,
        libelle: str = "",
    ) -> Facture:
        article, prix, tva = self.vente()
        if ht is not None:
            prix, tva = ht, arrondir(ht * TVA)
        emise_le = emise_le or echeance - timedelta(days=self.metier.delai)
        facture = enregistrer_facture(
            self.creancier,
            client=client,
            numero=self.numero(emise_le),
            nature=nature,
            libelle=libelle or article,
            date_emission=emise_le,
            date_echeance=echeance,
            date_prestation=emise_le,
            montant_ht=prix,
            montant_tva=tva,
            montant_ttc=prix + tva,
            rang_entree=rang_entree,
            acteur=self.gestionnaire,
        )
        facture.client = client
        return facture

    def encaisser(
        self, facture: Facture, *, instant: datetime, part: Decimal | None = None
    ) -> Encaissement | None:
        """Règle cette facture, en entier ou de cette part ; rien si elle n'est plus due."""
        facture = Facture.objects.pour(self.creancier).get(pk=facture.pk)
        if facture.solde == ZERO or facture.contentieux_depuis:
            return None
        montant = arrondir(facture.solde * part) if part else facture.solde
        return encaisser(
            self.clients[self.fiches[facture.client_id].nom],
            montant=montant,
            recu_le=jour_de(instant),
            moyen=self.recit.alea.choice((*[Moyen.VIREMENT] * 7, Moyen.CHEQUE, Moyen.CARTE)),
            imputations=[(facture.pk, montant)],
            acteur=self.gestionnaire,
        )

    def reglement(self, facture: Facture) -> Fait:
        """Le fait, à venir, qu'elle sera réglée."""
        return lambda instant: self.encaisser(facture, instant=instant)

    def a(self, recul: int, heure: time, fait: Fait) -> None:
        """Prévoit ce fait au jour ouvré qui tombe `recul` jours avant aujourd'hui."""
        self.recit.prevoir(self.recit.ouvre(recul), heure, fait)


def _commune(fiche: Fiche) -> tuple[str, str]:
    """« 35000 Rennes », « E1W 3SG London » : la ville est ce qui suit le dernier code."""
    mots = fiche.commune.split()
    codes = [i for i, mot in enumerate(mots) if any(c.isdigit() for c in mot)]
    coupe = codes[-1] + 1 if codes else 0
    return " ".join(mots[:coupe]), " ".join(mots[coupe:])


def _domaine(nom: str) -> str:
    return "-".join(nom_de_recherche(nom).split())[:40].strip("-")
