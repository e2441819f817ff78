"""Ce qu'un message réclame : qui à qui, quelles factures, à quelle date, dans quelle langue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self

from clients.models import Client
from factures.lectures.faveur import Deduite, Genre, Reclamables, faveur_de, reclamables
from factures.models import Facture
from recouvrement.comptes.models import Creancier
from recouvrement.documents.contextes import LigneDeduite
from recouvrement.socle.montants import ZERO
from relances.regles.langue import Ecriture

# Ce que les banques gardent du libellé d'un virement.
REFERENCE_MAX = 35


@dataclass(frozen=True, slots=True)
class Demandee:
    """Une facture, ce qu'on en demande, et ce que le client en conteste."""

    facture: Facture
    montant: Decimal
    conteste: Decimal


@dataclass(frozen=True, slots=True)
class Reclamation:
    """La somme est nette : ni le contesté, ni ce que le client a en sa faveur, ni l'à échoir."""

    creancier: Creancier
    client: Client
    # Les plus anciennes d'abord.
    demandees: tuple[Demandee, ...]
    # À côté de factures échues, celles qui ne le sont pas se nomment sans s'ajouter.
    a_echoir: tuple[Demandee, ...]
    deduites: tuple[Deduite, ...]
    au: date
    langue: str

    @classmethod
    def de(
        cls,
        creancier: Creancier,
        client: Client,
        factures: Iterable[Facture],
        *,
        au: date,
        langue: str,
        lus: Reclamables | None = None,
    ) -> Self:
        """`lus` : ce qui se demande, si on l'a déjà lu."""
        # Le même, déjà lu : les lectures du client n'ont pas à le chercher.
        client.creancier = creancier
        if lus is None:
            lus = reclamables(creancier, au=au, clients=[client.pk])
        rangees = sorted(factures, key=lambda facture: (facture.date_echeance, facture.pk))
        toutes = [Demandee(f, lus.de(f), f.solde - lus.de(f)) for f in rangees]
        echues = [d for d in toutes if d.facture.est_echue(au=au)]
        demandees = echues or toutes
        return cls(
            creancier,
            client,
            tuple(demandees),
            tuple(d for d in toutes if d not in demandees),
            faveur_de(client, lus).sur([d.facture for d in demandees]),
            au,
            langue,
        )

    @property
    def factures(self) -> tuple[Facture, ...]:
        return tuple(d.facture for d in (*self.demandees, *self.a_echoir))

    @property
    def brut(self) -> Decimal:
        return sum((d.montant for d in self.demandees), ZERO)

    @property
    def conteste(self) -> Decimal:
        return sum((d.conteste for d in self.demandees), ZERO)

    @property
    def deduit(self) -> Decimal:
        return sum((deduite.montant for deduite in self.deduites), ZERO)

    @property
    def somme(self) -> Decimal:
        return self.brut - self.deduit

    @property
    def lignes_deduites(self) -> tuple[LigneDeduite, ...]:
        return tuple(LigneDeduite(self.nommer(d), d.montant) for d in self.deduites)

    @property
    def contestes(self) -> dict[int, Decimal]:
        return {d.facture.pk: d.conteste for d in self.demandees if d.conteste}

    @property
    def ecriture(self) -> Ecriture:
        return Ecriture(self.langue)

    @property
    def reference(self) -> str:
        """Ce que le client rappelle en payant."""
        if len(self.demandees) == 1:
            return self.demandees[0].facture.reference
        return self.client.code or self.client.nom[:REFERENCE_MAX].rstrip()

    @property
    def debiteur(self) -> str:
        """Qui doit : une comptabilité lit les rappels de plusieurs maisons à la même adresse."""
        nom, code = self.client.nom, self.client.code
        return f"{nom} ({code})" if code else nom

    def nommer(self, deduite: Deduite) -> str:
        """« avoir BA du 14/05/2026 » ; ce qui sert à d'autres factures se dit aussi."""
        ecrire, ligne = self.ecriture, deduite.ligne
        le = ecrire.jour(ligne.le)
        if ecrire.anglais:
            est_un_avoir = ligne.genre == Genre.AVOIR
            nom = (
                f"credit note {ligne.nom} of {le}" if est_un_avoir else f"payment received on {le}"
            )
        else:
            nom = str(ligne)
        if not deduite.ailleurs:
            return nom
        dont = ecrire.mots["ailleurs"].format(ecrire.euros(deduite.ailleurs))
        return f"{nom} ({ecrire.euros(ligne.montant)}, {dont})"
