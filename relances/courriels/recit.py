"""Les faits qu'un texte peut dire : payé, échangé, rappelé, ce que le retard ajoute, à échoir.

Chacun ne se lit que si le texte le nomme : beaucoup de messages partent sans.
"""

from collections.abc import Collection

from factures.lectures import decompte_client
from factures.models import Facture
from recouvrement.socle.montants import ZERO
from relances.courriels.reclamation import Reclamation
from relances.lectures.accessoires import accessoires_du
from relances.lectures.histoire import Histoire, histoire_de
from relances.models import Relance
from relances.regles.accessoires import Accessoires, phrase_des_accessoires
from relances.regles.langue import Ecriture

DE_L_HISTOIRE = {"precedente", "deja_relancee", "paiement_recu", "echange", "silence"}
DU_DECOMPTE = {"accessoires", "penalites", "indemnite"}
A_ECHOIR_MAX = 10


def faits_de(
    reclamation: Reclamation, noms: Collection[str], *, sauf: Relance | None = None
) -> dict[str, str]:
    """Ceux de `noms` ; `sauf` : la relance que l'on écrit, qui n'est pas un rappel déjà fait."""
    valeurs: dict[str, str] = {}
    demandees = [demandee.facture for demandee in reclamation.demandees]
    if DE_L_HISTOIRE.intersection(noms):
        histoire = histoire_de(reclamation.client, demandees, au=reclamation.au, sauf=sauf)
        valeurs |= _de_l_histoire(histoire, reclamation.ecriture)
    if DU_DECOMPTE.intersection(noms):
        decompte = decompte_client(
            reclamation.client,
            au=reclamation.au,
            factures=demandees,
            contestes=reclamation.contestes,
        )
        valeurs |= _du_decompte(accessoires_du(decompte), reclamation.ecriture)
    if "a_echoir" in noms:
        valeurs["a_echoir"] = _a_echoir(reclamation)
    return valeurs


def _de_l_histoire(histoire: Histoire, ecrire: Ecriture) -> dict[str, str]:
    return {
        "precedente": ecrire.jour(histoire.rappel_le) if histoire.rappel_le else "",
        "deja_relancee": "1" if histoire.deja_relancees else "",
        "paiement_recu": _paiement_recu(histoire, ecrire),
        "echange": ecrire.jour(histoire.echange_le) if histoire.echange_le else "",
        "silence": "1" if histoire.est_silence else "",
    }


def _paiement_recu(histoire: Histoire, ecrire: Ecriture) -> str:
    """« 460,00 € le 13/05/2026 » ; plusieurs : leur somme, et le dernier."""
    if histoire.recu_le is None or histoire.recu <= ZERO:
        return ""
    somme, le = ecrire.euros(histoire.recu), ecrire.jour(histoire.recu_le)
    mot = "le_dernier" if histoire.versements > 1 else "le"
    return f"{somme}{ecrire.mots[mot]} {le}"


def _du_decompte(accessoires: Accessoires, ecrire: Ecriture) -> dict[str, str]:
    licites = accessoires.sont_licites
    return {
        "accessoires": phrase_des_accessoires(accessoires, ecrire),
        "penalites": ecrire.euros(accessoires.penalites)
        if licites and accessoires.penalites
        else "",
        "indemnite": ecrire.euros(accessoires.indemnites)
        if licites and accessoires.indemnites
        else "",
    }


def _a_echoir(reclamation: Reclamation) -> str:
    """Ses autres factures, une par ligne : nommées, jamais ajoutées à la somme demandée."""
    ecrire = reclamation.ecriture
    p = ecrire.mots["deux_points"]
    venir = list(
        Facture.objects.pour(reclamation.creancier)
        .filter(client=reclamation.client, date_echeance__gte=reclamation.au)
        .filter(contentieux_depuis=None)
        .ouvertes()
        .exclude(pk__in=[facture.pk for facture in reclamation.factures])
        .exclude(litiges__clos_le=None, litiges__isnull=False)
        .order_by("date_echeance", "pk")
    )
    lignes = [
        f"- {ecrire.mots['facture']} {f.reference}, {ecrire.mots['echeance'].lower()} "
        f"{ecrire.jour(f.date_echeance)}{p} {ecrire.euros(f.solde)}"
        for f in venir[:A_ECHOIR_MAX]
    ]
    if autres := venir[A_ECHOIR_MAX:]:
        somme = ecrire.euros(sum((f.solde for f in autres), ZERO))
        lignes.append(f"- {ecrire.mots['et_autres'].format(len(autres))}{p} {somme}")
    return "\n".join(lignes)
