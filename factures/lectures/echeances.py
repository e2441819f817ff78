"""Ce que la loi fait perdre si l'on attend : prescription, déclaration de créance, taux absents."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from factures.lectures.prescription import PrescriptionFacture, prescriptions_proches
from factures.lectures.procedure import declarations_a_faire, procedures_a_completer
from factures.lectures.taux import taux_manquants
from recouvrement.comptes.models import Creancier
from recouvrement.socle.templatetags.formats import euros

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


@dataclass(frozen=True, slots=True)
class Echeances:
    lignes: list[Echeance]
    nombre: int

    @property
    def autres(self) -> int:
        return self.nombre - len(self.lignes)


def echeances_legales(creanciers: Iterable[Creancier], *, au: date) -> Echeances:
    """Cinq requêtes au plus, quel que soit le nombre de factures."""
    creanciers = list(creanciers)
    lignes = []
    if manque := taux_manquants(au=au):
        lien = reverse("accueil:taux")
        lignes.append(Echeance(manque.phrase, "", "demeure", lien, "Taux", "alerte"))
    for etat in declarations_a_faire(creanciers):
        procedure = etat.procedure
        lien = reverse("factures:procedure", args=[procedure.creancier.code, procedure.client_id])
        detail = f"{procedure} · {procedure.creancier.nom}"
        texte = f"{procedure.client.nom} : {etat.phrase(au=au)}"
        lignes.append(Echeance(texte, detail, etat.ton(au=au), lien, "Procédure", "alerte"))
    for client in procedures_a_completer(creanciers):
        lien = reverse("factures:procedure", args=[client.creancier.code, client.pk])
        texte = f"{client.nom} : procédure collective à compléter, créance à déclarer"
        detail = f"Jugement du {client.procedure_collective_le:%d/%m/%Y} · {client.creancier.nom}"
        lignes.append(Echeance(texte, detail, "demeure", lien, "Procédure", "alerte"))
    proches = prescriptions_proches(creanciers, au=au)
    lignes += [_prescription(proche, au) for proche in proches[:MAXIMUM]]
    return Echeances(lignes, len(lignes) + max(0, len(proches) - MAXIMUM))


def _prescription(proche: PrescriptionFacture, au: date) -> Echeance:
    facture, alerte = proche.facture, proche.calcul.alerte(au)
    if alerte == 0:
        quand = f"prescrite depuis le {proche.dernier_jour:%d/%m/%Y}"
    else:
        quand = f"{alerte} mois ou moins pour la réclamer, jusqu'au {proche.dernier_jour:%d/%m/%Y}"
    lien = reverse("factures:droit", args=[facture.creancier.code, facture.pk])
    detail = f"{facture.client.nom} · {euros(facture.solde)} · {facture.creancier.nom}"
    return Echeance(f"{facture.numero} : {quand}", detail, proche.ton(au=au), lien, "Voir")
