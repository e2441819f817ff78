"""Ce qui remplace les mots entre accolades d'un texte de relance."""

from collections.abc import Collection

from recouvrement.comptes.models import Creancier
from recouvrement.socle import formats
from relances.courriels.recit import faits_de
from relances.courriels.reclamation import Reclamation
from relances.models import Relance


def valeurs_de(
    reclamation: Reclamation,
    noms: Collection[str],
    *,
    contact: str = "",
    relance: Relance | None = None,
) -> dict[str, str]:
    """`noms` : ceux que le texte emploie ; `relance` : celle que l'on écrit, s'il y en a une."""
    creancier, factures = reclamation.creancier, reclamation.factures
    ecrire, nombre = reclamation.ecriture, str(len(factures))
    premiere, seule = factures[0] if factures else None, len(factures) == 1
    plusieurs = f"{nombre} invoices" if ecrire.anglais else f"{nombre} factures"
    return {
        "client": reclamation.client.nom,
        "contact": contact,
        "creancier": creancier.nom,
        "telephone": formats.telephone(creancier.telephone),
        "signature": creancier.signature or creancier.nom_expediteur or creancier.nom,
        "date": ecrire.long(reclamation.au),
        "numero": factures[0].numero if seule else plusieurs,
        "nombre": nombre,
        "plusieurs": "" if seule else nombre,
        "seule": nombre if seule else "",
        "total": ecrire.euros(reclamation.somme),
        "echeance": ecrire.jour(premiere.date_echeance) if premiere else "",
        "retard": str(max((reclamation.au - premiere.date_echeance).days, 0)) if premiere else "",
        "reference": reclamation.reference,
        "factures": _lignes(reclamation),
        "paiement": _paiement(reclamation),
        "premier_contact": "",
        "information": "",
        **faits_de(reclamation, noms, sauf=relance),
    }


def iban_lisible(creancier: Creancier) -> str:
    """Par quatre, entre espaces ordinaires : il se copie tel quel dans le site d'une banque."""
    return " ".join(formats.iban(creancier.iban).split())


def _lignes(reclamation: Reclamation) -> str:
    ecrire = reclamation.ecriture
    mots, p = ecrire.mots, ecrire.mots["deux_points"]
    lignes = [f"{mots['debiteur']}{p} {reclamation.debiteur}"]
    lignes += [
        f"- {mots['facture']} {f.numero}{f' ({f.libelle})' if f.libelle else ''}, "
        f"{mots['echeance'].lower()} {ecrire.jour(f.date_echeance)}{p} {ecrire.euros(f.solde)}"
        for f in reclamation.factures
    ]
    if len(reclamation.factures) != 1:
        lignes.append(f"{mots['total']}{p} {ecrire.euros(reclamation.somme)}")
    return "\n".join(lignes)


def _paiement(reclamation: Reclamation) -> str:
    creancier, mots = reclamation.creancier, reclamation.ecriture.mots
    if not creancier.iban:
        return ""
    p = mots["deux_points"]
    bic = f"\nBIC{p} {creancier.bic}" if creancier.bic else ""
    return (
        f"{mots['virement']} {reclamation.reference}{p}\n"
        f"{mots['beneficiaire']}{p} {creancier.nom}\nIBAN{p} {iban_lisible(creancier)}{bic}"
    )
