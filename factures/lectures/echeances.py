"""Ce que la loi fait perdre si l'on attend : prescription, déclaration de créance, taux absents."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from clients.models import Client
from factures.lectures.decisions import decisions_a_suivre
from factures.lectures.prescription import PrescriptionFacture, prescriptions_proches
from factures.lectures.procedure import procedures_en_attente
from factures.lectures.taux import taux_manquants
from recouvrement.comptes.models import Creancier
from recouvrement.droit.mois import ajouter_mois
from recouvrement.droit.titre import Nature
from recouvrement.socle import formats
from recouvrement.socle.formats import euros

MAXIMUM = 20
MOIS_AVANT_SIGNIFIER = 3


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
    # Où le bouton de la journée mène ; et, de deux lignes d'un même objet, laquelle.
    mot: str = "Voir le droit de la facture"
    sorte: str = ""


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
    """Six requêtes au plus, sept avec une décision ; une si celles des clients sont lues."""
    if des_clients is None:
        des_clients = echeances_des_clients(creanciers, au=au)
    siennes = list(des_clients)
    if manque := taux_manquants(au=au):
        lien = reverse("accueil:taux")
        siennes.insert(0, Echeance(manque.phrase, "", "demeure", lien, "Taux", "alerte"))
    montrees = siennes[:MAXIMUM]
    return Echeances(montrees, len(siennes))


def echeances_des_clients(creanciers: Iterable[Creancier], *, au: date) -> list[Echeance]:
    """Déclarations, procédures à compléter, décisions à signifier, prescriptions."""
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
                mot="Ouvrir la procédure",
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
                mot="Ouvrir la procédure",
                le=jugement,
                raison=quoi[0].upper() + quoi[1:],
            )
        )
    lignes += _a_signifier(creanciers, au=au)
    lignes += [_prescription(proche, au) for proche in prescriptions_proches(creanciers, au=au)]
    return lignes


def _a_signifier(creanciers: Iterable[Creancier], *, au: date) -> list[Echeance]:
    """Ce qu'une décision fait perdre si l'on attend ; une ordonnance perdue reste dite."""
    lignes = []
    for lue in decisions_a_suivre(creanciers):
        facture, client = lue.decision.facture, lue.decision.facture.client
        for echeance in lue.echeances:
            passee = echeance.est_passee(au)
            if not echeance.a_tenir or au < ajouter_mois(echeance.jour, -MOIS_AVANT_SIGNIFIER):
                continue
            if passee and lue.titre.nature is not Nature.INJONCTION:
                continue
            quoi = str(echeance)
            if passee:
                dernier = formats.jour(echeance.jour)
                quoi = (
                    f"ordonnance non avenue, faute d'avoir été signifiée le {dernier} au plus tard "
                    "(CPC, art. 1411)"
                )
            presse = not passee and au >= ajouter_mois(echeance.jour, -1)
            lignes.append(
                Echeance(
                    f"{client.nom} : {quoi}",
                    f"{lue.decision} · {client.creancier.nom}",
                    "demeure" if presse or passee else "echu",
                    reverse("factures:decisions", args=[client.creancier.code, client.pk]),
                    "Décision",
                    client=client,
                    objet_id=facture.pk,
                    le=echeance.jour,
                    est_pressante=presse,
                    raison=quoi[0].upper() + quoi[1:],
                    mot="Ouvrir la décision",
                    sorte="decision",
                )
            )
    return lignes


def _prescription(proche: PrescriptionFacture, au: date) -> Echeance:
    facture, alerte = proche.facture, proche.calcul.alerte(au)
    jour = formats.jour(proche.dernier_jour)
    verbe = "exécuter la décision" if proche.est_jugee else "la réclamer"
    quand = f"{alerte} mois ou moins pour {verbe}, jusqu'au {jour}"
    if alerte == 0:
        quand = f"prescrite depuis le {jour}"
    lien = reverse("factures:droit", args=[facture.creancier.code, facture.pk])
    detail = f"{facture.client.nom} · {euros(facture.solde)} · {facture.creancier.nom}"
    texte = f"{facture.reference} : {quand}"
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
