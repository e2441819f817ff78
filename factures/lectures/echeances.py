"""Ce que la loi fait perdre si l'on attend : prescription, déclaration de créance, taux absents."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from clients.models import Client
from factures.lectures.prescription import PrescriptionFacture, prescriptions_proches
from factures.lectures.procedure import procedures_en_attente
from factures.lectures.taux import taux_manquants
from recouvrement.comptes.models import Creancier
from recouvrement.socle import formats
from recouvrement.socle.formats import euros

MAXIMUM = 20


@dataclass(frozen=True, slots=True)
class Echeance:
    """Une ligne du composant « constats »."""

    texte: str
    detail: str
    ton: str
    lien: str
    action: str
    icone: str = "heure"
    # Ce qu'il faut pour en faire une action de la journée ; une ligne sans client n'en est pas une.
    client: Client | None = None
    objet_id: int = 0
    le: date | None = None
    est_pressante: bool = True
    raison: str = ""


@dataclass(frozen=True, slots=True)
class Echeances:
    lignes: list[Echeance]
    nombre: int

    @property
    def autres(self) -> int:
        return self.nombre - len(self.lignes)


def echeances_legales(
    creanciers: Iterable[Creancier], *, au: date, des_clients: list[Echeance] | None = None
) -> Echeances:
    """Quatre requêtes au plus ; une seule si celles des clients sont déjà lues."""
    if des_clients is None:
        des_clients = echeances_des_clients(creanciers, au=au)
    siennes = list(des_clients)
    if manque := taux_manquants(au=au):
        lien = reverse("accueil:taux")
        siennes.insert(0, Echeance(manque.phrase, "", "demeure", lien, "Taux", "alerte"))
    montrees = siennes[:MAXIMUM]
    return Echeances(montrees, len(siennes))


def echeances_des_clients(creanciers: Iterable[Creancier], *, au: date) -> list[Echeance]:
    """Déclarations à faire, procédures à compléter, prescriptions : trois requêtes au plus."""
    creanciers = list(creanciers)
    lignes = []
    a_declarer, a_completer = procedures_en_attente(creanciers)
    for etat in a_declarer:
        procedure = etat.procedure
        lien = reverse("factures:procedure", args=[procedure.creancier.code, procedure.client_id])
        phrase = etat.phrase(au=au)
        lignes.append(
            Echeance(
                f"{procedure.client.nom} : {phrase}",
                f"{procedure} · {procedure.creancier.nom}",
                etat.ton(au=au),
                lien,
                "Procédure",
                "alerte",
                client=procedure.client,
                objet_id=-procedure.client_id,
                le=etat.a_tenir,
                raison=phrase.rstrip("."),
            )
        )
    for client in a_completer:
        jugement = client.procedure_collective_le
        quoi = "procédure collective à compléter, créance à déclarer"
        lignes.append(
            Echeance(
                f"{client.nom} : {quoi}",
                f"Jugement du {formats.jour(jugement)} · {client.creancier.nom}",
                "demeure",
                reverse("factures:procedure", args=[client.creancier.code, client.pk]),
                "Procédure",
                "alerte",
                client=client,
                objet_id=-client.pk,
                le=jugement,
                raison=quoi[0].upper() + quoi[1:],
            )
        )
    lignes += [_prescription(proche, au) for proche in prescriptions_proches(creanciers, au=au)]
    return lignes


def _prescription(proche: PrescriptionFacture, au: date) -> Echeance:
    facture, alerte = proche.facture, proche.calcul.alerte(au)
    if alerte == 0:
        quand = f"prescrite depuis le {formats.jour(proche.dernier_jour)}"
    else:
        quand = (
            f"{alerte} mois ou moins pour la réclamer, jusqu'au {formats.jour(proche.dernier_jour)}"
        )
    lien = reverse("factures:droit", args=[facture.creancier.code, facture.pk])
    detail = f"{facture.client.nom} · {euros(facture.solde)} · {facture.creancier.nom}"
    texte = f"{facture.numero} : {quand}"
    return Echeance(
        texte,
        detail,
        proche.ton(au=au),
        lien,
        "Voir",
        client=facture.client,
        objet_id=facture.pk,
        le=proche.dernier_jour,
        # Passée ou lointaine, elle se surveille ; à trois mois ou moins, elle presse.
        est_pressante=alerte in (1, 3),
        raison=texte,
    )
